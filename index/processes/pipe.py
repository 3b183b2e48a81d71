"""The messages between this program and the processes that it starts to work or to answer."""

import importlib
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corpus import MeasuresError, keep_in
from index.database.history import By
from index.results import Step
from index.settings import IndexSettings

if TYPE_CHECKING:
    from index.encoders.embedder import Embedder
    from index.processes.jobs import Job

DEFAULT_EMBEDDER = "index.encoders.embedder:SentenceTransformerEmbedder"


@dataclass(frozen=True, slots=True)
class Task:
    """A job, and what is needed to run it. ``embedder`` is as `make_embedder` takes it."""

    job: "Job[Any]"
    settings: IndexSettings
    by: By
    embedder: str


@dataclass(frozen=True, slots=True)
class Done:
    """The result of a job or a question."""

    result: Any


@dataclass(frozen=True, slots=True)
class Raised:
    """The error of a job or a question, to be raised in the process that asked."""

    error: Exception


@dataclass(frozen=True, slots=True)
class Logged:
    """A line for the log, which the other process keeps: its logger, its level, its text with any traceback."""

    logger: str
    level: int
    text: str


Message = Step | Done | Raised | Logged


def outcome(act: Callable[[], object]) -> Done | Raised:
    """Return the result or the error of a call. An error that is a bug carries its traceback as a note."""
    try:
        return Done(act())
    except Exception as error:
        if not isinstance(error, MeasuresError):
            error.add_note(traceback.format_exc())
        return Raised(error)


def make_embedder(maker: str, settings: IndexSettings) -> "Embedder":
    """Return the embedder of the model that the settings name, in a process that is to keep its files where they say.

    :param maker: what makes it, as ``module:name``; tests name their own.
    """
    keep_in(settings.cache_dir)
    module, _, name = maker.partition(":")
    embedder: Embedder = getattr(importlib.import_module(module), name)(settings.model, settings.cache_dir)
    return embedder
