"""`/ask`: what people see, component by component."""

import asyncio
import datetime
import threading

import pytest

from bot.render import AMBER, BLUE
from index.engine import Engine
from tests.bot.stage import QUESTION, QUOTE, Stage, on_stage, play
from tests.emulator import Message
from tests.emulator.components import SECTION, SEPARATOR, TEXT

TITLE = "**Migrant smuggling: Council approves a set of measures to fight smuggling networks**"
UNDER = ["More", "Follow up", "Helpful", "Not helpful", "Delete"]


def texts(message: Message) -> list[str]:
    """Return the lines of an answer."""
    return message.text().split("\n")


@on_stage()
async def test_answer_is_public_quotes_and_names_its_source(stage: Stage) -> None:
    interaction = await stage.emulator.slash(stage.ada, stage.channel, "ask", question=QUESTION)
    assert interaction.deferred
    assert not interaction.ephemeral
    message = await stage.answered(interaction)
    asked, box, links, buttons = message.components
    assert asked["content"] == f"-# Asked: {QUESTION}"
    assert box["accent_color"] == BLUE
    assert [part["type"] for part in box["components"]] == [SECTION, SEPARATOR, TEXT]
    first = box["components"][0]
    assert first["components"][0]["content"].startswith(f"> **[1]** “{QUOTE}")
    assert first["accessory"]["label"] == "Context"
    age = (datetime.datetime.now(datetime.UTC).date() - datetime.date(2018, 12, 6)).days // 365.25
    assert box["components"][-1]["content"].split("\n") == [
        TITLE,
        f"Council of the European Union · <t:1544097600:d> ({age:.0f} years old)",
        "-# [1] Strengthening operational tools",
    ]
    assert [link["label"] for link in links["components"]] == ["[1] consilium.europa.eu"]
    assert "#:~:text=Operational%20needs%2Dbased" in links["components"][0]["url"]
    assert [button["label"] for button in buttons["components"]] == UNDER
    assert not message.pings
    assert message.edits == 1
    assert not interaction.followups


@on_stage()
async def test_private_answer_is_ephemeral_and_does_not_repeat_the_question(stage: Stage) -> None:
    message = await stage.ask(private=True)
    assert message.ephemeral
    assert texts(message)[0].startswith(f"> **[1]** “{QUOTE}")


@on_stage()
async def test_not_found_says_so_first_and_shows_what_is_no_answer(stage: Stage) -> None:
    message = await stage.ask("What did penguins tell Frontex?")
    assert message.accent_colours == [AMBER]
    assert texts(message)[1:4] == [
        "**Not found: the releases do not hold an answer to this.**",
        "-# No release names Frontex.",
        "The nearest passages, which are not an answer:",
    ]
    assert texts(message)[4].startswith("> **[1]** “")
    assert message.buttons[-5:] == UNDER


@on_stage()
async def test_question_shows_as_it_reads_and_pings_nobody(stage: Stage) -> None:
    live = f"@everyone {stage.bob.mention} **training** [x](https://a.eu) <t:1:d> \u202e\u200bCEPOL?"
    message = await stage.ask(live)
    assert texts(message)[0] == (
        rf"-# Asked: \@everyone \<\@{stage.bob.id}\> \*\*training\*\* \[x\](https\://a.eu) \<t\:1:d\> CEPOL?"
    )
    assert not message.pings


@on_stage()
async def test_long_question_is_cut_where_it_is_repeated(stage: Stage) -> None:
    message = await stage.ask(f"Which agency will train border control units? {'x' * 500}")
    asked = texts(message)[0].removeprefix("-# Asked: ")
    assert len(asked) == 200
    assert asked.endswith("x…")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"since": "soon"}, "“soon” is no date: write a year, a month or a day, as 2018, 2018-12 or 2018-12-06."),
        ({"until": "2018-13"}, "“2018-13” is no date: write a year, a month or a day, as 2018, 2018-12 or 2018-12-06."),
        (
            {"since": "2019", "until": "2018"},
            "The time asked for begins on 2019-01-01 and ends on 2018-12-31: swap the two dates.",
        ),
        ({"agency": "qqzzxx"}, "No EU body is called “qqzzxx”, nor anything like it."),
        ({"question": " \u200b "}, 'The question is empty: ask in a few words, as "What will Europol do?".'),
        ({"question": "?!"}, 'The question holds no word: ask in a few words, as "What will Europol do?".'),
    ],
)
def test_what_makes_no_sense_is_refused_at_once(
    served_by_default_model: Engine, options: dict[str, str], sentence: str
) -> None:
    async def scenario(stage: Stage) -> None:
        assert await stage.refused("ask", **({"question": QUESTION} | options)) == sentence

    play(scenario, served_by_default_model)


