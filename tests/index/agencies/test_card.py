"""A card tells what the releases say of a body, and nothing that is not shown any more."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from index.agencies.card import Card
from index.engine import Engine
from index.intake.ingest import ingest_file
from index.intake.overrides import Overrides
from index.maintenance import build_all
from index.processes.jobs import open_corpus
from index.settings import IndexSettings
from tests.fakes import FakeEmbedder, quiet, silent, upkeep

TEXTS = {
    "a.md": ("2020-03-01", "Europol will open a laboratory in the harbour town. Nobody else said anything of it."),
    "b.md": ("2021-05-01", "Europol will open a laboratory in the harbour town. Frontex will send forty officers."),
    "c.md": ("2021-05-20", "The capacities of the EC3 at Europol will be doubled. It will also hire engineers."),
}


@pytest.fixture
def engine(settings: IndexSettings, embedder: FakeEmbedder, write_release: Callable[..., Path]) -> Iterator[Engine]:
    """An engine over the shipped release and three others."""
    with closing(open_corpus(settings)) as store:
        for name, (date, text) in TEXTS.items():
            ingest_file(store, write_release(name, text, date=date, title=f"News of {date}"), Overrides())
    build_all(settings, embedder, silent)
    with Engine(settings, embedder) as opened:
        yield opened


def quoted(card: Card) -> list[str]:
    return [measure.quote.text for measure in card.measures]


def test_card_counts_releases_and_passages_and_gives_the_first_and_last_date(engine: Engine) -> None:
    card = engine.card("europol")
    assert (card.releases, card.first_date, card.last_date) == (4, "2018-12-06", "2021-05-20")
    assert card.passages >= 5


def test_measures_are_verbatim_newest_first_and_each_once(engine: Engine) -> None:
    card = engine.card("europol")
    assert quoted(card)[:2] == [
        "The capacities of the EC3 at Europol will be doubled.",
        "Europol will open a laboratory in the harbour town.",
    ]
    assert quoted(card).count("Europol will open a laboratory in the harbour town.") == 1
    assert [measure.date for measure in card.measures] == sorted((m.date for m in card.measures), reverse=True)
    for measure in card.measures:
        release = engine.release(measure.quote.release_id)
        assert release is not None
        assert release.text[measure.quote.start : measure.quote.end] == measure.quote.text


def test_parts_are_counted_in_unless_exact(engine: Engine) -> None:
    assert "joint liaison task force" in " ".join(quoted(engine.card("europol")))
    exact = engine.card("europol", exact=True)
    assert "joint liaison task force" not in " ".join(quoted(exact))
    assert exact.passages < engine.card("europol").passages


def test_bodies_named_beside_it_are_counted_by_passage(engine: Engine) -> None:
    assert {other.agency_id: other.passages for other in engine.card("frontex").named_with} == {"europol": 1}


def test_body_that_no_release_names_comes_with_those_like_it(engine: Engine) -> None:
    card = engine.card("eppo")
    assert (card.releases, card.passages, card.first_date, card.measures) == (0, 0, None, ())
    assert card.nearest
    assert set(card.nearest) <= engine.served().named_agencies()


def test_withdrawn_release_is_gone_from_cards_at_once(
    engine: Engine, settings: IndexSettings, embedder: FakeEmbedder
) -> None:
    assert engine.card("frontex").releases == 1
    gone = engine.card("frontex").measures[0].quote.release_id
    upkeep(settings, embedder).withdraw(gone, quiet, build=False)
    card = engine.card("frontex")
    assert (card.releases, card.passages, card.measures, card.named_with) == (0, 0, (), ())
    assert "frontex" not in engine.served().named_agencies()
    assert not engine.timeline(["frontex"]).months


def test_timeline_counts_mentions_by_month_without_gaps(engine: Engine) -> None:
    timeline = engine.timeline(["europol", "frontex"])
    assert (timeline.months[0], timeline.months[-1], len(timeline.months)) == ("2018-12", "2021-05", 30)
    europol, frontex = timeline.series
    assert frontex.counts == (0,) * 29 + (1,)
    assert europol.counts[timeline.months.index("2020-03")] == 1
    assert europol.counts[-1] == 3
    assert timeline.releases == 4
