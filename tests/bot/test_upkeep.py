"""Administration on the command line: addresses, quarantine, feeds, comparison, each to the end."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.receipts import Receipt
from bot.user_data import KeptAnswer, QuotedSpan
from index.changes import Citation
from index.filters import Filters
from tests.bot.conftest import Run, sentence_of
from tests.bot.stores import file_store
from tests.conftest import SHARED
from tests.corpus.servers import Server, page
from tests.disks import read_only
from tests.forgeries import COUNCIL, FORGED
from tests.pages import paragraphs, press_page, rss

FIXTURES = Path(__file__).parents[1] / "fixtures" / "pages"


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server of real-shaped pages, in one's own network."""
    with Server({f"/{path.name}": page(path.read_bytes()) for path in FIXTURES.glob("*.html")}) as server:
        monkeypatch.setenv("MEASURES_FETCH_PRIVATE", f"127.0.0.1:{server.port}")
        yield server


def test_address_ends_in_an_answer_that_quotes_the_new_release(run: Run, site: Server) -> None:
    names = ("consilium.html", "presscorner.html", "europol.html", "frontex.html", "ecb.html")
    result = run("index", "add", *(site.url(f"/{name}") for name in names), "--json")
    added = json.loads(result.stdout)
    assert (result.returncode, result.stderr, len(added["added"])) == (0, "", 5)
    assert list(added) == ["added", "changed", "unchanged", "quarantined", "failed", "generation"]
    assert added["generation"] == "000002"
    answer = json.loads(run("ask", "How long do national authorities have to answer a request?", "--json").stdout)
    assert answer["quotes"][0]["text"].startswith("National authorities will have 90 days to answer a request.")
    assert answer["quotes"][0]["release_id"] == added["added"][0]
    assert answer["quotes"][0]["link"].startswith("https://www.consilium.europa.eu/en/press/press-releases/2019/03/14/")
    again = json.loads(run("index", "add", site.url("/consilium.html"), "--json").stdout)
    assert (again["unchanged"], again["generation"]) == ([added["added"][0]], "000002")


@pytest.mark.skipif(not (SHARED / "pages").is_dir(), reason="the shared pages are not here")
def test_real_pages_are_added_whole(run_with_processes: Run, site: Server) -> None:
    paths = sorted((SHARED / "pages").glob("*.html"))
    site.handlers |= {f"/{path.name}": page(path.read_bytes(), Content_Type="text/html") for path in paths}
    result = run_with_processes("index", "add", *(site.url(f"/{path.name}") for path in paths), "--json")
    added = json.loads(result.stdout)
    assert (result.returncode, len(added["added"]), added["quarantined"]) == (0, len(paths), [])


def test_bad_sources_are_told_and_the_document_is_printed_either_way(run: Run, site: Server) -> None:
    site.handlers["/undated.html"] = page(press_page("A title", "", paragraphs(1)))
    result = run("index", "add", site.url("/gone"), site.url("/undated.html"), site.url("/ecb.html"), "--json")
    document = json.loads(result.stdout)
    assert result.returncode == 1
    assert len(document["added"]) == 1
    assert document["quarantined"] == [
        {"source": site.url("/undated.html"), "reasons": ["no date (give it with --date)"]}
    ]
    assert [failure["source"] for failure in document["failed"]] == [site.url("/gone")]
    assert [line.split(" ")[0] for line in result.stderr.splitlines()] == ["Error:", "Error:"]

    listed = run("index", "quarantine", "list", "--json").stdout
    assert run("index", "quarantine", "--json").stdout == listed
    assert run("index", "quarantine", "--json", "list").returncode == 2
    held = json.loads(listed)["quarantine"]
    assert [(each["source"], each["title"]) for each in held] == [(site.url("/undated.html"), "A title")]
    number = str(held[0]["id"])
    assert "no date (give it with --date)" in run("index", "quarantine").stdout
    assert json.loads(run("index", "quarantine", "show", number, "--json").stdout)["text"].startswith("The ")
    assert paragraphs(1)[0] in run("index", "quarantine", "show", number).stdout
    assert "still has no date" in sentence_of(run("index", "quarantine", "accept", number))
    accepted = run("index", "quarantine", "accept", number, "--date", "2024-05-06", "--json")
    assert json.loads(accepted.stdout)["added"] == ["2024-05-06-council-a-title"]
    assert "Nothing is in quarantine" in sentence_of(run("index", "quarantine", "discard", number))
    assert run("index", "quarantine").stderr == "Nothing is in quarantine.\n"


