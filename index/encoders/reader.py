"""Reads a question and a sentence together, and tells how surely the sentence answers it, and where.

The reader is the default model with one more low-rank adapter in its layers, and two small heads. The embeddings of
word pieces, nine tenths of its numbers, are those of the encoder where that is the default model.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from corpus import ModelError
from index.encoders.batches import balanced, cores, map_on_cores
from index.encoders.embedder import Embedder, SentenceTransformerEmbedder
from index.encoders.libraries import torch_threads
from index.encoders.marks import Mark, Marker, Pieces, after_title, pieces_within
from index.encoders.model_files import DEFAULT_MODEL
from index.encoders.tensor_files import merged, read_tensors

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

QUESTION_PIECES, PAIR_PIECES = 64, 160


@dataclass(frozen=True, slots=True)
class Reading:
    """How surely a sentence answers a question, in log-odds against that nothing does, and where; None if not sure."""

    score: float
    mark: Mark | None


class Reader(Protocol):
    """Judges sentences. Tests use one of their own."""

    def read(self, question: str, sentences: Sequence[str]) -> NDArray[np.float64]:
        """Return how surely each sentence answers a question, ``(n,)``: log-odds against that nothing does."""

    def read_marking(self, question: str, titles: Sequence[str], sentences: Sequence[str]) -> list[Reading]:
        """Return how surely each sentence, after its title, answers a question, and where in it the answer stands."""


class PairReader:
    """The reader that comes with the program, loaded when first used."""

    def __init__(
        self, encoder: SentenceTransformerEmbedder, adapter: Path | None = None, marks: Path | None = None
    ) -> None:
        """Take the default model, from whose layers the reader is made.

        :param adapter: the adapter and head, by default those that come with the program.
        :param marks: the head that marks answers, by default that which comes with the program.
        """
        self._encoder = encoder
        folder = Path(str(resources.files("index.encoders")))
        self._adapter = adapter or folder / "reader.safetensors"
        self._marks = marks or folder / "marks.safetensors"

    @property
    def model(self) -> "PreTrainedModel":
        """The transformer, for training what reads its layers."""
        model: PreTrainedModel = self._loaded[0]
        return model

    @property
    def tokenizer(self) -> "PreTrainedTokenizerFast":
        """Cuts texts into word pieces."""
        return self._encoder.tokenizer

    def read(self, question: str, sentences: Sequence[str]) -> NDArray[np.float64]:
        """Return how surely each sentence answers a question, ``(n,)``: log-odds against that nothing does."""
        return np.array([reading.score for reading in self._readings(question, sentences, None)], np.float64)

    def read_marking(self, question: str, titles: Sequence[str], sentences: Sequence[str]) -> list[Reading]:
        """Return how surely each sentence, after its title, answers a question, and where in it the answer stands."""
        texts = [after_title(*pair) for pair in zip(titles, sentences, strict=True)]
        return self._readings(question, texts, sentences)

    def _readings(self, question: str, texts: Sequence[str], marked: Sequence[str] | None) -> list[Reading]:
        """Read texts.

        :param marked: the sentences that the texts end with, where answers are marked in them.
        """
        if not texts:
            return []
        _ = self._loaded, self._marker if marked else None  # They are loaded by one thread.
        pairs = read_pairs(self.tokenizer, [question] * len(texts), texts)
        places = pieces_within(self.tokenizer, texts, marked) if marked else None
        lengths = pairs["attention_mask"].sum(1).tolist()

        def read(batch: list[int]) -> list[Reading]:
            # No more is padded than the longest needs.
            own = {name: rows[batch, : max(lengths[row] for row in batch)] for name, rows in pairs.items()}
            return self._read(own, [(marked[row], places[row]) for row in batch] if marked and places else None)

        # One core reads two batches, too, since so they are padded less.
        batches = balanced(lengths, max(2, cores()))
        by_row: dict[int, Reading] = {}
        for batch, readings in zip(batches, map_on_cores(read, batches), strict=True):
            by_row |= dict(zip(batch, readings, strict=True))
        return [by_row[row] for row in range(len(texts))]

    def _read(self, pairs: Mapping[str, "Tensor"], marked: Sequence[tuple[str, Pieces]] | None) -> list[Reading]:
        """Read pairs in one pass of the model.

        :param marked: the sentence of each, and its pieces, where answers are marked in them.
        """
        import torch
        from torch.nn import functional

        model, numbers = self._loaded
        with torch.inference_mode():
            read = model(pairs["input_ids"], pairs["attention_mask"], output_hidden_states=marked is not None)
            hidden = read.last_hidden_state.float()
            asked, told = pooled(hidden, pairs["in_question"]), pooled(hidden, pairs["in_sentence"])
            inner = functional.gelu(compared(asked, told) @ numbers["head.0.weight"].T + numbers["head.0.bias"])
            judged = inner @ numbers["head.2.weight"][0] + numbers["head.2.bias"]
            scores = numbers["scale"] * ((asked * told).sum(1) - numbers["null"]) + judged
            marks = self._marker.marks(read.hidden_states, pairs, marked) if marked else [None] * len(scores)
        return [Reading(*pair) for pair in zip(scores.double().tolist(), marks, strict=True)]

    @cached_property
    def _loaded(self) -> tuple[Any, Mapping[str, "Tensor"]]:
        import torch

        encoder = self._encoder.transformer
        model = copy.deepcopy(encoder, {id(encoder.embeddings): encoder.embeddings})
        tensors = read_tensors(self._adapter)
        layers = {name.removesuffix(".up") for name in tensors if name.endswith(".up")}
        weights = {name: layer.weight for name, layer in model.named_modules() if name in layers}
        if len(weights) < len(layers):
            raise ModelError(f"{self._adapter.name} does not fit the model {self._encoder.model}: install it again.")
        with torch.no_grad(), torch_threads(1):
            # One after the other: all layers in fp32 at once would take 170 MB for a moment.
            for name, weight in weights.items():
                own = {f"{name}.{part}": tensors[f"{name}.{part}"] for part in ("up", "down")}
                whole = merged({f"{name}.weight": weight.detach().float().numpy()}, own)
                weight.copy_(torch.from_numpy(whole[f"{name}.weight"]))
        rest = {name: tensor for name, tensor in tensors.items() if not name.endswith((".up", ".down"))}
        return model, {name: torch.from_numpy(tensor) for name, tensor in rest.items()}

    @cached_property
    def _marker(self) -> Marker:
        return Marker(self._marks)


def reader_beside(embedder: Embedder, cache_dir: Path | None = None) -> PairReader | None:
    """Return the reader for a model: made of that model where it is the default one, else of the default one.

    None for what is no model of sentence-transformers, as the embedders of tests.
    """
    if not isinstance(embedder, SentenceTransformerEmbedder):
        return None
    default = embedder.model == DEFAULT_MODEL
    return PairReader(embedder if default else SentenceTransformerEmbedder(DEFAULT_MODEL, cache_dir))


def pooled(hidden: "Tensor", mask: "Tensor") -> "Tensor":
    """Return the mean of the pieces under a mask, ``(n, dim)``, L2-normalised."""
    from torch.nn import functional

    return functional.normalize((hidden * mask[..., None]).sum(1), dim=-1)


def compared(asked: "Tensor", told: "Tensor") -> "Tensor":
    """Return what the head reads of a question's and a sentence's vector: products and distances, ``(n, 2 dim)``."""
    import torch

    compared: Tensor = torch.cat([asked * told, (asked - told).abs()], 1) * asked.shape[1] ** 0.5
    return compared


def read_pairs(
    tokenizer: "PreTrainedTokenizerFast", questions: Sequence[str], sentences: Sequence[str]
) -> dict[str, "Tensor"]:
    """Return pairs as the model reads them, ``(n, pieces)``: ids, and masks of all, the question's, the sentence's."""
    import torch

    begin, end, pad = tokenizer.cls_token_id, tokenizer.sep_token_id, tokenizer.pad_token_id
    asked = tokenizer([f"query: {question}" for question in questions], add_special_tokens=False)["input_ids"]
    told = tokenizer([f"passage: {sentence}" for sentence in sentences], add_special_tokens=False)["input_ids"]
    rows, first_lengths = [], []
    for question, sentence in zip(asked, told, strict=True):
        first = [begin, *question[:QUESTION_PIECES], end]
        rows.append([*first, *sentence[: PAIR_PIECES - len(first) - 1], end])
        first_lengths.append(len(first))
    longest = max(map(len, rows))
    places = torch.arange(longest)[None]
    lengths, split = torch.tensor([[len(row)] for row in rows]), torch.tensor(first_lengths)[:, None]
    return {
        "input_ids": torch.tensor([row + [pad] * (longest - len(row)) for row in rows]),
        "attention_mask": (places < lengths).long(),
        "in_question": (places < split).float(),
        "in_sentence": ((places >= split) & (places < lengths)).float(),
    }
