"""Notices say what a reader should know about the sources."""

import datetime
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from index.engine import Engine
from index.filters import Filters
from index.intake.ingest import ingest_file
from index.intake.overrides import Overrides
from index.maintenance import build_all
from index.processes.jobs import open_corpus
from index.settings import IndexSettings
from tests.fakes import FakeEmbedder, silent


@pytest.fixture
def quotas(settings: IndexSettings, embedder: FakeEmbedder, write_release: Callable[..., Path]) -> Engine:
    """An engine that answers everything, over two releases on cod by one issuer and one by another."""
    texts = {
        "old.md": ("The cod quota for the North Sea is 100 tonnes.", "2010-01-01", "European Commission"),
        "new.md": ("The cod quota for the North Sea is now 95 tonnes.", "2012-01-01", "European Commission"),
        "other.md": ("The cod quota in the North Sea fell to 7 tonnes.", "2014-01-01", "European Parliament"),
    }
    with closing(open_corpus(settings)) as store:
        for name, (text, date, issuer) in texts.items():
            ingest_file(store, write_release(name, text, date=date, issuer=issuer, title=f"Cod in {date}"), Overrides())
    build_all(settings, embedder, silent)
    return Engine(settings.model_copy(update={"threshold": 0.0}), embedder)


def test_old_sources_of_a_question_about_now_are_told(quotas: Engine) -> None:
    answer = quotas.answer("What is the latest cod quota for the North Sea?", Filters(issuer="Commission"))
    newest = max(source.date for source in answer.sources)
    assert f"The newest of these sources is of {newest}, more than a year old." in map(str, answer.notices)


def test_age_is_not_told_where_nobody_asks_for_now(quotas: Engine) -> None:
    answer = quotas.answer("What is the cod quota for the North Sea?", Filters())
    assert not [notice for notice in answer.notices if "more than a year old" in str(notice)]


def test_newer_release_of_the_same_issuer_is_told(quotas: Engine) -> None:
    answer = quotas.answer("quota for the North Sea", Filters(issuer="Commission"), limit=1)
    assert answer.quotes[0].text.endswith("is 100 tonnes.")
    assert tuple(map(str, answer.notices)) == (
        "European Commission has a newer release on this, of 2012-01-01: Cod in 2012-01-01",
    )


def test_newest_release_has_no_newer_one(quotas: Engine) -> None:
    until = Filters(until=datetime.date(2011, 1, 1))
    assert quotas.answer("cod quota for the North Sea 100 tonnes", until, limit=1).notices == ()


@pytest.mark.parametrize("question", ["latest cod quota in tonnes now", "aktuelle cod quota: wie viele tonnes now?"])
def test_latest_is_quoted_from_the_newest_release_with_one_notice(quotas: Engine, question: str) -> None:
    answer = quotas.answer(question, Filters(issuer="Commission"), limit=1)
    assert answer.quotes[0].text.endswith("is now 95 tonnes.")
    assert [notice.values["date"] for notice in answer.notices] == [datetime.date(2012, 1, 1)]


@pytest.mark.parametrize(
    "question",
    [
        "What is the next cod quota for the North Sea?",
        "Was ist die nächste cod quota?",
        "Quelle est la prochaine cod quota ?",
    ],
)
def test_what_comes_next_is_not_told_by_what_is_long_past(quotas: Engine, question: str) -> None:
    answer = quotas.answer(question, Filters())
    assert answer.answered
    assert "2010-01-01" not in {source.date for source in answer.sources}


@pytest.mark.parametrize("question", ["cod quota still?", "cod quota: noch wie viele?", "cod quota aujourd'hui ?"])
def test_age_is_told_in_every_language(quotas: Engine, question: str) -> None:
    answer = quotas.answer(question, Filters(issuer="Parliament"), limit=1)
    assert [notice.values["date"] for notice in answer.notices] == [datetime.date(2014, 1, 1)]


@pytest.mark.parametrize("until", [2010, 2012, 2014])
def test_no_answer_tells_of_an_older_release_as_newer(quotas: Engine, until: int) -> None:
    for limit in (1, 2, 3):
        for question in ("cod quota for the North Sea 100 tonnes now", "current cod quota in the North Sea fell 7"):
            answer = quotas.answer(question, Filters(until=datetime.date(until, 12, 31)), limit=limit)
            told = [str(notice.values["date"]) for notice in answer.notices]
            assert len(told) <= 1
            assert all(date >= max(str(source.date) for source in answer.sources) for date in told)


def test_sources_of_a_named_time_are_not_called_old(quotas: Engine) -> None:
    answer = quotas.answer("What was the cod quota for the North Sea in January 2010?", Filters(), limit=1)
    assert answer.answered
    assert answer.quotes[0].text.endswith("is 100 tonnes.")
    assert answer.notices == ()
    assert not quotas.answer("What was the cod quota for the North Sea in March 2011?", Filters()).answered
