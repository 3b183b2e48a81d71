"""Kill an ingest-and-build with signal 9 at moments chosen at random, and look what is left.

    python -m tests.faults.kill [--points 50] [--seed 0]

Each time a process fetches pages from a loopback server, keeps them one by one, saying so, corrects one of those kept
before, erases another for good, and builds. After it was killed: what is served is whole and answers, all that it said
was kept is there, and the next run completes, with every release once and in its last version, and no byte of what was
to be erased.
"""

import argparse
import datetime
import random
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import index
from index.engine import Engine
from index.filters import Filters
from index.generations.folder import Generations
from index.maintenance import build_all
from index.processes.jobs import open_corpus
from index.settings import IndexSettings
from tests.corpus.servers import Server
from tests.fakes import FakeEmbedder, quiet, silent, upkeep
from tests.faults.striker import Striker
from tests.pages import Tagged, paragraphs, press_page

_QUESTION = "Which agency will train border control units?"
_SHIPPED_RELEASE = Filters(until=datetime.date(2018, 12, 31))  # The pages of the server are newer.
PAGES = 5
_WORK = """
import pathlib, sys
from index.settings import IndexSettings
from tests.fakes import FakeEmbedder, quiet, upkeep
folder, port, erased, *urls = sys.argv[1:]
private = frozenset({("127.0.0.1", int(port))})
keeper = upkeep(IndexSettings(data_dir=pathlib.Path(folder), model="fake", fetch_private=private), FakeEmbedder())
print("ready", flush=True)
for url in urls:
    for kept in keeper.add([url], quiet, build=False).taken.ingested:
        print("kept", kept.release_id, flush=True)
if erased:
    keeper.erase(erased, quiet)
    print("erased", flush=True)
keeper.rebuild(quiet)
print("built", flush=True)
"""


@dataclass
class Rig:
    """A data folder that serves the shipped release, a server, and what was put on it so far."""

    settings: IndexSettings
    site: Server
    striker: Striker
    pages: dict[str, Tagged]

    def strike(self, number: int) -> bool:
        """Let a process work and kill it; tell whether it was still at work.

        :raises AssertionError: when something is not as it must be afterwards.
        """
        for place in range(PAGES):
            self._put(f"/{number}-{place}", number * PAGES + place)
        *others, corrected = self.striker.draw.sample(sorted(self.pages), len(self.pages))
        erased = next((path for path in others if not path.startswith(f"/{number}-")), None)
        self.pages[corrected].change(_page(corrected, 1_000_000 + number))
        urls = [self.site.url(path) for path in self.pages if path == corrected or path.startswith(f"/{number}-")]
        release_id = self._ids().get(self.site.url(erased), "") if erased else ""
        arguments = [str(self.settings.data_dir), str(self.site.port), release_id, *urls]
        said, at_work = self.striker.strike(_WORK, *arguments)
        kept = set(said)
        self._look_at_what_is_served()
        with closing(open_corpus(self.settings)) as store:
            there = {release.release_id for release in store.releases()}
        assert kept <= there, f"lost: {kept - there}"
        if erased:
            upkeep(self.settings, FakeEmbedder()).erase(release_id, quiet)
            self._look_for(self.pages.pop(erased))
        self._complete(urls, kept)
        return at_work

    def _ids(self) -> dict[str | None, str]:
        return {release.url: release.release_id for release in index.releases(self.settings)}

    def _look_for(self, erased: Tagged) -> None:
        words = [part.split(b"</p>")[0] for part in erased.body.split(b"<p>The ")[1:]]
        for path in self.settings.data_dir.rglob("*"):
            if path.is_file():
                data = path.read_bytes()
                assert not any(each in data for each in words), f"{path} holds what was erased"

    def _put(self, path: str, seed: int) -> None:
        self.pages[path] = Tagged(_page(path, seed))
        self.site.handlers[path] = self.pages[path]

    def _look_at_what_is_served(self) -> None:
        generations = Generations(self.settings.data_dir)
        current = generations.current()
        assert current is not None
        generations.check(current, digests=True)
        with Engine(self.settings, FakeEmbedder()) as engine:
            answer = engine.answer(_QUESTION, Filters())
            passages = engine.search(_QUESTION, _SHIPPED_RELEASE, 100).passages
        assert answer.quotes or answer.related
        assert any("CEPOL" in passage.text for passage in passages), "the shipped release is served"

    def _complete(self, urls: list[str], kept: set[str]) -> None:
        keeper = upkeep(self.settings, FakeEmbedder())
        added = keeper.add(urls, quiet)
        assert added.complete, added
        again = {source.release_id for source in added.taken.ingested if source.status == "added"}
        assert not kept & again, "what was kept is known again"
        keeper.rebuild(quiet)
        served = index.releases(self.settings)
        assert len(served) == len(self.pages) + 1
        texts = {release.url: release.text for release in served}
        assert len(texts) == len(served), "nothing is served twice"
        for path, served_page in self.pages.items():
            text = texts[self.site.url(path)]
            assert text.encode() in served_page.body.replace(b"</p>\n<p>", b"\n\n"), "the last version is served"
        assert not (Generations(self.settings.data_dir).root / ".building").exists()


def _page(path: str, seed: int) -> bytes:
    return press_page(f"Measures number {path[1:]}", "2024-05-06", paragraphs(seed + 1))


@contextmanager
def rig(folder: Path, seed: int) -> Iterator[Rig]:
    """Serve the shipped release from a folder, and pages from a server."""
    with Server({}) as site:
        private = frozenset({("127.0.0.1", site.port)})
        settings = IndexSettings(data_dir=folder, model="fake", fetch_private=private)
        build_all(settings, FakeEmbedder(), silent)
        yield Rig(settings, site, Striker(random.Random(seed), 1.0), {})


def main() -> None:
    """Strike, and print what was struck."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, rig(Path(folder) / "data", arguments.seed) as struck:
        hits = sum(struck.strike(number) for number in range(arguments.points))
    print(f"{arguments.points} points, {hits} of them during the work: nothing lost, nothing twice, all served again,")
    print("and nothing left of what was erased")


if __name__ == "__main__":
    main()
