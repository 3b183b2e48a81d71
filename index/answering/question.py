"""Reads a question into a `Query`: its words and how much each tells, the agencies it names, and what it asks for."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from corpus import Mention, QuestionError, registry
from index.answering import padding
from index.answering.answer_types import MONTHS, AnswerType, asked_for
from index.answering.claimed import stated
from index.answering.names import Name, in_english, names_in
from index.answering.polarity import Polarity, asked_polarity
from index.answering.shared_names import with_shared_names
from index.answering.spelling import respelled
from index.answering.times import Time, time_of, without_latest
from index.encoders.embedder import Embedder, ReadQuery, Vectors
from index.encoders.vocabulary import vocabulary_of
from index.text.detection import language_of
from index.text.languages import fold, language
from index.text.terms import Hashes, agency_term, hashes, stem, words
from index.text.times import moments
from index.text.word_frequency import share

MAX_QUESTION_CHARS = 2_000
# A term's frequency counts as if the corpus had this many more passages of English at large. A small corpus thus takes
# its frequencies from English, and a large one from itself.
PRIOR_PASSAGES = 1_000.0
_INVISIBLE = {"Cf", "Cc", "Cs", "Co", "Cn"}
_MIN_SIMILARITY = 84
STOP_WORDS = language("en").stop_words


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
class Query:
    """A question as the engine reads it. The arrays have one entry a term, ``(terms,)``.

    ``text`` is what somebody wrote, ``asked`` what of it asks, with its spelling corrected: all else is read from that,
    by models as ``modelled``, in which names of bodies stand as languages share them.
    ``language`` is its ISO 639-1 code, that of the releases where its words do not tell. ``idf`` is the inverse passage
    frequency of a term; ``weights`` is the same, scaled to sum to 1: how much of the question a term is. ``time`` is
    the time that it names, or that it asks for what is latest. ``agencies`` are the ids of those that the question
    names; ``names`` are all names in it. ``claims`` tells whether it asks to confirm what it states, and ``polarity``
    what it denies. ``vector``, ``(dim,)``, is the question's. ``contexts``, ``(terms, dim)``, holds the vector of each
    term's word in the context of the question, and the question's where the model gives the word none. ``respelled``
    tells whether more than accents was corrected in ``asked``.
    """

    text: str
    asked: str
    modelled: str
    language: str
    words: tuple[str, ...]
    terms: tuple[str, ...]
    hashes: Hashes
    idf: NDArray[np.float64]
    weights: NDArray[np.float64]
    asks: AnswerType | None
    numbers: frozenset[str]
    months: frozenset[int]
    time: Time | None
    agencies: tuple[str, ...]
    names: tuple[Name, ...]
    claims: bool
    polarity: Polarity
    vector: Vectors
    contexts: Vectors
    respelled: bool


@lru_cache(maxsize=100)  # A surface checks a question before it lets it wait, and the engine checks what it is given.
def readable(text: str) -> str:
    """Check a question, and take out what no reader sees: control, format and surrogate characters.

    :raises QuestionError: when it is empty, too long, or holds no word to look for.
    """
    visible = "".join(
        " " if char.isspace() else char
        for char in text[: 20 * MAX_QUESTION_CHARS]
        if char.isspace() or unicodedata.category(char) not in _INVISIBLE
    )
    visible = " ".join(visible.split())
    if not visible:
        raise QuestionError('The question is empty: ask in a few words, as "What will Europol do?".')
    if len(visible) > MAX_QUESTION_CHARS:
        raise QuestionError("The question is longer than {most} characters: ask more briefly.", most=MAX_QUESTION_CHARS)
    if not words(visible):
        raise QuestionError('The question holds no word: ask in a few words, as "What will Europol do?".')
    if not content_words(visible, language_of(visible)):
        raise QuestionError("The question holds only words that stand in every text: say what it is about.")
    return visible


def analyse(text: str, lexicon: Lexicon, embedder: Embedder, *, spelling: bool = True) -> Query:
    """Read a question against the terms of a corpus, and let the model read it.

    :param text: a question as `readable` returns it.
    :param spelling: whether a word that the corpus does not know is read as a similar one that it knows.
    """
    frequency = cache(lexicon.frequency)
    asked = padding.asked(text, language_of(text))
    code = language_of(asked)
    statement = stated(asked, code)
    asked = statement.text
    written = asked
    if spelling:
        asked = respelled(asked, code, lexicon, vocabulary_of(embedder))
    mentions = registry().mentions(asked, question=True)
    named = {agency_term(mention.agency_id): mention for mention in mentions}
    named = {term: mention for term, mention in named.items() if frequency(term)}
    time = time_of(asked, code)
    subject = without_latest(asked, code) if time and time.latest and not time.ahead else asked
    content = _content(subject, code, named.values(), frequency) or _content(asked, code, named.values(), frequency)
    names = _names(text, asked, code)
    content = _with_countries(content, names, code, frequency)
    terms, idf = [], []
    for term, word in content.items():
        known = term if frequency(term) or not spelling else _respelled(term, word, lexicon)
        terms.append(known)
        idf.append(_idf(frequency(known), known, word if known == term else known, len(lexicon)))
    for term in named:
        content[term] = registry().agencies[term[1:]].name.lower()
        terms.append(term)
        idf.append(_idf(frequency(term), term, term, len(lexicon)))
    idf_array = np.array(idf, dtype=np.float64)
    modelled = with_shared_names(asked, code, mentions)
    reading = embedder.read_query(modelled)
    return Query(
        text=text,
        asked=asked,
        modelled=modelled,
        language=code,
        words=tuple(content.values()),
        terms=tuple(terms),
        hashes=hashes(terms),
        idf=idf_array,
        weights=idf_array / (idf_array.sum() or 1.0),
        asks=asked_for(asked, code),
        numbers=frozenset(word for word in words(asked, code) if word[0].isdigit()),
        months=_months(asked, code),
        time=time,
        agencies=tuple(dict.fromkeys(mention.agency_id for mention in mentions)),
        names=names,
        claims=statement.claims,
        polarity=asked_polarity(asked, code),
        vector=reading.vector,
        contexts=_contexts(tuple(content.values()), reading),
        respelled=fold(asked) != fold(written),
    )


def _names(text: str, asked: str, code: str) -> tuple[Name, ...]:
    """Return the names in what is asked. Capitals that `padding` put count only where nobody typed any or no others."""
    untyped = text.islower() or text.isupper()
    return tuple(name for name in names_in(asked, code) if untyped or name.agency or name.written in text)


def content_words(text: str, code: str) -> list[str]:
    """Return the words of a text in a language, in order, without those that only have a function."""
    stop_words = language(code).stop_words
    return [word for word in words(text, code) if word not in stop_words]


def _contexts(content: tuple[str, ...], reading: ReadQuery) -> Vectors:
    """Return the vectors of a question's words in context, ``(words, dim)``."""
    context_of: dict[str, Vectors] = {}
    for written, context in zip(reading.words, reading.contexts, strict=True):
        for word in words(written):
            context_of.setdefault(stem(word), context)
    contexts = np.array([context_of.get(stem(word), reading.vector) for word in content], dtype=np.float32)
    return contexts.reshape(len(content), len(reading.vector))


def _content(text: str, code: str, named: Iterable[Mention], frequency: Callable[[str], int]) -> dict[str, str]:
    """Return the terms of a question in order, each with its word.

    Words of an agency's name that the corpus does not use are left out: the agency has a term of its own.
    """
    by_term = {_term(word, code, frequency): word for word in reversed(content_words(text, code))}
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


def _months(text: str, code: str) -> frozenset[int]:
    """Return the months that a question names. "may" and "march" need a capital, a day, a year or an "in" with them."""
    named = frozenset(each.moment.month for each in moments(text, code) if each.moment.month)
    if code != "en":
        return named
    spoken = set(re.findall(r"[^\W\d_]+", text))
    lower = {word.lower() for word in spoken}
    return named | frozenset(
        number
        for number, name in enumerate(MONTHS, 1)
        if name in spoken or (name not in ("March", "May") and {name.lower(), name.lower()[:3]} & lower)
    )
