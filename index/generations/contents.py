"""What a generation is made of, before it is written to files or to a database."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus import Release
from index.results import Placed
from index.text.passages import Passage


@dataclass(frozen=True, slots=True)
class Document:
    """What is searched by keywords of a passage: its row and its release's, the terms of both, and what filters ask.

    ``day`` counts the days since 1 January of year 1. ``agencies`` are the ids of those that the passage names.
    """

    row: int
    release: int
    terms: list[str]
    title: list[str]
    issuer: str = ""
    language: str = ""
    day: int = 0
    agencies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contents:
    """The releases of a generation in the order of their rows, with all that is derived from them.

    ``mentions`` and ``titles`` (the terms of a title) have an entry a release. ``terms`` has an entry a passage: the
    terms of each of its sentences. ``passage_vectors`` and ``sentence_vectors`` are
    ``(n, dim)``. ``words`` says how often each word stands in them.
    """

    chunked: Sequence[tuple[Release, tuple[Passage, ...]]]
    mentions: Sequence[Sequence[Placed]]
    terms: Sequence[list[list[str]]]
    titles: Sequence[list[str]]
    passage_vectors: NDArray[np.float16]
    sentence_vectors: NDArray[np.float16]
    words: Mapping[str, int]

    def first_sentences(self) -> NDArray[np.int64]:
        """Return the row of each passage's first sentence, and the number of sentences, ``(passages + 1,)``."""
        return np.cumsum([0, *map(len, self.terms)]).astype(np.int64)

    def term_lists(self) -> list[list[str]]:
        """Return the terms of all sentences, and after them of the titles."""
        return [*itertools.chain.from_iterable(self.terms), *self.titles]

    def documents(self) -> Iterator[Document]:
        """Yield what is searched by keywords of each passage, in the order of the rows, which count from 0."""
        place = itertools.count()
        for number, ((release, passages), mentions) in enumerate(zip(self.chunked, self.mentions, strict=True)):
            for ordinal in range(len(passages)):
                passage = next(place)
                yield Document(
                    passage,
                    number,
                    list(itertools.chain.from_iterable(self.terms[passage])),
                    self.titles[number],
                    release.issuer,
                    release.language,
                    release.date.toordinal(),
                    tuple(sorted({each.agency_id for each in mentions if each.passage == ordinal})),
                )
