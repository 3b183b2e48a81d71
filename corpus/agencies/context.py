"""What the words next to a name say about its meaning."""

import re

_WINDOW_CHARS = 80
_ARTICLE_CHARS = 2
_DEFINITE = re.compile(r"\bthe\s+$", re.IGNORECASE)
_WORD_BEFORE = re.compile(r"([^\W_][\w’'&./-]*)[ \t\u00a0]+$")
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\w*\b"
_CONTINUED = re.compile(rf"\s+of\s+(?:the\s+)?(?!{_MONTH})[A-Z]")
_ADDRESS = re.compile(r"://|www\.|@|\.(?:eu|int|org|com)\b")
_WITHIN_ADDRESS = frozenset("/.@_-")
_LEFT_OF_TOKEN, _RIGHT_OF_TOKEN = re.compile(r"\S*$"), re.compile(r"\S*")
# Words that no other language of the EU has, one of which nearly every English question has.
_ENGLISH = re.compile(
    r"\b(?:the|what|which|who|whose|whom|how|did|does|when|where|why|were|been|about|from|with)\b", re.IGNORECASE
)
# "Comisión de Transportes", "Commissione per i trasporti", "Komisja Transportu". The last two prepositions are Greek.
_COMMITTEE = re.compile(
    r"[ \u00a0](?:(?:de|del|dei|delle|degli|della|per|pentru|dos|das|da|do|para|ds\.|"
    r"\u03b3\u03b9\u03b1|\u03c4\u03c9\u03bd)\s(?:\w{1,4}\s)?)?(?P<word>[^\W\d_]+)"
)
# A capitalised word before "Council" makes another name of it, as in "Nordic Council". These words do not.
_NOT_PART_OF_NAME = frozenset(
    """
    A About After All Also Although An And Any As Ask At Be Because Before Between Both But By
    Contact Current During Each EU European Following For From Given Has Her His How However If In
    Into Is Its Join Many More Most New No Nor Not Now Of On Once One Only Or Other Our Out Over Per
    Related See Share Since So Some Such Than That The Their Then There These They This Those
    Through Thus To Today Together Tomorrow Under Until Upon Via Visit We What When Whether Which
    While Who Why Will With Within Without Yesterday Yet Your Monday Tuesday Wednesday Thursday
    Friday Saturday Sunday January February March April May June July August September October
    November December
    """.split()
)


def is_part_of_other_name(text: str, start: int, end: int) -> bool:
    """Tell whether a noun that agencies share is part of another name: "Nordic Council", "Council of Bars"."""
    before = _WORD_BEFORE.search(text, max(0, start - _WINDOW_CHARS), start)
    word = before[1].rstrip(".") if before is not None else ""
    modified = word[:1].isupper() and word not in _NOT_PART_OF_NAME and not word.endswith(("'s", "’s"))
    return modified or _CONTINUED.match(text, end) is not None


def is_committee(text: str, start: int, end: int, side: str | None) -> bool:
    """Tell whether words before or after "Commission" make the name of a committee of it: "Comisión de Transportes"."""
    if side == "before":
        before = _WORD_BEFORE.search(text, max(0, start - _WINDOW_CHARS), start)
        return before is not None and before[1][:1].isupper() and len(before[1]) > _ARTICLE_CHARS
    after = _COMMITTEE.match(text, end) if side == "after" else None
    return after is not None and after["word"][0].isupper()


def is_english(question: str) -> bool:
    """Tell whether a question is certainly English."""
    return _ENGLISH.search(question) is not None


def is_definite(text: str, start: int) -> bool:
    """Tell whether the article "the" is immediately before a noun."""
    return _DEFINITE.search(text, max(0, start - _WINDOW_CHARS), start) is not None


def is_in_address(text: str, start: int, end: int) -> bool:
    """Tell whether a name is part of a web address, a mail address or an account name."""
    if _WITHIN_ADDRESS.isdisjoint((text[start - 1 : start], text[end : end + 1])):
        return False
    left = _LEFT_OF_TOKEN.search(text, max(0, start - _WINDOW_CHARS), start)
    right = _RIGHT_OF_TOKEN.match(text, end, end + _WINDOW_CHARS)
    token = text[left.start() if left else start : right.end() if right else end]
    return _ADDRESS.search(token) is not None
