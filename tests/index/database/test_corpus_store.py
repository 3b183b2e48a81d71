"""The corpus is the same in corpus.db and in PostgreSQL: all methods of the store, and what only one can do wrong."""

import datetime
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from corpus.errors import ArchiveError, Fault, MeasuresError, StorageError
from corpus.fetching.responses import Fetched
from corpus.models import Draft, Release
from corpus.press_corner import PressDocument
from corpus.web_urls import canonical_url
from index.database import corpus_postgres
from index.database.announcements import Announcement
from index.database.canaries import Canary
from index.database.corpus_db import BY_ROWID, CorpusStore
from index.database.corpus_postgres import PostgresCorpus
from index.database.derived import Kept
from index.database.embeddings import EmbeddingKey
from index.database.fetches import Fetch
from index.database.history import By
from index.database.home import open_corpus_db, open_corpus_file
from index.database.quarantine import QuarantinedDraft
from index.database.sources import BackfillState, SourceKind, SourceOptions
from index.intake.failures import failure_sentence
from index.settings import IndexSettings

URL = "https://www.example.eu/a"
KEY = EmbeddingKey("model", "float16", "")


@pytest.fixture
def settings(settings_of_both_kinds: IndexSettings) -> IndexSettings:
    return settings_of_both_kinds


@pytest.fixture
def store(settings: IndexSettings) -> Iterator[CorpusStore]:
    with closing(open_corpus_db(settings, By("ann", "a test"))) as store:
        yield store


def release(release_id: str, text: str = "Ένα κείμενο, “quoted”.", **fields: str) -> Release:
    given = {"title": f"Title {release_id}", "issuer": "OLAF", "language": "en", "url": f"{URL}/{release_id}"} | fields
    return Release(release_id=release_id, date=datetime.date(2020, 1, 2), text=text, **given)


def keep(store: CorpusStore, kept: Release, canonical_url: str | None = None) -> Release:
    store.accept(kept, canonical_url=canonical_url, raw_sha256="0" * 64, cleaner=1, action="added")
    return kept


def test_releases_are_kept_changed_found_and_withdrawn(store: CorpusStore, settings: IndexSettings) -> None:
    assert store.is_new()
    first = keep(store, release("b", "One text.", reference="733/18"), f"{URL}/b")
    keep(store, release("B"))
    second = keep(store, release("b", "Another text."), None)
    keep(store, release("a", language="de"))
    assert [each.release_id for each in store.releases()] == ["B", "a", "b"], "letter by letter"
    assert (store.current("b"), store.versions("b")) == (second, [first, second])
    shown = [(each.release, each.is_current) for each in store.shown_versions.of("b")]
    assert shown == [(first, False), (second, True)]
    assert store.find(f"{URL}/b", "") == store.find(None, first.text_sha256) == "b"
    assert store.find(None, "1" * 64) is None
    known = store.known("b", first.text_sha256)
    assert (known.canonical_url, known.url, known.withdrawn, known.has_text) == (f"{URL}/b", f"{URL}/b", False, True)
    assert (store.taken("b"), store.taken("c"), store.canonical_url("b")) == (True, False, f"{URL}/b")
    store.withdraw("b")
    assert (store.withdrawn(), store.current("b"), len(store.versions("b"))) == (frozenset({"b"}), None, 2)
    assert store.known("b", "1" * 64).withdrawn
    assert keep(store, first) == store.current("b"), "it came back"
    assert store.versions("b")[-1] == first
    with closing(open_corpus_db(settings, reading=True)) as other:
        assert list(other.releases()) == list(store.releases())
        assert [(entry.action, entry.release_id, entry.who) for entry in other.history.entries()][:2] == [
            ("added", "b", "ann"),
            ("removed", "b", "ann"),
        ]


def test_editions_are_joined_and_found(store: CorpusStore) -> None:
    for release_id, language in (("en", "en"), ("de", "de"), ("fr", "fr")):
        keep(store, release(release_id, release_id, language=language, reference="1/20"), f"{URL}/{release_id}")
    store.join("en", ["de"])
    assert [each.work for each in store.with_reference("1/20", "OLAF")] == ["en", "en", "fr"]
    assert [each.release_id for each in store.editions("en")] == ["de", "en"]
    edition = store.edition_at(f"{URL}/de")
    assert edition is not None
    assert (edition.work, edition.language, store.edition_at(None)) == ("en", "de", None)
    assert store.current("de") is not None
    assert store.current("de").edition_of == "en"  # type: ignore[union-attr]


