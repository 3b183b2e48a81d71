"""Turns texts into vectors with sentence-transformers. torch is imported when the first vector is needed.

Where the CPU has bf16 instructions, the model runs in bf16 (mean cosine to fp32 0.9999), elsewhere in fp32.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from corpus import ModelError
from index.encoders.batches import map_on_cores, slices
from index.encoders.libraries import prepare, torch_threads
from index.encoders.model_files import DEFAULT_MODEL, Stamps, have_changed, model_digest, model_folder, model_stamps
from index.encoders.tensor_files import tensor_mean

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from torch import Tensor
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

BATCH_SIZE = 24
_INPUT_EMBEDDINGS = "embeddings.word_embeddings.weight"

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ReadQuery:
    """A question as the model reads it: its vector, ``(dim,)``, and its written words with their vectors in context.

    ``contexts`` is ``(words, dim)``. It and ``words`` are empty where a model gives no such vectors. All vectors are
    float32 and L2-normalised.
    """

    vector: Vectors
    words: tuple[str, ...]
    contexts: Vectors


class Embedder(Protocol):
    """Turns texts into vectors. Tests use one of their own."""

    @property
    def model(self) -> str:
        """The model's name, as the manifest of a generation keeps it."""

    @property
    def digest(self) -> str:
        """SHA-256 that changes whenever the vectors would."""

    def changed(self) -> bool:
        """Tell whether the model has changed since `digest` was taken. Asked at every question: it must be quick."""

    @property
    def dtype(self) -> str:
        """The type that the model computes in, ``bfloat16`` or ``float32``."""

    @property
    def document_prompt(self) -> str:
        """What the model puts before a document's text, or ``""``."""

    def encode_query(self, text: str) -> Vectors:
        """Return the vector of a question, ``(dim,)`` float32, L2-normalised."""

    def read_query(self, text: str) -> ReadQuery:
        """Return the vector of a question and, from the same pass, those of its words in their context."""

    def encode_document(self, texts: Sequence[str], progress: Callable[[int], None]) -> Vectors:
        """Return the vectors of texts, ``(n, dim)`` float32, rows L2-normalised.

        :param progress: is told how many more texts are done.
        """

    def word_vectors(self, words: Sequence[str]) -> Vectors:
        """Return the vectors of single words before the model reads them together, ``(n, dim)``, L2-normalised."""


