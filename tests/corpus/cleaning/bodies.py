"""Releases in all languages of the EU, from which tests make pages of every shape."""

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Body:
    """A title and three paragraphs in a language."""

    language: str
    title: str
    lines: tuple[str, ...]

    @property
    def paragraphs(self) -> str:
        """The paragraphs as HTML."""
        return "".join(f"<p>{line}</p>" for line in self.lines)

    def page(self, above: str = "", below: str = "", *, main: str | None = None, head: str = "") -> bytes:
        """Return a page with them.

        :param above: what stands between title and text; ``below`` stands below the text.
        :param main: all of the content, instead.
        """
        main = f"<h1>{self.title}</h1>{above}{self.paragraphs}{below}" if main is None else main
        top = f"<html lang={self.language}><head><meta charset=utf-8><title>{self.title} | A site</title>{head}</head>"
        frame = f"<header><a href=/>Home</a></header><nav><a href=/n>News</a></nav><main>{main}</main>"
        return f"<!doctype html>{top}<body>{frame}<footer><p>Legal notice</p></footer></body></html>".encode()


BODIES = {
    language: Body(language, values["title"], tuple(values["body"]))
    for language, values in tomllib.loads(Path(__file__).with_name("bodies.toml").read_text("utf-8")).items()
}
