"""A Word document (.docx) -> lines, through python-docx. To be run by `corpus.bounded`: a zip may hold a bomb."""

import io
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from corpus.errors import SourceError
from corpus.layout import fold

if TYPE_CHECKING:
    from docx.document import Document

MAX_UNZIPPED_BYTES = 60 * 1024 * 1024
_MAX_FILES = 2000
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def word_lines(data: bytes, name: str) -> list[str]:
    """Return the paragraphs and rows of a Word document, one a line, with title, headings and items marked.

    :raises SourceError: when it is damaged, or unpacks to more than a release holds.
    """
    return [line for line in _lines(_opened(data, name)) if line.strip("#- ")]


def _opened(data: bytes, name: str) -> "Document":
    import docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as files:
            sizes = [one.file_size for one in files.infolist()]
        if sum(sizes) > MAX_UNZIPPED_BYTES or len(sizes) > _MAX_FILES:
            raise SourceError(
                f"{name} unpacks to more than {MAX_UNZIPPED_BYTES >> 20} MB: save its text alone and add that."
            )
        return docx.Document(io.BytesIO(data))
    except (OpcError, LxmlError, zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError) as error:
        raise SourceError(f"{name} is a damaged Word document: save it anew, or add the release as text.") from error


def _lines(document: "Document") -> Iterator[str]:
    """Yield the paragraphs and the rows of tables, with marks on title, headings and list items."""
    styles = {style.style_id: style.name or "" for style in document.styles if hasattr(style, "style_id")}
    body: Any = document.element.body
    for element in body.iter(f"{_W}p", f"{_W}tr"):
        inside = next(element.iterancestors(f"{_W}tr", f"{_W}txbxContent", f"{_W}del"), None)
        if inside is not None:
            continue
        if element.tag == f"{_W}tr":
            yield " ".join(filter(None, (fold(_text(cell)) for cell in element.iter(f"{_W}tc"))))
            continue
        yield _mark(element, styles) + fold(_text(element))


def _text(element: Any) -> str:  # noqa: ANN401
    """Return the text of an element as it reads with its tracked changes accepted."""
    parts = []
    for one in element.iter(f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}cr", f"{_W}noBreakHyphen", f"{_W}p"):
        if one.tag == f"{_W}t":
            parts.append(one.text or "")
        elif one.tag == f"{_W}noBreakHyphen":
            parts.append("\u2011")
        else:
            parts.append(" ")
    return "".join(parts)


def _mark(paragraph: Any, styles: dict[str, str]) -> str:  # noqa: ANN401
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    name = styles.get(style.get(f"{_W}val"), "") if style is not None else ""
    if name == "Title":
        return "# "
    if name.startswith("Heading"):
        return "## "
    numbered = paragraph.find(f"{_W}pPr/{_W}numPr") is not None
    return "- " if numbered or name.startswith("List") else ""
