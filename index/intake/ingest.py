"""A source -> a release in corpus.db: cleaned, completed, identified, judged, and kept or put into quarantine."""

import dataclasses
import re
from dataclasses import dataclass
from pathlib import Path

from corpus import (
    MAX_BYTES,
    ROBOT_CHECK,
    Doubt,
    Draft,
    Origin,
    ProgramsRefusedError,
    Release,
    SourceError,
    UnknownReleaseError,
    bounded_draft,
    canonical_url,
    document_at,
    is_press_document,
    is_robot_check,
    kept_address,
    read_press_document,
    read_source,
    shipped_releases,
    utf8,
)
from index.database.corpus_db import CorpusStore, Known
from index.database.quarantine import QuarantineEntry
from index.intake.acceptance import Verdict, doubts, judge, lacking
from index.intake.authority import located, may_change, offered_to, why_not
from index.intake.duplicates import sign_missing
from index.intake.keep import Ingested, keep_draft, keep_release, quarantine
from index.intake.overrides import UNSAID, Overrides, completed, hinted
from index.intake.prepared import PreparedDraft, prepare, sha256

# An address as people type it, without https://.
_HOST = re.compile(r"(?:[\w-]{1,63}\.){1,5}(?:eu|int|org|com|net)(?:/|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Raw:
    """The bytes of a source: what the source was called, the name that messages use, and where it was fetched.

    Without an address it is a file that an administrator handed over. ``hints`` are what somebody else says about it,
    such as a feed; they count where the source says nothing. A ``mirror`` is a server of the administrator's own: as a
    file may, a page on it may say that it is a page of another site. ``policies`` are the codes of which a document of
    the press corner must have one to be wanted; without any, all documents are.
    """

    source: str
    name: str
    data: bytes
    url: str | None = None
    hints: Overrides = UNSAID
    mirror: bool = False
    policies: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of a source: the draft, and what its page makes doubtful.

    ``is_whole`` tells that the source is known to hold the text and nothing else.
    """

    draft: Draft
    page_doubts: tuple[Doubt, ...]
    wanted: bool = True
    is_whole: bool = False


def ingest_shipped(store: CorpusStore) -> list[Ingested]:
    """Keep the releases that come with the program, under the ids that they come with."""
    prepared_releases = [
        (prepare(release.release_id, _draft_of(release), sha256(release.text.encode())), release)
        for release in shipped_releases()
    ]
    with store.writing():
        return [keep_release(store, prepared, release) for prepared, release in prepared_releases]


def ingest_file(store: CorpusStore, path: Path, overrides: Overrides, *, force: bool = False) -> Ingested:
    """Read a file, and keep what it holds or put it into quarantine.

    :raises SourceError: when it cannot be read at all.
    """
    return ingest(store, Raw(str(path), path.name, read_file(path)), overrides, force=force)


def ingest(store: CorpusStore, raw: Raw, overrides: Overrides, *, force: bool = False, revive: bool = True) -> Ingested:
    """Keep what a source holds as a release, or put it into quarantine when something speaks against it.

    :param force: whether doubts do not count. What a release must state counts all the same.
    :param revive: whether a withdrawn release comes back; a feed must not bring one back.
    :raises SourceError: when the source holds no text, or a text that was erased.
    """
    overrides = dataclasses.replace(overrides, url=kept_address(overrides.url))
    read = _read(raw, overrides)
    if not read.wanted:
        return Ingested(raw.source, "skipped")
    draft = read.draft
    own_doubts = doubts(draft, read.page_doubts, is_whole=read.is_whole)
    prepared = prepare(utf8(raw.source), draft, sha256(raw.data))
    sign_missing(store)
    # All that takes long is done. The transaction only looks up and writes, so it keeps other writers waiting briefly.
    with store.writing():
        erased_id = None if force else store.erasures.kept_out(prepared.url, sha256(draft.text.encode()))
        if erased_id is not None:
            return _keep_out(raw, erased_id, told=revive)
        known = _known(store, prepared)
        if known is not None and not may_change(draft, known):
            return _offer_change(store, prepared, known, own_doubts, overrides)
        known_as = known.release_id if known else None
        verdict = judge(store, draft, own_doubts, prepared.signature, known_as)
        if known is not None and known.withdrawn and not revive:
            verdict = dataclasses.replace(verdict, doubts=(*verdict.doubts, f"it was withdrawn as {known_as}"))
        if verdict.lacking or (verdict.doubts and not force):
            return quarantine(store, prepared, verdict)
        return keep_draft(store, prepared, known_as)


def accept(store: CorpusStore, quarantined: QuarantineEntry, overrides: Overrides) -> Ingested:
    """Make a release of an entry in quarantine, whatever speaks against it, with what a person says about it.

    An entry that would change a release changes that release, unless the person gives another address.

    :raises SourceError: when something that a release must state is still missing.
    """
    entry = quarantined.quarantined
    change_of = entry.change_of if overrides.url is None else None
    draft = completed(entry.draft, overrides)
    if overrides.url or change_of:
        draft = dataclasses.replace(draft, origin=Origin.GIVEN)
    draft = bounded_draft(draft, f"Number {quarantined.number}")
    missing = lacking(draft)
    if missing:
        raise SourceError(f"Number {quarantined.number} still has {' and '.join(missing)}.")
    prepared = prepare(entry.source, draft, entry.raw_sha256, entry.cleaner)
    text_sha256 = sha256(draft.text.encode())
    with store.writing():
        ingested = keep_draft(store, prepared, change_of or store.find(prepared.url, text_sha256))
        store.quarantine.settle(quarantined.number, "accepted")
        return ingested


def withdraw(store: CorpusStore, release_id: str) -> None:
    """Withdraw a release: it is served no more, and its versions stay in corpus.db.

    :raises UnknownReleaseError: when the corpus does not hold it.
    """
    with store.writing():
        if store.current(release_id) is None:
            raise UnknownReleaseError(
                f"The corpus holds no release {release_id[:60]!r}: `measures releases` lists them."
            )
        store.withdraw(release_id)


def read_file(path: Path) -> bytes:
    """Return the bytes of a file.

    :raises SourceError: when it is a folder, too large, or cannot be read.
    """
    try:
        if path.is_dir():
            raise SourceError(f"{path} is a folder: give the files in it, or follow it with `measures sources add`.")
        if path.stat().st_size > MAX_BYTES:
            raise SourceError(f"{path.name} is larger than {MAX_BYTES >> 20} MB: give the release alone.")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        if isinstance(error, FileNotFoundError) and _HOST.match(str(path)):
            raise SourceError(f"{path} is no file here: give a page by its whole address, with https://.") from error
        why = error.strerror if isinstance(error, OSError) else "its name holds a NUL"
        raise SourceError(f"{path} cannot be read ({why}): check the name.") from error


def _read(raw: Raw, overrides: Overrides) -> _Read:
    """Return the draft that a source holds, completed by what people say about it, with its address and origin."""
    read = _read_bytes(raw, None if raw.mirror else overrides.url or raw.url, overrides.url)
    draft = completed(hinted(read.draft, raw.hints), overrides)
    draft = located(draft, _fetched_from(raw, read.draft), mirror=raw.mirror, given=overrides.url is not None)
    draft = dataclasses.replace(draft, url=kept_address(draft.url))
    return dataclasses.replace(read, draft=bounded_draft(draft, raw.name))


def _fetched_from(raw: Raw, draft: Draft) -> str | None:
    """Return where a source was fetched: of a document that was answered in another language, the page in that one."""
    asked, answered = document_at(raw.url), document_at(draft.url)
    if asked is None or answered is None or dataclasses.replace(asked, language=answered.language) != answered:
        return raw.url
    return answered.page


def _read_bytes(raw: Raw, address: str | None, given: str | None) -> _Read:
    """Read the bytes of a source: an answer of the press corner's interface, or anything else.

    :raises ProgramsRefusedError: when a person saved a check for robots instead of the page.
    """
    if is_press_document(raw.data):
        # The answer states no address. It is about the document of the address that was asked, also on a mirror.
        asked = given or (raw.url if document_at(raw.url) else address)
        press = read_press_document(raw.data, raw.name, asked)
        wanted = not raw.policies or not raw.policies.isdisjoint(press.policies)
        return _Read(press.draft, press.page_doubts, wanted, is_whole=True)
    if is_robot_check(raw.data):
        raise ProgramsRefusedError(raw.name, ROBOT_CHECK)
    reading = read_source(raw.data, raw.name, address, handed_over=raw.url is None)
    return _Read(reading.draft, reading.page_doubts, is_whole=reading.is_plain_text)


def _keep_out(raw: Raw, release_id: str, *, told: bool) -> Ingested:
    """Keep nothing of a text that was erased.

    :raises SourceError: when the person who adds it is to be told.
    """
    if told:
        raise SourceError(f"{raw.source} holds {release_id}, whose text was erased: --force brings it back.")
    return Ingested(raw.source, "unchanged", release_id)


def _known(store: CorpusStore, prepared: PreparedDraft) -> Known | None:
    """Return the release that a draft is a version of: by its address, its text, or the address that it claims."""
    text_sha256 = sha256(prepared.draft.text.encode())
    claimed_url = canonical_url(prepared.draft.claims.get("url"))
    known_as = store.find(prepared.url, text_sha256) or store.find(claimed_url, text_sha256)
    return store.known(known_as, text_sha256) if known_as else None


def _offer_change(
    store: CorpusStore, prepared: PreparedDraft, known: Known, own_doubts: tuple[str, ...], overrides: Overrides
) -> Ingested:
    """Put a change that a source may not make by itself into quarantine; a source that changes nothing is unchanged."""
    draft = prepared.draft
    if known.has_text and not known.withdrawn and _adds_nothing(store, known, draft, overrides):
        if prepared.url not in (None, known.canonical_url):  # The same words at another address.
            store.fetches.link(str(prepared.url), known.release_id)
        store.announcements.resolve(prepared.url)
        return Ingested(prepared.source, "unchanged", known.release_id)
    offered = dataclasses.replace(prepared, draft=offered_to(draft, known), url=known.canonical_url)
    lacking_or_barred = (why_not(draft, known), *lacking(offered.draft))
    return quarantine(store, offered, Verdict(lacking_or_barred, own_doubts, change_of=known.release_id))


def _adds_nothing(store: CorpusStore, known: Known, draft: Draft, overrides: Overrides) -> bool:
    """Tell whether the release already has every value that a person gives, apart from the address."""
    current = store.current(known.release_id)
    names = (name for name in overrides.given() if name != "url")
    return all(getattr(draft, name) == getattr(current, name, None) for name in names)


def _draft_of(release: Release) -> Draft:
    names = {field.name for field in dataclasses.fields(Draft)} & {field.name for field in dataclasses.fields(Release)}
    return Draft(**{name: getattr(release, name) for name in names})
