"""Whether a release is what somebody waits for, and what it is quoted with."""

import datetime
from collections.abc import Iterator

import pytest

from index.answering.news import Wanted, WantedKind, is_issuer
from index.engine import Engine
from index.filters import Filters
from index.settings import IndexSettings
from tests.fakes import FakeEmbedder, quiet, upkeep

PORTS = """Short heading

The ports are busy, as those of Europol say.

## Checks

Europol will send forty officers to Antwerp. They will search containers for cocaine.

- Lorries are weighed.
"""
FISH = "The Commission proposed quotas for cod in the Baltic Sea. Nets of herring boats are to be mended."
DEUTSCH = "Die Kommission schlägt neue Fangquoten für Kabeljau vor. Die Fischer sind damit nicht zufrieden."


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("news")
    paths = []
    for name, text, header in (
        ("ports", PORTS, {"issuer": "European Commission"}),
        ("fish", FISH, {"issuer": "European Parliament"}),
        ("fisch", DEUTSCH, {"issuer": "Europäische Kommission", "language": "de"}),
    ):
        fields = {"title": f"On {name}", "date": "2024-05-06", "language": "en"} | header
        path = folder / f"{name}.md"
        path.write_text("---\n" + "\n".join(f"{k}: {v}" for k, v in fields.items()) + f"\n---\n\n{text}\n", "utf-8")
        paths.append(str(path))
    settings = IndexSettings(data_dir=folder / "data", model="fake", threshold=0.8)
    upkeep(settings, FakeEmbedder()).add(paths, quiet, force=True)
    with Engine(settings, FakeEmbedder()) as engine:
        yield engine


def said(engine: Engine, kind: WantedKind, text: str, filters: Filters | None = None) -> dict[str, str]:
    """Return the first quote of each release that fits, by the last word of its title."""
    wanted = Wanted(kind, text, filters or Filters())
    results = {}
    for release in engine.releases("2024-05-06"):
        news = engine.news(wanted, release.release_id)
        if news is not None:
            [quote, *_] = news.quotes
            whole = engine.release(release.release_id)
            assert whole is not None
            assert quote.text == whole.text[quote.start : quote.end], "verbatim"
            assert news.source.release_id == quote.release_id == release.release_id
            results[release.title.split()[-1]] = quote.text
    return results


def test_agency_is_quoted_where_it_acts(engine: Engine) -> None:
    assert said(engine, WantedKind.AGENCY, "europol") == {"ports": "Europol will send forty officers to Antwerp."}
    assert said(engine, WantedKind.AGENCY, "frontex") == {}
    assert said(engine, WantedKind.AGENCY, "no-such-agency") == {}


def test_issuer_is_quoted_with_its_first_sentence(engine: Engine) -> None:
    assert said(engine, WantedKind.ISSUER, "commission") == {"ports": "The ports are busy, as those of Europol say."}
    assert said(engine, WantedKind.ISSUER, "EP") == {"fish": FISH.partition(". ")[0] + "."}
    assert said(engine, WantedKind.ISSUER, "Miss") == {}


@pytest.mark.parametrize(
    ("wanted", "issuer", "fits"),
    [
        ("Commission", "European Commission", True),
        ("Europol", "European Union Agency for Law Enforcement Cooperation", True),
        ("european parliament", "European Parliament", True),
        ("Parl", "European Parliament", False),
        ("Frontex", "European Commission", False),
    ],
)
def test_issuer_goes_by_its_names(wanted: str, issuer: str, *, fits: bool) -> None:
    assert is_issuer(wanted, issuer) is fits


def test_subject_must_stand_together_in_whatever_form_and_language(engine: Engine) -> None:
    searched = "Europol will send forty officers to Antwerp. They will search containers for cocaine."
    assert said(engine, WantedKind.SUBJECT, "searching of containers") == {"ports": searched}
    assert said(engine, WantedKind.SUBJECT, "Kabeljau und neue Fangquote") == {
        "fisch": "Die Kommission schlägt neue Fangquoten für Kabeljau vor."
    }
    assert said(engine, WantedKind.SUBJECT, "cod cocaine") == {}
    assert said(engine, WantedKind.SUBJECT, "fish herring") == {"fish": "Nets of herring boats are to be mended."}
    assert set(said(engine, WantedKind.SUBJECT, "ports")) == {"ports"}


def test_question_is_answered_by_one_release_where_the_gate_lets_it(engine: Engine) -> None:
    asked = "Who will search containers for cocaine?"
    assert set(said(engine, WantedKind.QUESTION, asked)) == {"ports"}
    assert said(engine, WantedKind.QUESTION, asked, Filters(issuer="Parliament")) == {}
    assert said(engine, WantedKind.QUESTION, asked, Filters(issuer="Nobody")) == {}
    assert said(engine, WantedKind.QUESTION, "Which penguins sang?") == {}


def test_filter_by_release_finds_nothing_else(engine: Engine) -> None:
    ids = {release.title: release.release_id for release in engine.releases()}
    only = Filters(releases=frozenset({ids["On fish"], "gone"}))
    result = engine.search("Europol containers cod", only, 10).passages
    assert {passage.release_id for passage in result} == {ids["On fish"]}
    assert engine.search("cod", Filters(releases=frozenset({"gone"})), 10).passages == ()


def test_editions_are_those_of_a_day_and_later(engine: Engine) -> None:
    day = datetime.date(2024, 5, 6)
    assert len(engine.editions_since(day)) == 3
    assert engine.editions_since(day + datetime.timedelta(days=1)) == ()
    assert engine.news(Wanted(WantedKind.ISSUER, "Commission"), "no-such-release") is None
