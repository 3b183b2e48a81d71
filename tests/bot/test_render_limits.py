"""Whatever is rendered, Discord takes it, and a quote is shown whole or not at all."""

import datetime
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from discord import ui
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.i18n.words import ENGLISH, LANGUAGES, Words, words_for
from bot.views import agencies as render_cards
from bot.views import answers as render
from bot.views.about import about_view, help_view
from bot.views.answers import Asked
from bot.views.escaping import plain, quoted
from bot.views.message import BLUE, MAX_TEXT, text_view, web_address
from bot.views.quotes import QuoteBox, place_buttons
from corpus.agencies.registry import Lookup, registry
from corpus.models import Agency, Release
from index.agencies.card import Card, Measure, NamedWith
from index.answering.claims import Checked, Verdict
from index.answering.context import Neighbours
from index.answering.links import MAX_URL_CHARS
from index.filters import Filters
from index.results import Answer, Corpus, FoundPassage, Notice, Quote, Source
from tests.emulator.checks import message_flaws
from tests.emulator.components import walk
from tests.emulator.flags import MessageFlag

any_input = settings(max_examples=settings().max_examples // 2)  # an example holds up to 40 drawn texts
TODAY = datetime.date(2026, 1, 1)
TEXT, LINK = 10, 5
LARGEST = 20 * 1024 * 1024

pieces = st.text(max_size=20) | st.sampled_from(
    [
        "**",
        "[x](https://a.eu)",
        "- item\n",
        "## Heading\n",
        "\u202e",
        "\ud83d",
        "👩‍👩‍👧",
        "word ",
        "\\",
        "`",
        "\n\n",
        "",
    ]
)
short = st.lists(pieces, max_size=20).map("".join)
long = st.builds(lambda text, times: (text * times)[:5_000], short, st.integers(0, 2_000))
anything = short | long | st.just("a sentence. " * 400) | st.just("*" * 5_000)
titles = anything.map(lambda text: text[:300])
urls = st.none() | st.builds(
    lambda start, rest, times: start + rest * times,
    st.sampled_from(
        ["https://a.eu/", "http://a.eu/#:~:text=", "ftp://a.eu/", "https://", "https://[", "javascript:", ""]
    ),
    st.text(max_size=5),
    st.integers(0, 200),
)
release_ids = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=48) | st.just("x" * 48)
dates = st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 1, 1))
offsets = st.integers(0, LARGEST) | st.just(LARGEST)
agencies = st.sampled_from(list(registry().agencies.values()))
languages = st.sampled_from(list(LANGUAGES)).map(words_for)
answer_ids = st.just("A" * 16)

quote = st.builds(Quote, anything, release_ids, offsets, offsets, titles, st.floats(0, 1), urls)
figures = st.lists(st.integers(0, 10**9).map(str), max_size=9).map(tuple)
passage = st.builds(FoundPassage, release_ids, st.just(0), offsets, offsets, titles, anything, st.floats(0, 1))
measures_of = st.lists(st.builds(Measure, quote, dates.map(str), titles), max_size=10)
descriptions = st.none() | anything.map("Mentions by month. ".__add__)
filters = st.builds(
    Filters, st.none() | agencies.map(lambda each: each.id), st.just(False), st.none() | titles, st.none() | dates
)
source = st.builds(Source, release_ids, st.just("0" * 64), titles, titles, dates.map(str), st.just("en"), urls)
notice = st.builds(
    Notice,
    st.just("{issuer} has a newer release on this, of {date}: {title}"),
    st.fixed_dictionaries({"issuer": anything, "date": dates.map(str) | anything, "title": anything}),
)


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """Draw any answer; its sources are those of its quotes, or not."""
    quotes = tuple(draw(st.lists(quote, max_size=7)))
    own = [draw(source.map(lambda item, each=each: _of(item, each.release_id))) for each in quotes]  # type: ignore[misc]
    others = draw(st.lists(source, max_size=8))
    answered = bool(quotes) and draw(st.booleans())
    return Answer(
        question=draw(short),
        answered=answered,
        confidence=0.5,
        threshold=0.3,
        quotes=quotes if answered else (),
        sources=tuple({item.release_id: item for item in own + others}.values()),
        related=() if answered else quotes,
        notices=tuple(draw(st.lists(notice, max_size=6))),
        generation="000001",
        took_ms=1.0,
    )


def _of(only: Source, release_id: str) -> Source:
    return Source(release_id, only.text_sha256, only.title, only.issuer, only.date, only.language, only.url)


def payload(view: ui.LayoutView) -> list[dict[str, Any]]:
    """Return what is sent of a view, when Discord would take it."""
    components: list[dict[str, Any]] = view.to_components()  # type: ignore[no-untyped-call]
    json.dumps(components, ensure_ascii=False).encode()
    assert list(message_flaws({"components": components}, flags=int(MessageFlag.IS_COMPONENTS_V2))) == []
    parts = list(walk(components))
    assert len(parts) <= 40
    texts = [part["content"] for part in parts if part["type"] == TEXT]
    assert sum(map(len, texts)) <= 4_000
    assert all(texts)
    custom_ids = [part["custom_id"] for part in parts if "custom_id" in part]
    assert len(set(custom_ids)) == len(custom_ids)
    assert all(1 <= len(custom_id) <= 100 for custom_id in custom_ids)
    for part in parts:
        _check_part(part)
    return components


