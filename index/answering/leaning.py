"""Finds what a sentence leans on, so that a quote of it can stand alone.

A list item leans on its lead-in, "It will also…" on the sentence that says who "it" is, "the agency" on the sentence
that names it, "that year" on the one that names the year, a figure without a unit on the one that has the unit, and a
quotation on what says who speaks. What stands between is left out.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache

from corpus import HEADING, is_list_item, registry
from index.answering.answer_types import AnswerType, holds
from index.answering.speech import QUOTATION_MAX_CHARS, goes_on, told_by, with_quotation
from index.generations.generation import Generation
from index.text.languages import fold, folded_pattern, language
from index.text.sentences import Span
from index.text.times import moments

LEAN_MAX_CHARS = 420
_LOOKED_AT = 30  # This many sentences before and after are looked at, for long lists.
_REACH = 8  # This many sentences before may hold what a sentence leans on,
_NEAR = 3  # and this many the unit of a figure or who "it" is.
_OPENING = re.compile(r"[\"“‘'«„(\s-]*")
_ASIDE = re.compile(r"[^,;:.]{1,60},\s+")  # "In 2024, it…"
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_FIGURE = re.compile(r"\d")
_UNITS = frozenset({AnswerType.MONEY, AnswerType.PERCENTAGE})
_NAME_CHARS = 3  # "EU" names nobody in particular.
_CAPITAL_NOUNS = frozenset({"de"})


def standing_alone(
    generation: Generation,
    release: int,
    sentence: int,
    span: Span,
    asks: AnswerType | None = None,
    years: frozenset[str] = frozenset(),
) -> tuple[Span, ...]:
    """Return a sentence with what it leans on, as parts of the text in their order.

    :param release: the row of the release.
    :param sentence: the row of the sentence.
    :param span: the span of the sentence.
    :param asks: what kind of thing the question asks for.
    :param years: the years that the question names.
    """
    served = generation.release(release)
    around = generation.spans_around(sentence, release, _LOOKED_AT)
    context = _Context(served.text, served.language, around.before)
    parts: tuple[Span, ...] = (span,)
    if context.is_item(span):
        lead_in = context.lead_in()
        wanted: Iterable[Span] = [lead_in, *context.antecedents(lead_in)] if lead_in else []
    else:
        span = _with_items(served.text, span, around.after)
        span = with_quotation(served.text, span, around.after, served.language)
        speaker = told_by(served.text, span, around.before)
        whole = joined(served.text, (span, speaker)) if speaker else (span,)
        parts = whole if chars(whole) <= QUOTATION_MAX_CHARS else (span,)
        wanted = context.leaned_on(span, asks, years)
    for part in wanted:
        more = joined(served.text, (*parts, part))
        if chars(more) <= LEAN_MAX_CHARS:
            parts = more
    return parts


def joined(text: str, parts: Iterable[Span]) -> tuple[Span, ...]:
    """Return parts of a text in order, with those joined that overlap or have only white space between them."""
    whole: list[Span] = []
    for part in sorted(parts, key=lambda each: (each.start, each.end)):
        if whole and not text[whole[-1].end : part.start].strip():
            whole[-1] = Span(whole[-1].start, max(whole[-1].end, part.end))
        else:
            whole.append(part)
    return tuple(whole)


def chars(parts: Iterable[Span]) -> int:
    """Return how many characters of parts are shown."""
    return sum(part.end - part.start for part in parts)


def _with_items(text: str, span: Span, after: list[Span]) -> Span:
    """Return a lead-in with as many of the items after it as may be shown."""
    for item in after if text[span.end - 1] == ":" else ():
        if not is_list_item(text[item.start : item.end]) or item.end - span.start > LEAN_MAX_CHARS:
            break
        span = Span(span.start, item.end)
    return span


class _Context:
    """The sentences before a sentence."""

    def __init__(self, text: str, code: str, before: list[Span]) -> None:
        """Take the text of a release, its language, and the spans of the sentences before one of them."""
        self._text = text
        self._code = code
        self._before = before

    def is_item(self, span: Span) -> bool:
        """Tell whether a span is a list item."""
        return is_list_item(self._words(span))

    def lead_in(self) -> Span | None:
        """Return the line that introduces the list whose items stand last; None where the list has none."""
        line = next((span for span in reversed(self._before) if not self.is_item(span)), None)
        return line if line and self._text[line.end - 1] == ":" else None

    def leaned_on(self, span: Span, asks: AnswerType | None, years: frozenset[str]) -> Iterator[Span]:
        """Yield the sentences that a sentence leans on, what it cannot do without first."""
        sentence = self._words(span)
        begun = goes_on(self._text, span, self._before)
        if begun:
            yield begun
        yield from self.antecedents(span)
        if asks in _UNITS and asks and _FIGURE.search(sentence) and not holds(asks, sentence, self._code):
            yield from self._nearest(span, _NEAR, lambda words: holds(asks, words, self._code))
        if not _years(sentence, self._code):
            if _pattern(self._code, "time").search(fold(sentence)):
                yield from self._nearest(span, _REACH, lambda words: bool(_years(words, self._code)))
            elif years and _FIGURE.search(sentence):
                yield from self._nearest(span, _NEAR, lambda words: bool(years & _years(words, self._code)))

    def antecedents(self, span: Span) -> Iterator[Span]:
        """Yield the sentence that says who or what a sentence is about, where the sentence itself does not."""
        sentence = self._words(span)
        if _begins(sentence, self._code, "pronouns"):
            yield from self._nearest(span, _NEAR, self._stands)
        elif self._before and _begins(sentence, self._code, "joins"):
            previous = self._before[-1]
            if "\n" not in self._text[previous.end : span.start]:
                yield previous
        elif _names_nobody(sentence, self._code):
            yield from self._nearest(span, _REACH, lambda words: _has_name(words, self._code))

    def _nearest(self, span: Span, reach: int, fits: Callable[[str], bool]) -> Iterator[Span]:
        """Yield the nearest sentence before one, under the same heading, that fits."""
        before = [each for each in self._before if each.end <= span.start][-reach:]
        for candidate in reversed(before):
            if HEADING.search(self._text, candidate.end, span.start):
                return
            if fits(self._words(candidate)):
                yield candidate
                return

    def _stands(self, sentence: str) -> bool:
        return not (is_list_item(sentence) or _begins(sentence, self._code, "pronouns"))

    def _words(self, span: Span) -> str:
        return self._text[span.start : span.end]


def _begins(sentence: str, code: str, kind: str) -> bool:
    """Tell whether a sentence begins with words of a kind, also after an aside without a name: "In 2024, it…"."""
    folded = fold(sentence)
    opening = _OPENING.match(sentence)
    place = opening.end() if opening else 0
    if _pattern(code, kind).match(folded, place):
        return True
    aside = _ASIDE.match(sentence, place)
    return bool(aside and not _has_name(aside[0], code) and _pattern(code, kind).match(folded, aside.end()))


def _names_nobody(sentence: str, code: str) -> bool:
    """Tell whether a sentence speaks of "the agency" before it has named one."""
    spoken_of = _pattern(code, "body").search(fold(sentence))
    if spoken_of is None or sentence[spoken_of.end() :].lstrip()[:1].isupper():
        return False
    return not _has_name(sentence[: spoken_of.start()], code)


def _has_name(text: str, code: str) -> bool:
    """Tell whether a text holds a name: of an agency, an acronym, or a word with a capital that is no common noun."""
    if registry().mentions(text):
        return True
    known = language(code)
    for number, word in enumerate(_WORD.findall(text)):
        if len(word) < _NAME_CHARS or not word[0].isupper():
            continue
        if any(map(str.isupper, word[1:])):
            return True
        common = code in _CAPITAL_NOUNS or word.lower() in known.capitals or known.month(fold(word))
        if number and not common:
            return True
    return False


def _years(text: str, code: str) -> frozenset[str]:
    return frozenset(str(named.moment.year) for named in moments(text, code) if named.moment.year)


@cache
def _pattern(code: str, kind: str) -> re.Pattern[str]:
    return folded_pattern(language(code).leans[kind])
