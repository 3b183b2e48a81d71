"""What answers is marked in the sentence that answers, in the words of the release, and nowhere else."""

import json

import numpy as np
import pytest
from pydantic import TypeAdapter

from bot.cli.show_answers import show_answer
from bot.cli.terminal import Terminal
from bot.views.documents import QuoteDocument
from index.answering import answer
from index.answering.marking import is_of_other_year, with_brackets
from index.answering.times import time_of
from index.encoders.embedder import SentenceTransformerEmbedder
from index.encoders.marks import best_mark, whole_words
from index.engine import Engine
from index.filters import Filters
from index.results import Quote
from index.text.read_text import read_text
from index.text.sentences import Span
from tests.cached_reader import CachedReader

NOTHING = Filters()
MARKED = {
    "Who is the Austrian interior minister quoted?": "Herbert Kickl",
    "Until when does the action plan against migrant smuggling run?": "2015-2020",
    "When was the meeting of EU leaders?": "October",
}


@pytest.mark.parametrize(("question", "marked"), MARKED.items())
def test_what_answers_is_marked_in_the_words_of_the_release(
    question: str, marked: str, served_by_default_model: Engine
) -> None:
    first = served_by_default_model.answer(question, NOTHING).quotes[0]
    release = served_by_default_model.release(first.release_id)
    assert release is not None
    assert first.answer is not None
    start, end = first.answer
    assert first.start <= start < end <= first.end
    assert release.text[start:end] == marked
    assert first.text == release.text[first.start : first.end]


def test_only_the_first_quote_is_marked(served_by_default_model: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "answer_in", lambda query, ranking, quote, release: (quote.sentence.start,) * 2)
    quotes = served_by_default_model.answer("What will CEPOL and Europol do?", NOTHING).quotes
    assert [quote.answer is not None for quote in quotes] == [True, False, False]


@pytest.mark.parametrize(
    "question",
    [
        "Wer ist der zitierte österreichische Innenminister?",
        "Qui est le ministre autrichien de l'Intérieur cité ?",
        "Kto jest cytowanym austriackim ministrem spraw wewnętrznych?",
    ],
)
def test_question_in_another_language_finds_where_the_sentence_answers(
    question: str, default_model: SentenceTransformerEmbedder
) -> None:
    sentence = "This was said in Brussels by Herbert Kickl, Minister of the Interior of Austria."
    reader = CachedReader(default_model)
    titles = ["Measures are approved", "Measures are approved by Herbert Kickl"]
    for reading in reader.read_marking(question, titles, [sentence, sentence]):
        assert reading.mark is not None
        assert sentence[reading.mark.start : reading.mark.end] == "Herbert Kickl"


def test_words_of_the_question_are_not_marked(served_by_default_model: Engine) -> None:
    first = served_by_default_model.answer("What will the joint liaison task force do?", NOTHING).quotes[0]
    assert "a joint liaison task force" in first.text
    assert first.answer is None


def test_document_says_where_the_answer_stands(served_by_default_model: Engine) -> None:
    answered = served_by_default_model.answer(next(iter(MARKED)), NOTHING)
    [document, *others] = json.loads(json.dumps(answered.to_dict()))["quotes"]
    TypeAdapter(list[QuoteDocument]).validate_python([document, *others])
    start, end = document["answer"]["start"], document["answer"]["end"]
    assert document["text"][start - document["start"] : end - document["start"]] == "Herbert Kickl"
    assert "answer" not in Quote("A quote.", "a", 0, 8, "", 1.0, None).to_dict()


def test_nothing_is_marked_where_nothing_answers_or_a_claim_is_checked(served_by_default_model: Engine) -> None:
    refused = served_by_default_model.answer("Which agency will buy new ships for border control units?", NOTHING)
    assert not refused.answered
    assert all(quote.answer is None for quote in refused.related)
    [checked] = served_by_default_model.check("Training for border control units will be made available by CEPOL.")
    assert checked.evidence is not None
    assert checked.evidence.answer is None


