"""Lines that state what a release is, where and when it was issued, known by their shape in all languages of the EU.

Such a line consists of parts: a date, the kind of the release, its number, the time, the minutes that reading takes,
the name of a place or of a committee. Which places there are is nobody's list: a place is a few words with capitals
beside a date.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from corpus.cleaning.boilerplate import ABOUT_MAX_CHARS, LABELS, REFERENCE
from corpus.cleaning.dateline_patterns import (
    ACRONYM,
    AFTER_BRACKET,
    AFTER_DATELINE,
    AFTER_STOP,
    AUTHOR,
    AUTHOR_BEHIND,
    CODE,
    COMMA,
    COUNTRY,
    NUMBER_SIGNS,
    PARTICLES,
    READING,
    READING_MAX_WORDS,
    SAYS_FIGURES,
    SEPARATOR,
    SURE_PLACE,
    TIME,
    WORD,
)
from corpus.cleaning.dates import FoundDate, find_date, is_weekday, weekdays
from corpus.cleaning.wording import LANGUAGES, agencies_named, folded, openings, phrases
from corpus.release_text import HEADING, ends_sentence, is_list_item

_BYLINE_MAX_CHARS = 200
_PLACE_MAX_WORDS, _PLACE_MAX_CHARS = 5, 45
_KNOWN_MAX_WORDS = 12
_MAX_LABELS = 2
_OPENING_CHARS, _AFTER_CHARS = 120, 40


@dataclass(frozen=True, slots=True)
class _Parts:
    """What a line says beside its date: parts that are known, and parts that are not."""

    known: int
    unknown: tuple[str, ...]
    separated: bool
    labelled: bool
    """Whether an unknown part before a colon says what the date is of: "Deadline: 6 December 2018"."""


def is_about(line: str, language: str | None = None, *, places: bool = True) -> bool:
    """Tell whether a line holds only the kind, place, date, time and number of a release.

    :param places: whether words with capitals beside a date count as the name of a place.
    """
    line = unmarked(line)
    if not line or len(line) > ABOUT_MAX_CHARS or line[-1] in "?!;" or not any(map(str.isalnum, line)):
        return False
    line = AUTHOR.sub(r"\1", line)
    dated = find_date(line, language)
    if dated is None:
        return _is_known(line, language)
    if AUTHOR_BEHIND.match(line, dated.end) and folded(line).startswith(_published(language)):
        line = line[: dated.end]
    parts = _parts(line, dated, language)
    if dated.start == 0 and is_service(line[dated.end :]):  # "10.11.2025 Press and information team of the Delegation"
        return True
    if not places or not parts.unknown:
        return not parts.unknown
    if parts.labelled:
        return False
    if parts.separated and parts.known:  # "Press release - 6 December 2018 - Plenary session"
        return len(parts.unknown) <= _MAX_LABELS and all(map(_is_short, parts.unknown))
    # After a date stand a place and its country; before one, it may be a person and a place.
    most = _MAX_LABELS if dated.start == 0 else 1
    return len(parts.unknown) <= most and all(map(_is_place, parts.unknown))


@cache
def _published(language: str | None) -> tuple[str, ...]:
    """Return how lines begin that say when a release was published, as `str.startswith` takes it."""
    return tuple(f"{phrase} " for phrase in sorted(phrases("published", language=language)))


def is_label(line: str, language: str | None = None) -> bool:
    """Tell whether a line is a heading or ends with a colon, and labels a value of the release: "Publication date"."""
    labels = line.startswith("#") or line.endswith(":")
    return labels and folded(unmarked(line)) in phrases(*LABELS, language=language)


def is_labelled(line: str, language: str | None = None) -> bool:
    """Tell whether a line is a label with a value: "Author: a unit", in a row of a table also "Place Lisbon"."""
    if len(line) > ABOUT_MAX_CHARS or ends_sentence(line):
        return False
    label, colon, value = line.partition(":")
    if colon:
        return bool(value) and folded(label) in phrases(*LABELS, language=language)
    label, _, value = line.partition(" ")
    fits = _is_place(value) or _is_known(value, language)
    return bool(value) and fits and folded(label) in phrases("details", language=language)


def is_byline(line: str, language: str | None = None) -> bool:
    """Tell whether a line ends with a place and a date, after the names of those who speak: no sentence does.

    A heading may say more between the names and the place: "Speech by A, President of B, at the C, Paris, 6 May 2018".
    """
    heading = line.startswith("#")
    line = unmarked(line)
    if not line or len(line) > _BYLINE_MAX_CHARS:
        return False
    dated = find_date(line, language)
    if dated is None or any(map(str.isalnum, _without_small_words(line[dated.end :], language))):
        return False
    before = [part.strip() for part in COMMA.split(line[: dated.start])]
    before = before[:-1] if before and not _without_small_words(before[-1], language).strip() else before
    named = heading or (":" not in line and all(part[:1].isupper() for part in before if part))
    return named and len(before) > 1 and before[0][:1].isupper() and _is_place(before[-1])


def parts_of(line: str) -> list[str]:
    """Return the parts of a line between bars and dashes."""
    return SEPARATOR.split(unmarked(line))


def is_update(line: str) -> bool:
    """Tell whether a line dates a change of the page and not the release."""
    begin = folded(unmarked(line))
    if not begin.startswith(openings("updated")):
        return False
    return any(begin.startswith(opening) and not begin[len(opening) :][:1].isalnum() for opening in openings("updated"))


def opening_date(line: str, language: str | None = None) -> FoundDate | None:
    """Return the date of a dateline that begins a paragraph: "Brussels, 6 December 2018 – The Council adopted"."""
    dated = None if is_list_item(line) else find_date(line[:_OPENING_CHARS], language)
    behind = AFTER_BRACKET if line[:1] in ("(", "[") else AFTER_DATELINE
    after = behind.match(line[dated.end : dated.end + _AFTER_CHARS]) if dated else None
    if dated and not after and SURE_PLACE.fullmatch(line[: dated.start]):
        after = AFTER_STOP.match(line[dated.end : dated.end + _AFTER_CHARS])
    if dated is None or after is None or not _is_known(after[1], language):
        return None
    before = line[: dated.start].lstrip("([")
    parts = _parts(before, FoundDate(dated.day, len(before), len(before)), language)
    return (
        dated
        if not parts.labelled and len(parts.unknown) <= _MAX_LABELS and all(map(_is_place, parts.unknown))
        else None
    )


def unmarked(line: str) -> str:
    """Return a line without the mark of a heading or an item."""
    heading = HEADING.match(line)
    return heading["title"] if heading else line.removeprefix("- ").strip()


def is_service(line: str) -> bool:
    """Tell whether a line may be the name of a directorate-general or a press team, which sites put beside a date."""
    line = unmarked(line)
    short = len(line) <= ABOUT_MAX_CHARS and not ends_sentence(line)
    return short and line[:1].isupper() and any(name in folded(line) for name in phrases("services"))


def agency_in(line: str) -> str | None:
    """Return the id of the agency whose name a line of a letterhead consists of, beside the kind of the release."""
    for part in parts_of(line):
        words = folded(part).split()
        for end in range(min(len(words), _KNOWN_MAX_WORDS), 0, -1):
            agency_id = agencies_named().get(" ".join(words[:end]))
            if agency_id and _is_known(" ".join(words[end:]), None):
                return agency_id
    return None


def _parts(line: str, dated: FoundDate, language: str | None) -> _Parts:
    """Divide the rest of a line, without its date, into known and unknown parts."""
    known, unknown, separated = 0, [], False
    for side in (line[: dated.start], line[dated.end :]):
        pieces = SEPARATOR.split(COUNTRY.sub(" ", side))
        separated = separated or len(pieces) > 1
        for piece in pieces:
            if _is_known(piece, language) or (is_update(piece) and find_date(piece, language) is not None):
                known += any(map(str.isalnum, piece))
                continue
            for part in COMMA.split(piece):
                if not _is_known(part, language):
                    unknown.append(_without_small_words(part, language))
                else:
                    known += any(map(str.isalnum, _without_small_words(part, language)))
    label = line[: dated.start].rstrip()
    labelled = label.endswith(":") and not _is_known(COMMA.split(label[:-1])[-1], language)
    return _Parts(known, tuple(unknown), separated, labelled)


def _is_known(part: str, language: str | None) -> bool:
    """Tell whether a part of a line states the kind, the issuer, the number, the time or nothing."""
    if READING.search(part) and len(part.split()) <= READING_MAX_WORDS:
        return True
    if SAYS_FIGURES.search(part):
        part = REFERENCE.sub(" ", CODE.sub(" ", TIME.sub(" ", part)))
    words = [folded(word.strip(",;()")) for word in NUMBER_SIGNS.sub(" ", part).split()]
    words = [word for word in words if word and any(map(str.isalnum, word))]
    if len(words) > _KNOWN_MAX_WORDS:
        return False
    after_acronym = words[1:] if ACRONYM.match(part) else []  # "ECB press release"
    return _are_known(words, language) or (bool(after_acronym) and _are_known(after_acronym, language))


def _are_known(words: Sequence[str], language: str | None) -> bool:
    """Tell whether words are phrases that pages put beside a date, one after the other."""
    if not words:
        return True
    if words[0] not in _first_words(language):
        return False
    for end in range(len(words), 0, -1):
        phrase = " ".join(words[:end])
        if _is_phrase(phrase, language) and _are_known(words[end:], language):
            return True
    return False


@cache
def _first_words(language: str | None) -> frozenset[str]:
    """Return the words with which phrases begin: most parts of lines begin with another."""
    known = phrases("kinds", "beside", "places") | phrases("published", language=language) | {*agencies_named()}
    return frozenset(phrase.split()[0] for phrase in (*known, *LANGUAGES, *weekdays(language)))


def _is_phrase(phrase: str, language: str | None) -> bool:
    return (
        phrase in phrases("kinds", "beside", "places")
        or phrase in phrases("published", language=language)
        or phrase in agencies_named()
        or phrase in LANGUAGES
        or is_weekday(phrase, language)
    )


def _without_small_words(part: str, language: str | None) -> str:
    """Return a part without small words and weekdays at its end: "Bruxelles le jeudi" is "Bruxelles"."""
    words = part.strip(" .,:;-\u2013\u2014").split()
    while words:
        small = folded(words[-1]) in phrases("beside") or is_weekday(words[-1], language)
        count = 1 if small else 2 * is_weekday(" ".join(words[-2:]), language)  # "Dé Luain" is one day.
        if not count:
            break
        del words[-count:]
    return " ".join(words)


def _is_short(part: str) -> bool:
    """Tell whether a part between bars or dashes may be a label, such as the name of a committee."""
    short = len(part) <= _PLACE_MAX_CHARS and len(part.split()) <= _PLACE_MAX_WORDS
    return _is_place(part) or (part[:1].isupper() and (short or is_service(part)))


def _is_place(part: str) -> bool:
    """Tell whether a part of a line may be the name of a place: a few words with capitals, small words between them."""
    words = WORD.findall(part)
    if not words or len(part) > _PLACE_MAX_CHARS or len(part.split()) > _PLACE_MAX_WORDS:
        return False
    if any(char.isdigit() for char in part) or part[-1] in "?!":
        return False
    capital = [word[0].isupper() for word in words]
    return (
        capital[-1]
        and any(capital)
        and all(up or word.casefold() in PARTICLES for up, word in zip(capital, words, strict=True))
    )
