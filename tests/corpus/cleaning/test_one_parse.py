"""A page is parsed once, in one task of the child process, for its text and for what is doubtful about it."""

import sys
from types import FrameType

from corpus.cleaning.clean import Reading, _read
from corpus.cleaning.html_blocks import parse
from corpus.cleaning.quality import DoubtKind

PROSE = "<p>The Council adopted measures on small harbours, which come into force in the spring of 2027.</p>"
LISTING = "".join(f"<h3><a href='/{number}'>Harbour {number} of the Union is repaired</a></h3>" for number in range(9))


def counted(page: str) -> tuple[Reading, int]:
    """Read a page, and count how often it is parsed."""
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event == "call" and frame.f_code is parse.__code__

    sys.setprofile(count)
    try:
        reading = _read(page.encode(), "x.html", None, False)
    finally:
        sys.setprofile(None)
    return reading, calls


def test_page_is_parsed_once_for_its_text_and_its_doubts() -> None:
    reading, calls = counted(f"<html lang=en><body><h1>Small harbours</h1>{PROSE}{LISTING}</body></html>")
    assert calls == 1
    assert "small harbours, which" in reading.draft.text
    assert [doubt.kind for doubt in reading.page_doubts] == [DoubtKind.LIST_OF_PAGES]


def test_doubts_are_about_the_whole_page_and_not_what_is_read_of_it() -> None:
    login = "<form><input type=password></form>"  # A form is no part of a text.
    reading, _ = counted(f"<html lang=en><body><h1>Small harbours</h1>{PROSE}{login}</body></html>")
    assert "password" not in reading.draft.text
    assert [doubt.kind for doubt in reading.page_doubts] == [DoubtKind.LOGIN_PAGE]
