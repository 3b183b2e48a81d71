"""Sources made to take all time or memory there is: each is read in a moment, or refused in one sentence."""

import logging
import os
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from corpus.errors import FeedError, SourceError
from corpus.processes import sandbox
from corpus.processes.sandbox import in_child
from corpus.sources.feeds import read_feed
from tests.corpus.cleaning.reading import clean

ALIASES = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))
ALIAS_BOMB = f"---\na0: &a0 [lol]\n{ALIASES}title: *a8\n---\nText of a release.\n".encode()
SPEAKERS = "The Council said so today.\nAda Lovelace, President of the Council\n\n"


def spin() -> None:
    """Keep the interpreter to oneself, in C, for longer than anybody waits."""
    re.match(r"(a+)+$", "a" * 60 + "b")


def fail() -> None:
    raise ZeroDivisionError("nobody foresaw this")


def hoard() -> int:
    return len(bytearray(2 << 30))


def sleep() -> None:
    time.sleep(60)


def leave_behind(path: str) -> None:
    """Start a process, write down its number, and go on for too long."""
    Path(path).write_text(str(subprocess.Popen(["sleep", "60"]).pid), "utf-8")
    spin()


def is_running(number: str) -> bool:
    """Tell whether a process is there, and not only its status, for which nobody has asked."""
    try:
        return Path(f"/proc/{number}/stat").read_text("utf-8").rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


