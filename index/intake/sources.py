"""Many sources -> corpus.db: each file or address is taken in by itself, so that a bad one does not stop the others."""

import math
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol
from urllib.parse import urlsplit

from corpus import Fetched, FetchError, NotModified, NotReachedError, SourceError, server_of, speaks_for, utf8
from index.database.corpus_db import CorpusStore
from index.database.fetches import Fetch
from index.intake.archives import Member, members
from index.intake.failures import failure_sentence
from index.intake.ingest import Raw, ingest, read_file
from index.intake.keep import Ingested
from index.intake.overrides import UNSAID, Overrides
from index.results import Phase, Progress, Step

_SHOWN_CHARS = 100


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a person handed over: its name, which is only shown, and the path where its bytes are."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Failed:
    """A source that could not be fetched or read, and the error. If not ``reached``, it was not even requested."""

    source: str
    error: str
    reached: bool = True


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the sources."""

    ingested: tuple[Ingested, ...]
    failed: tuple[Failed, ...]

    @property
    def changed(self) -> bool:
        """Whether the corpus has changed."""
        return any(source.status in ("added", "changed") for source in self.ingested)


IntakeSource = str | Upload


@dataclass(frozen=True, slots=True)
class _Rules:
    """How sources are taken in; `take_in` explains the fields."""

    overrides: Overrides
    hints: Mapping[str, Overrides]
    mirrors: frozenset[tuple[str, int]]
    force: bool
    revive: bool


class Fetches(Protocol):
    """Something that fetches the bytes at an address."""

    def fetch(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None, within_s: float = math.inf
    ) -> Fetched | NotModified:
        """Return the bytes, or that they have not changed.

        :param within_s: the most seconds that it may take.
        :raises FetchError: when they cannot be fetched.
        """


class PatientFetcher:
    """Stops asking a host after three slow failures in a row, so that a dead host costs seconds and not hours."""

    _FAILURES = 3
    _SLOW_S = 1.0

    def __init__(self, fetcher: Fetches) -> None:
        """Fetch with another fetcher."""
        self._fetcher = fetcher
        self._failures: Counter[str] = Counter()

    def fetch(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None, within_s: float = math.inf
    ) -> Fetched | NotModified:
        """Return the bytes at an address, or that they have not changed.

        :raises NotReachedError: when its host is not asked any more.
        :raises FetchError: when they cannot be fetched.
        """
        host = server_of(url) or url[:_SHOWN_CHARS]
        if self._failures[host] >= self._FAILURES:
            raise NotReachedError(f"{host} failed {self._FAILURES} times in a row and was left alone: try again later.")
        began = time.monotonic()
        try:
            answer = self._fetcher.fetch(url, etag=etag, last_modified=last_modified, within_s=within_s)
        except NotReachedError:
            raise
        except FetchError:
            slow = time.monotonic() - began > self._SLOW_S
            self._failures[host] = self._failures[host] + 1 if slow else 0
            raise
        self._failures[host] = 0
        return answer


OpenFetcher = Callable[[], AbstractContextManager[Fetches]]


def is_address(source: object) -> bool:
    """Tell whether a source is an address and not a file."""
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
    """Take in sources one after the other, and the files in zip archives. One that is given twice is taken in once.

    :param hints: what somebody else says about a source. It counts where the source says nothing.
    :param mirrors: hosts and ports of the administrator's own servers, which hold pages of other sites.
    :param force: whether doubts about a release do not count.
    :param revive: whether a withdrawn release comes back.
    """
    rules = _Rules(overrides, hints or {}, mirrors, force, revive)
    ingested: list[Ingested] = []
    failed: list[Failed] = []
    unique: list[IntakeSource | Member] = []
    for given in dict.fromkeys(sources):
        try:
            unique += _opened(given, overrides)
        except SourceError as error:
            failed.append(Failed(_shown(given), str(error)))
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
            except Exception as error:  # Any error of this source must not stop the others.
                name = _shown(source)
                failed.append(Failed(name, failure_sentence(name, error), not isinstance(error, NotReachedError)))
        progress(Step(Phase.FETCH, len(unique), len(unique)))
    return Taken(tuple(ingested), tuple(failed))


def _opened(source: IntakeSource, overrides: Overrides) -> Sequence[IntakeSource | Member]:
    """Return the files in a zip archive; any other source alone.

    :raises SourceError: when an archive cannot be read, or one title, date or address is given for several files in it.
    """
    if is_address(source):
        return [source]
    path = source.path if isinstance(source, Upload) else Path(source)
    files = members(path, _shown(source))
    if files is not None and len(files) > 1 and (overrides.url or overrides.title or overrides.date):
        raise SourceError(
            f"{_shown(source)} holds {len(files)} files: title, date and url say something of one release."
        )
    return [source] if files is None else files


def _shown(source: IntakeSource | Member) -> str:
    """Return what messages call a source."""
    if isinstance(source, Member):
        return utf8(source.shown)
    return utf8(source.name if isinstance(source, Upload) else source)


def _from_file(source: IntakeSource | Member) -> Raw:
    if isinstance(source, Member):
        return Raw(source.shown, PurePosixPath(source.name).name, source.read())
    if isinstance(source, Upload):
        name = Path(source.name.replace("\\", "/")).name or "a file without a name"
        return Raw(source.name, name, read_file(source.path))
    return Raw(source, Path(source).name, read_file(Path(source)))


def _from_address(store: CorpusStore, url: str, fetcher: Fetches, rules: _Rules) -> Ingested:
    """Fetch an address and take it in. Without overrides and force, it is fetched only if it has changed since."""
    before = store.fetches.fetched(url) if rules.overrides == UNSAID and not rules.force else None
    if before is None:
        answer = fetcher.fetch(url)
    else:
        answer = fetcher.fetch(url, etag=before.etag, last_modified=before.last_modified)
    if isinstance(answer, NotModified):
        return Ingested(url, "unchanged", before.release_id if before is not None else "")
    parts = urlsplit(answer.url)
    name = parts.path.rsplit("/", 1)[-1] or url
    mirror = (parts.hostname, parts.port) in rules.mirrors
    # After a redirect to another site, the hints are about another page.
    hints = rules.hints.get(url, UNSAID) if speaks_for(url, answer.url) else UNSAID
    raw = Raw(url, name, answer.data, answer.url, hints, mirror)
    ingested = ingest(store, raw, rules.overrides, force=rules.force, revive=rules.revive)
    if ingested.release_id and (answer.etag or answer.last_modified):
        store.fetches.remember(url, Fetch(answer.etag, answer.last_modified, ingested.release_id))
    return ingested
