"""What only a database can do wrong: it is away, it is slow, it is somebody else's, it holds a secret."""

import dataclasses
import datetime
import random
import re
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import numpy as np
import psycopg
import pytest
from pydantic import SecretStr

import index
from corpus.errors import (
    BuildRunningError,
    Fault,
    GenerationError,
    MeasuresError,
    SettingsError,
    StorageError,
    UnbuiltError,
)
from corpus.models import Release
from index.building.build import build
from index.database.home import open_corpus_db
from index.database.link import Link
from index.engine import Engine
from index.filters import Filters
from index.generations.cluster import vectors
from index.generations.cluster.keywords import Lengths, PostingLists, posting_lists
from index.generations.cluster.segments import Segments
from index.generations.cluster.vectors import PassageColumn, index_vectors
from index.generations.contents import Document
from index.generations.generation import Scope, Terms
from index.generations.home import open_generations
from index.generations.manifest import Segment
from index.generations.tantivy_index import LexicalIndex, build_lexical
from index.maintenance import build_all
from index.processes.jobs import open_corpus
from index.results import Answer, SearchResult
from index.settings import IndexSettings, load_index_settings
from tests.fakes import FakeEmbedder, quiet, silent, upkeep
from tests.postgres import Server, free_port

ROOT = Path(__file__).parents[3]
COUNCIL = "2018-12-06-council-migrant-smuggling"
SEEDS = (
    "What will the joint liaison task force do?",
    "Which agency will train border control units?",
    "How much of the quota of cod was caught in 2023?",
    "Who takes part in the patrols of Frontex in the Aegean Sea?",
    "quota 7 herring",
    "When does the ban on seal meat end?",
)


@pytest.fixture
def first(tmp_path: Path, database: str, embedder: FakeEmbedder) -> IndexSettings:
    """Settings of the machine that built the index."""
    settings = IndexSettings(data_dir=tmp_path / "first", model="fake", database_url=SecretStr(database))
    build_all(settings, embedder, silent)
    return settings


@pytest.fixture
def other(first: IndexSettings, tmp_path: Path) -> IndexSettings:
    """Settings of another machine, which has nothing but the address of the database."""
    return first.model_copy(update={"data_dir": tmp_path / "other"})


def keep_releases(settings: IndexSettings, count: int) -> None:
    """Put made-up releases into the corpus: of three issuers and two languages, some naming agencies, some alike."""
    draw = random.Random(5)
    fish = ("cod", "herring", "sprat", "sole", "hake")
    bodies = ("Frontex", "Europol", "the European Fisheries Control Agency", "the ship")
    with closing(open_corpus_db(settings)) as store:
        for number in range(count):
            lines = [
                f"The quota {draw.randrange(40)} of {draw.choice(fish)} was {draw.randrange(1000)} tonnes in "
                f"{draw.randrange(2015, 2024)}, and {draw.choice(bodies)} sent {draw.randrange(9)} patrols to sea."
                for _ in range(12)
            ]
            release = Release(
                f"made-up-{number}",
                f"Title {number} on {draw.choice(fish)}",
                ("OLAF", "Council of the European Union", "Frontex")[number % 3],
                datetime.date(2015 + number % 9, 1 + number % 12, 1),
                "en",
                "\n\n".join(["Ending overfishing stays the same in all releases of this kind.", *lines]),
            )
            store.accept(release, canonical_url=None, raw_sha256="", cleaner=1, action="added")


def asked(engine: Engine, question: str, filters: Filters) -> tuple[Answer, SearchResult]:
    return engine.answer(question, filters), engine.search(question, filters, 20)


