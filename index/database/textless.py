"""The documents of the press corner in corpus.db that have no text, so that nobody asks for one again."""

import dataclasses
from pathlib import Path

from sqlite_utils import Database

from corpus import PressDocument, canonical_url
from index.database.sqlite import now, storage_errors


class TextlessTable:
    """The documents without text in corpus.db. Used by the thread that opened the store.

    A document that has no text in one language has none in any: the press corner answers in another language where
    one is missing.
    """

    def __init__(self, db: Database, path: Path) -> None:
        """Look into an open corpus.db."""
        self._db = db
        self._path = path

    def since(self, document: PressDocument) -> str | None:
        """Return the day, as ISO 8601, on which a document was found to have no text; None when it was not."""
        with storage_errors(self._path):
            rows = self._db.query("SELECT at FROM textless WHERE document = ?", [_key(document)])
            return next((row["at"][:10] for row in rows), None)

    def note(self, document: PressDocument) -> None:
        """Note that a document has no text."""
        with storage_errors(self._path), self._db.atomic():
            self._db.execute("INSERT OR REPLACE INTO textless VALUES (?, ?)", [_key(document), now()])

    def forget(self, document: PressDocument) -> None:
        """Note that a document has a text after all."""
        with storage_errors(self._path), self._db.atomic():
            self._db.execute("DELETE FROM textless WHERE document = ?", [_key(document)])


def _key(document: PressDocument) -> str | None:
    return canonical_url(dataclasses.replace(document, language="en").page)
