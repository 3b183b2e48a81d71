"""How far a build is, told in one message that outlives its interaction."""

import discord
import pytest
from discord import ui

from bot import delivery, render
from bot.ids import button
from bot.progress import TOKEN_LIVES_S, ProgressMessage, progress_text
from bot.questions import Interaction
from bot.words import ENGLISH
from index.engine import Engine
from index.models import Step
from tests.bot.stage import NEEDED, Stage, play
from tests.emulator import Permission


def test_step_is_a_bar_with_rate_and_time_left() -> None:
    text = progress_text(ENGLISH, Step("embed", 450, 1_000, 110.0))
    assert text == "`█████████░░░░░░░░░░░` 45% · Embedding 450/1,000 · 110 a second · 5 seconds left"
    assert progress_text(ENGLISH, None) == "Beginning …"
    assert progress_text(ENGLISH, Step("write", 0, 0, 0.0)) == "`░░░░░░░░░░░░░░░░░░░░` 0% · Writing 0/0"


@pytest.mark.parametrize("may_write", [True, False])
def test_work_longer_than_the_token_goes_on_in_the_channel_or_a_dm(
    served_by_default_model: Engine, may_write: bool
) -> None:
    async def scenario(stage: Stage) -> None:
        now = 0.0
        shown: list[str] = []

        async def probe(interaction: Interaction, rest: str) -> None:
            nonlocal now
            await delivery.defer(interaction, ephemeral=True)
            message = ProgressMessage(interaction, ENGLISH, clock=lambda: now)
            for text in ("one", "two", "three"):
                await message.show(render.text_view(text))
                shown.append(text)
                now += TOKEN_LIVES_S

        stage.bot.handlers["probe"] = probe
        view = render.text_view("press")
        view.add_item(ui.ActionRow(ui.Button(label="Probe", custom_id=button("probe"))))
        channel = stage.bot.get_channel(stage.channel.id)
        assert isinstance(channel, discord.TextChannel)
        await delivery.post(channel, view)
        if not may_write:
            stage.guild.bot_permissions = int(NEEDED & ~Permission.SEND_MESSAGES)
            stage.guild.change_role(stage.guild.everyone, stage.guild.everyone.permissions & ~Permission.SEND_MESSAGES)
        posted = stage.channel.messages[-1]
        interaction = await stage.emulator.click(stage.ada, posted, "Probe")
        await stage.emulator.wait(lambda: len(shown) == 3)
        assert interaction.original is not None
        assert interaction.original.text() == "one"
        where = stage.channel if may_write else stage.emulator.private_channel(stage.ada)
        assert where.messages[-1].text() == "three"
        assert (len(stage.channel.messages) == 3) is may_write

    play(scenario, served_by_default_model)
