"""Opens a generation in PostgreSQL."""

import numpy as np

from index.database.link import Link
from index.generations.cluster.arrays import read_array
from index.generations.cluster.keywords import PostingLists
from index.generations.cluster.sentences import SentenceRows
from index.generations.cluster.texts import TextTables
from index.generations.cluster.vectors import PassageColumn
from index.generations.manifest import Manifest
from index.generations.parts import Parts
from index.generations.reader import OpenGeneration


def open_schema(
    link: Link, schema: str, manifest: Manifest, withdrawn: frozenset[str], held: int | None = None
) -> OpenGeneration:
    """Open the generation in a schema, all of it as of one moment.

    :param withdrawn: ids of withdrawn releases, which are not shown.
    :param held: the number of the generation where it is held, and is to be let go when it is closed.
    :raises GenerationError: when it was deleted, or its tables do not fit each other.
    """
    with link.transaction():
        first_sentences = read_array(link, schema, "first_sentences")
        ends = read_array(link, schema, "term_ends")
        firsts = link.rows(f"SELECT first_passage FROM {schema}.releases ORDER BY row")
        first_passages = np.array([*(first for (first,) in firsts), len(first_sentences) - 1], dtype=np.int64)
        sentences = int(first_sentences[-1])
        lengths = ends[first_sentences[1:]] - ends[first_sentences[:-1]]
        parts = Parts(
            TextTables(link, schema, held),
            PassageColumn(link, schema, len(lengths), manifest.dim),
            PostingLists(link, schema, lengths, np.diff(ends[sentences:]), first_passages),
            SentenceRows(link, schema, ends, sentences, manifest.dim),
            first_sentences,
        )
        return OpenGeneration(parts, manifest, withdrawn)
