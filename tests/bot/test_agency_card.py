"""`/agency`: the card of a body, its measures, its timeline, and names that mean no one body."""

import pytest

from bot.views.message import AMBER, BLUE
from tests.emulator.components import GALLERY
from tests.simulation import QUOTE, Chat, Message, refusal, simulated

PNG = b"\x89PNG\r\n\x1a\n"


def measures(message: Message) -> list[str]:
    """Return the quoted lines of a card."""
    return [line for line in message.text().split("\n") if line.startswith("> “")]


@simulated()
async def test_card_tells_what_a_body_is_and_what_the_releases_say(chat: Chat) -> None:
    message = await chat.ada.command("agency", name="CEPOL")
    assert message.deferred
    assert not message.ephemeral
    assert message.accent_colours == [BLUE]
    lines = message.text().split("\n")
    assert lines[:4] == [
        "## European Union Agency for Law Enforcement Training (CEPOL)",
        "Develops and runs training for law enforcement officials.",
        "-# decentralised agency · Budapest, HU · since 2000",
        "-# ⚠ Written from knowledge, not checked: year of foundation.",
    ]
    assert lines[4] == "CEPOL: named in 1 release and 1 passage, <t:1544097600:D>."
    place = lines.index("**What the releases say, newest first**")
    assert lines[place + 1] == (
        "<t:1544097600:D> **Migrant smuggling: Council approves a set of measures to fight smuggling networks**"
    )
    assert lines[place + 2].startswith(f"> “{QUOTE}")
    assert lines[place + 3] == "-# Strengthening operational tools"
    assert message.buttons == ["Open", "Ask about CEPOL", "Website"]
    assert message.files == []


@simulated()
async def test_body_with_parts_shows_each_release_once(chat: Chat) -> None:
    message = await chat.ada.command("agency", name="EMSC")
    assert "**Parts** ICH, JLT-MS" in message.text()
    assert len(measures(message)) == 3
    assert message.text().count("Migrant smuggling: Council approves") == 1


@simulated()
async def test_body_that_no_release_names(chat: Chat) -> None:
    message = await chat.ada.command("agency", name="Frontex")
    assert "No release names Frontex. Nearest to it of those that releases name: " in message.text()
    assert measures(message) == []


@simulated()
async def test_body_that_is_none_of_the_eu(chat: Chat) -> None:
    message = await chat.ada.command("agency", name="Council of Europe")
    assert message.accent_colours == [AMBER]
    assert message.text().count("not an EU body") == 1
    assert "-# ⚠ Council of Europe is not an EU body." in message.text()


@simulated()
async def test_ambiguous_name_is_asked_back(chat: Chat) -> None:
    message = await chat.ada.command("agency", name="ERA")
    assert refusal(message).split("\n") == [
        "“ERA” is the name of several bodies. Which one?",
        "European Union Agency for Railways (ERA)",
        "Academy of European Law (ERA)",
    ]
    card = await chat.ada.click(message, "Academy of European Law (ERA)")
    assert card == message
    assert card.ephemeral
    assert card.text().startswith("## Academy of European Law (ERA)")


@pytest.mark.parametrize(
    ("name", "first", "offers"),
    [
        ("asylum office", "No body is called “asylum office”. Did you mean one of these?", True),
        ("qqzzxx", "No such body: “qqzzxx”.", False),
        ("'; DROP TABLE **x** <@1>", r"No such body: “'; DROP TABLE \*\*x\*\* \<\@1\>”.", False),
        ("Столица", "No such body: “Столица”.", False),
        ("🐧", "No such body: “🐧”.", False),
        (".*", r"No such body: “.\*”.", False),
        ("x" * 200, f"No such body: “{'x' * 99}…”.", False),
    ],
)
@simulated()
async def test_unknown_name_is_said_at_once(chat: Chat, name: str, first: str, offers: bool) -> None:
    message = await chat.ada.command("agency", name=name)
    assert refusal(message).split("\n")[0] == first
    assert bool(message.buttons) is offers
    assert len(message.buttons) <= 5


