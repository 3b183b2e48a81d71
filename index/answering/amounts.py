"""What a claim and a quotation say differently of amounts: "700 officers" and "300 officers", "2%" and "3%".

Amounts are compared by value, so that another way to write one, or a rounded one, is no difference. Of what is counted
without a unit, only the same thing is compared: "3 newspapers" does not contradict "5 officers".
"""

import re

from index.text.languages import fold, language
from index.text.quantities import Quantity, quantities
from index.text.terms import stem

Words = tuple[str, ...]
_WORD = re.compile(r"[^\W\d_]+")
_BOUND = re.compile(r"[.:;,!?()“”\"\d]")  # What a figure counts stands before the next of these.
_COUNTED = 2  # words after a figure that may say what it counts, if it has no unit
_AFTER, _BEFORE = 4, 2  # words beside a figure that may say what it counts: "300 new customs officers", "Article 5"


def amounts(claim: str, code: str, quote: str, quoted: str) -> tuple[list[tuple[Words, Words]], bool]:
    """Pair the amounts that only a claim has with what a quotation in a language has instead.

    Tell also whether the claim says an amount of something that the quotation speaks of, and the quotation does not.
    """
    own, theirs = quantities(claim, code), quantities(quote, quoted)
    wrong = [each for each in own if not any(_is_unit(each, other) and each.says(other) for other in theirs)]
    instead = [each for each in theirs if not any(_is_unit(each, other) and other.says(each) for other in own)]
    pairs: list[tuple[Words, Words]] = []
    missing = False
    for each in wrong:
        others = [
            other
            for other in instead
            if _is_same_thing(each, claim, code, other, quote, quoted, alone=len(own) == len(theirs))
        ]
        if any(each.may_be(other) for other in others):
            missing = True
        elif others:
            pairs.append(((_written(claim, each),), tuple(_written(quote, other) for other in others)))
        else:
            missing = missing or bool(each.unit) or code != quoted or _is_spoken_of(each, claim, code, quote)
    return pairs, missing


def _is_unit(first: Quantity, other: Quantity) -> bool:
    return first.unit == other.unit or not (first.unit and other.unit)


def _is_same_thing(
    own: Quantity, claim: str, code: str, other: Quantity, quote: str, quoted: str, *, alone: bool
) -> bool:
    """Tell whether two amounts count the same thing: they share a unit or, having none, a word beside them."""
    if own.unit or other.unit:
        return own.unit == other.unit
    if code != quoted:
        return alone
    return not _beside(claim, own, code).isdisjoint(_beside(quote, other, code))


def _is_spoken_of(own: Quantity, claim: str, code: str, quote: str) -> bool:
    """Tell whether a quotation speaks of what a claim counts, which follows the figure."""
    counted = _WORD.findall(_BOUND.split(claim[own.end :])[0])[:_COUNTED]
    return not _content(" ".join(counted), code).isdisjoint(_content(quote, code))


def _beside(text: str, quantity: Quantity, code: str) -> set[str]:
    """Return the stems of the words with a meaning beside an amount."""
    following, leading = _BOUND.split(text[quantity.end :])[0], _BOUND.split(text[: quantity.start])[-1]
    after, before = _WORD.findall(following)[:_AFTER], _WORD.findall(leading)[-_BEFORE:]
    return _content(" ".join([*before, *after]), code)


def _content(text: str, code: str) -> set[str]:
    known = language(code)
    return {
        stem(folded, code)
        for word in _WORD.findall(text)
        if (folded := fold(word)) not in known.stop_words and folded not in known.number_words
    }


def _written(text: str, quantity: Quantity) -> str:
    return text[quantity.start : quantity.end].strip()
