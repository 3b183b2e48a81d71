"""What comes in is kept, linked, or set aside with reasons; nothing bad stops the rest, nothing comes twice."""

import datetime
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import index
from corpus.errors import SourceError, UnknownEntryError, UnknownReleaseError
from index.database.history import By
from index.database.home import open_corpus_db
from index.intake.duplicates import ALGORITHM
from index.intake.overrides import Overrides
from index.intake.sources import Upload
from index.maintenance import Maintenance
from index.processes.jobs import Added, open_corpus
from index.settings import IndexSettings
from tests.corpus.servers import Server, page
from tests.fakes import FakeEmbedder, quiet, upkeep
from tests.pages import Tagged, paragraphs, press_page, release_page

FIXTURES = Path(__file__).parents[2] / "fixtures" / "pages"
SIX = paragraphs(1)


@pytest.fixture
def keeper(settings: IndexSettings, embedder: FakeEmbedder) -> Maintenance:
    return upkeep(settings, embedder)


def statuses(added: Added) -> list[str]:
    return [source.status for source in added.taken.ingested]


def test_page_is_fetched_kept_and_served(site: Server, keeper: Maintenance, settings: IndexSettings) -> None:
    site.handlers["/release.html"] = page((FIXTURES / "consilium.html").read_bytes())
    added = keeper.add([site.url("/release.html")], quiet)
    assert (statuses(added), added.generation, added.complete) == (["added"], "000001", True)
    release = index.release(settings, added.taken.ingested[0].release_id)
    assert release.title == "Small harbours: Council adopts measures to keep fishing ports open"
    assert release.issuer == "Council of the European Union"
    assert (release.date, release.reference) == (datetime.date(2019, 3, 14), "214/19")
    assert release.url is not None
    assert release.url.startswith("https://www.consilium.europa.eu/en/press/press-releases/2019/03/14/")
    assert release.retrieved_from == site.url("/release.html")


def test_page_without_canonical_address_is_known_by_its_own(
    site: Server, keeper: Maintenance, settings: IndexSettings
) -> None:
    site.handlers["/a"] = page(press_page("Cod quotas", "2024-05-06", SIX, "https://www.consilium.europa.eu/"))
    added = keeper.add([site.url("/a")], quiet)
    release = index.release(settings, added.taken.ingested[0].release_id)
    assert (release.url, release.retrieved_from, release.origin) == (site.url("/a"), site.url("/a"), "fetched")


def test_fetching_again_asks_whether_it_changed(site: Server, keeper: Maintenance, settings: IndexSettings) -> None:
    served = Tagged(press_page("Cod quotas", "2024-05-06", SIX))
    site.handlers["/a"] = served
    url = site.url("/a")
    first = keeper.add([url], quiet)
    assert statuses(keeper.add([url], quiet)) == ["unchanged"]
    assert served.not_modified == 1
    served.change(press_page("Cod quotas", "2024-05-06", [*SIX, "The quota was corrected to 33 tonnes today."]))
    assert statuses(keeper.add([url], quiet)) == ["changed"]
    release_id = first.taken.ingested[0].release_id
    assert "33 tonnes" in index.release(settings, release_id).text
    keeper.withdraw(release_id, quiet)
    assert statuses(keeper.add([url], quiet)) == ["added"], "what was withdrawn is fetched whole again"


def test_same_text_elsewhere_is_linked_and_served_once(
    site: Server, keeper: Maintenance, settings: IndexSettings
) -> None:
    site.handlers["/a"] = page(press_page("Cod quotas", "2024-05-06", SIX))
    site.handlers["/b"] = page(press_page("Cod quotas", "2024-05-06", SIX))
    added = keeper.add([site.url("/a"), site.url("/b"), site.url("/a")], quiet)
    assert statuses(added) == ["added", "unchanged"]
    assert len({source.release_id for source in added.taken.ingested}) == 1
    (release,) = index.releases(settings, "cod")
    assert release.url == site.url("/a")


