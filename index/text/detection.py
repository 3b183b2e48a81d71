"""Tells the language of a text or of a question, among the 24 official languages of the EU.

py3langid knows all of them and is small. On short questions it is helped by two things: the words that only have a
function, which few languages share, and a head start for the language that a question is most likely to be in.
"""

import logging
from functools import lru_cache

import numpy as np

from corpus import language_identifier
from index.text.languages import LANGUAGES, language
from index.text.terms import words

log = logging.getLogger(__name__)

_SAMPLE_CHARS = 1_500
_SAMPLE_WORDS = 100
# Fitted on half of the translated questions of the training set, and checked on the others.
_FUNCTION_WORD = 0.5
_HEAD_START = 2.5
_TOO_FEW_WORDS = 3  # So many words without an accent or a function word tell nothing: "TLTRO III".


def language_of(text: str, likely: str = "en") -> str:
    """Return the ISO 639-1 code of the language of a text.

    :param likely: the language to take where the text does not tell, as with a question of names only.
    """
    return _language_of(text, likely or "en")


@lru_cache(maxsize=1_000)
def _language_of(text: str, likely: str) -> str:
    sample = text[:_SAMPLE_CHARS]
    scores = _probabilities(sample)
    spoken = words(sample)[:_SAMPLE_WORDS]
    function_words = {code: sum(word in language(code).stop_words for word in spoken) for code in LANGUAGES}
    for code, count in function_words.items():
        scores[code] += _FUNCTION_WORD * count
    scores[likely] = scores.get(likely, 0.0) + _HEAD_START
    best = max(scores, key=lambda code: scores[code])
    tells = len(spoken) >= _TOO_FEW_WORDS or not sample.isascii() or function_words.get(best, 0)
    return best if tells else likely


def _probabilities(text: str) -> dict[str, float]:
    """Return the logarithm of each language's probability by the letters of a text.

    Where no disk has room for the model, all languages are as probable.
    """
    try:
        ranked = language_identifier(frozenset(LANGUAGES), norm_probs=True).rank(text)
    except OSError as error:
        log.debug("languages are told by their function words only: %s", error)
        return dict.fromkeys(LANGUAGES, 0.0)
    return {code: float(np.log(max(share, 1e-9))) for code, share in ranked}
