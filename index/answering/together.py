"""Puts the answers to several questions together into one."""

import dataclasses
import time
from collections.abc import Sequence
from typing import Protocol

from index.answering.several import MOST_QUESTIONS, AskedPart
from index.results import Answer, AnsweredPart, Notice, Quote


class Ask(Protocol):
    """Answers one question."""

    def __call__(self, text: str, beside: str = "", /) -> Answer:
        """Answer a question that was completed from the one `beside` it, "" where it was not."""


def answer_each(text: str, parts: Sequence[AskedPart], ask: Ask, limit: int) -> Answer:
    """Answer the first of several questions that a text asks, and name those that are too many.

    Where none is answered, the text is asked as one question.

    :param limit: as `together` takes it.
    """
    began = time.perf_counter()
    asked = parts[:MOST_QUESTIONS]
    answers = [ask(part.asked, part.beside) for part in asked]
    whole = together(text, asked, answers, limit) or ask(text)
    return dataclasses.replace(
        whole,
        notices=(*whole.notices, *map(_not_asked, parts[MOST_QUESTIONS:])),
        took_ms=round((time.perf_counter() - began) * 1000, 2),
    )


def together(text: str, parts: Sequence[AskedPart], answers: Sequence[Answer], limit: int) -> Answer | None:
    """Return the answer to a text that asks several questions, None where none of them is answered.

    It is as sure as the least sure of those that are answered. A part that is not is named in a notice.

    :param limit: the most quotes, unless there are more questions, each of which has one.
    """
    answered = [answer for answer in answers if answer.answered]
    if not answered:
        return None
    rooms = iter(limit // len(answered) + (place < limit % len(answered)) for place in range(len(answered)))
    shown = [_sentences(answer)[: max(1, next(rooms))] if answer.answered else [] for answer in answers]
    quotes = _distinct([quote for of_one in shown for quote in of_one])
    each = tuple(
        AnsweredPart(
            part.written, answer.answered, answer.confidence, tuple(_number(quote, quotes) for quote in of_one)
        )
        for part, answer, of_one in zip(parts, answers, shown, strict=True)
    )
    notices = [_notice(part) for part in each] + [notice for answer in answers for notice in answer.notices]
    sources = {source.release_id: source for answer in answered for source in answer.sources}
    return Answer(
        question=text,
        answered=True,
        confidence=min(answer.confidence for answer in answered),
        threshold=answered[0].threshold,
        quotes=quotes,
        sources=tuple(sources.values()),
        related=(),
        notices=tuple(dict.fromkeys(notices)),
        generation=answered[0].generation,
        took_ms=sum(answer.took_ms for answer in answers),
        questions=each,
    )


def _sentences(answer: Answer) -> list[Quote]:
    return [quote for quote in answer.quotes if not quote.is_title]


def _not_asked(part: AskedPart) -> Notice:
    """Return a notice of a question that was not asked, because the text asks more than are answered at once."""
    return Notice(
        "At most {most} questions are answered at once. Ask “{question}” again.",
        {"most": str(MOST_QUESTIONS), "question": part.written},
    )


def _distinct(quotes: Sequence[Quote]) -> tuple[Quote, ...]:
    """Return quotes without those that others hold."""
    longest = sorted(dict.fromkeys(quotes), key=lambda quote: quote.start - quote.end)
    kept = [quote for place, quote in enumerate(longest) if not any(_holds(other, quote) for other in longest[:place])]
    return tuple(
        sorted(kept, key=lambda quote: next(place for place, each in enumerate(quotes) if _holds(quote, each)))
    )


def _number(quote: Quote, quotes: Sequence[Quote]) -> int:
    return next(number for number, other in enumerate(quotes, 1) if _holds(other, quote))


def _holds(quote: Quote, other: Quote) -> bool:
    return quote.release_id == other.release_id and quote.start <= other.start and other.end <= quote.end


def _notice(part: AnsweredPart) -> Notice:
    if not part.answered:
        return Notice("The releases do not hold an answer to “{question}”.", {"question": part.question})
    numbers = ", ".join(f"[{number}]" for number in part.quotes)
    return Notice("On “{question}”: {numbers}.", {"question": part.question, "numbers": numbers})
