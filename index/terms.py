"""Words of a text -> the terms that keywords are matched by.

The stored text is never touched; only what is matched is normalised, so that neither lost spaces ("until31 October",
"theEU") nor odd characters hide a sentence. One English Snowball stemmer serves every language: it has to treat
question and text alike, not to be right.
"""

import re
import unicodedata
from functools import lru_cache

import Stemmer

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
_GLUE = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])|(?<=[a-z]{2})(?=[A-Z]{2})")
_stemmer = Stemmer.Stemmer("english")


def terms(text: str) -> list[str]:
    """Return the stemmed, case-folded, accent-free terms of a text, in order."""
    return [stem(word) for word in words(text)]


def words(text: str) -> list[str]:
    """Return the words and numbers of a text as they are matched before stemming, case kept."""
    plain = unicodedata.normalize("NFKC", text)
    if not plain.isascii():
        plain = "".join(char for char in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(char))
    return _WORD.findall(_GLUE.sub(" ", plain))


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Return the term of one word; numbers lose their grouping, so that "1,500" and "1500" meet."""
    if word[0].isdigit():
        return word.replace(",", "") if re.fullmatch(r"\d{1,3}(?:,\d{3})+", word) else word
    return str(_stemmer.stemWord(word.casefold()))