def test_erased_text_is_gone_and_stays_out(store: CorpusStore) -> None:
    text = keep(store, release("a"), f"{URL}/a").text_sha256
    store.history.add("quarantined", source=URL, why="x")
    store.history.add("quarantined", source="another", sources=3)
    store.signatures.sign("a", text, 1, b"s", [7, 1 << 62])
    store.derived.keep([Kept("a", b"k", b"v")])
    store.canaries.set(Canary("a", "What?"))
    store.fetches.link(f"{URL}/other", "a")
    store.erase("a", [URL])
    assert (store.withdrawn(), store.erasures.erased(), store.versions("a")) == (frozenset({"a"}), ["a"], [])
    assert store.erasures.kept_out(None, text) == store.erasures.kept_out(f"{URL}/other", "") == "a"
    assert store.erasures.kept_out(None, "") is None
    assert (store.derived.of(["a"]), store.signatures.sharing([7])) == ({}, [])
    details = [entry.details for entry in store.history.entries() if entry.action == "quarantined"]
    assert details == [{"source": "another", "sources": 3}, {}]
    store.erasures.sweep()
    assert store.taken("a")


def test_all_or_nothing_is_written_and_a_part_may_fail_alone(store: CorpusStore, settings: IndexSettings) -> None:
    class Stop(Exception):
        pass

    def write_and_stop(release_id: str) -> None:
        keep(store, release(release_id))
        raise Stop

    with pytest.raises(Stop), store.writing():
        write_and_stop("a")
    assert store.is_new()
    with store.writing():
        keep(store, release("a"))
        with pytest.raises(Stop), store._db.atomic():
            write_and_stop("b")
        with closing(open_corpus_db(settings, reading=True)) as other:
            assert other.current("a") is None, "nobody sees half of it"
    assert [each.release_id for each in store.releases()] == ["a"]


def test_whoever_writes_waits_for_another(store: CorpusStore, settings: IndexSettings) -> None:
    done: list[str] = []

    def other() -> None:
        with closing(open_corpus_db(settings)) as second, second.writing():
            done.append("other")
            keep(second, release("b" if second.taken("a") else "a"))

    thread = threading.Thread(target=other)
    with store.writing():
        thread.start()
        thread.join(0.3)
        keep(store, release("a"))
        done.append("own")
    thread.join()
    assert (done, [each.release_id for each in store.releases()]) == (["own", "other"], ["a", "b"])


def test_quarantine_keeps_what_a_person_judges(store: CorpusStore) -> None:
    draft = Draft("Ein Text.", "Titel", "OLAF", datetime.date(2020, 1, 2), "de", url=URL)
    first = store.quarantine.add(QuarantinedDraft("one", URL, "0", 1, draft, ("short",), "a"), "ann")
    again = store.quarantine.add(QuarantinedDraft("one", URL, "1", 1, draft, ("short", "old"), None, "b"), "ben")
    other = store.quarantine.add(QuarantinedDraft("second", None, "2", 1, draft, (), None), "ann")
    assert first <= again < other
    (entry, _) = store.quarantine.entries()
    assert (entry.number, entry.who, entry.quarantined.draft, entry.quarantined.reasons) == (
        again,
        "ben",
        draft,
        ("short", "old"),
    )
    store.quarantine.settle(again, "discarded")
    store.quarantine.release_source("second")
    assert (store.quarantine.entries(), store.quarantine.get(again)) == ([], None)
    assert store.pruning.quarantine() == 0, "it is told for a year"


