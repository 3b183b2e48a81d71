"""`/setup`: who may, what every control changes, and the ask channel."""

from collections.abc import Sequence

import discord

from bot.run import _has_content_intent
from bot.store import ServerSettings
from tests.bot.stage import QUESTION, QUOTE, Stage, on_stage, refusal
from tests.emulator import Kind, Message, Permission, User
from tests.emulator.components import STRING_SELECT, TEXT, walk

NEEDS = "This needs the permission to manage the server."
CHANNELS, ASK_CHANNEL = 0, 1


def manager(stage: Stage) -> User:
    """Return somebody who manages the server, and is not its owner."""
    carol = stage.emulator.add_user("carol")
    stage.guild.add_member(carol, permissions=int(Permission.MANAGE_GUILD))
    return carol


async def opened(stage: Stage, user: User) -> Message:
    """Let somebody open the settings."""
    interaction = await stage.emulator.slash(user, stage.channel, "setup")
    assert not interaction.deferred
    assert interaction.original is not None
    assert interaction.original.ephemeral
    return interaction.original


def menu(message: Message, kind: int, number: int) -> str:
    """Return the custom id of a menu."""
    return str([part for part in walk(message.components) if part["type"] == kind][number]["custom_id"])


async def choose(stage: Stage, user: User, message: Message, kind: int, number: int, values: Sequence[object]) -> None:
    """Let somebody choose in a menu, and wait until the settings show it."""
    edits = message.edits
    await stage.emulator.select(user, message, menu(message, kind, number), values)
    await stage.emulator.wait(lambda: message.edits > edits)


def said(message: Message) -> list[str]:
    """Return the texts of the settings."""
    return [part["content"] for part in walk(message.components) if part["type"] == TEXT]


@on_stage()
async def test_only_managers_of_the_server_may_also_where_the_command_is_shown_to_all(stage: Stage) -> None:
    command = await stage.emulator.slash(stage.bob, stage.channel, "setup", override=True)
    assert refusal(command) == NEEDS
    carol = manager(stage)
    message = await opened(stage, carol)
    stage.guild.members[carol.id].roles[0].permissions = 0
    late = await stage.emulator.select(carol, message, menu(message, STRING_SELECT, 0), ["fr"])
    assert refusal(late) == NEEDS
    assert stage.bot.servers == {}


@on_stage()
async def test_one_view_holds_every_setting(stage: Stage) -> None:
    message = await opened(stage, manager(stage))
    assert said(message) == [
        "## Settings of this server",
        "**Channels** where I answer everybody; none chosen means all of them",
        "**Language** of answers that everybody sees",
        "**Pace**: how many questions a person may ask in a minute",
        "**Ask channel**: a standing message with a button, and a thread an answer",
        "**Answers are public**",
    ]
    assert message.buttons == ["Make private"]


@on_stage()
async def test_channels_where_a_permission_is_missing_are_listed(stage: Stage) -> None:
    closed = stage.guild.add_channel("closed")
    closed.set_overwrite(stage.guild.bot_role, deny=Permission.SEND_MESSAGES | Permission.READ_MESSAGE_HISTORY)
    forum = stage.guild.add_channel("forum", Kind.FORUM)
    forum.set_overwrite(stage.guild.bot_role, deny=Permission.SEND_MESSAGES_IN_THREADS)
    carol = manager(stage)
    message = await opened(stage, carol)
    assert said(message)[1].split("\n") == [
        f"⚠ I cannot answer in {closed.mention}: Send Messages, Read Message History",
        f"⚠ I cannot answer in {forum.mention}: Send Messages in Threads",
    ]
    await choose(stage, carol, message, 8, CHANNELS, [stage.channel])
    assert not said(message)[1].startswith("⚠")


