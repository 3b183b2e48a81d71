"""The keyword indexes of several segments give what each of them would give, whatever a filter leaves."""

from pathlib import Path

import numpy as np
import pytest

from index.generations.contents import Document
from index.generations.generation import Rows, Scope, Terms
from index.generations.joined_keywords import JoinedKeywords
from index.generations.segment_rows import Offsets, Places, best
from index.generations.tantivy_index import LexicalIndex, build_lexical

_WORDS = [f"w{number}" for number in range(120)]
_ROWS = 400


def _documents(draw: np.random.Generator) -> list[Document]:
    """Return documents of which "ecb" stands in those with few of the frequent words, and "eib" in a third."""
    documents = []
    for row in range(_ROWS):
        frequent = draw.integers(0, 40)
        words = [*draw.choice(_WORDS[:10], frequent), *draw.choice(_WORDS, draw.integers(1, 60))]
        agencies = [agency for agency, holds in (("ecb", frequent < 4), ("eib", row % 3 == 0)) if holds]
        title = list(draw.choice(_WORDS[:30], draw.integers(1, 12)))  # Some words stand in it twice.
        documents.append(Document(row, row // 4, words, title, day=row, agencies=tuple(agencies)))
    return documents


@pytest.fixture(scope="module")
def segments(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[list[Document], LexicalIndex, LexicalIndex]]:
    """Return the documents of three segments, each with its index as small and as large ones are written."""
    draw = np.random.default_rng(7)
    return [(each, _index(tmp_path_factory, each, large=False), _index(tmp_path_factory, each, large=True))
            for each in (_documents(draw) for _ in range(3))]  # fmt: skip


def _index(folders: pytest.TempPathFactory, documents: list[Document], *, large: bool) -> LexicalIndex:
    folder: Path = folders.mktemp("lexical")
    build_lexical(folder, documents, large=large)
    return LexicalIndex(folder)


def test_large_segments_rank_as_small_ones(
    segments: list[tuple[list[Document], LexicalIndex, LexicalIndex]],
) -> None:
    draw = np.random.default_rng(1)
    for _, small, large in segments:
        for _ in range(30):
            terms, weights = list(draw.choice(_WORDS, 6, replace=False)), draw.uniform(0.1, 6.0, 6)
            expected, ranked = (index.scored(terms, weights, 40, Scope())[0] for index in (small, large))
            assert np.allclose(expected, ranked, rtol=1e-5)
            assert small.frequencies(terms[0]) == large.frequencies(terms[0])


@pytest.mark.parametrize("left", ["all", "ecb", "eib", "some days", "few days", "nothing"])
def test_segments_give_the_best_of_what_is_left(
    segments: list[tuple[list[Document], LexicalIndex, LexicalIndex]], left: str
) -> None:
    places = Places(Offsets([_ROWS // 4] * 3), Offsets([_ROWS] * 3), Offsets([_ROWS] * 3))
    indexes = [large for _, _, large in segments]
    scope = _scope(left, [document for documents, _, _ in segments for document in documents])
    draw = np.random.default_rng(2)
    for k in (1, 20, 60):
        terms = list(dict.fromkeys([*draw.choice(_WORDS[:10], 3), *draw.choice(_WORDS, 4)]))
        weights = draw.uniform(0.1, 6.0, len(terms))
        each = [index.scored(terms, weights, k, Scope(terms=scope.terms)) for index in indexes]
        expected: Rows = best([(scores, rows + _ROWS * number) for number, (scores, rows) in enumerate(each)], k)
        assert JoinedKeywords(indexes, places).search(terms, weights, k, scope).tolist() == expected.tolist()


def _scope(left: str, documents: list[Document]) -> Scope:
    """Return what a filter leaves."""
    days = {"some days": (50, 300), "few days": (200, 203), "nothing": (900, 950)}.get(left)
    if days:
        within = np.array([days[0] <= document.day <= days[1] for document in documents])
        return Scope(passages=within, terms=Terms(since=days[0], until=days[1]))
    if left == "all":
        return Scope()
    return Scope(passages=np.array([left in each.agencies for each in documents]), terms=Terms(agencies=(left,)))