def test_sources_and_what_they_announce(store: CorpusStore) -> None:
    assert store.sources.add(URL, SourceKind.SITEMAP, SourceOptions(words=("a|b",)), "Title")
    assert not store.sources.add(URL, SourceKind.FEED, SourceOptions(), "again")
    store.sources.polled(URL, 100.5, title="New", etag='"e"', last_modified=None)
    store.sources.hurry(URL, 200.0)
    store.sources.failed(URL, 90.25, "No.")
    store.sources.count(URL, 7, 1, "Why.")
    store.sources.backfilling(URL, BackfillState("2020-01-01", "2020-12-31"))
    (source,) = store.sources.all()
    assert (source.due, source.failures, source.title, source.etag, source.entries) == (90.25, 1, "New", '"e"', 7)
    assert source.backfill == BackfillState("2020-01-01", "2020-12-31")
    store.sources.hurry(URL, 5)
    assert store.sources.all()[0].due == 5

    told = store.announcements
    dated = Announcement(f"{URL}/1", "One", datetime.date(2020, 1, 1))
    undated, older = Announcement(f"{URL}/2"), Announcement(f"{URL}/3", "", datetime.date(2019, 1, 1))
    told.wait(URL, [undated, older, dated, dated])
    assert told.waiting(URL, 3, 0.0) == [dated, older, undated], "newest first, without a date last"
    told.see(URL, dated, "refused", "403", 50.0)
    told.see("", Announcement(f"{URL}/1", "By hand"), "refused", "403", 60.0)
    told.see("", Announcement(f"{URL}/1", ""), "refused", "403 again", 60.0)
    told.see(URL, older, "failed", "No.", 0.0)
    assert told.attempts(URL, older.url) == 1
    (announced,) = told.announced()
    assert (announced.source, announced.title, announced.attempts, announced.error) == ("", "By hand", 2, "403 again")
    assert told.refused(URL, 50.0, 9) == [dated]
    assert told.settled(URL, [dated, older], 1) == {dated.url, older.url}
    assert told.failing(URL, [older.url]) == ["No."]
    counts = told.counts()[URL]
    assert (counts.kept, counts.refused, counts.failed, counts.waiting, counts.quarantined) == (0, 1, 1, 1, 0)
    told.resolve(canonical_url(f"{URL}/1"))
    assert (told.announced(), told.counts()[URL].kept) == ([], 1)
    keep(store, release("a"), canonical_url(f"{URL}/9"))
    assert (told.is_kept(f"{URL}/9"), told.is_kept(f"{URL}/8")) == (True, False)
    assert (store.sources.remove(URL), store.sources.remove(URL), set(told.counts())) == (True, False, {""})


def test_what_saves_work_is_kept_and_pruned(store: CorpusStore) -> None:
    texts = [bytes([number]) * 32 for number in range(4)]
    store.embeddings.keep(KEY, dict.fromkeys(texts, b"\x00\x01"))
    store.embeddings.keep(KEY, {texts[0]: b"\x02"})
    store.embeddings.keep(EmbeddingKey("other", "float16", ""), {texts[0]: b"\x03"})
    assert store.embeddings.cached(KEY, [texts[0], texts[1], b"none"]) == {texts[0]: b"\x02", texts[1]: b"\x00\x01"}
    assert store.embeddings.keep_only(texts[:2]) == 2
    assert store.pruning.embeddings_of_other_models({"model"}) == 1
    keep(store, release("a"))
    store.derived.keep([Kept("a", b"k", b"v")])
    store.derived.keep([Kept("a", b"l", b"w"), Kept("b", b"\x00", b"")])
    assert store.derived.of(["a", "b", "c"]) == {"a": Kept("a", b"l", b"w"), "b": Kept("b", b"\x00", b"")}
    store.spool.put(URL, Fetched(URL, b"\x00<html>", None, None))
    store.spool.put(URL, Fetched(f"{URL}/b", b"\xff", "e", "m"))
    assert store.spool.get(URL) == Fetched(f"{URL}/b", b"\xff", "e", "m")
    store.spool.clear()
    assert store.spool.get(URL) is None
    store.fetches.remember(URL, Fetch("e", None, "a"))
    store.fetches.remember(URL, Fetch("f", "m", "a"))
    assert store.fetches.fetched(URL) == Fetch("f", "m", "a")
    store.canaries.set(Canary("a", "What?"))
    store.canaries.set(Canary("a", "Who?"))
    assert store.canaries.drawn(3) == [Canary("a", "Who?")]
    store.withdraw("a")
    assert (store.canaries.drawn(3), store.fetches.fetched(URL), store.pruning.derived()) == ([], None, 1)


