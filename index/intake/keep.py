"""A judged draft -> corpus.db: a release, a new version of one, or an entry in quarantine."""

from dataclasses import dataclass
from typing import Literal

from corpus import Release
from index.database.canaries import Canary
from index.database.corpus_db import CorpusStore
from index.database.quarantine import QuarantinedDraft
from index.intake.acceptance import Verdict
from index.intake.authority import inheriting
from index.intake.duplicates import sign
from index.intake.editions import other_editions
from index.intake.prepared import PreparedDraft
from index.intake.release_ids import new_id

Status = Literal["added", "changed", "unchanged", "quarantined", "skipped"]


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of a source: a release under its id, or an entry in quarantine under its number with the reasons.

    It is skipped when whoever follows its publisher does not want documents of its kind.
    """

    source: str
    status: Status
    release_id: str = ""
    number: int = 0
    reasons: tuple[str, ...] = ()


def keep_draft(store: CorpusStore, prepared: PreparedDraft, known_as: str | None) -> Ingested:
    """Keep a draft as a new release, or as a version of the release that it is known as."""
    others = other_editions(store, prepared.draft)
    release_id = known_as or new_id(store, prepared.draft, is_edition=bool(others))
    release = inheriting(prepared.draft, store.current(release_id)).accepted(release_id)
    ingested = keep_release(store, prepared, release)
    if others:
        store.join(others[0].work, [release_id, *(edition.release_id for edition in others)])
    return ingested


def keep_release(store: CorpusStore, prepared: PreparedDraft, release: Release) -> Ingested:
    """Keep a version of a release, with its signature and its canary; an equal version is not kept twice."""
    store.quarantine.release_source(prepared.source)
    store.announcements.resolve(prepared.url)
    before = store.current(release.release_id)
    if before == release:
        return Ingested(prepared.source, "unchanged", release.release_id)
    status: Status = "added" if before is None else "changed"
    store.accept(
        release,
        canonical_url=prepared.url,
        raw_sha256=prepared.raw_sha256,
        cleaner=prepared.cleaner,
        action=status,
    )
    sign(store, release, prepared.signature)
    store.canaries.set(Canary(release.release_id, prepared.canary))
    return Ingested(prepared.source, status, release.release_id)


def quarantine(store: CorpusStore, prepared: PreparedDraft, verdict: Verdict) -> Ingested:
    """Put a draft into quarantine with the reasons, for a person to judge."""
    number = store.quarantine.add(
        QuarantinedDraft(
            prepared.source,
            prepared.url,
            prepared.raw_sha256,
            prepared.cleaner,
            prepared.draft,
            verdict.reasons,
            verdict.duplicate_of,
            verdict.change_of,
        ),
        store.by.who,
    )
    if verdict.duplicate_of is not None and prepared.url is not None:
        store.fetches.link(prepared.url, verdict.duplicate_of)
    store.history.add("quarantined", source=prepared.source, reasons=list(verdict.reasons))
    return Ingested(prepared.source, "quarantined", number=number, reasons=verdict.reasons)