def test_both_kinds_of_storage_give_the_same_answers(tmp_path: Path, database: str, embedder: FakeEmbedder) -> None:
    files = IndexSettings(data_dir=tmp_path / "files", model="fake", threshold=0.5)
    tables = files.model_copy(update={"data_dir": tmp_path / "tables", "database_url": SecretStr(database)})
    open_corpus(files).close()
    keep_releases(files, 30)
    build(files, embedder, silent)
    with closing(open_corpus_db(tables)) as store:
        store.take(files.data_dir / "corpus.db")
    build(tables, embedder, silent)
    every = (
        Filters(),
        Filters(agency="frontex"),
        Filters(issuer="OLAF", since=datetime.date(2018, 1, 1)),
        Filters(agency="europol", until=datetime.date(2020, 1, 1)),
    )
    with Engine(files, embedder) as of_files, Engine(tables, embedder) as of_tables:
        for question in SEEDS:
            for filters in every:
                answers, results = zip(
                    *(asked(engine, question, filters) for engine in (of_files, of_tables)), strict=True
                )
                assert answers[0].confidence == pytest.approx(answers[1].confidence, abs=0.01)
                same = {"confidence": 0.0, "took_ms": 0.0}
                assert dataclasses.replace(answers[0], **same) == dataclasses.replace(answers[1], **same)
                assert results[0].passages == results[1].passages
        assert of_files.card("frontex") == of_tables.card("frontex")
        assert of_files.timeline(["frontex", "europol"]) == of_tables.timeline(["frontex", "europol"])
        assert of_files.releases() == of_tables.releases()
        for term in ("cod", "titl", "frontex", "nowher"):
            assert of_files.served().frequency(term) == of_tables.served().frequency(term)
            assert set(of_files.served().similar(term)) == set(of_tables.served().similar(term))
        assert of_tables.served().manifest.passages > 100


def test_posting_lists_rank_as_tantivy_does(tmp_path: Path, database: str) -> None:
    draw = np.random.default_rng(3)
    words = [f"w{number}" for number in range(300)]
    releases = np.sort(draw.integers(0, 80, 600))
    titles = [list(draw.choice(words, draw.integers(0, 12))) for _ in range(80)]
    documents = [
        Document(
            row,
            int(release),
            list(draw.choice(words[: draw.integers(20, 300)], draw.integers(0, 160))),
            titles[release],
            issuer=f"Office {release % 7}",
            language=("en", "de")[release % 2],
            day=700_000 + int(release),
            agencies=tuple(agency for number, agency in enumerate(("ecb", "frontex")) if row % (number + 2) == 0),
        )
        for row, release in enumerate(releases)
    ]
    (tmp_path / "lexical").mkdir()
    build_lexical(tmp_path / "lexical", documents)
    tantivy = LexicalIndex(tmp_path / "lexical")
    link = Link(database)
    with link.transaction() as connection:
        connection.execute("CREATE SCHEMA one")
        connection.execute(
            'CREATE TABLE one.postings (term text COLLATE "C", df int, title_df int, rows bytea, tfs bytea, '
            "releases bytea, first_passage int DEFAULT 0, first_release int DEFAULT 0)"
        )
        for each in posting_lists(documents):
            connection.execute("INSERT INTO one.postings VALUES (%s, %s, %s, %s, %s, %s)", each)
    lengths = Lengths(np.array([len(each.terms) for each in documents]), np.array(list(map(len, titles))))
    firsts = np.searchsorted(releases, np.arange(81))
    lists = PostingLists(link, "one", [lengths], firsts)
    for _ in range(30):
        asked = list(draw.choice(words, 6, replace=False))
        weights = draw.uniform(0.1, 6.0, 6)
        for scope in _scopes(documents, draw):
            assert (
                lists.search(asked, weights, 40, scope).tolist() == tantivy.search(asked, weights, 40, scope).tolist()
            )
        assert [lists.frequency(term) for term in asked] == [tantivy.frequency(term) for term in asked]
    assert set(lists.similar("w")) == set(tantivy.similar("w"))
    link.close()


