"""Picks one to three quotes from scored sentences: whole sentences that can stand alone, the best first."""

import re
from dataclasses import dataclass
from functools import cache

import numpy as np

from corpus import Release, is_list_item, web_url
from index.answering.features import Sentences, is_heading_like
from index.answering.links import link_to
from index.answering.ranking import Ranking, editions_for
from index.generations.generation import Generation, Rows
from index.results import Quote
from index.text.sentences import Span
from index.text.terms import words

MAX_QUOTES = 3
MAX_CHARS = 600
_LEAN_MAX_CHARS = 420
_CONSIDERED = 8
# A sentence that scores more than this below the best, in nats, is not shown beside it.
_MAX_DROP = 6.0
_SAME_WORDS = 0.85
_LEANS = re.compile(
    r"[\"“‘'«(]?(?:It|They|He|She|This|These|Those|That|Such|Its|Their|His|Her|The latter|Both|Here|There|Also"
    r"|However|Thus|Therefore|Moreover|Furthermore|In addition|As a result|In this context|To this end)\b"
)


@dataclass(frozen=True, slots=True)
class Picked:
    """A quote: a span of the release with a row, and the number of the scored sentence that it was picked for.

    ``also`` holds the rows of other releases that say the same.
    """

    release: int
    span: Span
    best: int
    also: tuple[int, ...] = ()


def pick_quotes(
    ranking: Ranking, generation: Generation, limit: int = MAX_QUOTES, language: str | None = None
) -> list[Picked]:
    """Pick at most `limit` quotes of `MAX_CHARS` together, unless the first sentence alone is longer.

    :param language: the language of the reader. Of the editions of a release, the one in it is quoted, and no other.
    """
    sentences, scores = ranking.sentences, ranking.scores
    order = one_edition(ranking, generation, language)[: limit + _CONSIDERED]
    picked: list[Picked] = []
    words_of = cache(lambda text: frozenset(words(text)))
    for number in order.tolist():
        release = int(sentences.releases[number])
        alone = _span(sentences, number)
        new = words_of(sentences.texts[number])
        twin = next(
            (
                place
                for place, quote in enumerate(picked)
                if _holds(quote, release, alone) or _same_words(words_of(_text(quote, generation)), new)
            ),
            None,
        )
        if twin is not None:
            picked[twin] = _with_source(picked[twin], release)
            continue
        if scores[order[0]] - scores[number] > _MAX_DROP or (picked and is_heading_like(sentences.texts[number])):
            continue
        text = generation.release(release).text
        span = standing_alone(generation, release, int(sentences.rows[number]), alone)
        neighbour = next((place for place, quote in enumerate(picked) if _touches(text, quote, release, span)), None)
        if neighbour is not None:
            _grow(picked, neighbour, span)
        elif len(picked) < limit:
            fitting = next(
                (each for each in (span, alone) if not picked or _chars(picked) + _length(each) <= MAX_CHARS), None
            )
            if fitting:
                picked.append(Picked(release, fitting, number))
    return picked


def one_edition(ranking: Ranking, generation: Generation, language: str | None) -> Rows:
    """Return the sentences, best first, without those of all editions of a release but one, ``(n,)``.

    That is the edition in the language of the reader, or else the one with the best sentence.
    """
    order = ranking.best_first
    rows = ranking.sentences.releases[order]
    allowed = np.isin(rows, list(editions_for(language, rows.tolist(), generation)))
    kept: Rows = order[allowed]
    return kept


def _text(quote: Picked, generation: Generation) -> str:
    return generation.release(quote.release).text[quote.span.start : quote.span.end]


def _span(sentences: Sentences, number: int) -> Span:
    passage = sentences.passages[number]
    return passage.passage.sentences[int(sentences.rows[number]) - passage.first_sentence]


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


def standing_alone(generation: Generation, release: int, sentence: int, span: Span) -> Span:
    """Return a sentence with what it leans on: an item with its lead-in, "It will also…" with the sentence before.

    :param release: the row of the release.
    :param sentence: the row of the sentence.
    :param span: the span of the sentence.
    """
    text = generation.release(release).text
    sentence_text = text[span.start : span.end]
    around = generation.spans_around(sentence, release, _CONSIDERED)
    if is_list_item(sentence_text):
        return _from_lead_in(text, span, around.before)
    for item in around.after if sentence_text.endswith(":") else ():
        if not is_list_item(text[item.start : item.end]) or item.end - span.start > _LEAN_MAX_CHARS:
            break
        span = Span(span.start, item.end)
    previous = around.before[-1] if around.before else None
    leans = previous and _LEANS.match(sentence_text) and "\n" not in text[previous.end : span.start]
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
    """Tell whether a sentence has the words of a quote, or nearly all of them."""
    return len(new & quoted) >= _SAME_WORDS * len(new) and len(new) >= _SAME_WORDS * len(quoted)


def _with_source(quote: Picked, release: int) -> Picked:
    if release == quote.release or release in quote.also:
        return quote
    return Picked(quote.release, quote.span, quote.best, (*quote.also, release))


def _touches(text: str, quote: Picked, release: int, span: Span) -> bool:
    """Tell whether a span overlaps a quote, or stands next to it in the same paragraph."""
    if release != quote.release:
        return False
    first, second = sorted((quote.span, span), key=lambda each: each.start)
    between = text[first.end : second.start]
    return second.start <= first.end or not (between.strip() or "\n" in between)


def _grow(picked: list[Picked], number: int, span: Span) -> None:
    """Extend a quote by a span that touches it, where the quotes still fit."""
    quote = picked[number]
    grown = Span(min(quote.span.start, span.start), max(quote.span.end, span.end))
    if _chars(picked) + _length(grown) - _length(quote.span) <= MAX_CHARS:
        picked[number] = Picked(quote.release, grown, quote.best, quote.also)


def _length(span: Span) -> int:
    return span.end - span.start


def _chars(picked: list[Picked]) -> int:
    return sum(_length(quote.span) for quote in picked)