@contextmanager
def impatient() -> Iterator[None]:
    """Bound what is read meanwhile to so little time that a test need not wait."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sandbox, "TIMEOUT_S", 0.3)
        yield


def seconds(act: Callable[[], object]) -> float:
    began = time.process_time()
    act()
    return time.process_time() - began


@pytest.mark.parametrize(
    "data",
    [
        ALIAS_BOMB,
        b"---\na: &a x\ntitle: *a\n---\nText.",
        b"---\n" + b"[" * 9_000 + b"\n---\nText.",
        b"---\ntitle:\n  nested: yes\n---\nText.",
        b"---\ntitle: A title\nText without an end of the header.",
    ],
)
def test_header_that_is_more_than_names_and_values_is_refused_at_once(data: bytes) -> None:
    clean(b"Text.", "warm.txt")
    began = time.monotonic()
    with pytest.raises(SourceError, match=r"^x\.md has a front-matter header that is not valid YAML"):
        clean(data, "x.md", handed_over=True)
    assert time.monotonic() - began < 10


def test_header_of_a_megabyte_is_refused() -> None:
    with pytest.raises(SourceError, match=r"^x\.md has a front-matter header of more than 10,000 characters"):
        clean(b"---\n" + b"a: b\n" * 200_000 + b"---\nText.", "x.md", handed_over=True)


@pytest.mark.parametrize("written", ["2026-01-02", "2026-01-02 10:00:00", "2026-01-02T23:30:00-05:00", "'2026-01-02'"])
def test_date_of_a_header_is_a_day_whatever_time_stands_behind_it(written: str) -> None:
    draft = clean(
        f"---\ntitle: yes\ntags: [a, b]\nnote: ~\ndate: {written}\n---\nText.".encode(), "x.md", handed_over=True
    )
    assert (type(draft.date).__name__, str(draft.date)) == ("date", "2026-01-02")
    assert (draft.title, draft.note, draft.text) == ("yes", None, "Text.")


@pytest.mark.parametrize(
    "text",
    [
        "#" + " " * 200_000,
        "# " + "\u00a0 " * 100_000 + "x",
        SPEAKERS * 3_000,
        "A. a " * 40_000,
        "«" * 200_000,
        "## a\n\nb\n\n" * 20_000,
    ],
    ids=["hashes", "blanks", "speakers", "open ends", "quotation marks", "headings"],
)
@pytest.mark.parametrize("header", ["", "---\ntitle: A title\n---\n"])
def test_text_of_200_000_characters_is_read_cut_and_signed_in_seconds(text: str, header: str) -> None:
    import datetime

    from corpus.models import Release
    from index.intake.canaries import canary
    from index.intake.duplicates import signature
    from index.text.passages import chunk

    read = clean((header + text).encode(), "x.md", handed_over=True).text if len(text) <= 200_000 else text[:200_000]
    release = Release("id", "T", "OLAF", datetime.date(2024, 1, 2), "en", read)
    assert seconds(lambda: (signature(read), canary(read, "T", "en"), chunk(release))) < 10


def test_accents_that_take_their_square_to_be_sorted_are_sorted_in_the_child() -> None:
    draft = clean(("a" + "\u0301\u0316" * 5_000).encode(), "x.txt")
    assert draft.text == "a" + "\u0316" * 5_000 + "\u0301" * 5_000 or len(draft.text) == 10_000


def test_half_an_emoji_in_what_a_page_says_of_itself_is_replaced() -> None:
    json_ld = '{"@type": "NewsArticle", "headline": "Boats \\ud83d", "datePublished": "2024-05-06"}'
    html = f'<html><head><script type="application/ld+json">{json_ld}</script></head><body><p>Text.</p></body></html>'
    draft = clean(html.encode(), "x.html")
    assert draft.title == "Boats \ufffd"


def test_feed_that_takes_too_much_is_refused_and_the_next_is_read(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sandbox, "_PATIENCE", 100)  # The time of the processor ends it, not that of the clock.
    said = r"takes more than 0\.3 s or 1024 MB to read: check the address\.$"
    with caplog.at_level(logging.INFO), impatient(), pytest.raises(FeedError, match=said):
        in_child(spin, name="https://a.eu/feed", advice="check the address", error=FeedError)
    assert "a reader was ended by Profiling timer expired" in caplog.text
    assert read_feed(b"<rss><channel><title>News</title></channel></rss>", "https://a.eu/feed").title == "News"


@pytest.mark.parametrize("act", [spin, hoard, sleep])
def test_work_beyond_its_bounds_is_ended(act: Callable[[], object]) -> None:
    said = r"^it takes more than 0\.3 s or 1024 MB to read: save it as text and add that\.$"
    began = time.monotonic()
    with impatient(), pytest.raises(SourceError, match=said):
        in_child(act, name="it")
    assert time.monotonic() - began < 20


def test_one_child_reads_one_source_after_the_other_and_a_new_one_after_a_breach() -> None:
    first, second = in_child(os.getpid, name="it"), in_child(os.getpid, name="it")
    with impatient(), pytest.raises(SourceError):
        in_child(spin, name="it")
    third = in_child(os.getpid, name="it")
    assert first == second
    assert third not in (first, os.getpid())
    assert not Path(f"/proc/{first}").exists()


def test_what_a_child_started_ends_with_it(tmp_path: Path) -> None:
    with impatient(), pytest.raises(SourceError):
        in_child(leave_behind, str(tmp_path / "pid"), name="it")
    number = (tmp_path / "pid").read_text("utf-8")
    end = time.monotonic() + 10
    while is_running(number) and time.monotonic() < end:
        time.sleep(0.01)
    assert not is_running(number)


def test_error_that_nobody_foresaw_has_a_reference_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR), pytest.raises(SourceError, match="cannot be read") as raised:
        in_child(fail, name="x.html")
    match = re.search(r"the log tells why under ([0-9a-f]{8})\): save it", str(raised.value))
    assert match is not None
    assert f"unexpected error {match[1]} in reading x.html" in caplog.text
    assert "ZeroDivisionError: nobody foresaw this" in caplog.text


def test_child_knows_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "secret")
    told: list[str | None] = []
    thread = threading.Thread(target=lambda: told.append(in_child(os.getenv, "DISCORD_TOKEN", name="it")))
    thread.start()  # whose child is its own
    thread.join()
    assert told == [None]
