"""Makes a link that opens the official page at a quote (URL text fragments, WICG draft, section 3.3).

``#:~:text=start,end`` makes a browser look for the first place where `start` stands, and for the first `end` after it,
word by word, in any case. Both are words of the quote, as many as it takes to be unique in the stored text. Where the
quote itself stands twice, the words before it are added as a prefix. The number of words is found by bisection, and is
bounded by the room in the address, so that a text of any length takes a few searches.
"""

import re
from bisect import bisect_left
from collections.abc import Callable
from urllib.parse import quote as percent_encode

from index.text.sentences import Span

# A longer address could not be opened from every surface: the strictest takes 512 characters. A fragment that does not
# fit is left out, never cut.
MAX_URL_CHARS = 512
_PREFIX = "#:~:text="
_WORD_CHARS = 4  # A word takes at least a letter, and the space before it as "%20".
_MOST_MISSES = 1_000  # Words that stand this often inside longer words count as not unique.
_MARK = re.compile(r"^(?:- |#{1,6} )", re.MULTILINE)
_SHORT_WORDS = 8
_MIN_WORDS = 3


def link_to(url: str | None, text: str, span: Span) -> str | None:
    """Return the address of a page with a fragment that opens it at a span of its text.

    It is the plain address where no fragment is unique and fits `MAX_URL_CHARS`, and None where the release has none.
    """
    if url is None:
        return None
    before, quote, after = (
        _MARK.sub("", part) for part in (text[: span.start], text[span.start : span.end], text[span.end :])
    )
    address = url.partition("#")[0] + _PREFIX
    page = _Page(before.split(), quote.split(), after.split(), MAX_URL_CHARS - len(address))
    lines = [line.split() for line in quote.split("\n") if line.strip()]
    directive = page.directive(lines[0], lines[-1], one_line=len(lines) == 1)
    return address + directive if directive and len(address + directive) <= MAX_URL_CHARS else url


class _Page:
    """The words of a text as a browser compares them, and where the quote stands among them.

    More words stand in fewer places, so the fewest words that are unique can be found by bisection.
    """

    def __init__(self, before: list[str], quote: list[str], after: list[str], room: int) -> None:
        """Take the words, and how many characters a directive may have."""
        self._before = before
        self._text = f" {' '.join([*before, *quote, *after])} ".lower()
        self._start = _length(before) + bool(before)
        self._end = self._start + _length(quote)
        self._room = room
        self._most_words = max(0, room) // _WORD_CHARS + 1

    def directive(self, first: list[str], last: list[str], *, one_line: bool) -> str:
        """Return the text directive for a quote with this first and last line, or ``""`` where none is unique."""
        if one_line and len(first) <= _SHORT_WORDS:
            return self._exact(first)
        most = (len(first) - 1) // 2 if one_line else max(len(first), len(last))
        count = _fewest(
            range(_MIN_WORDS, min(most, self._most_words) + 1),
            lambda count: self._leads_here(first[:count]) and self._ends_here(first[:count], last[-count:]),
        )
        if count is not None:
            return f"{_encode(first[:count])},{_encode(last[-count:])}"
        return self._exact(first) if one_line else ""

    def _exact(self, words: list[str]) -> str:
        if _length(words) > self._room:
            return ""
        count = _fewest(
            range(min(len(self._before), self._most_words) + 1),
            lambda count: self._leads_here([*self._last_before(count), *words], count),
        )
        if count is None:
            return ""
        prefix = self._last_before(count)
        return (f"{_encode(prefix)}-," if prefix else "") + _encode(words)

    def _last_before(self, count: int) -> list[str]:
        return self._before[len(self._before) - count :]

    def _leads_here(self, words: list[str], before: int = 0) -> bool:
        """Tell whether words, the first `before` of them in front of the quote, stand nowhere else in the text."""
        prefix = words[:before]
        place = self._find(words, 0)
        return place == self._start - _length(prefix) - bool(prefix) and self._find(words, place + 1) < 0

    def _ends_here(self, start: list[str], end: list[str]) -> bool:
        """Tell whether the first place of the last words, after the first words, is the end of the quote."""
        place = self._find(end, self._start + _length(start))
        return place >= 0 and place + _length(end) == self._end

    def _find(self, words: list[str], begin: int) -> int:
        """Return where whole words stand first from a place on, -1 where they do not.

        Where they stand inside longer words too often, the place of one of these is returned: the words are no use.
        """
        wanted = " ".join(words).lower()
        place = self._text.find(wanted, begin + 1)
        for _ in range(_MOST_MISSES):
            if place < 0 or not (self._text[place - 1].isalnum() or self._text[place + len(wanted)].isalnum()):
                break
            place = self._text.find(wanted, place + 1)
        return place - 1


def _fewest(counts: range, holds: Callable[[int], bool]) -> int | None:
    """Return the first count for which something holds, None where there is none. It must hold for all larger ones."""
    index = bisect_left(counts, True, key=holds)
    return counts[index] if index < len(counts) else None


def _length(words: list[str]) -> int:
    return len(" ".join(words).lower())


def _encode(words: list[str]) -> str:
    """Percent-encode words, also "-", "," and "&", which have a meaning in a fragment."""
    return percent_encode(" ".join(words), safe="").replace("-", "%2D")
