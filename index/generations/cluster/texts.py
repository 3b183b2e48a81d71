"""The texts and metadata of a generation in PostgreSQL. `passages_db.py` has the same of files."""

from collections.abc import Iterable, Sequence

import numpy as np

from corpus import Release
from index.database.link import Link
from index.database.passages_db import Namings, ReleasePassages, ServedPassage, ServedRelease, united
from index.database.sqlite import release_from_row
from index.generations.generation import Rows
from index.text.passages import Passage
from index.text.sentences import Span


class TextTables:
    """The tables of releases, passages, sentences and mentions. Used by one thread."""

    def __init__(self, link: Link, schema: str, held: int | None = None) -> None:
        """Take the connection and the schema of the generation.

        :param held: the number of the generation, where `Link.hold` keeps it from being deleted.
        """
        self._link = link
        self._schema = schema
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

    def all_releases(self) -> list[Release]:
        """Return all releases with their texts, by row."""
        return [
            release_from_row(row) for row in self._link.dicts(f"SELECT * FROM {self._schema}.releases ORDER BY row")
        ]

    def release(self, row: int) -> Release:
        """Return one release with its text."""
        return release_from_row(self._link.dicts(f"SELECT * FROM {self._schema}.releases WHERE row = %s", [row])[0])

    def holds(self, release_id: str) -> bool:
        """Tell whether there is a release."""
        return bool(self._link.rows(f"SELECT 1 FROM {self._schema}.releases WHERE release_id = %s", [release_id]))

    def by_release(self) -> list[ReleasePassages]:
        """Return all releases with the texts of their passages, by row."""
        texts: dict[int, list[str]] = {}
        for release, text in self._link.rows(f"SELECT release, text FROM {self._schema}.passages ORDER BY row"):
            texts.setdefault(release, []).append(text)
        return [ReleasePassages(release, tuple(texts.get(row, ()))) for row, release in enumerate(self.all_releases())]

    def passages(self, rows: Sequence[int]) -> list[ServedPassage]:
        """Return passages, in the order of the rows that are given."""
        wanted = list(rows)
        spans: dict[int, list[Span]] = {row: [] for row in wanted}
        sql = f'SELECT passage, start, "end" FROM {self._schema}.sentences WHERE passage = ANY(%s::int[]) ORDER BY row'
        for passage, start, end in self._link.rows(sql, [wanted]):
            spans[passage].append(Span(start, end))
        sql = (
            'SELECT p.row, p.release, p.first_sentence, p.text, r.release_id, p.ordinal, p.start, p."end", p.heading, '
            f"p.lead_in_start, p.lead_in_end FROM {self._schema}.passages p "
            f"JOIN {self._schema}.releases r ON r.row = p.release WHERE p.row = ANY(%s::int[])"
        )
        served: dict[int, ServedPassage] = {}
        records = self._link.rows(sql, [wanted])
        for row, release, first, text, release_id, ordinal, start, end, heading, *places in records:
            lead_in = None if places[0] is None else Span(*places)
            passage = Passage(release_id, ordinal, start, end, heading, tuple(spans[row]), lead_in)
            served[row] = ServedPassage(row, release, first, text, passage)
        return [served[row] for row in wanted]

    def passages_naming(self, agencies: Iterable[str]) -> Rows:
        """Return the rows of the passages that name at least one of some agencies, in order."""
        sql = f"SELECT agency, passages FROM {self._schema}.namings WHERE agency = ANY(%s)"
        return united(self._namings(sql, [sorted(agencies)]))

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
        sql = (
            f"SELECT DISTINCT agency, passage FROM {self._schema}.mentions WHERE NOT agency = ANY(%s) "
            f"AND passage IN (SELECT passage FROM {self._schema}.mentions WHERE agency = ANY(%s)) "
            "ORDER BY agency, passage"
        )
        return [(agency, passage) for agency, passage in self._link.rows(sql, [ids, ids])]

    def named(self) -> dict[str, Rows]:
        """Return the agencies that are named, each with the passages that name it, in order."""
        namings = self._namings(f"SELECT agency, passages FROM {self._schema}.namings ORDER BY agency")
        return {agency_id: united([(agency_id, passages)]) for agency_id, passages in namings}

    def _namings(self, sql: str, values: Sequence[object] = ()) -> list[tuple[str, bytes]]:
        return [(agency_id, passages) for agency_id, passages in self._link.rows(sql, values)]

    def spans(self, rows: range) -> list[Span]:
        """Return the spans of consecutive sentences. Rows after the last sentence of all give none."""
        sql = f'SELECT start, "end" FROM {self._schema}.sentences WHERE row >= %s AND row < %s ORDER BY row'
        return [Span(start, end) for start, end in self._link.rows(sql, [rows.start, rows.stop])]
