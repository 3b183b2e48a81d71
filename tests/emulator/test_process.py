"""A program of its own, unmodified, sent to the emulator by the shim."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.emulator import Emulator, State, Upload
from tests.emulator.fast import asynchronous

PROGRAM = """
import os, signal, socket, discord
from discord import app_commands

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job would ignore it

class Bot(discord.Client):
    async def setup_hook(self):
        await tree.sync()

client = Bot(intents=discord.Intents.default())
tree = app_commands.CommandTree(client)

@tree.command(description="Read a file.")
async def read(interaction: discord.Interaction, file: discord.Attachment) -> None:
    await interaction.response.defer()
    await interaction.edit_original_response(content=(await file.read()).decode())

@tree.command(description="Look around.")
async def escape(interaction: discord.Interaction) -> None:
    tried = []
    for attempt, host in ((socket.getaddrinfo, "discord.com"), (socket.create_connection, "192.0.2.1")):
        try:
            attempt(host, 443) if host == "discord.com" else attempt((host, 443))
        except PermissionError as error:
            tried.append(str(error))
    await interaction.response.send_message("; ".join(tried))

client.run(os.environ["DISCORD_TOKEN"], log_handler=None)
"""


@asynccontextmanager
async def program(emulator: Emulator, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    path = folder / "program.py"
    path.write_text(PROGRAM, "utf-8")
    environment = os.environ | emulator.environment()
    process = await asyncio.create_subprocess_exec(sys.executable, str(path), env=environment)
    try:
        await emulator.wait(lambda: emulator.gateway.connected or process.returncode is not None, timeout_s=20)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@asynchronous
async def test_a_process_talks_to_the_emulator_and_nothing_else(tmp_path: Path) -> None:
    async with Emulator() as emulator:
        channel = emulator.add_guild().add_channel()
        ada = emulator.add_user("ada")
        assert channel.guild is not None
        channel.guild.add_member(ada)
        async with program(emulator, tmp_path) as process:
            file = Upload("x.txt", "text/plain", b"from the loopback CDN")
            read = await emulator.slash(ada, channel, "read", file=file)
            await emulator.wait(lambda: read.state is State.ANSWERED)
            assert read.original is not None
            assert read.original.text() == "from the loopback CDN"
            await emulator.gateway.drop()
            await emulator.wait(lambda: emulator.gateway.resumes == 1 and emulator.gateway.connected)
            escape = await emulator.slash(ada, channel, "escape")
            assert escape.original is not None
            assert escape.original.text().count("leaves loopback") == 2
            process.send_signal(signal.SIGINT)
            assert await process.wait() == 0
            await emulator.wait(lambda: not emulator.gateway.sessions)  # a goodbye ends the session
            assert emulator.gateway.last_close_code == 1000
