"""A small bot with plain discord.py: what the emulator's own tests talk to."""

import asyncio
import re
from typing import Any, Self

import discord
from discord import app_commands, ui

from tests.emulator.emulator import Emulator
from tests.emulator.fast import QUICK, QuickIdentify

Spoken = discord.Interaction["SmallBot"]
ANYWHERE = (app_commands.allowed_contexts(True, True, True), app_commands.allowed_installs(True, True))


class ContextButton(ui.DynamicItem[ui.Button[Any]], template=r"context:(?P<number>\d+)"):
    """A button that needs no memory of the message it is under."""

    def __init__(self, number: int) -> None:
        super().__init__(ui.Button(label="Context", custom_id=f"context:{number}"))
        self.number = number

    @classmethod
    async def from_custom_id(cls, interaction: Any, item: ui.Item[Any], match: re.Match[str], /) -> Self:  # noqa: ANN401
        return cls(int(match["number"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_message(f"the context of {self.number}", ephemeral=True)


class Reason(ui.Modal, title="Why?"):
    """A modal with a text."""

    reason: ui.Label[Any] = ui.Label(text="Reason", component=ui.TextInput(min_length=3, max_length=50))

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_message(getattr(self.reason.component, "value", ""), ephemeral=True)


class Answer(ui.LayoutView):
    """An answer with Components V2."""

    def __init__(self, question: str) -> None:
        super().__init__(timeout=None)
        self.add_item(ui.TextDisplay(f"-# {question}"))
        section: ui.Section[Any] = ui.Section("> a quote", accessory=ContextButton(1))
        separator: ui.Separator[Any] = ui.Separator()
        source: ui.TextDisplay[Any] = ui.TextDisplay("the source")
        self.add_item(ui.Container(section, separator, source, accent_colour=0x003399))
        row: ui.ActionRow[Any] = ui.ActionRow()
        why: ui.Button[Any] = ui.Button(label="Why", custom_id="why")
        why.callback = self.why  # type: ignore[method-assign]
        row.add_item(why).add_item(ui.Button(label="Open", url="https://europa.eu/")).add_item(
            ui.Button(label="No", custom_id="no", disabled=True)
        )
        self.add_item(row)

    async def why(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_modal(Reason())


class SmallBot(QuickIdentify):
    """It notes what it heard, and what went wrong in its commands."""

    def __init__(self, emulator: Emulator, intents: discord.Intents | None = None, **options: Any) -> None:  # noqa: ANN401
        intents = intents or discord.Intents.default()
        mentions = discord.AllowedMentions.none()
        connector = emulator.connector()
        super().__init__(intents=intents, allowed_mentions=mentions, connector=connector, **(QUICK | options))
        self.tree = app_commands.CommandTree(self)
        self.heard: list[discord.Message] = []
        self.errors: list[BaseException] = []
        self.happened: list[str] = []
        self.go_on = asyncio.Event()
        self.tree.error(self._failed)
        commands: list[app_commands.Command[Any, ..., Any] | app_commands.Group] = [
            ask,
            silent,
            late,
            twice,
            agency,
        ]
        for command in [*commands, Index(name="index", description="The index")]:
            self.tree.add_command(command)

    async def setup_hook(self) -> None:
        self.add_dynamic_items(ContextButton)
        await self.tree.sync()

    async def on_ready(self) -> None:
        self.happened.append("ready")

    async def on_resumed(self) -> None:
        self.happened.append("resumed")

    async def on_message(self, message: discord.Message) -> None:
        if message.author != self.user:
            self.heard.append(message)

    async def _failed(self, interaction: Spoken, error: app_commands.AppCommandError) -> None:
        self.errors.append(getattr(error, "original", error))


@app_commands.command()
@ANYWHERE[0]
@ANYWHERE[1]
async def ask(interaction: Spoken, question: str, private: bool = False, follow_ups: int = 0) -> None:
    """Ask."""
    await interaction.response.defer(ephemeral=private)
    await interaction.edit_original_response(view=Answer(question))
    for number in range(follow_ups):
        await interaction.followup.send(f"also {number}", ephemeral=private)


@app_commands.command()
async def silent(interaction: Spoken) -> None:
    """Say nothing but a follow-up after the deferral."""
    await interaction.response.defer(ephemeral=True)
    await interaction.followup.send("the deferred message, filled")
    await interaction.followup.send("a second one")


@app_commands.command()
async def late(interaction: Spoken) -> None:
    """Acknowledge when told to."""
    await interaction.client.go_on.wait()
    await interaction.response.defer()
    interaction.client.go_on.clear()
    await interaction.client.go_on.wait()
    await interaction.edit_original_response(content="late")


@app_commands.command()
async def twice(interaction: Spoken) -> None:
    """Acknowledge twice."""
    await interaction.response.defer()
    interaction.response._response_type = None
    await interaction.response.send_message("again")


@app_commands.command()
async def agency(interaction: Spoken, name: str) -> None:
    """Tell of an agency."""
    await interaction.response.send_message(name)


@agency.autocomplete("name")
async def names(interaction: Spoken, current: str) -> list[app_commands.Choice[str]]:
    return [
        app_commands.Choice(name=each, value=each.lower()) for each in ("Europol", "EIOPA") if current in each.lower()
    ]


class Index(app_commands.Group):
    """Commands with subcommands."""

    @app_commands.command()
    @app_commands.choices(kind=[app_commands.Choice(name="A file", value="file")])
    async def add(self, interaction: Spoken, kind: str, times: app_commands.Range[int, 1, 3] = 1) -> None:
        """Add."""
        await interaction.response.send_message(f"{kind} {times}")
