"""Mentions, replies, direct messages, threads: the same answers, and silence where nobody asked."""

import logging

import pytest
import simcord
from simcord.enums import MessageType

from bot.views.message import BLUE
from tests.simulation import QUESTION, QUOTE, Chat, simulated

HELP = "## Ask what the EU has decided"
HINT = "Discord does not show me replies to an answer that a command gave"


@simulated()
async def test_mention_is_answered_by_a_reply_that_pings_nobody(chat: Chat) -> None:
    asked = await chat.ada.write(f"{chat.bot_mention} {QUESTION}")
    message = chat.messages()[-1]
    assert message.replies_to == asked.id
    assert message.accent_colours == [BLUE]
    assert message.text().startswith(f"> **[1]** “{QUOTE}")
    assert message.buttons[-4:] == ["More", "Helpful", "Not helpful", "Delete"]
    assert not message.pings
    [sent] = chat.requested("POST", f"/channels/{chat.channel.id}/messages")
    assert isinstance(sent.json, dict)
    assert sent.json["nonce"] is not None
    assert sent.json["enforce_nonce"]


@simulated()
async def test_mention_may_stand_anywhere_and_what_it_hides_is_not_shown(chat: Chat) -> None:
    text = f"tell me {chat.bot_mention.replace('@', '@!')}\u202e: which agency will train border\u200b control units"
    await chat.ada.write(text)
    assert chat.said()[0].startswith(f"> **[1]** “{QUOTE}")


@simulated()
async def test_mention_without_words_gets_the_short_help(chat: Chat) -> None:
    message = await chat.mention("")
    assert message.text().startswith(HELP)
    assert QUOTE not in message.text()
    answer = await chat.bob.click(message, "What will the joint liaison task force do?")
    assert answer.ephemeral
    assert "This task force will provide a platform" in answer.text()


@simulated()
async def test_mention_that_asks_nothing_is_told_so(chat: Chat) -> None:
    message = await chat.mention("why is it so?")
    assert message.text() == ("The question holds only words that stand in every text: say what it is about.")


@simulated()
async def test_follow_up_is_read_with_the_question_before(chat: Chat) -> None:
    first = await chat.mention("What will CEPOL do?")
    second = await chat.ada.reply(first, "and Frontex?")
    assert second.text().split("\n")[0] == "-# Read as: What will Frontex do?"
    assert "none names Frontex." in second.text()
    third = await chat.ada.reply(second, "and Europol?")
    assert third.text().split("\n")[0] == "-# Read as: What will Europol do?"


@simulated()
async def test_what_one_person_asked_is_not_in_the_follow_up_of_another(chat: Chat) -> None:
    first = await chat.mention("What will CEPOL do?")
    second = await chat.bob.reply(first, "and Frontex?")
    assert "Read as" not in second.text()
    assert "CEPOL do" not in second.text()


@simulated()
async def test_what_was_asked_in_one_channel_is_not_in_another(chat: Chat) -> None:
    private = chat.ada.private_channel
    first = await chat.mention("What will CEPOL do?")
    await chat.ada.write("and Frontex?", channel=private)
    assert "Read as" not in chat.said(private)[0]
    assert (await chat.bot.store.write(lambda store: store.answer_in(first.id))).channel == chat.channel.id  # type: ignore[union-attr]


@simulated()
async def test_thanks_is_not_answered(chat: Chat) -> None:
    answer = await chat.mention("What will CEPOL do?")
    await chat.ada.write("thanks!", reply_to=answer)
    assert chat.said() == [answer.text()]


@simulated()
async def test_reply_is_answered_if_it_asks_or_finds_an_answer(chat: Chat) -> None:
    answer = await chat.mention("What will CEPOL do?")
    result = await chat.ada.reply(answer, "tell me which agency will train border control units")
    assert QUOTE in result.text()
    asked = await chat.ada.reply(answer, "How do penguins vote?")
    assert "Not found" in asked.text()


@simulated()
async def test_reply_without_the_ping_is_for_somebody_else(chat: Chat) -> None:
    answer = await chat.mention("What will CEPOL do?")
    await chat.ada.write("and Frontex?", reply_to=answer, ping=False)
    assert chat.said() == [answer.text()]


