"""What tests of intake share: a website on loopback, a press corner on it, and maintenance that may fetch from it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.fetching.fetcher import Fetcher, FetchLimits
from index.maintenance import Maintenance
from index.settings import IndexSettings, fetch_rules
from tests.corpus.servers import Server
from tests.fakes import FakeEmbedder, Here
from tests.press_corner import PressCorner


@pytest.fixture
def site() -> Iterator[Server]:
    """A website without pages."""
    with Server({}) as server:
        yield server


@pytest.fixture
def corner(site: Server) -> PressCorner:
    """The press corner on the website."""
    corner = PressCorner()
    corner.serve(site)
    return corner


@pytest.fixture
def settings(tmp_path: Path, site: Server) -> IndexSettings:
    """A data folder that may fetch from the website."""
    return IndexSettings(data_dir=tmp_path / "data", model="fake", fetch_private=frozenset({("127.0.0.1", site.port)}))


@pytest.fixture
def keeper(settings: IndexSettings) -> Maintenance:
    """Maintenance in this process that does not wait between tries."""
    limits = FetchLimits(backoff_s=0.0)
    return Maintenance(settings, Here(settings, FakeEmbedder(), lambda: Fetcher(fetch_rules(settings), limits)))
