"""A generation that has lost something is not served, and says which gate it failed."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import index
from corpus.errors import GateError
from index.building.build import build
from index.building.gates import CANARIES
from index.generations.diff import Change, compare
from index.generations.folder import Generations
from index.maintenance import build_all
from index.processes.jobs import open_corpus
from index.settings import IndexSettings
from tests.fakes import FakeEmbedder, quiet, silent, upkeep
from tests.pages import paragraphs, release_file


@pytest.fixture(scope="module")
def twelve(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that serves the shipped release and eleven others."""
    folder = tmp_path_factory.mktemp("twelve")
    texts = {seed: "\n\n".join(paragraphs(seed)) for seed in range(11)}
    paths = [str(release_file(folder, f"{seed}.md", text, title=f"Title {seed}")) for seed, text in texts.items()]
    settings = IndexSettings(data_dir=folder / "data", model="fake")
    assert upkeep(settings, FakeEmbedder()).add(paths, quiet).complete
    return settings.data_dir


@pytest.fixture
def served(settings: IndexSettings, twelve: Path) -> IndexSettings:
    """Settings of such a data folder."""
    shutil.copytree(twelve, settings.data_dir)
    return settings


def forget(settings: IndexSettings, *release_ids: str) -> None:
    """Damage corpus.db: releases are gone though nobody withdrew them."""
    with closing(sqlite3.connect(settings.data_dir / "corpus.db")) as connection, connection:
        for table in ("signatures", "canaries", "versions", "releases"):
            connection.executemany(
                f"DELETE FROM {table} WHERE release_id = ?",  # noqa: S608
                [(release_id,) for release_id in release_ids],
            )


def ids(settings: IndexSettings) -> list[str]:
    return sorted(release.release_id for release in index.releases(settings, "title"))


def test_lost_releases_are_not_served_without_force(served: IndexSettings, embedder: FakeEmbedder) -> None:
    forget(served, ids(served)[0])
    assert build(served, embedder, silent).manifest.releases == 11, "one of twelve may go"
    forget(served, *ids(served)[:2])
    with pytest.raises(GateError, match=r"000003 is not served, because it has 9 releases where there are 11 and it"):
        build(served, embedder, silent)
    assert Generations(served.data_dir).current() == "000002"
    assert Generations(served.data_dir).ids() == ["000001", "000002"]
    refused = index.history(served).entries[0]
    assert (refused.action, refused.generation) == ("refused", "000003")
    assert "9 releases" in str(refused.details["reason"])
    assert build(served, embedder, silent, force=True).manifest.releases == 9
    assert Generations(served.data_dir).current() == "000003"


def test_withdrawn_releases_are_no_loss(served: IndexSettings, embedder: FakeEmbedder) -> None:
    keeper = upkeep(served, embedder)
    for release_id in ids(served)[:5]:
        keeper.withdraw(release_id, quiet, build=False)
    assert build(served, embedder, silent).manifest.releases == 7


def test_add_tells_which_gate_refused(
    served: IndexSettings, embedder: FakeEmbedder, write_release: Callable[..., Path]
) -> None:
    forget(served, *ids(served)[:4])
    path = write_release("new.md", "\n\n".join(paragraphs(99)), title="New")
    added = upkeep(served, embedder).add([str(path)], quiet)
    assert added.refused is not None
    assert "it has 9 releases where there are 12" in added.refused
    assert (added.complete, added.generation) == (False, "000001")
    assert upkeep(served, embedder).add([str(path)], quiet, force=True).generation == "000001", "nothing changed"
    assert upkeep(served, embedder).rebuild(quiet, force=True).manifest.releases == 9


def test_canary_that_does_not_find_its_release_any_more_is_told(
    settings: IndexSettings, embedder: FakeEmbedder, write_release: Callable[..., Path]
) -> None:
    paths = [
        str(write_release(f"{seed}.md", "\n\n".join(paragraphs(seed, 9)), title=f"Title {seed}")) for seed in range(30)
    ]
    assert upkeep(settings, embedder).add(paths, quiet).complete
    with closing(open_corpus(settings)) as store:
        canaries = store.canaries.drawn(CANARIES)
        assert canaries == store.canaries.drawn(CANARIES)
        damaged = store.current(canaries[0].release_id)
    assert len(canaries) == CANARIES
    assert damaged is not None
    assert canaries[0].question in damaged.text
    with closing(sqlite3.connect(settings.data_dir / "corpus.db")) as connection, connection:
        other = "The weather is fine. " * (len(damaged.text) // 21)
        connection.execute("UPDATE versions SET text = ? WHERE release_id = ?", [other, damaged.release_id])
    with pytest.raises(GateError, match=f"the canary questions of {damaged.release_id} do not find them any more"):
        build(settings, embedder, silent)
    assert Generations(settings.data_dir).current() == "000001"
    assert build(settings, embedder, silent, force=True).manifest.generation == "000002"


def test_digest_that_does_not_hold_keeps_what_is_served(
    served: IndexSettings, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    adopt = Generations.adopt

    def damaged(self: Generations, folder: Path, generation: str) -> None:
        adopt(self, folder, generation)
        path = self.layout(generation).vectors
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(bytes(data))

    monkeypatch.setattr(Generations, "adopt", damaged)
    with pytest.raises(GateError, match="did not come back from the disk as it was written"):
        build(served, embedder, silent)
    assert Generations(served.data_dir).ids() == ["000001"]
    monkeypatch.undo()
    assert build(served, embedder, silent).manifest.generation == "000002"


def test_damaged_served_generation_does_not_keep_a_good_one_away(served: IndexSettings, embedder: FakeEmbedder) -> None:
    Generations(served.data_dir).layout("000001").vectors.unlink()
    assert build(served, embedder, silent).manifest.releases == 12


def test_two_generations_are_compared(
    settings: IndexSettings, embedder: FakeEmbedder, write_release: Callable[..., Path]
) -> None:
    build_all(settings, embedder, silent)
    keeper = upkeep(settings, embedder)
    text = "\n\n".join(paragraphs(1))
    path = write_release("a.md", text, url="https://ec.europa.eu/a", title="A")
    keeper.add([str(path)], quiet)
    write_release("a.md", f"{text}\n\nThe quota was corrected today.", url="https://ec.europa.eu/a", title="A")
    keeper.add([str(path)], quiet)
    passages = {each: index.verify(settings, each).passages for each in ("000001", "000002", "000003")}
    came = compare(settings, "000001", "000002")
    release_id = came.came[0].release_id
    count = passages["000002"] - passages["000001"]
    assert (came.came, came.changed, came.went) == ((Change(release_id, 0, count),), (), ())
    assert (came.passages_came, came.passages_went) == (count, 0)
    changed = compare(settings, "000002", "000003")
    after = passages["000003"] - passages["000001"]
    assert changed.changed == (Change(release_id, count, after),)
    assert 1 <= changed.passages_came <= 2
    assert compare(settings, "000003", "000001").went == (Change(release_id, after, 0),)
    assert compare(settings, "000001", "000001").passages_came == 0