@simulated()
async def test_reply_to_the_answer_of_a_command_gets_one_hint(chat: Chat) -> None:
    answer = await chat.ask()
    await chat.ada.reply(answer, "and Frontex?")
    assert HINT in chat.said()[-1]
    await chat.bob.write("and Europol?", reply_to=answer)
    assert len([text for text in chat.said() if HINT in text]) == 1
    mentioned = await chat.mention("and Frontex?")
    assert HINT not in mentioned.text()


@simulated()
async def test_picture_in_reply_to_an_answer_gets_no_hint(chat: Chat) -> None:
    answer = await chat.mention("What will CEPOL do?")
    await chat.ada.write(reply_to=answer, files=[("cat.png", b"cat")])
    assert not [text for text in chat.said() if HINT in text]


@simulated()
async def test_direct_message_is_a_question(chat: Chat) -> None:
    private = chat.ada.private_channel
    await chat.ada.write("What will CEPOL do?", channel=private)
    assert QUOTE in chat.said(private)[0]
    followed = await chat.ada.reply(chat.messages(private)[-1], "and Frontex?")
    assert followed.text().startswith("-# Read as: What will Frontex do?")


@simulated()
async def test_thread_is_answered_in_when_the_bot_is_mentioned_or_replied_to(chat: Chat) -> None:
    thread = chat.add_thread(chat.channel)
    await chat.ada.write(QUESTION, channel=thread)
    answer = await chat.mention(QUESTION, channel=thread)
    assert answer.channel_id == thread.id
    assert QUOTE in (await chat.ada.reply(answer, "what will CEPOL do?")).text()
    assert len(chat.said(thread)) == 2


@simulated()
async def test_bots_webhooks_system_messages_and_mentions_of_many_are_ignored(chat: Chat) -> None:
    guild, channel, asked = chat.guild, chat.channel, f"{chat.bot_mention} {QUESTION}"
    owner, other = (
        simcord.MemberActor(chat.env, guild, guild.owner),
        guild.add_member(chat.env.create_user("x", bot=True)),
    )
    await other.send(channel, asked)
    await guild.create_webhook(channel).send(asked)
    guild.create_system_message(channel, MessageType.NEW_MEMBER, author=chat.ada.user)
    await owner.send(channel, f"@everyone {QUESTION}")
    assert chat.said() == []


@simulated(pace=6, pace_burst=1)
async def test_over_the_pace_there_is_one_hourglass_and_no_message(chat: Chat) -> None:
    await chat.mention(QUESTION)
    for text in (QUESTION, ""):
        asked = await chat.ada.write(f"{chat.bot_mention} {text}")
        assert asked.reactions == {"⏳": [chat.env.backend.bot_user.id]}
    assert QUOTE in (await chat.bob.mention_bot(QUESTION)).text()
    assert len(chat.said()) == 2


@simulated()
async def test_channel_that_is_switched_off_gets_nothing_nor_do_its_threads_and_posts(chat: Chat) -> None:
    talk = chat.guild.create_text_channel("talk")
    forum = chat.guild.create_forum_channel("forum")
    places = [talk, chat.add_thread(talk), chat.add_thread(forum)]
    await chat.server_chose(channels=(chat.channel.id,))
    for place in places:
        await chat.ada.write(f"{chat.bot_mention} {QUESTION}", channel=place)
    assert [chat.said(place) for place in places] == [[], [], []]
    await chat.server_chose(channels=(talk.id, forum.id))
    for place in places:
        assert QUOTE in (await chat.mention(QUESTION, channel=place)).text()


@pytest.mark.parametrize("missing", ["view_channel", "send_messages", "read_message_history"])
@simulated()
async def test_nothing_is_sent_where_a_permission_is_missing(
    chat: Chat, missing: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    closed = chat.guild.create_text_channel("closed")
    chat.deny(closed, missing)
    for _ in range(2):
        await chat.ada.write(f"{chat.bot_mention} {QUESTION}", channel=closed)
    assert chat.said(closed) == []
    assert chat.requested("POST", f"/channels/{closed.id}/") == []
    lines = [line for line in caplog.messages if f"cannot answer in channel {closed.id}" in line]
    assert len(lines) == (0 if missing == "view_channel" else 1)  # what is not seen is not heard of


@simulated()
async def test_thread_takes_the_permission_for_threads(chat: Chat) -> None:
    thread = chat.add_thread(chat.channel)
    chat.deny(chat.channel, "send_messages_in_threads")
    await chat.ada.write(f"{chat.bot_mention} {QUESTION}", channel=thread)
    assert chat.said(thread) == []
