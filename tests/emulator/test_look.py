"""The page for looking at answers."""

from pathlib import Path

import pytest
from lxml import html

from tests.emulator import State
from tests.emulator.fast import asynchronous
from tests.emulator.look import main, save
from tests.emulator.markup import inline, to_html
from tests.emulator.scene import scene


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


@asynchronous
async def test_a_page_shows_every_text(tmp_path: Path) -> None:
    async with scene() as on:
        interaction = await on.emulator.slash(on.ada, on.channel, "ask", question="why?", private=True)
        await on.emulator.wait(lambda: interaction.state is State.ANSWERED)
        message = interaction.original
        assert message is not None
        shown = await on.emulator.click(on.ada, message, "Why")
    assert shown.modal is not None
    save(tmp_path / "saved.jsonl", "An answer", message.payload())
    save(tmp_path / "saved.jsonl", "A modal", shown.modal)
    main(str(tmp_path / "saved.jsonl"), str(tmp_path / "page.html"))
    dark, light = html.parse(str(tmp_path / "page.html")).getroot().find_class("theme")
    for theme in (dark, light):
        text = theme.text_content()
        for wanted in (
            "An answer",
            "why?",
            "a quote",
            "the source",
            "Context",
            "Open",
            "Only you",
            "Reason",
            "Verdict",
        ):
            assert wanted in text
    assert "--accent: #003399" in (tmp_path / "page.html").read_text("utf-8")