def _scopes(documents: list[Document], draw: np.random.Generator) -> Iterator[Scope]:
    """Yield scopes, each said by flags and by terms."""
    some = np.sort(draw.choice(80, 30, replace=False))
    since, until = sorted((700_000 + draw.integers(0, 80, 2)).tolist())
    for terms, only, hidden in (
        (Terms(), None, None),
        (Terms(agencies=("frontex", "eba")), None, None),
        (Terms(agencies=()), None, None),
        (Terms(issuers=("Office 2", "Office 5"), languages=("en",)), None, some),
        (Terms(since=since), some, None),
        (Terms(("ecb",), None, ("de",), since, until), None, some[:3]),
    ):
        flags = [
            (terms.agencies is None or bool({*terms.agencies} & {*each.agencies}))
            and (terms.issuers is None or each.issuer in terms.issuers)
            and (terms.languages is None or each.language in terms.languages)
            and (terms.since or 0) <= each.day <= (terms.until or 10**6)
            and (only is None or each.release in only)
            and (hidden is None or each.release not in hidden)
            for each in documents
        ]
        yield Scope(None, np.array(flags), terms, only, hidden)


def test_many_passages_are_found_by_an_index_with_filters_inside(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = np.random.default_rng(1)
    centres = draw.normal(size=(40, 32))
    matrix = (centres[draw.integers(0, 40, 4_000)] + draw.normal(size=(4_000, 32))).astype(np.float32)
    matrix = (matrix / np.linalg.norm(matrix, axis=1, keepdims=True)).astype(np.float16)
    link = Link(database)
    link.execute("CREATE EXTENSION vector")
    sizes = (2_500, 1_400, 100)
    for first, size, schema in zip((0, 2_500, 3_900), sizes, "abc", strict=True):
        link.execute(f"CREATE SCHEMA {schema}; CREATE TABLE {schema}.passages (row int, v halfvec(32))")
        with link.transaction() as connection, connection.cursor().copy(f"COPY {schema}.passages FROM STDIN") as copy:
            for row, vector in enumerate(matrix[first : first + size]):
                copy.write_row((row, str(vector.tolist())))
        index_vectors(link, schema, size)
        link.execute(f"ANALYZE {schema}.passages")
    monkeypatch.setattr(vectors, "EXACT_MAX_ROWS", 500)
    column = PassageColumn(link, Segments(link, "abc", [Segment(0, size, 0) for size in sizes]), 32)
    link.execute("SET enable_seqscan = off")
    recalls = []
    for share in (1.0, 0.5, 0.05):
        allowed = None if share == 1.0 else draw.random(4_000) < share
        for vector in draw.normal(size=(15, 32)).astype(np.float32):
            result = column.search(vector, 10, allowed)
            scores = np.where(True if allowed is None else allowed, matrix.astype(np.float32) @ vector, -np.inf)
            best = np.argsort(-scores)[:10]
            assert allowed is None or allowed[result].all()
            recalls.append((share, len(set(result) & set(best)) / 10))
    link.execute("SELECT pg_stat_force_next_flush()")
    ((scans,),) = link.rows("SELECT idx_scan FROM pg_stat_user_indexes WHERE schemaname = 'a'")
    link.close()
    assert scans >= 30
    assert np.mean([recall for share, recall in recalls if share == 0.05]) == 1.0
    assert np.mean([recall for _, recall in recalls]) > 0.9


def test_other_machine_answers_and_follows_without_a_file(
    first: IndexSettings, other: IndexSettings, embedder: FakeEmbedder
) -> None:
    with Engine(other, embedder) as engine:
        assert engine.search("border control units", Filters(), 5).passages
        upkeep(first, embedder).withdraw(COUNCIL, quiet, build=False)
        assert not engine.search("border control units", Filters(), 5).passages
        assert not index.releases(other)
        keep_releases(first, 3)
        build(first, embedder, silent)
        assert engine.answer("cod", Filters()).generation == "000002"
    assert not list(other.data_dir.glob("*"))


def test_any_machine_adds_builds_and_withdraws(
    first: IndexSettings, other: IndexSettings, embedder: FakeEmbedder, tmp_path: Path
) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "---\ntitle: Otters at sea\nissuer: Frontex\ndate: 2021-03-04\nlanguage: en\n---\n\n" + "Otters swim. " * 40
    )
    with Engine(first, embedder) as engine:
        added = upkeep(other, embedder).add([str(page)], quiet)
        (ingested,) = added.taken.ingested
        assert (ingested.status, index.status(first).generation) == ("added", "000002")
        assert engine.search("otters", Filters(), 3).passages[0].release_id == ingested.release_id
        again = upkeep(first, embedder).add([str(page)], quiet)
        assert [each.status for each in again.taken.ingested] == ["unchanged"], "the corpus is one"
        upkeep(other, embedder).withdraw(COUNCIL, quiet, build=False)
        assert not engine.search("border control units", Filters(until=datetime.date(2019, 1, 1)), 5).passages
        assert [entry.action for entry in index.history(first).entries][:2] == ["removed", "built"]
    assert not (other.data_dir / "corpus.db").exists()


