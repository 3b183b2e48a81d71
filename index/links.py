"""A quote -> a link that opens its page at the quote (URL text fragments, WICG draft, section 3.3).

``#:~:text=start,end`` makes a browser look for the first place where `start` stands, and for the first `end` after it,
word by word and whatever the case. Both are taken from the quote and lengthened until they can mean nothing else in the
stored text; where the quote stands twice, the words before it go along as a prefix.
"""

import re
from urllib.parse import quote as percent_encode

from index.sentences import Span

MAX_URL_CHARS = 512  # Discord's limit for the address of a link button
_MARK = re.compile(r"^(?:- |#{1,6} )", re.MULTILINE)
_SHORT_WORDS = 8
_MIN_WORDS = 3


def link_to(url: str | None, text: str, span: Span) -> str | None:
    """Return the address of a page with a fragment that opens it at a span of its text.

    The plain address where no fragment is unique and fits `MAX_URL_CHARS`; None where the release has no address.
    """
    if url is None:
        return None
    before, quote, after = (
        _MARK.sub("", part) for part in (text[: span.start], text[span.start : span.end], text[span.end :])
    )
    page = _Page(before.split(), quote.split(), after.split())
    lines = [line.split() for line in quote.split("\n") if line.strip()]
    directive = page.directive(lines[0], lines[-1], one_line=len(lines) == 1)
    address = f"{url.partition('#')[0]}#:~:text={directive}"
    return address if directive and len(address) <= MAX_URL_CHARS else url


class _Page:
    """The words of a text as a browser compares them, and where the quote stands among them."""

    def __init__(self, before: list[str], quote: list[str], after: list[str]) -> None:
        self._before = before
        self._text = f" {' '.join([*before, *quote, *after])} ".lower()
        self._start = _length(before) + bool(before)
        self._end = self._start + _length(quote)

    def directive(self, first: list[str], last: list[str], *, one_line: bool) -> str:
        """Return the text directive for a quote with this first and last line, or ``""`` where none is unique."""
        if one_line and len(first) <= _SHORT_WORDS:
            return self._exact(first)
        for count in range(_MIN_WORDS, max(len(first), len(last)) + 1):
            if one_line and 2 * count >= len(first):
                return self._exact(first)
            start, end = first[:count], last[-count:]
            if self._leads_here(start) and self._ends_here(start, end):
                return f"{_encode(start)},{_encode(end)}"
        return ""

    def _exact(self, words: list[str]) -> str:
        for count in range(len(self._before) + 1):
            prefix = self._before[len(self._before) - count :]
            if self._leads_here([*prefix, *words], _length(prefix) + bool(prefix)):
                return (f"{_encode(prefix)}-," if prefix else "") + _encode(words)
        return ""

    def _leads_here(self, words: list[str], before: int = 0) -> bool:
        """Tell whether words stand in the whole text once, from `before` characters in front of the quote on."""
        at = self._find(words, 0)
        return at == self._start - before and self._find(words, at + 1) < 0

    def _ends_here(self, start: list[str], end: list[str]) -> bool:
        at = self._find(end, self._start + _length(start))
        return at >= 0 and at + _length(end) == self._end

    def _find(self, words: list[str], begin: int) -> int:
        """Return where words stand first from a place on, -1 where they do not; inside a longer word is nowhere."""
        wanted = " ".join(words).lower()
        at = self._text.find(wanted, begin + 1)
        while at >= 0 and (self._text[at - 1].isalnum() or self._text[at + len(wanted)].isalnum()):
            at = self._text.find(wanted, at + 1)
        return at - 1


def _length(words: list[str]) -> int:
    return len(" ".join(words).lower())


def _encode(words: list[str]) -> str:
    """Percent-encode words; "-", "," and "&" have a meaning in a fragment and are encoded too."""
    return percent_encode(" ".join(words), safe="").replace("-", "%2D")
