"""Bytes of a source -> a draft of a release: the text laid out, without boilerplate, and what the source states.

The bytes of a source decide its kind, not its name. In this order: a PDF; a Word document; a file with a front-matter
header; HTML, also in a web archive, which trafilatura reads; a text in Markdown; anything else is plain text. Pictures,
packed files, JSON, XML, RTF and old Office documents are refused. All are read in a child process with bounded time and
memory. Words are never changed: lines are kept or dropped whole, and only white space is folded.

In a file that an administrator hands over, a front-matter header counts as given by the administrator, and the address
that a browser wrote next to a page as saved with the page. In fetched bytes neither counts, because whoever runs the
server could have written them.
"""

import io
import json
import re
import unicodedata
import zipfile
from copy import deepcopy
from dataclasses import dataclass, replace

from corpus.cleaning.draft_limits import bounded_draft, check_length
from corpus.cleaning.encoding import decode
from corpus.cleaning.html_blocks import parse
from corpus.cleaning.html_metadata import by_address, completed
from corpus.cleaning.html_page import from_html
from corpus.cleaning.language import detected
from corpus.cleaning.lines import fold, is_bare_heading, lay_out
from corpus.cleaning.markdown import is_markdown, markdown_lines
from corpus.cleaning.quality import Doubt, page_doubts
from corpus.cleaning.saved_page import archive, saved_from
from corpus.errors import SourceError
from corpus.front_matter import parse_front_matter
from corpus.models import Draft, Origin
from corpus.processes.sandbox import in_child
from corpus.release_text import ends_sentence, is_list_item
from corpus.web_urls import web_url

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
_XML = re.compile(
    r"(?:<\?xml[^>]{0,80}>\s{0,9})?(?:<!--[^>]{0,80}-->\s{0,9})?<(?:rss|feed|svg|urlset|sitemapindex|rdf:rdf)[\s>]",
    re.IGNORECASE,
)
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|article|p|div|h1)[\s>]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of a source: the draft, what its page makes doubtful, and whether it is a plain text."""

    draft: Draft
    page_doubts: tuple[Doubt, ...] = ()
    is_plain_text: bool = False


def read_source(data: bytes, name: str, address: str | None = None, *, handed_over: bool = False) -> Reading:
    """Read a source and return what it holds; metadata that it does not state is ``None``.

    :param name: how messages call the source: the name of a file, or an address.
    :param address: the address of a page after redirects, or the one that an administrator gives. None when neither is
        known: then the address that the page states is used.
    :param handed_over: whether it is a file that an administrator handed over.
    :raises SourceError: when it has no text, more text than any release, or takes too much time or memory to read.
    """
    return in_child(_read, data, name, address, handed_over, name=name)


def _read(data: bytes, name: str, address: str | None, handed_over: bool) -> Reading:
    reading = _reading(data, name, web_url(address), handed_over)
    # Normalising takes quadratic time for thousands of accents on one letter, so it is done here, in the child process.
    text = unicodedata.normalize("NFC", reading.draft.text)
    return replace(reading, draft=bounded_draft(replace(reading.draft, text=text), name))


def _reading(data: bytes, name: str, address: str | None, handed_over: bool) -> Reading:
    kind = kind_of(data, name)
    if kind == "pdf":
        from corpus.cleaning.pdf import pdf_text

        printed = pdf_text(data, name)
        saved = printed.printed_from if handed_over and address is None else None
        draft = from_lines(printed.lines, address or saved, titled=True)
        return Reading(replace(draft, origin=Origin.SAVED) if saved else draft)
    if kind == "word":
        from corpus.cleaning.docx import word_lines

        return Reading(from_lines(word_lines(data, name), address, titled=True))
    archived = archive(data, name)
    text = decode(archived.page if archived else data, name)
    _refuse_data(text, name)
    header = parse_front_matter(text, name) if handed_over else None
    if header is not None:
        if is_markdown(header.text):
            laid_out = lay_out(markdown_lines(header.text), title=header.title, language=header.language)
            header = replace(header, text=laid_out.text, title=header.title or laid_out.title)
        header = replace(header, url=address or header.url)
        draft = by_address(replace(header, origin=Origin.GIVEN if header.url else None))
        return Reading(draft, is_plain_text=True)
    if archived or is_html(text):
        saved = (archived.url if archived else saved_from(text)) if handed_over and address is None else None
        tree = parse(text, name)
        whole = deepcopy(tree)  # Parts of the tree are removed when it is read; the doubts are about the whole page.
        draft = from_html(tree, address or saved)
        if address is None:
            draft = replace(draft, origin=Origin.SAVED if saved else Origin.CLAIMED if draft.url else None)
        return Reading(draft, page_doubts(draft, whole))
    markdown = is_markdown(text)
    lines = markdown_lines(text) if markdown else plain_lines(text)
    check_length(sum(map(len, lines)), name)
    return Reading(from_lines(lines, address, titled=markdown), is_plain_text=True)


def kind_of(data: bytes, name: str) -> str:
    """Tell from its bytes how a source is read: as pdf, word or text.

    :raises SourceError: when it is of a kind that is not supported.
    """
    head = data[:1024]
    if b"%PDF-" in head:
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        if _has_member(data, "word/document.xml"):
            return "word"
        raise SourceError(f"{name} is a zip archive and no release: unpack it and add the releases in it one by one.")
    for start, kind in _UNREADABLE.items():
        if head.startswith(start):
            raise SourceError(f"{name} is {kind} and no release: save it as PDF, .docx or text and add that.")
    return "text"


def _refuse_data(text: str, name: str) -> None:
    """Refuse what programs exchange.

    :raises SourceError: when a text is JSON or XML.
    """
    begin = text.lstrip()[:200]
    if begin.startswith(("{", "[")):
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            return
        raise SourceError(f"{name} is JSON, but no document of the press corner: give the page or the document.")
    if _XML.match(begin):
        raise SourceError(f"{name} is XML and no page: give the page, or follow a feed with `measures sources add`.")


def is_html(text: str) -> bool:
    """Tell whether a text is an HTML page."""
    return _HTML.search(text[:4096]) is not None


def _has_member(data: bytes, member: str) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as files:
            return member in files.namelist()
    except (zipfile.BadZipFile, ValueError, OSError):
        return False


def from_lines(lines: list[str], address: str | None = None, *, titled: bool = False) -> Draft:
    """Make a draft of lines, with what they and the address state.

    :param titled: whether a line that is marked as a title is the title, even when it is not the first line. Then the
        lines above it are about the release.
    """
    title_index = next((index for index, line in enumerate(lines) if line.startswith("# ")), None) if titled else None
    above = lines[:title_index] if title_index is not None else []
    title = lines[title_index][2:] if title_index is not None else None
    language = detected(" ".join(lines))  # Names of months are read in this language.
    laid_out = lay_out(lines[title_index + 1 :] if title_index is not None else lines, title=title, language=language)
    draft = Draft(laid_out.text, url=address, found_in={"url": "address"} if address else {})
    return completed(draft, laid_out, above, address)


def plain_lines(text: str) -> list[str]:
    """Return the paragraphs of a plain text, one per line, with headings marked."""
    wrapped = _is_hard_wrapped(text)
    parts: list[list[str]] = []
    continues = False
    for line in map(fold, text.split("\n")):
        if line and continues and not is_list_item(line):
            parts[-1].append(line)
        elif line:
            parts.append([line])
        continues = wrapped and bool(line)
    lines = [" ".join(part) for part in parts]
    language = detected(text)
    marked = [f"## {line}" if is_bare_heading(lines, index, language) else line for index, line in enumerate(lines)]
    return lines[:1] + marked[1:]


def _is_hard_wrapped(text: str) -> bool:
    """Tell whether the lines are wrapped at a fixed width, so that a line end is not the end of a paragraph."""
    broken = re.findall(r"(?<=\n)(\S[^\n]*\S)\n(?=[^\n\s-])", f"\n{text}")
    return len(broken) > 2 and sum(not ends_sentence(line) and 40 <= len(line) <= 100 for line in broken) > 0.7 * len(
        broken
    )
