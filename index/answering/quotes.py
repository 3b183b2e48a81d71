"""Picks one to three quotes from scored sentences: whole sentences that can stand alone, the best first."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np

from corpus import Release, web_url
from index.answering.answer_types import AnswerType
from index.answering.features import Sentences, is_heading_like
from index.answering.leaning import chars, joined, standing_alone
from index.answering.links import link_to
from index.answering.novelty import Novelty
from index.answering.question import Query
from index.answering.ranking import Ranking, editions_for
from index.generations.generation import Generation, Rows
from index.results import Quote
from index.text.sentences import Span
from index.text.terms import words

MAX_QUOTES = 3
# Of all quotes together. On the development questions they come to 431 in English and 590 in other languages.
MAX_CHARS = 800
LEANING_CHARS = 400  # What a later sentence leans on is left out where the quotes would be longer than this.
_CONSIDERED = 8
# A sentence that scores more than this below the best, in nats, is not shown beside it.
_MAX_DROP = 5.5
_SAME_WORDS = 0.85
_NAME_CHARS, _NAMES = 4, 0.85
_IN_DATELINES = frozenset({AnswerType.DATE, AnswerType.PERSON, AnswerType.PLACE})


@dataclass(frozen=True, slots=True)
class Picked:
    """A quote: parts of the release with a row, and the number and the span of the sentence that it was picked for.

    ``also`` holds the rows of other releases that say the same.
    """

    release: int
    parts: tuple[Span, ...]
    best: int
    sentence: Span
    also: tuple[int, ...] = ()


def pick_quotes(
    query: Query, ranking: Ranking, generation: Generation, limit: int = MAX_QUOTES, language: str | None = None
) -> list[Picked]:
    """Pick at most `limit` quotes of `MAX_CHARS` together, unless the first sentence alone is longer.

    None only repeats the question, and each after the first adds something to it and to those before.

    :param language: the language of the reader. Of the editions of a release, the one in it is quoted, and no other.
    """
    picker = _Picker(query, ranking, generation, limit)
    for number in one_edition(ranking, generation, language)[: limit + _CONSIDERED].tolist():
        picker.consider(number)
    return picker.picked


class _Picker:
    """Takes sentences into quotes, the best first."""

    def __init__(self, query: Query, ranking: Ranking, generation: Generation, limit: int) -> None:
        self._query = query
        self._sentences, self._scores = ranking.sentences, ranking.scores
        self._generation = generation
        self._limit = limit
        self._novelty = Novelty(query.content, asks_openly=query.opens)
        self._words_of = cache(lambda text: frozenset(words(text)))
        self.picked: list[Picked] = []

    def consider(self, number: int) -> None:
        """Take a sentence, unless it is not worth a quote."""
        score, text = float(self._scores[number]), self._sentences.texts[number]
        if self._is_said(number):
            return
        is_far = bool(self.picked) and self._scores[self.picked[0].best] - score > _MAX_DROP
        only_names = self._query.asks not in _IN_DATELINES and is_dateline(text)
        if is_far or (self.picked and (is_heading_like(text) or only_names)):
            return
        row = int(self._sentences.releases[number])
        code = self._generation.release(row).language
        if self._novelty.is_asked(text, code) or (self.picked and not self._novelty.adds(text, code)):
            return
        whole = self._standing_alone(number)
        if not self._novelty.only_repeats(self._texts(row, whole), code):
            self._take(number, row, whole)

    def _is_said(self, number: int) -> bool:
        """Tell whether a quote has the sentence already. Where that is of another release, it is one more source."""
        row, span = int(self._sentences.releases[number]), _span(self._sentences, number)
        new = self._words_of(self._sentences.texts[number])
        for place, quote in enumerate(self.picked):
            if _holds(quote, row, span) or _same_words(self._words_of(self._texts(quote.release, quote.parts)), new):
                self.picked[place] = _with_source(quote, row)
                return True
        return False

    def _standing_alone(self, number: int) -> tuple[Span, ...]:
        return standing_alone(
            self._generation,
            int(self._sentences.releases[number]),
            int(self._sentences.rows[number]),
            _span(self._sentences, number),
            self._query.asks,
            self._query.numbers,
        )

    def _take(self, number: int, row: int, whole: tuple[Span, ...]) -> None:
        """Add a sentence to the quote it touches or as a quote, where there is room: with its context, or alone."""
        release, span = self._generation.release(row), _span(self._sentences, number)
        used = sum(chars(quote.parts) for quote in self.picked)
        for parts, most in ((whole, LEANING_CHARS), ((span,), MAX_CHARS)):
            beside = next((quote for quote in self.picked if _touches(release.text, quote, row, parts)), None)
            grown = joined(release.text, (*beside.parts, *parts)) if beside else parts
            if self.picked and used + chars(grown) - (chars(beside.parts) if beside else 0) > most:
                continue
            if self.picked and self._texts(row, parts[-1:]).endswith(":"):
                continue  # Who speaks, or what a list is of, says nothing alone.
            if beside:
                self.picked[self.picked.index(beside)] = dataclasses.replace(beside, parts=grown)
            elif len(self.picked) < self._limit:
                self.picked.append(Picked(row, grown, number, span))
            else:
                continue
            self._novelty.say(self._texts(row, grown), release.language)
            return

    def _texts(self, row: int, parts: Sequence[Span]) -> str:
        text = self._generation.release(row).text
        return "\n".join(text[part.start : part.end] for part in parts)


def one_edition(ranking: Ranking, generation: Generation, language: str | None) -> Rows:
    """Return the sentences, best first, without those of all editions of a release but one, ``(n,)``.

    That is the edition in the language of the reader, or else the one with the best sentence.
    """
    order = ranking.best_first
    rows = ranking.sentences.releases[order]
    allowed = np.isin(rows, list(editions_for(language, rows.tolist(), generation)))
    kept: Rows = order[allowed]
    return kept


def _span(sentences: Sentences, number: int) -> Span:
    passage = sentences.passages[number]
    return passage.passage.sentences[int(sentences.rows[number]) - passage.first_sentence]


def as_quote(release: Release, parts: Sequence[Span], sentence: Span, heading: str, score: float) -> Quote:
    """Return parts of a release as what is shown of it, with a link that opens it at the sentence that answers."""
    start, end = parts[0].start, parts[-1].end
    opened = next((part for part in parts if part.start <= sentence.start and sentence.end <= part.end), sentence)
    return Quote(
        release.text[start:end],
        release.release_id,
        start,
        end,
        heading,
        score,
        link_to(web_url(release.url), release.text, opened),
        tuple((part.start, part.end) for part in parts) if len(parts) > 1 else (),
    )


def quote_of_title(release: Release, score: float) -> Quote:
    """Return the title of a release as a quote, with a link that opens the page where it shows it."""
    text = f"{release.title}\n{release.text}"
    link = link_to(web_url(release.url), text, Span(0, len(release.title)))
    return Quote(release.title, release.release_id, 0, 0, "", score, link, is_title=True)


def _holds(quote: Picked, release: int, span: Span) -> bool:
    return release == quote.release and any(part.start <= span.start and span.end <= part.end for part in quote.parts)


def is_dateline(text: str) -> bool:
    """Tell whether a line only says who was where and when: nearly all words have a capital, and nothing ends it."""
    capitals = [word[0].isupper() or word[0].isdigit() for word in text.split() if len(word) >= _NAME_CHARS]
    return text[-1:].isalnum() and sum(capitals) >= _NAMES * len(capitals)


def _same_words(quoted: frozenset[str], new: frozenset[str]) -> bool:
    """Tell whether a sentence has the words of a quote, or nearly all of them."""
    return len(new & quoted) >= _SAME_WORDS * len(new) and len(new) >= _SAME_WORDS * len(quoted)


def _with_source(quote: Picked, release: int) -> Picked:
    if release == quote.release or release in quote.also:
        return quote
    return dataclasses.replace(quote, also=(*quote.also, release))


def _touches(text: str, quote: Picked, release: int, parts: Sequence[Span]) -> bool:
    """Tell whether a part overlaps one of a quote, or stands next to one in the same paragraph."""
    return release == quote.release and any(
        _is_beside(text, *sorted(pair, key=lambda each: each.start)) for pair in product(quote.parts, parts)
    )


def _is_beside(text: str, first: Span, second: Span) -> bool:
    between = text[first.end : second.start]
    return second.start <= first.end or not (between.strip() or "\n" in between)
