"""Claims made of a sentence of an English release: true ones in other words, and false ones."""

import datetime
import random
import re
from collections.abc import Callable, Iterator
from contextlib import suppress

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from corpus.agencies.registry import registry
from corpus.models import Release

Made = tuple[str, str, str]  # what kind it is, the claim, its language
_MONTHS = "January February March April May June July August September October November December".split()
_DATE = re.compile(rf"(?<![\d–-])(\d{{1,2}}) ({'|'.join(_MONTHS)})(?: ((?:19|20)\d\d))?\b")
_NUMBER = re.compile(
    r"(?<![\w.,/€$£-])(?P<money>[€$£] ?|EUR |USD )?(?P<digits>\d{1,3}(?:[, ]\d{3})+|\d+(?:\.\d+)?)"
    r"(?P<size> million| billion| trillion)?(?P<share> ?%| per ?cent)?(?![\w/%-]|[.,]\d)"
)
_YEAR = re.compile(r"(?<![\w/.,€$£-])(?:19|20)\d\d(?![\w/%-]|[.,]\d)")
_SIZES = {" million": 10**6, " billion": 10**9, " trillion": 10**12}
_CLAUSE = re.compile(r"(?:, (?:while|which|and|but|with)|; | and ) ?")
_SPELLED = "two three four five six seven eight nine ten eleven twelve".split()
_BESIDE = (
    "I read in 3 newspapers that {claim}",
    "{claim} That is what 25 people told me today.",
    "On page 12 it says: {claim}",
)
_SAID = {
    "de": "Laut Pressemitteilung geht es um {facts}.",
    "fr": "Selon le communiqué, il s’agit de {facts}.",
    "pl": "Według komunikatu prasowego chodzi o {facts}.",
    "es": "Según el comunicado de prensa, se trata de {facts}.",
    "el": "Σύμφωνα με το δελτίο τύπου πρόκειται για {facts}.",
    "fi": "Lehdistötiedotteen mukaan kyse on tästä: {facts}.",
}
_COUNTRIES = (
    "Germany France Italy Spain Poland Greece Sweden Finland Hungary Portugal Austria Ireland Denmark Ukraine".split()
)
_FAR = 1.7  # An altered number is so many times the other, at least.


def reworded(sentence: str, release: Release, drawn: random.Random) -> Iterator[Made]:
    """Make claims that are as true as a sentence."""
    yield "the sentence itself", sentence, "en"
    for kind, change in _SHAPES.items():
        claim = change(sentence)
        if claim is not None and claim != sentence:
            yield kind, claim, "en"
    clauses = [clause for clause in _CLAUSE.split(sentence) if len(clause.split()) > 5]
    if len(clauses) > 1:
        yield "one clause of it", f"{clauses[0].rstrip(' .,')}.", "en"
    yield "a number beside it", drawn.choice(_BESIDE).format(claim=sentence), "en"
    yield from _translated(sentence)


def altered(sentence: str, release: Release, drawn: random.Random) -> Iterator[Made]:
    """Make claims of a sentence in which one thing is another one."""
    number = _a_number(sentence)
    if number is not None:
        other = _written(_value(number) * drawn.choice((_FAR, 3, 1 / 2)), number)
        claim = sentence[: number.start()] + other + sentence[number.end() :]
        if other != number[0]:
            yield "another figure", claim, "en"
            for kind, change in _SHAPES.items():
                changed = change(claim)
                if kind.startswith("figures") and changed is not None and changed != claim:
                    yield f"another figure, {kind}", changed, "en"
    date = _DATE.search(sentence)
    if date is not None:
        day, month = int(date[1]) % 28 + 1, _MONTHS[(_MONTHS.index(date[2]) + 3) % 12]
        yield "another day", f"{sentence[: date.start(1)]}{day}{sentence[date.end(1) :]}", "en"
        yield "another month", f"{sentence[: date.start(2)]}{month}{sentence[date.end(2) :]}", "en"
    year = _YEAR.search(sentence)
    if year is not None:
        yield "another year", f"{sentence[: year.start()]}{int(year[0]) + 3}{sentence[year.end() :]}", "en"
    yield from _renamed(sentence, drawn)


