"""What sources announce -> releases: each announcement is taken in once, and told to all sources that have it."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from itertools import zip_longest

from corpus import speaks_for
from index.database.announcements import BY_HAND, Announcement
from index.database.corpus_db import CorpusStore
from index.database.sources import FollowedSource
from index.intake.keep import Ingested
from index.intake.overrides import UNSAID, Overrides
from index.intake.patient_fetcher import Fetches
from index.intake.sources import Failed, IntakeSource, Taken, is_address, take_in
from index.results import Progress

Told = Callable[[str, Announcement, "Ingested | Failed"], None]
"""Who is told what became of an announcement of a source."""


def read_announcements(
    store: CorpusStore,
    announced: Sequence[tuple[FollowedSource, Sequence[Announcement]]],
    fetcher: Fetches,
    progress: Progress,
    *,
    mirrors: frozenset[tuple[str, int]],
    told: Told,
) -> tuple[dict[str, list[Ingested | Failed]], Taken]:
    """Take in what sources announce, one of each source in turn, so that the pause of a host serves the others.

    :param mirrors: as `take_in` takes it.
    :return: what became of the announcements of each source, and of all of them.
    """
    rounds = zip_longest(*(entries for _, entries in announced))
    urls = list(dict.fromkeys(entry.url for turn in rounds for entry in turn if entry is not None))
    holders: defaultdict[str, list[tuple[str, Announcement]]] = defaultdict(list)
    for source, entries in announced:
        for entry in dict.fromkeys(entries):
            holders[entry.url].append((source.url, entry))
    outcomes: dict[str, list[Ingested | Failed]] = {source.url: [] for source, _ in announced}

    def tell(given: IntakeSource, outcome: Ingested | Failed) -> None:
        for source_url, entry in holders[str(given)]:
            outcomes[source_url].append(outcome)
            told(source_url, entry, outcome)

    taken = take_in(
        store,
        urls,
        UNSAID,
        lambda: nullcontext(fetcher),
        progress,
        hints=_hints(announced),
        policies=_policies(announced),
        told=tell,
        mirrors=mirrors,
        revive=False,
    )
    return outcomes, taken


def _hints(announced: Sequence[tuple[FollowedSource, Sequence[Announcement]]]) -> dict[str, Overrides]:
    """Return what sources say about pages. A source gives no hints about a page of another site."""
    return {
        entry.url: Overrides(title=entry.title or None, date=entry.date)
        for source, entries in announced
        for entry in entries
        if is_address(entry.url) and source.url != BY_HAND and speaks_for(source.url, entry.url)
    }


def _policies(announced: Sequence[tuple[FollowedSource, Sequence[Announcement]]]) -> dict[str, frozenset[str]]:
    """Return which policies documents must have. What one source wants without any is wanted."""
    wanted: dict[str, frozenset[str]] = {}
    for source, entries in announced:
        codes = frozenset(source.options.policies)
        for entry in entries:
            known = wanted.get(entry.url, codes)
            wanted[entry.url] = known | codes if known and codes else frozenset()
    return wanted
