"""The files of a generation are never written again, and damage to them is named."""

import json
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

import index
from corpus.errors import GenerationError
from index.building.build import build
from index.engine import Engine
from index.filters import Filters
from index.generations.folder import Generations
from index.settings import IndexSettings
from tests.fakes import FakeEmbedder, silent


@pytest.fixture
def built(served: IndexSettings) -> Generations:
    return Generations(served.data_dir)


def test_manifest_records_every_file_but_locks(built: Generations) -> None:
    manifest = json.loads(built.layout("000001").manifest.read_text("utf-8"))
    assert "passages.db" in manifest["files"]
    assert not [name for name in manifest["files"] if name.endswith(".lock")]


def test_passages_db_is_never_written(built: Generations) -> None:
    path = built.layout("000001").passages
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert [file.name for file in path.parent.glob("passages.db*")] == ["passages.db"]


@pytest.mark.parametrize(
    "name", ["vectors.faiss", "passages.db", "terms.npy", "sentence_vectors.npy", "lexical/meta.json"]
)
def test_damaged_file_is_named_and_not_served(
    name: str, built: Generations, settings: IndexSettings, embedder: FakeEmbedder
) -> None:
    path = built.layout("000001").folder / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    time.sleep(0.01)
    path.write_bytes(bytes(data))
    with (
        Engine(settings, embedder) as engine,
        pytest.raises(GenerationError, match=f"{name} does not have its SHA-256"),
    ):
        engine.answer("What will Europol do?", Filters())
    path.write_bytes(bytes(data[:-1]))
    with pytest.raises(GenerationError, match=rf"{name} is not \d+ bytes long"):
        index.status(settings)
    path.unlink()
    with pytest.raises(GenerationError, match=f"has lost its file {name}"):
        index.verify(settings)
    build(settings, embedder, silent)
    assert index.verify(settings).generation == "000002"


def test_missing_manifest_and_foreign_pointer_are_told(built: Generations, settings: IndexSettings) -> None:
    manifest = built.layout("000001").manifest
    manifest.rename(manifest.with_name("gone"))
    with pytest.raises(GenerationError, match="Generation 000001 has no readable manifest"):
        index.status(settings)
    (settings.data_dir / "CURRENT").write_text("../../etc/passwd\n")
    with pytest.raises(GenerationError, match="names no generation"):
        index.status(settings)


def test_check_that_cannot_be_kept_leaves_nothing_behind(built: Generations) -> None:
    stamp = built.root / "000001.checked"
    stamp.unlink()
    stamp.mkdir()  # What is written cannot get this name, as it cannot be written whole on a full disk.
    assert built.check("000001").generation == "000001"
    assert [path for path in built.root.iterdir() if path.is_file()] == []


def test_digests_are_read_again_only_when_a_file_looks_different(built: Generations) -> None:
    built.check("000001")  # It is a copy, which looks different from what was built.
    stamp = built.root / "000001.checked"
    before = stamp.stat().st_mtime_ns
    built.check("000001")
    assert stamp.stat().st_mtime_ns == before
    built.layout("000001").vectors.touch()
    built.check("000001")
    assert stamp.stat().st_mtime_ns > before


def test_generation_is_deleted_though_a_lock_file_appears_in_it(
    built: Generations, monkeypatch: pytest.MonkeyPatch
) -> None:
    # tantivy looks at its files twice a second, and makes a lock file where they have changed.
    rmdir, appeared = os.rmdir, list[Path]()

    def rmdir_too_late(path: str, **where: int) -> None:
        if path == "lexical" and not appeared:
            appeared.append(built.root / "000001" / "lexical" / ".tantivy-meta.lock")
            appeared[0].touch()
        rmdir(path, **where)

    monkeypatch.setattr(os, "rmdir", rmdir_too_late)
    built.discard("000001")
    assert (len(appeared), built.ids()) == (1, [])
