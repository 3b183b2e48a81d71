"""The words that a model's tokenizer knows as one piece, in all of its languages."""

import re
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from index.encoders.embedder import Embedder, SentenceTransformerEmbedder
from index.text.languages import fold

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

_BEGINS = "▁"  # SentencePiece marks the beginning of a word so.
_FAR_RARER = 4
_ACCENTED = re.compile(r"(?=.*[^a-z])[a-zß-žș-ț\u0370-\u03ff]{4,}")


class Vocabulary:
    """Tells how a word is spelled, as far as the model knows it."""

    def __init__(self, tokenizer: "PreTrainedTokenizerFast") -> None:
        """Take the tokenizer of a model."""
        self._tokenizer = tokenizer

    def knows(self, word: str) -> bool:
        """Tell whether the model knows a word as one piece."""
        return self._rank(word) is not None

    def accented(self, word: str) -> str:
        """Return a word with the accents that it lacks, or as it is.

        Pieces are sorted by frequency. People leave accents out, so the model knows many words without: such a word
        lacks them where it is far rarer than the one that has them.
        """
        accented = self._accented.get(fold(word))
        if accented is None or fold(word) != word.lower():
            return word
        rank = self._rank(word)
        if rank is not None and rank < _FAR_RARER * (self._rank(accented) or 0):
            return word
        return accented.capitalize() if word[0].isupper() else accented

    def _rank(self, word: str) -> int | None:
        """Return how many pieces are more frequent than a word, in any case; None where the model does not know it."""
        lower = word.lower()
        ranks = [self._piece(self._begins + form) for form in (word, lower, lower.capitalize())]
        return min((rank for rank in ranks if rank is not None), default=None)

    def _piece(self, piece: str) -> int | None:
        number = self._tokenizer.convert_tokens_to_ids(piece)
        return number if isinstance(number, int) and number != self._tokenizer.unk_token_id else None

    @cached_property
    def _begins(self) -> str:
        return _BEGINS if self._piece(_BEGINS) is not None else ""

    @cached_property
    def _accented(self) -> dict[str, str]:
        """The words with accents by what is left without them: of several the most frequent."""
        pieces = sorted(self._tokenizer.get_vocab().items(), key=lambda pair: -pair[1])
        words = (piece[1:].lower() for piece, _ in pieces if piece[0] == _BEGINS)
        return {fold(word): word for word in words if _ACCENTED.fullmatch(word)}


def vocabulary_of(embedder: Embedder) -> Vocabulary | None:
    """Return the vocabulary of a model, None for what is no model of sentence-transformers, as in tests."""
    return _vocabulary(embedder) if isinstance(embedder, SentenceTransformerEmbedder) else None


@lru_cache(maxsize=1)
def _vocabulary(embedder: SentenceTransformerEmbedder) -> Vocabulary:
    return Vocabulary(embedder.tokenizer)
