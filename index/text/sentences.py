"""Where the sentences of a text begin and end.

The splitter is sentencex, which the Wikimedia Foundation keeps: compiled, with rules and abbreviations for over 240
languages, and with offsets. On the abbreviations of press releases ("Art. 5", "No. 2018/123", "e.g.", "p.m.", "U.S.",
"Mr. Kickl", "(EU) 2019/1896") it made no error where pysbd and syntok made several. It gets one line at a time. Where
it splits a legal reference, the parts are joined again here; so they are after the abbreviations of other languages,
of which it knows few: "Abs. 3", "np. Europol", "5 δισ. ευρώ".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import sentencex

from corpus import HEADING, ends_sentence, is_list_item, is_speaker
from index.text.languages import Language, language

STATEMENT_MAX_CHARS = 600
_OPEN_ENDED = re.compile(
    r"(?:^|[\s(])(?:para|paras|subpara|pt|pts|rec|ann|chap|sec|tit|reg|dir|dec|cf|ca|approx|resp|incl|excl|ref|vol|ed|min|max"
    r"|fig|tab|nos?|arts?|pp?|bn|mn|m|tel|ext|[A-Z])\.$",
    re.IGNORECASE,
)
_CONTINUES = re.compile(r"\s*+[\d(§€$£a-z]")
_LAST_WORD = re.compile(r"[^\s()\[\]„“\"«»'’]+$")
_FIGURE_FOLLOWS = re.compile(r"\s*+(?:[\d(§€$£%]|[IVXLC]+\b|[A-Za-z]\))")
# A sentence begins with a small letter only in a name, as "eu-LISA" and "e-Justice".
_GOES_ON = re.compile(r"\s*+(?:(?<=\s)(?!eu-|e-)(?P<letter>[^\W\d_A-Z])|(?<=\S)-)")
_PARAGRAPH_CHARS = 10_000  # On quotation marks alone the splitter takes quadratic time: 10 s for 200,000.
_LAST_CHARS = 100  # This many characters tell how a sentence ends.


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of characters of a text."""

    start: int
    end: int


def sentences(text: str, code: str = "en") -> tuple[Span, ...]:
    """Return the spans of a text's sentences, in order, without the white space around them. Headings are left out.

    A list item is one sentence. So are a statement and the speaker named on the line after it.

    :param code: the language of the text.
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
            spans.extend(_line_sentences(text, line, code))
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


def _line_sentences(text: str, line: Span, code: str) -> Iterator[Span]:
    words = text[line.start : line.end]
    start = 0
    for end in _boundaries(words, code):
        if _goes_on(words, start, end, language(code)):
            continue
        piece = words[start:end]
        stripped = piece.strip()
        if stripped:
            begin = line.start + start + piece.index(stripped)
            yield Span(begin, begin + len(stripped))
        start = end


def _goes_on(line: str, start: int, end: int, known: Language) -> bool:
    """Tell whether a sentence goes on where the splitter ends it."""
    ending = _last(line, end, start).rstrip()
    if _CONTINUES.match(line, end) and _OPEN_ENDED.search(ending):
        return True
    if known.code == "en" or not ending.endswith(".") or end == len(line):
        return False
    following = _GOES_ON.match(line, end)
    if following and not (following["letter"] or "").isupper():
        return True
    last_word = _LAST_WORD.search(ending)
    words = (last_word[0][:-1], last_word[0][:-1].rpartition("-")[2]) if last_word else ()
    spellings = {spelling for word in words for spelling in (word, word[:1].lower() + word[1:])}
    return bool(
        spellings & known.abbreviations or (spellings & known.before_figures and _FIGURE_FOLLOWS.match(line, end))
    )


def _boundaries(line: str, code: str) -> Iterator[int]:
    """Yield where the splitter ends the sentences of a line. It gets at most `_PARAGRAPH_CHARS` at a time."""
    start = 0
    while start < len(line):
        end = len(line) if len(line) - start <= _PARAGRAPH_CHARS else start + _PARAGRAPH_CHARS
        end = end if end == len(line) else line.rfind(" ", start, end) + 1 or end
        boundaries = sentencex.get_sentence_boundaries(code, line[start:end])
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
