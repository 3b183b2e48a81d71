"""How far a build is, told in one message that outlives its message."""

import discord
import pytest
from discord import ui

from bot.app import sending as delivery
from bot.app.client import Interaction
from bot.app.sending import INTERACTION_S
from bot.cogs.admin.progress import ProgressMessage, progress_text
from bot.i18n.words import ENGLISH
from bot.views.custom_ids import button
from bot.views.message import text_view
from bot.views.wording import phase_name
from index.results import Phase, Step
from tests.simulation import Chat, simulated


def test_step_is_a_bar_with_rate_and_time_left() -> None:
    text = progress_text(ENGLISH, Step(Phase.EMBED, 450, 1_000, 110.0))
    assert text == "`█████████░░░░░░░░░░░` 45% · Embedding 450/1,000 · 110 a second · 5 seconds left"
    assert progress_text(ENGLISH, None) == "Beginning …"
    assert progress_text(ENGLISH, Step(Phase.WRITE, 0, 0, 0.0)) == "`░░░░░░░░░░░░░░░░░░░░` 0% · Writing 0/0"


def test_every_phase_has_a_name() -> None:
    assert all(phase_name(phase) for phase in Phase)


@pytest.mark.parametrize("may_write", [True, False])
@simulated()
async def test_work_longer_than_the_token_goes_on_in_the_channel_or_a_dm(chat: Chat, may_write: bool) -> None:
    now = 0.0

    async def probe(interaction: Interaction, rest: str) -> None:
        nonlocal now
        await delivery.defer(interaction, ephemeral=True)
        message = ProgressMessage(interaction, ENGLISH, clock=lambda: now)
        for text in ("one", "two", "three"):
            await message.show(text_view(text))
            now += INTERACTION_S

    chat.bot.buttons.handlers["probe"] = probe
    view = text_view("press")
    view.add_item(ui.ActionRow(ui.Button(label="Probe", custom_id=button("probe"))))
    channel = chat.bot.get_channel(chat.channel.id)
    assert isinstance(channel, discord.TextChannel)
    await delivery.post(channel, view)
    if not may_write:
        chat.deny(chat.channel, "send_messages")
    posted = chat.messages()[-1]
    message = await chat.ada.click(posted, "Probe")
    assert message.text() == "one"
    where = chat.channel if may_write else chat.ada.private_channel
    assert chat.messages(where)[-1].text() == "three"
    assert (len(chat.messages()) == 3) is may_write
