"""A source -> a release in corpus.db: cleaned, completed, identified, judged, and kept or set aside."""

import dataclasses
import datetime
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from corpus import (
    CLEANER_VERSION,
    MAX_BYTES,
    Draft,
    Origin,
    Release,
    SourceError,
    UnknownReleaseError,
    base,
    bounded_draft,
    by_address,
    canonical_url,
    clean,
    detected,
    shipped_releases,
    shown,
    utf8,
    web_url,
)
from index.database.canaries import Canary
from index.database.corpus_db import CorpusStore, Known
from index.database.quarantine import QuarantinedDraft, QuarantineEntry
from index.intake.acceptance import Verdict, doubts, judge, lacking
from index.intake.authority import inheriting, located, may_change, offered_to, why_not
from index.intake.canaries import canary
from index.intake.duplicates import sign, sign_missing, signature
from index.intake.release_ids import new_id

Status = Literal["added", "changed", "unchanged", "quarantined"]


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the person who adds a source says of it; it counts more than what the source says."""

    url: str | None = None
    title: str | None = None
    date: datetime.date | None = None
    issuer: str | None = None
    language: str | None = None


UNSAID = Overrides()


@dataclass(frozen=True, slots=True)
class Raw:
    """The bytes of a source: how it was called, the name that tells its kind, and the address it was fetched from.

    Without an address it is a file that an administrator handed over. ``hints`` are what somebody else says of it, such
    as a feed; they count where it says nothing itself. A ``mirror`` is the administrator's own: as a file does, a page
    of it may say that it is another site's.
    """

    source: str
    name: str
    data: bytes
    url: str | None = None
    hints: Overrides = UNSAID
    mirror: bool = False


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of a source: a release, or something set aside by its number, for reasons."""

    source: str
    status: Status
    release_id: str = ""
    number: int = 0
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Read:
    """A completed draft, and what is kept with it."""

    source: str
    draft: Draft
    url: str | None
    raw_sha256: str
    cleaner: int
    signature: bytes
    canary: str


def ingest_shipped(store: CorpusStore) -> list[Ingested]:
    """Accept the releases that come with the program, under the ids they come with."""
    reads = [
        (_read(release.release_id, _draft_of(release), _sha256(release.text.encode())), release)
        for release in shipped_releases()
    ]
    with store.writing():
        return [_keep(store, read, release) for read, release in reads]


def ingest_file(store: CorpusStore, path: Path, overrides: Overrides, *, force: bool = False) -> Ingested:
    """Read a file and keep what it holds, or set it aside.

    :raises SourceError: when it cannot be read at all.
    """
    return ingest(store, Raw(str(path), path.name, read_file(path)), overrides, force=force)


def ingest(store: CorpusStore, raw: Raw, overrides: Overrides, *, force: bool = False, revive: bool = True) -> Ingested:
    """Keep what a source holds as a release, or set it aside where something speaks against it.

    :param force: whether doubts do not count; what a release must state counts all the same.
    :param revive: whether a release that was withdrawn comes back; a feed must not do that.
    :raises SourceError: when no text can be had of it, or it is one that was erased.
    """
    address = None if raw.mirror else overrides.url or raw.url
    draft = _hinted(clean(raw.data, raw.name, address, handed_over=raw.url is None), raw.hints)
    draft = located(_completed(draft, overrides), raw.url, mirror=raw.mirror, given=overrides.url is not None)
    draft = bounded_draft(draft, raw.name)
    own_doubts = doubts(draft, raw.data, raw.name)
    read = _read(utf8(raw.source), draft, _sha256(raw.data))
    sign_missing(store)
    with store.writing():  # what is costly is known by now: here is looked up and written, and nothing else
        erased = None if force else store.erasures.kept_out(read.url, _sha256(draft.text.encode()))
        if erased is not None:
            return _kept_out(raw, erased, told=revive)
        known = _known(store, read)
        if known is not None and not may_change(draft, known):
            if known.has_text and not known.withdrawn and _adds_nothing(store, known, draft, overrides):
                return _same_elsewhere(store, read, known)
            read = dataclasses.replace(read, draft=offered_to(draft, known), url=known.canonical_url)
            barred = (why_not(draft, known), *lacking(read.draft))
            return _set_aside(store, read, Verdict(barred, own_doubts, change_of=known.release_id))
        known_as = known.release_id if known else None
        verdict = judge(store, draft, own_doubts, read.signature, known_as)
        if known is not None and known.withdrawn and not revive:
            verdict = dataclasses.replace(verdict, doubts=(*verdict.doubts, f"it was withdrawn as {known_as}"))
        if verdict.lacking or (verdict.doubts and not force):
            return _set_aside(store, read, verdict)
        return _accept(store, read, known_as)


