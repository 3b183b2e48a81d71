"""What administrators read: what became of sources, what is served, what was done, what is in quarantine."""

from collections.abc import Sequence

import discord
from discord import ui

from bot.i18n.words import Words
from bot.views import custom_ids as ids
from bot.views.escaping import plain
from bot.views.message import AMBER, BLUE, MAX_TEXT, bold, button, labelled, pager, small, text_view
from bot.views.wording import details_line
from corpus import Release
from index import Added, Built, Erased, FollowedSource, History, PolledAndServed, QuarantineEntry, RolledBack, Status

_SOURCE_CHARS = 200
_REASON_CHARS = 400
_HISTORY = 15
_LISTED = 20
_CHANGED = 10
_CHANGED_CHARS = 300


def fitting(lines: list[str]) -> str:
    """Join lines as far as they fit into a message; "…" where some do not."""
    left = MAX_TEXT - 2
    shown: list[str] = []
    for line in lines:
        left -= len(line) + 1
        if left < 0:
            return "\n".join([*shown, "…"])
        shown.append(line)
    return "\n".join(shown)


def added_view(words: Words, added: Added) -> ui.LayoutView:
    """Return what became of sources, and what is served now."""
    names = {
        "added": words("added"),
        "changed": words("changed"),
        "unchanged": words("unchanged"),
        "quarantined": words("set aside"),
    }
    lines = []
    for source in added.taken.ingested:
        what = f"`{source.release_id}`" if source.release_id else plain(source.source, _SOURCE_CHARS)
        why = f": {plain('; '.join(source.reasons), _REASON_CHARS)}" if source.reasons else ""
        number = f" #{source.number}" if source.number else ""
        lines.append(f"**{names[source.status]}**{number} {what}{why}")
    for failure in added.taken.failed:
        lines.append(labelled(words("failed"), plain(failure.error, _REASON_CHARS)))
    lines += served_lines(words, added)
    return text_view(fitting(lines), accent=BLUE if added.complete else AMBER)


def served_lines(words: Words, added: Added) -> list[str]:
    """Return what is served now, or why what was added is not."""
    if added.refused:
        return [f"⚠ {plain(added.refused, _REASON_CHARS)}"]
    if added.waits:
        return [words("Kept, but not served yet: {why}", why=plain(added.waits, _REASON_CHARS))]
    return [words("Generation {generation} is served.", generation=added.generation or "-")]


def built_view(words: Words, built: Built) -> ui.LayoutView:
    """Return what a build made."""
    manifest = built.manifest
    releases = words.count("{count} release", "{count} releases", manifest.releases)
    passages = words.count("{count} passage", "{count} passages", manifest.passages)
    text = words("Generation {generation} is served.", generation=manifest.generation)
    return text_view(f"{text} {releases}, {passages}.", accent=BLUE)


def status_view(words: Words, status: Status) -> ui.LayoutView:
    """Return what is served."""
    generation = status.generation
    if status.pinned:
        pinned = words("pinned: automatic builds wait")
        generation = f"{generation} · {pinned}"
    lines = [
        labelled(words("generation"), generation),
        labelled(words("built"), plain(status.built_at, 40)),
        labelled(words("Releases"), f"{status.releases:,} · {status.first_date or '-'} … {status.last_date or '-'}"),
        labelled(words("passages"), f"{status.passages:,}"),
        labelled(words("model"), f"{plain(status.model, 100)} · `{status.weights_sha256[:12]}`"),
        labelled(words("on disk"), f"{status.bytes_on_disk / 1e6:,.1f} MB"),
        labelled(words("issuers"), plain(", ".join(status.issuers), _REASON_CHARS)),
    ]
    return text_view(fitting(lines), accent=BLUE)


def history_view(words: Words, history: History, page: int) -> ui.LayoutView:
    """Return a page of what was done, newest first, counted from 1."""
    lines = []
    for entry in history.entries[(page - 1) * _HISTORY : page * _HISTORY]:
        what = entry.generation or entry.release_id or ""
        who = f" · {plain(entry.who, 60)}" if entry.who else ""
        why = f" ({plain(entry.why, 80)})" if entry.why else ""
        took = f" · {entry.seconds} s" if entry.seconds is not None else ""
        lines.append(f"{plain(entry.at, 30)} {bold(plain(entry.action, 30))} `{what}`{who}{why}{took}")
        if entry.details:
            lines.append(small(plain(details_line(entry.details), _REASON_CHARS)))
    kept = ", ".join(bold(each) if each == history.served else each for each in history.generations)
    kept_label = words("Generations kept")
    view = text_view(fitting([*lines, f"{kept_label}: {kept or '-'}"]), accent=BLUE)
    row = pager(words, "history", (), page, last=page * _HISTORY >= len(history.entries))
    if row is not None:
        view.add_item(row)
    return view


def rolled_back_view(words: Words, rolled_back: RolledBack) -> ui.LayoutView:
    """Return what is served again, and what the next build will bring."""
    if not rolled_back.changed:
        return text_view(already_served(words, rolled_back.manifest.generation), accent=AMBER)
    pending = rolled_back.pending
    lines = [
        words("Generation {generation} is served again.", generation=rolled_back.manifest.generation),
        words("Automatic builds wait until `/index rebuild`."),
    ]
    for what, releases in (("+", pending.added), ("~", pending.changed), ("−", pending.withdrawn)):
        lines += [f"{what} `{release_id}`" for release_id in releases]
    return text_view(fitting(lines), accent=BLUE)


def already_served(words: Words, generation: str) -> str:
    """Say that there is nothing to roll back."""
    return words("Generation {generation} is served already: nothing was changed.", generation=generation)


