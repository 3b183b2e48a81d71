"""An address -> what becomes of it: it is fetched, unless nothing can have changed, and taken in."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from corpus import Fetched, NoTextError, NotModified, PressDocument, SourceError, document_at, speaks_for
from index.database.corpus_db import CorpusStore
from index.database.fetches import Fetch
from index.intake.ingest import Raw, ingest
from index.intake.keep import Ingested
from index.intake.overrides import UNSAID, Overrides
from index.intake.patient_fetcher import Fetches


@dataclass(frozen=True, slots=True)
class Rules:
    """How sources are taken in; `index.intake.sources.take_in` explains the fields."""

    overrides: Overrides
    hints: Mapping[str, Overrides]
    mirrors: frozenset[tuple[str, int]]
    force: bool
    revive: bool
    policies: Mapping[str, frozenset[str]] = field(default_factory=dict)


def from_address(store: CorpusStore, url: str, fetcher: Fetches, rules: Rules) -> Ingested:
    """Take in what an address holds. Of a page of the press corner, what its interface answers counts as the page.

    A document of the press corner that has no text is not asked for again, except with force. A person who adds it
    is told so; a poll skips it.

    :raises NoTextError: when the address is of a document that has no text.
    :raises SourceError: when that was known before and a person adds it, or when no release can be made of the answer.
    :raises FetchError: when the address may not be requested, or has no usable answer.
    """
    document = document_at(url)
    if _is_known_as_textless(store, document, rules):
        return Ingested(url, "skipped")
    before = store.fetches.fetched(url) if rules.overrides == UNSAID and not rules.force else None
    etag, last_modified = (before.etag, before.last_modified) if before else (None, None)
    answer = fetcher.fetch(document.api if document else url, etag=etag, last_modified=last_modified)
    if document is None and isinstance(answer, Fetched):  # An old address may lead to a page of the press corner.
        document = document_at(answer.url)
        if _is_known_as_textless(store, document, rules):
            return Ingested(url, "skipped")
        answer = fetcher.fetch(document.api) if document else answer
    if isinstance(answer, NotModified):
        return Ingested(url, "unchanged", before.release_id if before is not None else "")
    if document is None:
        return _from_answer(store, url, answer, rules)
    return _from_interface(store, url, answer, document, rules)


def _is_known_as_textless(store: CorpusStore, document: PressDocument | None, rules: Rules) -> bool:
    """Tell whether a poll has to skip an address, because its document was found to have no text.

    :param document: the document at the address; None where it is of no document of the press corner.
    :raises SourceError: when a person adds it, who is told since when that is known.
    """
    since = None if document is None or rules.force else store.textless.since(document)
    if document is None or since is None:
        return False
    if rules.revive:  # Only what a person adds comes back after it was withdrawn.
        raise SourceError(
            f"{document.page} has no text in the press corner, as was found on {since}: it was not asked for again, "
            "--force does that."
        )
    return True


def _from_interface(store: CorpusStore, url: str, answer: Fetched, document: PressDocument, rules: Rules) -> Ingested:
    """Take in what the interface of the press corner answers about a document.

    :raises NoTextError: when the document has no text.
    """
    try:
        if not answer.data.strip():
            raise NoTextError(
                f"{document.page} has no text in the press corner, as factsheets have none: it is not asked for again."
            )
        ingested = _from_answer(store, url, dataclasses.replace(answer, url=document.page), rules)
    except NoTextError:
        store.textless.note(document)
        raise
    if rules.force:
        store.textless.forget(document)
    return ingested


def _from_answer(store: CorpusStore, url: str, answer: Fetched, rules: Rules) -> Ingested:
    parts = urlsplit(answer.url)
    name = parts.path.rsplit("/", 1)[-1] or url
    # After a redirect to another site, the hints are about another page.
    hints = rules.hints.get(url, UNSAID) if speaks_for(url, answer.url) else UNSAID
    mirror = (parts.hostname, parts.port) in rules.mirrors
    raw = Raw(url, name, answer.data, answer.url, hints, mirror, rules.policies.get(url, frozenset()))
    ingested = ingest(store, raw, rules.overrides, force=rules.force, revive=rules.revive)
    if ingested.release_id and (answer.etag or answer.last_modified):
        store.fetches.remember(url, Fetch(answer.etag, answer.last_modified, ingested.release_id))
    return ingested
