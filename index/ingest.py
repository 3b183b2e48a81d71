"""A source -> an accepted release in corpus.db: read, cleaned, completed, identified, kept."""

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
from corpus.language import detected
from corpus.models import Draft, Release
from corpus.releases import shipped_releases
from index.store.corpus import CorpusStore

RELEASE_ID_MAX_CHARS = 48
_ISSUER_CHARS = 16
_MIN_TEXT_CHARS = 40
_FLAGS = {"title": "--title", "issuer": "--issuer", "date": "--date", "language": "--language"}

Status = Literal["added", "changed", "unchanged"]


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the person who adds a source says of it; it counts more than what the source says."""

    url: str | None = None
    title: str | None = None
    date: datetime.date | None = None
    issuer: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of a source."""

    release_id: str
    status: Status


def ingest_shipped(store: CorpusStore) -> list[Ingested]:
    """Accept the releases that come with the program, under the ids they come with."""
    return [_keep(store, release, release.text.encode(), release.url) for release in shipped_releases()]


def ingest_file(store: CorpusStore, path: Path, overrides: Overrides) -> Ingested:
    """Read a file and accept what it holds as a release.

    :raises SourceError: when there is no release in it, or something that a release must state is missing.
    """
    data = _read(path)
    draft = _completed(clean(data, path.name, overrides.url), overrides)
    if len(draft.text) < _MIN_TEXT_CHARS:
        raise SourceError(f"{path.name} holds no text of a release: give a file with its full text.")
    missing = [f"no {field} (give it with {_FLAGS[field]})" for field in draft.missing()]
    if missing:
        raise SourceError(f"{path.name} states {' and '.join(missing)}: add it again with what is missing.")
    if draft.date and draft.date > datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=1):
        raise SourceError(f"{path.name} is dated {draft.date}, in the future: correct it with --date.")
    url = _canonical_url(draft.url)
    text_sha256 = hashlib.sha256(draft.text.encode()).hexdigest()
    release_id = store.find(url, text_sha256) or _new_id(store, draft)
    return _keep(store, _inheriting(draft, store.current(release_id)).accepted(release_id), data, url)


def withdraw(store: CorpusStore, release_id: str) -> None:
    """Put a tombstone on a release.

    :raises UnknownReleaseError: when the corpus does not hold it.
    """
    if store.current(release_id) is None:
        raise UnknownReleaseError(f"The corpus holds no release {release_id[:60]!r}: `measures releases` lists them.")
    store.remove(release_id)


def _keep(store: CorpusStore, release: Release, raw: bytes, url: str | None) -> Ingested:
    before = store.current(release.release_id)
    if before == release:
        return Ingested(release.release_id, "unchanged")
    status: Status = "added" if before is None else "changed"
    store.accept(
        release,
        canonical_url=url,
        raw_sha256=hashlib.sha256(raw).hexdigest(),
        cleaner=CLEANER_VERSION,
        action=status,
    )
    return Ingested(release.release_id, status)


def _read(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise SourceError(f"{path} is a folder: give the files in it.")
        if path.stat().st_size > MAX_BYTES:
            raise SourceError(f"{path.name} is larger than {MAX_BYTES >> 20} MB: give the release alone.")
        return path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path} cannot be read ({error.strerror}): check the name.") from error


def _completed(draft: Draft, overrides: Overrides) -> Draft:
    """Let the overrides count, fold white space in names, and detect the language where nobody states it."""
    said = {field.name: getattr(overrides, field.name) for field in dataclasses.fields(overrides)}
    draft = dataclasses.replace(draft, **{name: value for name, value in said.items() if value is not None})
    return dataclasses.replace(
        draft,
        title=" ".join(draft.title.split()) if draft.title else None,
        issuer=" ".join(draft.issuer.split()) if draft.issuer else None,
        language=draft.language.casefold() if draft.language else detected(draft.text),
        text=unicodedata.normalize("NFC", draft.text),
    )


def _inheriting(draft: Draft, before: Release | None) -> Draft:
    """Let a draft keep what is known of where the release comes from and it does not state itself."""
    if before is None:
        return draft
    kept = {name: getattr(before, name) for name in ("url", "retrieved_from", "note") if getattr(draft, name) is None}
    return dataclasses.replace(draft, **kept)


def _canonical_url(url: str | None) -> str | None:
    """Return an address without what does not change the page: scheme's case, host's case, fragment, final slash."""
    if not url:
        return None
    parts = urlsplit(url.strip())
    return urlunsplit(("https", parts.netloc.lower().removeprefix("www."), parts.path.rstrip("/"), parts.query, ""))


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