def test_change_from_elsewhere_is_shown_as_a_diff_and_accepted_by_hand(run: Run, site: Server) -> None:
    shown = json.loads(run("releases", "show", COUNCIL, "--json").stdout)
    site.handlers["/forged.html"] = page(press_page("Task force", "2018-12-06", FORGED, shown["url"]))
    (held,) = json.loads(run("index", "add", site.url("/forged.html"), "--force", "--json").stdout)["quarantined"]
    assert held["reasons"] == [
        f"it would change {COUNCIL}, which only {shown['url'].replace('www.', '').rstrip('/')} may, but it came from "
        f"{site.url('/forged.html')} (compare it and accept it, or give the address with --url)"
    ]
    (listed,) = json.loads(run("index", "quarantine", "list", "--json").stdout)["quarantine"]
    assert (listed["change_of"], listed["retrieved_from"]) == (COUNCIL, site.url("/forged.html"))
    diff = run("index", "quarantine", "show", "1").stdout.split("\n\n", 1)[1].splitlines()
    assert diff[:2] == [f"--- {COUNCIL}", "+++ offered"]
    assert {f"-title: {shown['title']}", "+title: Task force", f"+{FORGED[0]}"} < set(diff)
    assert json.loads(run("index", "quarantine", "show", "1", "--json").stdout)["diff"].splitlines() == diff
    assert json.loads(run("releases", "show", COUNCIL, "--json").stdout) == shown
    assert json.loads(run("index", "quarantine", "accept", "1", "--json").stdout)["changed"] == [COUNCIL]
    run("index", "build", "--force")  # which has much less than before
    now = run("releases", "show", COUNCIL).stdout
    assert f"Fetched from {site.url('/forged.html').removeprefix('http://')}" in now


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://www.consilium.europa.eu%2Fen@evil.example/", "https:a"]
)
def test_address_that_was_kept_and_is_none_is_not_shown(run: Run, url: str, tmp_path: Path) -> None:
    run("releases")
    with closing(sqlite3.connect(tmp_path / "data" / "corpus.db")) as connection, connection:
        connection.execute("UPDATE versions SET url = ?, retrieved_from = ?", [url, url])
    run("index", "build")
    question = ("ask", "What will the joint liaison task force do?")
    assert url not in run(*question).stdout
    assert url not in run("releases", "show", COUNCIL).stdout
    answer = json.loads(run(*question, "--json").stdout)
    assert ([quote["link"] for quote in answer["quotes"]], answer["sources"][0]["url"]) == ([None], None)
    assert json.loads(run("releases", "show", COUNCIL, "--json").stdout)["url"] is None


