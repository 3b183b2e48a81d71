"""What tests of training share."""

from collections.abc import Iterator

import pytest


@pytest.fixture
def _one_thread() -> Iterator[None]:
    """Let torch compute on one thread: small steps wait longer for a second one than it saves."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
