"""Subscriptions: who may make them, what is told, in the words of the release, and what ends them."""

import datetime
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from discord import Permissions

from bot.app import notices
from bot.database import subscriptions
from bot.user_data import Often
from tests.bot.newsroom import Newsroom, play
from tests.fakes import quiet
from tests.simulation import Message, refusal

EUROPOL = "Europol will send forty officers to the port of Antwerp to search containers for cocaine."
FISH = "The Commission proposed new quotas for cod in the Baltic Sea."
EXACTLY_ONE = "Choose one of these: an agency, an issuer, a subject or a question."


def rows(room: Newsroom, sql: str) -> list[tuple[object, ...]]:
    """Ask bot.db."""
    with closing(sqlite3.connect(room.folder / "data" / "bot.db")) as db:
        return db.execute(sql).fetchall()


def links(message: Message) -> list[str]:
    """Return the addresses that a message's buttons open."""
    return [part["url"] for row in message.components for part in row.get("components", []) if part.get("url")]


def test_each_kind_is_told_in_the_words_of_the_release_with_its_source(tmp_path: Path) -> None:
    async def scenario(room: Newsroom) -> None:
        ada, hans = room.chat.ada, room.chat.add_person("hans", locale="de")
        told = await ada.command("subscribe", agency="Europol")
        assert told.ephemeral
        assert told.text() == (
            "Subscribed: releases that name Europol, at once, by direct message.\n"
            "-# What was issued before today is not told. `/subscriptions` lists and ends this."
        )
        told = await hans.command("subscribe", subject="quotas for cod")
        assert told.text().startswith("Abonniert: Pressemitteilungen zu „quotas for cod“, sofort, per Direktnachricht.")
        await room.chat.bob.command("subscribe", issuer="Commission")
        await room.strike()
        assert not [*room.told(ada), *room.told(hans), *room.told(room.chat.bob)], "what was there is not new"

        room.issue(f"This is the first line of it.\n\n{EUROPOL}")
        await room.strike()
        [message] = room.messages(ada)
        heading, quote = message.text().split("\n")[:2]
        assert heading == "**New: releases that name Europol**"
        assert quote == f"> **[1]** “{EUROPOL}”"
        assert "**Release number 1**" in message.text()
        assert "European Commission · <t:" in message.text()
        assert links(message)[0].startswith("https://ec.europa.eu/news/1#:~:text=Europol%20will%20send")
        assert message.buttons == ["Read it at the source: ec.europa.eu", "Context", "End"]
        context = await ada.click(message, "Context")
        assert f"**{EUROPOL}**" in context.text()
        assert room.told(hans) == []
        assert "This is the first line of it." in room.told(room.chat.bob)[0]

        room.issue(FISH)
        await room.strike()
        [german] = room.told(hans)
        assert german.startswith(f"**Neu: Pressemitteilungen zu „quotas for cod“**\n> **[1]** “{FISH}”")
        assert len(room.told(ada)) == 1
        assert len(room.told(room.chat.bob)) == 2
        await room.strike()
        assert [len(room.told(each)) for each in (ada, hans, room.chat.bob)] == [1, 1, 2], "nothing is told twice"

    play(scenario, tmp_path)


def test_a_question_that_nothing_answered_is_answered_when_a_release_does(tmp_path: Path) -> None:
    async def scenario(room: Newsroom) -> None:
        question = "Who searches containers in Antwerp for cocaine?"
        answer = await room.chat.ask(question)
        assert answer.buttons[:2] == ["Nearest passage", "Tell me when a release answers this"]
        told = await room.chat.bob.click(answer, "Tell me when a release answers this")
        assert told.ephemeral
        assert told.text().startswith(f"Subscribed: answers to “{question}”, at once, by direct message.")
        room.issue(FISH)
        await room.strike()
        assert room.told(room.chat.bob) == [], "the gate says no"
        room.issue(EUROPOL)
        await room.strike()
        [text] = room.told(room.chat.bob)
        assert text.startswith(f"**New: answers to “{question}”**\n> **[1]** “{EUROPOL}”")
        assert room.told(room.chat.ada) == [], "only who pressed the button is told"
        again = await room.chat.bob.click(answer, "Tell me when a release answers this")
        assert again.text().startswith("That is told already, and from now on at once: ")

    play(scenario, tmp_path, threshold=0.5)