def test_private_addresses_are_refused_without_the_setting(
    run: Run, site: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MEASURES_FETCH_PRIVATE")
    assert "MEASURES_FETCH_HOSTS" in sentence_of(run("index", "add", site.url("/ecb.html")))
    assert site.asked == []


def test_feeds_are_followed_polled_and_told(run: Run, site: Server) -> None:
    announced = [site.url("/consilium.html"), site.url("/ecb.html"), site.url("/gone")]
    site.handlers["/feed"] = page(rss("Council news", announced))
    assert run("feeds", "list").stderr == "No feed is followed: `measures feeds add URL` follows one.\n"
    assert run("feeds", "add", site.url("/feed")).stdout == f"followed: {site.url('/feed')}\n"
    polled = json.loads(run("feeds", "poll", "--json").stdout)
    error = f"{site.url('/gone')} is not given out (status 404): check the address."
    (told,) = polled["feeds"]
    assert told == {
        **{"url": site.url("/feed"), "new": 3, "error": None, "skipped": False},
        **{"failed": 1, "waiting": 0, "entry_error": error},
    }
    assert f"1 of 3 entries failed: {error}" in run("feeds", "list").stdout
    assert (len(polled["added"]), polled["generation"]) == (2, "000002")
    (listed,) = json.loads(run("feeds", "list", "--json").stdout)["feeds"]
    assert (listed["url"], listed["title"], listed["failures"]) == (site.url("/feed"), "Council news", 0)
    assert (listed["entries"], listed["failed_entries"], listed["entry_error"]) == (3, 1, error)
    difference = json.loads(run("index", "diff", "000001", "000002", "--json").stdout)
    assert [change["release_id"] for change in difference["came"]] == sorted(polled["added"])
    assert "2 releases came, 0 changed, 0 went" in run("index", "diff", "000001", "000002").stdout
    assert run("feeds", "remove", site.url("/feed")).returncode == 0
    del site.handlers["/feed"]
    run("feeds", "add", site.url("/feed"))
    failed = run("feeds", "poll")
    assert (failed.returncode, failed.stderr.startswith("Error: ")) == (1, True)
    assert "failures in a row: 1" in run("feeds", "list").stdout


def test_history_names_who_typed_what(run_with_processes: Run, site: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_with_processes
    monkeypatch.setenv("LOGNAME", "ada")
    run("index", "add", site.url("/ecb.html"))
    built, added = json.loads(run("index", "history", "--json").stdout)["entries"][:2]
    assert (built["action"], built["who"], built["why"]) == ("built", "ada", "index add")
    assert built["seconds"] > 0
    assert (added["action"], added["who"]) == ("added", "ada")
    assert "by ada" in run("index", "history").stdout.splitlines()[0]


def test_text_is_erased_with_the_answers_that_quote_it(run: Run, site: Server, tmp_path: Path) -> None:
    (release_id,) = json.loads(run("index", "add", site.url("/consilium.html"), "--json").stdout)["added"]
    with closing(file_store(tmp_path / "data" / "bot.db")) as store:
        for answer, quoted in (("of it", release_id), ("of another", "2018-12-06-council-migrant-smuggling")):
            spans = (QuotedSpan(quoted, 0, 9),)
            kept = KeptAnswer(answer, 1, None, 1, None, True, "National authorities will?", Filters(), spans)
            cited = [Citation(quoted, f"version {answer}", 0, 9, f"words {answer}")]
            store.keep(kept, Receipt(answer, kept.question, Filters(), 3, True, "1", tuple(cited), local=False))
        cited.append(Citation(release_id, "version of it", 0, 9, "words of it"))
        store.keep_receipt(Receipt("typed", "What?", Filters(), 3, True, "1", tuple(cited), local=True), 30)
    assert run("index", "remove", release_id, "--erase", "--no-build").returncode == 2
    erased = run("index", "remove", release_id, "--erase")
    assert (erased.returncode, erased.stderr, erased.stdout.splitlines()) == (
        0,
        "",
        [
            f"The text of {release_id} is erased; generation 000003 is served.",
            "Gone with it, since they held it: generations 000002.",
        ],
    )
    files = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert not [path for path in files if b"National authorities will have 90 days" in path.read_bytes()]
    with closing(file_store(tmp_path / "data" / "bot.db")) as store:
        assert (store.answer("of it"), store.answer("of another") is None) == (None, False)
        assert [store.receipt(each, 30) is None for each in ("of it", "typed", "of another")] == [True, True, False]
    left = b"".join(path.read_bytes() for path in files if path.name.startswith("bot.db"))
    assert b"version of another" in left
    assert b"version of it" not in left
    assert "There is no generation '000002'" in sentence_of(run("index", "rollback", "000002"))
    assert "never held a release 'nothing'" in sentence_of(run("index", "remove", "nothing", "--erase"))


def test_rollback_to_what_is_served_says_that_nothing_was_changed(run: Run) -> None:
    before = run("index", "history", "--json").stdout
    assert run("index", "rollback", "000001").stdout == "Generation 000001 is served already: nothing was changed.\n"
    assert run("index", "history", "--json").stdout == before
    assert not json.loads(run("index", "status", "--json").stdout)["pinned"]


def test_read_only_folder_is_asked_and_says_what_cannot_be_done(run: Run, tmp_path: Path) -> None:
    with read_only(tmp_path / "data"):
        asked = run("ask", "Which agency will train border control units?", "--json")
        assert asked.returncode == 0, asked.stderr
        assert "CEPOL" in json.loads(asked.stdout)["quotes"][0]["text"]
        for reading in ("releases", "agency CEPOL", "index history", "index verify", "index quarantine", "feeds list"):
            assert run(*reading.split()).returncode == 0
        told = sentence_of(run("feeds", "add", "https://www.europol.europa.eu/rss"))
        assert told.startswith(f"Error: The feed is not followed: {tmp_path / 'data'} is read-only for this user")
