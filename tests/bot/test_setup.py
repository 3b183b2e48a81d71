"""`/setup`: who may, what every control changes, and the ask channel."""

from collections.abc import Sequence

from discord import Permissions

from bot.user_data import ServerSettings
from tests.emulator.components import STRING_SELECT, TEXT, walk
from tests.simulation import QUESTION, QUOTE, Chat, Message, Person, refusal, simulated

NEEDS = "This needs the permission to manage the server."
CHANNELS, ASK_CHANNEL = 0, 1


def manager(chat: Chat) -> Person:
    """Return somebody who manages the server, and is not its owner."""
    return chat.add_person("carol", permissions=Permissions(manage_guild=True))


async def opened(user: Person) -> Message:
    """Let somebody open the settings."""
    message = await user.command("setup")
    assert not message.deferred
    assert message.ephemeral
    return message


def menu(message: Message, kind: int, number: int) -> str:
    """Return the custom id of a menu."""
    return str([part for part in walk(message.components) if part["type"] == kind][number]["custom_id"])


async def choose(user: Person, message: Message, kind: int, number: int, values: Sequence[object]) -> Message:
    """Let somebody choose in a menu."""
    return await user.choose(message, menu(message, kind, number), values)


def said(message: Message) -> list[str]:
    """Return the texts of the settings."""
    return [part["content"] for part in walk(message.components) if part["type"] == TEXT]


@simulated()
async def test_only_managers_of_the_server_may_also_where_the_command_is_shown_to_all(chat: Chat) -> None:
    chat.open_to_all("setup")
    assert refusal(await chat.bob.command("setup")) == NEEDS
    carol = manager(chat)
    message = await opened(carol)
    chat.permit(chat.guild.roles["carol's"], Permissions.none())
    assert refusal(await choose(carol, message, STRING_SELECT, 0, ["fr"])) == NEEDS
    assert chat.bot.servers == {}


@simulated()
async def test_one_view_holds_every_setting(chat: Chat) -> None:
    message = await opened(manager(chat))
    assert said(message) == [
        "## Settings of this server",
        "I read only messages that mention me. To have another one checked, people choose “Check against EU releases” "
        "in its menu.",
        "**Channels** where I answer everybody; none chosen means all of them",
        "**Language** of answers that everybody sees",
        "**Pace**: how many questions a person may ask in a minute",
        "**Ask channel**: a standing message with a button, and a thread an answer",
        "**Time zone** of the server: digests come at eight in the morning",
        "**Quiet hours**, in which I tell nobody of new releases",
        "**Answers are public**",
    ]
    assert message.buttons == ["Make private"]


@simulated()
async def test_channels_where_a_permission_is_missing_are_listed(chat: Chat) -> None:
    closed = chat.guild.create_text_channel("closed")
    chat.deny(closed, "send_messages", "read_message_history")
    forum = chat.guild.create_forum_channel("forum")
    chat.deny(forum, "send_messages_in_threads")
    carol = manager(chat)
    message = await opened(carol)
    assert said(message)[1].split("\n") == [
        f"⚠ I cannot answer in {closed.mention}: Send Messages, Read Message History",
        f"⚠ I cannot answer in {forum.mention}: Send Messages in Threads",
    ]
    await choose(carol, message, 8, CHANNELS, [chat.channel])
    assert not said(message)[1].startswith("⚠")


@simulated()
async def test_channels_are_kept_shown_and_obeyed(chat: Chat) -> None:
    carol = manager(chat)
    other = chat.guild.create_text_channel("other")
    message = await opened(carol)
    await choose(carol, message, 8, CHANNELS, [other])
    assert chat.bot.servers[chat.guild.id].channels == (other.id,)
    assert await chat.bot.store.write(lambda store: store.servers()) == chat.bot.servers
    [chosen] = [part for part in walk(message.components) if part.get("default_values")]
    assert [(int(each["id"]), each["type"]) for each in chosen["default_values"]] == [(other.id, "channel")]
    assert (await chat.ask()).ephemeral
    assert QUOTE in (await chat.mention(QUESTION, channel=other)).text()
    await choose(carol, message, 8, CHANNELS, [])
    assert not (await chat.ask()).ephemeral


@simulated()
async def test_channel_that_was_deleted_is_not_offered_as_chosen(chat: Chat) -> None:
    gone = chat.guild.create_text_channel("gone")
    await chat.server_chose(channels=(gone.id, chat.channel.id))
    chat.env.backend.delete_channel(gone.id)
    message = await opened(manager(chat))
    [chosen] = [part for part in walk(message.components) if part.get("default_values")]
    assert [int(each["id"]) for each in chosen["default_values"]] == [chat.channel.id]


@simulated()
async def test_privacy_language_and_pace_are_kept_and_obeyed(chat: Chat) -> None:
    carol = manager(chat)
    message = await opened(carol)
    await carol.click(message, "Make private")
    assert said(message)[-1] == "**Answers are private unless asked otherwise**"
    assert (await chat.ask()).ephemeral
    await carol.click(message, "Make public")
    await choose(carol, message, STRING_SELECT, 0, ["fr"])
    await choose(carol, message, STRING_SELECT, 1, ["2"])
    assert chat.bot.servers[chat.guild.id] == ServerSettings(language="fr", pace=2)
    assert await chat.bot.store.write(lambda store: store.servers()) == chat.bot.servers
    assert chat.bot.words_public(chat.guild.id, "en-GB", chat.ada.id).language == "fr"
    chosen = [each["label"] for part in walk(message.components) for each in part.get("options", []) if each["default"]]
    assert chosen == ["Français", "2", "As usual (Europe/Brussels)", "No quiet hours"]
    for _ in range(2):
        await chat.bob.command("ask", question=QUESTION)
    refused = await chat.bob.command("ask", question=QUESTION)
    assert "30" in refusal(refused)
    await choose(carol, message, STRING_SELECT, 0, ["-"])
    await choose(carol, message, STRING_SELECT, 1, ["-"])
    assert chat.bot.servers[chat.guild.id] == ServerSettings()


