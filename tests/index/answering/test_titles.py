"""A title answers where it does so as well as the sentences: it is quoted, placed and verified as a title."""

import dataclasses
import datetime
import json
from collections.abc import Iterator
from contextlib import closing

import pytest
from pydantic import TypeAdapter

from bot.i18n.words import ENGLISH, Words, words_for
from bot.views.documents import AnswerDocument
from bot.views.message import BLUE
from bot.views.quotes import QuoteBox
from index.answering.context import Neighbours, Untraceable, span_digest
from index.changes import Fate, citations
from index.encoders.embedder import SentenceTransformerEmbedder
from index.engine import Engine
from index.filters import Filters
from index.intake.ingest import ingest_file
from index.intake.overrides import Overrides
from index.maintenance import build_all
from index.processes.jobs import open_corpus
from index.settings import IndexSettings
from tests.fakes import silent

TITLE = "OLAF and partners boost cooperation against tobacco fraud"
TEXT = """Customs agencies across the globe face a difficult task and agreed to exchange more intelligence.

Representatives of forty countries joined the meeting, which took place in Lisbon on 12 September."""
REGIONS = "Munich, Paris and Madrid regions among EU strategic areas for digital R&I"
REGIONS_TEXT = (
    "Other regions, like Brussels, are pivotal within the European Union and help others to share what they know."
)
QUESTION = "Which agency boosts cooperation against tobacco fraud?"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, default_model: SentenceTransformerEmbedder) -> Iterator[Engine]:
    """An engine with the default model over a release, whose title alone says who did it."""
    folder = tmp_path_factory.mktemp("titles")
    settings = IndexSettings(data_dir=folder / "data", model="", threshold=0.2)
    with closing(open_corpus(settings)) as store:
        for name, title, text in (("tobacco", TITLE, TEXT), ("regions", REGIONS, REGIONS_TEXT)):
            url = f"https://anti-fraud.ec.europa.eu/{name}"
            head = f"title: {json.dumps(title)}\nissuer: OLAF\ndate: 2025-09-18\nlanguage: en\nurl: {url}"
            (folder / f"{name}.md").write_text(f"---\n{head}\n---\n\n{text}\n", "utf-8")
            ingest_file(store, folder / f"{name}.md", Overrides())
    build_all(settings, default_model, silent)
    with Engine(settings, default_model) as opened:
        yield opened


@pytest.mark.parametrize(
    "question",
    [
        "Which regions are among EU strategic areas for digital R&I?",
        "Które regiony należą do strategicznych obszarów UE w zakresie cyfrowych badań i innowacji?",
        "Quelles régions font partie des zones stratégiques de l'UE pour la R&I numérique ?",
        "Welche Regionen gehören zu den strategischen Gebieten der EU für digitale Forschung?",
    ],
)
def test_title_answers_in_other_languages(engine: Engine, question: str) -> None:
    first = engine.answer(question, Filters()).quotes[0]
    assert (first.text, first.is_title) == (REGIONS, True)


def test_title_that_answers_is_quoted_first(engine: Engine) -> None:
    answer = engine.answer(QUESTION, Filters())
    quote = answer.quotes[0]
    assert (quote.text, quote.is_title, quote.start, quote.end) == (TITLE, True, 0, 0)
    assert quote.link == (
        "https://anti-fraud.ec.europa.eu/tobacco#:~:text=OLAF%20and%20partners%20boost%20cooperation%20against"
        "%20tobacco%20fraud"
    )
    release = engine.release(quote.release_id)
    assert release is not None
    assert all(each.text == release.text[each.start : each.end] for each in answer.quotes[1:])
    assert {each.release_id for each in answer.sources} == {quote.release_id}


@pytest.mark.parametrize(
    "question",
    ["When did the meeting on tobacco fraud take place?", "Does OLAF boost cooperation?", "How many countries joined?"],
)
def test_sentence_that_answers_needs_no_title(engine: Engine, question: str) -> None:
    answer = engine.answer(question, Filters())
    assert not any(quote.is_title for quote in (*answer.quotes, *answer.related))


def test_title_says_in_json_that_it_is_one(engine: Engine) -> None:
    answer = engine.answer(QUESTION, Filters())
    document = json.loads(json.dumps(answer.to_dict()))
    TypeAdapter(AnswerDocument).validate_python(document)
    [title] = document["titles"]
    assert (title["text"], title["link"]) == (TITLE, answer.quotes[0].link)
    assert document["quotes"]
    release = engine.release(title["release_id"])
    assert release is not None
    assert all(quote["text"] == release.text[quote["start"] : quote["end"]] for quote in document["quotes"])


def test_title_does_not_take_the_only_place(engine: Engine) -> None:
    [quote] = engine.answer(QUESTION, Filters(), limit=1).quotes
    assert not quote.is_title


def test_of_several_questions_each_is_answered_by_sentences(engine: Engine) -> None:
    answer = engine.answer(f"{QUESTION} When did the meeting on tobacco fraud take place?", Filters())
    assert answer.questions
    assert not any(quote.is_title for quote in answer.quotes)


def test_quoted_title_is_verified_against_the_title(engine: Engine) -> None:
    answer = engine.answer(QUESTION, Filters())
    cited = citations(answer)[0]
    [same] = engine.verify_citations([cited])
    assert (same.fate, same.words, same.now) == (Fate.IDENTICAL, TITLE, TITLE)
    [other] = engine.verify_citations([dataclasses.replace(cited, words_sha256="0" * 64)])
    assert other.fate is Fate.CHANGED


def test_context_of_a_title_is_what_the_text_begins_with(engine: Engine) -> None:
    quote = engine.answer(QUESTION, Filters()).quotes[0]
    result = engine.neighbours(quote.release_id, quote.start, quote.end, span_digest(quote.text))
    assert isinstance(result, Neighbours)
    assert (result.before, result.quote) == ("", TITLE)
    assert result.after.startswith("Customs agencies")
    gone = engine.neighbours(quote.release_id, 0, 0, span_digest("Another title"))
    assert gone is Untraceable.CHANGED


@pytest.mark.parametrize(("words", "called"), [(ENGLISH, "Title"), (words_for("de"), "Titel")])
def test_discord_says_that_it_is_the_title(engine: Engine, words: Words, called: str) -> None:
    answer = engine.answer(QUESTION, Filters())
    source = answer.sources[0]
    box = QuoteBox(words, BLUE)
    box.quotes(answer.quotes, answer.sources, datetime.date.fromisoformat(source.date))
    shown = json.dumps(box.container.to_component_dict(), ensure_ascii=False)
    assert f"] {called}" in shown
    assert f"“{TITLE}”" in shown
