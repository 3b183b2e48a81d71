"""Bytes of a source -> a draft of a release: its text laid out, boilerplate out, what it says of itself found.

What a source is, its bytes decide and not its name. In this order: a PDF; a Word document; a Markdown file with a
front-matter header; HTML, also in a web archive, which goes through trafilatura; anything else is plain text. All
of them are read in a child process with bounded time and memory. Words are never changed: lines are kept or dropped
whole, and only white space is folded.

A header counts as given by the administrator who hands the file over, and what a browser wrote beside a page as saved
with it. In bytes that were fetched none of this counts: whoever runs the server could have written it.
"""

import io
import re
import unicodedata
import zipfile
from dataclasses import replace

from corpus.border import bounded_draft, check_length
from corpus.bounded import in_child
from corpus.decode import decode
from corpus.errors import SourceError
from corpus.language import detected
from corpus.layout import fold, is_bare_heading, lay_out
from corpus.metadata import by_address, completed
from corpus.models import Draft, Origin
from corpus.pages import from_html
from corpus.releases import parse_front_matter
from corpus.saved import archive, saved_from
from corpus.text import ends_sentence, is_list_item
from corpus.web import web_url

CLEANER_VERSION = 2
_UNREADABLE = {
    b"\xd0\xcf\x11\xe0": "an old Office document",
    b"{\\rtf": "an RTF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "a gzip archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
}
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|article|p|div|h1)[\s>]", re.IGNORECASE)


def clean(data: bytes, name: str, address: str | None = None, *, handed_over: bool = False) -> Draft:
    """Read a source and return what it holds; metadata that it does not state is ``None``.

    :param name: how messages call the source: a file's name or an address.
    :param address: where a page was found in the end, after redirects, or where an administrator says that it is; None
        where neither is known, and the page is taken at its word.
    :param handed_over: whether it is a file of an administrator's.
    :raises SourceError: when there is no text in it, or more than a release has, or reading it takes too much.
    """
    return in_child(_read, data, name, address, handed_over, name=name)


def _read(data: bytes, name: str, address: str | None, handed_over: bool) -> Draft:
    draft = _draft(data, name, web_url(address), handed_over)
    # Here and not where the draft is kept, because thousands of accents on one letter take their square to be sorted.
    return bounded_draft(replace(draft, text=unicodedata.normalize("NFC", draft.text)), name)


def _draft(data: bytes, name: str, address: str | None, handed_over: bool) -> Draft:
    kind = kind_of(data, name)
    if kind != "text":
        from corpus.pdf import pdf_lines
        from corpus.word import word_lines

        return from_lines(pdf_lines(data, name) if kind == "pdf" else word_lines(data, name), address, titled=True)
    archived = archive(data)
    text = decode(archived.page if archived else data, name)
    header = parse_front_matter(text, name) if handed_over else None
    if header is not None:
        header = replace(header, url=address or header.url)
        return by_address(replace(header, origin=Origin.GIVEN if header.url else None))
    if archived or is_html(text):
        saved = (archived.url if archived else saved_from(text)) if handed_over and address is None else None
        page = from_html(text, name, address or saved)
        known = Origin.SAVED if saved else Origin.CLAIMED if page.url else None
        return page if address else replace(page, origin=known)
    lines = plain_lines(text)
    check_length(sum(map(len, lines)), name)
    return from_lines(lines, address)


def kind_of(data: bytes, name: str) -> str:
    """Tell from its bytes what reads a source: pdf, word or text.

    :raises SourceError: when it is of a kind that nothing here reads.
    """
    head = data[:1024]
    if b"%PDF-" in head:
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        if _holds(data, "word/document.xml"):
            return "word"
        raise SourceError(f"{name} is a zip archive and no release: unpack it and add the releases in it one by one.")
    for start, kind in _UNREADABLE.items():
        if head.startswith(start):
            raise SourceError(f"{name} is {kind} and no release: save it as PDF, .docx or text and add that.")
    return "text"


def is_html(text: str) -> bool:
    """Tell whether a text is a page."""
    return _HTML.search(text[:4096]) is not None


def _holds(data: bytes, member: str) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as files:
            return member in files.namelist()
    except (zipfile.BadZipFile, ValueError, OSError):
        return False


def from_lines(lines: list[str], address: str | None = None, *, titled: bool = False) -> Draft:
    """Make a draft of lines, with what they and the address state.

    :param titled: whether a line marked as a title is one wherever it stands; what is before it is about the release.
    """
    marked = next((at for at, line in enumerate(lines) if line.startswith("# ")), None) if titled else None
    above = lines[:marked] if marked is not None else []
    title = lines[marked][2:] if marked is not None else None
    language = detected(" ".join(lines))  # of the months' names
    laid = lay_out(lines[marked + 1 :] if marked is not None else lines, title=title, language=language)
    draft = Draft(laid.text, url=address, found_in={"url": "address"} if address else {})
    return completed(draft, laid, above, address)


def plain_lines(text: str) -> list[str]:
    """Return the paragraphs of a plain text, one a line, with headings marked."""
    wrapped = _is_hard_wrapped(text)
    parts: list[list[str]] = []
    going_on = False
    for line in map(fold, text.split("\n")):
        if line and going_on and not is_list_item(line):
            parts[-1].append(line)
        elif line:
            parts.append([line])
        going_on = wrapped and bool(line)
    lines = [" ".join(part) for part in parts]
    language = detected(text)
    marked = [f"## {line}" if is_bare_heading(lines, at, language) else line for at, line in enumerate(lines)]
    return lines[:1] + marked[1:]


def _is_hard_wrapped(text: str) -> bool:
    """Tell whether single line ends are only the end of a typewriter's line, not of a paragraph."""
    broken = re.findall(r"(?<=\n)(\S[^\n]*\S)\n(?=[^\n\s-])", f"\n{text}")
    return len(broken) > 2 and sum(not ends_sentence(line) and 40 <= len(line) <= 100 for line in broken) > 0.7 * len(
        broken
    )
