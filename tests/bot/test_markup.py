"""Text of others has no effect in Discord, and shows as it reads."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.views.escaping import escape, label, plain, quoted
from bot.views.wording import short_name
from corpus import registry

# What Discord's client and server make something of, wherever it stands in a message; the escape is a backslash.
LIVE = {
    "mention of a user": r"<@!?\d+>",
    "mention of a role": r"<@&\d+>",
    "mention of all": r"(?<!\\)@(?:everyone|here)",
    "channel": r"(?<!\\)<#\d+>",
    "timestamp": r"(?<!\\)<t:-?\d+(?::[tTdDfFR])?>",
    "command link": r"(?<!\\)</[^:>]+:\d+>",
    "server link": r"(?<!\\)<id:\w+>",
    "custom emoji": r"(?<!\\)<a?:\w+:\d+>",
    "emoji by its name": r"(?<!\\):[^\s:\\]+:",
    "link": r"(?<!\\)https?://",
    "masked link": r"(?<!\\)\[[^\]]*(?<!\\)\]\(",
    "bold or italic": r"(?<!\\)\*",
    "italic or underlined": r"(?<!\\)_",
    "struck out": r"(?<!\\)~",
    "code": r"(?<!\\)`",
    "spoiler": r"(?<!\\)\|",
    "quote": r"(?m)^\s*>",
    "header": r"(?m)^\s*#{1,6}\s",
    "small print": r"(?m)^\s*-#\s",
    "list": r"(?m)^\s*[-*+]\s",
    "numbered list": r"(?m)^\s*\d+[.)]\s",
    "invisible": "[\u00ad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\u2800\u3164\ufeff]",
    "lone surrogate": "[\ud800-\udfff]",
    "control": "[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\u2028\u2029]",
}

CASES = [
    "<@1>", "<@!1>", "<@&1>", "@everyone", "@here", "<#2>", "<t:1:d>", "<t:1618953630>", "</ask:3>", "</index add:3>",
    "<id:home>", "<id:customize>", "<id:guide>", "<:smile:1>", "<a:smile:1>", ":smile:", ":a::skin-tone-2:",
    "[text](https://a.eu)", "[text](<https://a.eu>)", "https://a.eu", "http://a.eu", "<https://a.eu>", "# x", "## x",
    "### x", "  # x", "a\n# x", "-# x", "> x", ">>> x", "- x", "* x", "+ x", "  - x", "1. x", "12) x", "`x`",
    "```x\n```", "||x||", "**x**", "*x*", "_x_", "__x__", "~~x~~", "***x***", "\\*x\\*", "\\", "\\\\*", "a\u200bb",
    "a\u202eb\u202c", "\u2066x\u2069", "\ufeff#\u200b x", "\u200b- x", "\ud800", "a\rb", "a\u2028- x", "\t# x",
]  # fmt: skip


def live(shown: str) -> list[str]:
    """Return what is live in a text as it is sent: pairs of backslashes show one and escape nothing."""
    sent = re.sub(r"\\\\", "\N{REVERSE SOLIDUS OPERATOR}", shown)
    return [name for name, pattern in LIVE.items() if re.search(pattern, sent)]


def seen(shown: str) -> str:
    """Return a text as Discord shows it: a backslash makes the mark behind it a plain one."""
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", shown)


@pytest.mark.parametrize("text", CASES)
def test_construct_is_inert_and_is_seen_as_it_was_written(text: str) -> None:
    shown = escape(text)
    assert live(shown) == []
    invisible = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
    assert seen(shown) == re.sub("[\r\t\u2028]", " ", invisible.sub("", text))


@pytest.mark.parametrize("text", [case for case in CASES if case not in ("\\", "\\*x\\*", "\\\\*", "a\rb")])
def test_recogniser_sees_every_construct_that_is_not_escaped(text: str) -> None:
    assert live(text) != []


PIECES = (*"<>@#&:/!*_~`|[]()\\-+.1 t\n\r\t\u200b\u202e\ud83dé", "https://", "@everyone", "12. ", *CASES)
texts = st.lists(st.sampled_from(PIECES)).map("".join)


@given(texts | st.text())
def test_no_text_has_an_effect(text: str) -> None:
    assert live(escape(text)) == []
    assert live(plain(text, 50)) == []
    assert live(seen_inside_quote(text)) == []


def seen_inside_quote(text: str) -> str:
    """Return the lines of a block quote without its own marks, which begin every line."""
    lines = quoted(text).split("\n") if quoted(text) else []
    assert all(line.startswith("> ") for line in lines)
    return "\n".join(line[2:] for line in lines)


@given(texts | st.text())
def test_unescaped_it_is_the_visible_text(text: str) -> None:
    assert seen(escape(text)) == seen(escape(seen(escape(text))))
    letters = [char for char in text if char.isalnum() and char.isascii()]
    assert [char for char in escape(text) if char.isalnum() and char.isascii()] == letters
    marks = [char for char in text if char in "<>@#&:/!*_~`|[]()-+."]
    assert [char for char in seen(escape(text)) if char in "<>@#&:/!*_~`|[]()-+."] == marks


@given(texts | st.text(), st.integers(1, 60))
def test_label_is_one_line_and_short_enough(text: str, limit: int) -> None:
    shown = label(text, limit)
    assert len(shown) <= limit
    assert "\n" not in shown
    assert shown == shown.strip()


def test_harmless_marks_stay_as_they_are() -> None:
    text = "Council (EU): 12:30, a-b, 3.5 %, 2015-2020; “quote” 'x' (see http page) — 5 #1"
    assert escape(text) == text
    assert quoted("- one,\n\n- two") == "> \\- one,\n> \\- two"


def test_short_names_of_bodies_have_no_markup() -> None:
    names = list(map(short_name, registry().agencies.values()))
    assert list(map(escape, names)) == names
