"""Tells what became of citations: whether the quoted words still stand in their release, and how they changed."""

import hashlib
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum

from corpus import Release, base
from index.database.corpus_db import CorpusStore
from index.database.home import open_corpus_db
from index.database.versions import KeptVersion
from index.results import Answer, Quote, Source, as_source
from index.settings import IndexSettings
from index.text.alignment import align, parts
from index.text.facts import FactChange, fact_changes


class Fate(StrEnum):
    """What became of quoted words."""

    IDENTICAL = "identical"
    """They stand in the current version of their release."""
    CHANGED = "changed"
    """Their release was corrected, and they no longer stand in it."""
    WITHDRAWN = "withdrawn"
    """Their release was withdrawn, or is not in the corpus any more."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A span of one version of a release, and the SHA-256 of the words that stood there."""

    release_id: str
    text_sha256: str
    start: int
    end: int
    words_sha256: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What became of a citation.

    ``words`` are those that were quoted, None where the quoted version is not kept; ``now`` is what stands in their
    place, ``start`` and ``end`` where in the current version. Nothing is said of what is withdrawn.
    """

    citation: Citation
    fate: Fate
    source: Source | None = None
    words: str | None = None
    now: str | None = None
    start: int | None = None
    end: int | None = None
    facts: tuple[FactChange, ...] = ()


def citations(answer: Answer) -> tuple[Citation, ...]:
    """Return what an answer quotes; where it found nothing, what comes nearest."""
    versions = {source.release_id: source.text_sha256 for source in answer.sources}
    return tuple(_citation(quote, versions[quote.release_id]) for quote in answer.quotes or answer.related)


def _citation(quote: Quote, text_sha256: str) -> Citation:
    return Citation(quote.release_id, text_sha256, quote.start, quote.end, _digest(quote.text))


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
    words = quoted.text[citation.start : citation.end]
    start = citation.start if quoted.text_sha256 == current.text_sha256 else current.text.find(words)
    if start >= 0:
        return Verified(citation, Fate.IDENTICAL, source, words, words, start, start + len(words))
    return _changed(citation, source, quoted, current)


def _quoted(versions: Sequence[KeptVersion], citation: Citation) -> Release | None:
    """Return the version that was quoted, where it is kept and the words stand in it."""
    for kept in versions:
        release = kept.release
        words = release.text[citation.start : citation.end]
        if release.text_sha256 == citation.text_sha256 and _digest(words) == citation.words_sha256:
            return release
    return None


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


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
