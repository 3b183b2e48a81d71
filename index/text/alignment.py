"""Aligns the sentences of two texts: which are in both, which were changed, which are new and which are gone."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Indel

from corpus import HEADING
from index.text.sentences import Span, sentences
from index.text.terms import words

# Two sentences of which more than half of the words differ are not two versions of one.
_ALIKE = 0.5
_MOST_COMPARED = 2_000_000  # pairs of sentences, which take about a second
_LINE = re.compile(r"[^\n]+")


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence before and after, by their numbers; None where the other text has nothing like it."""

    before: int | None
    after: int | None
    is_same: bool = False


def parts(text: str, language: str) -> list[Span]:
    """Return what is compared of a text, in order: its sentences and its headings."""
    headings = [Span(*line.span()) for line in _LINE.finditer(text) if HEADING.match(line[0])]
    return sorted([*sentences(text, language), *headings], key=lambda span: span.start)


def align(before: Sequence[str], after: Sequence[str], language: str) -> list[Pair]:
    """Align sentences in one language, first what is the same, then what is most alike; in the order of the texts.

    White space does not count. What moved is paired, too.
    """
    plain = [[" ".join(text.split()) for text in side] for side in (before, after)]
    pairs: list[Pair] = []
    gaps: list[tuple[list[int], list[int]]] = []
    for tag, first, last, start, end in SequenceMatcher(None, plain[0], plain[1], autojunk=False).get_opcodes():
        if tag == "equal":
            pairs += [Pair(first + place, start + place, True) for place in range(last - first)]
        else:
            gaps.append((list(range(first, last)), list(range(start, end))))
    spoken = ([words(text, language) for text in plain[0]], [words(text, language) for text in plain[1]])
    # A sentence most likely became one at the same place. Only what finds none there is looked for elsewhere.
    changed = [pair for gap in gaps for pair in _most_alike(*gap, *spoken)]
    taken = {old for old, _ in changed}, {new for _, new in changed}
    left = [[row for gap in gaps for row in gap[side] if row not in taken[side]] for side in (0, 1)]
    changed += _most_alike(left[0], left[1], *spoken)
    pairs += [Pair(old, new, plain[0][old] == plain[1][new]) for old, new in changed]
    paired = {pair.before for pair in pairs}, {pair.after for pair in pairs}
    pairs += [Pair(row, None) for row in range(len(before)) if row not in paired[0]]
    pairs += [Pair(None, row) for row in range(len(after)) if row not in paired[1]]
    return sorted(pairs, key=lambda pair: (pair.after if pair.after is not None else pair.before, pair.after is None))


def _most_alike(
    gone: list[int], came: list[int], before: Sequence[list[str]], after: Sequence[list[str]]
) -> Iterator[tuple[int, int]]:
    """Yield the pairs that share most words, each sentence once; of equally good ones that which moved least."""
    if not gone or not came or len(gone) * len(came) > _MOST_COMPARED:
        return
    alike = process.cdist(
        [before[row] for row in gone],
        [after[row] for row in came],
        scorer=Indel.normalized_similarity,
        score_cutoff=_ALIKE,
    )
    olds, news = np.nonzero(alike)
    likeliest = sorted(
        zip(olds.tolist(), news.tolist(), strict=True),
        key=lambda pair: (-alike[pair], abs(pair[0] - pair[1]), pair),
    )
    taken: tuple[set[int], set[int]] = set(), set()
    for old, new in likeliest:
        if old not in taken[0] and new not in taken[1]:
            taken[0].add(old)
            taken[1].add(new)
            yield gone[old], came[new]
