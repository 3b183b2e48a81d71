"""What simcord has not: the application as a person installs it, where the bot is no member, and its own settings."""

import discord

from bot.app.run import _has_content_intent
from tests.bot.stage import QUESTION, QUOTE, Stage, on_stage


@on_stage()
async def test_user_install_answers_in_a_server_without_the_bot_and_uses_no_follow_up(stage: Stage) -> None:
    guild = stage.emulator.add_guild("elsewhere", installed=False)
    cleo = stage.emulator.add_user("cleo", installed=True)
    guild.add_member(cleo)
    interaction = await stage.emulator.slash(cleo, guild.add_channel("talk"), "ask", question=QUESTION)
    message = await stage.answered(interaction)
    assert QUOTE in message.text()
    context = await stage.emulator.click(
        cleo, message, message.components[1]["components"][0]["accessory"]["custom_id"]
    )
    assert (await stage.answered(context)).ephemeral
    deleting = await stage.emulator.click(cleo, message, "Delete")
    await stage.emulator.wait(lambda: message.deleted)
    assert not interaction.followups + context.followups + deleting.followups


@on_stage()
async def test_command_works_in_a_direct_message_and_among_friends(stage: Stage) -> None:
    dan = stage.emulator.add_user("dan", installed=True)
    for channel in (stage.emulator.private_channel(dan), stage.emulator.private_channel(dan, stage.bob)):
        message = await stage.answered(await stage.emulator.slash(dan, channel, "ask", question=QUESTION))
        assert QUOTE in message.text()


@on_stage()
async def test_message_content_is_asked_for_only_where_the_application_has_it(stage: Stage) -> None:
    async def has() -> bool:
        probe = discord.Client(intents=discord.Intents.none(), connector=stage.emulator.connector())
        return await _has_content_intent(probe, stage.emulator.token)

    assert not await has()
    stage.emulator.application.allow_message_content()
    assert await has()
