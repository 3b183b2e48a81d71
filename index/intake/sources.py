"""Many sources -> corpus.db: each file or address is taken in by itself, so that a bad one does not stop the others."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path, PurePosixPath

from corpus import (
    NoTextError,
    NotReachedError,
    ProgramsRefusedError,
    SourceError,
    document_at,
    is_press_shell,
    saved_from,
    utf8,
)
from index.database.corpus_db import CorpusStore
from index.intake.addresses import Rules, from_address
from index.intake.archives import Member, members
from index.intake.failures import failure_sentence
from index.intake.ingest import Raw, ingest, read_file
from index.intake.keep import Ingested
from index.intake.overrides import Overrides
from index.intake.patient_fetcher import Fetches, OpenFetcher, PatientFetcher
from index.results import Phase, Progress, Step

_HEAD_BYTES = 16_384  # The address of a saved page is at its beginning.


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a person handed over: its name, which is only shown, and the path where its bytes are."""

    name: str
    path: Path


class Failing(StrEnum):
    """Why a source gave nothing, as far as that decides what becomes of it."""

    FAILED = "failed"
    """It could not be fetched or read."""
    REFUSED = "refused"
    """Its site refuses programs. A person may save the page and add the file."""
    TEXTLESS = "textless"
    """It has no text and will never have one."""
    UNREACHED = "unreached"
    """It was not even requested."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A source that gave nothing, and the error."""

    source: str
    error: str
    why: Failing = Failing.FAILED

    @property
    def reached(self) -> bool:
        """Whether it was requested."""
        return self.why is not Failing.UNREACHED


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
    policies: Mapping[str, frozenset[str]] | None = None,
    told: Callable[[IntakeSource, Ingested | Failed], None] | None = None,
    mirrors: frozenset[tuple[str, int]] = frozenset(),
    force: bool = False,
    revive: bool = True,
) -> Taken:
    """Take in sources one after the other, and the files in zip archives. One that is given twice is taken in once.

    :param hints: what somebody else says about a source. It counts where the source says nothing.
    :param policies: which documents of the press corner are wanted, as `Raw` takes it, by source.
    :param told: who is told what became of each source, right after it is known.
    :param mirrors: hosts and ports of the administrator's own servers, which hold pages of other sites.
    :param force: whether doubts about a release do not count.
    :param revive: whether a withdrawn release comes back.
    """
    rules = Rules(overrides, hints or {}, mirrors, force, revive, policies or {})
    outcomes: list[Ingested | Failed] = []

    def note(given: IntakeSource, outcome: Ingested | Failed) -> None:
        outcomes.append(outcome)
        if told is not None:
            told(given, outcome)

    unique: list[tuple[IntakeSource, IntakeSource | Member]] = []
    for given in dict.fromkeys(sources):
        try:
            unique += [(given, opened) for opened in _opened(given, overrides)]
        except SourceError as error:
            note(given, Failed(_shown(given), str(error)))
    with ExitStack() as stack:
        fetcher = cache(lambda: PatientFetcher(stack.enter_context(open_fetcher())))
        for done, (given, source) in enumerate(unique):
            progress(Step(Phase.FETCH, done, len(unique)))
            note(given, _outcome(store, source, fetcher, rules))
        progress(Step(Phase.FETCH, len(unique), len(unique)))
    return _taken_of(outcomes)


def _outcome(
    store: CorpusStore, source: IntakeSource | Member, fetcher: Callable[[], Fetches], rules: Rules
) -> Ingested | Failed:
    """Take in one source. Any error of it must not stop the others.

    :raises MeasuresError: when the error is not about the source.
    """
    try:
        raw = None if is_address(source) else _from_file(source)
        address = str(source) if raw is None else _address_of_shell(raw, rules.overrides)
        if raw is None or address is not None:
            return from_address(store, str(address), fetcher(), rules)
        return ingest(store, raw, rules.overrides, force=rules.force, revive=rules.revive)
    except Exception as error:
        name = _shown(source)
        return Failed(name, failure_sentence(name, error), _why(error))


def _taken_of(outcomes: Sequence[Ingested | Failed]) -> Taken:
    ingested = tuple(outcome for outcome in outcomes if isinstance(outcome, Ingested))
    return Taken(ingested, tuple(outcome for outcome in outcomes if isinstance(outcome, Failed)))


def _why(error: Exception) -> Failing:
    if isinstance(error, NotReachedError):
        return Failing.UNREACHED
    if isinstance(error, ProgramsRefusedError):
        return Failing.REFUSED
    return Failing.TEXTLESS if isinstance(error, NoTextError) else Failing.FAILED


def _address_of_shell(raw: Raw, overrides: Overrides) -> str | None:
    """Return the address of a page of the press corner that was saved without its text: the text is fetched then."""
    document = document_at(overrides.url or saved_from(raw.data[:_HEAD_BYTES].decode("utf-8", "replace")))
    return document.page if document is not None and is_press_shell(raw.data) else None


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