def test_answer_is_marked_where_it_is_shown() -> None:
    text = "The plan is to:\n- count cod\n- feed herring"
    parts = ((5, 20), (33, 5 + len(text)))
    quote = Quote(text, "a", 5, 5 + len(text), "", 1.0, None, parts, answer=(40, 47))
    assert quote.around_answer == ("The plan is to:\n[…]\n- feed ", "herring", "")
    assert "".join(quote.around_answer) == quote.shown
    assert Quote(text, "a", 5, 5 + len(text), "", 1.0, None, parts).around_answer == (quote.shown, "", "")


@pytest.mark.parametrize(
    ("sentence", "piece", "marked"),
    [
        ("It costs €20 billion a year.", "20", "€20"),
        ("It fell to -0.50%, she said.", "0.5", "-0.50%"),
        ("It is (up to 40 %) of it.", " (up to 40 %)", "up to 40 %"),
        ("The agen\u00adcies met.", "cies", "agen\u00adcies"),
        ("A report of Frontex’s came.", "rontex", "Frontex"),
        ("By 2015-2020, they say.", "5-20", "2015-2020"),
        ("“The END”, she said.", " “The END”, ", "The END"),
        ("Well … yes.", "…", ""),
    ],
)
def test_mark_begins_and_ends_with_a_word(sentence: str, piece: str, marked: str) -> None:
    begin = sentence.index(piece.strip()) - (len(piece) - len(piece.lstrip()))
    start, end = whole_words(sentence, begin, begin + len(piece))
    assert sentence[start:end] == marked


@pytest.mark.parametrize(
    ("marked", "shown"),
    [
        ("22%) and Y (by 11%", "and Y (by 11%)"),
        ("(by 11%)", "(by 11%)"),
        ("(by 22%", "(by 22%)"),
        ("X (by", "X"),
        ("22%)", "22%"),
        (")", None),
    ],
)
def test_mark_has_both_brackets_or_none(marked: str, shown: str | None) -> None:
    sentence = "Imports fall: X (by 22%) and Y (by 11%), too."
    start = sentence.index(marked)
    result = with_brackets(sentence, Span(start, start + len(marked)))
    assert (result and sentence[result.start : result.end]) == shown


@pytest.mark.parametrize(
    ("asked", "marked", "is_other"),
    [
        ("How high was it in 2024?", "54.0%", True),
        ("How high was it in 2024?", "52.7%", False),
        ("How high was it in 2025?", "54.0%", False),
        ("How high was it?", "54.0%", False),
        ("When was what began in 2023?", "2025", False),
    ],
)
def test_mark_beside_another_year_is_not_of_the_time_that_is_asked_for(
    asked: str, marked: str, *, is_other: bool
) -> None:
    sentence = "In 2025, 54.0% came from the sun, an increase from the 52.7% of 2024."
    start = sentence.index(marked)
    time = time_of(read_text(asked, "en"))
    assert is_of_other_year(time, sentence, "en", Span(start, start + len(marked))) is is_other


def test_most_of_a_sentence_is_not_marked() -> None:
    sentence = "Fish is sold here."
    pieces = [(0, 4), (4, 7), (7, 12), (12, 17), (17, 18)]
    likely = np.zeros((5, 5), np.float32)
    likely[0, 3], likely[0, 0] = 0.7, 0.2
    assert best_mark(likely, pieces, sentence) is None
    likely[0, 3], likely[0, 0], likely[2, 3] = 0.2, 0.5, 0.1
    mark = best_mark(likely, pieces, sentence)
    assert mark is not None
    assert (mark.start, mark.end) == (0, 4)
    assert mark.sure == pytest.approx(0.7)
    assert best_mark(np.zeros((0, 0), np.float32), [], "") is None


def test_terminal_shows_what_answers_in_bold_and_a_pipe_does_not(
    served_by_default_model: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown_answer = served_by_default_model.answer(next(iter(MARKED)), NOTHING)
    monkeypatch.setenv("TERM", "xterm-256color")
    for forced, shown in (("1", "\x1b[1mHerbert Kickl\x1b[0m"), ("", "Herbert Kickl, Minister")):
        monkeypatch.setenv("FORCE_COLOR", forced)
        show_answer(Terminal(), shown_answer)
        assert shown in capsys.readouterr().out
