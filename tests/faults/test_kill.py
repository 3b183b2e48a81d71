"""A few of the points of `tests.faults.kill`, which strikes fifty."""

from pathlib import Path

from tests.faults.kill import rig


def test_killed_ingest_and_build_loses_nothing(tmp_path: Path) -> None:
    with rig(tmp_path / "data", seed=1) as struck:
        hits = sum(struck.strike(number) for number in range(4))
    assert hits >= 2
