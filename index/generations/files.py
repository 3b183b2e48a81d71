"""A generation in files: how it is written, a segment after the other, and opened."""

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from contextlib import closing
from pathlib import Path
from typing import Protocol

import numpy as np

from corpus import GenerationError
from index.database.faults import unreadable
from index.database.outlines import Outline
from index.database.passages_db import PassageStore
from index.database.passages_writer import write_passages
from index.database.sqlite import storage_errors
from index.durable import link_or_copy
from index.generations.contents import Contents
from index.generations.faiss_index import VectorIndex
from index.generations.joined import SegmentParts, joined
from index.generations.kept import Served, is_large, served_manifest, standing
from index.generations.manifest import FileRecord, Layout, Manifest, Segment, is_kept, record_files
from index.generations.reader import OpenGeneration
from index.generations.sentence_table import SentenceTable, write_sentence_table
from index.generations.store import Kept, Written
from index.generations.tantivy_index import LexicalIndex, build_lexical


class Folder(Served, Protocol):
    """The generations beside a folder: which is served, and what takes the folder over."""

    def layout(self, generation: str) -> Layout:
        """Return where the files of a generation are."""

    def adopt(self, folder: Path, generation: str) -> None:
        """Give a built folder its name as a generation, durably."""


class FolderSite:
    """An empty folder that a generation is written into."""

    def __init__(self, folder: Path, generations: Folder | None = None) -> None:
        """Take the folder, and the generations that it will be one of; without them, it stays where it is."""
        self._layout = Layout(folder)
        self._generations = generations
        self._segments: list[Segment] = []
        self._known: dict[str, FileRecord] = {}

    def keep(self, wanted: Mapping[str, Outline], fits: Callable[[Manifest], bool], erased: Collection[str]) -> Kept:
        """Link the large segments of what is served that hold mostly releases as they are wanted.

        :raises StorageError: when it cannot be written.
        """
        manifest = served_manifest(self._generations, fits)
        if manifest is None or self._generations is None:
            return Kept()
        layout = self._generations.layout(manifest.generation)
        kept: set[str] = set()
        words: Counter[str] = Counter()
        for number, segment in enumerate(manifest.segments):
            own = layout.segment(number)
            with closing(PassageStore(own.passages)) as store:
                stands = standing(store, segment, wanted, kept, erased)
            if stands is None:
                continue
            self._link(layout, own, manifest)
            self._segments.append(stands[1])
            kept |= stands[0]
            words.update(json.loads(own.words.read_text("utf-8")))
        return Kept(frozenset(kept), words)

    def add(self, contents: Contents) -> None:
        """Write a segment.

        :raises StorageError: when it cannot be written.
        """
        layout = self._layout.segment(len(self._segments))
        with storage_errors(layout.folder):
            layout.folder.mkdir(exist_ok=True)
        write_passages(layout.passages, contents.chunked, contents.mentions)
        VectorIndex.build(contents.passage_vectors).save(layout.vectors)
        with storage_errors(layout.terms):
            layout.lexical.mkdir()
            np.save(layout.first_sentences, contents.first_sentences())
            layout.words.write_text(json.dumps(contents.words, ensure_ascii=False), "utf-8")
            write_sentence_table(
                layout.sentence_vectors,
                layout.terms,
                layout.term_ends,
                contents.sentence_vectors,
                contents.term_lists(),
            )
        counts = (len(contents.chunked), len(contents.passage_vectors), len(contents.sentence_vectors))
        segment = Segment(*counts)
        build_lexical(layout.lexical, contents.documents(), large=is_large(segment))
        self._segments.append(segment)

    def finish(self) -> Written:
        """Return the segments, and the sizes and digests of all files.

        :raises StorageError: when one cannot be read.
        """
        return Written(tuple(self._segments), record_files(self._layout.folder, self._known))

    def open(self, manifest: Manifest) -> OpenGeneration:
        """Open what was written."""
        return open_files(self._layout, manifest, frozenset())

    def adopt(self, manifest: Manifest) -> None:
        """Write the manifest, and make a generation of the folder."""
        with storage_errors(self._layout.manifest):
            self._layout.manifest.write_text(manifest.to_json(), "utf-8")
        if self._generations is not None:
            self._generations.adopt(self._layout.folder, manifest.generation)

    def _link(self, served: Layout, segment: Layout, manifest: Manifest) -> None:
        """Link the files of a segment into the next segment here."""
        target = self._layout.segment(len(self._segments))
        paths = [*segment.folder.iterdir(), *segment.lexical.iterdir()]
        with storage_errors(target.folder):
            target.lexical.mkdir(parents=True)
            for path in paths:
                if is_kept(path) and path != segment.manifest:
                    linked = target.folder / path.relative_to(segment.folder)
                    link_or_copy(path, linked)
                    name = linked.relative_to(self._layout.folder).as_posix()
                    self._known[name] = manifest.files[path.relative_to(served.folder).as_posix()]


def open_files(layout: Layout, manifest: Manifest, withdrawn: frozenset[str]) -> OpenGeneration:
    """Open a generation whose files were checked.

    :param withdrawn: ids of withdrawn releases, which are not shown.
    :raises GenerationError: when a file cannot be read or does not fit the others.
    """
    segments = [
        _open_segment(layout.segment(number), segment, manifest.generation)
        for number, segment in enumerate(manifest.segments)
    ]
    return OpenGeneration(joined(segments), manifest, withdrawn)


def _open_segment(layout: Layout, segment: Segment, generation: str) -> SegmentParts:
    store = PassageStore(layout.passages)
    vectors = VectorIndex.load(layout.vectors)
    lexical = LexicalIndex(layout.lexical)
    try:
        sentences = SentenceTable(layout.sentence_vectors, layout.terms, layout.term_ends)
        first_sentences = np.load(layout.first_sentences)
    except (OSError, ValueError) as error:
        damaged = GenerationError(f"The sentences of generation {generation} are damaged: run `measures index build`.")
        raise unreadable(layout.sentence_vectors, damaged) from error
    return SegmentParts(segment.releases, store, vectors, lexical, sentences, first_sentences)
