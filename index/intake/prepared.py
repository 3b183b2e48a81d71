"""A draft with all that is kept beside it. Preparing takes long for a long text, so it happens before any write."""

import hashlib
from dataclasses import dataclass

from corpus import CLEANER_VERSION, Draft, canonical_url
from index.intake.canaries import canary
from index.intake.duplicates import signature


@dataclass(frozen=True, slots=True)
class PreparedDraft:
    """A completed draft, and what corpus.db keeps with it.

    ``url`` is its canonical address, and ``canary`` the question that has to find it.
    """

    source: str
    draft: Draft
    url: str | None
    raw_sha256: str
    cleaner: int
    signature: bytes
    canary: str


def prepare(source: str, draft: Draft, raw_sha256: str, cleaner: int = CLEANER_VERSION) -> PreparedDraft:
    """Compute what is kept with a draft. The time grows with its text, so call this outside of a write transaction."""
    question = canary(draft.text, draft.title or "", draft.language or "")
    return PreparedDraft(source, draft, canonical_url(draft.url), raw_sha256, cleaner, signature(draft.text), question)


def sha256(data: bytes) -> str:
    """Return the SHA-256 of bytes in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
