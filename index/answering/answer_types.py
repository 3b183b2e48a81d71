"""What kind of thing a question asks for, and whether a sentence holds one."""

import re
from enum import StrEnum

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
_YES_NO = re.compile(
    r"\s*(?:will|is|are|was|were|do|does|did|has|have|had|can|could|shall|should|would|must|may)\b", re.IGNORECASE
)
_ASKS_MORE = re.compile(r"\b(?:when|what|which|who(?:se|m|s)?|where|why|how)\b", re.IGNORECASE)
_ASKS_PATTERNS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _ASKS.items()}
_HOLDS_PATTERNS = {kind: re.compile(pattern) for kind, pattern in _HOLDS.items()}


def asked_for(question: str) -> AnswerType | None:
    """Return what a question asks for. None where its words do not tell, or where yes or no would answer it."""
    if _YES_NO.match(question) and not _ASKS_MORE.search(question):
        return None
    return next((kind for kind, pattern in _ASKS_PATTERNS.items() if pattern.search(question)), None)


def holds(kind: AnswerType, sentence: str) -> bool:
    """Tell whether a sentence holds something that a question of a type asks for."""
    return _HOLDS_PATTERNS[kind].search(sentence) is not None
