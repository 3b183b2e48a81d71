"""“Check against EU releases” on a message."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from simcord.backend.models import Poll, PollAnswer

from bot.user_data import Forgotten
from bot.views.message import AMBER, BLUE
from index.engine import Engine
from index.settings import IndexSettings
from tests.emulator import components as parts
from tests.emulator.flags import MessageFlag
from tests.fakes import FakeEmbedder, quiet, upkeep
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
    assert lines[:2] == [
        "**“I heard that CEPOL trains border control units.”**",
        "The releases say something on this: [1]",
    ]
    assert lines[2].startswith(f"> **[1]** “{QUOTE}")
    assert lines[3:5] == ["**“Cats are nice animals, too.”**", "The releases do not say this."]
    assert message.buttons == ["Read it at the source: consilium.europa.eu", "Context"]
    context = await chat.bob.click(message, "Context")
    assert f"**{QUOTE}" in context.text()


@simulated()
async def test_strongest_evidence_is_the_sentence_with_most_of_the_claim(chat: Chat) -> None:
    message = await checked(chat, "Europol will get a joint liaison task force.")
    assert "> **[1]** “Furthermore, a joint liaison task force on migrant smuggling" in message.text()
    assert "The releases say something on this: [1]" in message.text(), "the centre is a part of Europol"


@simulated(engine="sentences")
async def test_each_of_five_claims_stands_above_its_own_evidence(chat: Chat) -> None:
    eva = chat.add_person("eva", locale="de")
    written = await chat.ada.write(
        "Frontex opens 40 offices in Izola. Ministers met in Lyon on 2024-05-03. The plan costs 1,500,000 euros. "
        "Spain gets three ships. Poland gets 5 ships."
    )
    lines = (await eva.use(CHECK, written)).text().split("\n")
    say = "Die Pressemitteilungen sagen etwas dazu: [{}]"
    assert lines[:14] == [
        "**“Frontex opens 40 offices in Izola.”**",
        say.format(1),
        "> **[1]** “Frontex will open forty offices in Izola.”",
        "**“Ministers met in Lyon on 2024-05-03.”**",
        say.format(2),
        "> **[2]** “Ministers met in Lyon on 3 May 2024.”",
        "**“The plan costs 1,500,000 euros.”**",
        say.format(3),
        "> **[3]** “The plan will cost €1.5 million.”",
        "**“Spain gets three ships.”**",
        say.format(4),
        "> **[4]** “Spain gets 3 ships.”",
        "**“Poland gets 5 ships.”**",
        "Die Pressemitteilungen sagen etwas anderes: hier 5, dort seven. [5]",
    ]
    assert lines[14] == "> **[5]** “Poland gets seven ships.”"


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


@pytest.fixture
def office(settings: IndexSettings, embedder: FakeEmbedder, write_release: Callable[..., Path]) -> Iterator[Engine]:
    """An engine over one release, which answers everything."""
    own = settings.model_copy(update={"threshold": 0.0})
    text = "Frontex will open an office in the port of Izola on 3 May 2024."
    upkeep(own, embedder).add([str(write_release("office.md", text))], quiet, force=True)
    with Engine(own, embedder) as engine:
        yield engine


@pytest.fixture
def sentences(settings: IndexSettings, embedder: FakeEmbedder, write_release: Callable[..., Path]) -> Iterator[Engine]:
    """An engine over five releases of a sentence each, which answers everything."""
    own = settings.model_copy(update={"threshold": 0.0})
    texts = (
        "Frontex will open forty offices in Izola.",
        "Ministers met in Lyon on 3 May 2024.",
        "The plan will cost €1.5 million.",
        "Spain gets 3 ships.",
        "Poland gets seven ships.",
    )
    paths = [str(write_release(f"{number}.md", text, title=f"On {number}")) for number, text in enumerate(texts)]
    upkeep(own, embedder).add(paths, quiet, force=True)
    with Engine(own, embedder) as engine:
        yield engine


@simulated(engine="office")
async def test_name_country_or_date_that_differs_is_shown_with_that_of_the_release(chat: Chat) -> None:
    eva = chat.add_person("eva", locale="de")
    told = {
        "Frontex will open an office in the port of Koper on 3 May 2024.": ("Koper", "Izola"),
        "Frontex will open an office in the port of Izola on 4 June 2024.": ("4 June 2024", "3 May 2024"),
        "Europol will open an office in the port of Izola on 3 May 2024.": ("Europol", "Frontex"),
    }
    for claim, (claimed, quoted) in told.items():
        written = await chat.ada.write(claim)
        english, german = [await person.use(CHECK, written) for person in (chat.bob, eva)]
        assert f"The releases say otherwise: here {claimed}, there {quoted}. [1]" in english.text()
        assert f"sagen etwas anderes: hier {claimed}, dort {quoted}. [1]" in german.text()
    same = await chat.bob.use(CHECK, await chat.ada.write("An office of Frontex opens in Izola in May."))
    assert "The releases say something on this: [1]" in same.text()


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


CLAIM = "CEPOL trains border control units."


@simulated()
async def test_what_a_person_reads_beside_the_text_is_checked(chat: Chat) -> None:
    """Discord shows the message of this command whole, whatever intents the bot has."""
    claimed = await chat.ada.write(CLAIM)
    write = partial(chat.env.backend.create_message, chat.channel.id, chat.ada.id, "")
    box = {"type": parts.CONTAINER, "components": [{"type": parts.TEXT, "content": CLAIM}]}
    forwarded = {"type": 1, "channel_id": str(chat.channel.id), "message_id": str(claimed.id)}
    poll = Poll("Who trains border control units?", [PollAnswer(1, CLAIM)], "2030-01-01T00:00:00+00:00")
    written = [
        write(embeds=[{"title": "News", "description": CLAIM}]).id,
        write(components=[box], flags=MessageFlag.IS_COMPONENTS_V2).id,
        write(reference=forwarded).id,
        write(poll=poll).id,
        (await chat.ada.write(files=[("message.txt", CLAIM.encode())])).id,
    ]
    for message_id in written:
        told = await chat.bob.use(CHECK, Message(chat.env, chat.channel.id, message_id))
        assert told.ephemeral
        assert f"“{QUOTE}" in told.text(), message_id


@simulated()
async def test_file_that_claims_nothing_is_told_after_it_was_read(chat: Chat) -> None:
    told = await chat.bob.use(CHECK, await chat.ada.write(files=[("message.txt", b"lol")]))
    assert told.ephemeral
    assert told.text() == "The message claims nothing that could be looked up."


@simulated(pace=6, pace_burst=1)
async def test_pace_holds(chat: Chat) -> None:
    await checked(chat, QUESTION)
    assert refusal(await checked(chat, QUESTION)) == "That was fast: ask again in 10 seconds."


@simulated()
async def test_nothing_of_a_checked_message_is_kept(chat: Chat) -> None:
    await checked(chat, "CEPOL trains border control units.")
    assert await chat.bot.store.write(lambda store: store.forget_asker(chat.bob.id)) == NOTHING
    assert await chat.bot.store.write(lambda store: store.forget_asker(chat.ada.id)) == NOTHING
