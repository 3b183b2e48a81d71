"""Text as it is compared with phrases: without case, accents, signs and stretched letters, word by word."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache

_WORD = re.compile(r"[^\W_]+")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_ADDRESS = re.compile(r"<?\b(?:https?://|www\.)\S+", re.IGNORECASE)
_MARKUP = re.compile(r"<(?:a?:\w+:\d+|[@#][!&]?\d+|t:-?\d+(?::\w)?|/[^>]+:\d+)>")
_LETTERS = str.maketrans({"ł": "l", "ß": "ss", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "ħ": "h"})


@dataclass(frozen=True)  # without slots, because the key is compared with hundreds of phrases and made once
class Spoken:
    """The words of a text. `key` has a space before each word; `spans` says where each word stands in the text."""

    text: str
    words: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]

    @cached_property
    def key(self) -> str:
        """The words as phrases are compared with them."""
        return "".join(f" {word}" for word in self.words)

    def written(self, start: int, end: int) -> str:
        """Return the part of the text that a part of `key` stands for."""
        first, last = self.key.count(" ", 0, start), self.key.count(" ", 0, end) - 1
        return "" if last < first else self.text[self.spans[first][0] : self.spans[last][1]]

    def beside(self, span: tuple[int, int]) -> str:
        """Return the characters before and after a word."""
        return self.text[max(0, span[0] - 1) : span[0]] + self.text[span[1] : span[1] + 1]


def spoken(text: str) -> Spoken:
    """Read the words of a text."""
    read = [(fold(match[0]), match.span()) for match in _WORD.finditer(text)]
    read = [(word, span) for word, span in read if word]
    return Spoken(text, tuple(word for word, _ in read), tuple(span for _, span in read))


@lru_cache(maxsize=20_000)  # The phrases of 24 languages have 4,000 words, most of them in many phrases.
def fold(word: str) -> str:
    """Return a word in lower case, without accents, "hellooo" as "hello"."""
    plain = unicodedata.normalize("NFKD", word.casefold().translate(_LETTERS))
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return _STRETCHED.sub(r"\1", plain)


def without_addresses(text: str) -> str:
    """Return a text without the addresses, mentions and emoji of Discord's in it."""
    return _MARKUP.sub(" ", _ADDRESS.sub(" ", text))