@simulated()
async def test_time_zone_and_quiet_hours_are_kept(chat: Chat) -> None:
    carol = manager(chat)
    message = await opened(carol)
    await choose(carol, message, STRING_SELECT, 2, ["Europe/Helsinki"])
    await choose(carol, message, STRING_SELECT, 3, ["22-7"])
    assert chat.bot.servers[chat.guild.id] == ServerSettings(zone="Europe/Helsinki", quiet=(22, 7))
    assert await chat.bot.store.write(lambda store: store.servers()) == chat.bot.servers
    chosen = [each["label"] for part in walk(message.components) for each in part.get("options", []) if each["default"]]
    assert chosen == ["As the server", "As usual (600)", "Europe/Helsinki", "22:00-07:00"]
    await choose(carol, message, STRING_SELECT, 2, ["-"])
    await choose(carol, message, STRING_SELECT, 3, ["-"])
    assert chat.bot.servers[chat.guild.id] == ServerSettings()


@simulated()
async def test_ask_channel_has_a_standing_message_and_a_thread_an_answer(chat: Chat) -> None:
    carol = manager(chat)
    place = chat.guild.create_text_channel("ask-the-eu")
    message = await opened(carol)
    await choose(carol, message, 8, ASK_CHANNEL, [place])
    [standing] = chat.messages(place)
    assert chat.bot.servers[chat.guild.id] == ServerSettings(ask_channel=place.id, ask_message=standing.id)
    assert standing.text().startswith("Ask what the EU has decided: press the button,")
    assert standing.buttons == ["Ask a question"]

    shown = await chat.ada.opens(standing, "Ask a question")
    told = await shown.send({"Your question": QUESTION})
    [thread] = place.threads
    assert thread.name == QUESTION
    assert chat.ada.id in chat.env.backend.get_thread(thread.id).thread_members
    assert told.ephemeral
    assert told.text() == f"Answered in {thread.mention}."
    [answer] = chat.messages(thread)
    assert answer.text().startswith(f"-# Asked: {QUESTION}\n> **[1]** “{QUOTE}")
    followed = await chat.ada.reply(answer, "and Frontex?")
    assert "Read as: " in followed.text()
    refused = await chat.bob.click(answer, "Delete")
    assert refused.text() == "Only the person who asked or a moderator can delete this."
    await chat.ada.press(answer, "Delete")
    assert answer.deleted


@simulated()
async def test_ask_channel_answers_though_it_is_none_of_the_chosen_and_moves(chat: Chat) -> None:
    carol = manager(chat)
    places = [chat.guild.create_text_channel("one"), chat.guild.create_text_channel("two")]
    await chat.server_chose(channels=(chat.channel.id,))
    message = await opened(carol)
    await choose(carol, message, 8, ASK_CHANNEL, [places[0]])
    assert QUOTE in (await chat.mention(QUESTION, channel=places[0])).text()
    await choose(carol, message, 8, ASK_CHANNEL, [places[1]])
    assert len(chat.messages(places[1])) == 1
    assert "Ask a question" not in [label for each in chat.messages(places[0]) for label in each.buttons]
    await choose(carol, message, 8, ASK_CHANNEL, [])
    assert chat.messages(places[1]) == []
    assert chat.bot.servers[chat.guild.id] == ServerSettings(channels=(chat.channel.id,))


@simulated()
async def test_ask_channel_needs_its_permissions(chat: Chat) -> None:
    place = chat.guild.create_text_channel("ask-the-eu")
    chat.deny(place, "create_public_threads")
    carol = manager(chat)
    message = await opened(carol)
    assert (
        refusal(await choose(carol, message, 8, ASK_CHANNEL, [place]))
        == f"I cannot answer in {place.mention}: Create Public Threads"
    )
    assert chat.messages(place) == []


@simulated(pace=6, pace_burst=1)
async def test_window_of_the_ask_channel_refuses_what_a_command_would(chat: Chat) -> None:
    place = chat.guild.create_text_channel("ask-the-eu")
    carol = manager(chat)
    message = await opened(carol)
    await choose(carol, message, 8, ASK_CHANNEL, [place])
    [standing] = chat.messages(place)

    async def submit(text: str) -> str:
        shown = await chat.ada.opens(standing, "Ask a question")
        return refusal(await shown.send({"Your question": text}))

    assert await submit("?!") == 'The question holds no word: ask in a few words, as "What will Europol do?".'
    await chat.ask()
    assert await submit(QUESTION) == "That was fast: ask again in 10 seconds."
    assert place.threads == []


@simulated()
async def test_words_in_the_ask_channel_are_no_question_without_the_intent(chat: Chat) -> None:
    await chat.server_chose(ask_channel=chat.channel.id)
    await chat.ada.write(QUESTION)
    assert chat.said() == []


@simulated(message_content=True)
async def test_three_words_in_the_ask_channel_are_a_question_with_the_intent(chat: Chat) -> None:
    talk = chat.guild.create_text_channel("talk")
    await chat.server_chose(ask_channel=chat.channel.id)
    thread = chat.add_thread(chat.channel)
    for place, text in ((chat.channel, "hello there"), (talk, QUESTION), (thread, QUESTION)):
        await chat.ada.write(text, channel=place)
    asked = await chat.ada.write(QUESTION)
    assert QUOTE in chat.said()[0]
    assert chat.messages()[-1].replies_to == asked.id
    assert (len(chat.said()), chat.said(talk), chat.said(thread)) == (1, [], [])
