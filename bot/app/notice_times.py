"""When people are told of new releases: at once, every morning or every Monday, and not in quiet hours."""

import datetime
from collections.abc import Mapping
from functools import cache
from zoneinfo import ZoneInfo

from bot.user_data import Often, ServerSettings, Subscription, Waiting

DEFAULT_ZONE = "Europe/Brussels"
DIGEST_HOUR = 8
# What `/setup` offers: the time zones of the EU, and those where its Discord servers are likely to be otherwise.
ZONES = (
    "Atlantic/Azores", "Europe/Lisbon", "Europe/Dublin", "Europe/London", "Europe/Brussels", "Europe/Paris",
    "Europe/Berlin", "Europe/Warsaw", "Europe/Athens", "Europe/Helsinki", "Europe/Bucharest", "Europe/Kyiv",
    "Europe/Istanbul", "America/New_York", "America/Chicago", "America/Los_Angeles", "America/Sao_Paulo",
    "Africa/Lagos", "Asia/Dubai", "Asia/Kolkata", "Asia/Shanghai", "Asia/Tokyo", "Australia/Sydney", "UTC",
)  # fmt: skip
QUIET_HOURS = ((20, 7), (20, 8), (22, 6), (22, 7), (22, 8), (23, 7), (0, 8), (18, 9))


def is_due(waiting: Waiting, now: datetime.datetime, servers: Mapping[int, ServerSettings]) -> bool:
    """Tell whether a subscription tells now what it has found.

    A digest comes at eight, with all that was found by then; what the quiet hours hold back comes when they end.
    """
    settings = settings_of(waiting.subscription, servers)
    local = now.astimezone(zone(settings.zone or DEFAULT_ZONE))
    if settings.quiet is not None and _is_within(local.hour, *settings.quiet):
        return False
    return waiting.found_at < _last_digest(waiting.subscription.often, local)


def settings_of(subscription: Subscription, servers: Mapping[int, ServerSettings]) -> ServerSettings:
    """Return the settings of the server whose hours count for a subscription."""
    return servers.get(subscription.guild or subscription.made_in or 0, ServerSettings())


@cache
def zone(name: str) -> ZoneInfo:
    """Return a time zone by the name that IANA gives it; that of Brussels where there is none of the name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError):
        return ZoneInfo(DEFAULT_ZONE)


def _is_within(hour: int, first: int, last: int) -> bool:
    """Tell whether an hour is one of those from `first` up to, but not including, `last`, maybe over midnight."""
    return first <= hour < last if first < last else hour >= first or hour < last


def _last_digest(often: Often, local: datetime.datetime) -> datetime.datetime:
    """Return the moment up to which what was found is told now."""
    if often is Often.AT_ONCE:
        return local + datetime.timedelta(seconds=1)
    morning = local.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    days = local.weekday() if often is Often.WEEKLY else 0
    last = morning - datetime.timedelta(days=days)
    before = datetime.timedelta(days=7 if often is Often.WEEKLY else 1)
    return last if last <= local else last - before
