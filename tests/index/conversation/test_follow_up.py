"""Follow-ups in all interface languages, with and without a question mark."""

import json
from pathlib import Path

import pytest

from index.conversation.follow_up import continued, follow_up

CASES = [json.loads(line) for line in Path(__file__).with_name("follow_ups.jsonl").read_text("utf-8").splitlines()]
HELD_OUT = 0.9  # every third case was written before and not looked at while the reader was made


def reading(earlier: str, text: str) -> object:
    """Return what a text is read as: a question, several, or None where it stands by itself."""
    result = follow_up(earlier, text)
    return None if result is None else result.question or list(result.readings)


def both_ways(text: str) -> tuple[str, str]:
    """Return a text as it is, and without its question marks."""
    return text, text.strip("¿? ")


@pytest.mark.parametrize("case", [case for number, case in enumerate(CASES, 1) if number % 3])
def test_follow_up_is_read_with_the_question_before(case: dict[str, str]) -> None:
    for text in both_ways(case["text"]):
        assert reading(case["earlier"], text) == case["read"]


def test_follow_ups_that_were_held_out() -> None:
    held_out = [case for number, case in enumerate(CASES, 1) if number % 3 == 0]
    right = [reading(case["earlier"], text) == case["read"] for case in held_out for text in both_ways(case["text"])]
    assert sum(right) / len(right) >= HELD_OUT, f"{sum(right)} of {len(right)}"


@pytest.mark.parametrize(
    "text",
    [
        "How do penguins vote?",
        "penguins are nice",
        "and what will Europol do?",
        "What will CEPOL do?",
        "tell me which agency will train border control units",
        "is it true that Europol was closed?",
        "",
        "?",
        "word " * 500,
    ],
)
def test_what_stands_by_itself_is_not_read_with_the_question_before(text: str) -> None:
    assert follow_up("What will CEPOL do?", text) is None
    assert continued("What will CEPOL do?", text) == text


def test_of_two_years_the_whole_date_is_replaced() -> None:
    assert continued("What did the Commission do in May 2018?", "and in June 2019?") == (
        "What did the Commission do in June 2019?"
    )


def test_what_may_mean_two_things_is_not_guessed() -> None:
    result = follow_up("Who paid for France and Germany?", "and Spain?")
    assert result is not None
    assert result.question is None
    assert result.readings == ("Who paid for Spain and Germany?", "Who paid for France and Spain?")
