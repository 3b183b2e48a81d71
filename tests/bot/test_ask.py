"""`/ask`: what people see, component by component."""

import asyncio
import datetime
import re
import threading
from typing import Any

import pytest

from bot.views.message import AMBER, BLUE
from tests.emulator.components import SEPARATOR, TEXT
from tests.simulation import QUESTION, QUOTE, Chat, Message, refusal, simulated

TITLE = "**Migrant smuggling: Council approves a set of measures to fight smuggling networks**"
UNDER = ["More", "Follow up", "Helpful", "Not helpful", "Delete"]


def texts(message: Message) -> list[str]:
    """Return the lines of an answer."""
    return message.text().split("\n")


@simulated()
async def test_answer_is_public_quotes_and_names_its_source(chat: Chat) -> None:
    message = await chat.ada.command("ask", question=QUESTION)
    assert message.deferred
    assert not message.ephemeral
    asked, box, links, buttons = message.components
    assert asked["content"] == f"-# Asked: {QUESTION}"
    assert box["accent_color"] == BLUE
    assert [part["type"] for part in box["components"]] == [TEXT, SEPARATOR, TEXT, TEXT]
    assert re.fullmatch(r"-# Answer [0-9A-Z]{5}-[0-9A-Z]{5}", box["components"][-1]["content"])
    first = box["components"][0]
    assert first["content"].startswith(f"> **[1]** “{QUOTE}")
    age = (datetime.datetime.now(datetime.UTC).date() - datetime.date(2018, 12, 6)).days // 365.25
    *source, place = box["components"][-2]["content"].split("\n")
    assert source == [
        TITLE,
        f"Council of the European Union · <t:1544097600:D> ({age:.0f} years old)",
        "-# Fetched from migrationsansfrontieres.com/2018/12/12/migrant-smuggling-council-approves-a-set-of-measures-"
        "to-fight-smuggling-networks/",
    ]
    assert place.startswith(r"-# [\[1\] Strengthening operational tools](<https://www.consilium.europa.eu/en/press/")
    assert [link["label"] for link in links["components"]] == [
        "Read it at the source: consilium.europa.eu",
        "Context",
    ]
    assert "#:~:text=Operational%20needs%2Dbased" in links["components"][0]["url"]
    assert [button["label"] for button in buttons["components"]] == UNDER
    assert not message.pings
    assert len(chat.requested("PATCH", "@original")) == 1
    assert not message.followups


@simulated()
async def test_two_questions_are_answered_and_what_is_not_found_is_said(chat: Chat) -> None:
    both = await chat.ada.command("ask", question=f"{QUESTION} What will the joint liaison task force do?")
    assert "> **[2]** “" in both.text()
    assert f"-# On “{QUESTION}”: \\[1\\]" in both.text()
    assert "-# On “What will the joint liaison task force do?”: \\[2\\]" in both.text()
    first = await chat.ada.command("ask", question=f"{QUESTION[:-1]} and how do I bake sourdough bread?")
    assert f"> **[1]** “{QUOTE}" in first.text()
    assert "-# The releases do not hold an answer to “How do I bake sourdough bread?”." in first.text()


@simulated()
async def test_private_answer_is_ephemeral_and_does_not_repeat_the_question(chat: Chat) -> None:
    message = await chat.ask(private=True)
    assert message.ephemeral
    assert texts(message)[0].startswith(f"> **[1]** “{QUOTE}")


@simulated()
async def test_not_found_is_one_line_and_the_nearest_passage_is_behind_a_button(chat: Chat) -> None:
    message = await chat.ask("What did penguins tell Frontex?")
    assert message.accent_colours == [AMBER]
    assert texts(message)[1:3] == [
        "**Not found: the releases do not hold an answer to this.**",
        "-# I know 1 release of 1 issuer, 2018; none names Frontex.",
    ]
    assert message.buttons == ["Nearest passage", "Tell me when a release answers this", *UNDER[1:]]
    assert "“" not in message.text()
    nearest = await chat.ada.click(message, "Nearest passage")
    assert nearest.ephemeral
    assert nearest.text().startswith("The nearest passage, which is not an answer:\n")
    more = await chat.ada.click(nearest, "More")
    assert "> **[2]** “" in more.text()


@simulated()
async def test_not_found_is_as_quiet_in_german(chat: Chat) -> None:
    chat.locale = "de"
    message = await chat.mention("Was haben Pinguine Frontex erzählt?")
    assert "-# Ich kenne 1 Pressemitteilung von 1 Herausgeber, 2018; nichts davon nennt Frontex." in message.text()
    assert message.buttons[0] == "Nächstliegende Stelle"


