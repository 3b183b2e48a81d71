"""Reads a short follow-up as a whole question: the earlier question with the new part in place of the old."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from corpus import registry
from index.answering.question import STOP_WORDS
from index.conversation.collection import agency_called
from index.conversation.countries import countries
from index.conversation.phrases import Table, table_of, tables
from index.conversation.spoken import Spoken, spoken
from index.text.detection import language_of
from index.text.languages import LANGUAGES

_MOST_WORDS = 9
_FRAGMENT_WORDS = 4
_POINTING_WORDS = 6
_POINTING_CONTENT = 2
_MOST_CHOICES = 2
_ABBREVIATION = 2  # the most letters of a shortened word for "year"
_ASKS = re.compile(r"\?|[;\u037e]\s*$")  # Greek has its own question mark
_YEAR = r" (?:19|20)\d\d(?![^ ])"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What a follow-up may mean, as whole questions: one, or the likeliest two where that cannot be told."""

    readings: tuple[str, ...]

    @property
    def question(self) -> str | None:
        """What it means; None where that cannot be told."""
        return self.readings[0] if len(self.readings) == 1 else None


@dataclass(frozen=True, slots=True)
class _Part:
    """The words of a follow-up after its opening, in one language; ``opened`` tells whether it had one."""

    table: Table
    said: Spoken
    first: int
    last: int
    opened: bool
    asks: bool

    @property
    def words(self) -> tuple[str, ...]:
        return self.said.words[self.first : self.last + 1]

    @property
    def key(self) -> str:
        return " ".join(self.words)

    def written(self, first: int | None = None) -> str:
        """Return the words as written, from one of them on."""
        begin = self.first if first is None else first
        return self.said.text[self.said.spans[begin][0] : self.said.spans[self.last][1]]

    def without(self, *lists: str) -> int:
        """Return the place of the first word that is in none of some lists."""
        place = self.first
        while place < self.last and any(self.said.words[place] in self.table.follow_up[name] for name in lists):
            place += 1
        return place


def continued(earlier: str, question: str) -> str:
    """Return a follow-up as a question that can be asked by itself; one that can already is returned as it is."""
    read = follow_up(earlier, question)
    return question if read is None else read.readings[0]


def follow_up(earlier: str, text: str) -> FollowUp | None:
    """Return what a text means after an earlier question; None where it stands by itself, or is no question at all.

    "and Frontex?" replaces the agency that the earlier question names, "in 2019?" its year, "and Germany?" its
    country. "who leads it?" is about its agency. Short pieces and "why?" are added to the earlier question.
    """
    said = spoken(text)
    if not 0 < len(said.words) <= _MOST_WORDS:
        return None
    before = spoken(earlier)
    # The language whose opening takes most of the message comes first: "y Frontex?" is Spanish, not a name.
    asks = _ASKS.search(text) is not None
    parts = sorted((_part(table, said, asks=asks) for table in tables()), key=lambda part: -part.first)
    for rule in (_bare_asking, _time, _agency, _country, _pointing, _fragment):
        readings_found = next(filter(None, (rule(before, part) for part in parts)), None)
        if readings_found is not None:
            readings = tuple(dict.fromkeys(reading for reading in readings_found if reading != earlier))
            return FollowUp(readings[:_MOST_CHOICES]) if readings else None
    return None


def _part(table: Table, said: Spoken, *, asks: bool) -> _Part:
    openings = table.follow_up["opens"]
    longest = max((size for size in range(1, len(said.words)) if " ".join(said.words[:size]) in openings), default=0)
    last = len(said.words) - 1
    if longest and last > longest and said.words[last] in table.follow_up["closes"]:
        is_suffix = said.text[said.spans[last][0] - 1] == "-"  # as in "2019-ben"
        last -= not is_suffix
    return _Part(table, said, longest, last, longest > 0, asks)


def _bare_asking(earlier: Spoken, part: _Part) -> Sequence[str] | None:
    """Read "why?" and "since when?"."""
    return [_added(earlier, part.written())] if part.key in part.table.follow_up["asks"] else None


