"""Commands, buttons, menus, modals: what a person sees, through a real discord.py client."""

from functools import partial
from typing import Any

import pytest

from tests.emulator import Interaction, Message, Permission, State
from tests.emulator.fast import asynchronous
from tests.emulator.scene import Scene, scene


async def answered(on: Scene, question: str = "why?") -> Message:
    return await on.emulator.answer(await on.emulator.slash(on.ada, on.channel, "ask", question=question))


def original(interaction: Interaction) -> Message:
    assert interaction.original is not None
    return interaction.original


def followed_up(interaction: Interaction, times: int) -> bool:
    return len(interaction.followups) == times


@asynchronous
async def test_a_deferred_answer_becomes_the_edit() -> None:
    async with scene() as on:
        interaction = await on.emulator.slash(on.ada, on.channel, "ask", question="why?")
        assert interaction.deferred
        assert (interaction.acked_after_s or 3) < 0.5
        await on.emulator.wait(lambda: interaction.state is State.ANSWERED)
        message = original(interaction)
        assert message.text().splitlines() == [
            "-# why?",
            "> a quote",
            "Context",
            "the source",
            "Why",
            "Open",
            "No",
        ]
        assert message.accent_colours == [0x003399]
        assert message.buttons == ["Context", "Why", "Open", "No"]
        assert not message.ephemeral
        assert not message.loading
        await on.emulator.wait(lambda: len(on.bot.cached_messages) == 1)


@asynchronous
async def test_an_edit_keeps_an_answer_ephemeral_and_follow_ups_are_listed() -> None:
    async with scene() as on:
        interaction = await on.emulator.slash(on.ada, on.channel, "ask", question="why?", private=True, follow_ups=2)
        await on.emulator.wait(lambda: len(interaction.followups) == 2)
        assert original(interaction).ephemeral
        assert [each.text() for each in interaction.followups] == ["also 0", "also 1"]
        assert all(each.ephemeral for each in interaction.followups)
        with pytest.raises(LookupError, match="does not see"):
            await on.emulator.click(on.bob, original(interaction), "Context")


@asynchronous
async def test_the_first_follow_up_fills_the_deferred_message() -> None:
    async with scene() as on:
        interaction = await on.emulator.slash(on.ada, on.channel, "silent")
        await on.emulator.wait(lambda: len(interaction.followups) == 1)
        assert original(interaction).text() == "the deferred message, filled"
        assert original(interaction).ephemeral
        assert not interaction.followups[0].ephemeral


@asynchronous
async def test_subcommands_and_choices() -> None:
    async with scene() as on:
        interaction = await on.emulator.slash(on.ada, on.channel, "index add", kind="file", times=3)
        assert original(interaction).text() == "file 3"
        wrong: list[tuple[str, dict[str, Any]]] = [
            ("index add", {"kind": "folder"}),
            ("index add", {"kind": "file", "times": 4}),
            ("index add", {}),
            ("index add", {"kind": "file", "wat": 1}),
            ("index", {}),
            ("nothing", {}),
            ("ask", {"question": 5}),
        ]
        for name, options in wrong:
            with pytest.raises(LookupError):
                await on.emulator.slash(on.ada, on.channel, name, **options)


@asynchronous
async def test_autocompletion() -> None:
    async with scene() as on:
        choices = await on.emulator.autocomplete(on.ada, on.channel, "agency", name="eur")
        assert choices == [{"name": "Europol", "value": "europol"}]


@asynchronous
async def test_private_channels_and_user_installs() -> None:
    async with scene() as on:
        carl = on.emulator.add_user("carl", installed=True)
        foreign = on.emulator.add_guild("elsewhere", installed=False)
        foreign.add_member(carl)
        places = [on.emulator.private_channel(carl), on.emulator.private_channel(carl, on.bob)]
        for place in [*places, foreign.add_channel("far away")]:
            interaction = await on.emulator.slash(carl, place, "ask", question="x", follow_ups=7)
            most = 5 if interaction.by_user_install else 7
            await on.emulator.wait(partial(followed_up, interaction, most))
            assert original(interaction).text().startswith("-# x")
        await on.emulator.wait(lambda: len(on.bot.errors) == 2)
        assert [getattr(each, "code", None) for each in on.bot.errors] == [40094, 40094]


@asynchronous
async def test_an_install_of_ones_own_may_have_to_be_private() -> None:
    async with scene() as on:
        carl = on.emulator.add_user("carl", installed=True)
        foreign = on.emulator.add_guild("elsewhere", installed=False)
        foreign.add_member(carl)
        channel = foreign.add_channel()
        foreign.change_role(foreign.everyone, foreign.everyone.permissions & ~Permission.USE_EXTERNAL_APPS)
        message = await on.emulator.answer(await on.emulator.slash(carl, channel, "ask", question="x"))
        assert message.ephemeral


@asynchronous
async def test_buttons_are_those_present_and_enabled() -> None:
    async with scene() as on:
        message = await answered(on)
        interaction = await on.emulator.click(on.bob, message, "Context")
        assert original(interaction).text() == "the context of 1"
        assert original(interaction).reply_to is message
        for button in ("No", "Open", "nowhere"):
            with pytest.raises(LookupError):
                await on.emulator.click(on.bob, message, button)


@asynchronous
async def test_a_modal_is_filled_in() -> None:
    async with scene() as on:
        shown = await on.emulator.click(on.ada, await answered(on), "why")
        assert shown.state is State.MODAL
        sent = await on.emulator.submit(on.ada, shown, {"Reason": "because"})
        assert original(sent).text() == "because"
        for wrong in ({"Reason": "x"}, {"Nothing": "1"}, {}):
            with pytest.raises(LookupError):
                await on.emulator.submit(on.ada, shown, wrong)


@asynchronous
async def test_a_second_acknowledgement_is_refused() -> None:
    async with scene() as on:
        await on.emulator.slash(on.ada, on.channel, "twice")
        await on.emulator.wait(lambda: on.bot.errors)
        assert getattr(on.bot.errors[0], "code", None) == 40060


@asynchronous
async def test_a_late_acknowledgement_and_a_late_edit() -> None:
    async with scene() as on:
        interaction = await on.emulator.slash(on.ada, on.channel, "late", wait=False)
        on.emulator.clock.advance(3.1)
        on.bot.go_on.set()
        await on.emulator.wait(lambda: on.bot.errors)
        assert getattr(on.bot.errors[0], "code", None) == 10062
        assert interaction.state is State.EXPIRED
        interaction = await on.emulator.slash(on.ada, on.channel, "late", wait=False)
        await on.emulator.wait(lambda: interaction.acked)
        on.emulator.clock.advance(901)
        on.bot.go_on.set()
        await on.emulator.wait(lambda: len(on.bot.errors) == 2)
        assert getattr(on.bot.errors[1], "code", None) == 50027
