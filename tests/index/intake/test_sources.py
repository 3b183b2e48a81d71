"""Sources of every kind announce releases; what sites refuse is listed, tried again later, and brought by people."""

import datetime
import json
import os
import time
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

import index
from corpus.errors import FetchError, SourceError, UnknownEntryError
from index.database.home import open_corpus_db
from index.database.sources import SourceKind, SourceOptions
from index.intake.overrides import Overrides
from index.maintenance import Maintenance
from index.settings import IndexSettings
from tests.corpus.servers import Request, Server, page
from tests.fakes import quiet
from tests.pages import release_page, rss
from tests.press_corner import ROOT, PressCorner, document

TODAY = datetime.datetime.now(datetime.UTC).date()


def wait_is_over(settings: IndexSettings) -> None:
    """Let every refused address be due."""
    with closing(open_corpus_db(settings)) as store, store.writing():
        store.announcements._db.execute("UPDATE announcements SET retry = 0")


def refuse(request: Request) -> None:
    request.answer(b"<h1>Browser check</h1>", "403 Forbidden")


def titles(settings: IndexSettings) -> set[str]:
    return {release.title for release in index.releases(settings)}


def test_search_in_the_press_corner_brings_what_is_wanted(
    site: Server, corner: PressCorner, keeper: Maintenance, settings: IndexSettings
) -> None:
    day = TODAY.isoformat()
    corner.publish(1, day=day)
    corner.publish(2, day=day, kind="MEX")
    corner.publish(3, day=day, policies=("AGRI",))
    corner.publish(4, day=day, language="de")
    corner.publish(5, day="2024-01-20")
    options = SourceOptions(types=("ip",), policies=("TRANSP",), languages=("en", "de"), words=("4",))
    url, new = keeper.add_source(site.url(f"{ROOT}/"), options=options)
    assert (url, new) == (site.url(f"{ROOT}/?types=IP&policies=TRANSP&languages=en,de&words=4"), True)
    keeper.poll(quiet)
    assert corner.read == ["IP/26/4 de"]
    wide, _ = keeper.add_source(site.url(f"{ROOT}/?types=IP&policies=TRANSP"))
    polled = keeper.poll(quiet, [wide])
    assert {source.status for source in polled.added.taken.ingested} == {"added", "skipped"}
    assert corner.read == ["IP/26/4 de", "IP/26/1 en", "IP/26/3 en"]
    assert titles(settings) >= {"Quays for Bremen 1", "Kais für Esbjerg 4"}
    keeper.poll(quiet)
    assert len(corner.read) == 3, "what was seen is not read again"
    (narrow, listed) = keeper.sources()
    assert (listed.counts.kept, narrow.counts.kept) == (1, 1)


@pytest.mark.parametrize(
    ("what", "options", "url"),
    [
        ("presscorner", SourceOptions(), "https://ec.europa.eu/commission/presscorner/?languages=en"),
        ("press corner: types=IP,SPEECH; languages=en,fr", SourceOptions(),
         "https://ec.europa.eu/commission/presscorner/?types=IP,SPEECH&languages=en,fr"),
        ("https://ec.europa.eu/commission/presscorner/home/en", SourceOptions(types=("IP",)),
         "https://ec.europa.eu/commission/presscorner/?types=IP&languages=en"),
        ("https://ec.europa.eu/commission/presscorner/api/search?language=de&pagesize=10&documentTypeCodes=IP",
         SourceOptions(), "https://ec.europa.eu/commission/presscorner/?types=IP&languages=de"),
    ],
)  # fmt: skip
def test_press_corner_is_named_in_several_ways(
    what: str, options: SourceOptions, url: str, keeper: Maintenance
) -> None:
    assert keeper.add_source(what, options=options) == (url, True)
    assert keeper.add_source(url) == (url, False)
    assert keeper.sources()[0].source.kind is SourceKind.PRESS_CORNER


@pytest.mark.parametrize(
    ("what", "options", "said"),
    [
        ("presscorner: color=red", SourceOptions(), "is no option of the press corner"),
        ("presscorner", SourceOptions(languages=("english",)), "is no language of the press corner"),
        ("presscorner", SourceOptions(types=("I P",)), "is no code of the press corner"),
        ("https://www.europol.europa.eu/rss", SourceOptions(types=("IP",)), "is no press corner"),
        ("/nowhere", SourceOptions(), "is no address"),
    ],
)
def test_what_is_no_source_is_one_sentence(what: str, options: SourceOptions, said: str, keeper: Maintenance) -> None:
    with pytest.raises(SourceError, match=said):
        keeper.add_source(what, options=options)
    assert keeper.sources() == []


