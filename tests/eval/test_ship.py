"""What is shipped is the mean of what several trainings add, and of what their heads say."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from tests.eval.ship import averaged, averaged_reader

WIDTH, RANK, HIDDEN = 30, 4, 3


def written(path: Path, seed: int) -> dict[str, np.ndarray]:
    draw = np.random.default_rng(seed)
    shapes = {
        "layer.up": (WIDTH, RANK),
        "layer.down": (RANK, WIDTH),
        "head.0.weight": (HIDDEN, WIDTH),
        "head.0.bias": (HIDDEN,),
        "head.2.weight": (1, HIDDEN),
        "head.2.bias": (1,),
    }
    tensors = {name: draw.normal(size=shape).astype(np.float16) for name, shape in shapes.items()}
    tensors |= {name: draw.normal(size=1).astype(np.float32) for name in ("scale", "null")}
    save_file(tensors, path)
    return tensors


def head(tensors: dict[str, np.ndarray], read: np.ndarray) -> float:
    inner = np.maximum(tensors["head.0.weight"].astype(float) @ read + tensors["head.0.bias"], 0)
    return float(tensors["head.2.weight"][0].astype(float) @ inner + tensors["head.2.bias"][0])


def test_average_adds_the_mean_of_what_the_trainings_add(tmp_path: Path) -> None:
    shares = {1: 0.5, 2: 0.25, 3: 0.25}
    trained = {seed: written(tmp_path / f"{seed}", seed) for seed in shares}
    files = [(tmp_path / f"{seed}", share) for seed, share in shares.items()]
    adapter, reader = averaged(files), averaged_reader(files)
    wanted = sum(
        share * trained[seed]["layer.up"].astype(float) @ trained[seed]["layer.down"].astype(float)
        for seed, share in shares.items()
    )
    for made in (adapter, reader):
        assert made["layer.up"].astype(float) @ made["layer.down"].astype(float) == pytest.approx(wanted, abs=0.02)
    read = np.random.default_rng(9).normal(size=WIDTH)
    said = sum(share * head(trained[seed], read) for seed, share in shares.items())
    assert head(reader, read) == pytest.approx(said, abs=0.05)
    for name in ("scale", "null"):
        assert reader[name] == pytest.approx(sum(share * trained[seed][name] for seed, share in shares.items()))
