"""Quotes are whole sentences that can stand alone, the answering one first."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from index.answering.features import Evidence, sentences_of
from index.answering.quotes import is_dateline
from index.answering.ranking import Ranking
from index.answering.search import Ranked
from index.building.build import build
from index.database.home import open_corpus_db
from index.engine import Engine
from index.filters import Filters
from index.intake.ingest import ingest_file
from index.intake.overrides import Overrides
from index.results import Quote
from index.settings import IndexSettings
from tests.fakes import FakeEmbedder, silent

Quoted = Callable[..., tuple[Quote, ...]]


@pytest.fixture
def quoted(settings: IndexSettings, embedder: FakeEmbedder, write_release: Callable[..., Path]) -> Quoted:
    """Return the quotes for a question over releases with these texts, each a year older than the one before."""

    def ask(question: str, *texts: str) -> tuple[Quote, ...]:
        with closing(open_corpus_db(settings)) as store:
            for number, text in enumerate(texts):
                path = write_release(f"{number}.md", text, date=f"{2024 - number}-01-01")
                ingest_file(store, path, Overrides())
        build(settings, embedder, silent)
        with Engine(settings, embedder) as engine:
            answer = engine.answer(question, Filters())
        return answer.quotes + answer.related

    return ask


def test_sentence_that_leans_on_another_comes_with_it(quoted: Quoted) -> None:
    text = "A new office for cod opens in Vigo. It will also count the herring of the Baltic Sea.\n\nOther things stay."
    first = quoted("Who will count the herring of the Baltic Sea?", text)[0]
    assert first.text == "A new office for cod opens in Vigo. It will also count the herring of the Baltic Sea."


def test_list_item_comes_with_its_lead_in(quoted: Quoted) -> None:
    text = "The plan is to:\n- count the cod\n- feed the herring in winter\n- leave sprats\n\nThe end of it is near."
    first = quoted("feed the herring in winter", text)[0]
    assert first.text.startswith("The plan is to:\n- count the cod\n- feed the herring in winter")


def test_lead_in_comes_with_its_items(quoted: Quoted) -> None:
    text = "The quota plan for cod covers:\n- nets\n- boats\n\nThe end of it is near, they say."
    first = quoted("What does the quota plan for cod cover?", text)[0]
    assert first.text == "The quota plan for cod covers:\n- nets\n- boats"


def test_lead_in_whose_items_are_lost_is_no_further_quote(quoted: Quoted) -> None:
    text = "The cod plan names 7 nets in the north.\n\nThe cod plan names these boats of Vigo:\n\nOther things stay."
    quotes = quoted("What does the cod plan name?", text)
    assert "7 nets" in quotes[0].text
    assert not [quote.text for quote in quotes if quote.text.endswith(":")]


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("Mario Draghi, President of the ECB,Vítor Constâncio, Vice-President of the ECB, 12 January 2012", True),
        ("Willem F. Duisenberg, President of the European Central Bank, Frankfurt, 3 February 2000", True),
        ("Circularity would lower energy demand by nearly 4.7% compared to 2023", False),
        ("The Governing Council of the European Central Bank met in Frankfurt am Main.", False),
        ("Die Europäische Zentralbank senkte die Leitzinsen um 25 Basispunkte auf 3,25%", False),
    ],
)  # fmt: skip
def test_dateline_is_told_from_a_sentence(line: str, *, is_one: bool) -> None:
    assert is_dateline(line) is is_one


def test_question_about_two_things_gets_both(quoted: Quoted) -> None:
    texts = (
        "The cod quota falls to ten tonnes. Nobody objected.",
        "The wolf population grows in Spain. Farmers are angry.",
    )
    shown = " ".join(quote.text for quote in quoted("How did the cod quota and the wolf population change?", *texts))
    assert "cod quota falls" in shown
    assert "wolf population grows" in shown


def test_of_equal_sentences_the_newer_release_comes_first(
    settings: IndexSettings, embedder: FakeEmbedder, quoted: Quoted
) -> None:
    quoted("cod", *[f"The cod of the North Sea, the {number} time." for number in ("first", "second", "third")])
    with Engine(settings, embedder) as engine:
        opened = engine.served()
        rows = np.arange(len(opened))
        result = Ranked(rows, np.zeros(len(rows)), np.zeros(len(rows)))
        sentences = sentences_of(opened, result, len(rows))
        nothing = Evidence(
            np.zeros((len(rows), 0)), np.zeros((len(rows), 0), dtype=bool), np.zeros(len(rows), dtype=bool)
        )
        unread = np.full(len(sentences.rows), np.nan)
        ranking = Ranking(result, sentences, nothing, np.zeros(len(sentences.rows)), unread)
        best = opened.served(sentences.releases[ranking.best_first].tolist())
        dates = [served.release.date for served in best]
    assert dates == sorted(dates, reverse=True)
    assert len(set(dates)) == 3


def test_long_sentence_stands_alone_and_whole(quoted: Quoted) -> None:
    long = f"The cod quota {'of the North Sea and the Baltic Sea ' * 30}falls."
    shown = quoted("cod quota falls", f"{long} The herring stays.\n\nThe cod is a fish.")
    assert shown[0].text == long
    assert len(shown) == 1
