"""A backfill of the press corner that is killed again and again: its pace, its memory, and what it reads twice.

    python -m tests.bench.backfill [--documents 1000] [--kills 10] [--delay 0.05]

A press corner on loopback has the documents, one in fifty of them without a text. The command reads them, in its own
processes, and is killed with all of these at random moments until the kills are used up. The pace is measured where
it matters, at the server: from before an answer is sent to the arrival of the next request.
"""

import argparse
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import psutil

import index
from index.processes.job_process import worker_environment
from index.settings import IndexSettings
from tests.bench.memory import MB, Memory
from tests.bench.timing import line
from tests.corpus.servers import Handler, Request, Server, missing
from tests.pages import paragraphs
from tests.press_corner import ROOT, PressCorner

_DAYS = ("2025-11-15", "2025-12-01", "2026-01-20")
_SOURCES = [sys.executable, "-c", "from bot.cli.main import main; main()", "sources"]
# The model at work: it embeds passages of the documents, in a process that has the threads of a worker.
_BARE = """
import sys
from index.encoders.embedder import SentenceTransformerEmbedder
from tests.pages import paragraphs
texts = [paragraph for number in range(int(sys.argv[1])) for paragraph in paragraphs(number, 4)]
SentenceTransformerEmbedder().encode_document(texts, print)
"""
_BARE_DOCUMENTS, _READINGS = 48, 3
_LIVES_S = (2.0, 20.0)  # How long the command runs before it is killed.


class Pauses(dict[str, Handler]):
    """What a server answers, with the pauses before requests noted."""

    def __init__(self, handlers: dict[str, Handler]) -> None:
        """Answer as other handlers do."""
        super().__init__()
        self.seconds: list[float] = []
        self._handlers = handlers
        self._answered: float | None = None

    def get(self, path: str, otherwise: object = None) -> Handler:
        """Return the handler of a path."""
        handler = self._handlers.get(path) or missing

        def noting(request: Request) -> None:
            if self._answered is not None:
                self.seconds.append(time.monotonic() - self._answered)
            start = request.start

            def answering(status: str = "200 OK", **headers: str) -> None:
                self._answered = time.monotonic()
                start(status, **headers)

            request.start = answering  # type: ignore[method-assign]
            handler(request)

        return noting


def publish(corner: PressCorner, documents: int) -> None:
    """Fill a press corner."""
    for number in range(documents):
        kind = "FS" if number % 50 == 0 else "IP"
        reference = corner.publish(number, kind=kind, day=_DAYS[number % 3])
        text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs(number, 4))
        content = corner.documents[reference, "en"]["docuLanguageResource"]
        assert isinstance(content, dict)
        content |= {"title": " ".join(text.split()[2:9]), "htmlContent": text}
        if kind == "FS":
            corner.textless.add(reference)


def ended(command: list[str], environment: dict[str, str], memory: Memory, within_s: float | None = None) -> bool:
    """Run a command, and kill it with all its processes after a while. Tell whether it ended by itself."""
    devnull = subprocess.DEVNULL
    with (
        subprocess.Popen(command, env=environment, stdout=devnull, stderr=devnull) as process,
        memory.of(process.pid),
    ):
        with suppress(subprocess.TimeoutExpired):
            process.wait(within_s)
            return True
        below = psutil.Process(process.pid).children(recursive=True)
        for pid in (process.pid, *(child.pid for child in below)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    return False


def bare_model(environment: dict[str, str]) -> int:
    """Return the most memory that the model at work takes, in bytes."""
    measured = Memory()
    ended([sys.executable, "-c", _BARE, str(_BARE_DOCUMENTS)], environment | worker_environment(), measured)
    return measured.most[False]


def bench(site: Server, corner: PressCorner, folder: Path, kills: int, delay_s: float) -> None:
    """Read all of the press corner, and print what that took."""
    settings = {"DATA_DIR": str(folder), "FETCH_PRIVATE": f"127.0.0.1:{site.port}", "FETCH_DELAY": str(delay_s)}
    environment = os.environ | {f"MEASURES_{name}": value for name, value in settings.items()}
    subprocess.run([*_SOURCES, "add", site.url(f"{ROOT}/")], env=environment, check=True, stdout=subprocess.DEVNULL)
    site.handlers = pauses = Pauses(site.handlers)
    every = len(corner.documents)
    memory, draw = Memory(lambda: len(set(corner.read)) < every), random.Random(17)
    command = [*_SOURCES, "backfill", "--since", "2025-11", "--until", "2026-01-31"]
    began, done = time.monotonic(), 0
    while done < kills and not ended(command, environment, memory, draw.uniform(*_LIVES_S)):
        command, done = [*_SOURCES, "backfill"], done + 1
    ended(command, environment, memory)
    taken, asked = time.monotonic() - began, Counter(corner.read)
    bare = [bare_model(environment) for _ in range(_READINGS)]
    served = len(index.releases(IndexSettings(data_dir=folder)))
    line(f"of {every} documents read, in {taken:.0f} s with {done} kills", len(asked), f"= {every}")
    line("  of them served, with the shipped one", served, f"= {every - len(corner.textless) + 1}")
    line("  asked for again, at most the one on its way at each kill", sum(asked.values()) - every, f"<= {done}")
    line("shortest pause between requests, over the one that is set", min(pauses.seconds) / delay_s, ">= 1", "x")
    line("memory while reading", memory.most[True] / MB, "< 300", "MB")
    told = ", ".join(f"{each / MB:.0f}" for each in sorted(bare))
    over = memory.most[False] - statistics.median(bare)
    line(f"  while building, beside the model without its weights ({told} MB)", over / MB, "< 300", "MB")


def main() -> None:
    """Run it and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--delay", type=float, default=0.05)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Server({}) as site:
        corner = PressCorner()
        publish(corner, arguments.documents)
        corner.serve(site)
        bench(site, corner, Path(folder), arguments.kills, arguments.delay)


if __name__ == "__main__":
    main()
