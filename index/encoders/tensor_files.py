"""Tensors in files in the format of safetensors: the length of a header, the header, the numbers.

They are written byte by byte here, so that the same numbers have the same digest with every version of every library.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from corpus import ModelError

Tensor = NDArray[np.float32]

_DTYPES: Mapping[str, Any] = {"F32": np.float32, "F16": np.float16, "BF16": np.uint16}
_ROWS = 10_000  # How many are summed before their sum is added: another number gives another mean in its last bits.
_ROWS_READ = 500
_NUMBERS_WRITTEN = 1 << 17  # At a time, since what fits into the cache of a core is rounded in a third of the time.


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a file by name, as fp32. Tensors of integers are left out.

    :raises ModelError: when the file cannot be read or is not in the format.
    """
    try:
        content = path.read_bytes()
        length = int.from_bytes(content[:8], "little")
        header = json.loads(content[8 : 8 + length])
        header.pop("__metadata__", None)
        return {
            name: _tensor(content, 8 + length, entry) for name, entry in header.items() if entry["dtype"] in _DTYPES
        }
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise ModelError(f"{path} holds no tensors that can be read ({error}): install the program again.") from error


def _tensor(content: bytes, begin: int, entry: Mapping[str, Any]) -> Tensor:
    start, end = entry["data_offsets"]
    numbers = np.frombuffer(memoryview(content)[begin + start : begin + end], _DTYPES[entry["dtype"]])
    if entry["dtype"] == "BF16":
        numbers = (numbers.astype(np.uint32) << 16).view(np.float32)
    return numbers.astype(np.float32).reshape(entry["shape"])


def tensor_mean(path: Path, name: str, shape: tuple[int, int]) -> NDArray[np.float32] | None:
    """Return the mean of the rows of a tensor in a file, ``(dim,)``, None where the file has none of that shape.

    It reads few rows at a time, since as fp32 and fp64 these take several times their memory. The weights of a loaded
    model are pages of the file that stay in memory once read.
    """
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            entry = json.loads(file.read(length)).get(name, {})
            if tuple(entry.get("shape", ())) != shape or entry["dtype"] not in _DTYPES:
                return None
            file.seek(8 + length + entry["data_offsets"][0])
            dtype, (rows, dim) = np.dtype(_DTYPES[entry["dtype"]]), shape
            total = np.zeros(dim)
            for start in range(0, rows, _ROWS):
                block = np.zeros(dim)
                for first in range(start, min(start + _ROWS, rows), _ROWS_READ):
                    count = min(_ROWS_READ, start + _ROWS - first, rows - first)
                    content = file.read(count * dim * dtype.itemsize)
                    part = {"dtype": entry["dtype"], "shape": (count, dim), "data_offsets": (0, len(content))}
                    block = np.concatenate((block[None], _tensor(content, 0, part))).sum(axis=0)
                total += block
    except (OSError, ValueError):
        return None
    return (total / rows).astype(np.float32)


def write_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Write tensors in bf16, in the order of their names."""
    header, end = {}, 0
    for name in sorted(tensors):
        start, end = end, end + 2 * tensors[name].size
        header[name] = {"dtype": "BF16", "shape": list(tensors[name].shape), "data_offsets": [start, end]}
    written = json.dumps({"__metadata__": {"format": "pt"}, **header}, separators=(",", ":")).encode()
    written += b" " * (-len(written) % 8)
    with path.open("wb") as file:
        file.write(len(written).to_bytes(8, "little") + written)
        for name in header:
            numbers = np.ascontiguousarray(tensors[name], np.float32).ravel()
            for start in range(0, len(numbers), _NUMBERS_WRITTEN):
                file.write(_bf16(numbers[start : start + _NUMBERS_WRITTEN]).tobytes())


def _bf16(tensor: Tensor) -> NDArray[np.uint16]:
    """Return the upper halves of fp32 numbers, rounded to the nearest, and to even where two are as near."""
    bits = tensor.view(np.uint32)
    rounded: NDArray[np.uint16] = ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)
    return rounded


def merged(tensors: Mapping[str, Tensor], adapter: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return tensors with a low-rank adapter added: ``NAME.up`` times ``NAME.down`` is added to ``NAME.weight``.

    The products are summed in fp64, so that they round to the same numbers in whatever order a machine sums. One thread
    computes them: they are so small that several wait for each other, on a busy machine for seconds.

    :raises ModelError: when the adapter is of another model.
    """
    whole = dict(tensors)
    for name in sorted(key.removesuffix(".down") for key in adapter if key.endswith(".down")):
        up, down = adapter[f"{name}.up"].astype(np.float64), adapter[f"{name}.down"].astype(np.float64)
        weight = whole.get(f"{name}.weight")
        if weight is None or weight.shape != (up.shape[0], down.shape[1]):
            raise ModelError(f"The adapter does not fit the model's layer {name}: install the program again.")
        with _computing_libraries().limit(limits=1, user_api="blas"):
            whole[f"{name}.weight"] = (weight + up @ down).astype(np.float32)
    return whole


@cache
def _computing_libraries() -> ThreadpoolController:
    return ThreadpoolController()
