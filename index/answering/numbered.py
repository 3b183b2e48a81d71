"""Tells whether a sentence is about another one of what a question numbers: the second quarter, not the third."""

from collections.abc import Sequence

from index.text.ordinals import Ordinal, ordinals

_EXACT = frozenset({"#quarter", "#half", "#annex", "#phase"})


def other_number(asked: Sequence[Ordinal], code: str, text: str, language: str) -> tuple[str, str] | None:
    """Return how a question in a language numbers something, and how a text in a language numbers it otherwise.

    None where they do not differ, or where the text names the number that is asked for, too.
    """
    told = ordinals(text, language)
    for each in asked:
        if any(_may_be(each, other) for other in told):
            continue
        other = next((other for other in told if _same_thing(each, other, alike=code == language)), None)
        if other is not None:
            return each.written, other.written
    return None


def _may_be(asked: Ordinal, told: Ordinal) -> bool:
    """Tell whether a text may name what is asked for. Of periods and parts the kind is the same, too."""
    kinds = asked.counted & _EXACT
    return asked.number == told.number and not (kinds and told.counted and kinds.isdisjoint(told.counted))


def _same_thing(asked: Ordinal, told: Ordinal, *, alike: bool) -> bool:
    """Tell whether two numbers count the same. Of two languages only what both have words for is compared."""
    shared = asked.counted & told.counted
    return asked.number != told.number and (bool(shared) if alike else any(name.startswith("#") for name in shared))