@on_stage()
async def test_channels_are_kept_shown_and_obeyed(stage: Stage) -> None:
    carol = manager(stage)
    other = stage.guild.add_channel("other")
    message = await opened(stage, carol)
    await choose(stage, carol, message, 8, CHANNELS, [other])
    assert stage.bot.servers[stage.guild.id].channels == (other.id,)
    assert await stage.bot.storing(lambda store: store.servers()) == stage.bot.servers
    [chosen] = [part for part in walk(message.components) if part.get("default_values")]
    assert [(int(one["id"]), one["type"]) for one in chosen["default_values"]] == [(other.id, "channel")]
    assert (await stage.ask()).ephemeral
    assert QUOTE in (await stage.mention(QUESTION, channel=other)).text()
    await choose(stage, carol, message, 8, CHANNELS, [])
    assert not (await stage.ask()).ephemeral


@on_stage()
async def test_channel_that_was_deleted_is_not_offered_as_chosen(stage: Stage) -> None:
    gone = stage.guild.add_channel("gone")
    await stage.server_chose(channels=(gone.id, stage.channel.id))
    gone.delete()
    message = await opened(stage, manager(stage))
    [chosen] = [part for part in walk(message.components) if part.get("default_values")]
    assert [int(one["id"]) for one in chosen["default_values"]] == [stage.channel.id]


@on_stage()
async def test_privacy_language_and_pace_are_kept_and_obeyed(stage: Stage) -> None:
    carol = manager(stage)
    message = await opened(stage, carol)
    await stage.emulator.click(carol, message, "Make private")
    assert said(message)[-1] == "**Answers are private unless asked otherwise**"
    assert (await stage.ask()).ephemeral
    await stage.emulator.click(carol, message, "Make public")
    await choose(stage, carol, message, STRING_SELECT, 0, ["fr"])
    await choose(stage, carol, message, STRING_SELECT, 1, ["2"])
    assert stage.bot.servers[stage.guild.id] == ServerSettings(language="fr", pace=2)
    assert await stage.bot.storing(lambda store: store.servers()) == stage.bot.servers
    assert stage.bot.words_public(stage.guild.id, "en-GB", stage.ada.id).language == "fr"
    chosen = [one["label"] for part in walk(message.components) for one in part.get("options", []) if one["default"]]
    assert chosen == ["Français", "2"]
    for _ in range(2):
        await stage.command("ask", user=stage.bob, question=QUESTION)
    refused = await stage.emulator.slash(stage.bob, stage.channel, "ask", question=QUESTION)
    assert "30" in refusal(refused)
    await choose(stage, carol, message, STRING_SELECT, 0, ["-"])
    await choose(stage, carol, message, STRING_SELECT, 1, ["-"])
    assert stage.bot.servers[stage.guild.id] == ServerSettings()


@on_stage()
async def test_ask_channel_has_a_standing_message_and_a_thread_an_answer(stage: Stage) -> None:
    carol = manager(stage)
    place = stage.guild.add_channel("ask-the-eu")
    message = await opened(stage, carol)
    await choose(stage, carol, message, 8, ASK_CHANNEL, [place])
    [standing] = place.messages
    assert stage.bot.servers[stage.guild.id] == ServerSettings(ask_channel=place.id, ask_message=standing.id)
    assert standing.text().startswith("Ask what the EU has decided: press the button,")
    assert standing.buttons == ["Ask a question"]

    shown = await stage.emulator.click(stage.ada, standing, "Ask a question")
    sent = await stage.emulator.submit(stage.ada, shown, {"Your question": QUESTION})
    told = await stage.answered(sent)
    [thread] = [channel for channel in stage.guild.channels if channel.parent is place]
    assert thread.name == QUESTION
    assert stage.ada.id in thread.joined
    assert told.ephemeral
    assert told.text() == f"Answered in {thread.mention}."
    [answer] = thread.messages
    assert answer.text().startswith(f"-# Asked: {QUESTION}\n> **[1]** “{QUOTE}")
    followed = await stage.reply(answer, "and Frontex?")
    assert "Read as: " in followed.text()
    stranger = await stage.emulator.click(stage.bob, answer, "Delete")
    await stage.emulator.wait(lambda: stranger.followups)
    assert stranger.followups[0].text() == "Only the person who asked or a moderator can delete this."
    await stage.emulator.click(stage.ada, answer, "Delete")
    await stage.emulator.wait(lambda: answer.deleted)


