"""How the command line prints what differs between two releases, or two versions of one."""

from collections.abc import Iterator
from difflib import SequenceMatcher

from rich.text import Text

from bot.cli.terminal import Terminal
from bot.views.comparison import fact_line, field_line, same_line, version_line
from corpus import lines
from index import ChangedSentence, DiffSide, ReleaseDiff

_OLD, _NEW = "red strike", "bold green"


def show_diff(terminal: Terminal, diff: ReleaseDiff) -> None:
    """Print what differs: what is said of the releases, changed sentences, new ones, and those that went."""
    _show_side(terminal, "-", diff.before)
    _show_side(terminal, "+", diff.after)
    if diff.is_same:
        terminal.say("Nothing differs.", style="bold")
    for field in diff.fields:
        terminal.say(field_line(field), style="bold")
    for fact in diff.facts:
        terminal.say(fact_line(fact), style="bold")
    for changed in diff.changed:
        _show_changed(terminal, changed)
    for heading, sign, style, sentences in (
        ("Only in the second", "+ ", _NEW, diff.came),
        ("Only in the first", "- ", _OLD, diff.went),
    ):
        if sentences:
            terminal.say()
            terminal.say(heading, style="bold")
        for sentence in sentences:
            terminal.say(Text(sign, style), sentence.text, gate=lines, indent=2)
    terminal.say()
    terminal.say(same_line(diff), style="dim")


def _show_side(terminal: Terminal, sign: str, side: DiffSide) -> None:
    source = side.source
    terminal.say(Text(f"{sign} ", "bold"), f"{source.title} — {source.issuer}, {source.date}")
    terminal.say(f"  {source.release_id}, {version_line(side)}", style="dim")


def _show_changed(terminal: Terminal, changed: ChangedSentence) -> None:
    terminal.say()
    for fact in changed.facts:
        terminal.say(fact_line(fact), style="bold")
    before, after = changed.before.text, changed.after.text
    terminal.say(Text("- ", "red"), *_marked(before, after, _OLD), gate=lines, indent=2)
    terminal.say(Text("+ ", "green"), *_marked(after, before, _NEW), gate=lines, indent=2)


def _marked(text: str, other: str, style: str) -> Iterator[str | Text]:
    """Yield a text in pieces, in a style what the other has not."""
    own, others = _words(text), _words(other)
    for tag, start, end, _, _ in SequenceMatcher(None, own, others, autojunk=False).get_opcodes():
        piece = "".join(own[start:end])
        yield piece if tag == "equal" else Text(piece, style)


def _words(text: str) -> list[str]:
    """Return the words of a text, each with the white space after it."""
    words: list[str] = []
    for char in text:
        if words and (char.isspace() or not words[-1][-1].isspace()):
            words[-1] += char
        else:
            words.append(char)
    return words
