"""What `/diff` and `/verify` show: pure functions from values to Components V2."""

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from discord import ui

from bot.i18n.words import Words
from bot.receipts import Verification, shown_id
from bot.views.comparison import again_line, fact_line, fate_line, field_line, same_line, version_line
from bot.views.escaping import plain, quoted
from bot.views.message import AMBER, BLUE, MAX_TEXT, bold, link_button, small, title, web_address
from bot.views.quotes import NAME_CHARS, TITLE_CHARS, source_lines
from corpus import host_of
from index import ChangedSentence, DiffSide, FactChange, Fate, ReleaseDiff, Source

_QUESTION_CHARS = 200
_FACT_CHARS = 300
_ROOM_AT_END = 300  # characters, for what is said below
_MOST_LINKS = 5
_HEADING = re.compile(r"#{1,6} ")  # how a text marks one


@dataclass(slots=True)
class _Page:
    """Texts that fit into a message together; what does not fit is counted."""

    texts: list[str] = field(default_factory=list)
    left_out: int = 0

    def add(self, text: str, room: int = _ROOM_AT_END) -> None:
        """Add a text where it fits."""
        if sum(map(len, self.texts)) + len(self.texts) + len(text) > MAX_TEXT - room:
            self.left_out += 1
        else:
            self.texts.append(text)

    def view(self, accent: int, sources: Sequence[Source], words: Words) -> ui.LayoutView:
        """Return the message, with buttons that open the releases."""
        view = ui.LayoutView(timeout=None)
        view.add_item(ui.Container(ui.TextDisplay("\n".join(self.texts)), accent_colour=accent))
        addresses = dict.fromkeys(filter(None, (web_address(source.url) for source in sources)))
        read = words("Read it at the source")
        links = [
            link_button(f"{read}: {(host_of(address) or '').removeprefix('www.')}", address)
            for address in list(addresses)[:_MOST_LINKS]
        ]
        if links:
            view.add_item(ui.ActionRow(*links))
        return view


def diff_view(words: Words, diff: ReleaseDiff) -> ui.LayoutView:
    """Return what differs between two releases or versions: changed figures, dates and names first."""
    page = _Page()
    page.add(title(words("What changed")))
    page.add("\n".join([*_side(words, "−", diff.before), *_side(words, "+", diff.after)]))
    if diff.is_same:
        page.add(bold(words("Nothing differs.")))
    if diff.before.source.release_id == diff.after.source.release_id:  # of two, title, issuer and date stand above
        for changed_field in diff.fields:
            page.add(bold(plain(field_line(changed_field, words), 2 * TITLE_CHARS)))
    for fact in diff.facts:
        page.add(_fact(words, fact))
    for changed in diff.changed:
        # An empty line keeps Discord from joining the quotes of two changes.
        page.add("\n".join(_changed(words, changed) if changed.facts else ["", *_changed(words, changed)]))
    for heading, sentences in (
        (words("Only in the second"), diff.came),
        (words("Only in the first"), diff.went),
    ):
        texts = [_sentence(sentence.text) for sentence in sentences]
        if texts:
            page.add(f"{bold(heading)}\n{texts[0]}")
        for text in texts[1:]:
            page.add(text)
    if page.left_out:
        more = words.count(
            "{count} more is not shown: `measures releases diff` shows all.",
            "{count} more are not shown: `measures releases diff` shows all.",
            page.left_out,
        )
        page.add(small(more), room=0)
    page.add(small(same_line(diff, words)), room=0)
    return page.view(BLUE, [diff.before.source, diff.after.source], words)


def _side(words: Words, sign: str, side: DiffSide) -> Iterator[str]:
    source = side.source
    yield f"{sign} {bold(plain(source.title, TITLE_CHARS))}"
    date = words.date(datetime.date.fromisoformat(source.date))
    yield small(f"{plain(source.issuer, NAME_CHARS)} · {date} · {version_line(side, words)}")


def _fact(words: Words, fact: FactChange) -> str:
    return bold(plain(fact_line(fact, words), _FACT_CHARS))


def _changed(words: Words, changed: ChangedSentence) -> Iterator[str]:
    yield from (_fact(words, fact) for fact in changed.facts)
    yield _sentence(changed.before.text, "− ")
    yield _sentence(changed.after.text, "+ ")


def _sentence(text: str, sign: str = "") -> str:
    return quoted(sign + _HEADING.sub("", text, count=1) if _HEADING.match(text) else sign + text)


def verification_view(words: Words, verification: Verification, today: datetime.date, *, asker: bool) -> ui.LayoutView:
    """Return what became of an answer.

    :param asker: whether the person who looks asked the question; nobody else is shown it.
    """
    receipt, page = verification.receipt, _Page()
    page.add(title(words("Answer {id}", id=shown_id(receipt.id))))
    if asker and receipt.question is not None:
        page.add(small(words("Asked: {question}", question=plain(receipt.question, _QUESTION_CHARS))))
    day = datetime.date.fromisoformat(receipt.at[:10])
    page.add(
        small(
            words("Given on {date}, from generation {generation}.", date=words.date(day), generation=receipt.generation)
        )
    )
    if not receipt.answered:
        page.add(words("It found no answer; what came nearest is checked here."))
    shown: set[str] = set()
    for number, verified in enumerate(verification.verified, 1):
        lines = [bold(f"\\[{number}\\] {fate_line(verified, words)}")]
        lines += [_fact(words, fact) for fact in verified.facts]
        if verified.words is not None:
            lines.append(quoted(f"“{verified.words}”"))
        if verified.now is not None and verified.fate is Fate.CHANGED:
            lines += [words("It now says:"), quoted(f"“{verified.now}”")]
        if verified.source is not None and verified.source.release_id not in shown:
            shown.add(verified.source.release_id)
            lines += source_lines(words, verified.source, today)
        page.add("\n".join(lines))
    page.add(again_line(verification, words), room=0)
    is_whole = all(verified.fate is Fate.IDENTICAL for verified in verification.verified)
    sources = [verified.source for verified in verification.verified if verified.source is not None]
    return page.view(BLUE if is_whole else AMBER, sources, words)