def test_source_that_may_not_be_asked_or_is_not_there(keeper: Maintenance) -> None:
    with pytest.raises(FetchError, match="is not a host that releases are taken from"):
        keeper.add_source("https://example.org/sitemap.xml")
    with pytest.raises(UnknownEntryError):
        keeper.remove_source("presscorner")


def test_sitemap_and_an_index_of_sitemaps(site: Server, keeper: Maintenance, settings: IndexSettings) -> None:
    def entries(root: str, tag: str, *items: tuple[str, str]) -> bytes:
        inner = "".join(f"<{tag}><loc>{loc}</loc><lastmod>{day}</lastmod></{tag}>" for loc, day in items)
        xml = f'<?xml version="1.0"?><{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{inner}</{root}>'
        return xml.encode()

    for number in range(3):
        site.handlers[f"/news/{number}"] = page(release_page(number))
    old, new = site.url("/old.xml"), site.url("/new.xml")
    elsewhere = "https://www.europol.europa.eu/sitemap.xml"
    site.handlers["/sitemap.xml"] = page(
        entries("sitemapindex", "sitemap", (old, "2019-01-01"), (new, "2026-01-02"), (elsewhere, "2026-01-02"))
    )
    site.handlers["/old.xml"] = page(entries("urlset", "url", (site.url("/news/0"), "2019-01-01")))
    site.handlers["/new.xml"] = page(
        entries("urlset", "url", (site.url("/news/1"), "2026-01-02"), (site.url("/about"), "2026-01-02"))
    )
    url, _ = keeper.add_source(site.url("/sitemap.xml"), options=SourceOptions(words=("/news/",)))
    assert keeper.sources()[0].source.kind is SourceKind.SITEMAP
    keeper.backfill(quiet, [url], since=datetime.date(2020, 1, 1))
    assert [path for path in site.paths if path.startswith("/news")] == ["/news/1"]
    assert "/old.xml" not in site.paths
    keeper.poll(quiet)
    assert sorted(path for path in site.paths if path.startswith("/news")) == ["/news/0", "/news/1"]
    assert "/about" not in site.paths


@pytest.mark.parametrize(
    "body", [b"<html><p>no</p></html>", b"", b"<!DOCTYPE x [<!ENTITY a 'b'>]><urlset/>", b"\x1f\x8bx"]
)
def test_what_is_no_sitemap_fails_in_one_sentence(body: bytes, site: Server, keeper: Maintenance) -> None:
    site.handlers["/sitemap.xml"] = page(body)
    keeper.add_source(site.url("/sitemap.xml"))
    (polled,) = keeper.poll(quiet).sources
    assert polled.error is not None
    assert polled.error.startswith(site.url("/sitemap.xml"))


def test_folder_is_watched(tmp_path: Path, keeper: Maintenance, settings: IndexSettings) -> None:
    folder = tmp_path / "dropped"
    folder.mkdir()
    url, _ = keeper.add_source(str(folder))
    (folder / "answer.json").write_text(json.dumps(document(1)))
    for name in ("page.html.crdownload", "PAGE.HTML.PART", "~$page.docx", "Thumbs.db"):
        (folder / name).write_text("not of a person")
    (folder / "gone.html").symlink_to(folder / "nowhere.html")
    (folder / "page_files").mkdir()
    (folder / "empty.html").write_text("")
    (folder / "nothing.html").write_text("<html><body><p>Nothing.</p></body></html>")
    polled = keeper.poll(quiet)
    assert titles(settings) >= {"Quays for Bremen 1"}
    assert sorted(source.status for source in polled.added.taken.ingested) == ["added", "quarantined"]
    assert keeper.poll(quiet, [url]).sources[0].new == 0
    (folder / "nothing.html").write_text(json.dumps(document(2)))
    os.utime(folder / "nothing.html", (1, 1))
    assert keeper.poll(quiet, [url]).sources[0].new == 1, "a file that has changed is read again"
    assert titles(settings) >= {"Quays for Constanta 2"}
    assert keeper.quarantined() == []
    (listed,) = keeper.sources()
    assert (listed.counts.kept, listed.counts.quarantined) == (2, 0)
    keeper.remove_source(str(folder))
    assert keeper.sources() == []


def test_archive_in_a_watched_folder_brings_all_files_in_it_once(
    tmp_path: Path, keeper: Maintenance, settings: IndexSettings
) -> None:
    folder = tmp_path / "dropped"
    folder.mkdir()
    keeper.add_source(str(folder))
    with zipfile.ZipFile(folder / "answers.zip", "w") as archive:
        for number in (1, 2):
            archive.writestr(f"{number}.json", json.dumps(document(number)))
    polled = keeper.poll(quiet)
    assert [source.status for source in polled.added.taken.ingested] == ["added", "added"]
    assert titles(settings) >= {"Quays for Bremen 1", "Quays for Constanta 2"}
    assert keeper.poll(quiet).added.taken.ingested == ()


