"""What the command line prints: answers, lists and progress, for a person or for a pipe."""

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.style import Style
from rich.table import Table
from rich.text import Text

from bot.views import wording as cards
from corpus import Agency, Release, Section, line, lines
from index import Answer, Phase, Progress, Quote, SearchResult, Source, Step, as_source

if TYPE_CHECKING:
    from bot.cli.doctor import Check
    from index import (
        Added,
        Card,
        Comparison,
        Erased,
        Evaluation,
        Feed,
        History,
        Manifest,
        PolledFeed,
        QuarantineEntry,
        RolledBack,
        Status,
        Timeline,
    )

_MEASURES = 10


class Terminal:
    """Results on stdout, everything else on stderr, all of it through the gate of `corpus.printable`.

    A pipe gets plain text, not wrapped.
    """

    def __init__(self) -> None:
        """Look where stdout and stderr go."""
        self._out = Console(highlight=False)
        self._err = Console(stderr=True, highlight=False)

    def say(self, *parts: str | Text, style: str = "", gate: Callable[[str], str] = line) -> None:
        """Print a line of results.

        :param gate: `lines` where a text that is printed has more than one.
        """
        printed = Text(style=style)
        for part in parts:
            printed.append(Text(gate(part.plain), part.style) if isinstance(part, Text) else Text(gate(part)))
        self._out.print(printed, soft_wrap=not self._out.is_terminal)

    def note(self, text: str) -> None:
        """Print a line about what is going on."""
        self._err.print(Text(line(text)), soft_wrap=True)

    def answer(self, answer: Answer) -> None:
        """Print an answer, or that there is none and what comes nearest."""
        if answer.answered:
            self._quotes(answer.quotes)
        else:
            self.say("Not found: the releases do not hold an answer to this.", style="bold yellow")
            if answer.related:
                self.say("The nearest passages, which are not an answer:", style="yellow")
                self.say()
                self._quotes(answer.related)
        for notice in answer.notices:
            self.say(f"Note: {notice}", style="italic")
        if answer.sources:
            self.say("Sources", style="bold")
        for source in answer.sources:
            self._source(source, answer.quotes or answer.related)

    def card(self, card: "Card", timeline: "Timeline") -> None:
        """Print what a body is and what the releases say of it."""
        agency = card.agency
        self.say(cards.full_name(agency), style="bold")
        self.say(cards.description(agency), style="dim")
        self.say(agency.role)
        for warning in cards.warnings(agency):
            self.say(warning, style="yellow")
        rows = {"also": cards.other_names(agency), "parts": cards.parts(agency), "website": agency.website or ""}
        for name, value in rows.items():
            if value:
                self.say(Text(f"{name:<9}", "bold"), value)
        self.say()
        self.say(cards.named(card))
        if cards.is_drawn(timeline):
            self.say(
                f"{timeline.months[0]} ",
                Text(cards.sparkline(timeline.series[0].counts), "blue"),
                f" {timeline.months[-1]}",
            )
        if card.named_with:
            self.say(f"Named with: {cards.named_with(card)}.")
        if card.measures:
            self.say()
            self.say("Measures, newest first", style="bold")
        for number, measure in enumerate(card.measures[:_MEASURES], 1):
            self.say(Text(f"[{number}] ", "bold green"), f"“{measure.quote.text}”", gate=lines)
            place = f" — {measure.quote.heading}" if measure.quote.heading else ""
            self.say(f"    {spelled(datetime.date.fromisoformat(measure.date))}: {measure.title}{place}", style="dim")
            if measure.quote.link:
                self.say("    ", _linked(measure.quote.link))
        more = len(card.measures[_MEASURES:]) + card.more_measures
        if more:
            self.note(f"{more} older ones are not shown: --json prints the newest {len(card.measures)}.")

    def agencies(self, agencies: Iterable[Agency]) -> None:
        """Print a list of bodies, a line each."""
        for agency in agencies:
            self.say(Text(f"{agency.id:<22}", "cyan"), f"{cards.full_name(agency)}  ", Text(agency.type, "dim"))

    def release(self, release: Release, sections: Iterable[Section]) -> None:
        """Print a whole release."""
        self.say(release.title, style="bold")
        self.say(f"{release.issuer} · {spelled(release.date)} · {release.language} · {release.kind}", style="dim")
        source = as_source(release, "")
        if source.url:
            self.say(source.url, style="cyan")
        if whence := cards.whence(source):
            self.say(whence, style="dim")
        for section in sections:
            if section.heading:
                self.say()
                self.say(section.heading, style="bold")
            self.say()
            self.say(release.text[section.start : section.end].strip(), gate=lines)

    def passages(self, result: SearchResult) -> None:
        """Print passages, best first."""
        for number, passage in enumerate(result.passages, 1):
            self.say(
                Text(f"[{number}] ", "bold green"),
                Text(f"{passage.score:.3f}  ", "dim"),
                f"{passage.release_id}  {passage.heading}",
            )
            self.say(f"{passage.text}\n", gate=lines)
        if not result.passages:
            self.note("No passage has anything of this.")

    def releases(self, releases: Sequence[Release]) -> None:
        """Print a list of releases, a line each."""
        for release in releases:
            self.say(
                release.date.isoformat(),
                "  ",
                Text(release.release_id, "cyan"),
                "  ",
                f"{release.title} ({release.issuer})",
            )

    def added(self, added: "Added") -> None:
        """Print what became of the sources that are releases."""
        for source in added.taken.ingested:
            if source.release_id:
                self.say(f"{source.status}: {source.release_id}")

    def quarantine(self, held: "Sequence[QuarantineEntry]") -> None:
        """Print what is set aside, and why."""
        for one in held:
            title = one.quarantined.draft.title or "no title"
            self.say(Text(f"{one.number:>4}  ", "bold"), Text(f"{one.at}  ", "dim"), one.quarantined.source)
            self.say(f"      {title}: {'; '.join(one.quarantined.reasons)}")

    def quarantine_entry(self, one: "QuarantineEntry") -> None:
        """Print one thing that is set aside, with its text."""
        draft = one.quarantined.draft
        rows = {
            "source": one.quarantined.source,
            "set aside": f"{one.at} {one.who}".strip(),
            "reasons": "; ".join(one.quarantined.reasons),
            "title": draft.title or "-",
            "issuer": draft.issuer or "-",
            "date": draft.date.isoformat() if draft.date else "-",
            "language": draft.language or "-",
            "url": draft.url or "-",
            "fetched": draft.retrieved_from or "-",
        }
        for name, value in rows.items():
            self.say(Text(f"{name:<11}", "bold"), value)
        self.say()
        self.say(one.diff or draft.text, gate=lines)

    def feeds(self, feeds: "Sequence[Feed]") -> None:
        """Print feeds, a line each, and what is wrong with them."""
        for feed in feeds:
            self.say(
                Text(feed.url, "cyan"), f"  {feed.title}".rstrip(), Text(f"  polled {feed.polled_at or 'never'}", "dim")
            )
            if feed.last_error:
                self.say(f"    failed {feed.failures} times, due {feed.due_at}: {feed.last_error}")
            if feed.failed_entries:
                self.say(f"    {feed.failed_entries} of {feed.entries} entries failed: {feed.entry_error}")

    def polled(self, feeds: "Sequence[PolledFeed]") -> None:
        """Print what became of feeds."""
        for feed in feeds:
            if feed.skipped:
                self.note(f"{feed.url} is left alone for now: {feed.error}")
            elif feed.error:
                self.note(f"Error: {feed.error}")
            else:
                waiting = f", {feed.waiting} more are read at the next poll" if feed.waiting else ""
                self.say(f"{feed.url}: {feed.new} new{waiting}")
            if feed.failed:
                self.note(f"Error: {feed.failed} of them failed: {feed.entry_error}")

    def compared(self, found: "Comparison") -> None:
        """Print what came, changed and went from one generation to another."""
        for what in ("came", "changed", "went"):
            for change in getattr(found, what):
                self.say(f"{what:<8} {change.release_id}  {change.before} → {change.after} passages")
        self.say(
            f"{found.before} → {found.after}: {len(found.came)} releases came, {len(found.changed)} changed, "
            f"{len(found.went)} went; passages {found.passages_before} → {found.passages_after}, "
            f"{found.passages_came} came, {found.passages_went} went."
        )

    def built(self, manifest: "Manifest", embedded: int) -> None:
        """Print what a build made."""
        self.say(
            f"Generation {manifest.generation} is served: {manifest.releases} releases, {manifest.passages} passages, "
            f"{embedded} texts embedded anew."
        )

    def status(self, status: "Status") -> None:
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
            self.say(Text(f"{name:<11}", "bold"), value)

    def history(self, history: "History") -> None:
        """Print what was done, newest first."""
        for entry in history.entries:
            details = [f"{name} {value}" for name, value in entry.details.items()]
            if entry.seconds is not None:
                details.append(f"{entry.seconds} s")
            if entry.who:
                details.append(f"by {entry.who}")
            if entry.why:
                details.append(f"({entry.why})")
            self.say(
                Text(f"{entry.at}  ", "dim"),
                f"{entry.action:<12} {entry.generation or entry.release_id or ''}  {', '.join(details)}".rstrip(),
            )
        kept = [
            f"{generation} (served)" if generation == history.served else generation
            for generation in history.generations
        ]
        self.say(Text("Generations kept: ", "bold"), ", ".join(kept) or "none")

    def erased(self, erased: "Erased") -> None:
        """Print what became of a text, and what cannot be served again."""
        if erased.left is not None:
            self.note(
                f"Error: {erased.release_id} is hidden and out of the corpus, but generations hold its text still; "
                f"erase it again when this is mended: {erased.left}"
            )
            return
        self.say(f"The text of {erased.release_id} is erased; generation {erased.generation or '-'} is served.")
        if erased.dropped:
            self.say(f"Gone with it, since they held it: generations {', '.join(erased.dropped)}.")
        if erased.unpinned:
            self.say("The roll-back is over: automatic builds run again.")

    def rolled_back(self, rolled_back: "RolledBack") -> None:
        """Print what is served again, and what the next build will bring."""
        if not rolled_back.changed:
            self.say(f"Generation {rolled_back.manifest.generation} is served already: nothing was changed.")
            return
        self.say(
            f"Generation {rolled_back.manifest.generation} is served again. "
            "Automatic builds wait until `measures index build`."
        )
        pending = rolled_back.pending
        for what, ids in (("add", pending.added), ("change", pending.changed), ("drop", pending.withdrawn)):
            for release_id in ids:
                self.say(f"The next build will {what} {release_id}.")

    def evaluation(self, figures: "Evaluation") -> None:
        """Print figures: searches side by side, then those of the answers."""
        table = Table("", *figures.search, title=f"{figures.questions} questions")
        for measure in next(iter(figures.search.values())):
            table.add_row(measure, *(f"{search[measure]:.3f}" for search in figures.search.values()))
        self._out.print(table)
        for measure, value in (figures.answers or {}).items():
            self.say(f"{measure:<24}", "-" if value is None else f"{value:.3f}")
        if figures.calibration:
            low, high = figures.calibration.interval
            self.say(
                f"{'calibration error':<24}{figures.calibration.error:.3f} (90 % of resamples {low:.3f} to {high:.3f})"
            )
            self.say(f"{'Brier score':<24}{figures.calibration.brier:.3f}")
        for point in figures.curve[:: max(1, len(figures.curve) // 15)]:
            self.say(f"from confidence {point.threshold:.2f}: coverage {point.coverage:.2f}, risk {point.risk:.2f}")

    def checks(self, checks: "Sequence[Check]") -> None:
        """Print what was looked at, and what to do."""
        for check in checks:
            mark = Text("ok   ", "green") if check.ok else Text("FAIL ", "bold red")
            self.say(mark, Text(f"{check.name:<22}", "bold"), check.found)
            if not check.ok:
                self.say(f"     → {check.remedy}")

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """Show a bar while something is done: on a terminal it moves and goes, in a log there is none."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Bar(*columns, console=self._err, transient=True, disable=not self._err.is_terminal) as bar:
            tasks: dict[Phase, TaskID] = {}

            def report(step: Step) -> None:
                if step.phase not in tasks:
                    tasks[step.phase] = bar.add_task(cards.phase_name(step.phase), total=step.total)
                bar.update(tasks[step.phase], completed=step.done, total=step.total)

            yield report

    def _quotes(self, quotes: Sequence[Quote]) -> None:
        for number, quote in enumerate(quotes, 1):
            self.say(Text(f"[{number}] ", "bold green"), f"“{quote.text}”\n", gate=lines)

    def _source(self, source: Source, quotes: Sequence[Quote]) -> None:
        self.say(f"{source.title} — {source.issuer}, {spelled(datetime.date.fromisoformat(source.date))}")
        if whence := cards.whence(source):
            self.say(whence, style="dim")
        for number, quote in enumerate(quotes, 1):
            if quote.release_id == source.release_id:
                place = quote.heading or "opening"
                link = (": ", _linked(quote.link)) if quote.link else ()
                self.say(Text(f"[{number}] ", "bold green"), place, *link)


def spelled(date: datetime.date) -> str:
    """Return a date as a reader expects it, as "6 December 2018"."""
    return f"{date.day} {date:%B %Y}"


def _linked(url: str) -> Text:
    """Return an address that a terminal opens, if it is one that the gate lets pass whole."""
    opens = url == line(url) and url.startswith(("https://", "http://")) and not any(map(str.isspace, url))
    return Text(url, Style(color="cyan", link=url if opens else None))
