"""Runs jobs in worker processes, passes on their progress, and says in one sentence how a worker died."""

import logging
import os
from typing import Any, TypeVar

from corpus import ChildProcess, ExitReport, WorkerError
from index.database.history import By
from index.encoders.libraries import bound_kernels
from index.processes.jobs import Job
from index.processes.pipe import DEFAULT_EMBEDDER, Logged, Raised, Task
from index.results import Progress, Step
from index.settings import IndexSettings

log = logging.getLogger(__name__)

Result = TypeVar("Result")
# A build embeds its texts by length, the longest first, so that a length does not come back.
_KERNELS = 16


class JobProcess:
    """Runs jobs in processes of their own, one process a job, so that whoever answers meanwhile is not held up."""

    def __init__(self, settings: IndexSettings, embedder: str = DEFAULT_EMBEDDER) -> None:
        """Take the settings of the jobs.

        :param embedder: what makes the embedder, as `make_embedder` takes it.
        """
        self._settings = settings
        self._embedder = embedder

    def run(self, job: Job[Result], by: By, progress: Progress) -> Result:
        """Run a job and return what it gives.

        :raises MeasuresError: whatever the job raises.
        :raises WorkerError: when the process ends before the job does.
        """
        child = ChildProcess("index.processes.worker", worker_environment())
        try:
            child.pipe.send(Task(job, self._settings, by, self._embedder))
            result: Result = _hear(child, progress)
            return result
        except (EOFError, OSError) as error:
            raise WorkerError(_sentence(child.exit_report())) from error
        finally:
            child.end()


def worker_environment() -> dict[str, str]:
    """Return the variables that a worker has beside those of this process: for its threads and its memory."""
    threads = str(max(1, (os.cpu_count() or 2) - 1))  # a core is left to whoever answers
    return {"OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads, **bound_kernels(_KERNELS)}


def _hear(child: ChildProcess, progress: Progress) -> Any:  # noqa: ANN401
    """Pass on what the job says of itself until it is done, and return its result."""
    while True:
        message = child.pipe.recv()
        if isinstance(message, Step):
            progress(message)
        elif isinstance(message, Logged):
            logging.getLogger(message.logger).log(message.level, "%s", message.text)
        elif isinstance(message, Raised):
            raise message.error
        else:
            return message.result


def _sentence(exit_report: ExitReport) -> str:
    """Say in a sentence how a worker ended; what it wrote last goes to the log."""
    log.info("the worker ended with %s: %s", exit_report.status, exit_report.stderr)
    if exit_report.signal is not None:
        how = f"was ended by signal {exit_report.signal.value} ({exit_report.signal.name})"
    else:
        how = f"ended unexpectedly with status {exit_report.status}"
    return (
        f"The process that does the work {how}: what is served stays as it was, what was kept is kept; run it again, "
        "and see with `measures --verbose …` what it said last."
    )
