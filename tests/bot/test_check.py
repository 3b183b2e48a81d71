"""“Check against EU releases” on a message."""

import pytest

from bot.user_data import Forgotten
from bot.views.message import AMBER, BLUE
from tests.simulation import QUESTION, QUOTE, Chat, Message, refusal, simulated

CHECK = "Check against EU releases"
NOTHING = Forgotten(frozenset(), 0, 0)


async def checked(chat: Chat, text: str) -> Message:
    """Let Bob check a message of Ada's."""
    return await chat.bob.use(CHECK, await chat.ada.write(text))


@simulated()
async def test_claims_are_answered_with_quotes_for_one_person(chat: Chat) -> None:
    message = await checked(chat, "I heard that CEPOL trains border control units. Cats are nice animals, too.")
    assert message.deferred
    assert message.ephemeral
    assert message.accent_colours == [BLUE]
    lines = message.text().split("\n")
    assert lines[:4] == [
        "**“I heard that CEPOL trains border control units.”**",
        "The releases say something on this: [1]",
        "**“Cats are nice animals, too.”**",
        "The releases do not say this.",
    ]
    assert lines[4].startswith(f"> **[1]** “{QUOTE}")
    assert message.buttons == ["Read it at the source: consilium.europa.eu", "Context"]
    context = await chat.bob.click(message, "Context")
    assert f"**{QUOTE}" in context.text()


@simulated()
async def test_strongest_evidence_is_the_sentence_with_most_of_the_claim(chat: Chat) -> None:
    message = await checked(chat, "Europol will get a joint liaison task force.")
    assert "> **[1]** “Furthermore, a joint liaison task force on migrant smuggling" in message.text()


@pytest.mark.parametrize("locale", ["en-US", "de"])
@simulated(engine="library")
async def test_figure_that_differs_is_shown_with_that_of_the_release(chat: Chat, locale: str) -> None:
    carl = chat.add_person("carl", locale=locale)
    told = {
        "en-US": "The releases say otherwise: here 700, there 300. [1]",
        "de": "Die Pressemitteilungen sagen etwas anderes: hier 700, dort 300. [1]",
    }
    written = await chat.ada.write("Europol will send 700 officers to the port of Constanța to search containers.")
    message = await carl.use(CHECK, written)
    assert told[locale] in message.text()


@simulated()
async def test_what_no_release_bears_on_is_said(chat: Chat) -> None:
    message = await checked(chat, "Penguins vote on the colour of the ice every Tuesday.")
    assert message.ephemeral
    assert message.accent_colours == [AMBER]
    assert message.text() == "Nothing in the releases bears on this."


@pytest.mark.parametrize("text", ["lol", "🐧🐧🐧", "of the and"])
@simulated()
async def test_message_without_a_claim_is_refused_at_once(chat: Chat, text: str) -> None:
    assert refusal(await checked(chat, text)) == "The message claims nothing that could be looked up."


@simulated()
async def test_answer_of_the_bot_itself_claims_nothing(chat: Chat) -> None:
    refused = await chat.bob.use(CHECK, await chat.ask())
    assert refusal(refused) == "The message claims nothing that could be looked up."


@simulated(pace=6, pace_burst=1)
async def test_pace_holds(chat: Chat) -> None:
    await checked(chat, QUESTION)
    assert refusal(await checked(chat, QUESTION)) == "That was fast: ask again in 10 seconds."


@simulated()
async def test_nothing_of_a_checked_message_is_kept(chat: Chat) -> None:
    await checked(chat, "CEPOL trains border control units.")
    assert await chat.bot.store.write(lambda store: store.forget_asker(chat.bob.id)) == NOTHING
    assert await chat.bot.store.write(lambda store: store.forget_asker(chat.ada.id)) == NOTHING
