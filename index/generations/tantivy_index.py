"""Keywords. Only this module knows tantivy. It finds candidates by BM25; their scores are computed elsewhere."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import tantivy
from numpy.typing import NDArray

from corpus import Fault, GenerationError, StorageError
from index.database.faults import storage_error, unreadable

_HEAP_BYTES = 20_000_000
_TITLE_BOOST = 0.5
_MOST_SIMILAR = 3_000


def build_lexical(folder: Path, documents: Iterable[tuple[int, int, list[str], list[str]]]) -> None:
    """Write an index of ``(passage row, release row, its terms, its title's terms)`` into an empty folder.

    :raises StorageError: when it cannot be written.
    """
    schema = (
        tantivy.SchemaBuilder()
        .add_unsigned_field("row", fast=True, indexed=True)
        .add_unsigned_field("release", indexed=True)
        .add_text_field("body", tokenizer_name="whitespace", index_option="freq")
        .add_text_field("title", tokenizer_name="whitespace", index_option="basic")
        .build()
    )
    try:
        writer = tantivy.Index(schema, path=str(folder)).writer(heap_size=_HEAP_BYTES, num_threads=1)
        for row, release, body, title in documents:
            document = tantivy.Document()
            document.add_unsigned("row", row)
            document.add_unsigned("release", release)
            document.add_text("body", " ".join(body))
            document.add_text("title", " ".join(title))
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
    except (ValueError, OSError, RuntimeError) as error:
        raise storage_error(folder / "meta.json", error) from error


@contextmanager
def _lockable(folder: Path) -> Iterator[Path]:
    """Give a folder that tantivy can open: where it is read-only, one with links to its files.

    Tantivy writes a lock file into the folder that it opens.

    :raises StorageError: when there is no folder for temporary files.
    """
    if os.access(folder, os.W_OK):
        yield folder
        return
    try:
        # A thread of tantivy may still take its lock file away while the folder is deleted.
        aside = TemporaryDirectory(prefix="measures-", ignore_cleanup_errors=True)
    except OSError as error:
        raise StorageError(
            f"{folder} is read-only, and there is no folder for temporary files to lock it from; set TMPDIR to one.",
            Fault.READ_ONLY,
        ) from error
    with aside as name:
        for path in folder.iterdir():
            if path.suffix != ".lock":
                (Path(name) / path.name).symlink_to(path.absolute())
        yield Path(name)


class LexicalIndex:
    """An index of keywords, opened for reading."""

    def __init__(self, folder: Path) -> None:
        """Open the index in a folder.

        :raises GenerationError: when it is none.
        """
        try:
            with _lockable(folder) as lockable:
                self._index = tantivy.Index.open(str(lockable))
                self._searcher = self._index.searcher()
        except (ValueError, OSError) as error:
            damaged = GenerationError(
                f"The keyword index of generation {folder.parent.name} is damaged: "
                "run `measures index rollback` or `measures index build`."
            )
            raise unreadable(folder / "meta.json", damaged) from error

    def __len__(self) -> int:
        """The number of passages."""
        return int(self._searcher.num_docs)

    def frequency(self, term: str) -> int:
        """Return how many passages hold a term, or have it in their title, whichever are more."""
        return max(int(self._searcher.doc_freq(field, term)) for field in ("body", "title"))

    def similar(self, term: str) -> list[str]:
        """Return the most frequent terms that begin with the same letter as a term."""
        return [known for known, _ in self._searcher.terms_with_prefix("body", term[:1], limit=_MOST_SIMILAR)]

    def search(
        self,
        terms: Sequence[str],
        weights: NDArray[np.float64],
        k: int,
        field: str = "",
        allowed: NDArray[np.bool_] | None = None,
    ) -> NDArray[np.int64]:
        """Return the rows of the at most `k` passages with the highest BM25 of weighted terms, best first.

        :param field: what `allowed` is about: ``row`` for passages, ``release`` for releases.
        :param allowed: which passages, ``(passages,)``, or releases, ``(releases,)``, may be found.
        """
        clauses = [clause for term, weight in zip(terms, weights, strict=True) for clause in self._term(term, weight)]
        if not clauses or k <= 0:
            return np.empty(0, dtype=np.int64)
        query = tantivy.Query.boolean_query(clauses)
        if allowed is not None:
            numbers = tantivy.Query.term_set_query(self._index.schema, field, np.flatnonzero(allowed).tolist())
            within = (tantivy.Occur.Must, tantivy.Query.const_score_query(numbers, 0.0))
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), within])
        hits = self._searcher.search(query, k, count=False).hits
        rows: list[Any] = self._searcher.fast_field_values("row", [address for _, address in hits])
        return np.array(rows, dtype=np.int64)

    def _term(self, term: str, weight: float) -> list[tuple[Any, Any]]:
        """Return the clauses for a term, with the weight given instead of tantivy's own."""
        clauses = []
        for field, boost in (("body", 1.0), ("title", _TITLE_BOOST)):
            frequency = self._searcher.doc_freq(field, term)
            if frequency:
                own = np.log1p((len(self) - frequency + 0.5) / (frequency + 0.5))
                query = tantivy.Query.term_query(self._index.schema, field, term)
                clauses.append(
                    (tantivy.Occur.Should, tantivy.Query.boost_query(query, boost * weight / max(own, 1e-6)))
                )
        return clauses
