"""What others wrote comes through one gate to a terminal, a pipe and a log: it shows as it reads, steers nothing."""

import json
import logging
import os
import pty
import re
import unicodedata
from pathlib import Path

import pytest

from bot.app.logs import configure_logging
from bot.cli.show_answers import show_answer
from bot.cli.terminal import Terminal
from corpus.printable import as_json, line, lines
from index.results import Answer, Quote, Source
from tests.bot.bot_process import COMMAND
from tests.bot.conftest import Run
from tests.corpus.servers import Server, page
from tests.forked import fork
from tests.pages import paragraphs, press_page

CLEAR, TITLED, C1, TURNED = "\x1b[2J", "\x1b]0;owned\x07", "\x9b31m", "\u202egpj.\u2066"
STEERING = f"{CLEAR}{TITLED}{C1}{TURNED}\u2028\u200f\U000e0041"
QUESTION = "How many lighthouses will the port authority of Varna repair?"
OWN_STYLES = re.compile(r"\x1b\[[\d;]*m|\x1b\]8;[^\x1b\x07]*\x1b\\")  # what rich writes on a terminal: colours, links

# The same command with a model that loads in a moment.
QUICKLY = f"""
import index
from tests.fakes import FakeEmbedder
index.SentenceTransformerEmbedder = lambda *_: FakeEmbedder()
{COMMAND}
"""


def steers(text: str) -> list[str]:
    """Return the characters of a text that a terminal, or what reads a log, would do more with than show."""
    ends = "\u2028\u2029"
    return [
        char for char in text if char != "\n" and (unicodedata.category(char) in ("Cc", "Cf", "Cs") or char in ends)
    ]


def hostile_release(folder: Path) -> Path:
    """Write a release of which all that can be said holds escape sequences, as YAML writes them."""
    path = folder / f"lighthouse{CLEAR}.md"
    text = "The port authority of Varna will repair 31 lighthouses in the year 2031. " * 4
    escaped = r"\e[2J\e]0;owned\a\u009b31m\u202egpj.\u2066\u2028\nError: all is lost."
    path.write_text(
        f'---\ntitle: "Lighthouses {escaped}"\nissuer: "European Commission {escaped}"\ndate: 2024-05-06\n'
        f'language: en\nurl: "https://ec.europa.eu/lighthouses"\n---\n\n## Varna {C1}{TURNED}\n\n{text}{C1}{TURNED}\n',
        "utf-8",
    )
    return path


