"""Which questions ask the same, in whatever words and language."""

from collections.abc import Sequence

import numpy as np

from index.encoders.background import background_of
from index.encoders.embedder import Embedder


def alike(embedder: Embedder, questions: Sequence[str]) -> list[tuple[int, ...]]:
    """Return groups of questions that ask the same, by their numbers: the largest first, the middle of each first.

    Two ask the same where they are as near to each other as a question is to its answer. Of 2,970 pairs of translations
    of the development set .92 are so near, of 279,000 pairs of different questions 86.
    """
    if not questions:
        return []
    import torch
    from sentence_transformers.util import community_detection

    vectors = np.array([embedder.encode_query(question) for question in questions])
    groups = community_detection(torch.from_numpy(vectors), background_of(embedder).related, min_community_size=1)
    return [tuple(map(int, group)) for group in groups]
