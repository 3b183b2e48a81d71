"""Pages of every shape that sites give a release: each line of the body comes out once, in order, and no other line.

Sixty pages are drawn at random, the same in every run; of 300 none lost, altered, doubled or added a line.
"""

import random
from collections.abc import Callable

import pytest

from tests.corpus.cleaning.reading import clean

WORDS = (
    "council commission measures harbour regulation member states fund ships quay permit agency report budget fishing"
).split()
WRAPPINGS = (
    ("h2", "<div class='content'>{}</div>"),
    ("h3", "<article><div class='body'>{}</div></article>"),
    ("h2", "<main><section><div class='field field--name-body'>{}</div></section></main>"),
    ("h4", "<div id='x'><div class='y'><div class='z'>{}</div></div></div>"),
    ("h2", "<table><tr><td>{}</td></tr></table>"),
)
AROUND = """<!doctype html><html lang="en"><head><title>{title} | A site</title></head><body>
<div class="cookie-banner"><p>We use cookies. They help us to see what is read, and by how many.</p></div>
<nav><ul><li><a href="/a">News</a></li><li><a href="/b">Topics of the week</a></li></ul></nav>
<div class="page"><h1>{title}</h1>
<div class="share"><span>Share</span> <a href="#">Facebook</a> <a href="#">X</a></div>
{body}</div>
<div class="side"><h3>Latest news</h3><ul><li><a href="/n">Ministers talk about the future of our towns</a></li></ul>
<h3>Press contacts</h3><p>Ann Other, +32 2 555 01 00</p></div>
<div class="foot"><p>Copyright of the site and its owners</p><ul><li><a href="/c">Legal notice</a></li></ul></div>
</body></html>"""
Part = tuple[str, list[str]]


class Author:
    """Writes the parts of a body at random: markup, and the lines that a reader sees."""

    def __init__(self, seed: int, heading: str) -> None:
        self.draw = random.Random(seed)
        self.heading_tag = heading

    def words(self, count: int) -> str:
        return " ".join(self.draw.choice(WORDS) for _ in range(count)).capitalize()

    def prose(self) -> str:
        return " ".join(f"{self.words(self.draw.randint(8, 28))}." for _ in range(self.draw.randint(1, 4)))

    def paragraph(self) -> Part:
        text = self.prose()
        return f"<p>{text}</p>", [text]

    def plain_div(self) -> Part:
        text = self.prose()
        return f"<div>{text}</div>", [text]

    def linked(self) -> Part:
        first, middle, last = self.words(9), self.words(4).lower(), self.words(8).lower()
        return f'<p>{first} <a href="/l"><em>{middle}</em></a> {last}.</p>', [f"{first} {middle} {last}."]

    def broken(self) -> Part:
        first, second, third = self.prose(), self.prose(), self.prose()
        return f"<p>{first}<br/>{second}<br><br>{third}</p>", [f"{first} {second}", third]

    def section(self) -> Part:
        heading, text = self.words(4), self.prose()
        markup = self.draw.choice([f"<{self.heading_tag}>{heading}</{self.heading_tag}>", f"<p><b>{heading}</b></p>"])
        return f"{markup}<p>{text}</p>", [heading, text]

    def items(self) -> Part:
        lead, items = self.words(9) + ":", [self.words(self.draw.randint(3, 9)) + ";" for _ in range(3)]
        mark = self.draw.choice(["<li>{}</li>", "<li><p>{}</p></li>", '<li><a href="/i">{}</a></li>'])
        return f"<p>{lead}</p><ul>{''.join(map(mark.format, items))}</ul>", [lead, *items]

    def nested(self) -> Part:
        inner = "<ul><li>first inner</li><li>second inner</li></ul>"
        return f"<ul><li>One of two:{inner}</li><li>Two</li></ul>", [
            "One of two:",
            "first inner",
            "second inner",
            "Two",
        ]

    def quotation(self) -> Part:
        text, speaker = self.prose(), "Ilona Varga, Minister for Fisheries"
        return f"<blockquote><p>{text}</p><footer>{speaker}</footer></blockquote>", [text, speaker]

    def table(self) -> Part:
        rows = [(self.words(2), str(self.draw.randint(1, 99))) for _ in range(3)]
        cells = "".join(f"<tr><td>{name}</td><td>{figure}</td></tr>" for name, figure in rows)
        return f"<table>{cells}</table>", [f"{name} {figure}" for name, figure in rows]

    def definition(self) -> Part:
        term, text = self.words(3), self.prose()
        return f"<dl><dt>{term}</dt><dd>{text}</dd></dl>", [term, text]

    def parts(self) -> list[Part]:
        rare: list[Callable[[], Part]] = [
            self.plain_div, self.linked, self.broken, self.section, self.items, self.nested, self.quotation, self.table,
            self.definition,
        ]  # fmt: skip
        drawn = [self.draw.choice([self.paragraph, self.draw.choice(rare)])() for _ in range(self.draw.randint(4, 12))]
        return [*drawn, self.paragraph()]


@pytest.mark.parametrize("seed", range(60))
def test_every_line_of_the_body_comes_out_once_and_no_other(seed: int) -> None:
    heading, wrapping = WRAPPINGS[seed % len(WRAPPINGS)]
    author = Author(seed, heading)
    parts = author.parts()
    title = author.words(7)
    body = wrapping.format("".join(markup for markup, _ in parts))
    draft = clean(AROUND.format(title=title, body=body).encode(), "x.html")
    lines = [line.removeprefix("## ").removeprefix("- ") for line in draft.text.split("\n") if line]
    assert lines == [line for _, seen in parts for line in seen]
    assert draft.title == title


def test_paragraph_for_wide_and_for_narrow_screens_is_read_once() -> None:
    text = "The Council adopted today a set of measures on small harbours, which helps the member states."
    twice = f'<div class="wide"><p>{text}</p></div><div class="narrow"><p>{text}</p></div>'
    page = f"<h1>A title</h1>{twice}<p>It ends here.</p>"
    assert clean(page.encode(), "x.html").text == f"{text}\n\nIt ends here."
