"""The layout of a release's text, and how to read a line of it.

A text consists of lines. A line that begins with ``## `` is a heading, one that begins with ``- `` is a list item, and
any other line is a paragraph. Blank lines separate them. A list follows its lead-in on the next line, and a speaker
follows the statement on the next line. The layout is part of the text, so character offsets are the only coordinates.
"""

import re

from corpus.models import Section

HEADING = re.compile(r"^#{1,6}[ \t]++(?P<title>\S(?:.*\S)?)[ \t]*$", re.MULTILINE)
LIST_ITEM = re.compile(r"^[ \t]*(?:[-*•‣▪◦●·–—]|\(?(?:[0-9]{1,2}|[a-z]|[ivx]{1,4})[.)])[ \t]+(?=\S)")
_PARTICLES = "de|del|della|di|da|van|von|der|den|zu|la|le|el|al|bin"
_NAME = rf"[^\W\d_a-z][\w'’.-]*(?:[ \t]+(?:(?:{_PARTICLES})[ \t]+)*[^\W\d_a-z][\w'’.-]*){{1,4}}"
_OFFICES = (
    "president|vice-president|minister|commissioner|secretary|director|chair|chairman|chairwoman|chairperson|representative"
    "|rapporteur|co-rapporteur|coordinator|head|ambassador|governor|member|prosecutor|ombudsman|spokesperson|spokesman"
    "|spokeswoman|chief|envoy|mayor|mep|ceo"
)
_ROLE = rf"(?:[\w-]+[ \t]+){{0,3}}?(?i:{_OFFICES})\b"
SPEAKER = re.compile(rf"^[–—-]?[ \t]*{_NAME},[ \t]+(?:the[ \t]+|EU[ \t]+)?{_ROLE}[^.!?:;]*$")
SPEAKER_MAX_CHARS = 160
SENTENCE_END = re.compile(r"[.!?…][\s\"'”’»)\]]*$")


def outline(text: str) -> tuple[Section, ...]:
    """Return the sections of a text in order. The text before the first heading has the heading ``""``.

    The span of a section is its body, from the character after the line of its heading to the next heading.
    """
    sections = []
    heading, start = "", 0
    for match in HEADING.finditer(text):
        sections.append(Section(heading, start, match.start()))
        heading, start = match["title"], match.end()
    sections.append(Section(heading, start, len(text)))
    return tuple(section for section in sections if section.heading or text[section.start : section.end].strip())


def is_list_item(line: str) -> bool:
    """Tell whether a line begins with a bullet or an item number."""
    return LIST_ITEM.match(line) is not None


def is_speaker(line: str) -> bool:
    """Tell whether a line is the name and office of the person who is quoted in the paragraph before it."""
    return len(line) <= SPEAKER_MAX_CHARS and SPEAKER.match(line.strip()) is not None


def ends_sentence(line: str) -> bool:
    """Tell whether a line ends with the end of a sentence."""
    return SENTENCE_END.search(line.rstrip()) is not None