def _time(earlier: Spoken, part: _Part) -> Sequence[str] | None:
    """Read "and in 2019?": the time replaces that of the earlier question, or is added where it has none."""
    new = _times().fullmatch(f" {part.key}")
    if new is None:
        return None
    old = next(_times().finditer(earlier.key), None)
    if old is None:
        return [f"{_open_end(earlier.text)} {part.written()}?"]
    whole = new["before"] or new["month"] or (new["after"] and not old["before"])
    place = old.span() if whole else old.span("date")
    written = part.written() if place == old.span() else part.said.written(*_within(part, new.span("date")))
    return [_with(earlier, place, written)]


def _within(part: _Part, span: tuple[int, int]) -> tuple[int, int]:
    """Return a span of a part's words as one of the whole message."""
    shift = len("".join(f" {word}" for word in part.said.words[: part.first]))
    return span[0] + shift, span[1] + shift


def _agency(earlier: Spoken, part: _Part) -> Sequence[str] | None:
    """Read "and Frontex?"."""
    place = part.without("articles", "prepositions")
    agency = agency_called(part.written(place), part.table.language)
    if agency is None:
        return None
    old = _agencies(earlier)
    if not old:
        return [_added(earlier, part.written())]
    named = part.written(part.without("prepositions"))
    return [_with(earlier, span, named) for agency_id, span in old if agency_id != agency]


def _country(earlier: Spoken, part: _Part) -> Sequence[str] | None:
    """Read "and Germany?"."""
    place = part.without("articles", "prepositions")
    [*new] = countries(part.said)
    if len(new) != 1 or (new[0].first, new[0].last) != (place, part.last):
        return None
    old = _spans_of_countries(earlier, part)
    if not old:
        return [_added(earlier, part.written())]
    first = part.without("prepositions")
    while first > 0 and part.said.words[first - 1] in part.table.follow_up["articles"]:  # the opening "e a" has one
        first -= 1
    return [_with(earlier, *_with_preposition(earlier, span, part, first)) for code, span in old if code != new[0].code]


def _with_preposition(earlier: Spoken, span: tuple[int, int], part: _Part, first: int) -> tuple[tuple[int, int], str]:
    """Return what to replace by a name, and by what: with its preposition where both have one ("im Kongo")."""
    before = earlier.key[: span[0]].split()
    prepositions = part.table.follow_up["prepositions"]
    has_preposition = part.words[0] in prepositions and part.words[0] not in part.table.follow_up["articles"]
    if has_preposition and first > part.first and before and before[-1] in prepositions:
        return (span[0] - len(before[-1]) - 1, span[1]), part.written()
    return span, part.written(first)


def _pointing(earlier: Spoken, part: _Part) -> Sequence[str] | None:
    """Read "who leads it?": it points at an agency or a country of the earlier question, or at the whole question."""
    followed = _pointer(part)
    if followed is None:
        return None
    old = _agencies(earlier) or _spans_of_countries(earlier, part)
    named = [earlier.written(*span) for _, span in old]
    if named:
        return [followed(name) for name in named]
    written = part.written()
    return [_added(earlier, written), f"{_open_end(written)}?"]


def _pointer(part: _Part) -> Callable[[str], str] | None:
    """Return what puts a name in place of the word that points back; None where none does."""
    lists, words = part.table.follow_up, part.words
    if len(words) > _POINTING_WORDS or not _begins(part) or "gibt es" in part.key:
        return None
    content = [word for word in words if not any(word in names for names in lists.values()) and word not in STOP_WORDS]
    if not 1 <= len(content) <= _POINTING_CONTENT:
        return None
    for first in range(1, len(words)):
        for last in range(first, len(words)):
            if " ".join(words[first : last + 1]) in lists["refers"]:
                return lambda name: _in_place(part, first, last, name)
    moved = [place for place in {1, len(words) - 1} if words[place] in lists["moved"]]
    return (lambda name: _moved(part, moved[0], name)) if moved else None


def _in_place(part: _Part, first: int, last: int, name: str) -> str:
    spans = part.said.spans[part.first : part.last + 1]
    text = part.said.text
    return f"{text[spans[0][0] : spans[first][0]]}{name}{text[spans[last][1] : spans[-1][1]]}?"


