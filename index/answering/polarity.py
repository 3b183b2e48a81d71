"""Whether a text denies something, and in which direction it says that things went: "raised" or "lowered".

Words of opposite directions stand in pairs in ``index/text/languages/``, so that a question in one language is held
against a sentence in another.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from index.answering.answer_types import wants_yes_or_no
from index.text.languages import fold, folded_pattern, language
from index.text.terms import stem, words

OPPOSITES = (("rises", "falls"), ("approves", "rejects"), ("allows", "forbids"))
_OPPOSITE = {one: other for pair in OPPOSITES for one, other in (pair, pair[::-1])}
_REACH = 2  # A negation is of one of this many words after it: "did not receive", "not all received".
_CLAUSE_WORDS = 3  # A comma or a "that" after this many words ends the main clause of a question.
_RHETORICAL_WORDS = 2  # "Isn't the plan new?" denies nothing.


@dataclass(frozen=True, slots=True)
class Polarity:
    """What a text denies and where it says that things went.

    ``denies`` tells whether it holds a negation, as "not", and ``lacks`` whether it holds a word such as "refuses" or
    "without". ``denied`` are the stems of the words after a negation. ``directions`` maps each direction to the word
    that says it.
    """

    denies: bool
    lacks: bool
    denied: frozenset[str]
    directions: dict[str, str]


@lru_cache(maxsize=256)
def polarity(text: str, code: str) -> Polarity:
    """Read the polarity of a sentence in a language."""
    demands = language(code).demands
    folded = fold(text)
    negations = _negations(text, code)
    after = (words(text[match.end() :], code)[:_REACH] for match in negations)
    found = {name: folded_pattern(demands[name]).search(folded) for name in _OPPOSITE}
    return Polarity(
        denies=bool(negations),
        lacks=folded_pattern(demands["lacks"]).search(folded) is not None,
        denied=frozenset(stem(word, code) for following in after for word in following),
        directions={name: text[match.start() : match.end()] for name, match in found.items() if match},
    )


def asked_polarity(question: str, code: str) -> Polarity:
    """Read the polarity of a question in a language. It denies what its main clause denies."""
    whole = polarity(question, code)
    folded = fold(question)
    clause = _clause_end(code).match(folded)
    negations = _negations(question[: clause.end()] if clause else question, code)
    first_words = re.match(rf"\W*(?:\w+\W+){{{_RHETORICAL_WORDS}}}", folded)
    if first_words and wants_yes_or_no(folded, code):
        negations = [match for match in negations if match.start() >= first_words.end()]
    return Polarity(bool(negations), whole.lacks or whole.denies, whole.denied, whole.directions)


def denies_otherwise(question: Polarity, sentence: Polarity, asked: frozenset[str]) -> bool:
    """Tell whether a sentence affirms what a question denies, or denies what it affirms.

    :param asked: the stems of the words of the question that tell something, in the language of the sentence.
    """
    if question.denies:
        return not (sentence.denies or sentence.lacks)
    return bool(sentence.denied & asked) and not question.lacks


def opposite(question: Polarity, sentence: Polarity) -> tuple[str, str] | None:
    """Return a word of the question and the one of a sentence that says the opposite, None where there are none.

    A sentence that speaks of both directions says the opposite of neither.
    """
    for name, word in question.directions.items():
        other = _OPPOSITE[name]
        both = other in question.directions or name in sentence.directions
        if not both and other in sentence.directions and question.denies == sentence.denies:
            return word, sentence.directions[other]
    return None


def _negations(text: str, code: str) -> list[re.Match[str]]:
    """Return the negations in a text in a language. A word in capitals, as "NEATS" in Latvian, is a name."""
    demands = language(code).demands
    meant = folded_pattern(demands["not_but"]).sub(lambda match: " " * len(match[0]), fold(text))
    found = folded_pattern(demands["not"]).finditer(meant)
    return [match for match in found if text.isupper() or not text[match.start() : match.end()].isupper()]


@cache
def _clause_end(code: str) -> re.Pattern[str]:
    """Return what matches the main clause at the beginning of a folded question that has another clause."""
    opens = folded_pattern(language(code).demands["relative"]).pattern
    return re.compile(rf"\W*(?:\w+[^\w,]+){{{_CLAUSE_WORDS - 1}}}\w+.*?(?=,|{opens})")
