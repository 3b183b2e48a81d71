"""corpus/README.md names rooms, modules and tests that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "corpus" / "README.md").read_text("utf-8")


def test_every_room_and_module_at_the_top_is_named() -> None:
    rooms = {f"{path.name}/" for path in (ROOT / "corpus").iterdir() if path.is_dir() and path.name != "__pycache__"}
    modules = {path.name for path in (ROOT / "corpus").glob("*.py") if path.name != "__init__.py"}
    assert {name for name in rooms | modules if f"`{name}`" not in README} == set()


def test_every_module_and_test_that_is_named_exists() -> None:
    tests = set(re.findall(r"`(tests/[\w/]+\.py)`", README))
    assert len(tests) > 15
    assert {path for path in tests if not (ROOT / path).is_file()} == set()
    modules = {path.name for path in (ROOT / "corpus").rglob("*.py")}
    named = re.findall(r"`((?:\w+/)?\w+\.py)`", README)
    assert {name.rpartition("/")[2] for name in named if not name.startswith("tests/")} <= modules


def test_limits_are_those_of_the_program() -> None:
    from corpus.cleaning.draft_limits import MAX_TEXT_CHARS
    from corpus.cleaning.encoding import MAX_BYTES
    from corpus.fetching.responses import FetchLimits
    from corpus.processes.sandbox import MEMORY_BYTES, TIMEOUT_S
    from corpus.sources.feeds import MAX_ENTRIES, MAX_FEED_BYTES
    from index.intake.poll_budget import Budget
    from index.intake.polling import ENTRIES

    assert f"{MAX_TEXT_CHARS:,} characters" in README
    assert f"| {MAX_BYTES >> 20} MB |" in README
    assert (
        f"| {MAX_FEED_BYTES // 1_000_000} MB, its {MAX_ENTRIES} newest entries, {ENTRIES} new ones per poll |" in README
    )
    assert f"{TIMEOUT_S:g} s of processor time and {MEMORY_BYTES >> 30} GB of memory" in README
    limits, budget = FetchLimits(), Budget()
    megabytes = f"{limits.wire_bytes // 1_000_000} MB on the wire, {limits.payload_bytes // 1_000_000} MB decompressed"
    assert f"{megabytes}, {limits.whole_s:g} s, {limits.redirects} redirects, {limits.tries} tries" in README
    assert f"{budget.whole_s / 60:g} minutes, and {budget.host_s:g} s for one host" in README