def _check_part(part: dict[str, Any]) -> None:
    if "label" in part:
        assert 1 <= len(part["label"]) <= 80
        assert part["label"].strip()
    if part.get("style") == LINK:
        assert part["url"].startswith(("https://", "http://"))
        assert len(part["url"]) <= 512
    options = part.get("options", [])
    assert len(options) <= 25
    for option in options:
        assert 1 <= len(option["label"]) <= 100
        assert 1 <= len(option["value"]) <= 100
    for item in part.get("items", []):
        assert 1 <= len(item["description"]) <= 1024


def sections(components: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the texts that quote something."""
    for part in walk(components):
        if part["type"] == TEXT and part["content"].startswith("> **["):
            yield part["content"]


def whole(quotes: list[Quote], first: int = 1) -> set[str]:
    """Return quotes as they are shown whole."""
    return {
        quoted(f"“{each.text}”").replace("> ", f"> **[{number}]** ", 1) for number, each in enumerate(quotes, first)
    }


@any_input
@given(
    answers(), languages,
    st.builds(Asked, answer_ids, st.none() | anything, st.none() | anything, st.booleans(), filters),
)  # fmt: skip
def test_any_answer(answer: Answer, words: Words, asked: Asked) -> None:
    view = render.answer_view(words, answer, asked, TODAY)
    shown = list(sections(payload(view)))
    quotes = list(answer.quotes) if answer.answered else []
    assert set(shown) <= whole(quotes)
    fitting = [each for each in quotes[:1] if len(each.text) < 300]
    assert len(shown) >= len(fitting)


@any_input
@given(st.lists(passage, max_size=5), st.lists(source, max_size=5), st.integers(1, 10), languages, answer_ids)
def test_any_page_of_passages(
    passages: list[FoundPassage], sources: list[Source], page: int, words: Words, answer_id: str
) -> None:
    components = payload(render.more_view(words, passages, sources, answer_id, page, TODAY))
    quotes = [Quote(each.text, each.release_id, each.start, each.end, each.heading, 0.0, None) for each in passages[:3]]
    assert set(sections(components)) <= whole(quotes, 1 + (page - 1) * 3)


@any_input
@given(st.builds(Neighbours, source, titles, anything, anything, anything, offsets, offsets), languages)
def test_any_context(result: Neighbours, words: Words) -> None:
    payload(render.neighbours_view(words, result, TODAY))


@any_input
@given(
    st.lists(
        st.builds(Checked, anything, answers(), st.sampled_from(Verdict), st.none() | quote, figures, figures),
        max_size=5,
    ),
    languages,
)
def test_any_check(checked: list[Checked], words: Words) -> None:
    components = payload(render.check_view(words, checked, TODAY))
    every = [each.evidence for each in checked if each.evidence is not None]
    assert all(
        text.split("** ", 1)[1] in {text.split("** ", 1)[1] for text in whole(every)} for text in sections(components)
    )


@any_input
@given(
    agencies, measures_of, st.integers(0, 99), st.lists(agencies, max_size=8), st.booleans(), st.integers(1, 3),
    descriptions, languages,
)  # fmt: skip
def test_any_card(
    agency: Agency,
    measures: list[Measure],
    older: int,
    near: list[Agency],
    named: bool,
    page: int,
    alt: str | None,
    words: Words,
) -> None:
    card = Card(
        agency=agency,
        exact=False,
        releases=10**6 * named,
        passages=10**7 * named,
        first_date="2001-01-01" if named else None,
        last_date="2026-01-01" if named else None,
        measures=tuple(measures),
        more_measures=older,
        named_with=tuple(NamedWith(each.id, 10**6) for each in near),
        nearest=tuple(each.id for each in near),
        generation="000001",
    )
    components = payload(render_cards.card_view(words, card, page, alt))
    for measure in measures:
        text = quoted(f"“{measure.quote.text}”")
        for shown in (
            part["content"] for part in walk(components) if part["type"] == TEXT and "> “" in part["content"]
        ):
            assert shown.count("> “") == 1 or text in shown


@any_input
@given(
    st.text(max_size=6_000) | anything,
    st.lists(agencies, max_size=30, unique_by=lambda each: each.id),
    st.booleans(),
    languages,
)
def test_any_unknown_name(name: str, meant: list[Agency], ambiguous: bool, words: Words) -> None:
    lookup = Lookup(None, tuple(meant), ()) if ambiguous else Lookup(None, (), tuple(meant))
    payload(render_cards.unknown_view(words, name, lookup))


@pytest.mark.parametrize(
    ("url", "labels"),
    [
        ("https://www.consilium.europa.eu:8443/a", ["Read it at the source: consilium.europa.eu", "Context"]),
        ("https://www.consilium.europa.eu@evil.example/", ["Context"]),
        ("https://www.consilium.europa.eu%2Fa.evil.example/", ["Context"]),
        ("https://www.consilium.europa.eu\\.evil.example/", ["Context"]),
        ("javascript:alert(1)", ["Context"]),
    ],
)
def test_label_of_a_link_is_the_host_that_it_leads_to(url: str, labels: list[str]) -> None:
    quote = Quote("A quote.", "a", 0, 8, "", 1.0, url)
    [row] = place_buttons(ENGLISH, [(1, quote)], "x")
    assert [button.label for button in row.children if isinstance(button, ui.Button)] == labels


def test_what_a_quote_leaves_out_is_marked() -> None:
    text = "The plan is to:\n- count cod\n- feed herring"
    quote = Quote(text, "a", 5, 5 + len(text), "", 1.0, None, ((5, 20), (33, 5 + len(text))))
    box = QuoteBox(ENGLISH, BLUE)
    source = Source("a", "0" * 64, "A title", "Council", "2024-05-06", "en", None)
    box.quotes([quote], [source], datetime.date(2024, 5, 6))
    [shown, *_] = [item.content for item in box.container.children if isinstance(item, ui.TextDisplay)]
    assert shown.replace("\\", "") == "> **[1]** “The plan is to:\n> […]\n> - feed herring”"


def shown_quote(quote: Quote) -> str:
    box = QuoteBox(ENGLISH, BLUE)
    source = Source("a", "0" * 64, "A title", "Council", "2024-05-06", "en", None)
    box.quotes([quote], [source], datetime.date(2024, 5, 6))
    return next(item.content for item in box.container.children if isinstance(item, ui.TextDisplay))


def test_what_answers_is_bold_in_its_part_of_a_quote() -> None:
    text = "The plan is to:\n- count cod\n- feed *herring*"
    start = 5 + text.index("herring")
    parts = ((5, 20), (33, 5 + len(text)))
    quote = Quote(text, "a", 5, 5 + len(text), "", 1.0, None, parts, answer=(start, start + len("herring")))
    assert shown_quote(quote) == "> **[1]** “The plan is to:\n> \\[…\\]\n> \\- feed \\***herring**\\*”"


def test_quote_without_bold_is_escaped_as_a_whole() -> None:
    assert shown_quote(Quote("a\n-", "a", 0, 3, "", 1.0, None)) == "> **[1]** “a\n> -”"


def test_answer_over_two_lines_is_bold_on_each() -> None:
    text = "They cost\nten euro [net]\n\nin all."
    quote = Quote(text, "a", 0, len(text), "", 1.0, None, answer=(5, text.index("\n\n")))
    assert shown_quote(quote) == "> **[1]** “They **cost**\n> **ten euro \\[net\\]**\n> in all.”"


@any_input
@given(anything, anything, anything)
def test_bold_takes_no_word_from_a_quote(before: str, answer: str, after: str) -> None:
    whole, marked = quoted(f"{before} {answer} {after}"), quoted(f"{before} ", answer, f" {after}")
    assert re.sub(r"[\\*>\s]", "", marked) == re.sub(r"[\\*>\s]", "", whole)


def test_quote_that_fits_only_without_bold_is_shown_without() -> None:
    room = next(length for length in range(MAX_TEXT, 0, -1) if shown_quote(of_words(length)).startswith("> **[1]** “"))
    assert "**word**" not in shown_quote(of_words(room))
    assert "**word**" in shown_quote(of_words(room - 4))


def of_words(length: int) -> Quote:
    text = "word " + "a" * (length - 5)
    return Quote(text, "a", 0, length, "", 1.0, None, answer=(0, 4))


def test_longest_link_that_the_index_makes_fits_a_button() -> None:
    url = f"https://europa.eu/{'a' * MAX_URL_CHARS}"
    assert web_address(url[:MAX_URL_CHARS]) == url[:MAX_URL_CHARS]
    assert web_address(url) is None


release = st.builds(
    Release, release_ids, titles, titles, dates, st.sampled_from(["en", "FR", "xx", "klingonese"]), short, url=urls
)


@any_input
@given(st.lists(release, max_size=30, unique_by=lambda each: each.release_id), anything, st.integers(1, 3), languages)
def test_any_list_of_releases(releases: list[Release], query: str, page: int, words: Words) -> None:
    last = max(1, -(-len(releases) // render_cards.RELEASES_A_PAGE))
    payload(render_cards.releases_view(words, releases, query, min(page, last)))


@any_input
@given(release, st.lists(anything, max_size=40), st.lists(agencies, max_size=40), languages)
def test_any_outline(only: Release, headings: list[str], bodies: list[Agency], words: Words) -> None:
    payload(render_cards.outline_view(words, only, headings, {agency.id: agency for agency in bodies}))


@any_input
@given(st.lists(titles, max_size=20), dates, dates, languages, anything)
def test_any_other_text(issuers: list[str], first: datetime.date, last: datetime.date, words: Words, text: str) -> None:
    payload(about_view(words, Corpus(10**6, 10**7, issuers, first, last, "000001", "0" * 12, 0.28), 3650))
    payload(help_view(words))
    payload(text_view(f"Own words: {plain(text, 5_000)}", accent=BLUE))