def erased_view(words: Words, erased: Erased) -> ui.LayoutView:
    """Return what became of a text, and what is served now."""
    if erased.left:
        hidden = words("The text is hidden and out of the corpus, but generations hold it still: erase it again later.")
        return text_view(f"⚠ {hidden} {plain(erased.left, _REASON_CHARS)}", accent=AMBER)
    lines = [words("The text of `{release}` is erased.", release=erased.release_id)]
    if erased.dropped:
        gone = ", ".join(erased.dropped)
        lines.append(words("Gone with it, since they held it: generations {generations}.", generations=gone))
    if erased.unpinned:
        lines.append(words("The roll-back is over: automatic builds run again."))
    lines.append(words("Generation {generation} is served.", generation=erased.generation or "-"))
    return text_view(fitting(lines), accent=BLUE)


def withdraw_question(words: Words, release: Release) -> ui.LayoutView:
    """Ask whether a release is to be withdrawn."""
    text = words(
        "Withdraw “{title}” ({issuer}, {date})?",
        title=plain(release.title, 300),
        issuer=plain(release.issuer, 100),
        date=words.date(release.date),
    )
    return confirm_view(words, text, "removeyes", release.release_id)


def erase_question(words: Words, release_id: str, kept: Release | None) -> ui.LayoutView:
    """Ask whether a text is to be erased; None where the corpus holds none under the id."""
    text = words(
        "Erase the text of {release} for good? Generations that hold it are deleted, and cannot be served again.",
        release=f"“{plain(kept.title, 300)}”" if kept else f"`{plain(release_id, 48)}`",
    )
    return confirm_view(words, text, "eraseyes", release_id)


def confirm_view(words: Words, text: str, action: str, *fields: str) -> ui.LayoutView:
    """Return a question with a button that does what it asks."""
    view = text_view(text, accent=AMBER)
    yes = button(words("Yes, do it"), ids.button(action, *fields), discord.ButtonStyle.danger)
    view.add_item(ui.ActionRow(yes))
    return view


def quarantine_view(words: Words, entries: Sequence[QuarantineEntry], page: int) -> ui.LayoutView:
    """Return an entry of the quarantine, the page's, counted from 1, with what can be done with it."""
    if not entries:
        return text_view(words("Nothing is set aside."), accent=BLUE)
    page = min(page, len(entries))
    entry = entries[page - 1]
    draft = entry.quarantined.draft
    issuer = labelled(words("Issuer"), plain(draft.issuer or "-", _SOURCE_CHARS))
    date = labelled(words("Date"), str(draft.date or "-"))
    lines = [
        f"**#{entry.number}** ({page}/{len(entries)}) {plain(entry.quarantined.source, _SOURCE_CHARS)}",
        labelled(words("Why"), plain("; ".join(entry.quarantined.reasons), _REASON_CHARS)),
        labelled(words("Title"), plain(draft.title or "-", _SOURCE_CHARS)),
        f"{issuer} · {date}",
        *(_changes(entry.diff) if entry.diff else [small(plain(draft.text, 600))]),
    ]
    view = text_view(fitting(lines), accent=AMBER)
    accept = button(words("Accept …"), ids.button("accept", entry.number), discord.ButtonStyle.primary)
    discard = button(words("Discard"), ids.button("discard", entry.number), discord.ButtonStyle.danger)
    view.add_item(ui.ActionRow(accept, discard))
    row = pager(words, "aside", (), page, last=page >= len(entries))
    if row is not None:
        view.add_item(row)
    return view


def _changes(diff: str) -> list[str]:
    """Return the lines that a change takes out and brings in, as many as may be read at once."""
    changed = [line for line in diff.split("\n")[2:] if line[:1] in ("+", "-") and line[1:].strip()]
    return [small(plain(line, _CHANGED_CHARS)) for line in changed[:_CHANGED]]


def feeds_view(words: Words, feeds: list[FollowedSource]) -> ui.LayoutView:
    """Return the feeds that are followed, and what is wrong with them."""
    if not feeds:
        return text_view(words("No feed is followed: `/feeds add` follows one."), accent=AMBER)
    lines = []
    for feed in feeds[:_LISTED]:
        lines.append(labelled(plain(feed.title or feed.url, 150), plain(feed.url, _SOURCE_CHARS)))
        if feed.last_error:
            lines.append(small(f"⚠ {plain(feed.last_error, _REASON_CHARS)} · {plain(feed.due_at, 40)}"))
        if feed.failed_entries:
            lines.append(_failed_entries(words, feed.failed_entries, feed.entries, feed.entry_error))
    return text_view(fitting(lines), accent=BLUE)


def polled_view(words: Words, polled: PolledAndServed) -> ui.LayoutView:
    """Return what became of feeds."""
    lines = []
    for feed in polled.sources:
        new = words.count("{count} new entry", "{count} new entries", feed.new)
        outcome = plain(feed.error, _REASON_CHARS) if feed.error else new
        lines.append(f"{plain(feed.url, _SOURCE_CHARS)}: {outcome}")
        if feed.waiting:
            waiting = words.count("{count} waits for the next poll", "{count} wait for the next poll", feed.waiting)
            lines.append(small(waiting))
        if feed.failed:
            lines.append(_failed_entries(words, feed.failed, feed.new, feed.entry_error))
    lines += served_lines(words, polled.added)
    return text_view(fitting(lines), accent=BLUE)


def _failed_entries(words: Words, failed: int, entries: int, why: str | None) -> str:
    share = words("{failed} of {entries} entries failed", failed=words.number(failed), entries=words.number(entries))
    return small(f"⚠ {share}: {plain(why or '-', _REASON_CHARS)}")
