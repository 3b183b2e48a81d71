"""Stand-ins that enter the way the real thing does."""

import logging
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from corpus.fetching.fetcher import Fetcher
from index.database.history import By
from index.encoders.embedder import Embedder, ReadQuery, Vectors
from index.encoders.model_files import have_changed, model_digest, model_stamps
from index.engine import Engine
from index.intake.patient_fetcher import OpenFetcher
from index.maintenance import Maintenance
from index.processes.engine_process import EngineRunner, Work
from index.processes.jobs import Job, Tools
from index.processes.meter import Meter
from index.processes.pipe import Done, Raised, outcome
from index.results import Progress, Step
from index.settings import IndexSettings, fetch_rules
from index.text.terms import terms, words

DIM = 64
Result = TypeVar("Result")


class FakeEmbedder:
    """Vectors of words: two texts are as near as they share words. It counts what it was asked to embed."""

    model = "fake"
    digest = "fa" * 32
    dtype = "float32"
    document_prompt = ""

    def __init__(self) -> None:
        """Start with nothing embedded."""
        self.embedded = 0

    def changed(self) -> bool:
        """Tell that it stays as it is."""
        return False

    def encode_query(self, text: str) -> Vectors:
        """Return the vector of a question, ``(DIM,)``."""
        return _vector(text)

    def read_query(self, text: str) -> ReadQuery:
        """Return the vector of a question and of its words, ``(words, DIM)``, which know no context."""
        return ReadQuery(_vector(text), tuple(words(text)), self.word_vectors(words(text)))

    def encode_document(self, texts: Sequence[str], progress: Callable[[int], None]) -> Vectors:
        """Return the vectors of texts, ``(n, DIM)``."""
        self.embedded += len(texts)
        progress(len(texts))
        return np.array([_vector(text) for text in texts], dtype=np.float32).reshape(len(texts), DIM)

    def word_vectors(self, asked: Sequence[str]) -> Vectors:
        """Return the vectors of words, ``(n, DIM)``."""
        return np.array([_vector(word) for word in asked], dtype=np.float32).reshape(len(asked), DIM)


def warning_embedder(model: str, cache_dir: Path) -> FakeEmbedder:
    """Return an embedder, and say in the log of its process that it is made."""
    logging.getLogger("tests.fakes").warning("made")
    return FakeEmbedder()


class HangingEmbedder(FakeEmbedder):
    """It never comes back from a question that asks for ever."""

    def read_query(self, text: str) -> ReadQuery:
        """Return the vector of a question, or do not return."""
        while "for ever" in text:
            time.sleep(0.1)
        return super().read_query(text)


class WeighedEmbedder(FakeEmbedder):
    """Its digest is that of the files in a folder, as a real model's is; its vectors stay as they are."""

    def __init__(self, folder: Path) -> None:
        """Read the files."""
        super().__init__()
        self.model = str(folder)
        self._stamps = model_stamps(folder, self.model)
        self.digest = model_digest(folder, self.model)

    def changed(self) -> bool:
        """Tell whether a file was written since."""
        return have_changed(self._stamps)


class EngineHere:
    """An engine as a desk uses one, in the desk's own process."""

    def __init__(self, engine: Engine) -> None:
        """Take the engine."""
        self._engine = engine

    def run_each(self, take: Callable[[], Work | None]) -> Iterator[Done | Raised]:
        """Do the work that `take` gives until it gives none."""
        while (work := take()) is not None:
            yield outcome(partial(work, self._engine))

    def close(self) -> None:
        """Close the engine."""
        self._engine.close()


def run_one(engine: EngineRunner, work: Work) -> Any:  # noqa: ANN401
    """Return what work with an engine gives; raise what it raises."""
    works = [work]
    (came,) = engine.run_each(lambda: works.pop() if works else None)
    if isinstance(came, Raised):
        raise came.error
    return came.result


def _vector(text: str) -> Vectors:
    vector = np.full(DIM, 0.01, dtype=np.float32)
    for term in terms(text):
        vector[zlib.crc32(term.encode()) % DIM] += 1.0
    normalised: Vectors = vector / np.linalg.norm(vector)
    return normalised


@dataclass(frozen=True, slots=True)
class Here:
    """Runs jobs in this process, with an embedder and what fetches."""

    settings: IndexSettings
    embedder: Embedder
    open_fetcher: OpenFetcher | None = None

    def run(self, job: Job[Result], by: By, steps: Progress) -> Result:
        """Run a job and return what it gives."""
        fetcher = self.open_fetcher or (lambda: Fetcher(fetch_rules(self.settings)))
        return job.run(Tools(self.settings, self.embedder, fetcher, by, Meter(steps)))


def upkeep(settings: IndexSettings, embedder: Embedder) -> Maintenance:
    """Return what changes the corpus, all in this process."""
    return Maintenance(settings, Here(settings, embedder))


def fake_embedder(model: str, cache_dir: Path | None) -> FakeEmbedder:
    """Make the embedder in another process."""
    assert model == "fake"
    return FakeEmbedder()


def held_embedder(model: str, cache_dir: Path | None) -> FakeEmbedder:
    """Make the embedder in another process, once there is a file `go` where that process runs."""
    while not Path("go").exists():
        time.sleep(0.05)
    return fake_embedder(model, cache_dir)


def weighed_embedder(model: str, cache_dir: Path | None) -> WeighedEmbedder:
    """Make the embedder in another process."""
    return WeighedEmbedder(Path(model))


def hanging_embedder(model: str, cache_dir: Path | None) -> HangingEmbedder:
    """Make the embedder in another process."""
    assert model in ("", "fake")
    return HangingEmbedder()


def quiet(step: Step) -> None:
    """Hear of steps and say nothing."""


silent = quiet
