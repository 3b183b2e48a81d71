"""What kind a message is. Nothing is searched for this, and no model is asked."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache

from index.conversation.periods import is_date
from index.conversation.phrases import MAX_WORDS, Shape, Table, tables
from index.conversation.spoken import Spoken, spoken, without_addresses


class MessageKind(StrEnum):
    """What somebody writes to the bot for. The values are the names of the tables of phrases."""

    GREETING = "greeting"
    THANKS = "thanks"
    PRAISE = "praise"
    BLAME = "blame"
    HELP = "help"
    """Who the bot is, and what it can do."""
    NOTHING = "nothing"
    """Neither a question nor a greeting: "ok", a number, a bare link, an emoji."""
    DOUBT = "doubt"
    """Whether something is true. It means another message."""
    MORE = "more"
    """What else there is to the question before."""
    ABOUT = "about"
    """What the collection, or what was answered, is about."""
    WHEN = "when"
    WHO = "who"
    WHERE = "where"
    """When, by whom and where what was answered was published."""
    AGENCIES = "agencies"
    COUNT = "count"
    NEW = "new"
    LATEST = "latest"
    LIST = "list"
    """Which agencies and releases there are."""
    QUESTION = "question"
    """Everything else: a question on what the releases say."""


_ABOUT_ANSWERS = frozenset({MessageKind.WHEN, MessageKind.WHO, MessageKind.WHERE})


SMALL_TALK = frozenset(
    {MessageKind.GREETING, MessageKind.THANKS, MessageKind.PRAISE, MessageKind.BLAME, MessageKind.NOTHING}
)
SHAPES = (MessageKind.AGENCIES, MessageKind.COUNT, MessageKind.NEW, MessageKind.LATEST, MessageKind.LIST)
ON_SOURCES = (MessageKind.ABOUT, MessageKind.WHEN, MessageKind.WHO, MessageKind.WHERE)
# Of the kinds that phrases of a message have, the first of these is the message's.
_RANKS = (
    MessageKind.MORE,
    *ON_SOURCES,
    MessageKind.DOUBT,
    MessageKind.HELP,
    MessageKind.BLAME,
    MessageKind.THANKS,
    MessageKind.PRAISE,
    MessageKind.GREETING,
    MessageKind.NOTHING,
)
_TALK = frozenset(
    {MessageKind.THANKS, MessageKind.PRAISE, MessageKind.BLAME, MessageKind.GREETING, MessageKind.NOTHING}
)
_MOST_FILLERS = 6  # words
_NUMBER = re.compile(r"[\d\s.,:/+%-]*")
_ASKS = re.compile(r"[?;\u037e]\s*$|^\s*¿")


@dataclass(frozen=True, slots=True)
class Shaped:
    """A whole question about the collection: its kind, its language, and what it is about, as written.

    ``about`` is what somebody asks about in words, ``body`` an agency, ``time`` a date; "" where nothing is named.
    ``is_open`` tells that the time begins then and does not end, ``says_release`` that a word for releases is used.
    """

    kind: MessageKind
    language: str
    about: str = ""
    body: str = ""
    time: str = ""
    is_open: bool = False
    says_release: bool = False


@dataclass(frozen=True, slots=True)
class _Piece:
    """A phrase within a message, and where it ends in the key."""

    kind: MessageKind | None
    words: int
    end: int


def asks_releases(question: str, *, follows: bool) -> bool:
    """Tell whether a part of a message asks what releases say: it is no greeting, and not about this program.

    :param follows: whether it follows another question and points at it. "When was that?" asks about an answer where it
        stands alone, else about that question.
    """
    kind = message_kind(question)
    return kind is MessageKind.QUESTION or (follows and kind in _ABOUT_ANSWERS)


def message_kind(text: str) -> MessageKind:
    """Return the kind of a message, as far as its phrases tell it; `shapes` finds whole questions on the collection."""
    said = _said(text)
    if not said.words or _NUMBER.fullmatch(said.text) or is_date(said):
        return MessageKind.NOTHING
    if len(said.words) > MAX_WORDS:
        return MessageKind.QUESTION
    asks = _ASKS.search(text) is not None
    kind = _kind_of(said, asks=asks)
    if kind is MessageKind.QUESTION and any(word.isdecimal() for word in said.words):
        kept = [number for number, word in enumerate(said.words) if not word.isdecimal()]
        without = Spoken(text, tuple(said.words[each] for each in kept), tuple(said.spans[each] for each in kept))
        if kept and _kind_of(without, asks=asks) is MessageKind.NOTHING:  # "test 123"
            return MessageKind.NOTHING
    return kind


def _kind_of(said: Spoken, *, asks: bool) -> MessageKind:
    kinds = [kind for table, read in _respelled(said) if (kind := _kind_in(table, read, asks=asks)) is not None]
    return min(kinds, key=_RANKS.index, default=MessageKind.QUESTION)


def shapes(text: str) -> Iterator[Shaped]:
    """Yield the questions about the collection that a message may be, the narrowest kinds first."""
    said = _said(text)
    if not said.words or len(said.words) > MAX_WORDS:
        return
    likely = [(table, read, _likely_shapes(table, frozenset(read.words))) for table, read in _respelled(said)]
    for kind in SHAPES:
        for table, read, by_kind in likely:
            if kind in by_kind:
                yield from _shapes_in(table, read, kind, by_kind[kind])


@lru_cache(maxsize=100)  # What kind a message is, and whether it asks about the collection, are told from the same.
def _said(text: str) -> Spoken:
    """Return the words of a message without the addresses in it."""
    return spoken(without_addresses(text))


@lru_cache(maxsize=100)
def _respelled(said: Spoken) -> tuple[tuple[Table, Spoken], ...]:
    """Return each table with a message as `Table.respelled` reads it."""
    return tuple((table, table.respelled(said)) for table in tables())


def _shapes_in(table: Table, said: Spoken, kind: MessageKind, likely: Sequence[Shape]) -> Iterator[Shaped]:
    for start in _after_fillers(table, said.key):
        for shape in likely:
            for end in _before_fillers(table, said.key, start):
                match = shape.pattern.fullmatch(said.key, start, end)
                if match is not None:
                    slots = {
                        name: said.written(*match.span(name)) for name, value in match.groupdict().items() if value
                    }
                    yield Shaped(
                        kind,
                        table.language,
                        slots.get("x", ""),
                        slots.get("body", ""),
                        slots.get("time", ""),
                        "time" in slots and bool(table.opens_time.search(said.key[: match.start("time")])),
                        not table.words["release"].isdisjoint(said.words),
                    )


def _likely_shapes(table: Table, words: frozenset[str]) -> Mapping[MessageKind, list[Shape]]:
    """Return the shapes that a message of these words may have, by kind, in the order of the table."""
    by_word = _shapes_by_word(table)
    places = set(by_word.get("", ())).union(*(by_word[word] for word in by_word.keys() & words))
    likely: dict[MessageKind, list[Shape]] = {}
    for kind, place in sorted(places):
        shape = table.shapes[kind][place]
        if shape.may_be(words):
            likely.setdefault(kind, []).append(shape)
    return likely


@cache
def _shapes_by_word(table: Table) -> Mapping[str, list[tuple[MessageKind, int]]]:
    """Return kinds and places of shapes by the words of which each requires one; under "" those that require none."""
    by_word: dict[str, list[tuple[MessageKind, int]]] = {}
    for kind in SHAPES:
        for place, shape in enumerate(table.shapes[kind]):
            for word in shape.fewest or ("",):
                by_word.setdefault(word, []).append((kind, place))
    return by_word


def _after_fillers(table: Table, key: str) -> list[int]:
    """Return where a question may begin: at the first word, or after polite words before it."""
    starts = [0]
    while (match := table.around.match(key, starts[-1])) is not None and match.end() > starts[-1]:
        starts.append(match.end())
    return [start for start in starts if start < len(key)]


def _before_fillers(table: Table, key: str, start: int) -> list[int]:
    """Return where a question may end: at the last word, or before polite words after it."""
    gaps = [gap.start() for gap in re.finditer(" ", key) if gap.start() > start][-_MOST_FILLERS:]
    return [len(key), *(place for place in reversed(gaps) if table.only_around.fullmatch(key, place))]


def _kind_in(table: Table, said: Spoken, *, asks: bool) -> MessageKind | None:
    """Return the kind of a message that consists of phrases of one language.

    :param asks: whether it has a question mark.
    """
    if not table.known.issuperset(said.words):
        return None
    asks = asks or (table.asking is not None and table.asking.search(said.key) is not None)
    is_statement = not asks and not table.asks_by_order
    orders = (True, False) if is_statement else (False, True)
    covers = ((talk, _cover(table, said.key, talk=talk)) for talk in orders)
    pieces = next((pieces for talk, pieces in covers if any(_tells(piece, talk=talk) for piece in pieces)), [])
    present = {piece.kind for piece in pieces if piece.kind is not None}
    verdicts = present & {MessageKind.PRAISE, MessageKind.BLAME}
    if verdicts and asks:
        return MessageKind.DOUBT
    if verdicts and MessageKind.DOUBT in present:  # "really useful": the doubt is part of the praise
        present.discard(MessageKind.DOUBT)
    if present >= {MessageKind.PRAISE, MessageKind.THANKS}:
        longest = max(piece.words for piece in pieces if piece.kind is MessageKind.PRAISE)
        return MessageKind.PRAISE if longest > 1 else MessageKind.THANKS
    return min(present, key=_RANKS.index, default=None)


def _tells(piece: _Piece, *, talk: bool) -> bool:
    """Tell whether a piece makes a message one of a kind; among talk, "lol" does not."""
    return piece.kind is not None and not (talk and piece.kind is MessageKind.NOTHING)


def _cover(table: Table, key: str, *, talk: bool) -> list[_Piece]:
    """Return phrases that make up the whole message, longest first at each place; none where there are none.

    :param talk: whether words of praise and blame may stand between, and then nothing else beside thanks and "lol".
    """
    hopeless: set[int] = set()

    def from_place(place: int) -> list[_Piece] | None:
        if place == len(key):
            return []
        if place in hopeless:
            return None
        for piece in _pieces_at(table, key, place, talk=talk):
            rest = from_place(piece.end)
            if rest is not None:
                return [piece, *rest]
        hopeless.add(place)
        return None

    return from_place(0) or []


def _pieces_at(table: Table, key: str, place: int, *, talk: bool) -> list[_Piece]:
    """Return the phrases that begin at a place, the longest first; of equally long ones, those of the first rank."""
    kinds = _patterns(table, talk=talk)
    pieces = []
    for end in [*(gap.start() for gap in re.finditer(" ", key) if gap.start() > place), len(key)]:
        words = key.count(" ", place, end)
        pieces += [_Piece(kind, words, end) for kind, pattern in kinds if pattern.fullmatch(key, place, end)]
    return sorted(
        pieces, key=lambda piece: (-piece.words, len(_RANKS) if piece.kind is None else _RANKS.index(piece.kind))
    )


@cache
def _patterns(table: Table, *, talk: bool) -> tuple[tuple[MessageKind | None, re.Pattern[str]], ...]:
    """Return what phrases of each kind are found by, and at the end, without a kind, what may stand between them."""
    kinds = [(MessageKind(name), pattern) for name, pattern in table.pieces.items() if not talk or name in _TALK]
    return (*kinds, (None, table.around), *([(None, table.talk)] if talk else []))
