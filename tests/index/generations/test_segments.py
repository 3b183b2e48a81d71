"""A large generation is several segments: they answer as one does, and those that stay are shared, not written anew."""

import datetime
import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import psycopg
import pytest
from pydantic import SecretStr

import index
from corpus.errors import GenerationError
from corpus.models import Release
from index.building import plan
from index.building.build import build
from index.building.writing import write_generation
from index.database.home import open_corpus_db
from index.database.link import Link
from index.engine import Engine
from index.filters import Filters
from index.generations import kept
from index.generations.cluster.generations import DatabaseGenerations
from index.generations.cluster.site import SchemaSite
from index.generations.diff import compare
from index.generations.folder import Generations
from index.generations.home import open_generations
from index.generations.manifest import Manifest
from index.generations.status import rollback
from index.generations.store import GenerationStore
from index.settings import IndexSettings
from tests.fakes import FakeEmbedder, quiet, silent, upkeep
from tests.pages import paragraphs, release_file
from tests.postgres import Server

QUESTIONS = ["Which measures does Title 7 name?", "What was agreed on harbour controls?", *paragraphs(5)[:2]]


@contextmanager
def small_segments() -> Iterator[None]:
    """Let segments be small."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "SEGMENT_PASSAGES", 40)
        patch.setattr(kept, "KEPT_FROM", 10)
        yield


@pytest.fixture
def small() -> Iterator[None]:
    """Let segments be small."""
    with small_segments():
        yield


def add_releases(settings: IndexSettings, folder: Path, *seeds: int, words: str = "") -> None:
    """Add releases of about ten passages each, and build."""
    paths = [
        release_file(
            folder,
            f"{seed}.md",
            "\n\n".join([*paragraphs(seed, 9), f"{words} Frontex agreed to number {seed}."]),
            title=f"Title {seed}",
            url=f"https://ec.europa.eu/news/{seed}",
        )
        for seed in seeds
    ]
    assert upkeep(settings, FakeEmbedder()).add([str(path) for path in paths], quiet).complete


@pytest.fixture(scope="module")
def twelve_in_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that serves the shipped release and twelve others, in small segments."""
    folder = tmp_path_factory.mktemp("files")
    with small_segments():
        add_releases(IndexSettings(data_dir=folder / "data", model="fake"), folder, *range(12))
    return folder / "data"


@pytest.fixture(scope="module")
def twelve_in_database(tmp_path_factory: pytest.TempPathFactory, postgres: Server) -> str:
    """The name of a database that serves the same."""
    folder, url = tmp_path_factory.mktemp("database"), postgres.new_database()
    with small_segments():
        settings = IndexSettings(data_dir=folder / "data", model="fake", database_url=SecretStr(url))
        add_releases(settings, folder, *range(12))
    return url.rpartition("/")[2]


