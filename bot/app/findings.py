"""After each build: which releases are new, and to which subscriptions."""

import asyncio
import datetime
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol, TypeVar

from bot.app.async_store import AsyncBotStore
from bot.database.store import BotStore
from bot.user_data import Finding, Subscription
from corpus import TooSlowError
from index import Edition, Engine, IndexSettings, News, Wanted, WantedKind, open_generations

log = logging.getLogger(__name__)
T = TypeVar("T", covariant=True)
# A build may bring the past of a source. Of more new works than these, only the newest are looked at.
MOST_WORKS = 200
MOST_FOR_A_QUESTION = 20  # Each takes a tenth of a second of the engine.


class WithEngine(Protocol):
    """What runs work with the engine when its turn has come."""

    async def __call__(self, work: Callable[[Engine], T], /) -> T:
        """Return what the work returns."""


class Findings:
    """Finds what is new to subscriptions, whoever built it: the bot, or a command in another process."""

    def __init__(self, settings: IndexSettings, store: AsyncBotStore, with_engine: WithEngine) -> None:
        """Take where the generations are, where subscriptions are kept, and what asks the engine."""
        self._generations = open_generations(settings, reading=True)
        self._store = store
        self._with_engine = with_engine
        self._looked_at: tuple[tuple[int, int] | None, datetime.date] | None = None
        self._lock = asyncio.Lock()

    async def look(self, now: datetime.datetime, *, before_first: bool = False) -> int:
        """Look at what is served, where that changed, and keep what is new to whom; return how much that is.

        A release is new where its day is not before that of the subscription and no look saw it before. What was found
        and what was seen is written at once, so that a look that is cut short is simply repeated.

        :param before_first: look though nobody has subscribed yet, because somebody is about to.
        :raises MeasuresError: when the index or bot.db cannot be used; then nothing is kept.
        """
        async with self._lock:
            subscriptions = await self._store.read(lambda store: store.subscriptions.all())
            if not subscriptions and not before_first:
                self._looked_at = None
                return 0
            day = min([now.date(), *(each.since.date() for each in subscriptions)])
            looked_at = (await asyncio.to_thread(self._generations.stamp), day)
            if looked_at == self._looked_at:
                return 0
            served = await self._with_engine(partial(Engine.editions_since, day=day))
            seen = await self._store.read(lambda store: store.subscriptions.seen_since(day))
            new = [edition for edition in served if edition.release_id not in seen]
            findings = await self._look_up(subscriptions, _by_work(new))
            kept = 0
            if new:
                kept = await self._store.write(partial(_keep, findings=findings, seen=new, now=now))
                log.info("%d new releases: %d findings for %d subscriptions", len(new), kept, len(subscriptions))
            self._looked_at = looked_at
        return kept

    async def news(self, wanted: Wanted, release_id: str) -> News | None:
        """Return what a release says of what somebody waits for; None where it says nothing or takes too long.

        :raises MeasuresError: when the index cannot be used.
        """
        try:
            return await self._with_engine(partial(Engine.news, wanted=wanted, release_id=release_id))
        except TooSlowError:
            log.warning("a subscription took too long to look up, and was passed over")
            return None

    async def _look_up(
        self, subscriptions: Sequence[Subscription], works: Sequence[Sequence[Edition]]
    ) -> list[Finding]:
        """Return what is new to whom. What several wait for is looked up once."""
        fits: dict[tuple[Wanted, str], bool] = {}
        findings: list[Finding] = []
        for subscription in subscriptions:
            wanted = subscription.wanted
            most = MOST_FOR_A_QUESTION if wanted.kind is WantedKind.QUESTION else MOST_WORKS
            for editions in works[:most]:
                for edition in _fit_to_tell(editions, subscription):
                    key = wanted, edition.release_id
                    if key not in fits:
                        fits[key] = await self.news(*key) is not None
                    if fits[key]:
                        findings.append(Finding(subscription.id, edition.work, edition.release_id))
                        break
        return findings


def _keep(store: BotStore, findings: Sequence[Finding], seen: Sequence[Edition], now: datetime.datetime) -> int:
    return store.subscriptions.add_findings(findings, seen, now)


def _by_work(editions: Sequence[Edition]) -> list[list[Edition]]:
    """Return editions by work, in the order that they are given."""
    works: dict[str, list[Edition]] = {}
    for edition in editions:
        works.setdefault(edition.work, []).append(edition)
    return list(works.values())


def _fit_to_tell(editions: Sequence[Edition], subscription: Subscription) -> list[Edition]:
    """Return the editions of a work that are not older than a subscription: in the reader's language first."""
    own = subscription.locale.partition("-")[0].lower()
    day = subscription.since.date().isoformat()
    ranked = sorted(editions, key=lambda edition: (edition.language != own, edition.language != "en"))
    return [edition for edition in ranked if edition.date >= day]
