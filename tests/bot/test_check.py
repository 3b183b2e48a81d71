"""“Check against EU releases” on a message."""

import pytest

from bot.render import AMBER, BLUE
from bot.store import Forgotten
from index.engine import Engine
from tests.bot.stage import QUESTION, QUOTE, Stage, on_stage, play, refusal
from tests.emulator import Interaction

CHECK = "Check against EU releases"
NOTHING = Forgotten(frozenset(), 0, 0)


async def checked(stage: Stage, text: str) -> Interaction:
    """Let Bob check a message of Ada's."""
    return await stage.emulator.context(stage.bob, await stage.emulator.post(stage.ada, stage.channel, text), CHECK)


@on_stage()
async def test_claims_are_answered_with_quotes_for_one_person(stage: Stage) -> None:
    interaction = await checked(stage, "I heard that CEPOL trains border control units. Cats are nice animals, too.")
    assert interaction.deferred
    message = await stage.answered(interaction)
    assert message.ephemeral
    assert message.accent_colours == [BLUE]
    lines = message.text().split("\n")
    assert lines[0] == "**The releases say:**"
    assert lines[1].startswith(f"> **[1]** “{QUOTE}")
    assert message.buttons == ["Context", "[1] consilium.europa.eu"]
    context = await stage.click(stage.bob, message, "Context")
    assert f"**{QUOTE}" in context.text()


@on_stage()
async def test_what_no_release_bears_on_is_said(stage: Stage) -> None:
    message = await stage.answered(await checked(stage, "Penguins vote on the colour of the ice every Tuesday."))
    assert message.ephemeral
    assert message.accent_colours == [AMBER]
    assert message.text() == "Nothing in the releases bears on this."


@pytest.mark.parametrize("text", ["lol", "🐧🐧🐧", "of the and"])
def test_message_without_a_claim_is_refused_at_once(served_by_default_model: Engine, text: str) -> None:
    async def scenario(stage: Stage) -> None:
        assert refusal(await checked(stage, text)) == "The message claims nothing that could be looked up."

    play(scenario, served_by_default_model)


@on_stage()
async def test_answer_of_the_bot_itself_claims_nothing(stage: Stage) -> None:
    answer = await stage.ask()
    refused = await stage.emulator.context(stage.bob, answer, CHECK)
    assert refusal(refused) == "The message claims nothing that could be looked up."


@on_stage(pace=6, pace_burst=1)
async def test_pace_holds(stage: Stage) -> None:
    await stage.answered(await checked(stage, QUESTION))
    assert refusal(await checked(stage, QUESTION)) == "That was fast: ask again in 10 seconds."


@on_stage()
async def test_nothing_of_a_checked_message_is_kept(stage: Stage) -> None:
    await stage.answered(await checked(stage, "CEPOL trains border control units."))
    assert await stage.bot.storing(lambda store: store.forget_asker(stage.bob.id)) == NOTHING
    assert await stage.bot.storing(lambda store: store.forget_asker(stage.ada.id)) == NOTHING