def _renamed(sentence: str, drawn: random.Random) -> Iterator[Made]:
    named = [country for country in _COUNTRIES if re.search(rf"\b{country}\b", sentence)]
    if named:
        other = drawn.choice([country for country in _COUNTRIES if country not in named])
        yield "another country", re.sub(rf"\b{named[0]}\b", other, sentence), "en"
    mentions = registry().mentions(sentence)
    if mentions:
        acronyms = ("Frontex", "EMSA", "EFSA", "ENISA", "Eurojust")
        other = next(each for each in acronyms if each.casefold() not in sentence.casefold())
        claim = sentence[: mentions[0].start] + other + sentence[mentions[0].end :]
        if len(mentions) == 1:
            yield "another body", claim, "en"


def _a_number(sentence: str) -> re.Match[str] | None:
    """Return the first number that is neither a year nor of a date."""
    dates = [(each.start(), each.end()) for each in _DATE.finditer(sentence)]
    return next(
        (
            each
            for each in _NUMBER.finditer(sentence)
            if not any(start <= each.start() < end for start, end in dates)
            and not (
                _YEAR.fullmatch(each[0])
                or re.search(r"(?:Article|No|Regulation|Directive) $", sentence[: each.start()])
            )
        ),
        None,
    )


def _value(number: re.Match[str]) -> float:
    return float(re.sub("[, ]", "", number["digits"])) * _SIZES.get(number["size"] or "", 1)


def _written(value: float, like: re.Match[str]) -> str:
    """Write a value as another one is written."""
    value /= _SIZES.get(like["size"] or "", 1)
    digits = f"{value:,.1f}" if "." in like["digits"] else f"{max(value, 1):,.0f}"
    return f"{like['money'] or ''}{digits}{like['size'] or ''}{like['share'] or ''}"


def _in_full(sentence: str) -> str | None:
    """Write "1.5 million" as "1,500,000"."""

    def full(number: re.Match[str]) -> str:
        return f"{number['money'] or ''}{_value(number):,.0f}" if number["size"] else number[0]

    return _NUMBER.sub(full, sentence)


def _shortened(sentence: str) -> str | None:
    """Write "1,500,000" as "1.5 million", where nothing is lost, and "1.5 million" as "1.5 m"."""

    def short(number: re.Match[str]) -> str:
        value = _value(number)
        if number["size"]:
            size = {" million": "m", " billion": "bn"}.get(number["size"], number["size"])
            return f"{number['money'] or ''}{number['digits']}{size}"
        millions = f"{value / 10**6:g}"
        exact = value >= 10**6 and float(millions) * 10**6 == value
        return f"{number['money'] or ''}{millions} million" if exact else number[0]

    return _NUMBER.sub(short, sentence)


def _with_other_signs(sentence: str) -> str | None:
    """Write per cent and currencies otherwise."""

    def other(number: re.Match[str]) -> str:
        text = number[0]
        if number["share"]:
            text = text.replace(number["share"], " per cent" if "%" in number["share"] else "%")
        if number["money"] and "€" in number["money"]:
            text = text.replace(number["money"], "") + " euros"
        return text

    return _NUMBER.sub(other, sentence)


def _rounded(sentence: str) -> str | None:
    number = _a_number(sentence)
    if number is None:
        return None
    digits = f"{_value(number):.2g}"
    if float(digits) == _value(number):
        return None
    written = _written(float(digits), number)
    if "." in number["digits"] and not number["size"]:
        written = written.replace(f"{float(digits):,.1f}", f"{float(digits):,g}")
    word = "more than" if float(digits) < _value(number) else "nearly"
    return f"{sentence[: number.start()]}{word} {written}{sentence[number.end() :]}"


def _about(sentence: str) -> str | None:
    rounded = _rounded(sentence)
    return rounded and re.sub("more than (?=[€$£\\d])|nearly (?=[€$£\\d])", "about ", rounded)


