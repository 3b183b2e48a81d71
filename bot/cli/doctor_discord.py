"""What `measures doctor` says of Discord: the token's form and the invite URL, and online what Discord says of it."""

import asyncio
import base64
import datetime
import re
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from bot.app.proxy import proxy_options
from bot.app.settings import BotSettings
from bot.cli.doctor_check import Check
from index import IndexSettings

if TYPE_CHECKING:
    import aiohttp
    import discord

Connect = Callable[[], "aiohttp.BaseConnector | None"]
_TOKEN = re.compile(r"(?P<id>[A-Za-z0-9_-]{8,40})\.[A-Za-z0-9_-]{4,12}\.[A-Za-z0-9_-]{20,80}")
_COPY = "Copy the token anew from the Discord developer portal: Bot, Reset Token."
_ONLINE_S = 30.0
_SKEW_S = 30.0
_FEW_SESSIONS = 20


def check_discord(
    settings: BotSettings, index_settings: IndexSettings | None, *, online: bool, connect: Connect
) -> list[Check]:
    """Check what the bot needs: the token's form, where to invite the bot, and what it asks of Discord."""
    token = settings.discord_token.get_secret_value().strip() if settings.discord_token else ""
    if not token:
        remedy = "Put the bot's token into .env, from the Discord developer portal." if online else ""
        return [Check("DISCORD_TOKEN", ok=not online, found="not set: only the bot needs it", remedy=remedy)]
    application_id = application_of(token)
    if application_id is None:
        state = "set, but this is not the form of a bot's token"
        return [Check("DISCORD_TOKEN", ok=False, found=state, remedy=_COPY)]
    from bot.app.permissions import invite_url

    intents = (
        "message content is asked for (MEASURES_MESSAGE_CONTENT): switch it on in the developer portal: Bot"
        if settings.message_content
        else "servers and messages; no privileged intent is needed"
    )
    checks = [
        Check("DISCORD_TOKEN", ok=True, found=f"set, for application {application_id}"),
        Check("invite", ok=True, found=invite_url(application_id)),
        Check("intents", ok=True, found=intents),
    ]
    if online and index_settings is not None:
        checks += asyncio.run(_ask_discord(token, settings, index_settings, connect))
    return checks


def application_of(token: str) -> int | None:
    """Return the id of the application that a bot's token is for; None where it has not the form of one."""
    match = _TOKEN.fullmatch(token.strip())
    if match is None:
        return None
    try:
        digits = base64.urlsafe_b64decode(match["id"] + "=" * (-len(match["id"]) % 4)).decode("ascii")
    except ValueError:
        return None
    return int(digits) if digits.isdecimal() else None


async def _ask_discord(
    token: str, settings: BotSettings, index_settings: IndexSettings, connect: Connect
) -> list[Check]:
    """Ask Discord about the token, without connecting to the gateway."""
    import aiohttp
    import discord

    skews_s: list[float] = []
    client = discord.Client(
        intents=discord.Intents.none(),
        connector=connect(),
        http_trace=_clock_trace(skews_s),
        **proxy_options(index_settings),
    )
    try:
        async with client, asyncio.timeout(_ONLINE_S):
            await client.login(token)
            gateway = await client.http.get_bot_gateway()
    except discord.LoginFailure:
        return [Check("token", ok=False, found="Discord does not take it", remedy=_COPY), *_skew(skews_s)]
    except (aiohttp.ClientError, OSError, discord.DiscordException) as error:
        state = f"Discord cannot be asked ({type(error).__name__})"
        remedy = "Check the network, and MEASURES_PROXY where there is a proxy; then try again."
        return [Check("token", ok=False, found=state, remedy=remedy), *_skew(skews_s)]
    return [
        Check("token", ok=True, found=f"Discord takes it, for {client.user}"),
        _granted(client, settings),
        _sessions(gateway[2]),
        *_skew(skews_s),
    ]


def _granted(client: "discord.Client", settings: BotSettings) -> Check:
    flags = client.application_flags
    granted = flags.gateway_message_content or flags.gateway_message_content_limited
    if settings.message_content and not granted:
        remedy = "Switch it on in the developer portal: Bot; or take MEASURES_MESSAGE_CONTENT out."
        return Check("intents granted", ok=False, found="message content is not granted", remedy=remedy)
    return Check("intents granted", ok=True, found="message content" if granted else "no privileged one")


def _sessions(limit: Any) -> Check:  # noqa: ANN401 - a TypedDict that discord.py does not publish
    left, total = int(limit["remaining"]), int(limit["total"])
    remedy = "" if left >= _FEW_SESSIONS else "Something starts the bot again and again: look at its log."
    return Check("starts left today", ok=left > 0, found=f"{left} of {total}", remedy=remedy)


def _skew(skews_s: list[float]) -> list[Check]:
    """Compare the clock with Discord's, in the answer that came with the least delay."""
    if not skews_s:
        return []
    skew_s = min(skews_s, key=abs)
    if abs(skew_s) <= _SKEW_S:
        return [Check("clock at Discord", ok=True, found=f"within {_SKEW_S:.0f} seconds of this one")]
    way = "behind" if skew_s > 0 else "ahead of"
    state = f"this clock is {abs(skew_s):.0f} seconds {way} Discord's"
    return [Check("clock at Discord", ok=False, found=state, remedy="Set the clock, best by NTP.")]


def _clock_trace(skews_s: list[float]) -> "aiohttp.TraceConfig":
    """Return what notes by how many seconds this clock is behind Discord's, in each answer."""
    import aiohttp

    async def note(
        session: aiohttp.ClientSession, context: SimpleNamespace, request: aiohttp.TraceRequestEndParams
    ) -> None:
        try:
            discord_time = parsedate_to_datetime(request.response.headers.get("Date", ""))
        except ValueError:
            return
        skews_s.append((discord_time - datetime.datetime.now(datetime.UTC)).total_seconds())

    config = aiohttp.TraceConfig()
    config.on_request_end.append(note)
    return config
