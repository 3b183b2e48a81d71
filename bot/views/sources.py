"""What administrators read of sources: what came of each, of its past, and what programs may not read."""

from collections.abc import Sequence

from discord import ui

from bot.i18n.words import Words
from bot.views.admin import fitting, served_lines
from bot.views.escaping import plain
from bot.views.message import AMBER, BLUE, labelled, small, text_view
from index import Announced, BackfilledAndServed, ListedSource

_URL_CHARS = 200
_REASON_CHARS = 400
_LISTED = 15


def sources_view(words: Words, listed: Sequence[ListedSource]) -> ui.LayoutView:
    """Return the sources that are followed, what came of each, and what is wrong with it."""
    if not listed:
        return text_view(words("No source is followed: `/sources add` follows one."), accent=AMBER)
    lines = []
    for each in listed[:_LISTED]:
        source, counts = each.source, each.counts
        lines.append(labelled(plain(source.title or source.kind.value, 150), plain(source.url, _URL_CHARS)))
        came = words(
            "{kept} kept, {quarantined} set aside, {refused} refused to programs",
            kept=words.number(counts.kept),
            quarantined=words.number(counts.quarantined),
            refused=words.number(counts.refused),
        )
        success = labelled(words("last success"), plain(source.succeeded_at or "-", 40))
        due = labelled(words("due"), plain(source.due_at if source.due else "-", 40))
        lines.append(small(f"{came} · {success} · {due}"))
        if source.backfill is not None:
            lines.append(small(_past(words, source.backfill.since, counts.waiting)))
        if source.last_error:
            lines.append(small(f"⚠ {plain(source.last_error, _REASON_CHARS)}"))
        if source.failed_entries:
            lines.append(small(f"⚠ {source.failed_entries}/{source.entries}: {plain(source.entry_error or '-', 200)}"))
    return text_view(fitting(lines), accent=BLUE)


def backfilled_view(words: Words, done: BackfilledAndServed) -> ui.LayoutView:
    """Return what became of the past of sources."""
    lines = []
    for source in done.sources:
        came = words(
            "{read} read, {there} were there already, {waiting} wait",
            read=words.number(source.read),
            there=words.number(source.there),
            waiting=words.number(source.waiting),
        )
        lines.append(f"{plain(source.url, _URL_CHARS)}: {came}")
        if source.error:
            lines.append(small(f"⚠ {plain(source.error, _REASON_CHARS)}"))
    if any(source.waiting for source in done.sources):
        lines.append(words("`/sources backfill` goes on with what waits."))
    lines += served_lines(words, done.added)
    return text_view(fitting(lines), accent=BLUE)


def announced_view(words: Words, entries: Sequence[Announced]) -> ui.LayoutView:
    """Return what was announced and may not be read by programs, with links."""
    if not entries:
        return text_view(words("Nothing is announced that programs may not read."), accent=BLUE)
    lines = [words("Open each in a browser, save it, and add the file with `/index add`.")]
    for entry in entries:
        title = plain(entry.title, 150)
        date = words.date(entry.date) if entry.date else plain(entry.first_at[:10], 10)
        lines.append(f"{date} {title} {plain(entry.url, _URL_CHARS)}")
    return text_view(fitting(lines), accent=AMBER)


def _past(words: Words, since: str, waiting: int) -> str:
    return words("The past since {date} is being read; {count} wait.", date=since, count=words.number(waiting))
