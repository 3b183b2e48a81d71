"""Kill what several machines stand on with signal 9, at moments chosen at random, with fsync on; look what is left.

    python -m tests.faults.cluster [--builders 30] [--primaries 6] [--seed 0]

Builders: two machines in turn take in releases one by one, saying so, correct one, and build, until each is killed.
Primaries: the same, but the primary and all its processes are killed under a builder, and started again. All the while
a third machine asks questions, which a replica answers. After each kill: what is served is whole, all that a builder
said was kept is there, and the other machine builds all of it, each release once and in its last version. Segments are
so small that generations share many: none is lost, and none is left that no generation has.
"""

import argparse
import random
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

import psycopg
from pydantic import SecretStr

import index
from corpus.errors import MeasuresError
from index.building import plan
from index.building.build import build
from index.database.home import open_corpus_db
from index.engine import Engine
from index.filters import Filters
from index.generations import kept
from index.generations.home import open_generations
from index.maintenance import build_all
from index.settings import IndexSettings
from tests.fakes import FakeEmbedder, silent
from tests.faults.striker import Striker
from tests.postgres import Server, programs

RELEASES = 4
_QUESTION = "border control units"
_SHIPPED = Filters(issuer="Council of the European Union")
_PAUSE_S = 0.02
_WORK = """
import datetime, pathlib, sys
from contextlib import closing
from corpus.models import Release
from index.building.build import build
from index.database.home import open_corpus_db
from index.settings import IndexSettings
from tests.fakes import FakeEmbedder, silent
from tests.faults.cluster import small_segments
small_segments().__enter__()
folder, url, *versions = sys.argv[1:]
settings = IndexSettings(data_dir=pathlib.Path(folder), model="fake", database_url=url)
print("ready", flush=True)
for version in versions:
    name, number = version.split("@")
    text = f"The patrols of {name} were counted: {number} of them went to sea. " * 30
    release = Release(name, f"Title of {name}", "OLAF", datetime.date(2020, 1, 1), "en", text)
    with closing(open_corpus_db(settings)) as store:
        store.accept(release, canonical_url=None, raw_sha256="", cleaner=1, action="added")
    print("kept", version, flush=True)
build(settings, FakeEmbedder(), silent)
print("built", flush=True)
"""