@pytest.fixture(params=["files", "database"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> IndexSettings:
    """Settings of a copy of the folder, and in turn of the database."""
    data = tmp_path / "data"
    if request.param == "files":
        shutil.copytree(request.getfixturevalue("twelve_in_files"), data)
        return IndexSettings(data_dir=data, model="fake")
    postgres: Server = request.getfixturevalue("postgres")
    url = postgres.new_database(like=request.getfixturevalue("twelve_in_database"))
    return IndexSettings(data_dir=data, model="fake", database_url=SecretStr(url))


@pytest.fixture
def generations(settings: IndexSettings) -> Iterator[GenerationStore]:
    with closing(open_generations(settings)) as store:
        yield store


def test_segments_answer_as_one_does(
    settings: IndexSettings, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(build(settings, embedder, silent).manifest.segments) == 1
    filters = [Filters(), Filters(agency="frontex"), Filters(issuer="Commission"), Filters(language="en")]
    whole = _asked(settings, embedder, filters)
    monkeypatch.setattr(plan, "SEGMENT_PASSAGES", 30)
    built = build(settings, embedder, silent, force=True)
    assert len(built.manifest.segments) > 3
    assert _asked(settings, embedder, filters) == whole
    assert (built.manifest.releases, built.embedded) == (13, 0)


def _asked(settings: IndexSettings, embedder: FakeEmbedder, filters: list[Filters]) -> object:
    """Return all that can be asked, without what differs from build to build."""
    with Engine(settings, embedder) as engine:
        generation = engine.served()
        results = [engine.search(question, each, 8).passages for question in QUESTIONS for each in filters]
        spans = [generation.spans_around(row, int(release), 2) for row, release in ((9, 0), (40, 3))]
        namings = generation.naming(["frontex"])
        rows = np.arange(len(generation))
        return (
            [[(each.release_id, each.ordinal, each.text) for each in passages] for passages in results],
            [engine.answer(question, Filters()).confidence for question in QUESTIONS],
            spans,
            namings.passages.tolist(),
            namings.sentences.tolist(),
            sorted(generation.named_with(["frontex"])),
            generation.named_agencies(),
            [generation.frequency(term) for term in ("frontex", "agre", "titl", "nothing")],
            sorted(generation.similar("a")),
            [generation.release(row).release_id for row in range(13)],
            generation.releases_of(rows).tolist(),
            generation.passages(rows[::7].tolist()),
            generation.shown_counts(),
        )


def test_large_segments_are_shared_and_what_changed_in_them_is_hidden(
    small: None,
    settings: IndexSettings,
    generations: GenerationStore,
    embedder: FakeEmbedder,
    tmp_path: Path,
) -> None:
    first = generations.manifest("000001")
    assert len(first.segments) >= 3
    add_releases(settings, tmp_path, 3, 50, words="Thalassic rules were changed.")
    second = generations.manifest("000002")
    shared = _stored(generations, "000001") & _stored(generations, "000002")
    assert len(shared) > 10, "large segments are stored once"
    assert second.releases == first.releases + 1 == len(generations.releases("000002"))
    assert len(generations.by_release("000002")) == second.releases
    assert sum(len(segment.deleted) for segment in second.segments) >= 1
    with Engine(settings, embedder) as engine:
        result = engine.search("Thalassic rules were changed", Filters(), 5).passages
        ids = [release.release_id for release in engine.releases()]
        (changed,) = [release.release_id for release in engine.releases("Title 3")]
        release = engine.release(changed)
    assert changed in {passage.release_id for passage in result if "Thalassic" in passage.text}
    assert len(ids) == len(set(ids)) == second.releases
    assert release is not None
    assert "Thalassic" in release.text
    assert release in generations.releases("000002")
    assert generations.check("000002", digests=True) == second
    assert [each.release_id for each in compare(settings, "000001", "000002").changed] == [changed]


def _stored(generations: GenerationStore, generation: str) -> set[object]:
    """Return what tells which files or tables a generation has."""
    names = generations.manifest(generation).files
    if isinstance(generations, Generations):
        return {(generations.layout(generation).folder / name).stat().st_ino for name in names}
    return set(names)


def test_segments_that_others_have_outlive_a_generation(
    small: None,
    settings: IndexSettings,
    generations: GenerationStore,
    embedder: FakeEmbedder,
    tmp_path: Path,
) -> None:
    add_releases(settings, tmp_path, 50)
    rollback(settings)
    build(settings.model_copy(update={"keep_generations": 1}), embedder, silent)
    assert generations.ids() == ["000003"]
    third = generations.check("000003", digests=True)
    assert third.releases == 14 == len(generations.releases("000003"))
    build(settings.model_copy(update={"keep_generations": 1}), embedder, silent, force=True)
    whole = generations.check("000004", digests=True)
    assert whole.releases == 14
    if settings.database_url is not None:
        url = settings.database_url.get_secret_value()
        assert _segments(url) == _named(whole), "none is left that nobody has"


def test_segments_of_a_build_that_broke_off_are_deleted_and_those_it_kept_stay(
    small: None,
    settings: IndexSettings,
    generations: GenerationStore,
    embedder: FakeEmbedder,
) -> None:
    if not isinstance(generations, DatabaseGenerations):
        pytest.skip("a folder is deleted as a whole")
    url = settings.database_url.get_secret_value() if settings.database_url else ""
    with generations.building(), closing(open_corpus_db(settings)) as store:
        text = "The quota of cod was caught by the patrols of Frontex. " * 12
        added = Release("made-up", "Title made up", "OLAF", datetime.date(2020, 1, 1), "en", text)
        store.accept(added, canonical_url=None, raw_sha256="", cleaner=1, action="added")
        site = SchemaSite(Link(url), "measures_building", served=generations)
        manifest, _ = write_generation(site, "000002", store, store, embedder, silent)
        kept_there = {*manifest.files} & {*generations.manifest("000001").files}
        assert len(_segments(url)) > len(generations.manifest("000001").segments), "it wrote one"
        SchemaSite(Link(url), "measures_building", served=generations)  # as the next build begins
        assert kept_there
        assert _segments(url) == _named(generations.manifest("000001"))
        assert generations.check("000001", digests=True)


def _named(manifest: Manifest) -> set[str]:
    return {name.partition("/")[0] for name in manifest.files}


def _segments(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname ~ '^s[0-9]'").fetchall()
    return {name for (name,) in rows}


def test_what_is_erased_is_in_no_segment_and_withdrawn_releases_are_hidden(
    small: None,
    settings: IndexSettings,
    generations: GenerationStore,
    embedder: FakeEmbedder,
) -> None:
    withdrawn, erased, *_ = [release.release_id for release in index.releases(settings, "title")]
    upkeep(settings, embedder).withdraw(withdrawn, quiet)
    served = generations.current() or ""
    assert withdrawn not in {release.release_id for release in generations.releases(served)}
    assert generations.holds(served, withdrawn), "a segment that stays still has its text"
    upkeep(settings, embedder).erase(erased, quiet)
    upkeep(settings, embedder).erase(withdrawn, quiet)
    assert not any(generations.holds(each, gone) for each in generations.ids() for gone in (withdrawn, erased))
    with closing(open_corpus_db(settings)) as store:
        held = [release.release_id for release in generations.releases(generations.current() or "")]
        assert sorted(held) == [release.release_id for release in store.releases()]


def test_damaged_segment_is_written_anew(
    small: None,
    settings: IndexSettings,
    generations: GenerationStore,
    embedder: FakeEmbedder,
) -> None:
    _damage(settings)
    with pytest.raises(
        GenerationError, match=r"segment-1/passages\.db does not have its SHA-256|lost its table s000002"
    ):
        generations.check("000001", digests=True)
    build(settings, embedder, silent)
    assert generations.check("000002", digests=True).releases == 13


def _damage(settings: IndexSettings) -> None:
    """Damage the second segment."""
    if settings.database_url is not None:
        with psycopg.connect(settings.database_url.get_secret_value(), autocommit=True) as connection:
            connection.execute("DROP TABLE s000002.mentions CASCADE")
        return
    path = Generations(settings.data_dir).layout("000001").segment(1).passages
    stat, content = path.stat(), path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