def test_machines_that_add_at_once_lose_nothing(
    first: IndexSettings, other: IndexSettings, embedder: FakeEmbedder
) -> None:
    def add(settings: IndexSettings, name: str) -> None:
        for number in range(8):
            with closing(open_corpus_db(settings)) as store, store.writing():
                kept = made_up(f"{name}-{number}")
                assert not store.taken(kept.release_id)
                store.accept(kept, canonical_url=None, raw_sha256="", cleaner=1, action="added")
        build(settings, embedder, silent)

    def build_in_turn(settings: IndexSettings, name: str) -> None:
        with suppress(BuildRunningError):
            add(settings, name)

    with ThreadPoolExecutor() as pool:
        list(pool.map(build_in_turn, (first, other), ("a", "b")))
    assert build(first, embedder, silent).manifest.releases == 17
    assert index.status(other).generation in open_ids(other)


def made_up(release_id: str) -> Release:
    text = f"The quota of {release_id} was caught by the patrols of Frontex. " * 12
    return Release(release_id, f"Title {release_id}", "OLAF", datetime.date(2020, 1, 1), "en", text)


def test_database_that_was_away_is_used_again(first: IndexSettings, postgres: Server, embedder: FakeEmbedder) -> None:
    with Engine(first, embedder) as engine:
        assert engine.answer("cod", Filters()).generation == "000001"
        postgres.stop()
        try:
            for act in (lambda: engine.answer("cod", Filters()), lambda: build(first, embedder, silent)):
                with pytest.raises(StorageError, match="The database does not answer") as away:
                    act()
                assert_no_secret("".join(traceback.format_exception(away.value)), first)
        finally:
            postgres.start()
        assert engine.answer("cod", Filters()).generation == "000001"
        postgres.stop()
        postgres.start()
        assert engine.answer("cod", Filters()).generation == "000001"
    assert build(first, embedder, silent).manifest.generation == "000002"


def test_replica_answers_while_the_primary_is_down(
    first: IndexSettings, other: IndexSettings, postgres: Server, embedder: FakeEmbedder
) -> None:
    assert first.database_url is not None
    url = first.database_url.get_secret_value()
    replica = postgres.replica()
    try:
        both = SecretStr(postgres.address_of_both(url, replica))
        first, other = (each.model_copy(update={"database_url": both}) for each in (first, other))
        with Engine(other, embedder) as engine:
            assert engine.answer("cod", Filters()).generation == "000001"
            build(first, embedder, silent)
            until = time.monotonic() + 20
            while engine.answer("cod", Filters()).generation != "000002" and time.monotonic() < until:
                time.sleep(0.05)
            postgres.stop()
            try:
                assert engine.answer("cod", Filters()).generation == "000002"
                assert index.status(other).generation == "000002"
                with pytest.raises(StorageError, match="does not answer"):
                    build(first, embedder, silent)
            finally:
                postgres.start()
        assert build(first, embedder, silent).manifest.generation == "000003"
    finally:
        replica.remove()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://measures:geheim@127.0.0.1:{port}/x",
        "postgresql://measures:geheim@no-such-host.invalid/x",
        "postgresql://measures@127.0.0.1/x?geheim=1",
    ],
)
def test_address_is_told_to_nobody(
    url: str, tmp_path: Path, embedder: FakeEmbedder, caplog: pytest.LogCaptureFixture
) -> None:
    settings = IndexSettings(data_dir=tmp_path, database_url=SecretStr(url.format(port=free_port())))
    with Engine(settings, embedder) as engine, pytest.raises(MeasuresError) as error:
        engine.answer("cod", Filters())
    assert_no_secret("".join(traceback.format_exception(error.value)) + caplog.text + repr(settings), settings)


