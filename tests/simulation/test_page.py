"""The page for looking at answers."""

import io

import pytest
from lxml import html

from bot.views.message import BLUE
from tests.simulation import QUOTE, Chat, simulated
from tests.simulation.markup import inline, to_html
from tests.simulation.page import page


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("> a\n> b\nc", "<blockquote><div>a</div><div>b</div></blockquote><div>c</div>"),
        ("-# small **bold**", "<small>small <b>bold</b></small>"),
        (r"\*not\* \<@1\>", "<div>*not* &lt;@1&gt;</div>"),
        ("<@1> <t:1544054400:D>", "<div><span class=mention>@1</span> <time>6 December 2018</time></div>"),
        ("a_b_c <b>", "<div>a_b_c &lt;b&gt;</div>"),
    ],
)
def test_markup(text: str, wanted: str) -> None:
    assert to_html(text) == wanted


def test_links() -> None:
    assert inline(r"[a \[b\]](<https://x.eu/?a=1&b=2>)") == '<a href="https://x.eu/?a=1&amp;b=2">a [b]</a>'


@simulated()
async def test_page_shows_every_text(chat: Chat) -> None:
    message = await chat.ask(private=True)
    window = await chat.ada.opens(message, "Not helpful")
    shown = page([("An answer", message.payload), ("A window", window.payload)])
    dark, light = html.parse(io.StringIO(shown)).getroot().find_class("theme")
    for theme in (dark, light):
        text = theme.text_content()
        for wanted in ("An answer", QUOTE, "Context", "Helpful", "Only you", "A window", "What is wrong?"):
            assert wanted in text
    assert f"--accent: #{BLUE:06x}" in shown
