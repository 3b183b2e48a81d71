"""An engine with the default model over releases, for measuring what a program that serves them answers."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from corpus.models import Release
from index.engine import Engine
from index.maintenance import build_all
from index.settings import IndexSettings
from tests.bench.run import fill
from tests.cached_embedder import CachedEmbedder
from tests.fakes import silent


@contextmanager
def serving(releases: Sequence[Release], cache: Path | None) -> Iterator[Engine]:
    """Serve releases from a folder that is deleted afterwards.

    :param cache: a folder that keeps vectors from one run to the next.
    """
    embedder = CachedEmbedder("", cache)
    with tempfile.TemporaryDirectory() as data:
        settings = IndexSettings(data_dir=Path(data), model="")
        fill(settings, releases)
        build_all(settings, embedder, silent)
        embedder.save()
        with Engine(settings, embedder) as engine:
            yield engine
