"""Finds candidate passages by meaning and by keywords, and fuses the two on absolute scales.

Every candidate gets both scores, so that a passage that one search missed is not at a disadvantage. Neither score
depends on the other candidates: one is a cosine in units that models share, the other is BM25 as a share of the
question's whole inverse frequency.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.answering.question import Query
from index.generations.generation import Generation, Rows, Scope

CANDIDATES = 60
# The weight of keywords where their best hit holds the whole question. Keywords help terse questions and hurt
# paraphrases; the share of the question that the best hit holds tells these apart.
LEXICAL_WEIGHT = 1.25
_K1, _B = 0.9, 0.4
_TITLE_SHARE = 0.5

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ranked:
    """Passages by row, their scores and their cosines to the question, best first, all ``(n,)``."""

    rows: Rows
    scores: Scores
    cosines: Scores


def find_passages(query: Query, generation: Generation, scope: Scope, k: int = CANDIDATES) -> Ranked:
    """Return the passages that are near a question in meaning or in words, best first."""
    dense = generation.nearest(query.vector, k, scope)
    lexical = generation.matching(query.terms, query.idf, k, scope)
    return fuse(query, generation, np.union1d(dense, lexical))


def fuse(query: Query, generation: Generation, rows: Rows) -> Ranked:
    """Score candidates by cosine and keywords. Keywords count the more, the more of the question their best hit holds.

    Candidates with equal scores keep the order of the corpus.
    """
    evidence = generation.passage_evidence(rows, query.hashes, query.vector)
    norm = _K1 * (1 - _B + _B * evidence.relative_lengths)
    saturated = evidence.counts * (_K1 + 1) / (evidence.counts + norm[:, None])
    lexical: Scores = (saturated + _TITLE_SHARE * evidence.in_title) @ query.weights
    trust = LEXICAL_WEIGHT * min(1.0, float(lexical.max(initial=0.0)))
    scores = evidence.cosines + trust * lexical
    order = np.lexsort((rows, -np.round(scores, 9)))
    return Ranked(rows[order], scores[order], evidence.cosines[order])
