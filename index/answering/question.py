"""Reads a question into a `Query`: its words and how much each tells, the agencies it names, and what it asks for."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from corpus import Mention, QuestionError, registry
from index.answering.answer_types import MONTHS, AnswerType, asked_for
from index.encoders.embedder import Embedder, ReadQuery, Vectors
from index.text.terms import Hashes, agency_term, hashes, stem, words
from index.text.word_frequency import share

MAX_QUESTION_CHARS = 2_000
# A term's frequency counts as if the corpus had this many more passages of English at large. A small corpus thus takes
# its frequencies from English, and a large one from itself.
PRIOR_PASSAGES = 1_000.0
_INVISIBLE = {"Cf", "Cc", "Cs", "Co", "Cn"}
_FOCUS = re.compile(
    r"\b(?:how (?:many|much|big|long|far|large)|(?:which|what)(?: (?:kind|sort|type)s? of)?|whose|number of)\s+(.*)",
    re.IGNORECASE,
)
_MIN_SIMILARITY = 84
STOP_WORDS = frozenset(
    "a about after also an and any are as at be because been before being between but by can could d did do "
    "does down during each ever few for from further get gets give given gives got had has have he her here "
    "hers him his how i if in into is it its just ll many may me might more most much must my no nor not of "
    "off on or other our out over own re s said same say says shall she should so some still such t tell than "
    "that the their them then there these they this those to too under until up us ve very was we were what "
    "whats when where which while who whom whos whose why will with would yet you your".split()
)


class Lexicon(Protocol):
    """The terms of a corpus, and how frequent they are."""

    def __len__(self) -> int:
        """The number of passages."""

    def frequency(self, term: str) -> int:
        """Return in how many passages a term stands."""

    def similar(self, term: str) -> list[str]:
        """Return terms of the corpus that begin alike."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question as the engine reads it. The arrays have one entry a term, ``(terms,)``.

    ``idf`` is the inverse passage frequency of a term in nats; ``weights`` is the same, scaled to sum to 1: how much of
    the question a term is. ``focus`` marks the terms of what is counted or chosen among. ``agencies`` are the ids of
    those that the question names. ``vector``, ``(dim,)``, is the question's. ``contexts``, ``(terms, dim)``, holds the
    vector of each term's word in the context of the question, and the question's where the model gives the word none.
    """

    text: str
    words: tuple[str, ...]
    terms: tuple[str, ...]
    hashes: Hashes
    idf: NDArray[np.float64]
    weights: NDArray[np.float64]
    asks: AnswerType | None
    numbers: frozenset[str]
    months: frozenset[int]
    focus: NDArray[np.bool_]
    agencies: tuple[str, ...]
    vector: Vectors
    contexts: Vectors


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
    if all(word in STOP_WORDS for word in words(visible)):
        raise QuestionError("The question holds only words that stand in every text: say what it is about.")
    return visible


def analyse(text: str, lexicon: Lexicon, embedder: Embedder, *, spelling: bool = True) -> Query:
    """Read a question against the terms of a corpus, and let the model read it.

    :param text: a question as `readable` returns it.
    :param spelling: whether a word that the corpus does not know is read as a similar one that it knows.
    """
    frequency = cache(lexicon.frequency)
    mentions = registry().mentions(text, question=True)
    named = {agency_term(mention.agency_id): mention for mention in mentions}
    named = {term: mention for term, mention in named.items() if frequency(term)}
    content = _content(text, named.values(), frequency)
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
    focus = _focus(text)
    reading = embedder.read_query(text)
    return Query(
        text=text,
        words=tuple(content.values()),
        terms=tuple(terms),
        hashes=hashes(terms),
        idf=idf_array,
        weights=idf_array / (idf_array.sum() or 1.0),
        asks=asked_for(text),
        numbers=frozenset(word for word in words(text) if word[0].isdigit()),
        months=_months(text),
        focus=np.array([term in focus for term in content], dtype=bool),
        agencies=tuple(dict.fromkeys(mention.agency_id for mention in mentions)),
        vector=reading.vector,
        contexts=_contexts(tuple(content.values()), reading),
    )


def _contexts(content: tuple[str, ...], reading: ReadQuery) -> Vectors:
    """Return the vectors of a question's words in context, ``(words, dim)``."""
    context_of: dict[str, Vectors] = {}
    for written, context in zip(reading.words, reading.contexts, strict=True):
        for word in words(written):
            context_of.setdefault(stem(word), context)
    contexts = np.array([context_of.get(stem(word), reading.vector) for word in content], dtype=np.float32)
    return contexts.reshape(len(content), len(reading.vector))


def _content(text: str, named: Iterable[Mention], frequency: Callable[[str], int]) -> dict[str, str]:
    """Return the terms of a question in order, each with its word.

    Words of an agency's name that the corpus does not use are left out: the agency has a term of its own.
    """
    by_term = {stem(word): word for word in reversed(words(text)) if word not in STOP_WORDS}
    spelled = {stem(word) for mention in named for word in words(text[mention.start : mention.end])}
    return {term: word for term, word in reversed(by_term.items()) if term not in spelled or frequency(term)}


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


def _focus(text: str) -> frozenset[str]:
    """Return the first two content terms after "how many", "which" and the like."""
    match = _FOCUS.search(text)
    focus: list[str] = []
    for word in words(match[1]) if match else ():
        if word not in STOP_WORDS:
            focus.append(stem(word))
        elif focus:
            break
    return frozenset(focus[:2])


def _months(text: str) -> frozenset[int]:
    """Return the months that a question names. "may" and "march" count only with a capital."""
    spoken = set(re.findall(r"[^\W\d_]+", text))
    lower = {word.lower() for word in spoken}
    return frozenset(
        number
        for number, name in enumerate(MONTHS, 1)
        if name in spoken or (name not in ("March", "May") and {name.lower(), name.lower()[:3]} & lower)
    )
