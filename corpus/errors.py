"""All errors of the program, as one tree.

MeasuresError
├── SettingsError       a setting is missing or invalid
├── QuestionError       a question that cannot be asked in this form
├── TooSlowError        a question that took the engine too long
├── FilterError         a filter that matches nothing, or an invalid date
├── SourceError         a source that cannot become a release
├── FetchError          an address that may not be requested, or whose answer is unusable
├── FeedError           an answer that is no feed
├── UnknownReleaseError a release id that the corpus does not hold
├── UnknownEntryError   a number that is not in quarantine, or an unknown feed
├── ModelError          an embedding model that is missing or not the expected one
├── GenerationError     a generation that is missing, damaged or does not fit the settings
│   └── UnbuiltError    nothing can be served before an index is built: there is none, or it does not fit
│       └── OutdatedError  the index is of another program version; it is served until a new one is built
├── BuildRunningError   another build holds the lock
├── BotRunningError     another bot uses the data folder
├── GateError           a new generation that did not pass the gates
├── WorkerError         the process that builds ended before its work was done
├── StorageError        the data folder cannot be read or written
└── DiscordError        Discord refuses the bot

The core raises these and never prints. Every message is one sentence that says what happened and what to do.
Expected outcomes ("unchanged", "not found") are values, not errors.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

_REMEDY = ": run `measures index build`."


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


class FetchError(MeasuresError):
    """An address may not be requested, or its answer is unusable."""


class FeedError(MeasuresError):
    """What an address answers is no feed."""


class UnknownReleaseError(MeasuresError):
    """A release id names no release of the corpus."""


class UnknownEntryError(MeasuresError):
    """A number matches nothing in quarantine, or an address matches no known feed."""


class ModelError(MeasuresError):
    """An embedding model is missing or is not the expected one."""


class GenerationError(MeasuresError):
    """A generation is missing, damaged or does not fit the settings."""


class UnbuiltError(GenerationError):
    """Nothing can be served before an index is built: there is none, or this program or its model cannot use it."""

    def __init__(self, reason: str) -> None:
        """Take the reason as a clause that begins a sentence."""
        super().__init__(f"{reason.removesuffix(_REMEDY)}{_REMEDY}")

    @property
    def reason(self) -> str:
        """The reason, without the advice."""
        return str(self).removesuffix(_REMEDY)


class OutdatedError(UnbuiltError):
    """The served index was made by another version of the program; it is served until a new one is built."""


class BuildRunningError(MeasuresError):
    """Another build holds the lock."""


class BotRunningError(MeasuresError):
    """Another bot uses the data folder."""


class GateError(MeasuresError):
    """A new generation did not pass the gates, so it is not served."""


class WorkerError(MeasuresError):
    """The process that builds ended before its work was done."""


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


class DiscordError(MeasuresError):
    """Discord refuses the bot."""
