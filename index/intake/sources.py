"""Many sources -> corpus.db: files are read, addresses fetched, each by itself, so that no bad one stops the others."""

import math
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from corpus import Fetched, FetchError, NotModified, NotReachedError, host_of, speaks_for, utf8
from index.database.corpus_db import CorpusStore
from index.database.fetches import Fetch
from index.intake.failures import mishap
from index.intake.ingest import Raw, ingest, read_file
from index.intake.keep import Ingested
from index.intake.overrides import UNSAID, Overrides
from index.results import Phase, Progress, Step

_SHOWN_CHARS = 100


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was handed over: the name it came with, which is only ever shown, and where its bytes are."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Failed:
    """A source that could not be had or read, and why; one that was not ``reached`` was not even asked for."""

    source: str
    error: str
    reached: bool = True


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of sources."""

    ingested: tuple[Ingested, ...]
    failed: tuple[Failed, ...]

    @property
    def changed(self) -> bool:
        """Whether the corpus is not what it was."""
        return any(source.status in ("added", "changed") for source in self.ingested)


IntakeSource = str | Upload


@dataclass(frozen=True, slots=True)
class _Rules:
    """How sources are taken in; see `take_in`."""

    overrides: Overrides
    hints: Mapping[str, Overrides]
    mirrors: frozenset[tuple[str, int]]
    force: bool
    revive: bool


class Fetches(Protocol):
    """What gets the bytes at an address."""

    def fetch(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None, within_s: float = math.inf
    ) -> Fetched | NotModified:
        """Get them, or hear that they are what they were.

        :param within_s: how long that may take at most.
        :raises FetchError: when they cannot be had.
        """


class PatientFetcher:
    """Leaves a host alone that failed three times in a row and slowly, so that a dead one costs seconds, not hours."""

    _FAILURES = 3
    _SLOW_S = 1.0

    def __init__(self, fetcher: Fetches) -> None:
        """Fetch with another fetcher."""
        self._fetcher = fetcher
        self._failures: Counter[str] = Counter()

    def fetch(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None, within_s: float = math.inf
    ) -> Fetched | NotModified:
        """Get the bytes at an address, or hear that they are what they were.

        :raises NotReachedError: when its host is left alone.
        :raises FetchError: when they cannot be had.
        """
        host = host_of(url) or url[:_SHOWN_CHARS]
        if self._failures[host] >= self._FAILURES:
            raise NotReachedError(f"{host} failed {self._FAILURES} times in a row and was left alone: try again later.")
        began = time.monotonic()
        try:
            found = self._fetcher.fetch(url, etag=etag, last_modified=last_modified, within_s=within_s)
        except NotReachedError:
            raise
        except FetchError:
            slow = time.monotonic() - began > self._SLOW_S
            self._failures[host] = self._failures[host] + 1 if slow else 0
            raise
        self._failures[host] = 0
        return found


OpenFetcher = Callable[[], AbstractContextManager[Fetches]]


def is_address(source: IntakeSource) -> bool:
    """Tell whether a source is an address, not a file."""
    return isinstance(source, str) and source.lower().startswith(("http:", "https:"))


def take_in(
    store: CorpusStore,
    sources: Sequence[IntakeSource],
    overrides: Overrides,
    open_fetcher: OpenFetcher,
    progress: Progress,
    *,
    hints: Mapping[str, Overrides] | None = None,
    mirrors: frozenset[tuple[str, int]] = frozenset(),
    force: bool = False,
    revive: bool = True,
) -> Taken:
    """Take sources in one after the other; the same source given twice is taken once.

    :param hints: what somebody else says of a source; it counts where the source says nothing.
    :param mirrors: hosts and ports of one's own, which hold other sites' pages.
    :param force: whether doubts about a release do not count.
    :param revive: whether what was withdrawn comes back.
    """
    rules = _Rules(overrides, hints or {}, mirrors, force, revive)
    ingested: list[Ingested] = []
    failed: list[Failed] = []
    unique = list(dict.fromkeys(sources))
    with ExitStack() as stack:
        fetcher: Fetches | None = None
        for done, source in enumerate(unique):
            progress(Step(Phase.FETCH, done, len(unique)))
            try:
                if is_address(source):
                    fetcher = fetcher or PatientFetcher(stack.enter_context(open_fetcher()))
                    ingested.append(_from_address(store, str(source), fetcher, rules))
                else:
                    ingested.append(ingest(store, _from_file(source), overrides, force=force, revive=revive))
            except Exception as error:  # whatever it is, it is of this source and stops no other
                name = utf8(source.name if isinstance(source, Upload) else source)
                failed.append(Failed(name, mishap(name, error), not isinstance(error, NotReachedError)))
        progress(Step(Phase.FETCH, len(unique), len(unique)))
    return Taken(tuple(ingested), tuple(failed))


def _from_file(source: IntakeSource) -> Raw:
    if isinstance(source, Upload):
        name = Path(source.name.replace("\\", "/")).name or "a file without a name"
        return Raw(source.name, name, read_file(source.path))
    return Raw(source, Path(source).name, read_file(Path(source)))


def _from_address(store: CorpusStore, url: str, fetcher: Fetches, rules: _Rules) -> Ingested:
    """Fetch an address, only where it has changed since, unless there is something new to say of it."""
    before = store.fetches.fetched(url) if rules.overrides == UNSAID and not rules.force else None
    if before is None:
        found = fetcher.fetch(url)
    else:
        found = fetcher.fetch(url, etag=before.etag, last_modified=before.last_modified)
    if isinstance(found, NotModified):
        return Ingested(url, "unchanged", before.release_id if before is not None else "")
    parts = urlsplit(found.url)
    name = parts.path.rsplit("/", 1)[-1] or url
    mirror = (parts.hostname, parts.port) in rules.mirrors
    hints = rules.hints.get(url, UNSAID) if speaks_for(url, found.url) else UNSAID  # of another page than this
    raw = Raw(url, name, found.data, found.url, hints, mirror)
    kept = ingest(store, raw, rules.overrides, force=rules.force, revive=rules.revive)
    if kept.release_id and (found.etag or found.last_modified):
        store.fetches.remember(url, Fetch(found.etag, found.last_modified, kept.release_id))
    return kept