def test_nearly_the_same_text_elsewhere_is_set_aside_and_named(site: Server, keeper: Maintenance) -> None:
    long = paragraphs(7, 12)
    site.handlers["/a"] = page(press_page("Cod quotas", "2024-05-06", long))
    site.handlers["/b"] = page(press_page("Cod quotas: repost", "2024-05-07", [*long, "Posted by a reader of ours."]))
    site.handlers["/c"] = page(press_page("Other quotas", "2024-05-07", paragraphs(8, 12)))
    added = keeper.add([site.url("/a"), site.url("/b"), site.url("/c")], quiet)
    assert statuses(added) == ["added", "quarantined", "added"]
    (held,) = keeper.quarantined()
    assert held.quarantined.duplicate_of == added.taken.ingested[0].release_id
    assert (
        f"is the same as {held.quarantined.duplicate_of} at {site.url('/a').replace('http:', 'https:')}"
        in (held.quarantined.reasons[0])
    )
    assert not added.complete


def test_signatures_that_cannot_be_compared_are_made_again(
    site: Server, keeper: Maintenance, settings: IndexSettings
) -> None:
    long = paragraphs(7, 12)
    site.handlers["/a"] = page(press_page("Cod quotas", "2024-05-06", long))
    site.handlers["/b"] = page(press_page("Cod quotas: repost", "2024-05-07", [*long, "Posted by a reader of ours."]))
    keeper.add([site.url("/a")], quiet, build=False)
    with closing(open_corpus_db(settings)) as store:
        for release in store.releases():
            store.signatures.sign(release.release_id, release.text_sha256, ALGORITHM - 1, b"\0" * 512, [0] * 16)
        assert len(list(store.signatures.unsigned(ALGORITHM))) == 2
    assert statuses(keeper.add([site.url("/b")], quiet, build=False)) == ["quarantined"]
    with closing(open_corpus_db(settings)) as store:
        assert not list(store.signatures.unsigned(ALGORITHM))


def test_doubtful_sources_are_set_aside_with_every_reason(keeper: Maintenance, tmp_path: Path) -> None:
    path = tmp_path / "bare.txt"
    path.write_text("the text has no title. It says nothing of itself, and goes on for a while like that.", "utf-8")
    added = keeper.add([str(path)], quiet, Overrides(date=datetime.date(2999, 1, 1)), By("Ada", "a test"), build=False)
    assert added.to_dict()["quarantined"] == [
        {
            "source": str(path),
            "reasons": [
                "no title (give it with --title)",
                "no issuer (give it with --issuer)",
                "it is dated 2999-01-01, in the future (correct it with --date)",
            ],
        }
    ]
    (held,) = keeper.quarantined()
    assert (held.who, held.quarantined.source, held.quarantined.draft.language) == ("Ada", str(path), "en")
    assert keeper.quarantine_entry(held.number) == held


def test_what_is_set_aside_is_corrected_accepted_or_discarded(
    keeper: Maintenance, tmp_path: Path, settings: IndexSettings
) -> None:
    for name, seed in (("a.txt", 3), ("b.txt", 4)):
        (tmp_path / name).write_text("\n\n".join(paragraphs(seed)), "utf-8")
    keeper.add([str(tmp_path / "a.txt"), str(tmp_path / "b.txt")], quiet)
    first, second = keeper.quarantined()
    with pytest.raises(SourceError, match=r"still has no issuer \(give it with --issuer\)"):
        keeper.accept(first.number, quiet, Overrides(title="Cod", date=datetime.date(2024, 1, 2)))
    said = Overrides(title="Cod", date=datetime.date(2024, 1, 2), issuer="European Commission")
    accepted = keeper.accept(first.number, quiet, said, By("Ada", "checked"))
    assert (statuses(accepted), accepted.generation) == (["added"], "000001")
    assert index.release(settings, accepted.taken.ingested[0].release_id).title == "Cod"
    keeper.discard(second.number, By("Ada"))
    assert keeper.quarantined() == []
    with pytest.raises(UnknownEntryError, match="Nothing is in quarantine under number"):
        keeper.discard(second.number)
    actions = [(entry.action, entry.who, entry.why) for entry in index.history(settings).entries]
    assert actions[:3] == [
        ("discarded", "Ada", ""),
        ("built", "Ada", "checked"),
        ("added", "Ada", "checked"),
    ]
    assert index.history(settings).entries[1].seconds is not None