@pytest.mark.parametrize("wrong", ["/test", "://measures"])
def test_database_that_lets_nobody_in_is_told_from_one_that_is_away(
    wrong: str, database: str, tmp_path: Path, embedder: FakeEmbedder
) -> None:
    url = SecretStr(re.sub(rf"{wrong}\d*", f"{wrong}nobody", database))
    settings = IndexSettings(data_dir=tmp_path, database_url=url)
    with (
        Engine(settings, embedder) as engine,
        pytest.raises(StorageError, match="does not let this program in") as told,
    ):
        engine.answer("cod", Filters())
    assert told.value.fault is Fault.REFUSED
    assert "nobody" not in str(told.value)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("mysql://measures:geheim@127.0.0.1/x", "begins with postgresql://"),
        ("postgresql://measures:geheim@one two/x", "names hosts and ports"),
        ("postgresql://measures:geheim@a/b#c@127.0.0.1/x", "written as %40"),
        ("postgresql://measures:geheim@a@127.0.0.1/x", "written as %40"),
        ("postgresql://measures:geheim?a@127.0.0.1/x", "written as %40"),
        ("postgresql://measures:100%geheim@127.0.0.1/x", "written as %40"),
        ("postgresql://measures:ge heim@127.0.0.1/x", "written as %40"),
    ],
)
def test_address_of_something_else_is_refused_without_repeating_it(
    url: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEASURES_DATABASE_URL", url)
    with pytest.raises(SettingsError, match=rf"MEASURES_DATABASE_URL \(.*{told}") as error:
        load_index_settings()
    assert "heim" not in str(error.value)


def test_odd_password_is_taken_as_libpq_takes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "MEASURES_DATABASE_URL", "postgresql://me:a%40b%2Fc%23%25:ü+@127.0.0.1:1,[::1]:2/x?sslmode=disable"
    )
    url = load_index_settings().database_url
    assert url is not None
    assert "a@b/c#%:ü+" in psycopg.conninfo.conninfo_to_dict(url.get_secret_value()).values()


@pytest.mark.parametrize("wrong", ["127.0.0.1:99999/x", "127.0.0.1:1/x?sslmode=geheim", "127.0.0.1:1/x?geheim=1"])
def test_address_that_its_driver_refuses_is_not_taken_for_a_database_that_is_away(wrong: str, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="MEASURES_DATABASE_URL is no address of a database") as told:
        Link(f"postgresql://me:geheim@{wrong}").rows("SELECT 1")
    assert "geheim" not in str(told.value)


def test_schema_of_a_killed_build_is_deleted(first: IndexSettings, database: str, embedder: FakeEmbedder) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA measures_building; CREATE TABLE measures_building.releases (row int)")
    build(first, embedder, silent)
    assert schemas(database) == {"000001", "000002"}


