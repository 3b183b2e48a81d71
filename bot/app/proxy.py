"""The proxy through which Discord is reached, where the settings name one."""

from typing import Any
from urllib.parse import urlsplit

from index import IndexSettings


def proxy_options(settings: IndexSettings) -> dict[str, Any]:
    """Return the options of discord.py's clients; aiohttp takes from the address who logs in at the proxy."""
    return {} if settings.proxy is None else {"proxy": settings.proxy.get_secret_value()}


def shown_proxy(settings: IndexSettings) -> str | None:
    """Return the address of the proxy without who logs in there; None where there is none."""
    if settings.proxy is None:
        return None
    return f"http://{urlsplit(settings.proxy.get_secret_value()).netloc.rpartition('@')[2]}"
