"""Orders the best sentences anew with a cross-encoder, where the settings name one."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corpus import ModelError
from index.encoders.libraries import prepare

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

RERANKED = 20


class Reranker:
    """A sentence-transformers `CrossEncoder` on the CPU, loaded when first used."""

    def __init__(self, model: str) -> None:
        """Take a Hugging Face id or a folder."""
        self._model = model

    def reorder(self, question: str, texts: Sequence[str], scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return scores, ``(n,)``, that put the best `RERANKED` texts in the order of the cross-encoder.

        The scores are only exchanged among the texts, so that confidence still sees the scale that it was fitted on.
        """
        best = np.argsort(-scores, kind="stable")[:RERANKED]
        if not len(best):
            return scores
        logits = self._loaded.predict([(question, texts[number]) for number in best.tolist()], show_progress_bar=False)
        dealt = scores.copy()
        dealt[best[np.argsort(-np.asarray(logits), kind="stable")]] = scores[best]
        return dealt

    @cached_property
    def _loaded(self) -> "CrossEncoder":
        prepare()
        from sentence_transformers import CrossEncoder

        try:
            loaded: CrossEncoder = CrossEncoder(self._model, device="cpu", num_labels=1)
            return loaded
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            raise ModelError(f"MEASURES_CROSS_ENCODER names no model that can be loaded: {self._model}.") from error
