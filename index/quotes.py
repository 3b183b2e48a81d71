"""Scored sentences -> one to three quotes: whole sentences, the answering one first, each able to stand alone."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from corpus.models import Release
from corpus.text import is_list_item
from corpus.web import web_url
from index.features import Sentences, best_first, is_heading_like
from index.links import link_to
from index.models import Quote
from index.opened import OpenGeneration
from index.search import Scores
from index.sentences import Span
from index.terms import words

MAX_QUOTES = 3
MAX_CHARS = 600
_LEAN_MAX_CHARS = 420
_CONSIDERED = 8
# Sentences that score this much below the best, in nats, are not shown beside it.
_MAX_DROP = 6.0
_SAME_WORDS = 0.85
_LEANS = re.compile(
    r"[\"“‘'«(]?(?:It|They|He|She|This|These|Those|That|Such|Its|Their|His|Her|The latter|Both|Here|There|Also"  # noqa: RUF001
    r"|However|Thus|Therefore|Moreover|Furthermore|In addition|As a result|In this context|To this end)\b"
)


@dataclass(frozen=True, slots=True)
class Picked:
    """A quote: sentences of one release, by the release's row, and which scored sentence it was picked for.

    ``also`` are the rows of other releases that say the same.
    """

    release: int
    span: Span
    best: int
    also: tuple[int, ...] = ()


def pick_quotes(opened: OpenGeneration, sentences: Sentences, scores: Scores, limit: int = MAX_QUOTES) -> list[Picked]:
    """Pick at most `limit` quotes of `MAX_CHARS` together, unless the first sentence alone is longer."""
    order = best_first(opened, sentences, scores)[: limit + _CONSIDERED]
    picked: list[Picked] = []
    texts, said = _texts(opened), cache(lambda text: frozenset(words(text)))
    for at in order.tolist():
        if scores[order[0]] - scores[at] > _MAX_DROP or (picked and is_heading_like(sentences.texts[at])):
            continue
        release = int(sentences.releases[at])
        new = said(sentences.texts[at])
        twin = next(
            (
                number
                for number, other in enumerate(picked)
                if _holds(other, release, _span(sentences, at))
                or _same_words(said(texts(other.release)[other.span.start : other.span.end]), new)
            ),
            None,
        )
        if twin is not None:
            picked[twin] = _with_source(picked[twin], release)
            continue
        text = texts(release)
        alone = _span(sentences, at)
        span = standing_alone(opened, release, text, int(sentences.rows[at]), alone)
        neighbour = next((number for number, other in enumerate(picked) if _touches(text, other, release, span)), None)
        if neighbour is not None:
            _grow(picked, neighbour, span)
        elif len(picked) < limit:
            fitting = next(
                (each for each in (span, alone) if not picked or _chars(picked) + _length(each) <= MAX_CHARS), None
            )
            if fitting:
                picked.append(Picked(release, fitting, at))
    return picked


def _texts(opened: OpenGeneration) -> Callable[[int], str]:
    known: dict[int, str] = {}

    def text(release: int) -> str:
        if release not in known:
            known[release] = opened.passages.release(release).text
        return known[release]

    return text


def _span(sentences: Sentences, at: int) -> Span:
    passage = sentences.passages[at]
    return passage.passage.sentences[int(sentences.rows[at]) - passage.first_sentence]


def as_quote(release: Release, span: Span, heading: str, score: float) -> Quote:
    """Return a span of a release as what is shown of it, with its link."""
    return Quote(
        release.text[span.start : span.end],
        release.release_id,
        span.start,
        span.end,
        heading,
        score,
        link_to(web_url(release.url), release.text, span),
    )


def standing_alone(opened: OpenGeneration, release: int, text: str, row: int, span: Span) -> Span:
    """Return a sentence with what it leans on: an item with its lead-in, "It will also…" with the sentence before.

    :param release: the row of its release, whose text is `text`.
    :param row: the sentence's own, whose span is `span`.
    """
    words_ = text[span.start : span.end]
    first = int(opened.first_sentences[opened.first_passages[release]])
    before = opened.passages.spans(range(max(first, row - _CONSIDERED), row))
    after = opened.passages.spans(range(row + 1, row + 1 + _CONSIDERED)) if words_.endswith(":") else []
    if is_list_item(words_):
        return _from_lead_in(text, span, before)
    for item in after:
        if not is_list_item(text[item.start : item.end]) or item.end - span.start > _LEAN_MAX_CHARS:
            break
        span = Span(span.start, item.end)
    previous = before[-1] if before else None
    leans = previous and _LEANS.match(words_) and "\n" not in text[previous.end : span.start]
    if previous and leans and span.end - previous.start <= _LEAN_MAX_CHARS:
        return Span(previous.start, span.end)
    return span


def _from_lead_in(text: str, span: Span, before: list[Span]) -> Span:
    for candidate in reversed(before):
        line = text[candidate.start : candidate.end]
        if line.endswith(":") and span.end - candidate.start <= _LEAN_MAX_CHARS:
            return Span(candidate.start, span.end)
        if not is_list_item(line):
            break
    return span


def _holds(quote: Picked, release: int, span: Span) -> bool:
    return release == quote.release and quote.span.start <= span.start and span.end <= quote.span.end


def _same_words(quoted: frozenset[str], new: frozenset[str]) -> bool:
    """Tell whether a sentence says what a quote does, word for word or nearly."""
    return len(new & quoted) >= _SAME_WORDS * len(new) and len(new) >= _SAME_WORDS * len(quoted)


def _with_source(quote: Picked, release: int) -> Picked:
    if release == quote.release or release in quote.also:
        return quote
    return Picked(quote.release, quote.span, quote.best, (*quote.also, release))


def _touches(text: str, quote: Picked, release: int, span: Span) -> bool:
    """Tell whether a span overlaps a quote, or follows or precedes it in the same paragraph."""
    if release != quote.release:
        return False
    first, second = sorted((quote.span, span), key=lambda each: each.start)
    between = text[first.end : second.start]
    return second.start <= first.end or not (between.strip() or "\n" in between)


def _grow(picked: list[Picked], number: int, span: Span) -> None:
    """Make a quote hold a span that touches it, where that still fits."""
    quote = picked[number]
    grown = Span(min(quote.span.start, span.start), max(quote.span.end, span.end))
    if _chars(picked) + _length(grown) - _length(quote.span) <= MAX_CHARS:
        picked[number] = Picked(quote.release, grown, quote.best, quote.also)


def _length(span: Span) -> int:
    return span.end - span.start


def _chars(picked: list[Picked]) -> int:
    return sum(_length(quote.span) for quote in picked)
