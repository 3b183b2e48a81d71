"""A takedown: after it no byte of the data folder holds a sentence of the text, and no feed brings it back."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import index
from corpus.errors import UnknownReleaseError
from corpus.fetching.fetcher import Fetcher, FetchLimits
from index.building.writing import embedded_digests
from index.database.history import By
from index.database.home import open_corpus_db
from index.engine import Engine
from index.filters import Filters
from index.generations.folder import Generations
from index.maintenance import Maintenance
from index.processes import erase
from index.settings import IndexSettings, fetch_rules
from tests.corpus.servers import Server, page
from tests.fakes import FakeEmbedder, Here, quiet
from tests.pages import Tagged, paragraphs, press_page, rss

GONE, CORRECTED, STAYS = paragraphs(1), [*paragraphs(1)[:5], *paragraphs(2, 1)], paragraphs(3)
ADA = By("Ada", "a court order")


@pytest.fixture
def site() -> Iterator[Server]:
    with Server({}) as server:
        yield server


@pytest.fixture
def settings(tmp_path: Path, site: Server) -> IndexSettings:
    return IndexSettings(data_dir=tmp_path / "data", model="fake", fetch_private=frozenset({("127.0.0.1", site.port)}))


@pytest.fixture
def keeper(settings: IndexSettings, embedder: FakeEmbedder) -> Maintenance:
    limits = FetchLimits(backoff_s=0.0)
    return Maintenance(settings, Here(settings, embedder, lambda: Fetcher(fetch_rules(settings), limits)))


@pytest.fixture
def release_id(site: Server, keeper: Maintenance) -> str:
    """A release that a feed brought and that was corrected since, beside another; three generations hold it."""
    served = Tagged(press_page("Taken down", "2024-05-06", GONE))
    site.handlers |= {"/gone": served, "/stays": page(press_page("It stays", "2024-05-07", STAYS))}
    site.handlers["/feed"] = page(rss("News", [site.url("/gone"), site.url("/stays")]))
    keeper.add_feed(site.url("/feed"))
    taken = keeper.poll(quiet).added.taken.ingested
    served.change(press_page("Taken down", "2024-05-06", CORRECTED))
    assert [source.status for source in keeper.add([site.url("/gone")], quiet).taken.ingested] == ["changed"]
    keeper.rebuild(quiet)
    return taken[0].release_id


def found(folder: Path, texts: list[str]) -> set[str]:
    """Return the files that hold a sentence of some paragraphs, in any byte."""
    sentences = [f"{sentence}.".encode() for text in texts for sentence in text.rstrip(".").split(". ")]
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and any(sentence in path.read_bytes() for sentence in sentences)
    }


def test_no_byte_of_the_data_folder_holds_a_sentence_of_it(
    release_id: str, keeper: Maintenance, settings: IndexSettings, embedder: FakeEmbedder
) -> None:
    assert found(settings.data_dir, GONE) > {"corpus.db", "generations/000001/passages.db"}
    erased = keeper.erase(release_id, quiet, ADA)
    assert (erased.generation, erased.dropped, erased.left) == ("000004", ("000002", "000003"), None)
    assert found(settings.data_dir, GONE + CORRECTED) == set()
    assert found(settings.data_dir, STAYS) == {"corpus.db", "generations/000004/passages.db"}
    assert [release.title for release in index.releases(settings)][:1] == ["It stays"]
    entry = next(entry for entry in index.history(settings).entries if entry.action == "erased")
    assert (entry.release_id, entry.who, entry.why) == (release_id, "Ada", "a court order")
    with Engine(settings, embedder) as engine:
        assert not any(passage.text in " ".join(GONE) for passage in engine.search(GONE[0], Filters(), 20).passages)
    Generations(settings.data_dir).check("000004", digests=True)
    with closing(open_corpus_db(settings)) as store:
        wanted = embedded_digests(store)
    with closing(sqlite3.connect(settings.data_dir / "corpus.db")) as db:
        assert {digest for (digest,) in db.execute("SELECT text_sha256 FROM embeddings")} == wanted
    assert keeper.rebuild(quiet).embedded == 0, "what stays is still known"


def test_what_was_set_aside_of_it_goes_too(
    release_id: str, keeper: Maintenance, settings: IndexSettings, tmp_path: Path
) -> None:
    copies = {"copy.md": [*GONE, "A line more."], "other.md": paragraphs(4)}
    for name, text in copies.items():
        (tmp_path / name).write_text("# A title\n\n" + "\n\n".join(text), "utf-8")
        keeper.add([str(tmp_path / name)], quiet)
    assert len(keeper.quarantined()) == 2
    keeper.erase(release_id, quiet)
    assert [each.quarantined.source for each in keeper.quarantined()] == [str(tmp_path / "other.md")]
    assert found(settings.data_dir, GONE + CORRECTED) == set()
    logged = [entry for entry in index.history(settings).entries if entry.action == "quarantined"]
    assert [entry.details.get("source") for entry in logged] == [str(tmp_path / "other.md"), None]


def test_no_feed_brings_it_back_and_who_adds_it_is_told(
    release_id: str, site: Server, keeper: Maintenance, settings: IndexSettings
) -> None:
    keeper.erase(release_id, quiet)
    site.handlers["/feed"] = page(rss("News", [site.url("/gone?again"), site.url("/gone"), site.url("/stays")]))
    site.handlers["/gone?again"] = site.handlers["/gone"]
    keeper.remove_feed(site.url("/feed"))
    keeper.add_feed(site.url("/feed"))
    polled = keeper.poll(quiet)
    assert {source.status for source in polled.added.taken.ingested} == {"unchanged"}
    assert (keeper.quarantined(), found(settings.data_dir, GONE + CORRECTED)) == ([], set())
    (failure,) = keeper.add([site.url("/gone")], quiet).taken.failed
    assert failure.error == f"{site.url('/gone')} holds {release_id}, whose text was erased: --force brings it back."
    assert found(settings.data_dir, GONE + CORRECTED) == set()
    forced = keeper.add([site.url("/gone")], quiet, force=True)
    assert [(each.status, each.release_id) for each in forced.taken.ingested] == [("added", release_id)]
    assert keeper.erase(release_id, quiet).left is None
    assert found(settings.data_dir, GONE + CORRECTED) == set()


def test_what_was_withdrawn_before_and_what_is_served_by_a_rollback_can_be_erased(
    release_id: str, keeper: Maintenance, settings: IndexSettings
) -> None:
    keeper.withdraw(release_id, quiet)
    keeper.rollback()
    erased = keeper.erase(release_id, quiet)
    assert (erased.dropped, erased.unpinned) == (("000003",), True)
    assert not index.status(settings).pinned
    assert found(settings.data_dir, GONE + CORRECTED) == set()
    again = keeper.erase(release_id, quiet)
    assert (again.generation, again.dropped) == (erased.generation, ())
    with pytest.raises(UnknownReleaseError, match="never held a release 'nothing'"):
        keeper.erase("nothing", quiet)


def test_another_build_is_waited_for_and_where_it_lasts_the_text_is_hidden_and_said_to_be_there(
    release_id: str, keeper: Maintenance, settings: IndexSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erase, "_WAIT_S", 0.1)
    with Generations(settings.data_dir).building("Grace", "index build"):
        left = keeper.erase(release_id, quiet).left
    assert left is not None
    assert "Another build is running on this data folder (Grace, index build" in left
    assert "corpus.db" not in found(settings.data_dir, GONE + CORRECTED)
    assert release_id not in {release.release_id for release in index.releases(settings)}
    assert keeper.erase(release_id, quiet).left is None
    assert found(settings.data_dir, GONE + CORRECTED) == set()


def test_discarded_entry_loses_its_text(keeper: Maintenance, settings: IndexSettings, tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / f"{number}.md").write_text("# A title\n\n" + "\n\n".join(paragraphs(number)), "utf-8")
    taken = keeper.add([str(tmp_path / "1.md"), str(tmp_path / "2.md")], quiet).taken.ingested
    assert [source.status for source in taken] == ["quarantined", "quarantined"]
    assert found(settings.data_dir, paragraphs(1)) == {"corpus.db"}
    discarded = keeper.discard(taken[0].number)
    assert discarded.quarantined.draft.text.startswith("The "), "whoever discards it is told what it was"
    assert found(settings.data_dir, paragraphs(1)) == set()


def test_texts_settled_by_an_older_version_go_when_it_is_brought_up_to_date(
    settings: IndexSettings, keeper: Maintenance, tmp_path: Path
) -> None:
    (tmp_path / "1.md").write_text("# A title\n\n" + "\n\n".join(paragraphs(1)), "utf-8")
    keeper.add([str(tmp_path / "1.md")], quiet)
    with closing(sqlite3.connect(settings.data_dir / "corpus.db")) as db, db:
        db.execute("UPDATE quarantine SET state = 'discarded'")
        db.execute("ALTER TABLE releases DROP COLUMN erased_at")
        db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm015_erased'")
    assert found(settings.data_dir, paragraphs(1)) == {"corpus.db"}
    open_corpus_db(settings).close()
    assert found(settings.data_dir, paragraphs(1)) == set()
