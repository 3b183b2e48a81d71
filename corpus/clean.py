"""Bytes of a source -> a draft of a release: its text laid out, boilerplate out, what it says of itself found.

What a source is, its bytes decide and not its name. In this order: a PDF and a Word document are read in a bounded
child process; a Markdown file with a front-matter header is taken at its word; HTML goes through trafilatura; anything
else is read as plain text. Words are never changed: lines are kept or dropped whole, and only white space is folded.
"""

import re

from corpus.decode import decode
from corpus.layout import fold, is_bare_heading, lay_out
from corpus.metadata import completed
from corpus.models import Draft
from corpus.pages import from_html
from corpus.releases import parse_front_matter
from corpus.text import ends_sentence, is_list_item

CLEANER_VERSION = 2
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|article|p|div|h1)[\s>]", re.IGNORECASE)


def clean(data: bytes, name: str, address: str | None = None) -> Draft:
    """Read a source and return what it holds; metadata that it does not state is ``None``.

    :param name: how messages call the source: a file's name or an address.
    :param address: where a page was found in the end, after redirects.
    :raises SourceError: when there is no text in it.
    """
    text = decode(data, name)
    draft = parse_front_matter(text, name)
    if draft is not None:
        return draft
    if _HTML.search(text[:4096]):
        return from_html(text, name, address)
    return from_lines(plain_lines(text), address)


def from_lines(lines: list[str], address: str | None = None) -> Draft:
    """Make a draft of lines, with what they and the address state."""
    laid = lay_out(lines)
    draft = Draft(laid.text, url=address, found_in={"url": "address"} if address else {})
    return completed(draft, laid, (), address)


def plain_lines(text: str) -> list[str]:
    """Return the paragraphs of a plain text, one a line, with headings marked."""
    wrapped = _is_hard_wrapped(text)
    lines: list[str] = []
    for block in re.split(r"\n[ \t]*\n", text):
        folded = [line for line in map(fold, block.split("\n")) if line]
        for number, line in enumerate(folded):
            if wrapped and number and not is_list_item(line):
                lines[-1] += f" {line}"
            else:
                lines.append(line)
    return lines[:1] + [f"## {line}" if is_bare_heading(lines, at) else line for at, line in enumerate(lines)][1:]


def _is_hard_wrapped(text: str) -> bool:
    """Tell whether single line ends are only the end of a typewriter's line, not of a paragraph."""
    broken = re.findall(r"(?<=\n)(\S[^\n]*\S)\n(?=[^\n\s-])", f"\n{text}")
    return len(broken) > 2 and sum(not ends_sentence(line) and 40 <= len(line) <= 100 for line in broken) > 0.7 * len(
        broken
    )
