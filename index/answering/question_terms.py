"""The terms of a question: the stems that keywords are matched by, each with its word and how much it tells."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import numpy as np
from rapidfuzz import fuzz, process

from corpus import Mention, registry
from index.answering.names import Name, in_english
from index.answering.times import Time, without_latest
from index.text.read_text import ReadText
from index.text.terms import agency_term, content_words, stem, words
from index.text.word_frequency import share

# A term's frequency counts as if the corpus had this many more passages of English at large. A small corpus thus takes
# its frequencies from English, and a large one from itself.
PRIOR_PASSAGES = 1_000.0
_MIN_SIMILARITY = 84


class Lexicon(Protocol):
    """The terms of a corpus, and how frequent they are."""

    def __len__(self) -> int:
        """The number of passages."""

    def frequency(self, term: str) -> int:
        """Return in how many passages a term stands."""

    def similar(self, term: str) -> list[str]:
        """Return terms of the corpus that begin alike."""

    def spellings(self, term: str, code: str) -> list[str]:
        """Return how releases in a language write a term, the most frequent spelling first."""


@dataclass(frozen=True, slots=True)
class Term:
    """A term of a question, the word that it is of, and its inverse passage frequency in nats."""

    term: str
    word: str
    idf: float


def terms_of(
    question: ReadText,
    mentions: Iterable[Mention],
    names: Iterable[Name],
    time: Time | None,
    lexicon: Lexicon,
    *,
    spelling: bool,
) -> list[Term]:
    """Return the terms of a question in order: of its words, then of the agencies that the corpus names, too."""
    frequency = cache(lexicon.frequency)
    by_term = {agency_term(mention.agency_id): mention for mention in mentions}
    named = {term: mention for term, mention in by_term.items() if frequency(term)}
    terms = []
    subject = _content(question, _subject(question, time), named.values(), frequency)
    word_of = subject or _content(question, question.content_words, named.values(), frequency)
    for term, word in _with_countries(word_of, names, question.code, frequency).items():
        known = term if frequency(term) or not spelling else _respelled(term, word, lexicon)
        idf = _idf(frequency(known), known, word if known == term else known, len(lexicon))
        terms.append(Term(known, word, idf))
    for term, mention in named.items():
        name = registry().agencies[mention.agency_id].name.lower()
        terms.append(Term(term, name, _idf(frequency(term), term, term, len(lexicon))))
    return terms


def _subject(question: ReadText, time: Time | None) -> Sequence[str]:
    """Return the words of a question that tell what it is about; "latest" tells only of which time that is."""
    if time is None or not time.latest:
        return question.content_words
    return content_words(without_latest(question), question.code)


def _content(
    question: ReadText, spoken: Sequence[str], named: Iterable[Mention], frequency: Callable[[str], int]
) -> dict[str, str]:
    """Return the terms of words of a question in order, each with its word.

    Words of an agency's name that the corpus does not use are left out: the agency has a term of its own.
    """
    text, code = question.text, question.code
    by_term = {_term(word, code, frequency): word for word in reversed(spoken)}
    spelled = {
        _term(word, code, frequency) for mention in named for word in words(text[mention.start : mention.end], code)
    }
    return {term: word for term, word in reversed(by_term.items()) if term not in spelled or frequency(term)}


def _with_countries(
    content: Mapping[str, str], names: Iterable[Name], code: str, frequency: Callable[[str], int]
) -> dict[str, str]:
    """Return the terms of a question, with those of English for a country that no release has as it is written."""
    changed = dict(content)
    for name in names:
        own = {_term(word, code, frequency) for word in content_words(name.written, code)}
        english = [stem(word) for word in content_words(in_english(name.country), "en")]
        if own and english and all(map(frequency, english)) and not any(map(frequency, own)):
            changed = {term: word for term, word in changed.items() if term not in own}
            changed |= dict.fromkeys(english, name.written.lower())
    return changed


def _term(word: str, code: str, frequency: Callable[[str], int]) -> str:
    """Return the stem of a word in the question's language, or the English one where more passages hold that."""
    own, english = stem(word, code), stem(word)
    return english if frequency(english) > frequency(own) else own


def _idf(frequency: int, term: str, word: str, passages: int) -> float:
    """Return a term's inverse passage frequency in nats: the corpus's own, smoothed by that of English at large."""
    expected = PRIOR_PASSAGES * max(share(word), share(term))
    return max(0.05, float(np.log((passages + PRIOR_PASSAGES) / (frequency + expected))))


def _respelled(term: str, word: str, lexicon: Lexicon) -> str:
    """Return the term of the corpus that is most similar to one that it does not know, or that term itself."""
    if len(word) < 5 or not word.isalpha():
        return term
    best = process.extractOne(term, lexicon.similar(term), scorer=fuzz.ratio, score_cutoff=_MIN_SIMILARITY)
    return str(best[0]) if best else term
