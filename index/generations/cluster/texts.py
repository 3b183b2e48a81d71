"""The texts and metadata of a generation in PostgreSQL. `passages_db.py` has the same of files."""

from collections.abc import Iterable, Sequence

import numpy as np

from corpus import Release
from index.database.link import Link
from index.database.passages_db import Namings, ServedPassage, ServedRelease
from index.database.sqlite import release_from_row
from index.generations.cluster.arrays import numbers
from index.generations.cluster.segments import Segments
from index.generations.generation import Rows
from index.text.passages import Passage
from index.text.sentences import Span


class TextTables:
    """The releases, passages, sentences and mentions of a generation. Used by one thread."""

    def __init__(self, link: Link, schema: str, segments: Segments, held: int | None = None) -> None:
        """Take the connection, and the schema and the segments of the generation.

        :param held: the number of the generation, where `Link.hold` keeps it from being deleted.
        """
        self._link = link
        self._schema = schema
        self._segments = segments
        self._number = held

    def close(self) -> None:
        """Let the generation be deleted."""
        if self._number is not None:
            self._link.let_go(self._number)

    def releases(self) -> list[ServedRelease]:
        """Return all releases without their texts, by row."""
        rows = self._link.dicts(
            "SELECT row, first_passage, release_id, text_sha256, title, issuer, date, language, kind, url, "
            f"retrieved_from, note, reference, origin, edition_of, '' AS text FROM {self._schema}.releases ORDER BY row"
        )
        return [
            ServedRelease(row["row"], row["first_passage"], row["text_sha256"], release_from_row(row)) for row in rows
        ]

    def release(self, row: int) -> Release:
        """Return one release with its text."""
        schema, own = self._segments.place_of(row, self._segments.releases)
        return release_from_row(self._link.dicts(f"SELECT * FROM {schema}.releases WHERE row = %s", [own])[0])

    def passages(self, rows: Sequence[int]) -> list[ServedPassage]:
        """Return passages, in the order of the rows that are given."""
        wanted = np.array(rows, dtype=np.int64)
        spans: dict[int, list[Span]] = {row: [] for row in rows}
        select = (
            'SELECT row + {sentences} AS row, passage + {passages}, start, "end" FROM {schema}.sentences '
            "WHERE passage = ANY(%s::int[])"
        )
        for _, passage, start, end in self._segments.numbered(select, wanted, self._segments.passages):
            spans[passage].append(Span(start, end))
        select = (
            "SELECT p.row + {passages}, p.release + {releases}, p.first_sentence + {sentences}, p.text, r.release_id, "
            'p.ordinal, p.start, p."end", p.heading, p.lead_in_start, p.lead_in_end FROM {schema}.passages p '
            "JOIN {schema}.releases r ON r.row = p.release WHERE p.row = ANY(%s::int[])"
        )
        served: dict[int, ServedPassage] = {}
        records = self._segments.numbered(select, wanted, self._segments.passages)
        for row, release, first, text, release_id, ordinal, start, end, heading, *places in records:
            lead_in = None if places[0] is None else Span(*places)
            passage = Passage(release_id, ordinal, start, end, heading, tuple(spans[row]), lead_in)
            served[row] = ServedPassage(row, release, first, text, passage)
        return [served[row] for row in rows]

    def passages_naming(self, agencies: Iterable[str]) -> Rows:
        """Return the rows of the passages that name at least one of some agencies, in order."""
        namings = self._namings("WHERE agency = ANY(%s)", [sorted(agencies)])
        return np.unique(np.concatenate([np.empty(0, dtype=np.int64), *(passages for _, passages in namings)]))

    def naming(self, agencies: Iterable[str]) -> Namings:
        """Return every mention of some agencies, by passage."""
        sql = (
            f"SELECT passage, sentence, (role IS NOT NULL)::int FROM {self._schema}.mentions WHERE agency = ANY(%s) "
            "ORDER BY passage, agency, start"
        )
        mentions = np.array(self._link.rows(sql, [sorted(agencies)]), dtype=np.int64).reshape(-1, 3)
        return Namings(mentions[:, 0], mentions[:, 1], mentions[:, 2] == 1)

    def named_with(self, agencies: Iterable[str]) -> list[tuple[str, int]]:
        """Return which other agencies the passages name that name some agencies: pairs of agency and passage."""
        ids = sorted(agencies)
        select = (
            "SELECT DISTINCT agency, passage + {passages} AS passage FROM {schema}.mentions WHERE NOT agency = ANY(%s) "
            "AND passage IN (SELECT passage FROM {schema}.mentions WHERE agency = ANY(%s))"
        )
        pairs = self._segments.rows(select, [[ids, ids]] * len(self._segments), "ORDER BY agency, passage")
        return [(agency, passage) for agency, passage in pairs]

    def named(self) -> dict[str, Rows]:
        """Return the agencies that are named, each with the passages that name it, in order."""
        named: dict[str, list[Rows]] = {}
        for agency_id, passages in self._namings("ORDER BY agency"):
            named.setdefault(agency_id, []).append(passages)
        return {agency_id: np.sort(np.concatenate(passages)) for agency_id, passages in named.items()}

    def _namings(self, condition: str, values: Sequence[object] = ()) -> list[tuple[str, Rows]]:
        """Return agencies and the passages of a segment that name each."""
        sql = f"SELECT agency, first_passage, passages FROM {self._schema}.namings {condition}"
        return [(agency, numbers(data, first)) for agency, first, data in self._link.rows(sql, values)]

    def spans(self, rows: range) -> list[Span]:
        """Return the spans of consecutive sentences. Rows after the last sentence of all give none."""
        select = 'SELECT row + {sentences} AS row, start, "end" FROM {schema}.sentences WHERE row = ANY(%s::int[])'
        spans = self._segments.numbered(select, np.array(rows, dtype=np.int64), self._segments.sentences)
        return [Span(start, end) for _, start, end in spans]