def test_nothing_older_than_the_subscription_is_told_also_after_a_late_look(tmp_path: Path) -> None:
    async def scenario(room: Newsroom) -> None:
        ada, bob = room.chat.ada, room.chat.bob
        await ada.command("subscribe", agency="Europol")
        room.issue(EUROPOL)
        await bob.command("subscribe", agency="Europol")
        yesterday = (datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)).date().isoformat()
        room.issue(f"{EUROPOL} It began yesterday.", date=yesterday)
        await room.strike()
        assert len(room.told(ada)) == 1
        assert "Release number 1" in room.told(ada)[0]
        assert room.told(bob) == [], "it was served before Bob subscribed, or is older"

    play(scenario, tmp_path)


def test_editions_of_one_release_are_told_once_in_the_language_of_the_reader(tmp_path: Path) -> None:
    async def scenario(room: Newsroom) -> None:
        hans = room.chat.add_person("hans", locale="de")
        for person in (hans, room.chat.ada):
            await person.command("subscribe", agency="Europol")
        address = "https://ec.europa.eu/commission/presscorner/detail/{}/ip_26_1"
        german = "Europol wird vierzig Beamte in den Hafen von Antwerpen entsenden, um Container zu durchsuchen."
        sources = [
            room.write(EUROPOL, url=address.format("en"), reference="IP/26/1"),
            room.write(german, url=address.format("de"), language="de", reference="IP/26/1"),
        ]
        room.maintenance.add(sources, quiet, force=True)
        await room.strike()
        assert [german in text for text in room.told(hans)] == [True]
        assert [EUROPOL in text for text in room.told(room.chat.ada)] == [True]

    play(scenario, tmp_path)


def test_what_makes_no_sense_is_refused_in_one_sentence(tmp_path: Path) -> None:
    async def scenario(room: Newsroom) -> None:
        ada, hans = room.chat.ada, room.chat.add_person("hans", locale="de")
        assert refusal(await ada.command("subscribe")) == EXACTLY_ONE
        assert refusal(await ada.command("subscribe", agency="Europol", subject="cod")) == EXACTLY_ONE
        assert (
            refusal(await hans.command("subscribe"))
            == "Wählen Sie eines davon: eine Agentur, einen Herausgeber, ein Thema oder eine Frage."
        )
        assert refusal(await ada.command("subscribe", agency="Qwertz")).startswith("No EU body is called “Qwertz”")
        assert refusal(await ada.command("subscribe", question="hello")).startswith("That is no question: ")
        for subject in ("?!", "the", "a"):
            told = refusal(await ada.command("subscribe", subject=subject))
            assert told == "Name the subject in a word or two, as “migrant smuggling”."
        assert refusal(await hans.command("subscribe", question="Quelle?")).startswith("Das ist keine Frage: ")
        for question in ("latest from Frontex", "what is new since Monday", "list all agencies", "what is this about?"):
            told = refusal(await ada.command("subscribe", question=question))
            assert told.startswith("No release answers that. To be told of what is new, choose "), question
        assert refusal(await hans.command("subscribe", question="das neueste vom Rat")).startswith("Darauf antwortet ")
        for nobody in ("the", "EU"):
            said = await ada.command("subscribe", issuer=nobody)
            assert said.text().startswith(f"No release has the issuer “{nobody}”: ")
        said = await ada.command("subscribe", issuer="Acme")
        assert said.text() == "No release has the issuer “Acme”: there are Council of the European Union."
        assert (await ada.command("subscribe", issuer="Frontex")).text().startswith("Subscribed: releases of Frontex")
        carol = await ada.command("subscribe", agency="Europol", here=True)
        assert refusal(carol).startswith("Only who manages this channel can have it told here: without `here`,")
        assert rows(room, "SELECT text FROM subscriptions") == [("Frontex",)]

    play(scenario, tmp_path)


def test_bounds_of_a_person_and_of_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, most in (("MOST_OF_PERSON", 2), ("MOST_OF_SERVER", 1)):
        monkeypatch.setattr(subscriptions, name, most)
        monkeypatch.setattr(f"bot.cogs.subscriptions.{name}", most)

    async def scenario(room: Newsroom) -> None:
        ada = room.chat.ada
        for subject in ("cod", "cocaine"):
            assert (await ada.command("subscribe", subject=subject)).text().startswith("Subscribed:")
        assert (await ada.command("subscribe", subject="ports")).text().startswith("You have 2 subscriptions, and a ")
        again = await ada.command("subscribe", subject="Cod", often=Often.WEEKLY.value)
        assert again.text().startswith("That is told already, and from now on every Monday: ")
        assert rows(room, "SELECT text, often FROM subscriptions") == [("cod", "week"), ("cocaine", "at once")]
        dora, erik = (
            room.chat.add_person(name, permissions=Permissions(manage_channels=True)) for name in ("dora", "erik")
        )
        told = await dora.command("subscribe", subject="cod", here=True)
        assert told.text().startswith(f"Subscribed: releases on “cod”, at once, in {room.chat.channel.mention}.")
        assert (await erik.command("subscribe", subject="COD", here=True)).text().startswith("That is told already")
        assert (await erik.command("subscribe", subject="ports", here=True)).text().startswith("This server has 1 ")

    play(scenario, tmp_path)


