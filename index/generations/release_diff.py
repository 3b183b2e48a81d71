"""Compares two releases, or two versions of one, by sentence: changed figures, dates and names come first."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from corpus import Release, UnknownReleaseError, base
from index.changes import ChangedField, ChangedSentence, DiffSentence, DiffSide, ReleaseDiff
from index.database.corpus_db import CorpusStore
from index.database.home import open_corpus_db
from index.database.versions import KeptVersion
from index.results import as_source
from index.settings import IndexSettings
from index.text.alignment import align, parts
from index.text.facts import fact_changes

_AT = "@"
_LEAST_DIGEST_CHARS = 4
_FIELDS = ("title", "issuer", "date", "language", "url", "reference")


def compare_releases(settings: IndexSettings, before: str, after: str | None = None) -> ReleaseDiff:
    """Compare two releases, or two versions of one.

    :param before: the id of a release, or a version of it: ``ID@1`` is the oldest, and ``ID@`` with the first
        characters of the SHA-256 of its text is the one with that text.
    :param after: the same; None, or the same id, compares a version with the current one, and the current version with
        the one before it.
    :raises UnknownReleaseError: when there is no such release or version.
    """
    with closing(open_corpus_db(settings, reading=True)) as store:
        if after is None or before == after:
            old, new = _with_current(store, before)
        else:
            old, new = _side(store, before), _side(store, after)
    return _compared(old, new)


def _with_current(store: CorpusStore, name: str) -> "tuple[_Side, _Side]":
    """Return the version that a name means and the current one; the last two where it means the current one."""
    named = _side(store, name)
    current = len(named.versions) - 1
    if not current:
        release_id = named.release.release_id
        raise UnknownReleaseError(
            f"Of {release_id[:60]} only one version is kept: name another release to compare it with."
        )
    return _Side(named.versions, min(named.row, current - 1)), _Side(named.versions, current)


@dataclass(frozen=True, slots=True)
class _Side:
    versions: Sequence[KeptVersion]
    row: int

    @property
    def release(self) -> Release:
        return self.versions[self.row].release

    @property
    def shown(self) -> DiffSide:
        kept, release = self.versions[self.row], self.release
        return DiffSide(as_source(release, release.text_sha256), self.row + 1, len(self.versions), kept.kept_at)


def _side(store: CorpusStore, name: str) -> _Side:
    release_id, separator, wanted = name.strip().partition(_AT)
    versions = _versions(store, release_id)
    if not separator:
        return _Side(versions, len(versions) - 1)
    rows = [row for row, kept in enumerate(versions) if _is_meant(kept, row, wanted.strip().lower())]
    if len(rows) != 1:
        known = ", ".join(f"{release_id}@{row} ({kept.kept_at[:10]})" for row, kept in enumerate(versions, 1))
        raise UnknownReleaseError(f"There is no version {wanted[:20]!r}: there are {known}.")
    return _Side(versions, rows[0])


def _is_meant(kept: KeptVersion, row: int, wanted: str) -> bool:
    if wanted.isdecimal() and len(wanted) < _LEAST_DIGEST_CHARS:
        return int(wanted) == row + 1
    return len(wanted) >= _LEAST_DIGEST_CHARS and kept.release.text_sha256.startswith(wanted)


def _versions(store: CorpusStore, release_id: str) -> list[KeptVersion]:
    versions = store.shown_versions.of(release_id.strip())
    if not versions:
        raise UnknownReleaseError(f"There is no release {release_id[:60]!r}: `measures releases` lists them.")
    return versions


def _compared(old: _Side, new: _Side) -> ReleaseDiff:
    before, after = old.release, new.release
    fields = tuple(
        ChangedField(name, *values)
        for name in _FIELDS
        for values in [(str(getattr(before, name) or ""), str(getattr(after, name) or ""))]
        if values[0] != values[1]
    )
    language, other = base(before.language) or "en", base(after.language) or "en"
    if language != other:
        facts = fact_changes(before.text, after.text, language, other)
        return ReleaseDiff(old.shown, new.shown, fields, (), (), (), facts, 0, aligned=False)
    sentences, current = _sentences(before), _sentences(after)
    pairs = align([each.text for each in sentences], [each.text for each in current], language)
    changed = [
        _changed(sentences[pair.before], current[pair.after], language)
        for pair in pairs
        if pair.before is not None and pair.after is not None and not pair.is_same
    ]
    return ReleaseDiff(
        old.shown,
        new.shown,
        fields,
        tuple(sorted(changed, key=lambda each: not each.facts)),
        tuple(current[pair.after] for pair in pairs if pair.before is None and pair.after is not None),
        tuple(sentences[pair.before] for pair in pairs if pair.after is None and pair.before is not None),
        (),
        sum(pair.is_same for pair in pairs),
    )


def _sentences(release: Release) -> list[DiffSentence]:
    spans = parts(release.text, base(release.language) or "en")
    return [DiffSentence(release.text[span.start : span.end], span.start, span.end) for span in spans]


def _changed(before: DiffSentence, after: DiffSentence, language: str) -> ChangedSentence:
    return ChangedSentence(before, after, fact_changes(before.text, after.text, language))
