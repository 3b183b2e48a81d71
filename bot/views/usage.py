"""What administrators read in `/about` of how the bot is used: what was asked in vain, and how much by day."""

import datetime
from collections.abc import Sequence

from bot.i18n.words import Words
from bot.receipts import FoundNothing, UsageDay
from bot.views.escaping import plain
from bot.views.message import bold, labelled, small, timestamp

_QUESTIONS, _QUESTION_CHARS = 5, 150
_DAYS = 7


def usage_lines(words: Words, in_vain: Sequence[FoundNothing], usage: Sequence[UsageDay]) -> list[str]:
    """Return the questions that most people asked in vain, and how much was asked on the last days.

    :param usage: newest first.
    """
    lines = [bold(words("Found nothing, asked by at least three people"))] if in_vain else []
    for each in in_vain[:_QUESTIONS]:
        people = words.count("{count} person", "{count} people", each.people)
        lines.append(small(f"“{plain(each.question, _QUESTION_CHARS)}” · {people}"))
    days = [_day(words, each) for each in usage[:_DAYS]]
    if days:
        lines.append(labelled(words("Questions by day, and answered"), " · ".join(days)))
    return lines


def _day(words: Words, each: UsageDay) -> str:
    day = timestamp(datetime.date.fromisoformat(each.day))
    return f"{day}: {words.number(each.questions)} ({words.number(each.answered)})"
