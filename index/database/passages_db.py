"""Reads passages.db: the texts and metadata that a generation serves."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from corpus import GenerationError, Release
from index.database.faults import unreadable
from index.database.outlines import OUTLINED, Outline, outline
from index.database.sqlite import marks, release_from_row
from index.results import FoundPassage
from index.text.passages import Passage
from index.text.sentences import Span


@dataclass(frozen=True, slots=True)
class ServedRelease:
    """A served release without its text: its row, the row of its first passage, and the rest."""

    row: int
    first_passage: int
    text_sha256: str
    release: Release


@dataclass(frozen=True, slots=True)
class ServedPassage:
    """A served passage: its row, the rows of its release and of its first sentence, its text, and where it stands."""

    row: int
    release: int
    first_sentence: int
    text: str
    passage: Passage

    def with_score(self, score: float) -> FoundPassage:
        """Return the passage as a search found it, with a score."""
        cut = self.passage
        return FoundPassage(cut.release_id, cut.ordinal, cut.start, cut.end, cut.heading, self.text, score)


@dataclass(frozen=True, slots=True)
class ReleasePassages:
    """A served release, and the texts of its passages."""

    release: Release
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Namings:
    """Mentions of agencies: the rows of their passages and sentences, ``(n,)`` each, in the order of the passages.

    ``in_part`` marks those where the agency acts or is acted on. These are arrays, because there may be ten thousand.
    """

    passages: NDArray[np.int64]
    sentences: NDArray[np.int64]
    in_part: NDArray[np.bool_]

    def where(self, kept: NDArray[np.bool_]) -> "Namings":
        """Return the mentions that a mask, ``(n,)``, keeps."""
        return Namings(self.passages[kept], self.sentences[kept], self.in_part[kept])


def united(namings: Iterable[tuple[str, bytes]]) -> NDArray[np.int64]:
    """Return the rows of the passages that name some agencies, in order, of rows of the table of namings."""
    named = np.frombuffer(b"".join(rows for _, rows in namings), "<u4")
    marked = np.zeros(int(named.max(initial=0)) + 1, dtype=bool)  # Marking rows is faster than sorting them.
    marked[named] = True
    return np.flatnonzero(marked)


class PassageStore:
    """A generation's passages.db, opened for reading only. Used by one thread."""

    def __init__(self, path: Path) -> None:
        """Open the database.

        :raises GenerationError: when there is none, or it is damaged.
        """
        self._generation = path.parent.name
        try:
            connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
            self._db = Database(connection)
            self._db.execute("SELECT count(*) FROM releases").fetchone()
        except sqlite3.Error as error:
            raise unreadable(path, self._damaged()) from error

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def releases(self) -> list[ServedRelease]:
        """Return all served releases without their texts, by row."""
        rows = self._query(
            "SELECT row, first_passage, release_id, text_sha256, title, issuer, date, language, kind, url, "
            "retrieved_from, note, reference, origin, edition_of, '' AS text FROM releases ORDER BY row"
        )
        return [
            ServedRelease(row["row"], row["first_passage"], row["text_sha256"], release_from_row(row)) for row in rows
        ]

    def all_releases(self) -> list[Release]:
        """Return all served releases with their texts, by row."""
        return [release_from_row(row) for row in self._query("SELECT * FROM releases ORDER BY row")]

    def release(self, row: int) -> Release:
        """Return one served release with its text."""
        return release_from_row(self._query("SELECT * FROM releases WHERE row = ?", [row])[0])

    def outlines(self) -> Iterator[tuple[str, Outline]]:
        """Yield the id and the outline of every release, by row."""
        try:
            for row in self._db.query(f"SELECT {', '.join(OUTLINED)} FROM releases ORDER BY row"):
                yield row["release_id"], outline(row)
        except sqlite3.Error as error:
            raise self._damaged() from error

    def counts(self, releases: Sequence[int]) -> tuple[int, int]:
        """Return how many passages and sentences some releases have, by row."""
        passages = sentences = 0
        for row in releases:
            sql = (
                "SELECT count(DISTINCT p.row), count(s.row) FROM passages p LEFT JOIN sentences s ON s.passage = p.row "
                "WHERE p.row >= (SELECT first_passage FROM releases WHERE row = ?) AND p.row < "
                "coalesce((SELECT first_passage FROM releases WHERE row = ?), 1 << 62)"
            )
            ((more, parts),) = self._tuples(sql, [row, row + 1])
            passages, sentences = passages + more, sentences + parts
        return passages, sentences

    def holds(self, release_id: str) -> bool:
        """Tell whether a release is served."""
        return bool(self._query("SELECT 1 FROM releases WHERE release_id = ?", [release_id]))

    def by_release(self) -> list[ReleasePassages]:
        """Return all served releases with the texts of their passages, by row."""
        texts: dict[int, list[str]] = {}
        for row in self._query("SELECT release, text FROM passages ORDER BY row"):
            texts.setdefault(row["release"], []).append(row["text"])
        return [ReleasePassages(release, tuple(texts.get(row, ()))) for row, release in enumerate(self.all_releases())]

    def passages(self, rows: Sequence[int]) -> list[ServedPassage]:
        """Return passages, in the order of the rows that are given."""
        served: dict[int, ServedPassage] = {}
        spans: dict[int, list[Span]] = {row: [] for row in rows}
        for row in self._query(f"SELECT * FROM sentences WHERE passage IN ({marks(rows)}) ORDER BY row", rows):
            spans[row["passage"]].append(Span(row["start"], row["end"]))
        sql = (
            "SELECT p.*, r.release_id FROM passages p JOIN releases r ON r.row = p.release "
            f"WHERE p.row IN ({marks(rows)})"
        )
        for row in self._query(sql, rows):
            lead_in = None if row["lead_in_start"] is None else Span(row["lead_in_start"], row["lead_in_end"])
            passage = Passage(
                row["release_id"],
                row["ordinal"],
                row["start"],
                row["end"],
                row["heading"],
                tuple(spans[row["row"]]),
                lead_in,
            )
            served[row["row"]] = ServedPassage(row["row"], row["release"], row["first_sentence"], row["text"], passage)
        return [served[row] for row in rows]

    def passages_naming(self, agencies: Iterable[str]) -> NDArray[np.int64]:
        """Return the rows of the passages that name at least one of some agencies, in order."""
        ids = sorted(agencies)
        return united(self._tuples(f"SELECT agency, passages FROM namings WHERE agency IN ({marks(ids)})", ids))

    def naming(self, agencies: Iterable[str]) -> Namings:
        """Return every mention of some agencies, by passage."""
        ids = sorted(agencies)
        sql = (
            f"SELECT passage, sentence, role IS NOT NULL FROM mentions WHERE agency IN ({marks(ids)}) ORDER BY passage"
        )
        mentions = np.array(self._tuples(sql, ids), dtype=np.int64).reshape(-1, 3)
        return Namings(mentions[:, 0], mentions[:, 1], mentions[:, 2] == 1)

    def named_with(self, agencies: Iterable[str]) -> list[tuple[str, int]]:
        """Return which other agencies the passages name that name some agencies: pairs of agency and passage."""
        ids = sorted(agencies)
        sql = (
            f"SELECT DISTINCT agency, passage FROM mentions WHERE agency NOT IN ({marks(ids)}) "
            f"AND passage IN (SELECT passage FROM mentions WHERE agency IN ({marks(ids)}))"
        )
        return self._tuples(sql, [*ids, *ids])

    def named(self) -> dict[str, NDArray[np.int64]]:
        """Return the agencies that are named, each with the passages that name it, in order."""
        rows = self._tuples("SELECT agency, passages FROM namings")
        return {agency_id: united([(agency_id, passages)]) for agency_id, passages in rows}

    def spans(self, rows: range) -> list[Span]:
        """Return the spans of consecutive sentences. Rows after the last sentence of all give none."""
        sql = "SELECT start, end FROM sentences WHERE row >= ? AND row < ? ORDER BY row"
        return [Span(row["start"], row["end"]) for row in self._query(sql, [rows.start, rows.stop])]

    def _query(self, sql: str, values: Sequence[object] = ()) -> list[dict[str, Any]]:
        try:
            return list(self._db.query(sql, values))
        except sqlite3.Error as error:
            raise self._damaged() from error

    def _tuples(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return rows as tuples, which is faster than dicts where there are thousands."""
        try:
            return self._db.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise self._damaged() from error

    def _damaged(self) -> GenerationError:
        return GenerationError(
            f"passages.db of generation {self._generation} is missing or damaged: "
            "run `measures index rollback` or `measures index build`."
        )
