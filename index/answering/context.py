"""Finds where a quote that was shown once stands now, with the text before and after it."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from corpus import Release
from index.answering.answer import source_of
from index.generations.generation import Generation
from index.results import Source
from index.text.sentences import Span

_DIGEST_CHARS = 8


class Untraceable(StrEnum):
    """Why a span that was shown once cannot be shown with its neighbours."""

    GONE = "gone"
    """Its release is withdrawn or no longer served."""
    CHANGED = "changed"
    """Its release was corrected, and the words no longer stand in it."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """A quote with the rest of the passages that it stands in, and with those before and after them.

    ``start`` and ``end`` are where the quote stands now, also where a correction has moved it.
    """

    source: Source
    heading: str
    before: str
    quote: str
    after: str
    start: int
    end: int


def span_digest(text: str) -> str:
    """Return what a button keeps of the words of a span: the first characters of their SHA-256."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:_DIGEST_CHARS]


def neighbours(generation: Generation, release_id: str, start: int, end: int, digest: str) -> Neighbours | Untraceable:
    """Return the text around a span of a release; of an empty span, its title with the first passage.

    :param digest: `span_digest` of the words that stood there when they were shown.
    """
    row = generation.release_row(release_id)
    if row is None:
        return Untraceable.GONE
    release = generation.release(row)
    passages = [served.passage for served in generation.passages_of(row)]
    if start == end:
        return _title(generation, row, release, digest)
    edges = sorted({edge for passage in passages for span in passage.sentences for edge in (span.start, span.end)})
    span = _current(release.text, Span(start, end), digest, edges)
    if span is None:
        return Untraceable.CHANGED
    touched = [index for index, passage in enumerate(passages) if passage.start < span.end and span.start < passage.end]
    begin, finish = max(0, touched[0] - 1), min(len(passages) - 1, touched[-1] + 1)
    return Neighbours(
        source=source_of(generation.served([row])[0]),
        heading=passages[touched[0]].heading,
        before=release.text[passages[begin].start : span.start].strip(),
        quote=release.text[span.start : span.end],
        after=release.text[span.end : passages[finish].end].strip(),
        start=span.start,
        end=span.end,
    )


def _title(generation: Generation, row: int, release: Release, digest: str) -> Neighbours | Untraceable:
    """Return the title of a release, where it is still the one that was shown, with what the text begins with."""
    if span_digest(release.title) != digest:
        return Untraceable.CHANGED
    first = generation.passages_of(row)[0].passage
    after = release.text[: first.end].strip()
    return Neighbours(source_of(generation.served([row])[0]), "", "", release.title, after, 0, 0)


def _current(text: str, span: Span, digest: str, edges: list[int]) -> Span | None:
    """Return where the words of a span stand now. A correction may have moved them; None where they are gone."""
    if span_digest(text[span.start : span.end]) == digest:
        return span
    length = span.end - span.start
    moved = (Span(start, start + length) for start in edges if span_digest(text[start : start + length]) == digest)
    return next(moved, None)