def test_list_ends_them_and_managers_end_those_of_their_channel(tmp_path: Path) -> None:
    async def scenario(room: Newsroom) -> None:
        chat = room.chat
        dora, erik = (chat.add_person(name, permissions=Permissions(manage_channels=True)) for name in ("dora", "erik"))
        assert (await dora.command("subscriptions")).text() == "There are no subscriptions: `/subscribe` makes one."
        await dora.command("subscribe", agency="Europol", here=True)
        for number in range(6):
            await chat.ada.command("subscribe", subject=f"cod number {number}")
        shown = await chat.ada.command("subscriptions")
        assert shown.ephemeral
        assert shown.buttons == ["End"] * 5 + ["Next"]
        await chat.ada.click(shown, "Next")
        assert "cod number 5" in shown.text()
        assert shown.buttons == ["End", "Back"]
        await chat.ada.click(shown, "End")
        assert shown.buttons == ["End"] * 5
        assert len(rows(room, "SELECT 1 FROM subscriptions")) == 6

        room.issue(EUROPOL)
        await room.strike()
        [notice] = [each for each in chat.messages() if each.text().startswith("**New: releases that name Europol**")]
        assert f"> **[1]** “{EUROPOL}”" in notice.text()
        refused = await chat.ada.click(notice, "End")
        assert refused.text() == "Only who subscribed, or who manages the channel, can end this."
        listed = await erik.command("subscriptions")
        assert "releases that name Europol" in listed.text()
        assert (await erik.click(notice, "End")).text() == "Ended: nothing more is told of this."
        assert (await erik.click(listed, "End")).text() == "There are no subscriptions: `/subscribe` makes one."
        room.issue(f"{EUROPOL} It will do so again.")
        await room.strike()
        assert len([each for each in chat.messages() if "New: " in each.text()]) == 1

    play(scenario, tmp_path)


def test_channel_must_be_one_where_the_bot_may_tell_and_direct_messages_are_always(tmp_path: Path) -> None:
    async def scenario(room: Newsroom) -> None:
        chat = room.chat
        dora = chat.add_person("dora", permissions=Permissions(manage_channels=True))
        closed = chat.guild.create_text_channel("closed")
        chat.deny(closed, "send_messages")
        said = await dora.command("subscribe", agency="Europol", here=True, channel=closed)
        assert said.text() == f"I cannot answer in {closed.mention}: Send Messages"
        await chat.server_chose(channels=(closed.id,))
        said = await dora.command("subscribe", agency="Europol", here=True)
        assert said.text() == "I am switched off in this channel: `/setup` chooses where I answer."
        told = await dora.command("subscribe", agency="Europol", here=True, channel=dora.private_channel)
        assert told.text().startswith("Subscribed: releases that name Europol, at once, by direct message.")
        assert rows(room, "SELECT owner, guild, channel, made_in FROM subscriptions") == [(dora.id, None, None, None)]
        await chat.ask()
        offered = await dora.complete("subscribe", "agency", "frontex")
        assert [choice["value"] for choice in offered] == ["frontex"]

    play(scenario, tmp_path)


def test_one_strike_of_the_clock_sends_so_many_messages_and_the_next_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "MOST_AT_A_TIME", 2)
    monkeypatch.setattr(subscriptions, "MOST_WAITING", 3)

    async def scenario(room: Newsroom) -> None:
        people = [room.chat.ada, room.chat.bob, room.chat.add_person("carol", locale="fr")]
        for person in people:
            await person.command("subscribe", agency="Europol")
        texts = [room.write(f"{EUROPOL} This was part {number} of it.") for number in range(4)]
        room.maintenance.add(texts, quiet, force=True)
        await room.strike()
        assert [len(room.told(person)) for person in people] == [1, 1, 0]
        await room.strike()
        assert [len(room.told(person)) for person in people] == [1, 1, 1]
        assert room.told(people[2])[0].startswith("**Nouveau : communiqués qui nomment Europol**")
        assert room.told(people[2])[0].count(EUROPOL) == 3, "the fourth found no room"

    play(scenario, tmp_path)