def test_source_added_again_leaves_one_entry_and_none_once_it_is_kept(keeper: Maintenance, tmp_path: Path) -> None:
    path = tmp_path / "bare.txt"
    path.write_text("\n\n".join(paragraphs(3)), "utf-8")
    keeper.add([str(path)], quiet, build=False)
    keeper.add([str(path)], quiet, build=False)
    assert len(keeper.quarantined()) == 1
    said = Overrides(title="Cod", date=datetime.date(2024, 1, 2), issuer="European Commission")
    assert statuses(keeper.add([str(path)], quiet, said, build=False)) == ["added"]
    assert keeper.quarantined() == []


def test_force_overrules_doubts_but_not_what_is_missing(keeper: Maintenance, tmp_path: Path) -> None:
    path = tmp_path / "bare.txt"
    path.write_text("\n\n".join(paragraphs(3)), "utf-8")
    future = Overrides(title="Cod", date=datetime.date(2999, 1, 2), issuer="European Commission")
    assert statuses(keeper.add([str(path)], quiet, future, build=False)) == ["quarantined"]
    assert statuses(keeper.add([str(path)], quiet, Overrides(title="Cod"), force=True, build=False)) == ["quarantined"]
    assert statuses(keeper.add([str(path)], quiet, future, force=True, build=False)) == ["added"]


@pytest.mark.parametrize("language", ["xx", "tlh", "la"])
def test_unknown_language_is_doubtful(language: str, keeper: Maintenance, write_release: Callable[..., Path]) -> None:
    added = keeper.add([str(write_release("a.md", SIX[0], language=language))], quiet, build=False)
    assert f"its language {language!r} is none that is known" in added.taken.ingested[0].reasons[0]


def test_one_bad_source_stops_no_other(site: Server, keeper: Maintenance, tmp_path: Path) -> None:
    site.handlers["/good"] = page(release_page(1))
    (tmp_path / "empty.txt").write_bytes(b"")
    sources = [str(tmp_path / "none.txt"), site.url("/gone"), str(tmp_path / "empty.txt"), site.url("/good")]
    sources += ["http://127.0.0.1:1/", "http://[::1]/", "https://example.org/", "file:///etc/passwd", "a\0b"]
    added = keeper.add(sources, quiet, build=False)
    assert statuses(added) == ["added"]
    assert [failure.source for failure in added.taken.failed] == [
        source for source in sources if source != site.url("/good")
    ]
    assert all(failure.error.endswith(".") for failure in added.taken.failed)


def test_two_who_add_the_same_link_at_once_keep_it_once(site: Server, settings: IndexSettings) -> None:
    site.handlers["/a"] = page(release_page(1))
    open_corpus(settings).close()
    results: list[Added] = []
    start = threading.Barrier(2)

    def add() -> None:
        start.wait()
        results.append(upkeep(settings, FakeEmbedder()).add([site.url("/a")], quiet))

    threads = [threading.Thread(target=add) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status for added in results for status in statuses(added)) == ["added", "unchanged"]
    assert len(index.releases(settings)) == 2
    with closing(open_corpus(settings)) as store:
        assert len(list(store.releases())) == 2


