"""Cuts a release into passages: runs of whole sentences, each small enough to be about one point.

A passage never crosses a heading and never cuts a sentence. Its text is a span of the release's text. Only that span is
stored and shown; what is embedded has a `context` before it.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from corpus import UNDATED, Release, Section, is_list_item, outline
from index.text.sentences import Span, sentences

TARGET_CHARS = 300
LIST_MAX_CHARS = 600
_NEARLY_FULL = 0.6


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of sentences of one release: ``release.text[start:end]``, its heading, and its sentences' spans.

    ``lead_in`` is the line that introduces the list whose later items the passage holds, where it is not itself in it.
    """

    release_id: str
    ordinal: int
    start: int
    end: int
    heading: str
    sentences: tuple[Span, ...]
    lead_in: Span | None = None


def chunk(release: Release, language: str = "") -> tuple[Passage, ...]:
    """Cut a release into passages, in the order of its text.

    :param language: that of the text, where it is not what the release states.
    """
    spans = sentences(release.text, language or release.language)
    starts = [span.start for span in spans]
    runs = [
        (section.heading, run)
        for section in outline(release.text)
        for run in _runs(release.text, _within(section, spans, starts))
    ]
    return tuple(
        Passage(
            release.release_id,
            ordinal,
            run.units[0].start,
            run.units[-1].end,
            heading,
            tuple(run.units),
            run.lead_in,
        )
        for ordinal, (heading, run) in enumerate(runs)
    )


def context(release: Release, passage: Passage) -> str:
    """Return what is put before a passage's words when it is embedded: title, date, heading, lead-in."""
    lead_in = release.text[passage.lead_in.start : passage.lead_in.end] if passage.lead_in else ""
    title = f"{release.title}." if release.title else ""
    date = f"{release.date:%d %B %Y}." if release.date != UNDATED else ""
    return " ".join(part for part in (title, date, passage.heading, lead_in) if part)


@dataclass(slots=True)
class _Run:
    """The sentences of a passage that is being packed."""

    units: list[Span] = field(default_factory=list)
    lead_in: Span | None = None


def _within(section: Section, spans: Sequence[Span], starts: Sequence[int]) -> list[Span]:
    """Return the sentences of a section."""
    begun = spans[bisect_left(starts, section.start) : bisect_left(starts, section.end)]
    return [span for span in begun if span.end <= section.end]


def _runs(text: str, spans: Sequence[Span]) -> Iterator[_Run]:
    """Pack sentences up to `TARGET_CHARS`, and a list with its lead-in up to `LIST_MAX_CHARS`."""
    run = _Run()
    lead_in: Span | None = None
    follows_item = False
    for span, following in pairwise([*spans, None]):
        assert span is not None
        item = is_list_item(text[span.start : span.end])
        opens_list = (
            text[span.end - 1] == ":" and following is not None and is_list_item(text[following.start : following.end])
        )
        if not item:
            lead_in = span if opens_list else None
        breaks = opens_list or (follows_item and not item)
        if run.units and (breaks or not _joins(run, span, text, item=item, lead_in=lead_in)):
            yield run
            run = _Run(lead_in=lead_in if item else None)
        run.units.append(span)
        follows_item = item
    if run.units:
        yield run


def _joins(run: _Run, span: Span, text: str, *, item: bool, lead_in: Span | None) -> bool:
    """Tell whether a sentence goes into a run: there is room, and the run is not nearly full at a paragraph's end."""
    if item and run.units[-1] == lead_in:
        return True
    begin, end = run.units[0].start, run.units[-1].end
    if item and lead_in in run.units:
        return span.end - begin <= LIST_MAX_CHARS
    ends_paragraph = "\n" in text[end : span.start]
    nearly_full = end - begin >= _NEARLY_FULL * TARGET_CHARS
    return span.end - begin <= TARGET_CHARS and not (ends_paragraph and nearly_full and not item)
