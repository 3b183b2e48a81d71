"""A text in Markdown -> lines, with markdown-it. Only what a reader of the rendered text would see is kept.

A text counts as Markdown when it has marks that no plain text has: bold words, links, escaped marks, underlined
headings. A text with only ``##`` headings and ``-`` items is laid out as our own texts are, and is read as it is.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from corpus.cleaning.lines import fold

if TYPE_CHECKING:
    from markdown_it.token import Token

_SIGNS = re.compile(
    r"(?<![*\w])\*\*[^\s*][^*\n]{0,500}\*\*(?!\w)|(?<!\w)__[^\s_][^_\n]{0,500}__(?!\w)"  # bold
    r"|\[[^\[\]\n]{1,500}\]\((?:https?:|mailto:|/|#|<)[^\s()]{0,1000}"  # a link
    r"|^\[[^\[\]\n]{1,100}\]: {1,3}(?:https?:|/|<)"  # the address of a link
    r"|^\d{1,3}\\[.)]|\\[*_\[\]#]"  # an escaped mark
    r"|^[^\s\-=#>|*+].{0,300}\n(?:={3,}|-{3,})[ \t]*$(?=\n\s*\n)",  # an underlined heading
    re.MULTILINE,
)
_SIGNS_MAX_CHARS = 200_000
_BREAKS = ("softbreak", "hardbreak")  # Neither divides a paragraph, as in a page.


def is_markdown(text: str) -> bool:
    """Tell whether a text has marks of Markdown that would stay in it if it were read as plain text."""
    return _SIGNS.search(text[:_SIGNS_MAX_CHARS]) is not None


def markdown_lines(text: str) -> list[str]:
    """Return the paragraphs of a text in Markdown, one per line, with title, headings and items marked.

    The title is the first heading of the highest level. Pictures and comments are left out.
    """
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    levels = [int(token.tag[1]) for token in tokens if token.type == "heading_open"]
    title_level = min(levels, default=0)
    lines: list[str] = []
    for line, level in _lines(tokens):
        is_title = level == title_level and level and not any(each.startswith("# ") for each in lines)
        lines.append(f"# {line}" if is_title else f"## {line}" if level else line)
    return [line for line in lines if line.strip("#- ")]


def _lines(tokens: "Sequence[Token]") -> Iterator[tuple[str, int]]:
    """Yield the lines of a document, each with the level of the heading that it is, or 0."""
    mark = ""
    level = 0
    cells: list[str] | None = None
    for token in tokens:
        match token.type:
            case "heading_open":
                level = int(token.tag[1])
            case "list_item_open":
                mark = f"{token.info}{token.markup} " if token.info else "- "
            case "tr_open":
                cells = []
            case "tr_close":
                yield " ".join(cells or []), 0
                cells = None
            case "inline" if cells is not None:
                cells.append(fold(_seen(token)))
            case "inline":
                yield mark + fold(_seen(token)), level
                mark, level = "", 0
            case "code_block" | "fence":
                yield from ((fold(line), 0) for line in re.split(r"\n\s*\n", token.content))


def _seen(token: "Token") -> str:
    """Return the words of a paragraph as a reader of the rendered text sees them."""
    parts = []
    for child in token.children or ():
        if child.type in ("text", "code_inline", "text_special"):
            parts.append(child.content)
        elif child.type in _BREAKS:
            parts.append(" ")
    return "".join(parts)
