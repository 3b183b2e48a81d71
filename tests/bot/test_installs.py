"""What simcord has not: the application as a person installs it, where the bot is no member, and its own settings."""

from pathlib import Path

import discord

from bot.app.run import _has_content_intent
from index.engine import Engine
from tests.bot.connected_bot import connected_bot
from tests.emulator.fast import asynchronous
from tests.simulation import QUESTION, QUOTE


@asynchronous
async def test_user_install_answers_in_a_server_without_the_bot_and_uses_no_follow_up(
    served_by_default_model: Engine, tmp_path: Path
) -> None:
    async with connected_bot(lambda: served_by_default_model, tmp_path) as connected:
        guild = connected.emulator.add_guild("elsewhere", installed=False)
        cleo = connected.emulator.add_user("cleo", installed=True)
        guild.add_member(cleo)
        interaction = await connected.emulator.slash(cleo, guild.add_channel("talk"), "ask", question=QUESTION)
        message = await connected.answered(interaction)
        assert QUOTE in message.text()
        context = await connected.emulator.click(cleo, message, "Context")
        assert (await connected.answered(context)).ephemeral
        deleting = await connected.emulator.click(cleo, message, "Delete")
        await connected.emulator.wait(lambda: message.deleted)
        assert not interaction.followups + context.followups + deleting.followups


@asynchronous
async def test_command_works_in_a_direct_message_and_among_friends(
    served_by_default_model: Engine, tmp_path: Path
) -> None:
    async with connected_bot(lambda: served_by_default_model, tmp_path) as connected:
        dan = connected.emulator.add_user("dan", installed=True)
        for channel in (
            connected.emulator.private_channel(dan),
            connected.emulator.private_channel(dan, connected.bob),
        ):
            message = await connected.answered(await connected.emulator.slash(dan, channel, "ask", question=QUESTION))
            assert QUOTE in message.text()


@asynchronous
async def test_message_content_is_asked_for_only_where_the_application_has_it(
    served_by_default_model: Engine, tmp_path: Path
) -> None:
    async with connected_bot(lambda: served_by_default_model, tmp_path) as connected:

        async def has() -> bool:
            probe = discord.Client(intents=discord.Intents.none(), connector=connected.emulator.connector())
            return await _has_content_intent(probe, connected.emulator.token)

        assert not await has()
        connected.emulator.application.allow_message_content()
        assert await has()