@on_stage(pace=6, pace_burst=2)
async def test_too_fast_is_refused_at_once_with_the_seconds_left(stage: Stage) -> None:
    await stage.ask()
    await stage.ask()
    assert await stage.refused("ask", question=QUESTION) == "That was fast: ask again in 10 seconds."
    assert QUOTE in (await stage.command("ask", user=stage.bob, question=QUESTION)).text()


@on_stage(queue=1)
async def test_too_many_waiting_is_refused_at_once_and_never_after_the_defer(stage: Stage) -> None:
    gate = threading.Event()
    holding = asyncio.create_task(stage.bot.working(lambda engine: gate.wait(10)))
    try:
        await stage.emulator.wait(lambda: stage.bot.desk.busy_s())
        assert await stage.refused("ask", question=QUESTION) == "Busy: try again in 1 second."
    finally:
        gate.set()
    await holding
    await stage.emulator.wait(lambda: not stage.bot.desk.busy_s())
    assert QUOTE in (await stage.ask()).text()


@on_stage(engine="library")
async def test_filters_hold(stage: Stage) -> None:
    question = "How many officers will Europol send?"
    message = await stage.ask(question, issuer="European Commission", since="2023-03", until="2023-03")
    assert texts(message)[1] == "-# Only: European Commission · from <t:1677672000:d> · to <t:1680264000:d>"
    assert texts(message)[2].startswith("> **[1]** “Europol will send 300 officers to the port of Constanța")
    assert message.text().count("**Cocaine in the port of ") == 1
    message = await stage.ask("Who will train them?", agency="cepol", private=True)
    assert texts(message)[0] == "-# Only: CEPOL"
    assert QUOTE in message.text()


@on_stage(engine="library")
async def test_agency_and_issuer_are_completed(stage: Stage) -> None:
    emulator, channel = stage.emulator, stage.channel
    chosen = await emulator.autocomplete(stage.ada, channel, "ask", question="x", agency="fronte")
    assert chosen[0] == {"name": "European Border and Coast Guard Agency (Frontex)", "value": "frontex"}
    assert 1 <= len(await emulator.autocomplete(stage.ada, channel, "ask", question="x", agency="e")) <= 25
    await stage.ask()  # the issuers were asked for before
    both = await emulator.autocomplete(stage.ada, channel, "ask", question="x", issuer="")
    assert [each["value"] for each in both] == ["Council of the European Union", "European Commission"]
    one = await emulator.autocomplete(stage.ada, channel, "ask", question="x", issuer="commis")
    assert [each["name"] for each in one] == ["European Commission"]


@on_stage()
async def test_server_chooses_whether_answers_are_private(stage: Stage) -> None:
    await stage.server_chose(private=True)
    assert (await stage.ask()).ephemeral
    assert not (await stage.ask(private=False)).ephemeral


@on_stage()
async def test_answers_are_ephemeral_in_a_channel_that_is_switched_off(stage: Stage) -> None:
    await stage.server_chose(channels=(stage.guild.add_channel("bots").id,))
    assert (await stage.ask(private=False)).ephemeral
    assert (await stage.command("agency", name="CEPOL")).ephemeral
    assert (await stage.command("releases")).ephemeral


@on_stage()
async def test_user_install_answers_in_a_server_without_the_bot_and_uses_no_follow_up(stage: Stage) -> None:
    guild = stage.emulator.add_guild("elsewhere", installed=False)
    cleo = stage.emulator.add_user("cleo", installed=True)
    guild.add_member(cleo)
    interaction = await stage.emulator.slash(cleo, guild.add_channel("talk"), "ask", question=QUESTION)
    message = await stage.answered(interaction)
    assert QUOTE in message.text()
    context = await stage.emulator.click(
        cleo, message, message.components[1]["components"][0]["accessory"]["custom_id"]
    )
    assert (await stage.answered(context)).ephemeral
    deleting = await stage.emulator.click(cleo, message, "Delete")
    await stage.emulator.wait(lambda: message.deleted)
    assert not interaction.followups + context.followups + deleting.followups


@on_stage()
async def test_command_works_in_a_direct_message_and_among_friends(stage: Stage) -> None:
    dan = stage.emulator.add_user("dan", installed=True)
    for channel in (stage.emulator.private_channel(dan), stage.emulator.private_channel(dan, stage.bob)):
        message = await stage.answered(await stage.emulator.slash(dan, channel, "ask", question=QUESTION))
        assert QUOTE in message.text()
