"""Where the sentences of a text begin and end.

The splitter is sentencex, which the Wikimedia Foundation keeps: compiled, with rules and abbreviations for over 240
languages, and with offsets. On the abbreviations of press releases ("Art. 5", "No. 2018/123", "e.g.", "p.m.", "U.S.",
"Mr. Kickl", "(EU) 2019/1896") it made no error where pysbd and syntok made several. It gets one line at a time. Where
it splits a legal reference, the parts are joined again here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import sentencex

from corpus import HEADING, ends_sentence, is_list_item, is_speaker

STATEMENT_MAX_CHARS = 600
_OPEN_ENDED = re.compile(
    r"(?:^|[\s(])(?:para|paras|subpara|pt|pts|rec|ann|chap|sec|tit|reg|dir|dec|cf|ca|approx|resp|incl|excl|ref|vol|ed|min|max"
    r"|fig|tab|nos?|arts?|pp?|bn|mn|m|tel|ext|[A-Z])\.$",
    re.IGNORECASE,
)
_CONTINUES = re.compile(r"\s*+[\d(§€$£a-z]")
_PARAGRAPH_CHARS = 10_000  # On quotation marks alone the splitter takes quadratic time: 10 s for 200,000.
_LAST_CHARS = 100  # This many characters tell how a sentence ends.


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of characters of a text."""

    start: int
    end: int


def sentences(text: str, language: str = "en") -> tuple[Span, ...]:
    """Return the spans of a text's sentences, in order, without the white space around them. Headings are left out.

    A list item is one sentence. So are a statement and the speaker named on the line after it.
    """
    spans: list[Span] = []
    paragraph = Span(0, 0)
    for line in _lines(text):
        words = text[line.start : line.end]
        if HEADING.match(words):
            continue
        if is_list_item(words):
            spans.append(line)
        elif is_speaker(words) and spans and spans[-1].end == line.start - 1 and ends_sentence(_last(text, line.start)):
            _attach_speaker(spans, paragraph, line)
        else:
            spans.extend(_line_sentences(text, line, language))
        paragraph = line
    return tuple(spans)


def _last(text: str, end: int, start: int = 0) -> str:
    """Return the last characters before an offset: to look through all of the text at each sentence takes too long."""
    return text[max(start, end - _LAST_CHARS) : end]


def _lines(text: str) -> Iterator[Span]:
    for match in re.finditer(r"[^\n]+", text):
        stripped = match[0].strip()
        if stripped:
            start = match.start() + match[0].index(stripped)
            yield Span(start, start + len(stripped))


def _line_sentences(text: str, line: Span, language: str) -> Iterator[Span]:
    words = text[line.start : line.end]
    start = 0
    for end in _boundaries(words, language):
        if _CONTINUES.match(words, end) and _OPEN_ENDED.search(_last(words, end, start).rstrip()):
            continue
        piece = words[start:end]
        stripped = piece.strip()
        if stripped:
            begin = line.start + start + piece.index(stripped)
            yield Span(begin, begin + len(stripped))
        start = end


def _boundaries(line: str, language: str) -> Iterator[int]:
    """Yield where the splitter ends the sentences of a line. It gets at most `_PARAGRAPH_CHARS` at a time."""
    start = 0
    while start < len(line):
        end = len(line) if len(line) - start <= _PARAGRAPH_CHARS else start + _PARAGRAPH_CHARS
        end = end if end == len(line) else line.rfind(" ", start, end) + 1 or end
        boundaries = sentencex.get_sentence_boundaries(language, line[start:end])
        yield from (start + boundary["end_index"] for boundary in boundaries)
        start = end


def _attach_speaker(spans: list[Span], paragraph: Span, speaker: Span) -> None:
    """Replace the sentences of a statement by one span that ends with its speaker.

    All of the paragraph before is the statement, or its last sentence where the whole would be too long to quote.
    """
    whole = speaker.end - paragraph.start <= STATEMENT_MAX_CHARS
    start = paragraph.start if whole else spans[-1].start
    while spans and spans[-1].start >= start:
        spans.pop()
    spans.append(Span(start, speaker.end))
