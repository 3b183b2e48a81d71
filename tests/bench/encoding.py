"""Speed of encoding texts, against bare sentence-transformers, and of the first unpacking of the default model."""

import itertools
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from index.encoders.embedder import SentenceTransformerEmbedder
from tests.bench.timing import in_turns, line

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_ROUNDS = 3
UNPACK = """
import logging, sys
from pathlib import Path
from index.encoders.unpacked import TUNED, unpacked_folder
logging.basicConfig(format="%(message)s")
unpacked_folder(TUNED, Path(sys.argv[1]))
"""


def plain_fp32(embedder: SentenceTransformerEmbedder) -> "SentenceTransformer":
    """Return the same encoder as sentence-transformers loads it in fp32."""
    import torch
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(embedder._folder), device="cpu", model_kwargs={"dtype": torch.float32})


def bench_embedding(embedder: SentenceTransformerEmbedder, name: str, handed: Sequence[Sequence[str]]) -> None:
    """Compare what a build does with texts with one bare `encode` of them, in fp32 and in the same dtype.

    :param handed: the texts as a build hands them over.
    """
    texts = list(itertools.chain.from_iterable(handed))
    plain, bare = plain_fp32(embedder), embedder._loaded
    without_bf16 = SentenceTransformerEmbedder(embedder.model)
    without_bf16.__dict__["dtype"] = "float32"
    acts: list[Callable[[], object]] = [partial(plain.encode, texts), partial(bare.encode, texts)]
    acts += [partial(_embed, each, handed) for each in (embedder, without_bf16)]
    fp32, same, ours, ours_fp32 = in_turns(acts, _ROUNDS)
    line(f"{len(texts)} texts of {name} a second, over fp32 ({embedder.dtype})", fp32 / ours, ">= 2.2 with bf16", "x")
    line("the same with bf16 switched off", fp32 / ours_fp32, ">= 1.0", "x")
    line("their time, over bare encode in the same dtype", ours / same, "<= 1.15", "x")


def _embed(embedder: SentenceTransformerEmbedder, handed: Sequence[Sequence[str]]) -> None:
    for batch in handed:
        embedder.encode_document(batch, lambda _: None)


def bench_unpack() -> None:
    """Unpack the default model into an empty folder, in a process of its own, and check that it says so."""
    with tempfile.TemporaryDirectory() as folder:
        began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        told = subprocess.run([sys.executable, "-c", UNPACK, folder], check=True, capture_output=True, text=True)
        taken, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    assert told.stderr.startswith("Unpacking the model"), told.stderr
    line("first unpacking of the default model, with a line that tells of it", taken, "<= 15", "s")
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    line("the same in time of the processor", used, "", "s")
