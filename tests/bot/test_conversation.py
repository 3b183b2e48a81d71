"""Messages by their kind: small talk, questions about the collection, follow-ups, messages of others, edits."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import discord
import pytest
import simcord

from bot.i18n.words import ENGLISH, Words, words_for
from index.database.home import open_corpus_db
from index.encoders.embedder import SentenceTransformerEmbedder
from index.engine import Engine
from index.evaluation.gold import load_corpus
from index.maintenance import build_all
from index.settings import IndexSettings
from tests.conftest import SHARED
from tests.fakes import silent
from tests.simulation import QUOTE, Chat, Message, simulated

CASES = [json.loads(line) for line in Path(__file__).with_name("conversations.jsonl").read_text("utf-8").splitlines()]
SHIPPED = [case for case in CASES if "on" not in case]
DEVELOPMENT = [case for case in CASES if case.get("on") == "development"]
# What is asked of the development corpus is asked of the beginnings of these: to embed all of 291 takes a minute.
RELEASES = {
    *("ecnews-0009", "ecnews-0056", "ecnews-0083", "ecnews-0099", "ecnews-0103", "ecnews-0129", "ecnews-0177"),
    *("ecnews-0178", "ecnews25-0174", "ecb-pc-0062"),
}
BEGINNING = 4200
FIRST = "What will CEPOL do?"
CLAIM = "I heard that CEPOL trains border control units. Cats are nice animals, too."
LINES = (
    "That is nothing that I could look up. Ask in a few words, as “What will Europol do?”.",
    "Press “Helpful” or “Not helpful” under the answer that you mean.",
    "Reply to the message that you mean and mention me, or choose “Check against EU releases” in its menu: I look up "
    "what it claims.",
    "Reply to the answer that you mean, and I tell you more about it.",
)
POINTER = "Discord does not show me that message."


def kind_of(reply: Message | None, asked: Message, words: Words = ENGLISH) -> str:
    """Return what kind of reply a message got, as a reader of a language tells it."""
    if reply is None:
        return "reaction" if asked.reactions else "silence"
    text = reply.text()
    agencies = words("{named} of the {known} EU bodies that I know are named in the releases:", named="", known="\0")
    signs = {
        "read as": text.startswith(f"-# {words('Read as: {question}', question='')}"),
        "choices": text.startswith(words("What do you mean?")),
        "help": text.startswith(f"## {words('Ask what the EU has decided')}"),
        "feedback": text.startswith(words("Did this answer help? Press a button, and it is kept without your name.")),
        "sources": set(reply.buttons) == {words("Read it at the source")}
        or text.startswith(words("The answer quotes:")),
        "about": text.startswith(words("I answer from official press releases of the EU, in their own words.")),
        "agencies": agencies.partition("\0")[2].strip() in text,
        "more": text.startswith(f"**{words('More passages, which may or may not answer:')}"),
        "releases": re.match(r"\*\*\D{0,15}\d+ ", text) is not None,
        "not found": f"**{words('Not found: the releases do not hold an answer to this.')}**" in text,
        "line": text in map(words, LINES),
        "answer": text.startswith("> **[1]**"),
    }
    return next((kind for kind, holds in signs.items() if holds), text)


def owner(chat: Chat) -> simcord.MemberActor:
    """Return the owner of the server, who may mention every role."""
    return simcord.MemberActor(chat.env, chat.guild, chat.guild.owner)


async def said_to(chat: Chat, text: str, after: Message | None) -> tuple[Message | None, Message]:
    """Let Ada mention the bot, or reply to an answer; return what the bot replies, and her message."""
    written = text if after is not None else f"{chat.bot_mention} {text}"
    asked = await chat.ada.write(written, reply_to=after)
    last = chat.messages()[-1]
    return (last if last.by_bot else None), asked


@pytest.fixture
def development(tmp_path: Path, default_model: SentenceTransformerEmbedder) -> Iterator[Engine]:
    """An engine over the beginnings of some releases of the development corpus."""
    if not SHARED.exists():
        pytest.skip("the development corpus is not at hand")
    settings = IndexSettings(data_dir=tmp_path / "development", model="")
    with closing(open_corpus_db(settings)) as store:
        for release in load_corpus(SHARED / "eval"):
            if release.release_id in RELEASES:
                begins = replace(release, text=release.text[:BEGINNING].rpartition("\n")[0])
                store.accept(begins, canonical_url=None, raw_sha256="", cleaner=1, action="added")
    build_all(settings, default_model, silent)
    with Engine(settings, default_model) as engine:
        yield engine


@simulated()
async def test_messages_on_the_shipped_release_get_the_kind_of_reply_that_fits(chat: Chat) -> None:
    await reply_as_expected(chat, SHIPPED)


@simulated(engine="development")
async def test_messages_on_the_development_corpus_get_the_kind_of_reply_that_fits(chat: Chat) -> None:
    await reply_as_expected(chat, DEVELOPMENT)


async def reply_as_expected(chat: Chat, cases: Sequence[Mapping[str, str]]) -> None:
    """Write sixty messages and more, in servers of several languages, and compare the kinds of the replies."""
    assert len(cases) >= 60
    answers: dict[str, Message] = {}
    wrong = []
    for case in cases:
        language, after = case.get("in"), case.get("after")
        await chat.server_chose(language=language)
        if after is not None and after not in answers:
            answers[after] = await chat.mention(after)
        reply, asked = await said_to(chat, case["text"], answers[after] if after else None)
        kind = kind_of(reply, asked, words_for(language))
        if kind != case["reply"]:
            wrong.append((case["text"], after, case["reply"], kind))
    assert wrong == []


@simulated()
async def test_small_talk_by_command_gets_help_or_a_line_for_the_person_alone(chat: Chat) -> None:
    for text in ("hi", "Danke!", "qui es-tu ?"):
        shown = await chat.ada.command("ask", question=text)
        assert shown.ephemeral
        assert shown.text().startswith("## Ask what the EU has decided")
    assert (await chat.ada.command("ask", question="lol")).text().startswith("That is nothing that I could look up.")


@simulated()
async def test_reaction_that_is_not_allowed_is_left_out(chat: Chat) -> None:
    chat.deny(chat.channel, "add_reactions")
    asked = await chat.ada.write(f"{chat.bot_mention} thanks!")
    assert asked.reactions == {}
    assert chat.said() == []


@simulated()
async def test_sources_of_an_answer_are_shown_with_date_issuer_and_link(chat: Chat) -> None:
    answer = await chat.mention(FIRST)
    reply = await chat.ada.reply(answer, "when was this published?")
    assert "Migrant smuggling: Council approves a set of measures" in reply.text()
    assert "Council of the European Union · <t:1544" in reply.text()
    assert reply.buttons == ["Read it at the source"]
    by_bob = await chat.bob.reply(answer, "who says so?")
    assert by_bob.text() == reply.text()


@simulated()
async def test_feedback_offered_after_blame_is_kept_for_that_answer(chat: Chat) -> None:
    answer = await chat.mention(FIRST)
    offered = await chat.ada.reply(answer, "that is fake news")
    assert offered.buttons == ["Helpful", "Not helpful"]
    await chat.ada.click(offered, "Helpful")
    [row] = await chat.bot.store.write(lambda store: store.feedback())
    kept = await chat.bot.store.answer_in(answer.id)
    assert kept is not None
    assert row.answer == kept.id


@simulated()
async def test_what_else_goes_on_where_the_passages_before_ended(chat: Chat) -> None:
    answer = await chat.mention(FIRST)
    second = await chat.ada.reply(answer, "what else?")
    third = await chat.ada.reply(second, "anything else?")
    assert QUOTE not in second.text()
    quoted = [line for line in second.text().split("\n") if line.startswith("> **[")]
    assert quoted
    assert not any(line.split("** ")[1] in third.text() for line in quoted)


@simulated()
async def test_follow_up_that_may_mean_two_things_is_asked_back(chat: Chat) -> None:
    answer = await chat.mention("Will Europol and Frontex share data?")
    asked_back = await chat.ada.reply(answer, "who leads it?")
    assert asked_back.buttons == ["who leads Europol?", "who leads Frontex?"]
    refused = await chat.bob.click(asked_back, "who leads Europol?")
    assert refused.text() == "Only the person who asked can say what they mean."
    meant = await chat.ada.click(asked_back, "who leads Europol?")
    assert "-# Read as: who leads Europol?" in meant.text()


@simulated()
async def test_collection_question_by_command_is_answered_from_metadata(chat: Chat) -> None:
    reply = await chat.ada.command("ask", question="how many releases on smuggling?")
    assert reply.text().startswith("**1 release · with “smuggling”**")
    assert "](<https://www.consilium.europa.eu/" in reply.text()
    listed = await chat.ada.command("ask", question="list all agencies")
    assert (
        "[European Union Agency for Law Enforcement Cooperation (Europol)](<https://www.europol.europa.eu"
        in listed.text()
    )


@simulated()
async def test_bot_is_asked_about_a_message_that_it_does_not_see(chat: Chat) -> None:
    theirs = await chat.bob.write(CLAIM)
    await chat.ada.write(f"{chat.bot_mention} is this true?", reply_to=theirs)
    assert chat.said()[-1].startswith(POINTER)


@pytest.mark.parametrize("text", ["is this true?", "", "stimmt das?", "that is fake news", "source?"])
@simulated(message_content=True)
async def test_reply_to_somebody_with_a_mention_checks_that_message(chat: Chat, text: str) -> None:
    theirs = await chat.bob.write(CLAIM)
    asked = await chat.ada.write(f"{chat.bot_mention} {text}", reply_to=theirs)
    reply = chat.messages()[-1]
    assert reply.replies_to == asked.id
    assert QUOTE in reply.text()


@simulated(message_content=True)
async def test_question_in_reply_to_somebody_is_a_question(chat: Chat) -> None:
    theirs = await chat.bob.write("Cats are nice animals.")
    await chat.ada.write(f"{chat.bot_mention} {FIRST}", reply_to=theirs)
    assert QUOTE in chat.said()[-1]


@simulated(message_content=True)
async def test_picture_without_words_holds_no_text(chat: Chat) -> None:
    theirs = await chat.bob.write(files=[("cat.png", b"cat")])
    await chat.ada.write(f"{chat.bot_mention} is this true?", reply_to=theirs)
    assert chat.said() == ["That message holds no text that could be looked up."]


@simulated(message_content=True)
async def test_long_message_that_discord_made_a_file_of_is_read(chat: Chat) -> None:
    theirs = await chat.bob.write(files=[("message.txt", CLAIM.encode())])
    await chat.ada.write(f"{chat.bot_mention} is this true?", reply_to=theirs)
    assert QUOTE in chat.said()[-1]


@pytest.mark.parametrize("text", ["", "is this true?", "stimmt das?", "what is this about?"])
@simulated()
async def test_file_attached_to_a_mention_is_checked(chat: Chat, text: str) -> None:
    await chat.ada.write(f"{chat.bot_mention} {text}", files=[("claim.txt", CLAIM.encode())])
    assert QUOTE in chat.said()[-1]


@pytest.mark.parametrize("name", ["cat.png", "claim.pdf"])
@simulated()
async def test_file_that_cannot_be_read_is_told_where_only_it_is_sent(chat: Chat, name: str) -> None:
    await chat.ada.write(chat.bot_mention, files=[(name, b"cat")])
    assert chat.said() == ["That message holds no text that could be looked up."]
    await chat.ada.write(f"{chat.bot_mention} {FIRST}", files=[(name, b"cat")])
    assert QUOTE in chat.said()[-1]


@simulated(message_content=True)
async def test_what_an_embed_says_is_read(chat: Chat) -> None:
    webhook = chat.guild.create_webhook(chat.channel)
    sent = await webhook.send(embeds=[discord.Embed(title="News", description=CLAIM)])
    theirs = Message(chat.env, chat.channel.id, sent.id)
    await chat.ada.write(f"{chat.bot_mention} is this true?", reply_to=theirs)
    assert QUOTE in chat.said()[-1]


@simulated()
async def test_forwarded_message_is_checked_in_direct_messages(chat: Chat) -> None:
    theirs = await chat.bob.write(CLAIM)
    private = chat.ada.private_channel
    reference = {"type": 1, "channel_id": str(theirs.channel_id), "message_id": str(theirs.id)}
    await chat.ada.user.send_dm(reference=reference)
    assert QUOTE in chat.said(private)[-1]


@simulated()
async def test_mention_of_the_role_gets_a_hint_once(chat: Chat) -> None:
    await owner(chat).send(chat.channel, f"{chat.bot_role.mention} {FIRST}")
    assert chat.said() == ["Mention me instead of my role, and I can read your question."]


@simulated(message_content=True)
async def test_mention_of_the_role_is_answered_where_the_text_is_seen(chat: Chat) -> None:
    await owner(chat).send(chat.channel, f"{chat.bot_role.mention} {FIRST}")
    assert QUOTE in chat.said()[-1]


@simulated()
async def test_mention_that_an_edit_adds_is_answered_once(chat: Chat) -> None:
    asked = await chat.ada.write(FIRST)
    assert chat.said() == []
    await chat.ada.change(asked, f"{chat.bot_mention} {FIRST}")
    assert QUOTE in chat.said()[-1]
    await chat.ada.change(asked, f"{chat.bot_mention} {FIRST} please")
    assert len(chat.said()) == 1
    answered = await chat.ada.write(f"{chat.bot_mention} {FIRST}")
    await chat.ada.change(answered, f"{chat.bot_mention} What will Europol do?")
    assert len(chat.said()) == 2
