"""Everything that can go wrong, as one tree.

MeasuresError
├── SettingsError       a setting is missing or makes no sense
├── QuestionError       a question that cannot be asked as it stands
├── TooSlowError        a question that the engine was at for too long
├── FilterError         a filter that names nothing, or a date that is none
├── SourceError         a source that cannot become a release
├── FetchError          an address that may not be asked for, or whose answer is of no use
├── FeedError           an answer that is no feed
├── UnknownReleaseError a release id that the corpus does not hold
├── UnknownEntryError   a number that is not in quarantine, or a feed that is not kept
├── ModelError          an embedding model that is missing or not the expected one
├── GenerationError     a generation that is missing, damaged or does not fit the settings
│   └── UnbuiltError    nothing can be served before an index is built: none is there, or one that does not fit
│       └── OutdatedError  what is served was cut by another program; it is served until a new one is built
├── HeldError           another process holds a lock
│   └── BuildRunningError   a build runs on the data folder
├── GateError           a new generation that is not good enough to be served
├── WorkerError         the process that builds has ended before its work was done
└── StorageError        the data folder cannot be read or written

The core raises these and never prints. Every message is one sentence that says what happened and what to do.
Expected outcomes ("unchanged", "not found") are values, not errors.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class MeasuresError(Exception):
    """The root: whatever the program reports to a person instead of a traceback.

    ``template`` is the sentence with ``{names}`` for ``values``, so that a surface can say it in another language.
    """

    def __init__(self, template: str, **values: object) -> None:
        """Take the sentence, and what is filled in where it has names; without values it is taken as it stands."""
        super().__init__(template.format(**values) if values else template)
        self.template = template
        self.values = values


class SettingsError(MeasuresError):
    """A setting is missing or makes no sense."""


class QuestionError(MeasuresError):
    """A question cannot be asked as it stands."""


class TooSlowError(MeasuresError):
    """A question took the engine longer than any should."""


class FilterError(MeasuresError):
    """A filter names nothing that exists, more than one thing, or a date that is none."""


class SourceError(MeasuresError):
    """A source cannot become a release."""


class FetchError(MeasuresError):
    """An address may not be asked for, or its answer is of no use."""


class FeedError(MeasuresError):
    """What an address answers is no feed."""


class UnknownReleaseError(MeasuresError):
    """A release id names no release of the corpus."""


class UnknownEntryError(MeasuresError):
    """A number names nothing in quarantine, or an address no feed that is kept."""


class ModelError(MeasuresError):
    """An embedding model is missing or is not the expected one."""


class GenerationError(MeasuresError):
    """A generation is missing, damaged or does not fit the settings."""


class UnbuiltError(GenerationError):
    """Nothing can be served before an index is built: there is none, or this program or its model cannot use it.

    ``reason`` says why, as a clause that begins a sentence.
    """

    def __init__(self, reason: str) -> None:
        """Take why."""
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        """Return one sentence: why, and what to do."""
        return f"{self.reason}: run `measures index build`."


class OutdatedError(UnbuiltError):
    """What is served was cut by another program; it can be served until a new one is built."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock, what for, and since when (ISO 8601). All are empty where nothing is written beside the lock."""

    who: str = ""
    what: str = ""
    since: str = ""

    def __str__(self) -> str:
        """Return what is known, in brackets after a space."""
        since = f"since {self.since}" if self.since else ""
        known = ", ".join(filter(None, (self.who, self.what, since)))
        return f" ({known})" if known else ""


class HeldError(MeasuresError):
    """Another process, the ``holder``, holds a lock. A subclass says what runs there, and what a person can do."""

    running: ClassVar[str]
    advice: ClassVar[str]

    def __init__(self, holder: Holder) -> None:
        """Take who holds the lock."""
        super().__init__(self.running)
        self.args = (holder,)  # what it is made of again in another process
        self.holder = holder

    @property
    def reason(self) -> str:
        """What runs, by whom, what for and since when, as a clause that begins a sentence."""
        return f"{self.running}{self.holder}"

    def __str__(self) -> str:
        """Return one sentence: what runs, and what to do."""
        return f"{self.reason}: {self.advice}"


class BuildRunningError(HeldError):
    """A build runs on the data folder."""

    running = "Another build is running on this data folder"
    advice = "wait for it to end and try again."


class GateError(MeasuresError):
    """A new generation is not good enough to be served."""


class WorkerError(MeasuresError):
    """The process that builds has ended before its work was done."""


class Fault(StrEnum):
    """Why the data folder cannot be read or written."""

    FULL = "full"
    READ_ONLY = "read-only"
    UNREADABLE = "unreadable"
    BUSY = "busy"
    DAMAGED = "damaged"
    OTHER = "other"


class StorageError(MeasuresError):
    """The data folder cannot be read or written.

    ``why`` is a clause on what happened and what to do. ``undone``, as "Nothing was erased", is what was not done, with
    ``{names}`` for ``values``; whoever began the act says it (`undone`), and a surface says both in its language.
    """

    def __init__(self, why: str, fault: Fault = Fault.OTHER) -> None:
        """Take what happened, and which fault that is."""
        super().__init__(why)
        self.fault = fault
        self.undone = ""

    def __str__(self) -> str:
        """Return one sentence: what was not done, why, and what to do."""
        why = str(self.args[0])
        return f"{self.undone.format(**self.values)}: {why}" if self.undone else why[:1].upper() + why[1:]


@contextmanager
def undone(clause: str, **values: object) -> Iterator[None]:
    """Let an error of the data folder say what was not done, unless what was going on within has said it already.

    :raises StorageError: the same, with the clause.
    """
    try:
        yield
    except StorageError as error:
        if not error.undone:
            error.undone, error.values = clause, values
        raise