def test_document_without_text_is_known_in_all_languages_until_it_has_one(store: CorpusStore) -> None:
    english, german = (PressDocument("https://ec.europa.eu", language, "fs", "26", "7") for language in ("en", "de"))
    assert store.textless.since(english) is None
    store.textless.note(german)
    store.textless.note(german)
    assert store.textless.since(english) == datetime.datetime.now(datetime.UTC).date().isoformat()
    store.textless.forget(english)
    assert store.textless.since(german) is None


def test_signatures_find_what_shares_a_band(store: CorpusStore) -> None:
    for name in "ab":
        keep(store, release(name, f"text {name}"))
    assert set(store.signatures.unsigned(1)) == {"a", "b"}
    store.signatures.sign("a", store.current("a").text_sha256, 1, b"s", [1, -(1 << 63)])  # type: ignore[union-attr]
    store.signatures.sign("a", store.current("a").text_sha256, 1, b"t", [1, (1 << 63) - 1])  # type: ignore[union-attr]
    assert [each.signature for each in store.signatures.sharing([5, (1 << 63) - 1])] == [b"t"]
    assert store.signatures.sharing([5, -(1 << 63)]) == []
    assert list(store.signatures.unsigned(1)) == ["b"]
    assert set(store.signatures.unsigned(2)) == {"a", "b"}


def test_old_versions_lose_their_words_and_old_history_goes(store: CorpusStore) -> None:
    for number in range(5):
        keep(store, release("a", f"Text {number}."))
    keep(store, release("a", "Text 0."))
    assert store.pruning.versions(3) == 2
    assert {each.text for each in store.versions("a")} == {"Text 3.", "Text 4.", "Text 0."}
    assert store.versions("a")[-1].text == "Text 0."
    assert store.find(None, release("a", "Text 1.").text_sha256) == "a"
    store.history.add("built", generation="000001", seconds=1.25)
    store.history.add("built", generation="000002", seconds=2.0)
    (served, refused) = store.history.build_counts()
    assert (served.number, refused.number) == (2, 0)
    assert served.seconds == pytest.approx(3.2, abs=0.11)
    assert store.history.is_built()
    assert store.pruning.history(1) == 0
    with store._db.atomic():
        store._db.execute("UPDATE log SET at = '2001-01-01'")
    assert store.pruning.history(1) == 6
    assert store.history.is_built()
    keep(store, release("b"))
    assert not store.history.is_built()


@pytest.mark.parametrize("value", ["\x00", "\ud800", "x" * 9_000], ids=["zero", "half a character", "long"])
def test_value_that_a_database_refuses_is_the_fault_of_its_source(value: str, store: CorpusStore) -> None:
    """Where it is refused at all, the others come in."""
    told = []
    for number, title in enumerate(("one", value, "second")):
        try:
            keep(store, release(str(number), f"Text {number}.", title=title), f"{URL}/{title}")
        except (MeasuresError, UnicodeError) as error:
            told.append(failure_sentence(title, error))  # it raises what would stop the others
    assert all("nobody foresaw" in sentence and sentence.startswith(value[:9]) for sentence in told)
    assert len(told) < 2
    assert {"0", "2"} <= {each.release_id for each in store.releases()}


def test_rows_go_from_one_kind_to_the_other_and_back(store: CorpusStore, database: str, tmp_path: Path) -> None:
    keep(store, release("b", "Zwei."), f"{URL}/b")
    keep(store, release("a"), f"{URL}/a")
    keep(store, release("b", "Eins."))
    store.embeddings.keep(KEY, {b"1" * 32: b"\x00\xff"})
    store.quarantine.add(QuarantinedDraft("one", URL, "0", 1, Draft("Text."), (), None), "ann")
    store.sources.add(URL, SourceKind.FEED, SourceOptions(), "Title")
    copy, back = tmp_path / "copy.db", tmp_path / "back.db"
    for path in (copy, back):
        open_corpus_file(path).close()
    store.copy_to(copy)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS measures_corpus CASCADE")
    with closing(CorpusStore(PostgresCorpus(database))) as tables:
        tables.take(copy)
        assert list(tables.releases()) == list(store.releases())
        assert tables.versions("b") == store.versions("b")
        tables.copy_to(back)
        assert dump(copy) == dump(back)
        tables.quarantine.add(QuarantinedDraft("second", URL, "0", 1, Draft("Text."), (), None), "ann")
        tables.history.add("built")
        assert len(tables.quarantine.entries()) == 2
        assert tables.history.is_built()
        with pytest.raises(ArchiveError, match="is not empty, it has releases"):
            tables.take(copy)
        assert len(list(tables.releases())) == 2


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return sorted(line for line in connection.iterdump() if "_sqlite_migrations" not in line)


