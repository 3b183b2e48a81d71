"""The proxy through which Discord is reached, where the settings name one."""

from typing import Any

import aiohttp
from yarl import URL

from index import IndexSettings


def proxy_options(settings: IndexSettings) -> dict[str, Any]:
    """Return the options of discord.py's clients: the proxy's address, and apart from it who logs in there."""
    if settings.proxy is None:
        return {}
    url = URL(settings.proxy.get_secret_value())
    login = aiohttp.BasicAuth(url.user, url.password or "") if url.user is not None else None
    return {"proxy": str(url.with_user(None)), "proxy_auth": login}
