"""`/releases`: the list, its pages, and a release's outline."""

from bot.render import AMBER, BLUE, GREY
from tests.bot.stage import Stage, on_stage, refusal
from tests.emulator import Message

PICK = "Pick one to see its outline"


def titles(message: Message) -> list[str]:
    """Return the titles listed."""
    return [line for line in message.text().split("\n") if line.startswith("<t:")]


@on_stage(engine="library")
async def test_list_is_newest_first_and_turned_by_whoever_asked(stage: Stage) -> None:
    message = await stage.command("releases")
    assert not message.ephemeral
    assert message.accent_colours == [GREY]
    assert message.text().startswith(
        "**13 releases**\n<t:1702641600:d> **Cocaine in the port of Lisbon**\n-# European Comm"
    )
    assert len(titles(message)) == 10
    assert message.buttons == ["Next"]
    await stage.click(stage.ada, message, "Next")
    assert titles(message)[-1].endswith(
        "**Migrant smuggling: Council approves a set of measures to fight smuggling networks**"
    )
    assert len(titles(message)) == 3
    assert message.buttons == ["Back"]
    assert not message.ephemeral


@on_stage(engine="library")
async def test_somebody_else_turns_a_page_of_their_own(stage: Stage) -> None:
    message = await stage.command("releases")
    before = message.text()
    own = await stage.click(stage.bob, message, "Next")
    assert own is not message
    assert own.ephemeral
    assert len(titles(own)) == 3
    assert message.text() == before
    await stage.click(stage.bob, own, "Back")
    assert own.text() == before


@on_stage(engine="library")
async def test_query_narrows_the_list_and_holds_on_every_page(stage: Stage) -> None:
    message = await stage.command("releases", query="cocaine port")
    assert message.text().startswith("**12 releases**")
    await stage.click(stage.ada, message, "Next")
    assert [line.rpartition(" ")[2] for line in titles(message)] == ["Bremen**", "Antwerp**"]


@on_stage(engine="library")
async def test_nothing_matching_is_said(stage: Stage) -> None:
    message = await stage.command("releases", query="penguins")
    assert message.accent_colours == [AMBER]
    assert message.text() == "No release matches."


@on_stage(engine="library")
async def test_picking_one_shows_its_outline_to_that_person(stage: Stage) -> None:
    message = await stage.command("releases", query="Antwerp")
    options = message.components[1]["components"][0]["options"]
    assert [(one["label"], one["description"]) for one in options] == [
        ("Cocaine in the port of Antwerp", "15 January 2023")
    ]
    shown = await stage.answered(await stage.emulator.select(stage.bob, message, PICK, [options[0]["value"]]))
    assert shown.ephemeral
    assert shown.accent_colours == [BLUE]
    assert shown.text().split("\n") == [
        "## Cocaine in the port of Antwerp",
        "European Commission · <t:1673784000:d> · English",
        "• Checks",
        "• Money",
        "**Names** European Commission, Europol",
        "Open the release",
    ]
    assert shown.components[1]["components"][0]["url"] == "https://example.europa.eu/antwerp"


@on_stage(engine="library")
async def test_picking_one_that_is_gone_says_so(stage: Stage) -> None:
    message = await stage.command("releases", query="Antwerp")
    options = message.components[1]["components"][0]["options"]
    options[0]["value"] = "2020-01-01-gone"
    shown = await stage.answered(await stage.emulator.select(stage.ada, message, PICK, ["2020-01-01-gone"]))
    assert shown.text() == "This release is no longer served."


@on_stage(engine="library", pace=6, pace_burst=1)
async def test_pace_holds(stage: Stage) -> None:
    await stage.command("releases")
    refused = await stage.emulator.slash(stage.ada, stage.channel, "releases")
    assert refusal(refused) == "That was fast: ask again in 10 seconds."
