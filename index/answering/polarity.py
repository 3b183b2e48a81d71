"""Whether a text denies something, and in which direction it says that things went: "raised" or "lowered".

Words of opposite directions stand in pairs in ``index/text/languages/``, so that a question in one language is held
against a sentence in another.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from index.answering.answer_types import wants_yes_or_no
from index.text.languages import fold, fold_pattern, folded_pattern, language
from index.text.read_text import ReadText
from index.text.terms import stem, words

OPPOSITES = (("rises", "falls"), ("approves", "rejects"), ("allows", "forbids"), ("imports", "exports"))
_OPPOSITE = {direction: other for pair in OPPOSITES for direction, other in (pair, pair[::-1])}
_REACH = 2  # A negation is of one of this many words after it: "did not receive", "not all received".
_CLAUSE_WORDS = 3  # A comma or a "that" after this many words ends the main clause of a question.
_NOT_AFTER_VERB = frozenset({"da", "de", "nl", "sv"})
_NOT_IN_VERB = frozenset({"cs", "lt", "lv", "sk"})  # "neschválila"
_REACH_BACK = 3  # "Der Rat billigte den neuen Plan nicht."
_WORD = re.compile(r"\w+")
_COMPOUND = re.compile(r"[-\u2010\u2011]\w")
_RHETORICAL_WORDS = 2  # "Isn't the plan new?" denies nothing.


@dataclass(frozen=True, slots=True)
class Polarity:
    """What a text denies and where it says that things went.

    ``denies`` tells whether it holds a negation, as "not", and ``lacks`` whether it holds a word such as "refuses" or
    "without". ``denied`` are the stems of the words after a negation. ``directions`` maps each direction to the word
    that says it, and ``not_gone`` are those that it says things did not go in: "did not approve".
    """

    denies: bool
    lacks: bool
    denied: frozenset[str]
    directions: dict[str, str]
    not_gone: frozenset[str] = frozenset()


@lru_cache(maxsize=256)
def polarity(text: str, code: str) -> Polarity:
    """Read the polarity of a sentence in a language."""
    folded = fold(text)
    return _polarity(text, folded, code, _negations(text, folded, code))


def _polarity(text: str, folded: str, code: str, negations: Sequence[re.Match[str]]) -> Polarity:
    demands = language(code).demands
    after = (words(text[match.end() :], code)[:_REACH] for match in negations)
    said_by_direction = {name: list(folded_pattern(demands[name]).finditer(folded)) for name in _OPPOSITE}
    return Polarity(
        denies=bool(negations),
        lacks=folded_pattern(demands["lacks"]).search(folded) is not None,
        denied=frozenset(stem(word, code) for following in after for word in following),
        directions={name: text[said[0].start() : said[0].end()] for name, said in said_by_direction.items() if said},
        not_gone=frozenset(
            name
            for name, said in said_by_direction.items()
            if (said and all(any(_is_of(negation, word, folded, code) for negation in negations) for word in said))
            or (not said and code in _NOT_IN_VERB and _prefixed(demands[name]).search(folded))
        ),
    )


def _is_of(negation: re.Match[str], word: re.Match[str], folded: str, code: str) -> bool:
    """Tell whether a negation denies a word: it stands shortly before it, or after it where a language does so."""
    if word.start() >= negation.end():
        between = folded[negation.end() : word.start()]
        return len(_WORD.findall(between)) < _REACH and "," not in between
    between = folded[word.end() : negation.start()]
    return code in _NOT_AFTER_VERB and len(_WORD.findall(between)) <= _REACH_BACK and "," not in between


def asked_polarity(question: ReadText, *, is_yes_or_no: bool | None = None) -> Polarity:
    """Read the polarity of a question. It denies what its main clause denies.

    :param is_yes_or_no: whether yes or no would answer it, where that was told already.
    """
    text, folded, code = question.text, question.folded, question.code
    negations = _negations(text, folded, code)
    whole = _polarity(text, folded, code, negations)
    clause = _clause_end(code).match(folded)
    if clause:
        negations = _negations(text[: clause.end()], folded[: clause.end()], code)
    first_words = re.match(rf"\W*(?:\w+\W+){{{_RHETORICAL_WORDS}}}", folded)
    if is_yes_or_no is None:
        is_yes_or_no = wants_yes_or_no(folded, code)
    if first_words and is_yes_or_no:
        negations = [match for match in negations if match.start() >= first_words.end()]
    return Polarity(bool(negations), whole.lacks or whole.denies, whole.denied, whole.directions, whole.not_gone)


def denies_otherwise(
    question: Polarity, sentence: Polarity, asked: frozenset[str], directions: frozenset[str] = frozenset()
) -> bool:
    """Tell whether a sentence affirms what a question denies, or denies what it affirms.

    :param asked: the stems of the words of the question that tell something, in the language of the sentence.
    :param directions: those that the question says that things went in, whatever its language.
    """
    if question.denies:
        return not (sentence.denies or sentence.lacks)
    return not question.lacks and bool(sentence.denied & asked or sentence.not_gone & directions)


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


def _negations(text: str, folded: str, code: str) -> list[re.Match[str]]:
    """Return the negations in a text in a language, which is given as it is and folded.

    A word in capitals, as "NEATS" in Latvian, is a name. One before a hyphen belongs to an adjective: "niet-EU-landen".
    """
    demands = language(code).demands
    meant = folded_pattern(demands["not_but"]).sub(lambda match: " " * len(match[0]), folded)
    matches = folded_pattern(demands["not"]).finditer(meant)
    return [
        match
        for match in matches
        if (text.isupper() or not text[match.start() : match.end()].isupper())
        and not _COMPOUND.match(text, match.end())
    ]


@cache
def _prefixed(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)ne(?:{fold_pattern(pattern)})(?!\w)")


@cache
def _clause_end(code: str) -> re.Pattern[str]:
    """Return what matches the main clause at the beginning of a folded question that has another clause."""
    opens = folded_pattern(language(code).demands["relative"]).pattern
    return re.compile(rf"\W*(?:\w+[^\w,]+){{{_CLAUSE_WORDS - 1}}}\w+.*?(?=,|{opens})")
