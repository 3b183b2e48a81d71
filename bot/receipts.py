"""Receipts: what an answer quoted, kept for some days under an id that people can type, without who asked.

An id has ten signs of 31 that look unlike each other, shown as ``K7MQ2-XPD4F``. Nine of them are random, which makes
26 million million ids; the last one tells that an id was typed wrong.
"""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from index import Answer, Citation, Filters, NotAsked, Verified, citations

_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXY"
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V", "Z": "2"})
_RANDOM_SIGNS = 9
_GROUP = 5
LEAST_PEOPLE = 3  # who must have asked a question before anybody is told of it
_MOST_GROUPED = 200  # questions, which take the engine about two seconds


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an answer quoted, from which generation, and how it was asked.

    ``question`` is None where it was erased. ``citations`` are what comes nearest where it was not answered. ``local``
    tells that it was asked on the command line or by a program. ``at`` is when it was kept, empty before that.
    """

    id: str
    question: str | None
    filters: Filters
    most_quotes: int
    answered: bool
    generation: str
    citations: tuple[Citation, ...]
    local: bool
    at: str = ""


@dataclass(frozen=True, slots=True)
class UsageDay:
    """How many questions were asked in Discord on a day, and how many of them were answered."""

    day: str
    questions: int
    answered: int


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question that found nothing, and who asked it. Nobody is shown this: it is counted."""

    question: str
    asker: int


@dataclass(frozen=True, slots=True)
class Verification:
    """What became of what an answer quoted, and what its question is answered now, or why it was not asked again."""

    receipt: Receipt
    verified: tuple[Verified, ...]
    again: Answer | NotAsked

    @property
    def is_same(self) -> bool | None:
        """Whether the question was answered as before; None where it was not asked again."""
        if isinstance(self.again, NotAsked):
            return None
        return self.again.answered == self.receipt.answered and set(citations(self.again)) == set(
            self.receipt.citations
        )

    def to_dict(self) -> dict[str, object]:
        """Return it as `measures verify --json` prints it. The question is shown only to who asked it."""
        receipt, again = self.receipt, self.again
        return {
            "id": shown_id(receipt.id),
            "kept": True,
            "at": receipt.at,
            "question": receipt.question if receipt.local else None,
            "answered": receipt.answered,
            "generation": receipt.generation,
            "quotes": [_quote_to_dict(verified) for verified in self.verified],
            "asked_again": not isinstance(again, NotAsked),
            "not_asked": again.value if isinstance(again, NotAsked) else None,
            "same_answer": self.is_same,
        }


def _quote_to_dict(verified: Verified) -> dict[str, object]:
    cited = verified.citation
    own = {"release_id": cited.release_id, "text_sha256": cited.text_sha256, "start": cited.start, "end": cited.end}
    now = {"start": verified.start, "end": verified.end, "text": verified.now} if verified.now is not None else None
    facts = [asdict(fact) for fact in verified.facts]
    return own | {"fate": verified.fate.value, "text": verified.words, "now": now, "facts": facts}


@dataclass(frozen=True, slots=True)
class FoundNothing:
    """A question that found nothing, as most who asked it worded it; how many people asked it, and how often."""

    question: str
    people: int
    asked: int


def distinct(unanswered: Sequence[Unanswered]) -> list[str]:
    """Return the newest questions that found nothing, each once; none where too few people asked any."""
    if len({each.asker for each in unanswered}) < LEAST_PEOPLE:
        return []
    worded: dict[str, str] = {}
    for each in unanswered:
        worded.setdefault(_plain(each.question), each.question)
    return list(worded.values())[:_MOST_GROUPED]


def found_nothing(
    unanswered: Sequence[Unanswered], questions: Sequence[str], groups: Sequence[Sequence[int]]
) -> list[FoundNothing]:
    """Return what at least three people asked in vain, what most people asked first.

    :param questions: what `distinct` gave.
    :param groups: which of them ask the same, by their numbers.
    """
    askers: dict[str, list[int]] = {}
    for each in unanswered:
        askers.setdefault(_plain(each.question), []).append(each.asker)
    counted = []
    for group in groups:
        by_wording = {questions[number]: askers[_plain(questions[number])] for number in group}
        shown_as = max(by_wording, key=lambda question: len(set(by_wording[question])))
        everybody = [asker for of_one in by_wording.values() for asker in of_one]
        counted.append(FoundNothing(shown_as, len(set(everybody)), len(everybody)))
    shown = (each for each in counted if each.people >= LEAST_PEOPLE)
    return sorted(shown, key=lambda each: (-each.people, -each.asked, each.question))


def _plain(question: str) -> str:
    return " ".join(question.casefold().split())


def receipt_of(answer_id: str, answer: Answer, filters: Filters, most_quotes: int, *, local: bool = False) -> Receipt:
    """Return the receipt of an answer."""
    return Receipt(
        answer_id,
        answer.question,
        filters,
        most_quotes,
        answer.answered,
        answer.generation,
        citations(answer),
        local,
    )


def new_answer_id() -> str:
    """Return an id that nobody can guess."""
    drawn = "".join(secrets.choice(_SIGNS) for _ in range(_RANDOM_SIGNS))
    return drawn + _check_sign(drawn)


def shown_id(answer_id: str) -> str:
    """Return an id as people read it; one of an older version of the program as it is."""
    return answer_id if read_id(answer_id) is None else f"{answer_id[:_GROUP]}-{answer_id[_GROUP:]}"


def read_id(typed: str) -> str | None:
    """Return the id that somebody typed, with or without dash and capitals; None where it can be none."""
    plain = _signs_of(typed)
    return plain if has_signs_of_id(typed) and _check_sign(plain[:-1]) == plain[-1] else None


def has_signs_of_id(typed: str) -> bool:
    """Tell whether something has as many signs as an id, and only such: if it is none, one of them is wrong."""
    plain = _signs_of(typed)
    return len(plain) == _RANDOM_SIGNS + 1 and set(plain) <= set(_SIGNS)


def _signs_of(typed: str) -> str:
    return "".join(char for char in typed.upper() if char.isalnum()).translate(_READ_AS)


def _check_sign(signs: str) -> str:
    """Return the sign after some others. 31 is prime, so that one wrong sign or two that are swapped give another."""
    return _SIGNS[sum(weight * _SIGNS.index(sign) for weight, sign in enumerate(signs, 1)) % len(_SIGNS)]
