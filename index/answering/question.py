"""Reads a question into a `Query`: its words and how much each tells, the agencies it names, and what it asks for."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from corpus import Mention, QuestionError, registry
from index.answering import padding
from index.answering.answer_types import MONTHS, AnswerType, asked_for, asks_openly, wants_yes_or_no
from index.answering.names import Name, names_beside, with_shared_names
from index.answering.polarity import Polarity, asked_polarity
from index.answering.question_terms import Lexicon, terms_of
from index.answering.spelling import respelled
from index.answering.times import Time, asks_for_now, time_of
from index.encoders.embedder import Embedder, ReadQuery, Vectors
from index.encoders.vocabulary import vocabulary_of
from index.text.detection import language_of
from index.text.languages import fold, language
from index.text.ordinals import Ordinal, ordinals_in
from index.text.read_text import ReadText, read_text
from index.text.terms import Hashes, content_words, hashes, stem, words

MAX_QUESTION_CHARS = 2_000
_INVISIBLE = {"Cf", "Cc", "Cs", "Co", "Cn"}
STOP_WORDS = language("en").stop_words


@dataclass(frozen=True, slots=True)
class Query:
    """A question as the engine reads it. The arrays have one entry a term, ``(terms,)``.

    ``text`` is what somebody wrote, ``asked`` what of it asks, with its spelling corrected: all else is read from that,
    by models as ``modelled``, in which names of bodies stand as languages share them. ``folded`` is ``asked``
    as `fold` gives it.
    ``language`` is its ISO 639-1 code, that of the releases where its words do not tell. ``idf`` is the inverse passage
    frequency of a term; ``weights`` is the same, scaled to sum to 1: how much of the question a term is. ``content``
    holds the stems of all its words that tell something, whether the corpus has them or not. ``opens`` tells whether it
    begins with a word that asks, and ``wants_yes_or_no`` whether yes or no would answer it. ``time`` is the time that
    it names, or that it asks for what is latest or next; ``asks_for_now`` tells whether it is about the day on which it
    is asked. ``ordinals`` are what it counts by its place, as "the third quarter". ``agencies`` are the ids of those
    that the question names; ``names`` are all names in it. ``claims`` tells whether it asks to confirm what it states,
    and ``polarity`` what it denies.
    ``vector``, ``(dim,)``, is the question's. ``contexts``, ``(terms, dim)``, holds the vector of each term's word in
    the context of the question, and the question's where the model gives the word none. ``respelled`` tells whether
    more than accents was corrected in ``asked``.
    """

    text: str
    asked: str
    folded: str
    modelled: str
    language: str
    words: tuple[str, ...]
    terms: tuple[str, ...]
    hashes: Hashes
    idf: NDArray[np.float64]
    weights: NDArray[np.float64]
    content: frozenset[str]
    asks: AnswerType | None
    opens: bool
    wants_yes_or_no: bool
    numbers: frozenset[str]
    months: frozenset[int]
    time: Time | None
    ordinals: tuple[Ordinal, ...]
    asks_for_now: bool
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
    asked = _asked(text, lexicon, embedder, spelling=spelling)
    question, code = asked.question, asked.question.code
    is_yes_or_no = wants_yes_or_no(question.folded, code)
    time = time_of(question)
    names = _names(text, question, asked.mentions)
    asked_terms = terms_of(question, asked.mentions, names, time, lexicon, spelling=spelling)
    terms = tuple(each.term for each in asked_terms)
    spoken = tuple(each.word for each in asked_terms)
    idf = np.array([each.idf for each in asked_terms], dtype=np.float64)
    modelled = with_shared_names(question.text, code, asked.mentions)
    reading = embedder.read_query(modelled)
    return Query(
        text=text,
        asked=question.text,
        folded=question.folded,
        modelled=modelled,
        language=code,
        words=spoken,
        terms=terms,
        hashes=hashes(terms),
        idf=idf,
        weights=idf / (idf.sum() or 1.0),
        content=frozenset(stem(word, code) for word in question.content_words),
        asks=asked_for(question),
        opens=asks_openly(question),
        wants_yes_or_no=is_yes_or_no,
        numbers=frozenset(word for word in question.words if word[0].isdigit()),
        months=_months(question),
        time=time,
        ordinals=ordinals_in(question),
        asks_for_now=asks_for_now(time, question),
        agencies=tuple(dict.fromkeys(mention.agency_id for mention in asked.mentions)),
        names=names,
        claims=asked.claims,
        polarity=asked_polarity(question, is_yes_or_no=is_yes_or_no),
        vector=reading.vector,
        contexts=_contexts(spoken, reading),
        respelled=asked.respelled,
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a text asks, with its spelling corrected, and the bodies that it names.

    ``claims`` and ``respelled`` are those of `Query`.
    """

    question: ReadText
    mentions: tuple[Mention, ...]
    claims: bool
    respelled: bool


def _asked(text: str, lexicon: Lexicon, embedder: Embedder, *, spelling: bool) -> _Asked:
    asked = padding.asked(text, language_of(text))
    code = language_of(asked)
    statement = padding.stated(asked, code)
    written = asked = statement.text
    mentions = registry().mentions(asked, question=True)
    if spelling:
        asked = respelled(asked, code, mentions, lexicon, vocabulary_of(embedder))
    if asked != written:
        mentions = registry().mentions(asked, question=True)
    question = read_text(asked, code)
    return _Asked(question, mentions, statement.claims, asked != written and question.folded != fold(written))


def _names(text: str, question: ReadText, mentions: Sequence[Mention]) -> tuple[Name, ...]:
    """Return the names in what is asked. Capitals that `padding` put count only where nobody typed any or no others."""
    untyped = text.islower() or text.isupper()
    names = names_beside(question.text, question.code, mentions, question.moments)
    return tuple(name for name in names if untyped or name.agency or name.written in text)


def _contexts(content: tuple[str, ...], reading: ReadQuery) -> Vectors:
    """Return the vectors of a question's words in context, ``(words, dim)``."""
    context_of: dict[str, Vectors] = {}
    for written, context in zip(reading.words, reading.contexts, strict=True):
        for word in words(written):
            context_of.setdefault(stem(word), context)
    contexts = np.array([context_of.get(stem(word), reading.vector) for word in content], dtype=np.float32)
    return contexts.reshape(len(content), len(reading.vector))


def _months(question: ReadText) -> frozenset[int]:
    """Return the months that a question names. "may" and "march" need a capital, a day, a year or an "in" with them."""
    named = frozenset(each.moment.month for each in question.moments if each.moment.month)
    if question.code != "en":
        return named
    spoken = set(re.findall(r"[^\W\d_]+", question.text))
    lower = {word.lower() for word in spoken}
    return named | frozenset(
        number
        for number, name in enumerate(MONTHS, 1)
        if name in spoken or (name not in ("March", "May") and {name.lower(), name.lower()[:3]} & lower)
    )
