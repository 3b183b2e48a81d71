"""A source -> a release in corpus.db: cleaned, completed, identified, judged, and kept or set aside."""

import dataclasses
import datetime
import hashlib
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from slugify import slugify

from corpus.clean import CLEANER_VERSION, clean
from corpus.decode import MAX_BYTES
from corpus.errors import SourceError, UnknownReleaseError
from corpus.language import base, detected
from corpus.models import Draft, Release
from corpus.releases import shipped_releases
from index.acceptance import Verdict, judge, lacking
from index.canary import canary
from index.near import sign, signature
from index.store.corpus import CorpusStore
from index.store.quarantine import Quarantined, SetAside

RELEASE_ID_MAX_CHARS = 48
_ISSUER_CHARS = 16

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

    ``hints`` are what somebody else says of it, such as a feed; they count where it says nothing itself. A ``mirror``
    is believed where it says that a page is another site's.
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


def ingest_shipped(store: CorpusStore) -> list[Ingested]:
    """Accept the releases that come with the program, under the ids they come with."""
    kept = []
    with store.writing():
        for release in shipped_releases():
            read = _read(release.release_id, _draft_of(release), release.text.encode())
            kept.append(_keep(store, read, release))
    return kept


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
    draft = _hinted(
        _located(clean(raw.data, raw.name, None if raw.mirror else overrides.url or raw.url), raw.url), raw.hints
    )
    draft = _completed(draft, overrides)
    read = _read(raw.source, draft, raw.data)
    with store.writing():
        known_as = store.find(read.url, _sha256(draft.text.encode()))
        erased = None if force else store.erasures.kept_out(read.url, _sha256(draft.text.encode()))
        if erased is not None:
            return _kept_out(raw, erased, told=revive)
        verdict = judge(store, draft, raw.data, read.signature, known_as)
        if known_as is not None and not revive and store.current(known_as) is None:
            verdict = dataclasses.replace(verdict, doubts=(*verdict.doubts, f"it was withdrawn as {known_as}"))
        if verdict.lacking or (verdict.doubts and not force):
            return _set_aside(store, read, verdict)
        if known_as is not None and _is_elsewhere(store, known_as, read):
            return Ingested(raw.source, "unchanged", known_as)
        return _accept(store, read, known_as)


def _kept_out(raw: Raw, release_id: str, *, told: bool) -> Ingested:
    """Keep nothing of a text that was erased.

    :raises SourceError: where whoever adds it is told.
    """
    if told:
        raise SourceError(f"{raw.source} holds {release_id}, whose text was erased: --force brings it back.")
    return Ingested(raw.source, "unchanged", release_id)


def accept(store: CorpusStore, quarantined: Quarantined, overrides: Overrides) -> Ingested:
    """Make a release of what was set aside, whatever speaks against it, with what a person says of it.

    :raises SourceError: when something that a release must state is still missing.
    """
    held = quarantined.held
    draft = _completed(held.draft, overrides)
    missing = lacking(draft)
    if missing:
        raise SourceError(f"Number {quarantined.number} still has {' and '.join(missing)}.")
    signed = signature(draft.text)
    read = _Read(held.source, draft, canonical_url(draft.url), held.raw_sha256, held.cleaner, signed)
    with store.writing():
        kept = _accept(store, read, store.find(read.url, _sha256(draft.text.encode())))
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
        store.remove(release_id)


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


def canonical_url(url: str | None) -> str | None:
    """Return an address without what does not change the page: scheme, host's case, `www.`, fragment, final slash."""
    if not url:
        return None
    parts = urlsplit(url.strip())
    return urlunsplit(("https", parts.netloc.lower().removeprefix("www."), parts.path.rstrip("/"), parts.query, ""))


def _accept(store: CorpusStore, read: _Read, known_as: str | None) -> Ingested:
    release_id = known_as or _new_id(store, read.draft)
    release = _inheriting(read.draft, store.current(release_id)).accepted(release_id)
    return _keep(store, read, release)


def _keep(store: CorpusStore, read: _Read, release: Release) -> Ingested:
    store.quarantine.release_source(read.source)
    before = store.current(release.release_id)
    if before == release:
        return Ingested(read.source, "unchanged", release.release_id)
    status: Status = "added" if before is None else "changed"
    store.accept(release, canonical_url=read.url, raw_sha256=read.raw_sha256, cleaner=read.cleaner, action=status)
    sign(store, release, read.signature)
    store.canaries.set(canary(release))
    return Ingested(read.source, status, release.release_id)


