"""Mentions, replies, direct messages, threads: the same answers, and silence where nobody asked."""

import logging

import pytest

from bot.render import BLUE
from index.engine import Engine
from tests.bot.stage import QUESTION, QUOTE, Stage, on_stage, play
from tests.emulator import Kind, Permission

HELP = "## Ask what the EU has decided"
HINT = "Discord does not show me replies to an answer that a command gave"


@on_stage()
async def test_mention_is_answered_by_a_reply_that_pings_nobody(stage: Stage) -> None:
    asked = await stage.emulator.post(stage.ada, stage.channel, f"{stage.emulator.bot.mention} {QUESTION}")
    await stage.emulator.wait(lambda: stage.said())
    message = stage.channel.messages[-1]
    assert message.reply_to is asked
    assert message.accent_colours == [BLUE]
    assert message.text().startswith(f"> **[1]** “{QUOTE}")
    assert message.buttons[-4:] == ["More", "Helpful", "Not helpful", "Delete"]
    assert not message.pings
    assert message.nonce is not None


@on_stage()
async def test_mention_may_stand_anywhere_and_what_it_hides_is_not_shown(stage: Stage) -> None:
    text = f"tell me <@!{stage.emulator.bot.id}>\u202e: which agency will train border\u200b control units"
    await stage.emulator.post(stage.ada, stage.channel, text)
    await stage.emulator.wait(lambda: stage.said())
    assert stage.said()[0].startswith(f"> **[1]** “{QUOTE}")


@on_stage()
async def test_mention_without_words_gets_the_short_help(stage: Stage) -> None:
    message = await stage.mention("")
    assert message.text().startswith(HELP)
    assert QUOTE not in message.text()
    answer = await stage.click(stage.bob, message, "What will the joint liaison task force do?")
    assert answer.ephemeral
    assert "This task force will provide a platform" in answer.text()


@on_stage()
async def test_mention_that_asks_nothing_is_told_so(stage: Stage) -> None:
    message = await stage.mention("why is it so?")
    assert message.text() == ("The question holds only words that stand in every text: say what it is about.")


@on_stage()
async def test_follow_up_is_read_with_the_question_before(stage: Stage) -> None:
    first = await stage.mention("What will CEPOL do?")
    second = await stage.reply(first, "and Frontex?")
    assert second.text().split("\n")[0] == "-# Read as: What will Frontex do?"
    assert "No release names Frontex." in second.text()
    third = await stage.reply(second, "and Europol?")
    assert third.text().split("\n")[0] == "-# Read as: What will Europol do?"


@on_stage()
async def test_what_one_person_asked_is_not_in_the_follow_up_of_another(stage: Stage) -> None:
    first = await stage.mention("What will CEPOL do?")
    second = await stage.reply(first, "and Frontex?", user=stage.bob)
    assert "Read as" not in second.text()
    assert "CEPOL do" not in second.text()


@on_stage()
async def test_what_was_asked_in_one_channel_is_not_in_another(stage: Stage) -> None:
    private = stage.emulator.private_channel(stage.ada)
    first = await stage.mention("What will CEPOL do?")
    await stage.emulator.post(stage.ada, private, "and Frontex?")
    await stage.emulator.wait(lambda: stage.said(private))
    assert "Read as" not in stage.said(private)[0]
    assert (await stage.bot.storing(lambda store: store.answer_in(first.id))).channel == stage.channel.id  # type: ignore[union-attr]


@on_stage()
async def test_thanks_is_not_answered(stage: Stage) -> None:
    answer = await stage.mention("What will CEPOL do?")
    await stage.emulator.post(stage.ada, stage.channel, "thanks!", reply_to=answer)
    await stage.quiet()
    assert len(stage.said()) == 2


@on_stage()
async def test_reply_is_answered_if_it_asks_or_finds_an_answer(stage: Stage) -> None:
    answer = await stage.mention("What will CEPOL do?")
    found = await stage.reply(answer, "tell me which agency will train border control units")
    assert QUOTE in found.text()
    asked = await stage.reply(answer, "How do penguins vote?")
    assert "Not found" in asked.text()


@on_stage()
async def test_reply_without_the_ping_is_for_somebody_else(stage: Stage) -> None:
    answer = await stage.mention("What will CEPOL do?")
    await stage.emulator.post(stage.ada, stage.channel, "and Frontex?", reply_to=answer, ping=False)
    await stage.quiet()
    assert len(stage.said()) == 2


@on_stage()
async def test_reply_to_the_answer_of_a_command_gets_one_hint(stage: Stage) -> None:
    answer = await stage.ask()
    await stage.reply(answer, "and Frontex?")
    assert HINT in stage.said()[-1]
    await stage.emulator.post(stage.bob, stage.channel, "and Europol?", reply_to=answer)
    await stage.quiet()
    assert len([text for text in stage.said() if HINT in text]) == 1
    mentioned = await stage.mention("and Frontex?")
    assert HINT not in mentioned.text()


@on_stage()
async def test_picture_in_reply_to_an_answer_gets_no_hint(stage: Stage) -> None:
    answer = await stage.mention("What will CEPOL do?")
    await stage.emulator.post(stage.ada, stage.channel, reply_to=answer, files={"cat.png": b"cat"})
    await stage.quiet()
    assert not [text for text in stage.said() if HINT in text]


