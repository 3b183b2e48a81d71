"""What tests of training share."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from index.encoders.unpacked import PLAIN, unpacked_folder

_LAYERS = 3  # of twelve


@pytest.fixture
def _one_thread() -> Iterator[None]:
    """Let torch compute on one thread: small steps wait longer for a second one than it saves."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def shallow_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the plain encoder with its first layers only, which learns in a quarter of the time."""
    plain, folder = unpacked_folder(PLAIN), tmp_path_factory.mktemp("shallow") / "model"
    shutil.copytree(plain, folder, ignore=shutil.ignore_patterns("*.safetensors"))
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"num_hidden_layers": _LAYERS}))
    beginnings = ("embeddings.", *(f"encoder.layer.{layer}." for layer in range(_LAYERS)))
    tensors = load_file(plain / "model.safetensors")
    kept = {name: tensor for name, tensor in tensors.items() if name.startswith(beginnings)}
    save_file(kept, folder / "model.safetensors", {"format": "pt"})
    return folder