def _moved(part: _Part, place: int, name: str) -> str:
    """Leave out a word that stands before or after the verb, and name what it stands for at the end."""
    spans = part.said.spans[part.first : part.last + 1]
    kept = [part.said.text[start:end] for number, (start, end) in enumerate(spans) if number != place]
    return f"{' '.join([*kept, name])}?"


def _fragment(earlier: Spoken, part: _Part) -> Sequence[str] | None:
    """Read "the fishermen?" and "for Ireland", which are no questions by themselves and belong to the earlier one."""
    words = part.words
    leads_on = part.opened or part.asks or part.without("articles", "prepositions", "in_time") > part.first
    if not leads_on or len(words) > _FRAGMENT_WORDS or any(_begins(other) for other in _in_all_languages(part)):
        return None
    content = [word for word in words if word not in STOP_WORDS]
    if not content or set(content) <= set(earlier.words):
        return None
    return [_added(earlier, part.written())]


def _in_all_languages(part: _Part) -> Iterator[_Part]:
    return (_Part(table, part.said, part.first, part.last, part.opened, part.asks) for table in tables())


def _begins(part: _Part) -> bool:
    """Tell whether a part begins as a whole question does."""
    return any(" ".join(part.words[:size]) in part.table.follow_up["begins"] for size in (1, 2))


def _added(earlier: Spoken, written: str) -> str:
    return f"{_open_end(earlier.text)}: {_open_end(written)}?"


def _open_end(text: str) -> str:
    return text.strip().rstrip(" ?!.;\u037e")


def _with(earlier: Spoken, place: tuple[int, int], written: str) -> str:
    """Return the earlier question with something else in the place of a part of its key."""
    old = earlier.written(*place)
    begin = earlier.spans[earlier.key.count(" ", 0, place[0])][0]
    rest = earlier.text[begin + len(old) :]
    if len(old.split()[-1]) <= _ABBREVIATION and rest.startswith(".") and rest != ".":  # as in "2018 r.?"
        rest = rest[1:]
    return f"{earlier.text[:begin]}{written}{rest}"


def _agencies(said: Spoken) -> list[tuple[str, tuple[int, int]]]:
    """Return the agencies that a question names, with the parts of its key."""
    spans: dict[str, tuple[int, int]] = {}
    for mention in registry().mentions(said.text, question=True):
        inside = [place for place, (start, end) in enumerate(said.spans) if start < mention.end and mention.start < end]
        if inside:
            spans.setdefault(mention.agency_id, _key_span(said, inside[0], inside[-1]))
    return list(spans.items())


def _spans_of_countries(said: Spoken, part: _Part) -> list[tuple[str, tuple[int, int]]]:
    """Return the countries that a question names, with the parts of its key, articles before them included."""
    articles = part.table.follow_up["articles"] | table_of(language_of(said.text)).follow_up["articles"]
    spans: dict[str, tuple[int, int]] = {}
    for country in countries(said):
        first = country.first
        while first > 0 and said.words[first - 1] in articles:
            first -= 1
        spans.setdefault(country.code, _key_span(said, first, country.last))
    return list(spans.items())


def _key_span(said: Spoken, first: int, last: int) -> tuple[int, int]:
    lengths = [len(word) + 1 for word in said.words]
    return sum(lengths[:first]), sum(lengths[: last + 1])


@cache
def _times() -> re.Pattern[str]:
    """Return what finds a year in a key, with a month and a preposition before it, and a word that closes it."""
    from babel.dates import get_month_names

    months = {
        spoken(name).key
        for language in LANGUAGES
        for context in ("format", "stand-alone")
        for name in get_month_names("wide", context, language).values()
    }
    before = {f" {phrase}" for table in tables() for phrase in table.follow_up["in_time"]}
    after = {f" {phrase}" for table in tables() for phrase in table.follow_up["closes"]}
    return re.compile(
        rf"(?P<before>{_any(before)})?(?P<date>(?P<month>{_any(months)}(?: de| del)?)?{_YEAR})(?P<after>{_any(after)})?"
    )


def _any(phrases: set[str]) -> str:
    ordered = sorted(phrases, key=len, reverse=True)
    return "(?:" + "|".join(rf"{re.escape(phrase)}(?![^ ])" for phrase in ordered) + ")"