@dataclass
class Asking:
    """A machine that asks all the while: how often, how long the slowest took, and what failed."""

    settings: IndexSettings
    asked: int = 0
    slowest_s: float = 0.0
    failures: list[str] = field(default_factory=list)
    _ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Ask until it is ended."""
        with Engine(self.settings, FakeEmbedder()) as engine:
            while not self._ended.wait(_PAUSE_S):
                began = time.monotonic()
                try:
                    if not engine.search(_QUESTION, _SHIPPED, 5).passages:
                        self.failures.append("nothing found")
                except MeasuresError as error:
                    self.failures.append(str(error))
                self.asked += 1
                self.slowest_s = max(self.slowest_s, time.monotonic() - began)

    @contextmanager
    def meanwhile(self) -> Iterator[None]:
        """Ask while the block runs."""
        thread = threading.Thread(target=self.run)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()


@dataclass
class Cluster:
    """A primary, its replica, two machines that build, and one that asks; and what was kept so far."""

    primary: Server
    url: str
    machines: list[IndexSettings]
    asking: Asking
    striker: Striker
    versions: dict[str, int] = field(default_factory=dict)
    build_s: float = 0.0
    shared: int = 0

    def strike(self, number: int, *, primary: bool = False) -> bool:
        """Let a machine work, kill it or the primary, and look what is left; tell whether it was still at work.

        :raises AssertionError: when something is not as it must be.
        """
        first, second = self.machines[number % 2], self.machines[(number + 1) % 2]
        fresh = [f"{'primary' if primary else 'builder'}-{number}-{place}@0" for place in range(RELEASES)]
        changed = self.striker.draw.sample(sorted(self.versions), min(1, len(self.versions)))
        fresh += [f"{name}@{self.versions[name] + 1}" for name in changed]
        arguments = [str(first.data_dir), self.url, *fresh]
        kept, at_work = self.striker.strike(_WORK, *arguments, primary=self.primary if primary else None)
        if primary:
            self.primary.start()
        for version in kept:
            name, _, corrected = version.partition("@")
            self.versions[name] = int(corrected)
        self._look_from(second)
        return at_work

    def _look_from(self, machine: IndexSettings) -> None:
        """Look from another machine what is there, build it, and look whether all of it is served."""
        with closing(open_corpus_db(machine)) as store:
            there = {release.release_id: release.text for release in store.releases()}
        for name, count in self.versions.items():
            assert name in there, f"lost: {name}"
            # The one after it may have come in and could not be told any more.
            is_there = any(f": {number} of them" in there[name] for number in (count, count + 1))
            assert is_there, f"lost: version {count} of {name}"
        index.verify(machine)
        began = time.monotonic()
        built = build(machine, FakeEmbedder(), silent)
        self.build_s = max(self.build_s, time.monotonic() - began)
        assert built.manifest.releases == len(there), "each release is in it once"
        index.verify(machine)
        self._look_for_remains(machine)

    def _look_for_remains(self, machine: IndexSettings) -> None:
        with psycopg.connect(self.url) as connection:
            rows = connection.execute(
                "SELECT nspname FROM pg_namespace WHERE nspname ~ '^[gs][0-9]|building'"
            ).fetchall()
        with closing(open_generations(machine)) as generations:
            segments = [
                {name.partition("/")[0] for name in generations.check(each, digests=True).files}
                for each in generations.ids()
            ]
            known = {f"g{each}" for each in generations.ids()}.union(*segments)
        assert {name for (name,) in rows} == known, "nothing is left of a broken build"
        self.shared = max(self.shared, sum(map(len, segments)) - len(set().union(*segments)))


@contextmanager
def small_segments() -> Iterator[None]:
    """Let a segment hold two releases or three, so that a generation has many and keeps most."""
    with patch.object(plan, "SEGMENT_PASSAGES", 12), patch.object(kept, "KEPT_FROM", 6):
        yield


@contextmanager
def cluster(folder: Path, seed: int) -> Iterator[Cluster]:
    """Start a primary and a replica with fsync on, which serve the shipped release, and ask all the while."""
    primary = Server(programs(), sync=True)
    replica: Server | None = None
    try:
        url = primary.new_database()
        machines = [_settings(folder / name, url) for name in ("one", "two")]
        build_all(machines[0], FakeEmbedder(), silent)
        replica = primary.replica()
        asking = Asking(_settings(folder / "three", primary.address_of_both(url, replica)))
        with asking.meanwhile(), small_segments():
            yield Cluster(primary, url, machines, asking, Striker(random.Random(seed), 3.0))
    finally:
        if replica is not None:
            replica.remove()
        primary.remove()


def _settings(folder: Path, url: str) -> IndexSettings:
    return IndexSettings(data_dir=folder, model="fake", database_url=SecretStr(url))


def main() -> None:
    """Strike, and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--builders", type=int, default=30)
    parser.add_argument("--primaries", type=int, default=6)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, cluster(Path(name), given.seed) as struck:
        for primary, count in ((False, given.builders), (True, given.primaries)):
            at_work = sum(struck.strike(number, primary=primary) for number in range(count))
            what = "the primary under a builder" if primary else "a builder"
            print(f"{what}: killed {count} times, {at_work} of them at work; nothing that was kept is lost", flush=True)
    asking = struck.asking
    print(f"segments that generations shared at the end of a build: up to {struck.shared}")
    print(f"{len(struck.versions)} releases kept; the other machine then built in at most {struck.build_s:.1f} s")
    print(
        f"{asking.asked} questions meanwhile, {len(asking.failures)} failed, the slowest took {asking.slowest_s:.1f} s"
    )
    for failure in sorted(set(asking.failures)):
        print(f"  {asking.failures.count(failure)} x {failure}")


if __name__ == "__main__":
    main()
