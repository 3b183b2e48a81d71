"""Bytes of a source -> a draft of a release: its text laid out, boilerplate out, what it says of itself found.

In this order: a Markdown file with a front-matter header is taken at its word; HTML goes through trafilatura; anything
else is read as plain text. Words are never changed: lines are kept or dropped whole, and only white space is folded.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from corpus.decode import decode
from corpus.models import Draft
from corpus.releases import parse_front_matter
from corpus.text import HEADING, LIST_ITEM, ends_sentence, is_list_item, is_speaker

if TYPE_CHECKING:
    from lxml.etree import _Element

CLEANER_VERSION = 1
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|article|p|div|h1)[\s>]", re.IGNORECASE)
_TITLE_MAX_CHARS = 250
_HEADING_MAX_CHARS = 100
_MONTHS = "January February March April May June July August September October November December".split()
_DATE = rf"(?P<day>\d{{1,2}})\s+(?P<month>{'|'.join(_MONTHS)})\s+(?P<year>\d{{4}})"
_DATE_LINE = re.compile(rf"^(?:(?:press\s+release|news|statement|speech)\s*[,:|-]?\s*)?{_DATE}$", re.IGNORECASE)
_BULLET = re.compile(r"^[-*•‣▪◦●·–—][ \t]+")  # noqa: RUF001
_LINK_LINE = re.compile(
    r"^(?:visit the (?:meeting|event) page|download as pdf|print(?: this page)?|back to top|share(?: this page)?"
    r"|follow us|subscribe|this site uses cookies\b.*|all official european union website addresses\b.*"
    r"|see all eu institutions and bodies)\.?$",
    re.IGNORECASE,
)
# From such a line on there is nothing of the release left, wherever it stands in the second half.
_TAIL = re.compile(
    r"^(?:#+\s*)?(?:votre commentaire|laisser un commentaire|leave a (?:comment|reply)|post a comment|your comment"
    r"|kommentar (?:schreiben|hinterlassen)|deja un comentario|lascia un commento|dodaj komentarz"
    r"|(?:press |media )?contacts?|related (?:links|articles|content|news|stories)|more on this topic)\s*:?$",
    re.IGNORECASE,
)


def clean(data: bytes, name: str) -> Draft:
    """Read a source and return what it holds; metadata that it does not state is ``None``.

    :param name: how messages call the source: a file's name or an address.
    :raises SourceError: when there is no text in it.
    """
    text = decode(data, name)
    draft = parse_front_matter(text, name)
    if draft is not None:
        return draft
    if _HTML.search(text[:4096]):
        return _from_html(text)
    return _from_lines(_plain_lines(text))


def _from_html(html: str) -> Draft:
    import trafilatura
    from trafilatura.settings import Document

    page = trafilatura.bare_extraction(
        html, with_metadata=True, include_formatting=True, include_tables=True, include_comments=False
    )
    if not isinstance(page, Document):
        return Draft(text="")
    draft = _from_lines(list(_html_lines(page.body)))
    return replace(
        draft,
        title=draft.title or page.title,
        date=_iso_date(page.date) or draft.date,
        language=page.language or _html_language(html),
        url=page.url,
    )


def _html_lines(body: "_Element") -> Iterator[str]:
    """Walk trafilatura's body: a heading, or a paragraph that is only bold, is a heading; an item is a list item."""
    for element in body.iter("head", "p", "item", "quote", "row"):
        if any(parent.tag in ("p", "item", "quote", "row") for parent in element.iterancestors()):
            continue
        line = _fold("".join(map(str, element.itertext())))
        bold = [child for child in element if child.tag == "hi" and child.get("rend") == "#b"]
        only_bold = bool(bold) and _fold("".join(map(str, bold[0].itertext()))) == line
        if element.tag == "head" and element.get("rend") == "h1":
            yield f"# {line}"
        elif element.tag == "head" or (only_bold and not ends_sentence(line) and len(line) <= _HEADING_MAX_CHARS):
            yield f"## {line}"
        elif line:
            yield f"- {line}" if element.tag == "item" else line


def _html_language(html: str) -> str | None:
    match = re.search(r"<html[^>]*\blang=[\"']?([a-z]{2})\b", html[:4096], re.IGNORECASE)
    return match[1].lower() if match else None


