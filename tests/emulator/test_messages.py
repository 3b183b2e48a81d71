"""Messages in and out: what the bot may read, may send, and whom it would ping."""

import io
from typing import Any

import discord
import pytest
from discord import ui

from tests.emulator import Channel, Kind, Permission
from tests.emulator.fast import asynchronous
from tests.emulator.scene import Scene, scene


def place(on: Scene, channel: Channel | None = None) -> Any:  # noqa: ANN401
    return on.bot.get_channel((channel or on.channel).id)


@asynchronous
async def test_content_reaches_the_bot_where_it_is_mentioned_or_answered() -> None:
    async with scene() as on:
        emulator, bot = on.emulator, on.emulator.bot
        sent = await place(on).send("a regular message")
        regular = on.channel.messages[-1]
        assert regular.id == sent.id
        slash = (await emulator.slash(on.ada, on.channel, "agency", name="x")).original
        private = emulator.private_channel(on.ada)
        await emulator.post(on.ada, on.channel, "not for the bot", files={"a.txt": b"secret"})
        await emulator.post(on.ada, on.channel, f"{bot.mention} mentioned", files={"a.txt": b"open"})
        await emulator.post(on.ada, on.channel, "ping reply", reply_to=regular)
        await emulator.post(on.ada, on.channel, "silent reply", reply_to=regular, ping=False)
        await emulator.post(on.ada, on.channel, "reply to a response", reply_to=slash)
        await emulator.post(on.ada, on.channel, f"{bot.mention} reply to a response", reply_to=slash)
        await emulator.post(on.ada, private, "in private")
        await emulator.wait(lambda: len(on.bot.heard) == 7)
        mentioned = f"{bot.mention} mentioned"
        assert [message.content for message in on.bot.heard] == [
            "", mentioned, "ping reply", "", "", f"{bot.mention} reply to a response", "in private"
        ]  # fmt: skip
        assert not on.bot.heard[0].attachments
        assert await on.bot.heard[1].attachments[0].read() == b"open"
        assert [on.bot.user in message.mentions for message in on.bot.heard] == [
            False, True, True, False, True, True, False
        ]  # fmt: skip


@asynchronous
async def test_rest_hides_content_too() -> None:
    async with scene() as on:
        await on.emulator.post(on.ada, on.channel, "not for the bot")
        assert [message.content async for message in place(on).history()] == [""]
        on.emulator.application.allow_message_content()
        assert [message.content async for message in place(on).history()] == ["not for the bot"]


@asynchronous
async def test_bots_webhooks_and_system_messages() -> None:
    async with scene() as on:
        other = on.emulator.add_user("other bot", bot=True)
        on.guild.add_member(other)
        await on.emulator.post(other, on.channel, f"{on.emulator.bot.mention} hello")
        await on.emulator.post(on.ada, on.channel, f"{on.emulator.bot.mention} hello", webhook=True)
        await on.emulator.post(on.ada, on.channel, kind=7)
        await on.emulator.wait(lambda: len(on.bot.heard) == 3)
        assert [message.author.bot for message in on.bot.heard] == [True, False, False]
        assert [bool(message.webhook_id) for message in on.bot.heard] == [False, True, False]
        assert on.bot.heard[2].type is discord.MessageType.new_member


@asynchronous
async def test_pings_follow_allowed_mentions() -> None:
    async with scene() as on:
        role = on.guild.add_role("team")
        text = f"{on.ada.mention} {role.mention} @everyone"
        await place(on).send(text)
        await place(on).send(text, allowed_mentions=discord.AllowedMentions(users=True, roles=True, everyone=True))
        on.guild.bot_permissions = Permission.MENTION_EVERYONE
        await place(on).send(text, allowed_mentions=discord.AllowedMentions(users=True, roles=True, everyone=True))
        assert [message.pings for message in on.channel.messages] == [
            set(), {on.ada, role}, {on.ada, role, "everyone"}
        ]  # fmt: skip


