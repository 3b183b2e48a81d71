"""A generation in files: how it is written and opened."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import numpy as np

from corpus import GenerationError
from index.database.faults import unreadable
from index.database.passages_db import PassageStore
from index.database.passages_writer import write_passages
from index.database.sqlite import storage_errors
from index.generations.contents import Contents
from index.generations.faiss_index import VectorIndex
from index.generations.manifest import FileRecord, Layout, Manifest, record_files
from index.generations.parts import Parts
from index.generations.reader import OpenGeneration
from index.generations.sentence_table import SentenceTable, write_sentence_table
from index.generations.tantivy_index import LexicalIndex, build_lexical


class Adopting(Protocol):
    """Takes a built folder over as a generation."""

    def adopt(self, folder: Path, generation: str) -> None:
        """Give a built folder its name as a generation, durably."""


class FolderSite:
    """An empty folder that a generation is written into."""

    def __init__(self, folder: Path, generations: Adopting | None = None) -> None:
        """Take the folder, and what takes it over when it is built; without that, it stays where it is."""
        self._layout = Layout(folder)
        self._generations = generations

    def write(self, contents: Contents) -> Mapping[str, FileRecord]:
        """Write all files but the manifest, and return their sizes and digests.

        :raises StorageError: when one cannot be written.
        """
        layout = self._layout
        write_passages(layout.passages, contents.chunked, contents.mentions)
        VectorIndex.build(contents.passage_vectors.astype(np.float32)).save(layout.vectors)
        with storage_errors(layout.terms):
            layout.lexical.mkdir()
            np.save(layout.first_sentences, contents.first_sentences())
            write_sentence_table(
                layout.sentence_vectors,
                layout.terms,
                layout.term_ends,
                contents.sentence_vectors,
                contents.term_lists(),
            )
        build_lexical(layout.lexical, contents.documents())
        return record_files(layout.folder)

    def open(self, manifest: Manifest) -> OpenGeneration:
        """Open what was written."""
        return open_files(self._layout, manifest, frozenset())

    def adopt(self, manifest: Manifest) -> None:
        """Write the manifest, and make a generation of the folder."""
        with storage_errors(self._layout.manifest):
            self._layout.manifest.write_text(manifest.to_json(), "utf-8")
        if self._generations is not None:
            self._generations.adopt(self._layout.folder, manifest.generation)


def open_files(layout: Layout, manifest: Manifest, withdrawn: frozenset[str]) -> OpenGeneration:
    """Open a generation whose files were checked.

    :param withdrawn: ids of withdrawn releases, which are not shown.
    :raises GenerationError: when a file cannot be read or does not fit the others.
    """
    store = PassageStore(layout.passages)
    vectors = VectorIndex.load(layout.vectors)
    lexical = LexicalIndex(layout.lexical)
    try:
        sentences = SentenceTable(layout.sentence_vectors, layout.terms, layout.term_ends)
        first_sentences = np.load(layout.first_sentences)
    except (OSError, ValueError) as error:
        damaged = GenerationError(
            f"The sentences of generation {manifest.generation} are damaged: run `measures index build`."
        )
        raise unreadable(layout.sentence_vectors, damaged) from error
    return OpenGeneration(Parts(store, vectors, lexical, sentences, first_sentences), manifest, withdrawn)