@pytest.mark.parametrize(
    ("name", "title", "also"),
    [
        (
            "Cour des comptes",
            "## European Court of Auditors (ECA)",
            "**Also called** Cour des comptes européenne (fr); ",
        ),
        ("ΕΚΤ", "## European Central Bank (ECB)", "**Also called** Ευρωπαϊκή Κεντρική Τράπεζα (el); ΕΚΤ (el)"),
        (
            "Fronteksie",
            "## European Border and Coast Guard Agency (Frontex)",
            "**Also called** Europejska Agencja Straży Granicznej i Przybrzeżnej (pl); ",
        ),
    ],
)
@simulated()
async def test_card_shows_the_name_in_the_language_that_was_asked_in(
    chat: Chat, name: str, title: str, also: str
) -> None:
    message = await chat.ada.command("agency", name=name)
    assert message.text().startswith(title)
    assert also in message.text()


@simulated()
async def test_name_is_completed(chat: Chat) -> None:
    async def complete(typed: str) -> list[str]:
        return [each["value"] for each in await chat.ada.complete("agency", "name", typed)]

    assert (await complete("EASO"))[0] == "euaa"
    assert (await complete("Europ"))[0] == "europol"
    assert (await complete("Cour des co"))[0] == "eca"
    assert (await complete("ΕΚ"))[0] == "ecb"
    assert (await complete("Fontex"))[0] == "frontex"
    assert 1 <= len(await complete("")) <= 25
    assert await complete("🐧") == []


@simulated(engine="library")
async def test_measures_are_paged_and_the_timeline_has_a_text(chat: Chat) -> None:
    message = await chat.ada.command("agency", name="Europol")
    assert len(measures(message)) == 4
    assert measures(message)[0].startswith("> “Europol will send 1200 officers to the port of Lisbon")
    [picture] = message.files
    assert picture.startswith(PNG)
    assert len(picture) < 60_000
    [gallery] = [part for part in message.components[0]["components"] if part["type"] == GALLERY]
    assert gallery["items"][0]["description"].startswith("Mentions by month, 2018-12 to 2023-12. Europol: ")
    assert message.buttons[-1:] == ["Next"]
    await chat.ada.click(message, "Next")
    assert measures(message)[0].startswith("> “Europol will send 800 officers")
    assert message.buttons[-2:] == ["Back", "Next"]
    assert len(message.files) == 1
    own = await chat.bob.click(message, "Back")
    assert own.ephemeral
    assert measures(own)[0].startswith("> “Europol will send 1200 officers")
    assert measures(message)[0].startswith("> “Europol will send 800 officers")


@simulated(engine="library")
async def test_ask_about_it_answers_from_what_names_the_body(chat: Chat) -> None:
    card = await chat.ada.command("agency", name="CEPOL")
    shown = await chat.bob.opens(card, "Ask about CEPOL")
    assert shown.title == "Ask about CEPOL"
    answer = await shown.send({"Your question": "Who will train border control units?"})
    assert not answer.ephemeral
    assert answer.text().startswith("-# Asked: Who will train border control units?\n-# Only: CEPOL\n")
    assert QUOTE in answer.text().replace("**", "")
    assert "Cocaine" not in answer.text()


@simulated(engine="library", pace=6, pace_burst=1)
async def test_pace_holds(chat: Chat) -> None:
    await chat.ada.command("agency", name="CEPOL")
    assert refusal(await chat.ada.command("agency", name="CEPOL")) == "That was fast: ask again in 10 seconds."


SEED = {
    "europol": (
        "European Union Agency for Law Enforcement Cooperation (Europol)",
        "The Hague, NL",
        "capacities of the",
    ),
    "EMSC": ("European Migrant Smuggling Centre (EMSC)", "part of Europol", "a joint liaison task force"),
    "cepol": ("European Union Agency for Law Enforcement Training (CEPOL)", "Budapest, HU", QUOTE),
    "EU IRU": ("European Union Internet Referral Unit (EU IRU)", "part of ECTC", "The capacity of the EU internet"),
    "EMPACT": ("EMPACT", "", "the use of the possibilities provided under EMPACT will be intensified"),
    "Council": ("Council of the European Union", "Brussels, BE", "Today, the Council approved a comprehensive"),
}


@simulated()
async def test_seeds_bodies_have_cards(chat: Chat) -> None:
    for name, shown in SEED.items():
        text = (await chat.ada.command("agency", name=name)).text()
        assert [part for part in shown if part not in text] == [], text


@simulated()
async def test_body_is_called_in_the_readers_language_too(chat: Chat) -> None:
    marie = chat.add_person("marie", locale="fr")
    await chat.server_chose(private=True)
    message = await marie.command("agency", name="ecb")
    assert "BCE" in message.text()
    assert "BCE" not in (await chat.ada.command("agency", name="ecb")).text()
