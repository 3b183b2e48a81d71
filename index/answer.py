"""Ranked passages -> quotes that answer, or an honest "not found"."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.embed import Vectors
from index.links import link_to
from index.models import Quote
from index.opened import OpenGeneration
from index.question import Question
from index.search import Found
from index.sentences import Span
from index.terms import terms

MAX_QUOTES = 3
MAX_CHARS = 600
DEFAULT_THRESHOLD = 0.5


@dataclass(frozen=True, slots=True)
class Scored:
    """A sentence that may answer: its passage, its span, and how well it fits."""

    found: Found
    span: Span
    score: float


def score_sentences(
    opened: OpenGeneration, question: Question, vector: Vectors, found: Sequence[Found]
) -> list[Scored]:
    """Score every sentence of the passages, best first: cosine, and the share of the question's terms it holds."""
    scored = []
    for passage in found:
        rows = slice(passage.first_sentence, passage.first_sentence + len(passage.passage.sentences))
        cosines = opened.sentences[rows].astype(np.float32) @ vector
        for span, cosine in zip(passage.passage.sentences, cosines, strict=True):
            text = passage.text[span.start - passage.passage.start : span.end - passage.passage.start]
            scored.append(Scored(passage, span, float(cosine) + 0.3 * coverage(question, text)))
    return sorted(scored, key=lambda sentence: (-sentence.score, sentence.found.row, sentence.span.start))


def coverage(question: Question, text: str) -> float:
    """Return the share of the question's terms that stand in a text."""
    held = set(terms(text))
    return sum(term in held for term in question.terms) / (len(question.terms) or 1)


def pick_quotes(scored: Sequence[Scored]) -> list[Scored]:
    """Take the best sentences, up to `MAX_QUOTES` and `MAX_CHARS`, none of them twice."""
    picked: list[Scored] = []
    chars = 0
    for sentence in scored:
        length = sentence.span.end - sentence.span.start
        if picked and (chars + length > MAX_CHARS or sentence.score < 0.6 * picked[0].score):
            continue
        picked.append(sentence)
        chars += length
        if len(picked) == MAX_QUOTES:
            break
    return picked


def confidence(scored: Sequence[Scored], question: Question) -> float:
    """Return how sure it is that the best sentence answers, from 0 to 1."""
    if not scored:
        return 0.0
    best = scored[0]
    text = best.found.text
    return float(
        1 / (1 + np.exp(-8 * (best.score - 0.3 * coverage(question, text) + 0.2 * coverage(question, text) - 0.62)))
    )


def quote(opened: OpenGeneration, sentence: Scored, texts: dict[int, str]) -> Quote:
    """Return a sentence as it is shown, with its place and link."""
    release = opened.releases[sentence.found.release].release
    text = texts.setdefault(sentence.found.release, opened.passages.release(sentence.found.release).text)
    return Quote(
        text[sentence.span.start : sentence.span.end],
        release.release_id,
        sentence.span.start,
        sentence.span.end,
        sentence.found.passage.heading,
        round(sentence.score, 4),
        link_to(release.url, text, sentence.span),
    )
