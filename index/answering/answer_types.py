"""What kind of thing a question asks for, and whether a sentence holds one.

The patterns of English stand here, those of the other languages in ``index/text/languages/``.
"""

import itertools
import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache

from index.text.languages import LANGUAGES, Language, fold, folded_pattern, language
from index.text.read_text import ReadText, plain

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
MONTHS = tuple(_MONTHS.split("|"))
_NUMBER_WORDS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred|thousand|million"
    "|billion|dozen|half|third|quarter|double"
)


class AnswerType(StrEnum):
    """What a question asks for."""

    DATE = "date"
    PERCENTAGE = "percentage"
    MONEY = "money"
    NUMBER = "number"
    PERSON = "person"
    PLACE = "place"
    REASON = "reason"


NUMERIC = frozenset({AnswerType.DATE, AnswerType.PERCENTAGE, AnswerType.MONEY, AnswerType.NUMBER})

# The first of these patterns that fits a question gives its type.
_ASKS = {
    AnswerType.DATE: r"\bwhen\b|\b(?:what|which) (?:date|day|year|month|time)\b|\bdeadline\b|\bdate\b",
    AnswerType.PERCENTAGE: r"\bpercent|\bper cent|%|\bwhat (?:share|proportion|rate)",
    AnswerType.MONEY: (
        r"\bhow much (?:money|funding|will|does|did|would|support)|\bbudget\b|\bcosts?\b|\bprice\b|\beuros?\b"
        r"|\bmoney\b"
        r"|\bhow (?:big|large) (?:is|was|will) the (?:budget|fund|grant|fine|loan)|\bfunding\b|\bfine\b"
    ),
    AnswerType.NUMBER: (
        r"\bhow (?:many|much|long|far|fast|big|large|high|old|often|quickly|soon)\b|\bnumber of\b|\bby what\b"
    ),
    AnswerType.PERSON: r"\bwho(?:se|m|s)?\b",
    AnswerType.PLACE: (
        r"\bwhere\b"
        r"|\b(?:which|what) (?:\w+ ){0,2}?(?:country|countries|city|cities|town|region|place|state|nation|areas?)\b"
    ),
    AnswerType.REASON: r"\bwhy\b|\breason",
}
_HOLDS = {
    AnswerType.DATE: rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)?\s*(?:{_MONTHS})|(?:19|20)\d\d(?!\d)|quarter|(?:{_MONTHS})\b)",
    AnswerType.PERCENTAGE: (
        r"\d\s*(?:%|per\s?cent|percent|percentage|basis points)|\b(?:half|third|quarter|majority)\b"
    ),
    AnswerType.MONEY: r"[€$£]\s*\d|\b(?i:EUR|USD|euros?|dollars?|million|billion|bn)\b",
    AnswerType.NUMBER: rf"\d|\b(?i:{_NUMBER_WORDS}|no)\b",
    AnswerType.PERSON: (
        r"\b(?:President|Commissioner|Minister|Director|Mr|Ms|Mrs|Dr|Chair|Secretary|Council|Agency)\b"
        r"|(?<![.!?] )(?<!^)\b[A-Z][a-zà-ÿ]+\s+(?:de |van |von |der |la )*[A-Z][a-zA-Zà-ÿ]+"
    ),
    AnswerType.PLACE: r"(?<=[a-z,;:)] )[A-Z][\wà-ÿ-]+",
    AnswerType.REASON: (
        r"(?i)\b(?:because|due to|owing to|as a result|in order to|so that|thanks to|reasons?|therefore|thus|since"
        r"|lead to|reflect|to ensure|cause[sd]?|allow)\b"
    ),
}
# What is written alike in every language.
_ANYWHERE = {
    AnswerType.DATE: re.compile(r"\b(?:19|20)\d\d(?!\d)|\b\d{1,2}\. ?\d{1,2}\. ?\d{2,4}"),
    AnswerType.PERCENTAGE: re.compile(r"\d\s*%"),
    AnswerType.MONEY: re.compile(r"[€$£]\s*\d|\d\s*[€$£]|\bEUR\b"),
    AnswerType.NUMBER: re.compile(r"\d"),
}
_FIRST_WORDS = 2
_ASKS_PATTERNS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _ASKS.items()}
_HOLDS_PATTERNS = {kind: re.compile(pattern) for kind, pattern in _HOLDS.items()}


def asked_for(question: ReadText) -> AnswerType | None:
    """Return what a question asks for. None where its words do not tell, or where yes or no would answer it."""
    code = question.code
    if wants_yes_or_no(question.plain, code):
        return None
    if code != "en" and code in LANGUAGES:
        return next((kind for kind, pattern in _asks_elsewhere(code).items() if pattern.search(question.plain)), None)
    return next((kind for kind, pattern in _ASKS_PATTERNS.items() if pattern.search(question.text)), None)


def wants_yes_or_no(question: str, code: str) -> bool:
    """Tell whether yes or no would answer a question of a language, given in folded text."""
    known = language(code)
    opens = bool(known.yes_no) and folded_pattern(known.yes_no).match(question) is not None
    return opens and folded_pattern(known.question_words).search(question) is None


def asks_openly(question: ReadText) -> bool:
    """Tell whether a question begins with a word that asks: "what…", "until when…", not "will…"."""
    beginning = " ".join(question.plain.split()[:_FIRST_WORDS])
    return folded_pattern(language(question.code).question_words).search(beginning) is not None


def holds(kind: AnswerType, sentence: str, code: str = "en") -> bool:
    """Tell whether a sentence holds something that a question of a type asks for.

    :param code: the language of the sentence.
    """
    if code == "en" or code not in LANGUAGES:
        return _HOLDS_PATTERNS[kind].search(sentence) is not None
    pattern = _holds_elsewhere(code).get(kind)
    if pattern is not None and pattern.search(plain(fold(sentence))):
        return True
    if kind in (AnswerType.PERSON, AnswerType.PLACE):
        return _names_together(sentence) >= (2 if kind is AnswerType.PERSON else 1)
    return kind in _ANYWHERE and _ANYWHERE[kind].search(sentence) is not None


def _names_together(sentence: str) -> int:
    """Return how many words with a capital follow each other at most, but for the first word of the sentence."""
    capitals = [word[:1].isupper() and word[1:].islower() for word in re.findall(r"[\w-]+|[.!?]", sentence)[1:]]
    return max((len(list(run)) for capital, run in itertools.groupby(capitals) if capital), default=0)


@cache
def _asks_elsewhere(code: str) -> Mapping[AnswerType, re.Pattern[str]]:
    """Return the patterns of what a question of a language asks for, in the order in which they are tried."""
    asks = language(code).asks
    return {kind: folded_pattern(asks[kind]) for kind in AnswerType if kind in asks}


@cache
def _holds_elsewhere(code: str) -> Mapping[AnswerType, re.Pattern[str]]:
    known = language(code)
    patterns = {AnswerType(kind): folded_pattern(pattern) for kind, pattern in known.holds.items()}
    return patterns | {
        AnswerType.DATE: folded_pattern(*_month_patterns(known)),
        AnswerType.NUMBER: folded_pattern("|".join(sorted(known.number_words))),
    }


def _month_patterns(known: Language) -> list[str]:
    names = sorted(name for names in known.months for name in names if name not in known.unsure_months)
    return [name[:-1] + r"\w*" if name[-1] == "*" else name for name in names]
