"""Settings of the libraries that run models: how many threads they take, and what they may print."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

# Questions and the sentences that are read for them come in all lengths, and those of the last questions come again.
_KERNELS = 64


@contextmanager
def torch_threads(count: int) -> Iterator[None]:
    """Let torch compute on `count` threads."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def bound_kernels(most: int) -> dict[str, str]:
    """Return the settings with which torch keeps the code of at most so many products of matrices.

    It makes code for each shape, thus for each length of a text, and keeps that of 1,024 shapes. After texts of 40
    lengths this takes 130 MB, and with 16 shapes 15 MB; the vectors are the same.
    """
    return {"ONEDNN_PRIMITIVE_CACHE_CAPACITY": str(most), "LRU_CACHE_CAPACITY": str(most)}


def prepare() -> None:
    """Before a model is loaded, bound what torch keeps, and keep progress bars and warnings off stderr."""
    for name, value in bound_kernels(_KERNELS).items():
        os.environ.setdefault(name, value)
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
