"""`/metrics`: what metrics.py has counted, and how things are at the moment when somebody looks."""

import asyncio
import datetime
import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil
from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from bot.app.http import RUNNING
from bot.app.metrics import REGISTRY
from corpus import MeasuresError
from index import IndexSettings, Manifest, build_counts, open_generations

if TYPE_CHECKING:
    from bot.app.client import MeasuresBot
    from index import BuildCount, ListedSource, Maintenance

_MODULES = {"index.processes.engine_process": "engine", "index.processes.worker": "work"}


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the data folder says; parts that cannot be read are missing, as they are in what is shown."""

    manifest: Manifest | None = None
    sources: "tuple[ListedSource, ...]" = ()
    builds: "tuple[BuildCount, ...]" = ()


def _kept(settings: IndexSettings, maintenance: "Maintenance") -> _Kept:
    """Read the data folder, which takes some milliseconds."""
    manifest, sources, builds = None, [], []
    with suppress(MeasuresError):
        generations = open_generations(settings, reading=True)
        served = generations.current()
        manifest = generations.check(served) if served is not None else None
    with suppress(MeasuresError):
        sources = maintenance.sources()
    with suppress(MeasuresError):
        builds = build_counts(settings)
    return _Kept(manifest, tuple(sources), tuple(builds))


class State(Collector):
    """How things are now."""

    def __init__(self, bot: "MeasuresBot", kept: _Kept) -> None:
        """Take the bot, and what its data folder says."""
        self._bot = bot
        self._kept = kept

    def collect(self) -> Iterator[Metric]:
        """Yield what Prometheus shows."""
        yield from self._of_bot()
        yield from _of_generation(self._kept.manifest)
        yield _of_sources(self._kept.sources)
        yield from _of_builds(self._kept.builds)
        yield _memory()

    def _of_bot(self) -> Iterator[Metric]:
        queue = self._bot.queue
        yield GaugeMetricFamily("measures_queue", "Questions that wait or are under way.", queue.pending)
        bound = self._bot.settings.queue
        yield GaugeMetricFamily("measures_queue_limit", "From how many on people are told to come back later.", bound)
        yield GaugeMetricFamily("measures_connected", "Whether all shards are connected.", int(self._bot.is_connected))
        yield GaugeMetricFamily("measures_index_open", "Whether the index is open.", int(queue.is_ready))
        latency = GaugeMetricFamily(
            "measures_gateway_latency_seconds", "Seconds until Discord answers a heartbeat.", labels=["shard"]
        )
        for shard_id, seconds in self._bot.latencies if self._bot.is_connected else ():
            if math.isfinite(seconds):
                latency.add_metric([str(shard_id)], seconds)
        yield latency


def _of_generation(manifest: Manifest | None) -> Iterator[Metric]:
    if manifest is None:
        return
    built_at = datetime.datetime.fromisoformat(manifest.built_at)
    age_s = (datetime.datetime.now(datetime.UTC) - built_at.astimezone(datetime.UTC)).total_seconds()
    yield GaugeMetricFamily("measures_generation_age_seconds", "Seconds since what is served was built.", age_s)
    yield GaugeMetricFamily("measures_generation_releases", "Releases that are served.", manifest.releases)
    yield GaugeMetricFamily("measures_generation_passages", "Passages that are served.", manifest.passages)


def _of_sources(sources: "tuple[ListedSource, ...]") -> Metric:
    states = dict.fromkeys(("working", "failing", "not read yet"), 0)
    for listed in sources:
        source = listed.source
        states["failing" if source.failures else "working" if source.polled_at else "not read yet"] += 1
    family = GaugeMetricFamily("measures_sources", "Sources that are followed, by how they are.", labels=["state"])
    for state, number in states.items():
        family.add_metric([state], number)
    return family


def _of_builds(builds: "tuple[BuildCount, ...]") -> Iterator[Metric]:
    number = CounterMetricFamily("measures_builds", "Builds in the data folder, by outcome.", labels=["outcome"])
    seconds = CounterMetricFamily("measures_build_seconds", "Seconds that builds took, by outcome.", labels=["outcome"])
    for build in builds:
        number.add_metric([build.outcome], build.number)
        seconds.add_metric([build.outcome], build.seconds)
    yield number
    yield seconds


def _memory() -> Metric:
    """Return the memory of this process and of those that it has started, by what they do."""
    family = GaugeMetricFamily("measures_memory_bytes", "Memory in use (resident), by process.", labels=["process"])
    this = psutil.Process()
    used: dict[str, int] = {"bot": this.memory_info().rss}
    for child in this.children(recursive=True):
        with suppress(psutil.Error):
            kind = next((_MODULES[part] for part in child.cmdline() if part in _MODULES), "other")
            used[kind] = used.get(kind, 0) + child.memory_info().rss
    for kind, size in used.items():
        family.add_metric([kind], size)
    return family


async def metrics(request: web.Request) -> web.Response:
    """Show everything in the text format of Prometheus."""
    shown = generate_latest(REGISTRY)
    bot = request.app[RUNNING].bot
    if bot is not None:
        state = CollectorRegistry()
        kept = await asyncio.to_thread(_kept, bot.index_settings, bot.maintenance)
        state.register(State(bot, kept))
        shown += generate_latest(state)
    return web.Response(body=shown, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


def prepare(app: web.Application) -> None:
    """Add the route."""
    app.add_routes([web.get("/metrics", metrics)])
