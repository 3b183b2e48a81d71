"""No quote only repeats the question, and each after the first adds something."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from index.answering.answer_types import asks_openly
from index.answering.novelty import Novelty, content
from index.building.build import build
from index.database.home import open_corpus_db
from index.engine import Engine
from index.filters import Filters
from index.intake.ingest import ingest_file
from index.intake.overrides import Overrides
from index.settings import IndexSettings
from index.text.read_text import read_text
from tests.fakes import FakeEmbedder, silent

Shown = Callable[..., list[str]]


@pytest.fixture
def shown(settings: IndexSettings, embedder: FakeEmbedder, write_release: Callable[..., Path]) -> Shown:
    """Return what is shown for a question over a release with a text in a language."""

    def ask(question: str, text: str, language: str = "en") -> list[str]:
        with closing(open_corpus_db(settings)) as store:
            ingest_file(store, write_release("0.md", text, title="0", language=language), Overrides())
        build(settings, embedder, silent)
        with Engine(settings, embedder) as engine:
            answer = engine.answer(question, Filters())
        return [quote.shown for quote in answer.quotes + answer.related]

    return ask


# A question, a sentence that repeats it, and one that answers it.
REPEATED = {
    "de": ("Wer bildet die Grenzschützer aus?", "Wer bildet Grenzschützer aus?", "In Warschau bildet Frontex sie aus."),
    "el": (
        "Ποιος εκπαιδεύει συνοριοφύλακες;",
        "Ποιος εκπαιδεύει συνοριοφύλακες;",
        "Στη Βαρσοβία εκπαιδεύει η Frontex.",
    ),
    "en": ("How will money be investigated?", "Money will be investigated.", "CEPOL shows how money is investigated."),
    "es": (
        "¿Quién forma a los guardias?",
        "¿Quién forma a los guardias?",
        "En Varsovia, Frontex forma a los guardias.",
    ),
    "fr": ("Qui forme les gardes ?", "Qui forme des gardes ?", "À Varsovie, Frontex forme des gardes."),
    "it": ("Chi addestra le guardie?", "Chi addestra guardie?", "A Varsavia Frontex addestra guardie."),
    "nl": ("Wie leidt grenswachten op?", "Wie leidt de grenswachten op?", "In Warschau leidt Frontex grenswachten op."),
    "pl": ("Kto szkoli strażników?", "Kto szkoli strażników?", "W Warszawie Frontex szkoli strażników."),
}


@pytest.mark.parametrize("code", REPEATED)
def test_sentence_that_gives_the_question_back_is_told(code: str) -> None:
    question, repeated, answer = REPEATED[code]
    novelty = Novelty(content(question, code), asks_openly=asks_openly(read_text(question, code)))
    assert novelty.only_repeats(repeated, code) or novelty.is_asked(repeated, code)
    assert not novelty.only_repeats(answer, code)
    assert not novelty.is_asked(answer, code)


# A quote, a sentence that says nothing more, and one that does, to the question that stands first.
SAID = {
    "de": (
        "Was geschah mit der Quote?",
        "Die Quote sank im Mai auf zehn Tonnen.",
        "Die Quote sank im Mai.",
        "Die Quote ärgerte Fischer und Händler.",
    ),
    "el": (
        "Τι έγινε με την ποσόστωση;",
        "Η ποσόστωση μειώθηκε τον Μάιο.",
        "Μειώθηκε η ποσόστωση.",
        "Η ποσόστωση μειώθηκε κατά 10.",
    ),
    "en": (
        "What happened to the quota?",
        "The quota fell to ten tonnes in May.",
        "The quota fell in May.",
        "The quota fell in Vigo.",
    ),
    "es": ("¿Qué pasó con la cuota?", "La cuota bajó en mayo.", "La cuota bajó.", "La cuota bajó en Vigo."),
    "fi": (
        "Mitä kiintiölle tapahtui?",
        "Kiintiö laski toukokuussa.",
        "Kiintiö laski.",
        "Kiintiö suututti kalastajat ja kauppiaat.",
    ),
    "fr": ("Que devient le quota ?", "Le quota baisse en mai.", "Le quota baisse.", "Le quota baisse de 10 tonnes."),
    "it": ("Che cosa succede alla quota?", "La quota scende a maggio.", "La quota scende.", "La quota scende a Vigo."),
    "pl": ("Co się stało z kwotą?", "Kwota spadła w maju.", "Kwota spadła.", "Kwota oburzyła rybaków i handlarzy."),
}


@pytest.mark.parametrize("code", SAID)
def test_second_quote_must_add_a_figure_a_name_or_two_words(code: str) -> None:
    question, quote, again, more = SAID[code]
    novelty = Novelty(content(question, code), asks_openly=asks_openly(read_text(question, code)))
    novelty.say(quote, code)
    assert not novelty.adds(again, code)
    assert novelty.adds(more, code)


def test_question_in_a_release_is_no_answer_and_what_follows_is(shown: Shown) -> None:
    text = "How will money flows be investigated?\n\nBy CEPOL, which trains those who follow money flows."
    assert shown("How will money flows be investigated?", text) == [
        "By CEPOL, which trains those who follow money flows."
    ]


def test_what_is_said_twice_is_quoted_once(shown: Shown) -> None:
    text = (
        "The cod quota fell to ten tonnes in May.\n\n"
        f"{'The weather of the spring was mild and so it stays. ' * 3}\n\n"
        "The quota for cod fell in May, as was said."
    )
    assert not any("as was said" in quote for quote in shown("What of the cod quota of ten tonnes?", text))


@pytest.mark.parametrize("question", ["Does the cod quota fall to ten tonnes?", "The cod quota falls to ten tonnes"])
def test_claim_and_question_for_yes_or_no_are_confirmed_by_their_words(shown: Shown, question: str) -> None:
    text = "The cod quota falls to ten tonnes.\n\nThe weather of the spring was mild."
    assert shown(question, text)[0] == "The cod quota falls to ten tonnes."


@pytest.mark.parametrize(
    ("code", "question", "is_open"),
    [
        ("en", "Until when does it run?", True),
        ("en", "Will the fund say who pays?", False),
        ("en", "The office which trains guards is Frontex", False),
        ("de", "Bis wann läuft das?", True),
        ("de", "Wird das Amt helfen?", False),
        ("fr", "À quelle date ?", True),
        ("pl", "Czy agencja pomoże?", False),
        ("fi", "Milloin se alkaa?", True),
        ("hu", "Mikor kezdődik?", True),
    ],
)
def test_open_questions_are_told_from_those_for_yes_or_no(code: str, question: str, is_open: bool) -> None:
    assert asks_openly(read_text(question, code)) is is_open
