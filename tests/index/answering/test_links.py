"""A link opens its page at the quote, and nowhere else."""

import datetime
import re
import time
from contextlib import closing
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.models import Release
from index.answering.links import MAX_URL_CHARS, link_to
from index.database.home import open_corpus_db
from index.engine import Engine
from index.filters import Filters
from index.maintenance import build_all
from index.settings import IndexSettings
from index.text.sentences import Span, sentences
from tests.fakes import FakeEmbedder, silent
from tests.pages import paragraphs

PAGE = "https://example.europa.eu/page"


def link(text: str, quote: str, which: int = 0) -> str | None:
    start = [match.start() for match in re.finditer(re.escape(quote), text)][which]
    return link_to(PAGE, text, Span(start, start + len(quote)))


def opened(text: str, address: str) -> str:
    """Find what a browser would highlight, the way the draft tells it to."""
    directive = address.partition("#:~:text=")[2]
    parts = [unquote(part) for part in directive.split(",")]
    prefix = parts.pop(0)[:-1] if parts[0].endswith("-") else ""
    page = " ".join(text.split())
    start = f"{prefix} {parts[0]}".strip()
    assert len(re.findall(rf"(?<!\w){re.escape(start)}(?!\w)", page, re.IGNORECASE)) == 1
    begin = page.index(start) + len(start) - len(parts[0])
    end = page.index(parts[1], begin + len(parts[0])) + len(parts[1]) if len(parts) > 1 else begin + len(parts[0])
    return page[begin:end]


def test_signs_with_a_meaning_are_encoded() -> None:
    assert link("We, the top-up & more. Else.", "We, the top-up & more.") == (
        f"{PAGE}#:~:text=We%2C%20the%20top%2Dup%20%26%20more."
    )


def test_repeated_opening_is_lengthened_until_it_is_unique() -> None:
    text = "We will do more in the north of Africa today, as agreed. We will do more in the south of Africa today."
    address = link(text, "We will do more in the south of Africa today.")
    assert address is not None
    assert opened(text, address) == "We will do more in the south of Africa today."


def test_quote_that_stands_twice_gets_the_words_before_it() -> None:
    text = "First. We act now. Second. We act now."
    assert link(text, "We act now.", which=1) == f"{PAGE}#:~:text=Second.-,We%20act%20now."


def test_first_of_two_same_sentences_without_words_before_has_the_plain_address() -> None:
    assert link("We act now. We act now.", "We act now.") == PAGE


def test_release_without_an_address_has_no_link() -> None:
    assert link_to(None, "Words.", Span(0, 6)) is None


def test_fragment_of_the_page_itself_is_replaced() -> None:
    assert link_to(f"{PAGE}#top", "Two words.", Span(0, 10)) == f"{PAGE}#:~:text=Two%20words."


def test_address_too_long_for_a_button_is_left_plain() -> None:
    long = PAGE + "/x" * 240
    assert link_to(long, "Two words.", Span(0, 10)) == long


def test_every_sentence_of_the_shipped_release_is_found(shipped: Release) -> None:
    for span in sentences(shipped.text):
        address = link_to(shipped.url, shipped.text, span)
        assert address is not None
        assert len(address) <= MAX_URL_CHARS
        plain = shipped.text[span.start : span.end].removeprefix("- ")
        assert opened(shipped.text, address) == " ".join(plain.split())


@given(
    st.lists(
        st.sampled_from(["We act.", "We act now, in May.", "İstanbul: 5 %?", "The end of it all is near."]), min_size=1
    )
)
def test_link_opens_the_quote_or_is_plain(parts: list[str]) -> None:
    text = " ".join(parts)
    for span in sentences(text):
        address = link_to(PAGE, text, span)
        assert address is not None
        assert address == PAGE or opened(text, address) == text[span.start : span.end]


@pytest.mark.parametrize("text", ["a, b - c & d", "100 % – “sure”"])
def test_fragment_survives_decoding(text: str) -> None:
    address = link_to(PAGE, text, Span(0, len(text)))
    assert address is not None
    assert unquote(address.partition("text=")[2]) == text


ONCE = "\n\n".join(paragraphs(7, 2200))[:273_499]
TWICE = f"{ONCE}\n\n{ONCE}"


@pytest.mark.usefixtures("no_collection")
@pytest.mark.parametrize("offset", [0, len(ONCE) + 2])
def test_quote_of_a_long_page_that_holds_its_text_twice_has_the_plain_address_at_once(offset: int) -> None:
    assert len(TWICE) == 547_000
    middle = TWICE.index("\n\n", 130_000) + 2
    began = time.process_time()
    for span in sentences(TWICE[middle : middle + 1_000])[:3]:
        assert link_to(PAGE, TWICE, Span(middle + span.start + offset, middle + span.end + offset)) == PAGE
    assert time.process_time() - began < 1


@pytest.mark.usefixtures("no_collection")
def test_quote_of_a_long_page_that_differs_late_gets_as_many_words_as_it_takes() -> None:
    same = "word " * 100_000
    text = f"{same}first one of them all ends here. {same}second one of them all ends here."
    began = time.process_time()
    assert link(text, "one of them all ends here.", which=1) == (
        f"{PAGE}#:~:text=second-,one%20of%20them%20all%20ends%20here."
    )
    assert time.process_time() - began < 1


@pytest.mark.usefixtures("no_collection")
@pytest.mark.parametrize("piece", ["a", "a ", "aa\n", "ab ", "- a\n", "a, b. "])
def test_worst_pages_take_no_time(piece: str) -> None:
    text = piece * (547_000 // len(piece))
    began = time.process_time()
    for span in (Span(0, 400), Span(270_000, 270_040), Span(270_000, 271_000), Span(0, len(text))):
        assert link_to(PAGE, text, span) == PAGE
    assert time.process_time() - began < 3


@pytest.mark.usefixtures("no_collection")
def test_question_about_such_a_page_is_answered_at_once(settings: IndexSettings, embedder: FakeEmbedder) -> None:
    day = datetime.date(2024, 5, 6)
    release = Release("2024-05-06-twice", "Twice", "European Commission", day, "en", TWICE, url=PAGE)
    with closing(open_corpus_db(settings)) as store:
        store.accept(release, canonical_url=PAGE, raw_sha256="", cleaner=1, action="added")
    build_all(settings, embedder, silent)
    with Engine(settings, embedder) as engine:
        engine.warm()
        question = paragraphs(7, 900)[-1].partition(".")[0]
        began = time.process_time()
        answer = engine.answer(question, Filters())
        assert time.process_time() - began < 5
    assert (answer.quotes + answer.related)[0].link == PAGE
