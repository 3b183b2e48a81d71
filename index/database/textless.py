"""The documents of the press corner in corpus.db that have no text, so that nobody asks for one again."""

import dataclasses

from corpus import PressDocument, canonical_url
from index.database.connection import CorpusConnection
from index.database.sqlite import now


class TextlessTable:
    """The documents without text in corpus.db. Used by the thread that opened the store.

    A document that has no text in one language has none in any: the press corner answers in another language where
    one is missing.
    """

    def __init__(self, db: CorpusConnection) -> None:
        """Look into an open database."""
        self._db = db

    def since(self, document: PressDocument) -> str | None:
        """Return the day, as ISO 8601, on which a document was found to have no text; None when it was not."""
        rows = self._db.query("SELECT at FROM textless WHERE document = ?", [_key(document)])
        return next((row["at"][:10] for row in rows), None)

    def note(self, document: PressDocument) -> None:
        """Note that a document has no text."""
        with self._db.atomic():
            self._db.execute(
                "INSERT INTO textless VALUES (?, ?) ON CONFLICT (document) DO UPDATE SET at = excluded.at",
                [_key(document), now()],
            )

    def forget(self, document: PressDocument) -> None:
        """Note that a document has a text after all."""
        with self._db.atomic():
            self._db.execute("DELETE FROM textless WHERE document = ?", [_key(document)])


def _key(document: PressDocument) -> str | None:
    return canonical_url(dataclasses.replace(document, language="en").page)
