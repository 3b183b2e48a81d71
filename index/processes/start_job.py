"""The job that begins a corpus: it follows what the starter list has on a subject, and reads it and its past."""

import datetime
from contextlib import closing, nullcontext
from dataclasses import dataclass

from corpus import FetchError, Subject, UnansweredError, server_of, starter, undone
from index.database.corpus_db import CorpusStore
from index.database.sources import SourceKind, SourceOptions
from index.intake.backfill import BackfilledSource, backfill
from index.intake.following import add_source
from index.intake.overrides import UNSAID
from index.intake.patient_fetcher import Fetches, PatientFetcher
from index.intake.polling import poll
from index.intake.sources import Failing, Taken, take_in
from index.processes.jobs import Added, Tools, note_refused, serve

_PROBED_HOSTS = 3
_MOST_READ = 2_000  # At a request a second they take half an hour. `sources backfill` goes on with the rest.


@dataclass(frozen=True, slots=True)
class Started:
    """What came of a subject: what was added, and what the sources that could not be read say."""

    subject: str
    added: Added
    unread: tuple[str, ...]
    waiting: int

    @property
    def kept(self) -> int:
        """How many releases are there now."""
        return sum(source.status in ("added", "changed", "unchanged") for source in self.added.taken.ingested)

    @property
    def quarantined(self) -> int:
        """How many were set aside."""
        return sum(source.status == "quarantined" for source in self.added.taken.ingested)

    @property
    def refused(self) -> int:
        """How many addresses were refused to programs."""
        return sum(failure.why is Failing.REFUSED for failure in self.added.taken.failed)

    @property
    def failed(self) -> int:
        """How many addresses gave nothing for another reason."""
        return len(self.added.taken.failed) - self.refused


@dataclass(frozen=True, slots=True)
class Start:
    """Follow the sources of a subject, and read its releases, what is new, and the past of its searches."""

    subject: str
    build: bool = True

    def run(self, tools: Tools) -> Started:
        """Run the job.

        :raises FetchError: when there is no network. The sources are followed all the same.
        """
        subject = next(each for each in starter().subjects if each.name == self.subject)
        urls = [feed.url for feed in subject.feeds]
        with undone("Not everything was added"), closing(tools.corpus()) as store:
            searches = _followed(tools, subject)
            with tools.open_fetcher() as opened:
                fetcher = PatientFetcher(opened)
                _check_network(fetcher, [*searches, *urls, *(release.url for release in subject.releases)])
                taken = [_releases(tools, store, subject, fetcher)]
                filled = _past(tools, store, fetcher, searches, subject.since)
                polled = poll(store, lambda: nullcontext(fetcher), tools.progress, tools.settings, urls)
            taken += [filled[1], polled.taken]
            changed = not store.history.is_built()
        errors = [*(source.error for source in filled[0]), *(source.error for source in polled.sources)]
        unread = [error for error in errors if error]
        ingested = tuple(source for part in taken for source in part.ingested)
        failed = tuple(failure for part in taken for failure in part.failed)
        added = serve(tools, Taken(ingested, failed), build=self.build, changed=changed)
        return Started(subject.title, added, tuple(unread), sum(source.waiting for source in filled[0]))


def _followed(tools: Tools, subject: Subject) -> list[str]:
    """Follow the sources of a subject. Return the addresses of the searches."""
    for feed in subject.feeds:
        add_source(tools.settings, feed.url, tools.by, kind=SourceKind.FEED, title=feed.title)
    return [
        add_source(
            tools.settings,
            "presscorner",
            tools.by,
            options=SourceOptions(types=search.types, words=search.words),
            title=search.title,
        )[0]
        for search in subject.searches
    ]


def _check_network(fetcher: Fetches, urls: list[str]) -> None:
    """Ask for one address of each of the first hosts.

    :raises FetchError: when none of these hosts answers.
    """
    by_host: dict[str | None, str] = {}
    for url in urls:
        by_host.setdefault(server_of(url), url)
    probed = list(by_host.values())[:_PROBED_HOSTS]
    for url in probed:
        try:
            fetcher.fetch(url)
        except UnansweredError:
            continue
        except FetchError:
            return
        return
    hosts = ", ".join(str(server_of(url)) for url in probed)
    raise FetchError(
        f"There is no network: none of {hosts} can be reached, so the sources are followed, but nothing was read: "
        "try again with a network."
    )


def _releases(tools: Tools, store: CorpusStore, subject: Subject, fetcher: Fetches) -> Taken:
    return take_in(
        store,
        [release.url for release in subject.releases],
        UNSAID,
        lambda: nullcontext(fetcher),
        tools.progress,
        mirrors=tools.settings.fetch_private,
        told=lambda source, outcome: note_refused(store, source, outcome),
    )


def _past(
    tools: Tools, store: CorpusStore, fetcher: Fetches, searches: list[str], since: datetime.date
) -> tuple[tuple[BackfilledSource, ...], Taken]:
    if not searches:
        return (), Taken((), ())
    done = backfill(
        store,
        lambda: nullcontext(fetcher),
        tools.progress,
        tools.settings,
        searches,
        since=since,
        limit=_MOST_READ,
    )
    return done.sources, done.taken
