"""Speed of what is known of bodies: scanning texts, a card, completing a name.

python -m tests.bench.bodies
"""

import datetime
import itertools
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path

from corpus.agencies.registry import registry
from corpus.front_matter import shipped_releases
from corpus.models import Release
from index.engine import Engine
from index.filters import Filters
from index.maintenance import build_all
from index.settings import IndexSettings
from tests.bench.run import QUESTIONS, MadeUpVectors, fill
from tests.bench.timing import line, median_s, seconds
from tests.fakes import silent

_VERBS = "open close visit inspect rebuild equip staff fund rent survey".split()
_PLACES = "harbour laboratory office school archive camp border post station court".split()


def releases_naming_europol(mentions: int) -> list[Release]:
    """Return releases in which Europol acts that many times, each time in another sentence."""
    sentences = (
        f"In {1000 + number} steps Europol will {verb} the {place} of district {number}, with EMSC and CEPOL beside it."
        for number, (verb, place) in enumerate(
            itertools.islice(itertools.cycle(itertools.product(_VERBS, _PLACES)), mentions)
        )
    )
    day = datetime.date(2000, 1, 1)
    batches = iter(lambda: list(itertools.islice(sentences, 20)), [])
    return [
        Release(
            f"{day + datetime.timedelta(days=number)}-x",
            f"Districts {number}",
            "Europol",
            day + datetime.timedelta(days=number),
            "en",
            "\n\n".join(batch),
        )
        for number, batch in enumerate(batches)
    ]


def bench_scan() -> None:
    text = next(iter(shipped_releases())).text * 200
    taken = min(seconds(lambda: registry().mentions(text)) for _ in range(5))
    line("scanning for mentions, MB of text a second", len(text.encode()) / 1e6 / taken, ">= 10", "MB")


def bench_card(folder: Path) -> None:
    settings = IndexSettings(data_dir=folder, model="")
    embedder = MadeUpVectors()
    fill(settings, releases_naming_europol(10_000))
    build_all(settings, embedder, silent)
    with Engine(settings, embedder) as engine:
        asks = [partial(engine.answer, question, Filters()) for question in QUESTIONS]
        ask = statistics.median(median_s(act, 20) for act in asks)
        card = median_s(lambda: engine.card("europol"), 20)
        mentions = engine.served().naming(["europol"]).passages
    assert len(mentions) >= 10_000, len(mentions)
    line(f"card of a body with {len(mentions)} mentions, over one ask ({card * 1e3:.0f} ms)", card / ask, "<= 3", "x")


def bench_completion() -> None:
    typed = sorted(
        {name[:size] for agency in registry().agencies.values() for name in agency.names for size in (1, 2, 4, 8)}
    )
    times = []
    for prefix in typed:
        began = time.perf_counter()
        registry().complete(prefix)
        times.append(time.perf_counter() - began)
    line(f"completing a name, p99 of {len(times)}", statistics.quantiles(times, n=100)[98] * 1e3, "< 5", "ms")


if __name__ == "__main__":
    bench_scan()
    bench_completion()
    with tempfile.TemporaryDirectory() as data:
        bench_card(Path(data))
