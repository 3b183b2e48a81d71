"""Reads all releases of a generation in PostgreSQL, without opening it; also of one that an older program made."""

from collections.abc import Iterator, Mapping, Sequence

from corpus import Release
from index.database.link import Link
from index.database.outlines import OUTLINED, Outline, outline
from index.database.passages_db import ReleasePassages
from index.database.sqlite import release_from_row


class WholeTexts:
    """The releases of a generation, or of one of its segments, with what it does not hold any more."""

    def __init__(self, link: Link, schema: str) -> None:
        """Take the connection and the schema of the generation or of the segment."""
        self._link = link
        self._schema = schema

    def releases(self) -> list[Release]:
        """Return all releases with their texts, by row."""
        return [
            release_from_row(row) for row in self._link.dicts(f"SELECT * FROM {self._schema}.releases ORDER BY row")
        ]

    def by_release(self) -> list[ReleasePassages]:
        """Return all releases with the texts of their passages, by row."""
        texts: dict[int, list[str]] = {}
        for release, text in self._link.rows(f"SELECT release, text FROM {self._schema}.passages ORDER BY row"):
            texts.setdefault(release, []).append(text)
        return [ReleasePassages(release, tuple(texts.get(row, ()))) for row, release in enumerate(self.releases())]

    def holds(self, release_id: str) -> bool:
        """Tell whether there is a release."""
        return bool(self._link.rows(f"SELECT 1 FROM {self._schema}.releases WHERE release_id = %s", [release_id]))

    def outlines(self) -> Iterator[tuple[str, Outline]]:
        """Yield the id and the outline of every release, by row."""
        for row in self._link.dicts(f"SELECT {', '.join(OUTLINED)} FROM {self._schema}.releases ORDER BY row"):
            yield row["release_id"], outline(row)

    def counts(self, releases: Sequence[int]) -> tuple[int, int]:
        """Return how many passages and sentences some releases have, by row."""
        sql = (
            f"SELECT count(DISTINCT p.row), count(s.row) FROM {self._schema}.passages p "
            f"LEFT JOIN {self._schema}.sentences s ON s.passage = p.row WHERE p.release = ANY(%s::int[])"
        )
        ((passages, sentences),) = self._link.rows(sql, [list(releases)]) if releases else ((0, 0),)
        return passages, sentences

    def words(self) -> Mapping[str, int]:
        """Return how often each word stands in the releases of a segment."""
        ((words,),) = self._link.rows(
            f"SELECT convert_from(data, 'UTF8')::json FROM {self._schema}.arrays WHERE name = 'words'"
        )
        counted: dict[str, int] = words
        return counted