@asynchronous
async def test_missing_permissions_are_refused() -> None:
    async with scene() as on:
        everyone = on.guild.everyone
        message = await on.emulator.post(on.ada, on.channel, "x")
        hello = place(on).get_partial_message(message.id)
        attempts: list[tuple[Permission, int, Any]] = [
            (Permission.VIEW_CHANNEL, 50001, lambda: place(on).send("x")),
            (Permission.SEND_MESSAGES, 50013, lambda: place(on).send("x")),
            (Permission.ATTACH_FILES, 50013, lambda: place(on).send("x", file=discord.File(io.BytesIO(b"x"), "x"))),
            (Permission.READ_MESSAGE_HISTORY, 50035, lambda: hello.reply("x")),
            (Permission.ADD_REACTIONS, 50013, lambda: hello.add_reaction("⏳")),
            (Permission.CREATE_PUBLIC_THREADS, 50013, lambda: hello.create_thread(name="x")),
            (Permission(0), 50013, hello.delete),
        ]
        for permission, code, attempt in attempts:
            on.channel.set_overwrite(everyone, deny=permission)
            with pytest.raises(discord.HTTPException) as caught:
                await attempt()
            assert caught.value.code == code
        on.channel.set_overwrite(on.emulator.bot, allow=Permission.ADD_REACTIONS | Permission.MANAGE_MESSAGES)
        await hello.add_reaction("⏳")
        assert message.reactions == {"⏳": [on.emulator.bot]}
        await hello.delete()
        assert not on.channel.messages


@asynchronous
async def test_threads_and_forum_posts() -> None:
    async with scene() as on:
        server = on.bot.get_guild(on.guild.id)
        assert server is not None
        message = await on.emulator.post(on.ada, on.channel, "x")
        under = await place(on).get_partial_message(message.id).create_thread(name="under")
        assert under.id == message.id
        await under.send("in the thread")
        assert [one.text() for one in on.guild.channels[-1].messages] == ["in the thread"]
        forum = on.guild.add_channel("questions", Kind.FORUM)
        await on.emulator.wait(lambda: server.get_channel(forum.id))
        place_of_posts = server.get_channel(forum.id)
        assert isinstance(place_of_posts, discord.ForumChannel)
        post = await place_of_posts.create_thread(name="a post", content="first")
        assert on.guild.channels[-1].messages[0].id == post.message.id
        on.channel.set_overwrite(on.guild.everyone, deny=Permission.SEND_MESSAGES_IN_THREADS)
        with pytest.raises(discord.Forbidden):
            await under.send("x")
        await post.thread.edit(archived=True)
        await post.thread.send("opens it again")
        assert not on.guild.channels[-1].archived
        await post.thread.edit(archived=True, locked=True)
        with pytest.raises(discord.HTTPException, match="archived"):
            await post.thread.send("x")


@asynchronous
async def test_private_messages_edits_typing_pins_and_deletions() -> None:
    async with scene() as on:
        person = await on.bot.fetch_user(on.ada.id)
        sent = await person.send("hello")
        private = on.emulator.private_channel(on.ada)
        await sent.edit(content="hello again")
        assert [message.text() for message in private.messages] == ["hello again"]
        assert private.messages[0].edits == 1
        async with place(on).typing():
            assert on.channel.typing == 1
        on.guild.bot_permissions = Permission.PIN_MESSAGES
        pinned = await place(on).send("to pin")
        await pinned.pin()
        assert on.channel.messages[-1].pinned
        await pinned.delete()
        assert not on.channel.messages


@asynchronous
async def test_files_go_out_and_can_be_shown() -> None:
    async with scene() as on:
        view = ui.LayoutView()
        view.add_item(ui.MediaGallery(discord.MediaGalleryItem("attachment://plot.png")))
        sent = await place(on).send(view=view, file=discord.File(io.BytesIO(b"png"), "plot.png"))
        assert await sent.attachments[0].read() == b"png"
        assert on.channel.messages[-1].components[0]["items"][0]["media"]["url"] == sent.attachments[0].url


@asynchronous
async def test_what_people_change_and_react() -> None:
    async with scene() as on:
        message = await on.emulator.post(on.ada, on.channel, f"{on.emulator.bot.mention} x")
        told: list[str] = []
        for event in ("raw_message_edit", "raw_message_delete", "raw_reaction_add"):

            async def note(payload: object, name: str = event) -> None:
                told.append(name)

            setattr(on.bot, f"on_{event}", note)
        await on.emulator.edit(message, f"{on.emulator.bot.mention} y")
        await on.emulator.react(on.bob, message, "👍")
        await on.emulator.delete(message)
        await on.emulator.wait(lambda: told == ["raw_message_edit", "raw_reaction_add", "raw_message_delete"])
