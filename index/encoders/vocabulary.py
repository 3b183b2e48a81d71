"""The words that a model's tokenizer knows as one piece, in all of its languages."""

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from index.encoders.embedder import Embedder, SentenceTransformerEmbedder

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

_BEGINS = "▁"  # SentencePiece marks the beginning of a word so.


class Vocabulary:
    """Tells which words a model knows."""

    def __init__(self, tokenizer: "PreTrainedTokenizerFast") -> None:
        """Take the tokenizer of a model."""
        self._tokenizer = tokenizer

    def knows(self, word: str) -> bool:
        """Tell whether the model knows a word, in any case, as one piece."""
        lower = word.lower()
        return any(self._has(self._begins + form) for form in (word, lower, lower.capitalize()))

    def _has(self, piece: str) -> bool:
        return self._tokenizer.convert_tokens_to_ids(piece) not in (None, self._tokenizer.unk_token_id)

    @cached_property
    def _begins(self) -> str:
        return _BEGINS if self._has(_BEGINS) else ""


def vocabulary_of(embedder: Embedder) -> Vocabulary | None:
    """Return the vocabulary of a model, None for what is no model of sentence-transformers, as in tests."""
    return _vocabulary(embedder) if isinstance(embedder, SentenceTransformerEmbedder) else None


@lru_cache(maxsize=1)
def _vocabulary(embedder: SentenceTransformerEmbedder) -> Vocabulary:
    return Vocabulary(embedder.tokenizer)