def test_history_says_who_what_why_and_how_long(keeper: Maintenance, settings: IndexSettings, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\n\n".join(paragraphs(3)), "utf-8")
    keeper.add([str(tmp_path / "a.txt")], quiet, by=By("Ada", "asked for in a meeting"))
    newest = index.history(settings).entries[0]
    assert (newest.action, newest.who, newest.why) == ("quarantined", "Ada", "asked for in a meeting")
    assert newest.details["source"] == str(tmp_path / "a.txt")


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\..\\windows\\win.ini", "/etc/passwd", "", "a\0b", "x" * 5000]
)
def test_name_of_an_upload_is_only_shown(name: str, keeper: Maintenance, tmp_path: Path) -> None:
    path = tmp_path / "1"
    path.write_text("\n\n".join(paragraphs(3)), "utf-8")
    said = Overrides(title=name or "Cod", date=datetime.date(2024, 1, 2), issuer="European Commission")
    added = keeper.add([Upload(name, path)], quiet, said, build=False)
    assert statuses(added) == ["added"]
    release_id = added.taken.ingested[0].release_id
    assert release_id.startswith("2024-01-02-ec-")
    assert set(release_id) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_withdrawing_takes_only_ids_that_are_there(keeper: Maintenance, settings: IndexSettings) -> None:
    open_corpus(settings).close()
    for release_id in ("../../etc/passwd", "", "%", "*"):
        with pytest.raises(UnknownReleaseError):
            keeper.withdraw(release_id, quiet)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (press_page("Page not found", "2024-05-06", ["The page was not found."]), "says that the page was not found"),
        (b"<html><body><form><p>Sign in to go on</p><input type=password></form></body></html>", "asks to log in"),
        (press_page("Cod", "2024-05-06", ["La réunion du comité est terminée. " * 3]), "too little text"),
    ],
)
def test_page_that_is_no_release_is_set_aside(body: bytes, reason: str, site: Server, keeper: Maintenance) -> None:
    site.handlers["/a"] = page(body)
    added = keeper.add([site.url("/a")], quiet, build=False)
    assert statuses(added) == ["quarantined"]
    assert any(reason in each for each in added.taken.ingested[0].reasons), added.taken.ingested[0].reasons


def test_garbled_page_is_set_aside(site: Server, keeper: Maintenance) -> None:
    french = [
        "Le Conseil a décidé aujourd’hui d’augmenter les quotas de pêche à l’été prochain.".replace("  ", " ")
    ] * 9
    garbled = [paragraph.encode().decode("cp1252") for paragraph in french]
    site.handlers["/a"] = page(press_page("Quotas de pêche", "2024-05-06", garbled))
    added = keeper.add([site.url("/a")], quiet, build=False)
    assert any("garbled letters" in reason for reason in added.taken.ingested[0].reasons)


@pytest.mark.parametrize(
    ("url", "shown", "reason"),
    [
        ("https://www.ecb.europa.eu/press/2018/12/06/a", "2024-05-06", "its address says 2018-12-06"),
        ("https://www.ecb.europa.eu/press/a", "2024-05-06</p><p>Frankfurt, 7 May 2024", "2024-05-07 stands beside it"),
    ],
)
def test_dates_that_disagree_are_set_aside_with_both(
    site: Server, keeper: Maintenance, url: str, shown: str, reason: str
) -> None:
    html = press_page("Cod quotas", "2024-05-06", SIX)
    site.handlers["/a"] = page(html.replace("release · 2024-05-06".encode(), f"release · {shown}".encode()))
    added = keeper.add([site.url("/a")], quiet, Overrides(url=url), build=False)
    assert statuses(added) == ["quarantined"]
    reasons = added.taken.ingested[0].reasons
    assert f"it is dated 2024-05-06, but {reason} (give the right one with --date)" in reasons
    settled = keeper.add([site.url("/a")], quiet, Overrides(url=url, date=datetime.date(2024, 5, 6)), build=False)
    assert statuses(settled) == ["added"]
