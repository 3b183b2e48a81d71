"""A page on a grid of characters -> its lines in reading order."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.cleaning.lines import fold

_GAP = re.compile(r"(?<=\S) {3,}(?=\S)")
_MIN_LINES = 3  # So many lines must be side by side to count as columns.
_FULL_LINE = 0.8  # Of the longest line.
_MIN_CHARS = 15  # Average length on each side of the gap. Cells of a table are shorter.


@dataclass(frozen=True, slots=True)
class Line:
    """A line, and its relation to the line before.

    It may be apart from it, or begin a column or a page; ``before`` is the length of the line before.
    """

    text: str
    apart: bool = False
    new_column: bool = False
    new_page: bool = False
    before: int = 0


def in_reading_order(grid: Sequence[str]) -> list[Line]:
    """Return the lines of a page. Of two columns, all lines of the left one come first."""
    gutter = _gutter(grid)
    lines: list[Line] = []
    for part in _parts(grid, gutter):
        lines.extend(_spaced(part, first=not lines))
    return lines


def _gutter(grid: Sequence[str]) -> int | None:
    """Return a column of the grid that is blank in at least `_MIN_LINES` lines with prose on both sides."""
    counts: Counter[int] = Counter()
    for line in grid:
        for gap in _GAP.finditer(line):
            counts.update(range(gap.start() + 1, gap.end() - 1))
    for column, count in counts.most_common(5):
        sides = [line for line in grid if _is_parted(line, column)]
        short = min(sum(len(fold(line[:column])) for line in sides), sum(len(fold(line[column:])) for line in sides))
        if count >= _MIN_LINES and short >= _MIN_CHARS * len(sides):
            return column
    return None


def _is_parted(line: str, column: int) -> bool:
    return bool(line[:column].strip() and line[column:].strip()) and line[column - 1 : column + 2].isspace()


def _parts(grid: Sequence[str], gutter: int | None) -> Iterator[list[str]]:
    """Yield the page in parts. Each is a column, or lines across the whole page."""
    if gutter is None:
        yield list(grid)
        return
    parted = [row for row, line in enumerate(grid) if _is_parted(line, gutter)]
    across = [row for row, line in enumerate(grid) if line[:gutter].strip() and line[gutter - 1 : gutter + 1].strip()]
    start = 0
    while start < len(grid):
        first = next((row for row in parted if row >= start), len(grid))
        yield list(grid[start:first])
        end = next((row for row in across if row > first), len(grid))
        last = max((row for row in parted if first <= row < end), default=first)
        while last + 1 < end and (grid[last + 1].strip() or _is_right(grid[last + 1 : end], gutter)):
            last += 1
        yield [line[:gutter] for line in grid[first : last + 1]]
        yield [line[gutter:] for line in grid[first : last + 1]]
        start = last + 1


def _is_right(lines: Sequence[str], gutter: int) -> bool:
    """Tell whether the next line that is not blank is only in the right column."""
    following = next((line for line in lines if line.strip()), "")
    return bool(following.strip()) and not following[:gutter].strip()


def _spaced(part: Sequence[str], *, first: bool) -> list[Line]:
    """Fold the lines of a part, and mark those with more blank lines before them than most lines have.

    Only lines below a full one count for that: a short line ends a paragraph, and more may follow after a space.
    """
    blanks: list[int] = []
    lines: list[Line] = []
    blank = 0
    for line in part:
        text = fold(line)
        if text:
            blanks.append(blank)
            lines.append(Line(text, before=len(lines[-1].text) if lines else 0))
        blank = 0 if text else blank + 1
    full = _FULL_LINE * max((len(line.text) for line in lines), default=0)
    below_full = [blanks[number] for number, line in enumerate(lines) if number and line.before >= full]
    counted = sorted(below_full if len(below_full) >= _MIN_LINES else blanks[1:])
    usual = counted[len(counted) // 2] if len(blanks) > 3 else 0
    lines = [replace(line, apart=blanks[number] > usual) for number, line in enumerate(lines)]
    if lines:
        lines[0] = replace(lines[0], new_page=first, new_column=not first, apart=False)
    return lines
