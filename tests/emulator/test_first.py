"""Logging in, syncing, a slash command deferred and answered, messages."""

import asyncio

import discord
from discord import app_commands

from tests.emulator import Emulator, State
from tests.emulator.fast import QUICK, running


def test_slash() -> None:
    async def scenario() -> None:
        async with Emulator() as emulator:
            guild = emulator.add_guild(locale="fr")
            channel = guild.add_channel("general")
            ada = emulator.add_user("ada")
            guild.add_member(ada)
            client = discord.Client(intents=discord.Intents.default(), connector=emulator.connector(), **QUICK)
            tree = app_commands.CommandTree(client)

            @tree.command()
            async def ask(interaction: discord.Interaction, question: str) -> None:
                """Ask."""
                await interaction.response.defer()
                await interaction.edit_original_response(content=f"you asked {question}")

            @client.event
            async def on_message(message: discord.Message) -> None:
                if message.author != client.user:
                    await message.reply(f"heard: {message.content}")

            async with running(client, emulator):
                await tree.sync()
                interaction = await emulator.slash(ada, channel, "ask", question="why?")
                assert interaction.deferred
                await emulator.wait(lambda: interaction.state is State.ANSWERED)
                assert interaction.original is not None
                assert interaction.original.text() == "you asked why?"
                message = await emulator.post(ada, channel, f"{emulator.bot.mention} hello")
                await emulator.wait(lambda: len(channel.messages) == 3)
                assert channel.messages[-1].text() == f"heard: {message.content}"
                assert channel.messages[-1].pings == {ada, emulator.bot}

    asyncio.run(scenario())
