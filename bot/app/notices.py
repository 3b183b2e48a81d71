"""Sends what subscriptions found: one message a subscription, and each release once.

A message is claimed in bot.db before it is sent. Where the process is killed, or the connection lost, between the two,
it is not known whether Discord has it. Then the same message, with the same nonce, is sent again for as long as Discord
surely takes it for the same. Later it is looked for in the channel, and sent only where it is not there.
"""

import datetime
import logging
from collections.abc import Callable, Iterator, Sequence
from enum import Enum

import aiohttp
import discord
from cachetools import LRUCache
from discord import ui

from bot.app import sending as delivery
from bot.app.client import MeasuresBot
from bot.app.clock import now, today
from bot.app.destinations import Destination, Held, destination_of
from bot.app.logs import without_words
from bot.app.notice_times import is_due
from bot.app.queue import Stopping
from bot.user_data import Finding, Pause, Subscription, Waiting
from bot.views import custom_ids as ids
from bot.views.subscriptions import notice_view
from corpus import MeasuresError

log = logging.getLogger(__name__)
_MOST_LOOKED_AT = 100  # messages since a claim
_CLOCKS_DIFFER = datetime.timedelta(minutes=1)  # ours and Discord's
MOST_AT_A_TIME = 60
_PAUSE_S = 60.0
_LONGEST_PAUSE_S = 3600.0
_MOST_REMEMBERED = 10_000
_GONE = {10003, 10004, 50001}
_PAUSES = {
    50007: Pause.CLOSED,
    50278: Pause.CLOSED,
    50013: Pause.FORBIDDEN,
    50083: Pause.FORBIDDEN,
    160005: Pause.FORBIDDEN,
    20009: Pause.FILTERED,
    200000: Pause.FILTERED,
    200001: Pause.FILTERED,
}
_TOO_MANY = {20026, 40003, 40062}  # direct messages opened too fast, or the bot taken for one that sends spam
_LATER = {20016, 20028, *_TOO_MANY}  # slow mode, a channel with too many messages


class Outcome(Enum):
    """What became of a message, as far as that is known."""

    SENT = "sent"
    NOT_SENT = "not sent"
    UNKNOWN = "unknown"
    TOO_MANY = "too many"
    """Discord takes no more messages just now, of whatever subscription."""


