"""A large generation is several segments: they answer as one does, and those that stay are shared, not written anew."""

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

import index
from corpus.errors import GenerationError
from index.building import plan
from index.building.build import build
from index.database.home import open_corpus_db
from index.engine import Engine
from index.filters import Filters
from index.generations import files
from index.generations.diff import compare
from index.generations.folder import Generations
from index.settings import IndexSettings
from tests.fakes import FakeEmbedder, quiet, silent, upkeep
from tests.pages import paragraphs

QUESTIONS = ["Which measures does Title 7 name?", "What was agreed on harbour controls?", *paragraphs(5)[:2]]


@pytest.fixture
def add(write_release: Callable[..., Path], settings: IndexSettings, embedder: FakeEmbedder) -> Callable[..., None]:
    """Return what adds releases of about ten passages each and builds."""

    def add_them(*seeds: int, words: str = "") -> None:
        paths = [
            write_release(
                f"{seed}.md",
                "\n\n".join([*paragraphs(seed, 9), f"{words} Frontex agreed to number {seed}."]),
                title=f"Title {seed}",
                url=f"https://ec.europa.eu/news/{seed}",
            )
            for seed in seeds
        ]
        assert upkeep(settings, embedder).add([str(path) for path in paths], quiet).complete

    return add_them


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let segments be small."""
    monkeypatch.setattr(plan, "SEGMENT_PASSAGES", 40)
    monkeypatch.setattr(files, "KEPT_FROM", 10)


def test_segments_answer_as_one_does(
    add: Callable[..., None], settings: IndexSettings, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(*range(14))
    filters = [Filters(), Filters(agency="frontex"), Filters(issuer="Commission"), Filters(language="en")]
    whole = _asked(settings, embedder, filters)
    monkeypatch.setattr(plan, "SEGMENT_PASSAGES", 30)
    built = build(settings, embedder, silent, force=True)
    assert len(built.manifest.segments) > 3
    assert _asked(settings, embedder, filters) == whole
    assert (built.manifest.releases, built.embedded) == (15, 0)


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
            [generation.release(row).release_id for row in range(15)],
            generation.releases_of(rows).tolist(),
            generation.passages(rows[::7].tolist()),
            generation.shown_counts(),
        )


def test_large_segments_are_shared_and_what_changed_in_them_is_hidden(
    small: None, add: Callable[..., None], settings: IndexSettings, embedder: FakeEmbedder
) -> None:
    add(*range(12))
    generations = Generations(settings.data_dir)
    first = generations.manifest("000001")
    assert len(first.segments) >= 3
    add(3, 50, words="Thalassic rules were changed.")
    second = generations.manifest("000002")
    kept = [name for name, record in first.files.items() if second.files.get(name) == record]
    shared = [each for each in kept if _inode(generations, "000001", each) == _inode(generations, "000002", each)]
    assert len(shared) > 10, "large segments have the same files"
    assert second.releases == first.releases + 1 == len(generations.releases("000002"))
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


def _inode(generations: Generations, generation: str, name: str) -> int:
    return (generations.layout(generation).folder / name).stat().st_ino


def test_what_is_erased_is_in_no_segment_and_withdrawn_releases_are_hidden(
    small: None, add: Callable[..., None], settings: IndexSettings, embedder: FakeEmbedder
) -> None:
    add(*range(12))
    withdrawn, erased, *_ = [release.release_id for release in index.releases(settings, "title")]
    upkeep(settings, embedder).withdraw(withdrawn, quiet)
    generations = Generations(settings.data_dir)
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
    small: None, add: Callable[..., None], settings: IndexSettings, embedder: FakeEmbedder
) -> None:
    add(*range(12))
    generations = Generations(settings.data_dir)
    path = generations.layout("000001").segment(1).passages
    stat, content = path.stat(), path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    with pytest.raises(GenerationError, match=r"segment-1/passages\.db does not have its SHA-256"):
        generations.check("000001", digests=True)
    build(settings, embedder, silent)
    assert generations.check("000002", digests=True).releases == 13
