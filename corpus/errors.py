"""All errors of the program, as one tree.

MeasuresError
├── SettingsError       a setting is missing or invalid
├── QuestionError       a question that cannot be asked in this form
├── TooSlowError        a question that took the engine too long
├── FilterError         a filter that matches nothing, or an invalid date
├── SourceError         a source that cannot become a release
│   └── NoTextError     a source that has no text, and will never have one
├── FetchError          an address that may not be requested, or whose answer is unusable
│   ├── UnansweredError  an address whose host cannot be reached
│   └── ProgramsRefusedError   a site that gives its pages to people with a browser, and to no program
│       └── ClosedToRobotsError   an address that the host's robots.txt closes to programs
├── FeedError           what announces nothing that can be read: no feed, sitemap or list of the press corner
├── UnknownReleaseError a release id that the corpus does not hold
├── UnknownEntryError   a number that is not in quarantine, a source that is not followed, or what is no id
├── ModelError          an embedding model that is missing or not the expected one
├── GenerationError     a generation that is missing, damaged or does not fit the settings
│   └── UnbuiltError    nothing can be served before an index is built: there is none, or it does not fit
│       └── OutdatedError  the index is of another program version; it is served until a new one is built
├── HeldError           another process holds a lock
│   └── BuildRunningError   a build runs on the data folder
├── GateError           a new generation that did not pass the gates
├── ArchiveError        a backup that cannot be made or restored, or an archive that is none
├── WorkerError         a process of this program cannot be started, or ended before its work was done
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
    """The root of all errors that the program reports to a person in a sentence instead of a traceback.

    ``template`` is the sentence with ``{names}`` for ``values``, so that a surface can translate it.
    """

    def __init__(self, template: str, **values: object) -> None:
        """Take the sentence and the values for the names in it; without values the sentence is used unchanged."""
        super().__init__(template.format(**values) if values else template)
        self.template = template
        self.values = values


class SettingsError(MeasuresError):
    """A setting is missing or invalid."""


class QuestionError(MeasuresError):
    """A question cannot be asked in this form."""


class TooSlowError(MeasuresError):
    """A question took the engine longer than the limit."""


class FilterError(MeasuresError):
    """A filter matches nothing or more than one thing, or has an invalid date."""


class SourceError(MeasuresError):
    """A source cannot become a release."""


class NoTextError(SourceError):
    """A source has no text and will never have one, so it is not worth trying again."""


class FetchError(MeasuresError):
    """An address may not be requested, or its answer is unusable."""


class UnansweredError(FetchError):
    """The host of an address cannot be reached, as none can without a network."""


class ProgramsRefusedError(FetchError):
    """A site gives its pages to people with a browser, and to no program. A person can save a page and add the file.

    ``how`` says what the site does, as it follows the address in the sentence.
    """

    def __init__(self, url: str, how: str) -> None:
        """Take the address, and how the site refuses programs."""
        super().__init__(
            f"{url}{how}: open the page in a browser, save it (HTML, MHTML or PDF) and add the file with --url."
        )
        self.args = (url, how)  # Unpickling in another process calls the constructor with these.
        self.how = how

    def __str__(self) -> str:
        """Return the sentence."""
        return self.template


class ClosedToRobotsError(ProgramsRefusedError):
    """The robots.txt of a host closes an address to programs. The address was not asked for."""

    def __init__(self, url: str, how: str = " is closed to robots by the host's robots.txt") -> None:
        """Take the address."""
        super().__init__(url, how)


class FeedError(MeasuresError):
    """What an address answers is no feed, no sitemap and no list of the press corner."""


class UnknownReleaseError(MeasuresError):
    """A release id names no release of the corpus."""


class UnknownEntryError(MeasuresError):
    """A number is not in quarantine, an address is no source that is followed, or a text is no id of an answer."""


class ModelError(MeasuresError):
    """An embedding model is missing or is not the expected one."""


class GenerationError(MeasuresError):
    """A generation is missing, damaged or does not fit the settings."""


class UnbuiltError(GenerationError):
    """Nothing can be served before an index is built: there is none, or this program or its model cannot use it.

    ``reason`` says why, as a clause that begins a sentence.
    """

    def __init__(self, reason: str) -> None:
        """Take the reason."""
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        """Return one sentence: the reason, and what to do."""
        return f"{self.reason}: run `measures index build`."


class OutdatedError(UnbuiltError):
    """The served index was made by another version of the program; it is served until a new one is built."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock, what for, and since when (ISO 8601). All are empty when the lock has no note beside it."""

    who: str = ""
    what: str = ""
    since: str = ""

    def __str__(self) -> str:
        """Return what is known, in brackets after a space."""
        since = f"since {self.since}" if self.since else ""
        known = ", ".join(filter(None, (self.who, self.what, since)))
        return f" ({known})" if known else ""


class HeldError(MeasuresError):
    """Another process, the ``holder``, holds a lock. Subclasses say what runs there and what a person can do."""

    running: ClassVar[str]
    advice: ClassVar[str]

    def __init__(self, holder: Holder) -> None:
        """Take who holds the lock."""
        super().__init__(self.running)
        self.args = (holder,)  # Unpickling in another process calls the constructor with these.
        self.holder = holder

    @property
    def reason(self) -> str:
        """What runs, started by whom, what for and since when, as a clause that begins a sentence."""
        return f"{self.running}{self.holder}"

    def __str__(self) -> str:
        """Return one sentence: what runs, and what to do."""
        return f"{self.reason}: {self.advice}"


class BuildRunningError(HeldError):
    """A build runs on the data folder."""

    running = "Another build is running on this data folder"
    advice = "wait for it to end and try again."


class GateError(MeasuresError):
    """A new generation did not pass the gates, so it is not served."""


class ArchiveError(MeasuresError):
    """A backup cannot be made or restored as asked, or an archive is no backup or is damaged."""


class WorkerError(MeasuresError):
    """A process of this program cannot be started, or ended before its work was done."""


class Fault(StrEnum):
    """Why the data folder cannot be read or written."""

    FULL = "full"
    READ_ONLY = "read-only"
    UNREADABLE = "unreadable"
    BUSY = "busy"
    DAMAGED = "damaged"
    AWAY = "away"
    REFUSED = "refused"
    """A value cannot be kept, and nothing is wrong with what keeps it."""
    OTHER = "other"


class StorageError(MeasuresError):
    """The data folder cannot be read or written.

    ``why`` is a clause that says what happened and what to do. ``undone``, such as "Nothing was erased", says what was
    not done, with ``{names}`` for ``values``. The caller that began the action sets it (`undone`), and a surface
    translates both.
    """

    def __init__(self, why: str, fault: Fault = Fault.OTHER) -> None:
        """Take what happened, and the kind of fault."""
        super().__init__(why)
        self.fault = fault
        self.undone = ""

    def __str__(self) -> str:
        """Return one sentence: what was not done, why, and what to do."""
        why = str(self.args[0])
        return f"{self.undone.format(**self.values)}: {why}" if self.undone else why[:1].upper() + why[1:]


@contextmanager
def undone(clause: str, **values: object) -> Iterator[None]:
    """Add to a `StorageError` from the block what was not done, unless an inner block has said so already.

    :raises StorageError: the same error, with the clause.
    """
    try:
        yield
    except StorageError as error:
        if not error.undone:
            error.undone, error.values = clause, values
        raise
