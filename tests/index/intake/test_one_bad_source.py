"""Whatever goes wrong with one source or one feed is its own failure: it is told, and the next is taken."""

import datetime
import json
import logging
import re
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import index
from corpus.errors import StorageError
from corpus.fetching.fetcher import Fetched, Fetcher, FetchLimits, NotModified
from index.intake.overrides import Overrides
from index.intake.sources import Upload
from index.maintenance import Maintenance
from index.settings import IndexSettings, fetch_rules
from tests.corpus.servers import Server, page
from tests.fakes import FakeEmbedder, Here, quiet
from tests.pages import paragraphs, release_page, rss

LIMITS = FetchLimits(backoff_s=0.0)


@pytest.fixture
def keeper(settings: IndexSettings) -> Maintenance:
    return Maintenance(settings, Here(settings, FakeEmbedder(), lambda: Fetcher(fetch_rules(settings), LIMITS)))


def with_json_ld(seed: int, headline: str) -> bytes:
    """Return the page of a release that says in JSON-LD what it is called, and nowhere else."""
    stated = '{"@type": "NewsArticle", "headline": "' + headline + '"}'
    html = re.sub(r"<h1>.*?</h1>|<title>.*?</title>|<meta property=.og:title.[^>]*>", "", release_page(seed).decode())
    return html.replace("</head>", f'<script type="application/ld+json">{stated}</script></head>').encode()


def test_bad_sources_stop_no_good_one_beside_them(site: Server, keeper: Maintenance, tmp_path: Path) -> None:
    site.handlers |= {"/half": page(with_json_ld(1, "Boats \\ud83d")), "/good": page(release_page(2))}
    header = "title: A title\nissuer: OLAF\nlanguage: en\n"
    (tmp_path / "time.md").write_text(f"---\n{header}date: 2026-01-02 10:00:00\n---\n{paragraphs(3)[0]}")
    (tmp_path / "address.md").write_text(f"---\n{header}date: 2026-01-02\nurl: http://[\n---\n{paragraphs(4)[0]}")
    odd = tmp_path / "odd\udcff.md"
    odd.write_text(f"---\n{header}date: 2026-01-03\n---\n{paragraphs(5)[0]}")
    sources = ["http://[", site.url("/half"), str(tmp_path / "time.md"), str(tmp_path / "address.md"), str(odd)]
    added = keeper.add([*sources, site.url("/good")], quiet, build=False)
    assert [each.source for each in added.taken.failed] == ["http://[", str(tmp_path / "address.md")]
    assert len(added.taken.ingested) == 4
    assert added.taken.ingested[-1].status == "added"
    json.dumps(added.to_dict(), ensure_ascii=False).encode()


def test_title_with_half_an_emoji_is_kept_as_what_can_be_written(
    site: Server, keeper: Maintenance, settings: IndexSettings, tmp_path: Path
) -> None:
    site.handlers["/half"] = page(with_json_ld(1, "Boats \\ud83d"))
    added = keeper.add([site.url("/half")], quiet, force=True)
    assert index.release(settings, added.taken.ingested[0].release_id).title == "Boats \ufffd"
    path = tmp_path / "a.txt"
    path.write_text("\n\n".join(paragraphs(3)), "utf-8")
    said = Overrides(title="A \udcff title", issuer="OLAF", date=datetime.date(2024, 1, 2))
    other = keeper.add([Upload("a\udcff.txt", path)], quiet, said, force=True)
    assert index.release(settings, other.taken.ingested[0].release_id).title == "A \ufffd title"


def test_error_that_nobody_foresaw_is_that_sources_failure(
    site: Server, settings: IndexSettings, caplog: pytest.LogCaptureFixture
) -> None:
    class Breaking(Fetcher):
        def fetch(self, url: str, **given: Any) -> Fetched | NotModified:  # noqa: ANN401
            if url.endswith("/bad"):
                raise ZeroDivisionError("nobody foresaw this")
            return super().fetch(url, **given)

    keeper = Maintenance(settings, Here(settings, FakeEmbedder(), lambda: Breaking(fetch_rules(settings), LIMITS)))
    site.handlers |= {"/good": page(release_page(2)), "/feed": page(rss("News", [site.url("/bad"), site.url("/good")]))}
    with caplog.at_level(logging.ERROR):
        added = keeper.add([site.url("/bad"), site.url("/good")], quiet, build=False)
    (failed,) = added.taken.failed
    match = re.search(r"met an error that nobody foresaw \(ZeroDivisionError, reference ([0-9a-f]{8})\)", failed.error)
    assert match is not None
    assert f"unexpected error {match[1]} with {site.url('/bad')}" in caplog.text
    assert [source.status for source in added.taken.ingested] == ["added"]
    keeper.add_feed(site.url("/feed"))
    (polled,) = keeper.poll(quiet).sources
    assert (polled.new, polled.failed, polled.error) == (2, 1, None)


def test_value_that_sqlite_refuses_is_that_sources_failure_and_a_broken_file_is_everybodys(
    site: Server, keeper: Maintenance, settings: IndexSettings
) -> None:
    site.handlers |= {"/1": page(release_page(1)), "/2": page(release_page(2)), "/3": page(release_page(3))}
    keeper.add([site.url("/1")], quiet, build=False)
    with closing(sqlite3.connect(settings.data_dir / "corpus.db")) as db, db:
        begins = f"new.text LIKE '{paragraphs(2)[0][:40]}%'"
        db.execute(
            f"CREATE TRIGGER refuse BEFORE INSERT ON versions WHEN {begins} BEGIN SELECT raise(ABORT, 'no'); END"
        )
    added = keeper.add([site.url("/2"), site.url("/3")], quiet, build=False)
    assert [each.source for each in added.taken.failed] == [site.url("/2")]
    assert [each.status for each in added.taken.ingested] == ["added"]
    with closing(sqlite3.connect(settings.data_dir / "corpus.db")) as db, db:
        db.execute("DROP TABLE signatures")
    with pytest.raises(StorageError):
        keeper.add([site.url("/2")], quiet, build=False)


def test_nobody_is_kept_from_writing_while_a_source_is_looked_at(
    keeper: Maintenance, settings: IndexSettings, tmp_path: Path
) -> None:
    """A source that takes seconds to be read and judged holds no lock meanwhile."""
    path = tmp_path / "slow.md"
    header = "---\ntitle: A title\nissuer: OLAF\nlanguage: en\ndate: 2024-01-02\n---\n"
    path.write_text("\n".join([header, "#" + " " * 50_000, "«" * 80_000, *paragraphs(1, 60)]), "utf-8")
    keeper.add([str(path)], quiet, build=False)
    waits: list[float] = []
    done = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(settings.data_dir / "corpus.db", timeout=30)) as db:
            while not done.is_set():
                began = time.monotonic()
                with db:
                    db.execute("BEGIN IMMEDIATE")
                waits.append(time.monotonic() - began)
                time.sleep(0.01)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for number in range(2):
            path.write_text(path.read_text() + f" {number}", "utf-8")
            keeper.add([str(path)], quiet, build=False)
    finally:
        done.set()
        thread.join()
    assert max(waits) < 1.0