class SentenceTransformerEmbedder:
    """A sentence-transformers model on the CPU, loaded when first used."""

    def __init__(self, model: str = "", cache_dir: Path | None = None) -> None:
        """Take the default model, or the name, the Hugging Face id or the folder of another.

        :param cache_dir: where a model that comes packed is unpacked, as `model_folder` takes it.
        """
        self.model = model or DEFAULT_MODEL
        self._cache_dir = cache_dir
        self._word_vectors: dict[str, Vectors] = {}

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the model.

        :raises ModelError: when its files are not those that were meant, or there are none.
        """
        _ = self._stamps  # They are taken before a file is read.
        return model_digest(self._folder, self.model)

    def changed(self) -> bool:
        """Tell whether files of the model were written since they were read.

        A loaded model may then have changed as well: in fp32, its weights are pages of the file.
        """
        return have_changed(self._stamps)

    @cached_property
    def _stamps(self) -> Stamps:
        return model_stamps(self._folder, self.model)

    @cached_property
    def dtype(self) -> str:
        """``bfloat16`` where the CPU computes in it, else ``float32``."""
        import torch

        has_avx512_bf16 = getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)
        has_amx = getattr(torch.cpu, "_is_amx_tile_supported", lambda: False)
        return "bfloat16" if has_avx512_bf16() or has_amx() else "float32"

    @property
    def document_prompt(self) -> str:
        """The model's own prompt for documents, or ``""``."""
        prompts = self._loaded.prompts
        return str(prompts.get("document") or prompts.get("passage") or "")

    @property
    def _query_prompt(self) -> str:
        """The model's own prompt for questions, or ``""``."""
        prompts = self._loaded.prompts
        return str(prompts.get("query") or prompts.get(self._loaded.default_prompt_name or "") or "")

    def encode_query(self, text: str) -> Vectors:
        """Return the vector of a question, ``(dim,)`` float32, L2-normalised."""
        return self.read_query(text).vector

    def read_query(self, text: str) -> ReadQuery:
        """Return the vector of a question and, from the same pass, those of its words in their context.

        One thread computes it. A second thread saves a tenth of the time, but then spins and slows down what follows.
        With one thread, an answer from 20,000 passages took 19 ms instead of 24, and left a core to others.
        """
        import torch

        model = self._loaded
        # `encode_query` gives the same and takes a tenth longer: it asks all modules for their device and mode.
        with torch_threads(1), torch.inference_mode():
            read: Any = model(model.preprocess([text], prompt=self._query_prompt or None), task="query")
        vector = _normalised(read["sentence_embedding"][0].float().numpy())
        pieces = read.get("token_embeddings")
        pieces = None if pieces is None else pieces[0]
        if pieces is None or pieces.shape[-1] != len(vector) or not getattr(self._loaded.tokenizer, "is_fast", False):
            return ReadQuery(vector, (), np.empty((0, len(vector)), np.float32))
        embeddings = pieces.detach().float().numpy()
        words = self._words(text, len(embeddings))
        contexts = np.array([embeddings[parts].mean(axis=0) for parts in words.values()], np.float32)
        return ReadQuery(vector, tuple(words), _normalised(contexts.reshape(len(words), len(vector))))

    def _words(self, text: str, pieces: int) -> dict[str, list[int]]:
        """Return the written words of a question as the tokenizer splits it, each with its pieces."""
        prompt = self._query_prompt
        whole = prompt + text
        known = self._loaded.tokenizer(whole, return_offsets_mapping=True, truncation=True, max_length=pieces)
        pieces_of: dict[int, list[int]] = {}
        for piece, (word, (start, _)) in enumerate(zip(known.word_ids(0), known["offset_mapping"], strict=True)):
            if word is not None and start >= len(prompt):
                pieces_of.setdefault(word, []).append(piece)
        written: dict[str, list[int]] = {}
        for parts in pieces_of.values():
            start, end = known["offset_mapping"][parts[0]][0], known["offset_mapping"][parts[-1]][1]
            written.setdefault(whole[start:end], parts)
        return written

    def encode_document(self, texts: Sequence[str], progress: Callable[[int], None]) -> Vectors:
        """Return the vectors of texts, ``(n, dim)`` float32, rows L2-normalised.

        A batch holds texts with about as many word pieces, so that it is padded by 1 %; sorted by characters it would
        be padded by 25 %. Each core has a batch of its own, which takes 15 % less time than one batch on all cores.

        :param progress: is told how many more texts are done.
        """
        model = self._loaded
        vectors = np.empty((len(texts), model.get_embedding_dimension() or 0), np.float32)
        if not texts:
            return vectors

        def encode(batch: Sequence[int]) -> Vectors:
            return model.encode_document(
                [texts[number] for number in batch],
                batch_size=len(batch),
                normalize_embeddings=True,
                show_progress_bar=False,
            )

        pieces = self._pieces(texts)
        batches = slices(sorted(range(len(texts)), key=lambda number: -pieces[number]), BATCH_SIZE)
        encode([0])  # This sets the padding of the tokenizer, which two threads must not do at once.
        for batch, embedded in zip(batches, map_on_cores(encode, batches), strict=True):
            vectors[batch] = embedded
            progress(len(batch))
        return vectors

    def _pieces(self, texts: Sequence[str]) -> list[int]:
        """Return how many word pieces the model reads of each text. A hundred texts at a time save memory."""
        tokenizer = self._loaded.tokenizer
        return [
            len(ids)
            for part in slices(range(len(texts)), 100)
            for ids in tokenizer([texts[number] for number in part], truncation=True)["input_ids"]
        ]

    def word_vectors(self, words: Sequence[str]) -> Vectors:
        """Return the mean of each word's input embeddings minus the mean of all, ``(n, dim)``, L2-normalised."""
        new = [word for word in words if word not in self._word_vectors]
        if new:
            pieces = self._loaded.tokenizer(new, add_special_tokens=False)["input_ids"]
            self._word_vectors.update(zip(new, map(self._piece_mean, pieces), strict=True))
        return np.array([self._word_vectors[word] for word in words], dtype=np.float32)

    def _piece_mean(self, pieces: Sequence[int]) -> Vectors:
        embeddings, centre = self._input_embeddings
        vectors: Vectors = embeddings[list(pieces)].float().numpy() - centre
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9
        mean: Vectors = vectors.sum(axis=0)
        return mean / (np.linalg.norm(mean) + 1e-9)

    @cached_property
    def _input_embeddings(self) -> tuple["Tensor", Vectors]:
        """The model's input embeddings, ``(vocabulary, dim)``, and their mean, ``(dim,)``.

        They stay in the type that the model has them in: in fp32 they would take another 384 MB.
        """
        transformer: Any = self._loaded[0]
        weight: Tensor = transformer.auto_model.get_input_embeddings().weight.detach()
        rows, dim = weight.shape
        kept = tensor_mean(self._folder / "model.safetensors", _INPUT_EMBEDDINGS, (rows, dim))
        return weight, weight.float().numpy().mean(axis=0) if kept is None else kept

    @property
    def transformer(self) -> "PreTrainedModel":
        """The transformer of the model, for a reader made of it."""
        transformer: Any = self._loaded[0]
        return cast("PreTrainedModel", transformer.auto_model)

    @property
    def tokenizer(self) -> "PreTrainedTokenizerFast":
        """The tokenizer of the model."""
        return cast("PreTrainedTokenizerFast", self._loaded.tokenizer)

    @cached_property
    def _folder(self) -> Path:
        return model_folder(self.model, self._cache_dir)

    @cached_property
    def _loaded(self) -> "SentenceTransformer":
        prepare()
        folder, digest = self._folder, self.digest
        import torch
        from sentence_transformers import SentenceTransformer

        try:
            loaded = SentenceTransformer(
                str(folder),
                device="cpu",
                local_files_only=True,
                model_kwargs={"dtype": getattr(torch, self.dtype)},
            )
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            raise ModelError(
                f"The model {self.model} ({digest[:12]}) cannot be loaded from {folder}: {error}."
            ) from error
        if self.changed():
            raise ModelError(f"The files of the model {self.model} changed while they were read: try again.")
        return loaded.eval()


def _normalised(vectors: Vectors) -> Vectors:
    normalised: Vectors = vectors / (np.linalg.norm(vectors, axis=-1, keepdims=True) + 1e-9)
    return normalised