def _kept_out(raw: Raw, release_id: str, *, told: bool) -> Ingested:
    """Keep nothing of a text that was erased.

    :raises SourceError: where whoever adds it is told.
    """
    if told:
        raise SourceError(f"{raw.source} holds {release_id}, whose text was erased: --force brings it back.")
    return Ingested(raw.source, "unchanged", release_id)


def accept(store: CorpusStore, quarantined: QuarantineEntry, overrides: Overrides) -> Ingested:
    """Make a release of what was set aside, whatever speaks against it, with what a person says of it.

    What would change a release changes it, unless another address is given.

    :raises SourceError: when something that a release must state is still missing.
    """
    held = quarantined.quarantined
    change_of = held.change_of if overrides.url is None else None
    draft = _completed(held.draft, overrides)
    if overrides.url or change_of:
        draft = dataclasses.replace(draft, origin=Origin.GIVEN)
    draft = bounded_draft(draft, f"Number {quarantined.number}")
    missing = lacking(draft)
    if missing:
        raise SourceError(f"Number {quarantined.number} still has {' and '.join(missing)}.")
    read = _read(held.source, draft, held.raw_sha256, held.cleaner)
    text_sha256 = _sha256(draft.text.encode())
    with store.writing():
        kept = _accept(store, read, change_of or store.find(read.url, text_sha256))
        store.quarantine.settle(quarantined.number, "accepted")
        return kept


def withdraw(store: CorpusStore, release_id: str) -> None:
    """Put a tombstone on a release.

    :raises UnknownReleaseError: when the corpus does not hold it.
    """
    with store.writing():
        if store.current(release_id) is None:
            raise UnknownReleaseError(
                f"The corpus holds no release {release_id[:60]!r}: `measures releases` lists them."
            )
        store.withdraw(release_id)


def read_file(path: Path) -> bytes:
    """Return what a file holds.

    :raises SourceError: when it is a folder, too large, or cannot be read.
    """
    try:
        if path.is_dir():
            raise SourceError(f"{path} is a folder: give the files in it.")
        if path.stat().st_size > MAX_BYTES:
            raise SourceError(f"{path.name} is larger than {MAX_BYTES >> 20} MB: give the release alone.")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "its name holds a NUL"
        raise SourceError(f"{path} cannot be read ({why}): check the name.") from error


def _known(store: CorpusStore, read: _Read) -> Known | None:
    """Return the release that a source is a version of: by its address, its text, or what it claims to be."""
    text_sha256 = _sha256(read.draft.text.encode())
    known_as = store.find(read.url, text_sha256) or store.find(canonical_url(read.draft.claims.get("url")), text_sha256)
    return store.known(known_as, text_sha256) if known_as else None


def _accept(store: CorpusStore, read: _Read, known_as: str | None) -> Ingested:
    release_id = known_as or new_id(store, read.draft)
    release = inheriting(read.draft, store.current(release_id)).accepted(release_id)
    return _keep(store, read, release)


def _keep(store: CorpusStore, read: _Read, release: Release) -> Ingested:
    store.quarantine.release_source(read.source)
    before = store.current(release.release_id)
    if before == release:
        return Ingested(read.source, "unchanged", release.release_id)
    status: Status = "added" if before is None else "changed"
    store.accept(release, canonical_url=read.url, raw_sha256=read.raw_sha256, cleaner=read.cleaner, action=status)
    sign(store, release, read.signature)
    store.canaries.set(Canary(release.release_id, read.canary))
    return Ingested(read.source, status, release.release_id)


