"""Keywords: the one place that knows tantivy. BM25 over the terms of `index.terms`."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import tantivy
from numpy.typing import NDArray

from corpus.errors import GenerationError, StorageError
from index.vectors import Hit

_HEAP_BYTES = 50_000_000


def build_lexical(folder: Path, documents: Iterable[tuple[int, int, list[str], list[str]]]) -> None:
    """Write an index of ``(passage row, release row, its terms, its context's terms)`` into an empty folder.

    :raises StorageError: when it cannot be written.
    """
    schema = (
        tantivy.SchemaBuilder()
        .add_unsigned_field("row", fast=True)
        .add_unsigned_field("release", indexed=True)
        .add_text_field("body", tokenizer_name="whitespace", index_option="freq")
        .add_text_field("context", tokenizer_name="whitespace", index_option="freq")
        .build()
    )
    try:
        writer = tantivy.Index(schema, path=str(folder)).writer(heap_size=_HEAP_BYTES, num_threads=1)
        for row, release, body, context in documents:
            document = tantivy.Document()
            document.add_unsigned("row", row)
            document.add_unsigned("release", release)
            document.add_text("body", " ".join(body))
            document.add_text("context", " ".join(context))
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
    except (ValueError, OSError, RuntimeError) as error:
        raise StorageError(
            f"The keyword index could not be written: free space in {folder.parent.parent} and build again."
        ) from error


class LexicalIndex:
    """An index of keywords, opened for reading."""

    def __init__(self, folder: Path) -> None:
        """Open the index in a folder.

        :raises GenerationError: when it is none.
        """
        try:
            self._index = tantivy.Index.open(str(folder))
            self._searcher = self._index.searcher()
        except (ValueError, OSError) as error:
            raise GenerationError(
                f"The keyword index of generation {folder.parent.name} is damaged: "
                "run `measures index rollback` or `measures index build`."
            ) from error

    def __len__(self) -> int:
        """The number of passages."""
        return int(self._searcher.num_docs)

    def frequency(self, term: str) -> int:
        """Return in how many passages a term stands."""
        return int(self._searcher.doc_freq("body", term))

    def search(self, terms: Iterable[str], k: int, releases: NDArray[np.bool_] | None = None) -> list[Hit]:
        """Return the at most `k` passages that hold any of the terms, best first.

        :param releases: ``(releases,)``, True for the releases that may be found.
        """
        schema = self._index.schema
        words = [
            (tantivy.Occur.Should, tantivy.Query.term_query(schema, field, term))
            for term in dict.fromkeys(terms)
            for field in ("body", "context")
        ]
        if not words or k <= 0:
            return []
        clauses = [(tantivy.Occur.Must, tantivy.Query.boolean_query(words))]
        if releases is not None:
            allowed = tantivy.Query.term_set_query(schema, "release", np.flatnonzero(releases).tolist())
            clauses.append((tantivy.Occur.Must, tantivy.Query.const_score_query(allowed, 0.0)))
        hits = self._searcher.search(tantivy.Query.boolean_query(clauses), k, count=False).hits
        rows: list[Any] = self._searcher.fast_field_values("row", [address for _, address in hits])
        return [Hit(int(row), float(score)) for (score, _), row in zip(hits, rows, strict=True)]
