"""Turns a short follow-up into a whole question: the earlier question with the new part in place of the old."""

import re

from corpus import registry
from index.answering.question import STOP_WORDS
from index.text.terms import words

_OPENS = re.compile(
    r"^[\s¿]*(?:(?:and|so|but|then|ok|okay|und|et|y|e|i|a)\b[\s,]*)?(?:(?:what|how)\s+about\b|what\s+of\b)?[\s,]*",
    re.IGNORECASE,
)
_LEANS = re.compile(r"\b(?:it|its|they|them|their|he|she|him|her|this|that|these|those|there|then|so)\b", re.IGNORECASE)
_TIME = re.compile(
    r"\b(?:in\s+|since\s+|until\s+|before\s+|after\s+)?(?:(?:January|February|March|April|May|June|July|August|September"
    r"|October|November|December)\s+)?(?:19|20)\d{2}\b",
    re.IGNORECASE,
)
_SHORT_WORDS = 3


def continued(earlier: str, question: str) -> str:
    """Return a follow-up as a question that can be asked by itself. A question that can already is returned as it is.

    "and Frontex?" replaces the agency that the earlier question names, "in 2019?" its year. Other words are added to
    the earlier question.
    """
    rest = _OPENS.sub("", question, count=1).strip(" ?!.,")
    content = [word for word in words(rest) if word not in STOP_WORDS]
    if not content or (len(content) > _SHORT_WORDS and not _LEANS.search(rest)):
        return question
    replaced = _in_place_of_agency(earlier, rest) or _in_place_of_time(earlier, rest)
    if replaced is not None:
        return replaced
    known = set(words(earlier))
    if all(word in known for word in content):
        return question
    return f"{earlier.rstrip(' ?!.')}: {rest}?"


def _in_place_of_agency(earlier: str, rest: str) -> str | None:
    """Put the one agency that a follow-up consists of in place of the one agency that the earlier question names."""
    new = registry().mentions(rest, question=True)
    old = registry().mentions(earlier, question=True)
    beside = (
        [word for word in words(rest[: new[0].start] + rest[new[0].end :]) if word not in STOP_WORDS] if new else []
    )
    if len(new) != 1 or len(old) != 1 or beside:
        return None
    return f"{earlier[: old[0].start]}{rest[new[0].start : new[0].end]}{earlier[old[0].end :]}"


def _in_place_of_time(earlier: str, rest: str) -> str | None:
    """Put the time that a follow-up consists of in place of the earlier question's, or after it where it has none."""
    new, old = _TIME.fullmatch(rest), _TIME.search(earlier)
    if new is None:
        return None
    if old is None:
        return f"{earlier.rstrip(' ?!.')} {rest}?"
    return f"{earlier[: old.start()]}{rest}{earlier[old.end() :]}"