def _set_aside(store: CorpusStore, read: _Read, verdict: Verdict) -> Ingested:
    number = store.quarantine.add(
        QuarantinedDraft(
            read.source,
            read.url,
            read.raw_sha256,
            read.cleaner,
            read.draft,
            verdict.reasons,
            verdict.duplicate_of,
            verdict.change_of,
        ),
        store.by.who,
    )
    if verdict.duplicate_of is not None and read.url is not None:
        store.fetches.link(read.url, verdict.duplicate_of)
    store.history.add("quarantined", source=read.source, reasons=list(verdict.reasons))
    return Ingested(read.source, "quarantined", number=number, reasons=verdict.reasons)


def _adds_nothing(store: CorpusStore, known: Known, draft: Draft, overrides: Overrides) -> bool:
    """Tell whether all that a person says of a release, but for its address, is what is known of it."""
    names = (field.name for field in dataclasses.fields(overrides) if field.name != "url")
    said = [name for name in names if getattr(overrides, name) is not None]
    now = store.current(known.release_id)
    return all(getattr(draft, name) == getattr(now, name, None) for name in said)


def _same_elsewhere(store: CorpusStore, read: _Read, known: Known) -> Ingested:
    """Remember that a source is a release of the corpus word for word, at another address."""
    if read.url not in (None, known.canonical_url):
        store.fetches.link(str(read.url), known.release_id)
    return Ingested(read.source, "unchanged", known.release_id)


def _read(source: str, draft: Draft, raw_sha256: str, cleaner: int = CLEANER_VERSION) -> _Read:
    """Work out what is kept with a draft; this takes as long as its text, so nobody is kept from writing meanwhile."""
    question = canary(draft.text, draft.title or "", draft.language or "")
    return _Read(source, draft, canonical_url(draft.url), raw_sha256, cleaner, signature(draft.text), question)


def _draft_of(release: Release) -> Draft:
    names = {field.name for field in dataclasses.fields(Draft)} & {field.name for field in dataclasses.fields(Release)}
    return Draft(**{name: getattr(release, name) for name in names})


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _hinted(draft: Draft, hints: Overrides) -> Draft:
    """Let hints count where a draft says nothing."""
    said = {field.name: getattr(hints, field.name) for field in dataclasses.fields(hints)}
    new = {name: value for name, value in said.items() if value is not None and getattr(draft, name) is None}
    return dataclasses.replace(draft, **new, found_in={**draft.found_in, **dict.fromkeys(new, "feed")})


def _completed(draft: Draft, overrides: Overrides) -> Draft:
    """Let the overrides count, fold white space in names, and detect the language where nobody states it.

    :raises SourceError: when the address that is given is none.
    """
    said = {field.name: getattr(overrides, field.name) for field in dataclasses.fields(overrides)}
    said = {name: value for name, value in said.items() if value is not None}
    if "url" in said:
        said["url"] = web_url(said["url"])
        if said["url"] is None:
            raise SourceError(f"{shown(overrides.url or '')} is no web address: give one that begins with https://.")
    claims = {name: value for name, value in draft.claims.items() if name not in said}
    found_in = {**draft.found_in, **dict.fromkeys(said, "given")}
    draft = dataclasses.replace(draft, **said, found_in=found_in, claims=claims)
    if "url" in said and found_in.get("issuer") != "given":
        draft = by_address(draft)
    language = (base(draft.language) or draft.language.casefold()) if draft.language else detected(draft.text)
    if not draft.language:
        draft = dataclasses.replace(draft, found_in={**draft.found_in, "language": "detected"})
    return dataclasses.replace(
        draft,
        title=" ".join(draft.title.split()) if draft.title else None,
        issuer=" ".join(draft.issuer.split()) if draft.issuer else None,
        language=language,
        url=web_url(draft.url),  # of what was set aside by an older program, too
        retrieved_from=web_url(draft.retrieved_from),
    )
