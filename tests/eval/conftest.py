"""What tests of training share."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from index.encoders.unpacked import PLAIN, unpacked_folder

_LAYERS = 3  # of twelve
_PIECES = 20_000  # of 250,000, the most frequent
_EMBEDDINGS = "embeddings.word_embeddings.weight"


@pytest.fixture
def _one_thread() -> Iterator[None]:
    """Let torch compute on one thread: small steps wait longer for a second one than it saves."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def shallow_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the plain encoder with its first layers and most frequent word pieces only.

    It learns in a quarter of the time, and is read and written in a tenth.
    """
    plain, folder = unpacked_folder(PLAIN), tmp_path_factory.mktemp("shallow") / "model"
    shutil.copytree(plain, folder, ignore=shutil.ignore_patterns("*.safetensors"))
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"num_hidden_layers": _LAYERS, "vocab_size": _PIECES}))
    beginnings = ("embeddings.", *(f"encoder.layer.{layer}." for layer in range(_LAYERS)))
    with safe_open(plain / "model.safetensors", "pt") as tensors:
        kept = {name: tensors.get_tensor(name) for name in tensors.keys() if name.startswith(beginnings)}
    kept[_EMBEDDINGS] = kept[_EMBEDDINGS][_keep_pieces(folder / "tokenizer.json")].clone()
    save_file(kept, folder / "model.safetensors", {"format": "pt"})
    return folder


def _keep_pieces(path: Path) -> list[int]:
    """Leave the most frequent pieces in a tokenizer's file, and return their numbers of before."""
    tokenizer = json.loads(path.read_text("utf-8"))
    vocabulary, last = tokenizer["model"]["vocab"], tokenizer["added_tokens"][-1]
    numbers = [*range(_PIECES - 1), last["id"]]
    tokenizer["model"]["vocab"] = [vocabulary[number] for number in numbers]
    last["id"] = _PIECES - 1
    path.write_text(json.dumps(tokenizer), "utf-8")
    return numbers