@on_stage()
async def test_ask_channel_answers_though_it_is_none_of_the_chosen_and_moves(stage: Stage) -> None:
    carol = manager(stage)
    places = [stage.guild.add_channel("one"), stage.guild.add_channel("two")]
    await stage.server_chose(channels=(stage.channel.id,))
    message = await opened(stage, carol)
    await choose(stage, carol, message, 8, ASK_CHANNEL, [places[0]])
    assert QUOTE in (await stage.mention(QUESTION, channel=places[0])).text()
    await choose(stage, carol, message, 8, ASK_CHANNEL, [places[1]])
    assert len(places[1].messages) == 1
    assert "Ask a question" not in [label for one in places[0].messages for label in one.buttons]
    await choose(stage, carol, message, 8, ASK_CHANNEL, [])
    assert places[1].messages == []
    assert stage.bot.servers[stage.guild.id] == ServerSettings(channels=(stage.channel.id,))


@on_stage()
async def test_ask_channel_needs_its_permissions(stage: Stage) -> None:
    place = stage.guild.add_channel("ask-the-eu")
    place.set_overwrite(stage.guild.bot_role, deny=Permission.CREATE_PUBLIC_THREADS)
    carol = manager(stage)
    message = await opened(stage, carol)
    chosen = await stage.emulator.select(carol, message, menu(message, 8, ASK_CHANNEL), [place])
    assert refusal(chosen) == f"I cannot answer in {place.mention}: Create Public Threads"
    assert place.messages == []


@on_stage(pace=6, pace_burst=1)
async def test_window_of_the_ask_channel_refuses_what_a_command_would(stage: Stage) -> None:
    place = stage.guild.add_channel("ask-the-eu")
    carol = manager(stage)
    message = await opened(stage, carol)
    await choose(stage, carol, message, 8, ASK_CHANNEL, [place])
    [standing] = place.messages

    async def submit(text: str) -> str:
        shown = await stage.emulator.click(stage.ada, standing, "Ask a question")
        return refusal(await stage.emulator.submit(stage.ada, shown, {"Your question": text}))

    assert await submit("?!") == 'The question holds no word: ask in a few words, as "What will Europol do?".'
    await stage.ask()
    assert await submit(QUESTION) == "That was fast: ask again in 10 seconds."
    assert not [channel for channel in stage.guild.channels if channel.kind.is_thread]


@on_stage()
async def test_words_in_the_ask_channel_are_no_question_without_the_intent(stage: Stage) -> None:
    await stage.server_chose(ask_channel=stage.channel.id)
    await stage.emulator.post(stage.ada, stage.channel, QUESTION)
    await stage.quiet()
    assert len(stage.said()) == 1


@on_stage(message_content=True)
async def test_three_words_in_the_ask_channel_are_a_question_with_the_intent(stage: Stage) -> None:
    talk = stage.guild.add_channel("talk")
    await stage.server_chose(ask_channel=stage.channel.id)
    thread = stage.channel.add_thread(owner=stage.ada)
    for place, text in ((stage.channel, "hello there"), (talk, QUESTION), (thread, QUESTION)):
        await stage.emulator.post(stage.ada, place, text)
    asked = await stage.emulator.post(stage.ada, stage.channel, QUESTION)
    await stage.emulator.wait(lambda: stage.said())
    assert QUOTE in stage.said()[0]
    assert stage.channel.messages[-1].reply_to is asked
    await stage.quiet()
    assert (len(stage.said()), stage.said(talk), stage.said(thread)) == (2, [], [])


@on_stage()
async def test_message_content_is_asked_for_only_where_the_application_has_it(stage: Stage) -> None:
    async def has() -> bool:
        probe = discord.Client(intents=discord.Intents.none(), connector=stage.emulator.connector())
        return await _has_content_intent(probe, stage.emulator.token)

    assert not await has()
    stage.emulator.application.allow_message_content()
    assert await has()