@simulated()
async def test_question_shows_as_it_reads_and_pings_nobody(chat: Chat) -> None:
    live = f"@everyone {chat.bob.mention} **training** [x](https://a.eu) <t:1:d> \u202e\u200bCEPOL?"
    message = await chat.ask(live)
    assert texts(message)[0] == (
        rf"-# Asked: \@everyone \<\@{chat.bob.id}\> \*\*training\*\* \[x\](https\://a.eu) \<t\:1:d\> CEPOL?"
    )
    assert not message.pings


@simulated()
async def test_long_question_is_cut_where_it_is_repeated(chat: Chat) -> None:
    message = await chat.ask(f"Which agency will train border control units? {'x' * 500}")
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
@simulated()
async def test_what_makes_no_sense_is_refused_at_once(chat: Chat, options: dict[str, Any], sentence: str) -> None:
    assert refusal(await chat.ada.command("ask", **({"question": QUESTION} | options))) == sentence


@simulated(pace=6, pace_burst=2)
async def test_too_fast_is_refused_at_once_with_the_seconds_left(chat: Chat) -> None:
    await chat.ask()
    await chat.ask()
    assert refusal(await chat.ada.command("ask", question=QUESTION)) == "That was fast: ask again in 10 seconds."
    assert QUOTE in (await chat.bob.command("ask", question=QUESTION)).text()


@simulated(queue=1)
async def test_too_many_waiting_is_refused_at_once_and_never_after_the_defer(chat: Chat) -> None:
    begun, gate = threading.Event(), threading.Event()

    def hold(_engine: object) -> None:
        begun.set()
        gate.wait(10)

    holding = asyncio.create_task(chat.bot.with_engine(hold))
    try:
        assert await asyncio.to_thread(begun.wait, 10)
        assert refusal(await chat.ada.command("ask", question=QUESTION)) == "Busy: try again in 1 second."
    finally:
        gate.set()
    await holding
    assert QUOTE in (await chat.ask()).text()


@simulated(engine="library")
async def test_filters_hold(chat: Chat) -> None:
    question = "How many officers will Europol send?"
    message = await chat.ask(question, issuer="European Commission", since="2023-03", until="2023-03")
    assert texts(message)[1] == "-# Only: European Commission · from <t:1677672000:D> · to <t:1680264000:D>"
    assert texts(message)[2].startswith("> **[1]** “Europol will send **300** officers to the port of Constanța")
    assert message.text().count("**Cocaine in the port of ") == 1
    message = await chat.ask("Who will train them?", agency="cepol", private=True)
    assert texts(message)[0] == "-# Only: CEPOL"
    assert QUOTE in message.text()


@simulated(engine="library")
async def test_agency_and_issuer_are_completed(chat: Chat) -> None:
    chosen = await chat.ada.complete("ask", "agency", "fronte", question="x")
    assert chosen[0] == {"name": "European Border and Coast Guard Agency (Frontex)", "value": "frontex"}
    assert 1 <= len(await chat.ada.complete("ask", "agency", "e", question="x")) <= 25
    await chat.ask()  # the issuers were asked for before
    both = await chat.ada.complete("ask", "issuer", "", question="x")
    assert [each["value"] for each in both] == ["Council of the European Union", "European Commission"]
    first = await chat.ada.complete("ask", "issuer", "commis", question="x")
    assert [each["name"] for each in first] == ["European Commission"]


@simulated()
async def test_server_chooses_whether_answers_are_private(chat: Chat) -> None:
    await chat.server_chose(private=True)
    assert (await chat.ask()).ephemeral
    assert not (await chat.ask(private=False)).ephemeral


@simulated()
async def test_answers_are_ephemeral_in_a_channel_that_is_switched_off(chat: Chat) -> None:
    await chat.server_chose(channels=(chat.guild.create_text_channel("bots").id,))
    assert (await chat.ask(private=False)).ephemeral
    assert (await chat.ada.command("agency", name="CEPOL")).ephemeral
    assert (await chat.ada.command("releases")).ephemeral


@simulated()
async def test_command_works_in_a_direct_message(chat: Chat) -> None:
    message = await chat.ada.command("ask", question=QUESTION, channel=chat.ada.private_channel)
    assert QUOTE in message.text()
