"""`/agency`: the card of a body, its measures, its timeline, and names that mean no one body."""

import pytest

from bot.render import AMBER, BLUE
from index.engine import Engine
from tests.bot.stage import QUOTE, Stage, on_stage, play, refusal
from tests.emulator import Message
from tests.emulator.components import GALLERY

PNG = b"\x89PNG\r\n\x1a\n"


def measures(message: Message) -> list[str]:
    """Return the quoted lines of a card."""
    return [line for line in message.text().split("\n") if line.startswith("> “")]


@on_stage()
async def test_card_tells_what_a_body_is_and_what_the_releases_say(stage: Stage) -> None:
    interaction = await stage.emulator.slash(stage.ada, stage.channel, "agency", name="CEPOL")
    assert interaction.deferred
    message = await stage.answered(interaction)
    assert not message.ephemeral
    assert message.accent_colours == [BLUE]
    lines = message.text().split("\n")
    assert lines[:4] == [
        "## European Union Agency for Law Enforcement Training (CEPOL)",
        "Develops and runs training for law enforcement officials.",
        "-# decentralised agency · Budapest, HU · since 2000",
        "-# ⚠ Written from knowledge, not checked: year of foundation.",
    ]
    at = lines.index("**What the releases say, newest first**")
    assert lines[at + 1] == (
        "<t:1544097600:d> **Migrant smuggling: Council approves a set of measures to fight smuggling networks**"
    )
    assert lines[at + 2].startswith(f"> “{QUOTE}")
    assert lines[at + 3] == "-# Strengthening operational tools"
    assert message.buttons == ["Open", "Ask about CEPOL", "Website"]
    assert message.attachments == []


@on_stage()
async def test_body_with_parts_shows_each_release_once(stage: Stage) -> None:
    message = await stage.command("agency", name="EMSC")
    assert "**Parts** ICH, JLT-MS" in message.text()
    assert len(measures(message)) == 3
    assert message.text().count("Migrant smuggling: Council approves") == 1


@on_stage()
async def test_body_that_no_release_names(stage: Stage) -> None:
    message = await stage.command("agency", name="Frontex")
    assert "No release names Frontex. Nearest to it of those that releases name: " in message.text()
    assert measures(message) == []


@on_stage()
async def test_body_that_is_none_of_the_eu(stage: Stage) -> None:
    message = await stage.command("agency", name="Council of Europe")
    assert message.accent_colours == [AMBER]
    assert message.text().count("not an EU body") == 1
    assert "-# ⚠ Council of Europe is not an EU body." in message.text()


@on_stage()
async def test_ambiguous_name_is_asked_back(stage: Stage) -> None:
    interaction = await stage.emulator.slash(stage.ada, stage.channel, "agency", name="ERA")
    assert refusal(interaction).split("\n") == [
        "“ERA” is the name of several bodies. Which one?",
        "European Union Agency for Railways (ERA)",
        "Academy of European Law (ERA)",
    ]
    assert interaction.original is not None
    card = await stage.click(stage.ada, interaction.original, "Academy of European Law (ERA)")
    assert card is interaction.original
    assert card.ephemeral
    assert card.text().startswith("## Academy of European Law (ERA)")


@pytest.mark.parametrize(
    ("name", "first", "offers"),
    [
        ("asylum office", "No body is called “asylum office”. Did you mean one of these?", True),
        ("qqzzxx", "No such body: “qqzzxx”.", False),
        ("'; DROP TABLE **x** <@1>", r"No such body: “'; DROP TABLE \*\*x\*\* \<\@1\>”.", False),
        ("Европол", "No such body: “Европол”.", False),
        ("🐧", "No such body: “🐧”.", False),
        (".*", r"No such body: “.\*”.", False),
        ("x" * 200, f"No such body: “{'x' * 99}…”.", False),
    ],
)
def test_unknown_name_is_said_at_once(served_by_default_model: Engine, name: str, first: str, offers: bool) -> None:
    async def scenario(stage: Stage) -> None:
        interaction = await stage.emulator.slash(stage.ada, stage.channel, "agency", name=name)
        assert refusal(interaction).split("\n")[0] == first
        assert interaction.original is not None
        assert bool(interaction.original.buttons) is offers
        assert len(interaction.original.buttons) <= 5

    play(scenario, served_by_default_model)


@on_stage()
async def test_name_is_completed(stage: Stage) -> None:
    async def complete(typed: str) -> list[str]:
        return [
            one["value"] for one in await stage.emulator.autocomplete(stage.ada, stage.channel, "agency", name=typed)
        ]

    assert (await complete("EASO"))[0] == "euaa"
    assert (await complete("Europ"))[0] == "europol"
    assert (await complete("Fontex"))[0] == "frontex"
    assert 1 <= len(await complete("")) <= 25
    assert await complete("🐧") == []


@on_stage(engine="library")
async def test_measures_are_paged_and_the_timeline_has_a_text(stage: Stage) -> None:
    message = await stage.command("agency", name="Europol")
    assert len(measures(message)) == 4
    assert measures(message)[0].startswith("> “Europol will send 1200 officers to the port of Lisbon")
    [picture] = message.attachments
    assert picture.data.startswith(PNG)
    assert len(picture.data) < 60_000
    [gallery] = [part for part in message.components[0]["components"] if part["type"] == GALLERY]
    assert gallery["items"][0]["description"].startswith("Mentions by month, 2018-12 to 2023-12. Europol: ")
    assert message.buttons[-1:] == ["Next"]
    await stage.click(stage.ada, message, "Next")
    assert measures(message)[0].startswith("> “Europol will send 800 officers")
    assert message.buttons[-2:] == ["Back", "Next"]
    assert len(message.attachments) == 1
    own = await stage.click(stage.bob, message, "Back")
    assert own.ephemeral
    assert measures(own)[0].startswith("> “Europol will send 1200 officers")
    assert measures(message)[0].startswith("> “Europol will send 800 officers")


@on_stage(engine="library")
async def test_ask_about_it_answers_from_what_names_the_body(stage: Stage) -> None:
    card = await stage.command("agency", name="CEPOL")
    shown = await stage.emulator.click(stage.bob, card, "Ask about CEPOL")
    assert shown.modal is not None
    assert shown.modal["title"] == "Ask about CEPOL"
    sent = await stage.emulator.submit(stage.bob, shown, {"Your question": "Who will send or train officers?"})
    answer = await stage.answered(sent)
    assert not answer.ephemeral
    assert answer.text().startswith("-# Asked: Who will send or train officers?\n-# Only: CEPOL\n")
    assert QUOTE in answer.text()
    assert "Cocaine" not in answer.text()


@on_stage(engine="library", pace=6, pace_burst=1)
async def test_pace_holds(stage: Stage) -> None:
    await stage.command("agency", name="CEPOL")
    assert await stage.refused("agency", name="CEPOL") == "That was fast: ask again in 10 seconds."


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


@on_stage()
async def test_seeds_bodies_have_cards(stage: Stage) -> None:
    for name, shown in SEED.items():
        text = (await stage.command("agency", name=name)).text()
        assert [part for part in shown if part not in text] == [], text


@on_stage()
async def test_body_is_called_in_the_readers_language_too(stage: Stage) -> None:
    marie = stage.emulator.add_user("marie", locale="fr")
    stage.guild.add_member(marie)
    await stage.server_chose(private=True)
    message = await stage.command("agency", user=marie, name="ecb")
    assert "BCE" in message.text()
    assert "BCE" not in (await stage.command("agency", name="ecb")).text()
