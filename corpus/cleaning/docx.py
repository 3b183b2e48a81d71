"""A Word document (.docx) -> lines, through python-docx. Run it in the sandbox only: a zip may hold a bomb."""

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from corpus.cleaning.lines import fold
from corpus.errors import SourceError

if TYPE_CHECKING:
    from docx.document import Document

MAX_UNZIPPED_BYTES = 60 * 1024 * 1024
_MAX_FILES = 2000
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PARAGRAPH, _ROW, _TEXT, _BOX = f"{_W}p", f"{_W}tr", f"{_W}t", f"{_W}txbxContent"
_BREAKS = frozenset(f"{_W}{name}" for name in ("tab", "br", "cr", "p", "tc"))
# What stands elsewhere, too, in the form for newer programs or where it was moved to; and what was deleted.
_UNREAD = frozenset(
    ("{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback", f"{_W}moveFrom", f"{_W}del")
)


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
    """Yield paragraphs and rows in the order of the document, with marks on title, headings and list items."""
    styles = {style.style_id: style.name or "" for style in document.styles if hasattr(style, "style_id")}
    yield from _Reading(styles).lines(document.element.body)


class _Reading:
    """One pass over a document, in which every word is read once, however tables and boxes are nested.

    A table within a cell has rows of its own, which follow what its cell said before it; a box of text follows the
    paragraph that it hangs on.
    """

    def __init__(self, styles: Mapping[str, str]) -> None:
        self._styles = styles
        self._line: list[str] = []  # of the paragraph, or of the row's cells so far
        self._mark = ""
        self._rows = 0  # that are open

    def lines(self, root: Any) -> Iterator[str]:  # noqa: ANN401
        """Yield the lines of an element."""
        from lxml.etree import iterwalk

        boxes: list[Any] = []
        walk = iterwalk(root, events=("start", "end"))
        for event, element in walk:
            tag = element.tag
            if event == "start" and (tag in _UNREAD or (tag == _BOX and element is not root)):
                boxes += [element] if tag == _BOX else []
                walk.skip_subtree()
            elif tag == _ROW or (tag == _PARAGRAPH and not self._rows):
                yield from self._taken()
                self._mark = _mark(element, self._styles) if event == "start" and tag == _PARAGRAPH else ""
                self._rows += (1 if event == "start" else -1) if tag == _ROW else 0
                if not self._rows:
                    yield from self._boxed(boxes)
                    boxes = []
            elif event == "start":
                self._line.append(_said(element))
        yield from self._taken()
        yield from self._boxed(boxes)

    def _boxed(self, boxes: Iterable[Any]) -> Iterator[str]:
        for box in boxes:
            yield from _Reading(self._styles).lines(box)

    def _taken(self) -> Iterator[str]:
        text = fold("".join(self._line))
        if text:
            yield self._mark + text
        self._line, self._mark = [], ""


def _said(element: Any) -> str:  # noqa: ANN401
    """Return what an element says by itself, as it reads with its tracked changes accepted."""
    if element.tag == _TEXT:
        return element.text or ""
    if element.tag == f"{_W}noBreakHyphen":
        return "\u2011"
    return " " if element.tag in _BREAKS else ""


def _mark(paragraph: Any, styles: Mapping[str, str]) -> str:  # noqa: ANN401
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    name = styles.get(style.get(f"{_W}val"), "") if style is not None else ""
    if name == "Title":
        return "# "
    if name.startswith("Heading"):
        return "## "
    numbered = paragraph.find(f"{_W}pPr/{_W}numPr") is not None
    return "- " if numbered or name.startswith("List") else ""
