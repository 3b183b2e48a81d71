"""A Word document (.docx) -> lines, with python-docx. Run it only in the sandbox, because a zip file may be a bomb."""

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
_PARAGRAPH, _ROW, _RUN, _TEXT, _BOX = f"{_W}p", f"{_W}tr", f"{_W}r", f"{_W}t", f"{_W}txbxContent"
_BREAKS = frozenset(f"{_W}{name}" for name in ("tab", "br", "cr", "p", "tc"))
# Text that the document has twice (for newer programs, or at the place it was moved to), and deleted text.
_UNREAD = frozenset(
    ("{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback", f"{_W}moveFrom", f"{_W}del")
)


def word_lines(data: bytes, name: str) -> list[str]:
    """Return the paragraphs and rows of a Word document, one per line, with title, headings and items marked.

    :raises SourceError: when it is damaged or unpacks to more than `MAX_UNZIPPED_BYTES`.
    """
    return [line for line in _lines(_opened(data, name)) if line.strip("#- ")]


def _opened(data: bytes, name: str) -> "Document":
    import docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as files:
            sizes = [file.file_size for file in files.infolist()]
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
    """One pass over a document that reads every word once, however tables and text boxes are nested.

    A table inside a cell has its own rows, which follow the text of the cell before it. A text box follows the
    paragraph that it is attached to.
    """

    def __init__(self, styles: Mapping[str, str]) -> None:
        self._styles = styles
        self._line: list[str] = []  # Text of the paragraph, or of the cells of the row, so far.
        self._mark = ""
        self._open_rows = 0

    def lines(self, root: Any) -> Iterator[str]:  # noqa: ANN401
        """Yield the lines of an element."""
        from lxml.etree import iterwalk

        boxes: list[Any] = []
        walk = iterwalk(root, events=("start", "end"))
        for event, element in walk:
            tag = element.tag
            if event == "start" and (tag in _UNREAD or _is_unread(element) or (tag == _BOX and element is not root)):
                boxes += [element] if tag == _BOX else []
                walk.skip_subtree()
            elif tag == _ROW or (tag == _PARAGRAPH and not self._open_rows):
                yield from self._flushed()
                self._mark = _mark(element, self._styles) if event == "start" and tag == _PARAGRAPH else ""
                self._open_rows += (1 if event == "start" else -1) if tag == _ROW else 0
                if not self._open_rows:
                    yield from self._box_lines(boxes)
                    boxes = []
            elif event == "start":
                self._line.append(_own_text(element))
        yield from self._flushed()
        yield from self._box_lines(boxes)

    def _box_lines(self, boxes: Iterable[Any]) -> Iterator[str]:
        for box in boxes:
            yield from _Reading(self._styles).lines(box)

    def _flushed(self) -> Iterator[str]:
        text = fold("".join(self._line))
        if text:
            yield self._mark + text
        self._line, self._mark = [], ""


def _is_unread(element: Any) -> bool:  # noqa: ANN401
    """Tell whether an element is a run of hidden text, which Word neither shows nor prints, or of struck-out text."""
    if element.tag != _RUN:
        return False
    marks = (element.find(f"{_W}rPr/{_W}{name}") for name in ("vanish", "strike", "dstrike"))
    return any(mark is not None and mark.get(f"{_W}val") not in ("0", "false", "off") for mark in marks)


def _own_text(element: Any) -> str:  # noqa: ANN401
    """Return the text of an element without its children, as it reads when all tracked changes are accepted."""
    if element.tag == _TEXT:
        return (element.text or "").replace("\u00ad", "")  # Where a word may be divided; HTML is read without, too.
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