def _plain_lines(text: str) -> list[str]:
    """Return the paragraphs of a plain text, one a line, with headings marked."""
    wrapped = _is_hard_wrapped(text)
    lines: list[str] = []
    for block in re.split(r"\n[ \t]*\n", text):
        folded = [line for line in map(_fold, block.split("\n")) if line]
        for number, line in enumerate(folded):
            if wrapped and number and not is_list_item(line):
                lines[-1] += f" {line}"
            else:
                lines.append(line)
    return lines[:1] + [f"## {line}" if _is_bare_heading(lines, at) else line for at, line in enumerate(lines)][1:]


def _is_hard_wrapped(text: str) -> bool:
    """Tell whether single line ends are only the end of a typewriter's line, not of a paragraph."""
    broken = re.findall(r"(?<=\n)(\S[^\n]*\S)\n(?=[^\n\s-])", f"\n{text}")
    return len(broken) > 2 and sum(not ends_sentence(line) and 40 <= len(line) <= 100 for line in broken) > 0.7 * len(
        broken
    )


def _is_bare_heading(lines: list[str], at: int) -> bool:
    """Tell whether a line without a mark is a heading: short, no sentence, and followed by one."""
    line = lines[at]
    following = lines[at + 1] if at + 1 < len(lines) else ""
    return (
        len(line) <= _HEADING_MAX_CHARS
        and line[0].isupper()
        and line[-1].isalnum()
        and not (
            is_list_item(line)
            or is_speaker(line)
            or _LINK_LINE.match(line)
            or _DATE_LINE.match(line)
            or _TAIL.match(line)
        )
        and (ends_sentence(following) or following.endswith(":"))
        and len(following) > len(line)
    )


def _from_lines(lines: list[str]) -> Draft:
    lines = list(_without_tail(lines))
    dates = [match for match in map(_DATE_LINE.match, lines) if match]
    lines = [line for line in lines if not _DATE_LINE.match(line) and not _LINK_LINE.match(line)]
    title = _title(lines)
    body = _unwrap_guillemets(lines[1:] if title else lines)
    while body and HEADING.match(body[-1]):
        body.pop()
    return Draft(text=_lay_out(body), title=title, date=_spelled_date(dates[0]) if dates else None)


def _without_tail(lines: list[str]) -> Iterator[str]:
    for at, line in enumerate(lines):
        if at >= len(lines) // 2 and _TAIL.match(line):
            return
        yield line


def _title(lines: list[str]) -> str | None:
    """Return the first line where it reads as a title."""
    if len(lines) < 2:
        return None
    marked = HEADING.match(lines[0])
    if marked:
        return marked["title"]
    first = lines[0]
    reads_as_title = len(first) <= _TITLE_MAX_CHARS and not ends_sentence(first) and not is_list_item(first)
    return first if reads_as_title and not first.endswith((":", ",", ";")) else None


def _unwrap_guillemets(lines: list[str]) -> list[str]:
    """Take off the pair of guillemets that a repost puts around the whole release."""
    whole = "\n".join(lines)
    depth = 0
    for at, char in enumerate(whole):
        depth += (char == "«") - (char == "»")
        if depth == 0:
            if at == len(whole) - 1 and whole.startswith("«"):
                return [line for line in map(_fold, whole[1:-1].split("\n")) if line]
            break
    return lines


def _lay_out(lines: Iterable[str]) -> str:
    """Join lines into the layout of `corpus.text`: items follow their lead-in, a speaker the statement."""
    text = ""
    last = ""
    for line in lines:
        heading = HEADING.match(line)
        if heading:
            line = f"## {heading['title']}"
        elif is_list_item(line):
            line = _BULLET.sub("- ", line)
        attached = (is_list_item(line) and (is_list_item(last) or last.endswith(":"))) or (
            is_speaker(line) and ends_sentence(last) and not LIST_ITEM.match(last)
        )
        text += ("" if not text else "\n" if attached else "\n\n") + line
        last = line
    return text


def _fold(line: str) -> str:
    return " ".join(line.split())


def _spelled_date(match: re.Match[str]) -> date | None:
    return _iso_date(f"{match['year']}-{_MONTHS.index(match['month'].capitalize()) + 1:02}-{int(match['day']):02}")


def _iso_date(text: str | None) -> date | None:
    try:
        return datetime.strptime(text or "", "%Y-%m-%d").date()  # noqa: DTZ007
    except ValueError:
        return None