def test_folder_that_is_gone_is_one_sentence(tmp_path: Path, keeper: Maintenance) -> None:
    folder = tmp_path / "dropped"
    folder.mkdir()
    keeper.add_source(str(folder))
    folder.rmdir()
    (polled,) = keeper.poll(quiet).sources
    assert polled.error is not None
    assert "cannot be read" in polled.error


def test_what_a_site_refuses_is_announced_and_never_settled(
    site: Server, keeper: Maintenance, settings: IndexSettings, tmp_path: Path
) -> None:
    site.handlers |= {f"/{number}": refuse for number in range(5)}
    site.handlers["/feed"] = page(rss("Council", [site.url(f"/{number}") for number in range(5)]))
    keeper.add_feed(site.url("/feed"))
    polled = keeper.poll(quiet)
    assert polled.sources[0].failed == 5
    assert len(site.paths) == 4, "a site that refused three pages is not asked for the others"
    assert all("open the page in a browser" in failure.error for failure in polled.added.taken.failed)
    pauses = []
    for _ in range(6):
        waiting = {entry.url: entry for entry in keeper.announced()}
        assert len(waiting) == 5
        pauses.append(waiting[site.url("/0")].retry - time.time())
        before = len(site.paths)
        keeper.poll(quiet)
        assert site.paths[before:] == ["/feed"], "the pause is not over"
        wait_is_over(settings)
        keeper.poll(quiet)
    assert pauses == sorted(pauses)
    assert pauses[-1] > 20 * pauses[0]
    (listed,) = keeper.sources()
    assert (listed.counts.refused, listed.counts.kept) == (5, 0)
    saved = tmp_path / "saved.html"
    saved.write_bytes(release_page(0))
    keeper.add([str(saved)], quiet, Overrides(url=site.url("/0")))
    assert len(keeper.announced()) == 4
    (listed,) = keeper.sources()
    assert (listed.counts.refused, listed.counts.kept) == (4, 1)
    site.handlers["/1"] = page(release_page(1))
    wait_is_over(settings)
    keeper.poll(quiet)
    assert len(keeper.announced()) == 3


def test_refused_address_that_a_person_gave_is_announced_too(
    site: Server, keeper: Maintenance, settings: IndexSettings
) -> None:
    site.handlers["/a"] = refuse
    keeper.add([site.url("/a")], quiet)
    (entry,) = keeper.announced()
    assert (entry.url, entry.source, entry.attempts) == (site.url("/a"), "", 1)
    site.handlers["/a"] = page(release_page(0))
    wait_is_over(settings)
    keeper.poll(quiet)
    assert keeper.announced() == []


def test_saved_page_resolves_an_address_that_counts_readers(site: Server, keeper: Maintenance, tmp_path: Path) -> None:
    site.handlers["/a"] = refuse
    site.handlers["/feed"] = page(rss("Council", [site.url("/a?utm_source=feed&amp;utm_medium=rss")]))
    keeper.add_feed(site.url("/feed"))
    keeper.poll(quiet)
    (entry,) = keeper.announced()
    assert entry.url == site.url("/a?utm_source=feed&utm_medium=rss")
    saved = tmp_path / "saved.html"
    comment = f"<!-- saved from url=(0030){site.url('/a')} -->".encode()
    saved.write_bytes(release_page(0).replace(b"<html", comment + b"\n<html", 1))
    keeper.add([str(saved)], quiet)
    assert keeper.announced() == []


def test_feed_that_is_refused_says_what_to_do(site: Server, keeper: Maintenance) -> None:
    site.handlers["/feed"] = refuse
    keeper.add_feed(site.url("/feed"))
    assert "answers programs with 403" in (keeper.poll(quiet).sources[0].error or "")
    assert "answers programs with 403" in (keeper.sources()[0].source.last_error or "")


def test_erased_release_leaves_no_title_among_announcements(
    site: Server, keeper: Maintenance, settings: IndexSettings
) -> None:
    site.handlers["/0"] = page(release_page(0))
    site.handlers["/feed"] = page(rss("Council", [site.url("/0")]).replace(b"News", b"Verily secret"))
    keeper.add_feed(site.url("/feed"))
    (kept,) = keeper.poll(quiet).added.taken.ingested
    keeper.erase(kept.release_id, quiet)
    assert b"Verily secret" not in (settings.data_dir / "corpus.db").read_bytes()