class Notices:
    """Sends what is due, each time that it is asked to."""

    def __init__(self, bot: MeasuresBot, clock: Callable[[], datetime.datetime] = now) -> None:
        """Take the bot, and what tells the time."""
        self.bot = bot
        self.clock = clock
        self._store = bot.store
        # When to try again what Discord does not take just now, and how long the pause before that is.
        self._tries: LRUCache[str, tuple[datetime.datetime, float]] = LRUCache(_MOST_REMEMBERED)

    async def send(self) -> int:
        """Send what is due, at most `MOST_AT_A_TIME` messages; return how many were sent.

        :raises MeasuresError: when the index or bot.db cannot be used; what is left is sent the next time.
        """
        sent = 0
        for waiting in await self._store.read(lambda store: store.subscriptions.waiting()):
            if sent >= MOST_AT_A_TIME or self.bot.stopping:
                break
            if not self._is_to_be_sent(waiting):
                continue
            try:
                outcome = await self._tell(waiting)
            except (MeasuresError, Stopping):
                raise
            except Exception as error:
                log.error(
                    "a message could not be made", exc_info=without_words(error, [waiting.subscription.wanted.text])
                )
                self._put_off(waiting.subscription)
                continue
            sent += outcome is Outcome.SENT
            if outcome is Outcome.TOO_MANY:
                break
        return sent

    def _is_to_be_sent(self, waiting: Waiting) -> bool:
        now, guild_id = self.clock(), waiting.subscription.guild
        if not self.bot.has_guild(guild_id or 0):  # shard 0 has the direct messages
            return False
        tried_until, _ = self._tries.get(waiting.subscription.id, (now, 0.0))
        return tried_until <= now and (waiting.nonce is not None or is_due(waiting, now, self.bot.servers))

    async def _tell(self, waiting: Waiting) -> Outcome:
        """Send what one subscription found, and keep what became of it."""
        subscription, findings = waiting.subscription, waiting.findings
        destination = await destination_of(self.bot, subscription)
        if isinstance(destination, Held):
            await self._hold(subscription, destination)
            return Outcome.NOT_SENT
        nonce = waiting.nonce
        if nonce is not None and not self._is_soon_after(waiting.claimed_at):
            if await self._has_arrived(waiting, destination):
                await self._told(findings)
                return Outcome.UNKNOWN
            lost = nonce
            await self._store.write(lambda store: store.subscriptions.release(lost))
            nonce = None
        said = [await self.bot.findings.news(subscription.wanted, finding.release_id) for finding in findings]
        news = [each for each in said if each is not None]
        if not news:  # withdrawn, or corrected so that it says nothing of it any more
            await self._told(findings)
            return Outcome.NOT_SENT
        if nonce is None:
            nonce = await self._claim(findings)
        if nonce is None:
            return Outcome.NOT_SENT  # it ended, or was paused, a moment ago
        return await self._send(
            waiting, destination, notice_view(destination.words, subscription, news, today()), nonce
        )

    async def _has_arrived(self, waiting: Waiting, destination: Destination) -> bool:
        """Tell whether a message that was claimed stands in its channel; also where that cannot be seen."""
        since = (waiting.claimed_at or self.clock()) - _CLOCKS_DIFFER
        button = ids.button("subend", waiting.subscription.id, "")
        try:
            async for message in destination.channel.history(after=since, limit=_MOST_LOOKED_AT, oldest_first=True):
                if message.author == self.bot.user and any(name.startswith(button) for name in _buttons(message)):
                    return True
        except (discord.HTTPException, *delivery.MAY_PASS) as error:
            log.warning("a message that may have been sent is not sent again (%s)", type(error).__name__)
            return True
        return False

    async def _claim(self, findings: Sequence[Finding]) -> int | None:
        nonce, now = delivery.new_nonce(), self.clock()
        is_claimed = await self._store.write(lambda store: store.subscriptions.claim(findings, nonce, now))
        return nonce if is_claimed else None

    async def _send(self, waiting: Waiting, destination: Destination, view: ui.LayoutView, nonce: int) -> Outcome:
        try:
            await delivery.post(destination.channel, view, nonce=nonce)
        except (discord.HTTPException, *delivery.MAY_PASS) as error:
            return await self._failed(waiting, nonce, error)
        self._tries.pop(waiting.subscription.id, None)
        await self._told(waiting.findings)
        log.info("told of %d releases (%s)", len(waiting.findings), waiting.subscription.often)
        return Outcome.SENT

    async def _failed(self, waiting: Waiting, nonce: int, error: Exception) -> Outcome:
        """Keep why a message was not sent; where it is not known whether it was, the claim stays."""
        code = error.code if isinstance(error, discord.HTTPException) else None
        described = code or type(error).__name__
        if _may_have_arrived(error):
            log.warning("it is not known whether a message was sent (%s): it is sent again", described)
            return Outcome.UNKNOWN
        await self._store.write(lambda store: store.subscriptions.release(nonce))
        if code in _GONE and waiting.subscription.channel is not None:
            await self._hold(waiting.subscription, Held.ENDED)
        elif code in _PAUSES:
            await self._pause(waiting.subscription, _PAUSES[code])
        elif code in _LATER or _is_rate_limit(error) or isinstance(error, aiohttp.ClientConnectorError):
            log.warning("a message waits, because Discord does not take it just now (%s)", described)
            self._put_off(waiting.subscription)
        else:
            log.error("Discord refused a message (%s), which is left unsent", described)
            await self._told(waiting.findings)
        return Outcome.TOO_MANY if code in _TOO_MANY or _is_rate_limit(error) else Outcome.NOT_SENT

    async def _hold(self, subscription: Subscription, why: Held) -> None:
        """End, pause or put off a subscription that cannot tell what it found."""
        if why is Held.ENDED:
            await self._store.write(lambda store: store.end_subscription(subscription.id))
            log.info("a subscription ended: its channel is gone or out of sight, or the person is")
        elif why is Held.LATER:
            self._put_off(subscription)
        else:
            await self._pause(subscription, Pause.CLOSED if why is Held.CLOSED else Pause.FORBIDDEN)

    async def _pause(self, subscription: Subscription, why: Pause) -> None:
        now = self.clock()
        await self._store.write(lambda store: store.subscriptions.pause(subscription.id, why, now))
        log.info("a subscription is paused: %s", why)

    async def _told(self, findings: Sequence[Finding]) -> None:
        await self._store.write(lambda store: store.subscriptions.told(findings))

    def _put_off(self, subscription: Subscription) -> None:
        """Let a subscription wait before its next try: twice as long each time, at most an hour."""
        now = self.clock()
        _, before = self._tries.get(subscription.id, (now, _PAUSE_S / 2))
        pause_s = min(2 * before, _LONGEST_PAUSE_S)
        self._tries[subscription.id] = (now + datetime.timedelta(seconds=pause_s), pause_s)

    def _is_soon_after(self, claimed_at: datetime.datetime | None) -> bool:
        """Tell whether Discord surely knows the nonce of a message that was claimed then, if it took it."""
        return claimed_at is not None and (self.clock() - claimed_at).total_seconds() < delivery.SAME_NONCE_S


def _buttons(message: discord.Message) -> Iterator[str]:
    """Yield the custom ids of the buttons of a message."""
    for item in ui.LayoutView.from_message(message, timeout=None).walk_children():
        if isinstance(item, ui.Button | ui.DynamicItem):
            yield item.custom_id or ""


def _may_have_arrived(error: Exception) -> bool:
    """Tell whether Discord may have taken a message all the same: it failed in between, or nothing was heard of it."""
    if isinstance(error, discord.HTTPException):
        return error.status >= 500
    return not isinstance(error, aiohttp.ClientConnectorError)


def _is_rate_limit(error: Exception) -> bool:
    return isinstance(error, discord.HTTPException) and error.status == 429