def _set_aside(store: CorpusStore, read: _Read, verdict: Verdict) -> Ingested:
    number = store.quarantine.hold(
        SetAside(
            read.source, read.url, read.raw_sha256, read.cleaner, read.draft, verdict.reasons, verdict.duplicate_of
        ),
        store.by.who,
    )
    if verdict.duplicate_of is not None and read.url is not None:
        store.fetches.link(read.url, verdict.duplicate_of)
    store.log("quarantined", source=read.source, reasons=list(verdict.reasons))
    return Ingested(read.source, "quarantined", number=number, reasons=verdict.reasons)


def _is_elsewhere(store: CorpusStore, release_id: str, read: _Read) -> bool:
    """Tell whether a source is a release of the corpus word for word, at another address; that is then remembered."""
    first = store.canonical_url(release_id)
    if first is None or read.url in (None, first) or store.current(release_id) is None:
        return False
    store.fetches.link(str(read.url), release_id)
    return True


def _read(source: str, draft: Draft, data: bytes) -> _Read:
    return _Read(source, draft, canonical_url(draft.url), _sha256(data), CLEANER_VERSION, signature(draft.text))


def _draft_of(release: Release) -> Draft:
    names = {field.name for field in dataclasses.fields(Draft)} & {field.name for field in dataclasses.fields(Release)}
    return Draft(**{name: getattr(release, name) for name in names})


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _located(draft: Draft, url: str | None) -> Draft:
    """Say where a draft was fetched from; a page that calls its site's front page its address is not believed."""
    if url is None:
        return draft
    stated = draft.url if draft.url and urlsplit(draft.url).path.strip("/") else None
    if stated is None or canonical_url(stated) == canonical_url(url):
        return dataclasses.replace(draft, url=stated or url)
    return dataclasses.replace(draft, url=stated, retrieved_from=draft.retrieved_from or url)


def _hinted(draft: Draft, hints: Overrides) -> Draft:
    """Let hints count where a draft says nothing."""
    said = {field.name: getattr(hints, field.name) for field in dataclasses.fields(hints)}
    new = {name: value for name, value in said.items() if value is not None and getattr(draft, name) is None}
    return dataclasses.replace(draft, **new, found_in={**draft.found_in, **dict.fromkeys(new, "feed")})


def _completed(draft: Draft, overrides: Overrides) -> Draft:
    """Let the overrides count, fold white space in names, and detect the language where nobody states it."""
    said = {field.name: getattr(overrides, field.name) for field in dataclasses.fields(overrides)}
    said = {name: value for name, value in said.items() if value is not None}
    draft = dataclasses.replace(draft, **said, found_in={**draft.found_in, **dict.fromkeys(said, "given")})
    language = (base(draft.language) or draft.language.casefold()) if draft.language else detected(draft.text)
    found_in = draft.found_in if draft.language else {**draft.found_in, "language": "detected"}
    return dataclasses.replace(
        draft,
        title=" ".join(draft.title.split()) if draft.title else None,
        issuer=" ".join(draft.issuer.split()) if draft.issuer else None,
        language=language,
        text=unicodedata.normalize("NFC", draft.text),
        found_in=found_in,
    )


def _inheriting(draft: Draft, before: Release | None) -> Draft:
    """Let a draft keep what is known of where the release comes from and it does not state itself."""
    if before is None:
        return draft
    kept = {
        name: getattr(before, name)
        for name in ("url", "retrieved_from", "note", "reference")
        if getattr(draft, name) is None
    }
    return dataclasses.replace(draft, **kept)


def _new_id(store: CorpusStore, draft: Draft) -> str:
    """Return date, issuer and title as a slug of `RELEASE_ID_MAX_CHARS` ASCII characters at most, unlike any other."""
    issuer = slugify(draft.issuer or "", max_length=_ISSUER_CHARS, word_boundary=True, stopwords=("of", "the"))
    base = f"{draft.date}-{issuer}"
    title = slugify(
        draft.title or "",
        max_length=RELEASE_ID_MAX_CHARS - len(base) - 1,
        word_boundary=True,
        save_order=True,
    )
    slug = f"{base}-{title}".strip("-")
    number = 1
    candidate = slug
    while store.taken(candidate):
        number += 1
        candidate = f"{slug[: RELEASE_ID_MAX_CHARS - len(str(number)) - 1].rstrip('-')}-{number}"
    return candidate
