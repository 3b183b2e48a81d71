"""Keywords. Only this module knows tantivy. It finds candidates by BM25; their scores are computed elsewhere."""

import os
from collections import Counter
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
from index.generations.contents import Document
from index.generations.generation import Scope
from index.generations.parts import MOST_SIMILAR, TITLE_BOOST

_HEAP_BYTES, _LARGE_HEAP_BYTES = 20_000_000, 100_000_000
_REPEATED = "="  # No term is one.
_AGENCIES = "bodies"  # the field's name in the files of generations


def build_lexical(folder: Path, documents: Iterable[Document], *, large: bool = False) -> None:
    """Write an index of passages into an empty folder. The row of a document is its number there, too.

    :param large: whether there are many. Then all are written in one part, and so that tantivy can leave out passages
        that cannot be among the best, which it does where every field says how often a term stands in it. In titles a
        term counts once nevertheless.
    :raises StorageError: when it cannot be written.
    """
    schema = (
        tantivy.SchemaBuilder()
        .add_unsigned_field("row", fast=True, indexed=True)
        .add_unsigned_field("release", indexed=True)
        .add_text_field("body", tokenizer_name="whitespace", index_option="freq")
        .add_text_field("title", tokenizer_name="whitespace", index_option="freq" if large else "basic")
        .add_text_field(_AGENCIES, tokenizer_name="raw", index_option="basic")
        .add_text_field("issuer", tokenizer_name="raw", index_option="basic")
        .add_text_field("language", tokenizer_name="raw", index_option="basic")
        .add_unsigned_field("day", fast=True)
        .build()
    )
    try:
        writer = tantivy.Index(schema, path=str(folder)).writer(
            heap_size=_LARGE_HEAP_BYTES if large else _HEAP_BYTES, num_threads=1
        )
        for each in documents:
            document = tantivy.Document()
            document.add_unsigned("row", each.row)
            document.add_unsigned("release", each.release)
            document.add_text("body", " ".join(each.terms))
            document.add_text("title", " ".join(_once_each(each.title) if large else each.title))
            for agency_id in each.agencies:
                document.add_text(_AGENCIES, agency_id)
            document.add_text("issuer", each.issuer)
            document.add_text("language", each.language)
            document.add_unsigned("day", each.day)
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
    except (ValueError, OSError, RuntimeError) as error:
        raise storage_error(folder / "meta.json", error) from error


def _once_each(terms: Sequence[str]) -> list[str]:
    """Return terms, with something else in the place of those that stood before."""
    return [_REPEATED if term in terms[:place] else term for place, term in enumerate(terms)]


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


def most_similar(frequencies: Counter[str]) -> list[str]:
    """Return the most frequent of some terms, as many as `LexicalIndex.similar` does."""
    return [term for term, _ in frequencies.most_common(MOST_SIMILAR)]


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
        return max(self.frequencies(term))

    def frequencies(self, term: str) -> tuple[int, int]:
        """Return how many passages hold a term, and how many have it in their title."""
        body, title = (int(self._searcher.doc_freq(field, term)) for field in ("body", "title"))
        return body, title

    def similar(self, term: str) -> list[str]:
        """Return the most frequent terms that begin with the same letter as a term."""
        return list(self.beginning(term[:1]))

    def beginning(self, letters: str) -> dict[str, int]:
        """Return the most frequent terms that begin with some letters, the most frequent first."""
        return dict(self._searcher.terms_with_prefix("body", letters, limit=MOST_SIMILAR))

    def search(
        self,
        terms: Sequence[str],
        weights: NDArray[np.float64],
        k: int,
        scope: Scope,
    ) -> NDArray[np.int64]:
        """Return the rows of the at most `k` passages with the highest BM25 of weighted terms, best first."""
        return self.scored(terms, weights, k, scope)[1]

    def scored(
        self, terms: Sequence[str], weights: NDArray[np.float64], k: int, scope: Scope
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return what `search` returns, after its scores."""
        clauses = [clause for term, weight in zip(terms, weights, strict=True) for clause in self._term(term, weight)]
        if not clauses or k <= 0:
            return np.empty(0), np.empty(0, dtype=np.int64)
        query = tantivy.Query.boolean_query(clauses)
        within = self._within(scope)
        if within:
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), *within])
        hits = self._searcher.search(query, k, count=False).hits
        rows: list[Any] = self._searcher.fast_field_values("row", [address for _, address in hits])
        return np.array([score for score, _ in hits]), np.array(rows, dtype=np.int64)

    def _within(self, scope: Scope) -> list[tuple[Any, Any]]:
        """Return the clauses that keep a search within a scope. They add nothing to scores."""
        schema, wanted = self._index.schema, scope.terms
        sets: list[tuple[str, Sequence[Any] | None]] = [
            (_AGENCIES, wanted.agencies),
            ("issuer", wanted.issuers),
            ("language", wanted.languages),
            ("release", None if scope.only is None else scope.only.tolist()),
        ]
        within = [tantivy.Query.term_set_query(schema, field, list(each)) for field, each in sets if each is not None]
        if wanted.since is not None or wanted.until is not None:
            kind = tantivy.FieldType.Unsigned
            within.append(tantivy.Query.range_query(schema, "day", kind, wanted.since, wanted.until))
        clauses = [(tantivy.Occur.Must, tantivy.Query.const_score_query(query, 0.0)) for query in within]
        if scope.hidden is not None and len(scope.hidden):
            hidden = tantivy.Query.term_set_query(schema, "release", scope.hidden.tolist())
            clauses.append((tantivy.Occur.MustNot, hidden))
        return clauses

    def _term(self, term: str, weight: float) -> list[tuple[Any, Any]]:
        """Return the clauses for a term, with the weight given instead of tantivy's own."""
        clauses = []
        for field, boost in (("body", 1.0), ("title", TITLE_BOOST)):
            frequency = self._searcher.doc_freq(field, term)
            if frequency:
                own = np.log1p((len(self) - frequency + 0.5) / (frequency + 0.5))
                query = tantivy.Query.term_query(self._index.schema, field, term)
                clauses.append(
                    (tantivy.Occur.Should, tantivy.Query.boost_query(query, boost * weight / max(own, 1e-6)))
                )
        return clauses
