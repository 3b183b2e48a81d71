"""Tells what became of citations: whether the quoted words still stand in their release, and how they changed."""

from collections.abc import Sequence
from contextlib import closing

from corpus import Release, base
from index.changes import Citation, Fate, Verified, words_digest
from index.database.corpus_db import CorpusStore
from index.database.home import open_corpus_db
from index.database.versions import KeptVersion
from index.results import Source, as_source
from index.settings import IndexSettings
from index.text.alignment import align, parts
from index.text.facts import fact_changes


def verify_citations(settings: IndexSettings, cited: Sequence[Citation]) -> tuple[Verified, ...]:
    """Compare what was quoted with the versions of the releases that are kept."""
    with closing(open_corpus_db(settings, reading=True)) as store:
        return tuple(_verified(store, citation) for citation in cited)


def _verified(store: CorpusStore, citation: Citation) -> Verified:
    versions = store.shown_versions.of(citation.release_id)
    current = next((kept.release for kept in versions if kept.is_current), None)
    if current is None:
        return Verified(citation, Fate.WITHDRAWN)
    source = as_source(current, current.text_sha256)
    quoted = _quoted(versions, citation)
    if quoted is None:
        return Verified(citation, Fate.CHANGED, source)
    words = _words(quoted, citation)
    if citation.is_title:
        return _verified_title(citation, source, words, current)
    start = citation.start if quoted.text_sha256 == current.text_sha256 else current.text.find(words)
    if start >= 0:
        return Verified(citation, Fate.IDENTICAL, source, words, words, start, start + len(words))
    return _changed(citation, source, quoted, current)


def _quoted(versions: Sequence[KeptVersion], citation: Citation) -> Release | None:
    """Return the version that was quoted, where it is kept and the words stand in it."""
    for kept in versions:
        release = kept.release
        is_version = release.text_sha256 == citation.text_sha256
        if is_version and words_digest(_words(release, citation)) == citation.words_sha256:
            return release
    return None


def _words(release: Release, citation: Citation) -> str:
    """Return what stands in a version of a release where a citation is from."""
    return release.title if citation.is_title else release.text[citation.start : citation.end]


def _verified_title(citation: Citation, source: Source, words: str, current: Release) -> Verified:
    """Tell what became of a quoted title."""
    if words == current.title:
        return Verified(citation, Fate.IDENTICAL, source, words, words, 0, 0)
    facts = fact_changes(words, current.title, base(current.language) or "en")
    return Verified(citation, Fate.CHANGED, source, words, current.title, 0, 0, facts)


def _changed(citation: Citation, source: Source, quoted: Release, current: Release) -> Verified:
    """Tell what the quoted sentences became."""
    language = base(current.language) or "en"
    old, new = parts(quoted.text, language), parts(current.text, language)
    pairs = align(
        [quoted.text[span.start : span.end] for span in old],
        [current.text[span.start : span.end] for span in new],
        language,
    )
    touched = {row for row, span in enumerate(old) if span.start < citation.end and citation.start < span.end}
    became = [new[pair.after] for pair in pairs if pair.before in touched and pair.after is not None]
    words = quoted.text[citation.start : citation.end]
    if not became:
        return Verified(citation, Fate.CHANGED, source, words)
    start, end = min(span.start for span in became), max(span.end for span in became)
    if end - start > 2 * sum(span.end - span.start for span in became):  # the sentences were moved apart
        start, end = became[0].start, became[0].end
    now = current.text[start:end]
    return Verified(citation, Fate.CHANGED, source, words, now, start, end, fact_changes(words, now, language))
