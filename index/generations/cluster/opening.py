"""Opens a generation in PostgreSQL."""

import numpy as np
from numpy.typing import NDArray

from index.database.link import Link
from index.generations.cluster.arrays import from_bytes
from index.generations.cluster.keywords import Lengths, PostingLists
from index.generations.cluster.segments import Segments, schemas_of
from index.generations.cluster.sentences import SentenceRows
from index.generations.cluster.texts import TextTables
from index.generations.cluster.vectors import PassageColumn
from index.generations.generation import Rows
from index.generations.manifest import Manifest
from index.generations.parts import Parts
from index.generations.reader import OpenGeneration


def open_schema(
    link: Link, schema: str, manifest: Manifest, withdrawn: frozenset[str], held: int | None = None
) -> OpenGeneration:
    """Open the generation in a schema, all of it as of one moment.

    :param withdrawn: ids of withdrawn releases, which are not shown.
    :param held: the number of the generation where it is held, and is to be let go when it is closed.
    :raises UnbuiltError: when an older program made it.
    :raises GenerationError: when it was deleted, or its tables do not fit each other.
    """
    segments = Segments(link, schemas_of(manifest), manifest.segments)
    with link.transaction():
        first_sentences = _read_arrays(link, schema, "first_sentences")
        term_ends = _read_arrays(link, schema, "term_ends")
        rows = link.rows(f"SELECT first_passage FROM {schema}.releases ORDER BY row")
        first_passages = np.array([*(first for (first,) in rows), segments.passages[-1]], dtype=np.int64)
        lengths = [_lengths(first, ends) for first, ends in zip(first_sentences, term_ends, strict=True)]
        parts = Parts(
            TextTables(link, schema, segments, held),
            PassageColumn(link, segments, manifest.dim),
            PostingLists(link, schema, lengths, first_passages),
            SentenceRows(segments, _sentence_ends(first_sentences, term_ends), manifest.dim),
            _all_first_sentences(first_sentences),
        )
        return OpenGeneration(parts, manifest, withdrawn)


def _read_arrays(link: Link, schema: str, name: str) -> list[NDArray[np.int64]]:
    """Return the array of a name that each segment has, in the order of the segments."""
    rows = link.rows(f"SELECT data FROM {schema}.arrays WHERE name = %s ORDER BY segment", [name])
    return [from_bytes(data) for (data,) in rows]


def _lengths(first_sentences: Rows, ends: Rows) -> Lengths:
    passages = ends[first_sentences[1:]] - ends[first_sentences[:-1]]
    return Lengths(passages, np.diff(ends[first_sentences[-1] :]))


def _sentence_ends(first_sentences: list[Rows], term_ends: list[Rows]) -> Rows:
    """Return where each sentence of all segments ends in the list of their terms, after a 0."""
    lengths = [np.diff(ends[: first[-1] + 1]) for first, ends in zip(first_sentences, term_ends, strict=True)]
    sentence_ends: Rows = np.cumsum(np.concatenate([[0], *lengths]))
    return sentence_ends


def _all_first_sentences(first_sentences: list[Rows]) -> Rows:
    """Return the row of each passage's first sentence, and the number of all sentences."""
    edges = np.cumsum([0, *(each[-1] for each in first_sentences)])
    return np.concatenate([*(each[:-1] + edge for each, edge in zip(first_sentences, edges, strict=False)), edges[-1:]])
