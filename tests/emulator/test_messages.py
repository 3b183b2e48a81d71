"""Messages in and out: what the bot may read, may send, and whom it would ping."""

import io
from typing import Any

import discord
import pytest
from discord import ui

from tests.emulator import Channel, Permission
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
        await emulator.post(on.ada, on.channel, "not for the bot")
        await emulator.post(on.ada, on.channel, f"{bot.mention} mentioned")
        await emulator.post(on.ada, on.channel, "ping reply", reply_to=regular)
        await emulator.post(on.ada, on.channel, "reply to a response", reply_to=slash)
        await emulator.post(on.ada, on.channel, f"{bot.mention} reply to a response", reply_to=slash)
        await emulator.post(on.ada, private, "in private")
        await emulator.wait(lambda: len(on.bot.heard) == 6)
        mentioned = f"{bot.mention} mentioned"
        assert [message.content for message in on.bot.heard] == [
            "", mentioned, "ping reply", "", f"{bot.mention} reply to a response", "in private"
        ]  # fmt: skip
        assert [on.bot.user in message.mentions for message in on.bot.heard] == [
            False, True, True, True, True, False
        ]  # fmt: skip


@asynchronous
async def test_own_messages_are_changed_and_no_others() -> None:
    async with scene() as on:
        sent = await place(on).send("before")
        await sent.edit(content="after")
        hers = await on.emulator.post(on.ada, on.channel, "hers")
        assert [message.text() for message in on.channel.messages] == ["after", "hers"]
        with pytest.raises(discord.Forbidden):
            await place(on).get_partial_message(hers.id).edit(content="not hers")
        with pytest.raises(discord.NotFound):
            await place(on).get_partial_message(1).edit(content="nobody's")


@asynchronous
async def test_pings_follow_allowed_mentions() -> None:
    async with scene() as on:
        text = f"{on.ada.mention} @everyone"
        await place(on).send(text)
        await place(on).send(text, allowed_mentions=discord.AllowedMentions(users=True, everyone=True))
        on.guild.bot_permissions = Permission.MENTION_EVERYONE
        await place(on).send(text, allowed_mentions=discord.AllowedMentions(users=True, everyone=True))
        assert [message.pings for message in on.channel.messages] == [set(), {on.ada}, {on.ada, "everyone"}]


@asynchronous
async def test_missing_permissions_are_refused() -> None:
    async with scene() as on:
        for permission, code in ((Permission.VIEW_CHANNEL, 50001), (Permission.SEND_MESSAGES, 50013)):
            everyone = on.guild.everyone
            on.guild.change_role(everyone, everyone.permissions & ~permission)
            with pytest.raises(discord.Forbidden) as caught:
                await place(on).send("x")
            assert caught.value.code == code
            on.guild.change_role(everyone, everyone.permissions | permission)


@asynchronous
async def test_files_go_out_and_can_be_shown() -> None:
    async with scene() as on:
        view = ui.LayoutView()
        view.add_item(ui.MediaGallery(discord.MediaGalleryItem("attachment://plot.png")))
        sent = await place(on).send(view=view, file=discord.File(io.BytesIO(b"png"), "plot.png"))
        assert await sent.attachments[0].read() == b"png"
        assert on.channel.messages[-1].components[0]["items"][0]["media"]["url"] == sent.attachments[0].url
