"""What counts as a false alarm of a saved question."""

from collections.abc import Callable
from pathlib import Path

import pytest

from index.engine import Engine
from index.evaluation.gold import GoldQuestion
from index.settings import IndexSettings
from tests.eval.false_alarms import report, save
from tests.fakes import FakeEmbedder, quiet, upkeep

PORTS = "Europol will send forty officers to Antwerp to search containers for cocaine."
QUESTION = "How many officers will Europol send to Antwerp?"


@pytest.mark.parametrize(("threshold", "alarms"), [(0.0, 2), (1.0, 0)])
def test_release_that_does_not_hold_the_answer_is_a_false_alarm_where_it_is_told(
    threshold: float,
    alarms: int,
    tmp_path: Path,
    embedder: FakeEmbedder,
    write_release: Callable[..., Path],
    capsys: pytest.CaptureFixture[str],
) -> None:
    texts = {
        "own": PORTS,
        "same": f"{PORTS} That was said before.",
        "fish": "Nets of herring boats in Antwerp are to be mended by officers.",
        "cod": "The Commission proposed quotas for cod and will send officers.",
    }
    settings = IndexSettings(data_dir=tmp_path / "data", model="fake", threshold=threshold)
    paths = [str(write_release(f"{name}.md", text, title=f"On {name}")) for name, text in texts.items()]
    upkeep(settings, embedder).add(paths, quiet, force=True)
    with Engine(settings, embedder) as engine:
        ids = {release.title.split()[-1]: release.release_id for release in engine.releases()}
        gold = GoldQuestion("q", QUESTION, {ids["own"]: 1}, "fact", (PORTS,), "forty officers")
        saved = save(engine, gold, "en", [ids[name] for name in texts])
    assert saved.told is (threshold == 0.0)
    assert saved.alarms == alarms, "the release that says the same holds the answer"
    report([saved], len(ids))
    assert capsys.readouterr().out.splitlines()[1].split()[:2] == ["answerable", "1"]
