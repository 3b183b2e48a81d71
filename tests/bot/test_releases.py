"""`/releases`: the list, its pages, and a release's outline."""

from bot.views.message import AMBER, BLUE, GREY
from tests.simulation import Chat, Message, refusal, simulated

PICK = "Pick one to see its outline"


def titles(message: Message) -> list[str]:
    """Return the titles listed."""
    return [line for line in message.text().split("\n") if line.startswith("<t:")]


@simulated(engine="library")
async def test_list_is_newest_first_and_turned_by_whoever_asked(chat: Chat) -> None:
    message = await chat.ada.command("releases")
    assert not message.ephemeral
    assert message.accent_colours == [GREY]
    assert message.text().startswith(
        "**13 releases**\n<t:1702641600:D> **Cocaine in the port of Lisbon**\n-# European Comm"
    )
    assert len(titles(message)) == 10
    assert message.buttons == ["Next"]
    await chat.ada.click(message, "Next")
    assert titles(message)[-1].endswith(
        "**Migrant smuggling: Council approves a set of measures to fight smuggling networks**"
    )
    assert len(titles(message)) == 3
    assert message.buttons == ["Back"]
    assert not message.ephemeral


@simulated(engine="library")
async def test_somebody_else_turns_a_page_of_their_own(chat: Chat) -> None:
    message = await chat.ada.command("releases")
    before = message.text()
    own = await chat.bob.click(message, "Next")
    assert own != message
    assert own.ephemeral
    assert len(titles(own)) == 3
    assert message.text() == before
    await chat.bob.click(own, "Back")
    assert own.text() == before


@simulated(engine="library")
async def test_query_narrows_the_list_and_holds_on_every_page(chat: Chat) -> None:
    message = await chat.ada.command("releases", query="cocaine port")
    assert message.text().startswith("**12 releases**")
    await chat.ada.click(message, "Next")
    assert [line.rpartition(" ")[2] for line in titles(message)] == ["Bremen**", "Antwerp**"]


@simulated(engine="library")
async def test_nothing_matching_is_said(chat: Chat) -> None:
    message = await chat.ada.command("releases", query="penguins")
    assert message.accent_colours == [AMBER]
    assert message.text() == "No release matches."


LISBON = [
    "## Cocaine in the port of Lisbon",
    "European Commission · <t:1702641600:D> · English",
    "• Checks",
    "• Money",
    "**Names** European Commission, Europol",
    "Open the release",
]


@simulated(engine="library")
async def test_picking_one_shows_its_outline_to_that_person(chat: Chat) -> None:
    message = await chat.ada.command("releases", query="cocaine port")
    options = message.components[1]["components"][0]["options"]
    assert (options[0]["label"], options[0]["description"]) == ("Cocaine in the port of Lisbon", "15 December 2023")
    shown = await chat.bob.choose(message, PICK, [options[0]["value"]])
    assert shown.ephemeral
    assert shown.accent_colours == [BLUE]
    assert shown.text().split("\n") == LISBON
    assert shown.components[1]["components"][0]["url"] == "https://example.europa.eu/lisbon"


@simulated(engine="library")
async def test_single_release_is_shown_without_a_menu(chat: Chat) -> None:
    message = await chat.ada.command("releases", query="Lisbon")
    assert message.text().split("\n") == LISBON
    assert message.buttons == ["Open the release"]
    assert not message.ephemeral
    chat.ada.locale = chat.locale = "de"
    german = await chat.ada.command("releases", query="Lisbon")
    assert german.text().split("\n")[1] == "European Commission · <t:1702641600:D> · Englisch"


@simulated(engine="library")
async def test_picking_one_that_is_gone_says_so(chat: Chat) -> None:
    message = await chat.ada.command("releases", query="cocaine port")
    chat.rewrite(message, message.components[1]["components"][0]["options"][0]["value"], "2020-01-01-gone")
    shown = await chat.ada.choose(message, PICK, ["2020-01-01-gone"])
    assert shown.text() == "This release is no longer served."


@simulated(engine="library", pace=6, pace_burst=1)
async def test_pace_holds(chat: Chat) -> None:
    await chat.ada.command("releases")
    refused = await chat.ada.command("releases")
    assert refusal(refused) == "That was fast: ask again in 10 seconds."