@on_stage()
async def test_direct_message_is_a_question(stage: Stage) -> None:
    private = stage.emulator.private_channel(stage.ada)
    await stage.emulator.post(stage.ada, private, "What will CEPOL do?")
    await stage.emulator.wait(lambda: stage.said(private))
    assert QUOTE in stage.said(private)[0]
    followed = await stage.reply(private.messages[-1], "and Frontex?")
    assert followed.text().startswith("-# Read as: What will Frontex do?")


@on_stage()
async def test_thread_is_answered_in_when_the_bot_is_mentioned_or_replied_to(stage: Stage) -> None:
    thread = stage.channel.add_thread(owner=stage.ada)
    await stage.emulator.post(stage.ada, thread, QUESTION)
    answer = await stage.mention(QUESTION, channel=thread)
    assert answer.channel is thread
    assert QUOTE in (await stage.reply(answer, "what will CEPOL do?")).text()
    assert len(stage.said(thread)) == 2


@on_stage()
async def test_bots_webhooks_system_messages_and_mentions_of_many_are_ignored(stage: Stage) -> None:
    emulator, channel, bot = stage.emulator, stage.channel, stage.emulator.bot
    other = emulator.add_user("other", bot=True)
    stage.guild.add_member(other)
    await emulator.post(other, channel, f"{bot.mention} {QUESTION}")
    await emulator.post(stage.ada, channel, f"{bot.mention} {QUESTION}", webhook=True)
    await emulator.post(stage.ada, channel, f"{bot.mention} {QUESTION}", kind=7)
    await emulator.post(stage.guild.owner, channel, f"@everyone {QUESTION}")
    await emulator.post(stage.guild.owner, channel, f"{stage.guild.bot_role.mention} {QUESTION}")
    await emulator.post(stage.ada, channel, QUESTION)
    edited = await emulator.post(stage.ada, channel, QUESTION)
    await emulator.edit(edited, f"{bot.mention} {QUESTION}")
    await stage.quiet()
    assert len(stage.said()) == 1


@on_stage(pace=6, pace_burst=1)
async def test_over_the_pace_there_is_one_hourglass_and_no_message(stage: Stage) -> None:
    bot = stage.emulator.bot
    await stage.mention(QUESTION)
    for text in (QUESTION, ""):
        asked = await stage.emulator.post(stage.ada, stage.channel, f"{bot.mention} {text}")
        await stage.emulator.wait(lambda asked=asked: asked.reactions)  # type: ignore[misc]
        assert asked.reactions == {"⏳": [bot]}
    assert QUOTE in (await stage.mention(QUESTION, user=stage.bob)).text()
    assert len(stage.said()) == 2


@on_stage()
async def test_channel_that_is_switched_off_gets_nothing_nor_do_its_threads_and_posts(stage: Stage) -> None:
    talk = stage.guild.add_channel("talk")
    forum = stage.guild.add_channel("forum", Kind.FORUM)
    places = [talk, talk.add_thread(owner=stage.ada), forum.add_thread("a post", owner=stage.ada)]
    await stage.server_chose(channels=(stage.channel.id,))
    for place in places:
        await stage.emulator.post(stage.ada, place, f"{stage.emulator.bot.mention} {QUESTION}")
    await stage.quiet()
    assert [stage.said(place) for place in places] == [[], [], []]
    await stage.server_chose(channels=(talk.id, forum.id))
    for place in places:
        assert QUOTE in (await stage.mention(QUESTION, channel=place)).text()


@pytest.mark.parametrize(
    "missing", [Permission.VIEW_CHANNEL, Permission.SEND_MESSAGES, Permission.READ_MESSAGE_HISTORY]
)
def test_nothing_is_sent_where_a_permission_is_missing(
    served_by_default_model: Engine, missing: Permission, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(stage: Stage) -> None:
        closed = stage.guild.add_channel("closed")
        closed.set_overwrite(stage.guild.bot_role, deny=missing)
        for _ in range(2):
            await stage.emulator.post(stage.ada, closed, f"{stage.emulator.bot.mention} {QUESTION}")
        await stage.quiet()
        assert stage.said(closed) == []
        assert stage.emulator.requested("POST", f"/channels/{closed.id}/") == []
        lines = [line for line in caplog.messages if f"cannot answer in channel {closed.id}" in line]
        assert len(lines) == (0 if missing is Permission.VIEW_CHANNEL else 1)  # what is not seen is not heard of

    with caplog.at_level(logging.WARNING):
        play(scenario, served_by_default_model)


@on_stage()
async def test_thread_takes_the_permission_for_threads(stage: Stage) -> None:
    thread = stage.channel.add_thread(owner=stage.ada)
    stage.channel.set_overwrite(stage.guild.bot_role, deny=Permission.SEND_MESSAGES_IN_THREADS)
    await stage.emulator.post(stage.ada, thread, f"{stage.emulator.bot.mention} {QUESTION}")
    await stage.quiet()
    assert stage.said(thread) == []
