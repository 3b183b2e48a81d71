"""`measures agency`: look a body up, and read what the releases say of it."""

import json
from pathlib import Path

import pytest

from index.agencies.timeline import Series, Timeline
from tests.bot.conftest import Run, sentence_of


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (
            "emsc",
            [
                "European Migrant Smuggling Centre (EMSC)",
                "capacities of the European Migrant Smuggling Center (EMSC) at Europol will be increased",
                "activities of the Information Clearing House at the EMSC is also envisaged",
                "a joint liaison task force on migrant smuggling will be established within the EMSC",
                "EMSC or a part of it: named in 1 release and 2 passages, 2018-12-06.",
            ],
        ),
        ("CEPOL", ["Budapest, HU", "training will be further made available by CEPOL for border control units"]),
        ("europol", ["The Hague, NL", "EMSC, EC3", "joint liaison task force", "https://www.europol.europa.eu"]),
        ("EU IRU", ["The capacity of the EU internet referral unit within Europol will be strengthened"]),
        ("empact", ["the use of the possibilities provided under EMPACT will be intensified"]),
        ("Council", ["Council of the European Union", "Today, the Council approved a comprehensive"]),
        ("Frontex", ["No release names Frontex. Nearest to it of those that releases name: "]),
        ("Council of Europe", ["Council of Europe is not an EU body.", "No release names"]),
    ],
)
def test_card_shows(run: Run, name: str, shown: list[str]) -> None:
    result = run("agency", name)
    assert result.returncode == 0
    assert [part for part in shown if part not in result.stdout] == []


def test_json_holds_the_contract(run: Run) -> None:
    document = json.loads(run("agency", "EMSC", "--json").stdout)
    assert document["agency"].keys() >= {
        *("id", "name", "acronyms", "type", "parent", "parts", "seat_city", "country", "website"),
        *("year_established", "status", "role"),
    }
    assert document["agency"]["parent"] == "europol"
    assert (document["releases"], document["passages"], document["candidates"]) == (1, 2, [])
    assert document["first_date"] == document["last_date"] == "2018-12-06"
    assert document["named_with"] == [{"id": "europol", "count": 1}]
    assert document["measures"][0].keys() == {
        *("text", "release_id", "start", "end", "heading", "score", "link", "date", "title"),
    }


@pytest.mark.parametrize(
    ("name", "agency_id", "asked"),
    [
        ("Cour des comptes", "eca", ("fr", "Cour des comptes européenne")),
        ("ΕΚΤ", "ecb", ("el", "Ευρωπαϊκή Κεντρική Τράπεζα")),
        ("Fronteksie", "frontex", ("pl", "Europejska Agencja Straży Granicznej i Przybrzeżnej")),
        ("Euroopan lääkeviraston", "ema", ("fi", "Euroopan lääkevirasto")),
    ],
)
def test_name_in_another_language_finds_the_card_and_is_shown(
    run: Run, name: str, agency_id: str, asked: tuple[str, str]
) -> None:
    document = json.loads(run("agency", name, "--json").stdout)
    assert document["agency"]["id"] == agency_id
    assert (document["asked"]["language"], document["asked"]["name"]) == asked
    assert document["asked"]["source"]
    assert f"{asked[1]} ({asked[0]})" in " ".join(run("agency", name).stdout.split())


def test_english_name_is_asked_in_no_other_language(run: Run) -> None:
    assert "asked" not in json.loads(run("agency", "Frontex", "--json").stdout)


def test_name_of_several_words_need_not_be_quoted(run: Run) -> None:
    assert json.loads(run("agency", "eu", "iru", "--json").stdout)["agency"]["id"] == "eu-iru"


def test_several_bodies_are_shown_one_after_the_other(run: Run) -> None:
    documents = json.loads(run("agency", "cepol", "empact", "--json").stdout)["agencies"]
    assert [document["agency"]["id"] for document in documents] == ["cepol", "empact"]


def test_question_is_answered_within_the_bodys_mentions(run: Run) -> None:
    document = json.loads(run("agency", "cepol", "--question", "Who trains border units?", "--json").stdout)
    quotes = document["quotes"] or document["related"]
    assert [quote["text"] for quote in quotes if "CEPOL" not in quote["text"]] == []
    assert document["answered"]


def test_ambiguous_name_shows_all_and_picks_none(run: Run) -> None:
    assert json.loads(run("agency", "ERA", "--json").stdout)["candidates"] == ["era", "era-2"]
    text = run("agency", "ERA").stdout
    assert "European Union Agency for Railways" in text
    assert "Academy of European Law" in text


@pytest.mark.parametrize(
    "name",
    ["", "x" * 10_000, "😀", "'; DROP TABLE mentions; --", "../../etc/passwd", "*.*(", "北京", "**???**", "xyzzy"],
)
def test_what_is_no_body_gets_one_clear_sentence(run: Run, name: str) -> None:
    result = run("agency", "--", name)
    assert result.returncode == 0
    assert result.stderr == ""
    assert result.stdout.startswith(("No such body: ", "No body is called "))
    assert len(result.stdout) < 500


def test_typo_finds_the_body(run: Run) -> None:
    assert "European Union Agency for Law Enforcement Cooperation" in run("agency", "Europoll").stdout


def test_bodies_are_listed_by_kind(run: Run) -> None:
    document = json.loads(run("agency", "--list", "--json").stdout)
    assert len(document["agencies"]) == 194
    joint = json.loads(run("agency", "--list", "--kind", "joint undertaking", "--json").stdout)["agencies"]
    assert {agency["type"] for agency in joint} == {"joint undertaking"}
    assert "institution" in sentence_of(run("agency", "--list", "--kind", "circus"))


def test_name_or_list_must_be_given(run: Run) -> None:
    assert run("agency").returncode == 2


def test_picture_is_only_drawn_from_three_dated_releases_on(run: Run, tmp_path: Path) -> None:
    result = run("agency", "europol", "--timeline", str(tmp_path / "out.png"))
    assert "No picture: 1 dated release" in result.stderr
    assert not (tmp_path / "out.png").exists()


def test_picture_is_a_small_png_with_words_for_those_who_cannot_see_it() -> None:
    from matplotlib.image import imread

    from bot.views.charts import draw_timeline
    from bot.views.wording import alt_text, sparkline

    months = tuple(f"{year}-{month:02}" for year in range(1998, 2026) for month in range(1, 13))
    counts = tuple(number % 7 for number in range(len(months)))
    timeline = Timeline(months, (Series("europol", counts), Series("ecb", counts[::-1])), 300, "000001")
    png = draw_timeline(timeline, {"europol": "Europol", "ecb": "ECB"}, "300 dated releases")
    assert png.startswith(b"\x89PNG")
    assert len(png) < 60_000
    import io

    assert imread(io.BytesIO(png)).shape[:2] >= (300, 600)
    assert alt_text(timeline).startswith("Mentions by month, 1998-01 to 2025-12. Europol: ")
    assert len(sparkline(counts)) <= 60
    assert sparkline([0, 1, 7]) == " ▂█"
