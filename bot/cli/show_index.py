"""How the command line prints what is served, what was done to it, and what became of sources."""

from typing import TYPE_CHECKING, Any

from rich.text import Text

from bot.cli.terminal import Terminal, linked
from bot.i18n.words import ENGLISH
from bot.views.wording import details_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from index import Added, Announced, Comparison, Erased, History, Manifest, Previews, RolledBack, Status


def show_added_releases(terminal: Terminal, added: "Added") -> None:
    """Print what became of the sources that are releases."""
    for source in added.taken.ingested:
        if source.release_id:
            terminal.say(f"{source.status}: {source.release_id}")


def show_dry_run(terminal: Terminal, previews: "Previews") -> None:
    """Print what would become of sources, and how each reads."""
    words = {"quarantined": "set aside", "failed": "left out"}
    for preview in previews.previews:
        outcome = words.get(preview.outcome, preview.outcome)
        terminal.say(Text(f"would be {outcome}: ", "bold"), preview.release_id or preview.source)
        for reason in preview.reasons:
            terminal.say(f"    because {reason}")
        if preview.title or preview.text:
            about = (preview.title or "no title", str(preview.date or "no date"), preview.issuer or "no issuer")
            terminal.say(f"    {' · '.join((*about, preview.language or 'no language'))}")
            for line in preview.text.split("\n"):
                terminal.say(Text(f"    | {line}", "dim"))
    terminal.note("Nothing was kept: this was a dry run.")


def show_announced(terminal: Terminal, entries: "Sequence[Announced]") -> None:
    """Print what was announced and may not be read by programs."""
    for entry in entries:
        date = entry.date or entry.first_at[:10]
        terminal.say(Text(f"{date}  ", "dim"), linked(entry.url), f"  {entry.title}".rstrip())
        terminal.say(f"    {entry.error} Tried {entry.attempts} times, next {entry.retry_at}.")


def held_words(manifest: "Manifest") -> str:
    """Say how much a generation holds."""
    releases = ENGLISH.count("{count} release", "{count} releases", manifest.releases)
    return f"{releases}, {ENGLISH.count('{count} passage', '{count} passages', manifest.passages)}"


def show_built(terminal: Terminal, manifest: "Manifest", embedded: int) -> None:
    """Print what a build made."""
    terminal.say(f"Generation {manifest.generation} is served: {held_words(manifest)}, {embedded} texts embedded anew.")


def show_status(terminal: Terminal, status: "Status") -> None:
    """Print what is served."""
    span = f"{status.first_date} to {status.last_date}" if status.first_date else "none"
    rows = {
        "generation": status.generation + (" (pinned: automatic builds wait)" if status.pinned else ""),
        "built": status.built_at,
        "releases": f"{status.releases}, {span}",
        "passages": str(status.passages),
        "model": f"{status.model}, {status.dim} dimensions, weights {status.weights_sha256[:12]}…",
        "on disk": f"{status.bytes_on_disk / 1e6:.1f} MB",
        "languages": ", ".join(status.languages),
        "issuers": ", ".join(status.issuers),
    }
    for name, value in rows.items():
        terminal.say(Text(f"{name:<11}", "bold"), value, indent=11)


def show_history(terminal: Terminal, history: "History") -> None:
    """Print what was done, newest first."""
    for entry in history.entries:
        took = f"{entry.seconds} s" if entry.seconds is not None else ""
        by = f"by {entry.who}" if entry.who else ""
        why = f"({entry.why})" if entry.why else ""
        said = ", ".join(filter(None, (details_line(entry.details), took, by)))
        details = " ".join(filter(None, (said, why)))
        what = entry.generation or entry.release_id
        terminal.say(
            Text(f"{entry.at}  ", "dim"),
            "  ".join(filter(None, (f"{entry.action:<11}", what, details))).rstrip(),
            indent=len(entry.at) + 2,
        )
    kept = [
        f"{generation} (served)" if generation == history.served else generation for generation in history.generations
    ]
    terminal.say(Text("Generations kept: ", "bold"), ", ".join(kept) or "none")


def show_comparison(terminal: Terminal, comparison: "Comparison") -> None:
    """Print what came, changed and went from one generation to another."""
    for what in ("came", "changed", "went"):
        for change in getattr(comparison, what):
            terminal.say(f"{what:<9}{change.release_id}  {change.before} → {change.after} passages", indent=9)
    came, changed, went = map(len, (comparison.came, comparison.changed, comparison.went))
    releases = ENGLISH.count("{count} release", "{count} releases", came)
    terminal.say(
        f"{comparison.before} → {comparison.after}: {releases} came, {changed} changed, {went} went; "
        f"passages {comparison.passages_before} → {comparison.passages_after}, "
        f"{comparison.passages_came} came, {comparison.passages_went} went."
    )


def show_erased(terminal: Terminal, erased: "Erased") -> None:
    """Print what became of a text, and what cannot be served again."""
    if erased.left is not None:
        terminal.note(
            f"Error: {erased.release_id} is hidden and out of the corpus, but generations hold its text still; "
            f"erase it again when this is mended: {erased.left}"
        )
        return
    terminal.say(f"The text of {erased.release_id} is erased; generation {erased.generation or '-'} is served.")
    if erased.dropped:
        terminal.say(f"Gone with it, since they held it: generations {', '.join(erased.dropped)}.")
    if erased.unpinned:
        terminal.say("The roll-back is over: automatic builds run again.")


def show_compacted(terminal: Terminal, document: "Mapping[str, Any]") -> None:
    """Print what was deleted of each kind, and what that freed."""
    kinds = {
        "versions": "old versions of releases",
        "embeddings": "vectors that no text has",
        "derived": "withdrawn releases' passages",
        "quarantine": "settled entries of the quarantine",
        "history": "entries of the history",
        "feedback": "verdicts on answers",
        "audit": "acts of administrators",
    }
    for kind, what in kinds.items():
        if document[kind]:
            terminal.say(f"{document[kind]:>8,}  {what}")
    if document["generations"]:
        terminal.say(f"Generations deleted: {', '.join(document['generations'])}.")
    before, after = document["bytes_before"], document["bytes_after"]
    terminal.say(f"Freed {max(0, before - after) / 1e6:,.1f} MB: {before / 1e6:,.1f} before, {after / 1e6:,.1f} now.")


def show_rolled_back(terminal: Terminal, rolled_back: "RolledBack") -> None:
    """Print what is served again, and what the next build will bring."""
    if not rolled_back.changed:
        terminal.say(f"Generation {rolled_back.manifest.generation} is served already: nothing was changed.")
        return
    terminal.say(
        f"Generation {rolled_back.manifest.generation} is served again. "
        "Automatic builds wait until `measures index build`."
    )
    pending = rolled_back.pending
    for what, ids in (("add", pending.added), ("change", pending.changed), ("drop", pending.withdrawn)):
        for release_id in ids:
            terminal.say(f"The next build will {what} {release_id}.")
