"""The parent's side of a worker: it starts one, hears how far it is, and says in one sentence when it died."""

import logging
import os
import signal
import subprocess
import sys
import tempfile
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any, TypeVar

from corpus import WorkerError, child_environment
from index.database.corpus_db import By
from index.processes.jobs import Job
from index.processes.pipe import Logged, Message, Raised, Task
from index.results import Progress, Step
from index.settings import IndexSettings

log = logging.getLogger(__name__)
DEFAULT_EMBEDDER = "index.encoders.embedder:SentenceTransformerEmbedder"
_ROOT = Path(__file__).parents[2]
_STDERR_CHARS = 4_000

Result = TypeVar("Result")


class ChildProcess:
    """Runs jobs in processes of their own, one process a job, so that whoever answers meanwhile is not held up."""

    def __init__(self, settings: IndexSettings, embedder: str = DEFAULT_EMBEDDER) -> None:
        """Say which settings count.

        :param embedder: what makes the embedder of the model's name, as ``module:name``; tests name their own.
        """
        self._settings = settings
        self._embedder = embedder

    def run(self, job: Job[Result], by: By, progress: Progress) -> Result:
        """Run a job and return what it gives.

        :raises MeasuresError: whatever the job raises.
        :raises WorkerError: when the process ends before the job does.
        """
        ours, theirs = Pipe()
        with ours, tempfile.TemporaryFile() as stderr:
            with theirs:
                process = _start(theirs, stderr)
            try:
                ours.send(Task(job, self._settings, by, self._embedder))
                result: Result = _hear(ours, progress)
                return result
            except (EOFError, OSError) as error:
                raise WorkerError(_epitaph(process.wait(), stderr)) from error
            finally:
                process.kill()
                process.wait()


def start_module(
    module: str, theirs: "Connection[Any, Any]", *, stderr: IO[bytes] | None = None, **environment: str
) -> subprocess.Popen[bytes]:
    """Start a module as a process that imports what this one does, with one end of a pipe as its argument."""
    path = os.pathsep.join([str(_ROOT), *(path for path in sys.path if path)])
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module, str(theirs.fileno())],
        pass_fds=[theirs.fileno()],
        env=child_environment(PYTHONPATH=path, TOKENIZERS_PARALLELISM="false", **environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=stderr,
        start_new_session=True,  # Ctrl-C is for the parent, whose end the process notices
    )


def _start(theirs: "Connection[Message, Task]", stderr: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start a worker that leaves a core to whoever answers."""
    threads = str(max(1, (os.cpu_count() or 2) - 1))
    return start_module(
        "index.processes.worker", theirs, stderr=stderr, OMP_NUM_THREADS=threads, MKL_NUM_THREADS=threads
    )


def _hear(ours: "Connection[Task, Message]", progress: Progress) -> Any:  # noqa: ANN401
    while True:
        message = ours.recv()
        if isinstance(message, Step):
            progress(message)
        elif isinstance(message, Logged):
            logging.getLogger(message.logger).log(message.level, "%s", message.text)
        elif isinstance(message, Raised):
            raise message.error
        else:
            return message.result


def _epitaph(status: int, stderr: IO[bytes]) -> str:
    """Say in a sentence how a worker ended; what it wrote last goes to the log."""
    stderr.seek(0)
    log.info("the worker ended with %s: %s", status, stderr.read().decode("utf-8", "replace")[-_STDERR_CHARS:])
    if status < 0:
        how = f"was ended by signal {-status} ({signal.Signals(-status).name})"
    else:
        how = f"ended unexpectedly with status {status}"
    return (
        f"The process that does the work {how}: what is served stays as it was, what was kept is kept; run it again, "
        "and see with `measures --verbose …` what it said last."
    )