def test_both_kinds_have_the_same_tables(database: str, tmp_path: Path) -> None:
    open_corpus_file(tmp_path / "corpus.db").close()
    PostgresCorpus(database).close()
    with closing(sqlite3.connect(tmp_path / "corpus.db")) as file, psycopg.connect(database) as connection:
        names = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        of_file = {
            (name, column[1], bool(column[3] or column[5]))
            for name in names
            if not name.startswith(("sqlite_", "_"))
            for column in file.execute(f"PRAGMA table_info({name})")
        }
        rows = connection.execute(
            "SELECT table_name, column_name, is_nullable = 'NO' FROM information_schema.columns "
            "WHERE table_schema = 'measures_corpus' AND table_name NOT IN ('migrations', 'restoring') "
            "AND column_name <> 'rowid'"
        )
        assert of_file == set(rows)
        with_rowid = connection.execute(
            "SELECT table_name FROM information_schema.columns "
            "WHERE table_schema = 'measures_corpus' AND column_name = 'rowid'"
        )
        assert [name for (name,) in with_rowid] == list(BY_ROWID)


def test_corpus_that_nobody_made_is_empty_and_stays_unmade(database: str, tmp_path: Path) -> None:
    settings = IndexSettings(data_dir=tmp_path, database_url=SecretStr(database))
    with closing(open_corpus_db(settings, reading=True)) as store:
        assert (list(store.releases()), store.is_new()) == ([], True)
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT to_regnamespace('measures_corpus')").fetchone() == (None,)


def test_corpus_of_files_is_not_left_behind_without_a_word(database: str, tmp_path: Path) -> None:
    files = IndexSettings(data_dir=tmp_path)
    with closing(open_corpus_db(files)) as store:
        keep(store, release("a"))
    tables = files.model_copy(update={"database_url": SecretStr(database)})
    with pytest.raises(StorageError, match=r"holds no corpus yet, and .*`measures restore FILE` with it"):
        open_corpus_db(tables)
    (tmp_path / "corpus.db").unlink()
    with closing(open_corpus_db(tables)) as store:
        assert store.is_new()


def test_tables_of_a_newer_program_are_read_and_not_written(database: str, tmp_path: Path) -> None:
    tables = IndexSettings(data_dir=tmp_path, database_url=SecretStr(database))
    with closing(open_corpus_db(tables)) as store:
        keep(store, release("a"))
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO measures_corpus.migrations SELECT max(number) + 1 FROM measures_corpus.migrations"
        )
    with pytest.raises(StorageError, match=r"^A newer version of this program has used the database; install that"):
        open_corpus_db(tables)
    with closing(open_corpus_db(tables, reading=True)) as store:
        assert store.current("a") is not None


def test_lock_that_is_held_for_too_long_is_one_sentence(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus_postgres, "_SETTINGS", (*corpus_postgres._SETTINGS, "SET lock_timeout = '100ms'"))
    with (
        closing(CorpusStore(PostgresCorpus(database))) as first,
        closing(CorpusStore(PostgresCorpus(database))) as second,
    ):
        with first.writing(), pytest.raises(StorageError, match="busy") as busy:
            keep(second, release("a"))
        assert busy.value.fault is Fault.BUSY
        keep(second, release("a"))


def test_broken_connection_writes_nothing_outside_of_its_transaction(database: str) -> None:
    with closing(CorpusStore(PostgresCorpus(database))) as store:

        def cut() -> None:
            [(own,)] = store._db.rows("SELECT pg_backend_pid()")
            with psycopg.connect(database, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s)", [own])

        def write_while_it_breaks() -> None:
            keep(store, release("a"))
            cut()
            for name in "bc":
                with pytest.raises(StorageError):
                    keep(store, release(name))

        with pytest.raises(StorageError), store.writing():
            write_while_it_breaks()
        assert store.is_new(), "it is connected again, and nothing was kept"
        keep(store, release("d"))
        assert [each.release_id for each in store.releases()] == ["d"]