@pytest.fixture
def hostile(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command line on a folder with such a release, put there by somebody whose name is no better."""
    monkeypatch.setenv("LOGNAME", f"eve{STEERING}")
    return with_hostile_release(run, tmp_path)


def with_hostile_release(run: Run, tmp_path: Path) -> Run:
    added = run("index", "add", str(hostile_release(tmp_path)), "--force", "--issuer", f"Commission{STEERING}")
    assert (added.returncode, steers(added.stdout + added.stderr)) == (0, [])
    return run


COMMANDS = (
    ("ask", QUESTION),
    ("search", QUESTION),
    ("releases",),
    ("releases", "show", "ID"),
    ("index", "status"),
    ("index", "history"),
)


def test_commands_print_nothing_that_steers_and_json_keeps_it_escaped(hostile: Run) -> None:
    listed = json.loads(hostile("releases", "--json").stdout)["releases"]
    release_id = next(each["release_id"] for each in listed if each["title"].startswith("Lighthouses"))
    for command in COMMANDS:
        typed = [release_id if word == "ID" else word for word in command]
        plain, document = hostile(*typed), hostile(*typed, "--json").stdout
        assert (command, plain.returncode, steers(plain.stdout + plain.stderr)) == (command, 0, [])
        assert not re.search("^Error: ", plain.stdout, re.MULTILINE)
        assert (steers(document), bool(json.loads(document))) == ([], True)
    removed = hostile("index", "remove", release_id, "--no-build")
    assert (removed.returncode, steers(removed.stdout + removed.stderr)) == (0, [])
    entries = json.loads(hostile("index", "history", "--json").stdout)["entries"]
    assert next(each["who"] for each in entries if each["who"]) == f"eve{STEERING}"


def test_json_is_the_same_document_with_what_steers_escaped() -> None:
    document = {"all": "".join(map(chr, range(0x3000))) + "\ud83d\U000e0041\ufeff", "é\x9b": ["ü"]}
    assert json.loads(as_json(document)) == document
    assert steers(as_json(document)) == []
    assert '"é' in as_json(document)


def test_terminal_gets_no_sequence_but_the_programs_own(run_with_processes: Run, tmp_path: Path) -> None:
    with_hostile_release(run_with_processes, tmp_path)
    ours, theirs = pty.openpty()
    environment = os.environ | {"MEASURES_THRESHOLD": "0", "TERM": "xterm-256color", "COLUMNS": "400"}
    process = fork(QUICKLY, ["ask", QUESTION], tmp_path, environment, theirs, theirs, theirs)
    os.close(theirs)
    printed = b""
    while chunk := _read(ours):
        printed += chunk
    os.close(ours)
    with open(process.ended, "rb") as status:
        assert status.read() == b"0"
    text = printed.decode()
    assert "\x1b]8;" in text
    assert "31 lighthouses" in text
    assert steers(OWN_STYLES.sub("", text).replace("\r\n", "\n")) == []


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other end is closed
        return b""


def test_quarantine_feeds_errors_and_wrong_use_print_nothing_that_steers(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = "<rss><channel><title>News &#x9b;31m&#x202e;</title><link>https://ec.europa.eu</link></channel></rss>"
    undated = press_page(f"Undated {C1}{TURNED}", "", paragraphs(4))
    with Server({"/feed": page(feed.encode(), Content_Type="application/rss+xml"), "/a": page(undated)}) as site:
        monkeypatch.setenv("MEASURES_FETCH_PRIVATE", f"127.0.0.1:{site.port}")
        results = [
            run("index", "add", str(tmp_path / f"gone{STEERING}.html"), site.url("/a")),
            run("index", "add", site.url(f"/gone{C1}{TURNED}")),
            run("index", "quarantine"),
            run("index", "quarantine", "show", "1"),
            run("index", "quarantine", "discard", "1"),
            run("feeds", "add", site.url("/feed"), site.url(f"/other?{TURNED}{C1}")),
            run("--verbose", "feeds", "poll"),
            run("feeds", "list"),
            run("feeds", "remove", site.url(f"/none{STEERING}")),
            run("releases", "show", f"none{STEERING}"),
            run("ask", "What?", "--agency", f"none{STEERING}"),
            run("ask", "What?", f"--none{STEERING}"),
            run(f"none{STEERING}"),
            run("eval", str(tmp_path / f"none{STEERING}")),
        ]
    printed = [result.stdout + result.stderr for result in results]
    assert [steers(text) for text in printed] == [[]] * len(results)
    assert all(printed)
    assert "News" in printed[7]


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_log_holds_one_line_an_event_and_nothing_that_steers(
    log_format: str, capfd: pytest.CaptureFixture[str]
) -> None:
    before = logging.root.handlers[:], logging.root.level
    try:
        configure_logging(log_format, verbose=False)  # type: ignore[arg-type]
        log = logging.getLogger("bot.tests")
        log.warning("the feed %s failed", f"https://ec.europa.eu/{STEERING}\n2026-01-01 00:00:00 INFO all is well")
        try:
            raise ValueError(f"{STEERING}\n2026-01-01 00:00:00 INFO all is well")
        except ValueError:
            log.exception("unexpected")
    finally:
        logging.root.handlers[:], logging.root.level = before
    written = capfd.readouterr().err
    assert steers(written) == []
    events = [each for each in written.splitlines() if not each.startswith("  ")]
    assert len(events) == 2
    if log_format == "json":
        assert [json.loads(each)["level"] for each in events] == ["WARNING", "ERROR"]
        assert STEERING in json.loads(events[0])["message"]


@pytest.mark.parametrize("terminal", [False, True])
def test_address_with_escapes_is_shown_and_is_no_link(
    terminal: bool, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if terminal:
        monkeypatch.setenv("FORCE_COLOR", "1")
    address = f"https://ec.europa.eu/{CLEAR}\x1b\\{TITLED}{C1}"
    quote = Quote("It was decided.", "one", 0, 15, "Fish", 1.0, address)
    source = Source("one", "0" * 64, "Title", "Commission", "2024-05-06", "en", address)
    show_answer(Terminal(), Answer("What?", True, 1.0, 0.5, (quote,), (source,), (), (), "000001", 1.0))
    printed = capfd.readouterr().out
    assert ("\x1b[" in printed) is terminal
    assert "\x1b]8;" not in printed
    assert "https://ec.europa.eu/\ufffd[2J" in printed
    assert steers(OWN_STYLES.sub("", printed)) == []


def test_gate_leaves_alone_what_can_be_seen() -> None:
    seen = "Îles Åland: “café”, 3 % – naïve Ελλάδα, България, 5 €, 日本 👍🏽"
    assert line(seen) == lines(seen) == seen
    assert line("one\ntwo\tthree\u2028four") == "one two three four"
    assert lines("one\r\ntwo\tthree\u2028four\r") == "one\ntwo\tthree\nfour\n"
    assert line("a\x1b[2Jb\x85c\x7f\ud83d") == "a�[2Jb�c��"
    assert line("soft\u00adhyphen, \u202eturned\u202c, joined\u200d") == "softhyphen, turned, joined"