def test_generation_from_before_there_were_segments_is_built_anew(
    first: IndexSettings, database: str, embedder: FakeEmbedder
) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("UPDATE measures.generations SET manifest = replace(manifest, 's000001/', '')")
        connection.execute("DROP SCHEMA g000001 CASCADE; ALTER SCHEMA s000001 RENAME TO g000001")
    with closing(open_generations(first)) as generations:
        with pytest.raises(UnbuiltError):
            generations.check("000001")
        assert [each.release_id for each in generations.releases("000001")] == [COUNCIL]
        assert generations.holds("000001", COUNCIL)
    assert build(first, embedder, silent).manifest.generation == "000002"
    with Engine(first, embedder) as engine:
        assert engine.release(COUNCIL)


def test_generation_that_somebody_reads_is_deleted_later(
    first: IndexSettings, other: IndexSettings, embedder: FakeEmbedder
) -> None:
    first = first.model_copy(update={"keep_generations": 1})
    with Engine(other, embedder) as engine:
        old = engine.served()
        build(first, embedder, silent)
        assert open_ids(first) == ["000001", "000002"]
        assert old.release(0).release_id == COUNCIL
        assert engine.served().manifest.generation == "000002"
        build(first, embedder, silent)
        assert open_ids(first) == ["000002", "000003"]


def test_erased_text_leaves_the_database_even_while_somebody_reads_it(
    first: IndexSettings, other: IndexSettings, database: str, embedder: FakeEmbedder
) -> None:
    keep_releases(first, 1)
    build(first, embedder, silent)
    with Engine(other, embedder) as engine:
        assert engine.release(COUNCIL)
        erased = upkeep(first, embedder).erase(COUNCIL, quiet)
        assert (erased.generation, erased.dropped, erased.left) == ("000003", ("000001", "000002"), None)
        assert engine.release(COUNCIL) is None
    assert schemas(database) == {"000003"}


def test_compacting_deletes_what_a_killed_evaluation_left(
    first: IndexSettings, database: str, embedder: FakeEmbedder
) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA measures_eval_0123; CREATE TABLE measures_eval_0123.passages (row int)")
    upkeep(first, embedder).compact(quiet)
    assert schemas(database) == {"000001"}


def test_damage_is_named(first: IndexSettings, database: str, embedder: FakeEmbedder) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("UPDATE s000001.passages SET text = text || ' not' WHERE row = 2")
        with pytest.raises(GenerationError, match="s000001/passages does not have its SHA-256"):
            index.verify(first)
        with pytest.raises(psycopg.errors.DependentObjectsStillExist):
            connection.execute("DROP TABLE s000001.mentions")
        connection.execute("DROP TABLE s000001.mentions CASCADE")
    lost = "has lost its table s000001/mentions"
    with Engine(first, embedder) as engine, pytest.raises(GenerationError, match=lost):
        engine.answer("cod", Filters())


def test_missing_library_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.database.home.find_spec", lambda name: None)
    settings = IndexSettings(data_dir=tmp_path, database_url=SecretStr("postgresql://measures:geheim@127.0.0.1/x"))
    with pytest.raises(SettingsError, match=r"psycopg is not installed: .*\[cluster\]"):
        index.status(settings)


def test_help_loads_nothing_of_it(tmp_path: Path) -> None:
    code = (
        "import sys; from click.testing import CliRunner; from bot.cli.main import measures\n"
        "CliRunner().invoke(measures, ['--help']); raise SystemExit('psycopg' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def assert_no_secret(text: str, settings: IndexSettings) -> None:
    assert settings.database_url is not None
    assert "geheim" not in text.replace("test_cluster", "")
    assert settings.database_url.get_secret_value() not in text


def schemas(database: str) -> set[str]:
    """Return the ids of the generations that have a schema, and the names of all other schemas."""
    with psycopg.connect(database) as connection:
        rows = connection.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname ~ '^g[0-9]|^measures_(building|eval)'"
        ).fetchall()
    return {name.removeprefix("g") for (name,) in rows}


def open_ids(settings: IndexSettings) -> list[str]:
    with closing(open_generations(settings)) as generations:
        return generations.ids()
