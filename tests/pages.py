"""Real-shaped pages of made-up press releases, for servers of the tests."""

import random
from html import escape
from pathlib import Path

from tests.corpus.servers import Request

_WORDS = (
    "fishing harbour quota vessel inspector coast tonnes herring cod member state council regulation support budget "
    "border training officer agency network report measure funding season market price landing crew safety permit "
    "lighthouse channel depth repair quay crane storm insurance region minister agreement deadline review register"
).split()


def press_page(title: str, date: str, paragraphs: list[str], address: str = "") -> bytes:
    """Return a page of an institution's site: menus, a cookie banner, the release, contacts, a footer."""
    canonical = f'<link rel="canonical" href="{escape(address)}">' if address else ""
    body = "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(title)} - Consilium</title>
<meta property="og:title" content="{escape(title)}"><meta property="og:site_name" content="Consilium">
<meta property="og:type" content="article">
<meta property="article:published_time" content="{date}">{canonical}</head><body>
<div class="cookie-consent"><p>We use cookies to ensure we give you the best browsing experience.</p></div>
<nav><ul><li><a href="/en/">Home</a></li><li><a href="/en/press/">Press</a></li></ul></nav>
<main><article><h1>{escape(title)}</h1><p>Council of the EU · Press release · {date}</p>
<div class="press-body">{body}</div></article></main>
<footer><p>See all EU institutions and bodies</p></footer></body></html>""".encode()


def paragraphs(seed: int, count: int = 6) -> list[str]:
    """Return paragraphs of made-up sentences, always the same of a seed."""
    draw = random.Random(seed)
    return [
        " ".join(
            f"The {' '.join(draw.choices(_WORDS, k=draw.randint(9, 16)))} of {draw.randint(100, 99_999)}."
            for _ in range(draw.randint(2, 4))
        )
        for _ in range(count)
    ]


def release_file(folder: Path, name: str, text: str, **header: str) -> Path:
    """Write the file of a release into a folder, with a front-matter header, and return its path."""
    fields = {"title": "A title", "issuer": "European Commission", "date": "2024-05-06", "language": "en"} | header
    lines = "\n".join(f"{field}: {value}" for field, value in fields.items())
    path = folder / name
    path.write_text(f"---\n{lines}\n---\n\n{text}\n", "utf-8")
    return path


def release_page(seed: int) -> bytes:
    """Return the page of a made-up release, always the same of a seed."""
    text = paragraphs(seed)
    return press_page(
        f"Measures on {' '.join(text[0].split()[1:5])}", f"2024-{seed % 12 + 1:02}-{seed % 28 + 1:02}", text
    )


def rss(title: str, addresses: list[str]) -> bytes:
    """Return a feed that announces addresses."""
    items = "".join(f"<item><title>News</title><link>{address}</link></item>" for address in addresses)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>{items}</channel></rss>'.encode()


class Tagged:
    """A page with an ETag, which says that nothing changed to whoever has it; it can be changed, and taken down."""

    def __init__(self, body: bytes) -> None:
        """Serve a body."""
        self.body = body
        self.version = 1
        self.down = False
        self.not_modified = 0

    def change(self, body: bytes) -> None:
        """Serve another body."""
        self.body = body
        self.version += 1

    def __call__(self, request: Request) -> None:
        """Answer."""
        tag = f'"{self.version}"'
        if self.down:
            request.answer(status="503 Service Unavailable", Retry_After="0")
        elif request.headers.get("if-none-match") == tag:
            self.not_modified += 1
            request.answer(status="304 Not Modified", ETag=tag)
        else:
            request.answer(self.body, ETag=tag, Content_Type="text/html; charset=utf-8")
