"""What tells whether a release is served as the corpus holds it, without reading its text."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from corpus import Release

OUTLINED = (
    "release_id", "text_sha256", "title", "issuer", "date", "language", "kind", "url", "retrieved_from", "note",
    "reference", "origin", "edition_of",
)  # fmt: skip
"""The columns of a release that a generation keeps, with the digest in place of the text."""


@dataclass(frozen=True, slots=True)
class Outline:
    """The SHA-256 of a release's text, and that of all that a generation keeps of it."""

    text_sha256: str
    whole: bytes


def outline(row: Mapping[str, Any]) -> Outline:
    """Return the outline of a row that has the columns `OUTLINED`."""
    stated = json.dumps([row[column] for column in OUTLINED])
    return Outline(row["text_sha256"], hashlib.sha256(stated.encode()).digest())


def outline_of(release: Release) -> Outline:
    """Return the outline of a release."""
    return outline({each: getattr(release, each) for each in OUTLINED} | {"date": release.date.isoformat()})
