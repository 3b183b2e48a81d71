"""Tells what a sentence says that the question, or what is quoted already, does not."""

from functools import lru_cache

from index.text.terms import content_words, stem

_LEAST_NEW_WORDS = 2  # A single new word is as often another form of one that stands there.
_REPEATED = 0.6  # This share of a question in a release makes it the question that was asked.
_QUESTION_MARKS = ("?", "\N{GREEK QUESTION MARK}")


class Novelty:
    """What a question gives, and what the quotes for it have said so far."""

    def __init__(self, given: frozenset[str], *, asks_openly: bool) -> None:
        """Take the `content` of a question, and whether it asks openly: for more than yes or no."""
        self._open = asks_openly
        self._given = given
        self._said: set[str] = set()

    def is_asked(self, sentence: str, code: str) -> bool:
        """Tell whether a sentence of a release, in a language, asks what the question asks."""
        words = content(sentence, code)
        return sentence.rstrip().endswith(_QUESTION_MARKS) and len(words & self._given) >= _REPEATED * len(words)

    def only_repeats(self, text: str, code: str) -> bool:
        """Tell whether a text has no word that the question does not give.

        A claim and a question for yes or no are confirmed by their own words.
        """
        return self._open and content(text, code) <= self._given

    def adds(self, text: str, code: str) -> bool:
        """Tell whether a text adds something to the question and to what is said: a figure, a name, or two words."""
        new = content(text, code) - self._given - self._said
        return len(new) >= _LEAST_NEW_WORDS or any(word[0].isdigit() for word in new) or bool(new & _names(text, code))

    def say(self, text: str, code: str) -> None:
        """Take note of what a quote says."""
        self._said |= content(text, code)


@lru_cache(maxsize=1_000)
def content(text: str, code: str) -> frozenset[str]:
    """Return the stems of the words of a text that have more than a function."""
    return frozenset(stem(word, code) for word in content_words(text, code))


def _names(text: str, code: str) -> frozenset[str]:
    """Return the stems of the words with a capital, but for the first of the text."""
    capitals = [word for word in text.split()[1:] if word[:1].isupper()]
    return content(" ".join(capitals), code) if code != "de" else frozenset()