def _spelled(sentence: str) -> str | None:
    """Write small numbers in words where they are in figures, else in figures."""
    number = _a_number(sentence)
    if number is not None and number[0].isdecimal() and 2 <= int(number[0]) <= 12:
        return f"{sentence[: number.start()]}{_SPELLED[int(number[0]) - 2]}{sentence[number.end() :]}"
    word = re.search(rf"\b(?:{'|'.join(_SPELLED)})\b", sentence)
    return f"{sentence[: word.start()]}{_SPELLED.index(word[0]) + 2}{sentence[word.end() :]}" if word else None


def _american(sentence: str) -> str | None:
    return _DATE.sub(lambda date: f"{date[2]} {date[1]}{', ' + date[3] if date[3] else ''}", sentence)


def _ordinal(sentence: str) -> str | None:
    return _DATE.sub(lambda date: f"the {date[1]}th of {date[2]}{' ' + date[3] if date[3] else ''}", sentence)


def _in_figures(pattern: str) -> Callable[[str], str | None]:
    def write(sentence: str) -> str | None:
        return _DATE.sub(lambda date: day.strftime(pattern) if (day := _day(date)) else date[0], sentence)

    return write


def _day(date: re.Match[str]) -> datetime.date | None:
    """Return the day that a date names in full."""
    with suppress(ValueError):  # "55 June": a figure stands before the month
        return datetime.date(int(date[3] or 0), _MONTHS.index(date[2]) + 1, int(date[1]))
    return None


def _month_only(sentence: str) -> str | None:
    return _DATE.sub(lambda date: f"{date[2]}{' ' + date[3] if date[3] else ''}", sentence)


def _without_year(sentence: str) -> str | None:
    return _DATE.sub(lambda date: f"{date[1]} {date[2]}", sentence)


def _bodies_renamed(sentence: str) -> str | None:
    """Write the acronym of a body for its name, and the name for its acronym."""
    for mention in registry().mentions(sentence):
        agency = registry().agencies[mention.agency_id]
        written = sentence[mention.start : mention.end]
        if agency.acronyms:
            other = agency.name if written in agency.acronyms else agency.acronyms[0]
            return sentence[: mention.start] + other + sentence[mention.end :]
    return None


def _translated(sentence: str) -> Iterator[Made]:
    """Say in other languages what figures, days and countries a sentence has."""
    days = [day for date in _DATE.finditer(sentence) if (day := _day(date)) is not None]
    number = _a_number(sentence)
    countries = [country for country in _COUNTRIES if re.search(rf"\b{country}\b", sentence)]
    codes = {name: code for code, name in Locale("en").territories.items()}
    for language, said in _SAID.items():
        facts = [Locale(language).territories[codes[country]] for country in countries[:1]]
        facts += [format_date(day, "long", locale=language) for day in days[:1]]
        if number is not None:
            facts.append(_number_in(language, number))
        if facts:
            yield "in another language", said.format(facts=", ".join(facts)), language


def _number_in(language: str, number: re.Match[str]) -> str:
    value, size = _value(number), _SIZES.get(number["size"] or "", 1)
    written = format_decimal(value / size, locale=language)
    if number["size"]:
        pattern = Locale(language).compact_decimal_formats["long"]["other"][str(size)]
        written += re.sub(r"0|'", "", pattern.pattern)
    return written + {"€": " euro", "%": " %"}.get(((number["money"] or "") + (number["share"] or "")).strip()[:1], "")


_SHAPES: dict[str, Callable[[str], str | None]] = {
    "figures in full": _in_full,
    "figures shortened": _shortened,
    "figures with other signs": _with_other_signs,
    "figures, small ones spelled or not": _spelled,
    "rounded, with “more than” or “nearly”": _rounded,
    "rounded, with “about”": _about,
    "days as “May 6, 2018”": _american,
    "days as “the 6th of May”": _ordinal,
    "days as “2018-05-06”": _in_figures("%Y-%m-%d"),
    "days as “06/05/2018”": _in_figures("%d/%m/%Y"),
    "days as “06.05.2018”": _in_figures("%d.%m.%Y"),
    "a month for a day": _month_only,
    "days without their year": _without_year,
    "bodies by their other name": _bodies_renamed,
}
