"""Two of the points of `tests.faults.cluster`, which strikes 36."""

from pathlib import Path

import pytest

from tests.faults.cluster import cluster


@pytest.mark.timeout(300)
def test_killed_builder_and_primary_lose_nothing_while_a_replica_answers(tmp_path: Path) -> None:
    with cluster(tmp_path, seed=1) as struck:
        hits = [struck.strike(0), struck.strike(1, primary=True)]
    assert any(hits)
    assert struck.shared, "generations share segments"
    assert struck.asking.asked
    assert struck.asking.failures == []
