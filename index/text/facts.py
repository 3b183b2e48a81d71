"""The figures, dates and names of a text, and which of them two texts do not share."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from corpus import registry
from index.changes import FactChange, FactKind
from index.text.languages import Language, fold, language
from index.text.terms import stem, words
from index.text.times import moments

_TOKEN = re.compile(r"\d+(?:/\d+)+|\d+(?:[.,'’\u00a0\u202f ]\d{3}(?!\d))*(?:[.,]\d+)?|[^\W\d_]+(?:['’-]\w+)*|[%‰€$£]")
_UNITS = {"€": "€", "eur": "€", "euro": "€", "$": "$", "usd": "$", "£": "£", "gbp": "£", "%": "%", "‰": "‰"}
_PERCENT = re.compile(r"per ?cent|percent|prozent|pour cent|por ciento|por cento|per cento|procent", re.IGNORECASE)
# These stand within names: "Ursula von der Leyen", "Bank of Greece".
_WITHIN = frozenset("de da do du del della di la le van von der den of ter".split())
# Millions and the like as they are shortened in one language or another; they count only after figures.
_SHORTENED = frozenset("bn m md mia mil mill mio mld mln mn mrd tn tsd tys".split())
_BEFORE_CHARS = 100  # This many characters before a word tell whether a sentence begins with it.
_POSSESSIVE = re.compile(r" s$")  # of "Poland’s", folded
_NOUNS_WITH_CAPITALS = frozenset({"de"})
_MOST_UNIT_CHARS = 2  # between a figure and its unit: a space


@dataclass(frozen=True, slots=True)
class _Fact:
    kind: FactKind
    key: object
    start: int
    end: int
    text: str


def fact_changes(before: str, after: str, code: str, code_after: str | None = None) -> tuple[FactChange, ...]:
    """Return the figures, dates and names that only one of two texts has, in that order.

    :param code: the language of both, or of the first where the second has another one. Of names, only those of
        agencies and countries can then be compared.
    """
    across = code_after is not None and code_after != code
    old, new = facts(before, code, only_known=across), facts(after, code_after or code, only_known=across)
    return tuple(change for kind in FactKind for change in _of_a_kind(kind, old, new, in_order=not across))


def _of_a_kind(kind: FactKind, old: list[_Fact], new: list[_Fact], *, in_order: bool) -> Iterator[FactChange]:
    """Pair the facts of one kind that are gone with those that are new.

    Two sentences with as many facts are taken to name them in the same order, where `in_order` says so: of "2.3%,
    compared with 2.4%" and "1.8%, from 2.3%", the first became 1.8% and the second 2.3%. Otherwise what only one has is
    told together.
    """
    sides = [[fact for fact in side if fact.kind is kind] for side in (old, new)]
    counts = [Counter(fact.key for fact in side) for side in sides]
    if counts[0] == counts[1]:
        return
    if in_order and len(sides[0]) == len(sides[1]):
        pairs = [(before, after) for before, after in zip(*sides, strict=True) if before.key != after.key]
        yield from dict.fromkeys(FactChange(kind, before.text, after.text) for before, after in pairs)
        return
    gone, came = (_only(side, counts[place] - counts[1 - place]) for place, side in enumerate(sides))
    if len(gone) == len(came):
        yield from (FactChange(kind, *pair) for pair in zip(gone, came, strict=True))
    else:
        yield FactChange(kind, ", ".join(gone), ", ".join(came))


def _only(side: list[_Fact], surplus: Counter[object]) -> list[str]:
    """Return those facts of a text that it has more of, in order, each once."""
    return list(dict.fromkeys(fact.text for fact in side if surplus[fact.key] > 0))


def facts(text: str, code: str, *, only_known: bool = False) -> list[_Fact]:
    """Return the facts of a text, in order.

    :param only_known: whether names are left out that are neither an agency's nor a country's.
    """
    known = language(code)
    collected = [
        _Fact(FactKind.DATE, named.moment, named.start, named.end, text[named.start : named.end].strip())
        for named in moments(text, code)
    ]
    collected += [
        _Fact(FactKind.NAME, mention.agency_id, mention.start, mention.end, text[mention.start : mention.end])
        for mention in registry().mentions(text)
    ]
    tokens = list(_TOKEN.finditer(text))
    collected += _outside(collected, _figures(text, tokens, known))
    collected += _outside(collected, _names(text, tokens, known, only_known=only_known))
    return sorted(collected, key=lambda fact: fact.start)


def _outside(taken: list[_Fact], facts: Iterable[_Fact]) -> list[_Fact]:
    covered = {place for fact in taken for place in range(fact.start, fact.end)}
    return [fact for fact in facts if covered.isdisjoint(range(fact.start, fact.end))]


def _figures(text: str, tokens: list[re.Match[str]], known: Language) -> Iterator[_Fact]:
    """Yield numbers, in figures or words, with the currency or the per cent that they count."""
    run: list[re.Match[str]] = []
    for token in tokens:
        near = bool(run) and token.start() - run[-1].end() <= _MOST_UNIT_CHARS
        counts = token[0][0].isdigit() or not known.number_words.isdisjoint(words(token[0], known.code))
        if near and (counts or (token[0].lower() in _SHORTENED and run[-1][0][0].isdigit())):
            run.append(token)
            continue
        if run:
            yield _figure(text, run, known)
        run = [token] if counts else []
    if run:
        yield _figure(text, run, known)


def _figure(text: str, run: list[re.Match[str]], known: Language) -> _Fact:
    start, end = run[0].start(), run[-1].end()
    number = tuple(stem(word, known.code) for token in run for word in words(token[0], known.code))
    before, after = _TOKEN.findall(text[max(0, start - 4) : start]), _TOKEN.match(text, _skipped(text, end))
    unit = _UNITS.get(before[-1].lower(), "") if before else ""
    if unit in "€$£" and unit:
        start = text.rindex(before[-1], 0, start)
    elif percent := _PERCENT.match(text, _skipped(text, end)):
        unit, end = "%", percent.end()
    elif after is not None:
        unit = _UNITS.get(after[0].lower(), _UNITS.get(after[0].lower()[:4], ""))
        end = after.end() if unit else end
    return _Fact(FactKind.FIGURE, (number, unit), start, end, text[start:end])


def _skipped(text: str, end: int) -> int:
    """Return where the next word begins, as far as it is near."""
    return end + len(text[end : end + _MOST_UNIT_CHARS]) - len(text[end : end + _MOST_UNIT_CHARS].lstrip())


def _names(text: str, tokens: list[re.Match[str]], known: Language, *, only_known: bool) -> Iterator[_Fact]:
    """Yield countries, and words with a capital. A single one counts neither where a sentence begins nor in German."""
    for run in _capitalised(text, tokens):
        opens = _opens_sentence(text, run[0].start())
        if opens and set(words(run[0][0], known.code)) & known.stop_words:
            run, opens = run[1:], False
        while run and run[-1][0].lower() in _WITHIN:
            run = run[:-1]
        if not run:
            continue
        start, end = run[0].start(), run[-1].end()
        name = text[start:end]
        country = _countries(known.code).get(_POSSESSIVE.sub("", fold(name)))
        is_short = len(run) == 1 and (opens or known.code in _NOUNS_WITH_CAPITALS) and not name[1:].isupper()
        if country is not None:
            yield _Fact(FactKind.NAME, country, start, end, name)
        elif not only_known and not is_short and len(name) > 1:
            yield _Fact(FactKind.NAME, " ".join(stem(word, known.code) for word in words(name)), start, end, name)


def _capitalised(text: str, tokens: list[re.Match[str]]) -> Iterator[list[re.Match[str]]]:
    """Yield runs of words with a capital; what belongs within a name may stand between them."""
    run: list[re.Match[str]] = []
    for token in tokens:
        near = bool(run) and text[run[-1].end() : token.start()] == " "
        if token[0][0].isupper() and (near or not run):
            run.append(token)
        elif near and token[0] in _WITHIN:
            run.append(token)
        else:
            if run:
                yield run
            run = [token] if token[0][0].isupper() else []
    if run:
        yield run


def _opens_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - _BEFORE_CHARS) : start].rpartition("\n")[2].strip(" “„\"'«-•>*#")
    return not before or before.endswith((".", "!", "?", ":", ";"))


@cache
def _countries(code: str) -> dict[str, str]:
    """Return the names of countries in a language, folded, with their codes."""
    from babel import Locale, UnknownLocaleError

    try:
        territories = Locale(code).territories
    except UnknownLocaleError:
        return {}
    return {fold(name): key for key, name in territories.items() if len(key) == 2 and key.isalpha()}
