"""Discord's host names on loopback: a certificate of our own, and a connector that reaches nothing else."""

import socket
import ssl
from functools import cache

import aiohttp
import trustme
from aiohttp.abc import AbstractResolver, ResolveResult

HOSTS = ("discord.com", "gateway.discord.gg", "cdn.discordapp.com")


@cache
def _authority() -> trustme.CA:
    return trustme.CA()


@cache
def server_context() -> ssl.SSLContext:
    """Serve under Discord's names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _authority().issue_cert(*HOSTS).configure_cert(context)
    return context


@cache
def _client_context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    _authority().configure_trust(context)
    return context


class Resolver(AbstractResolver):
    """Resolve Discord's names to the emulator, and refuse every other."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Give the emulator's address. :raises OSError: the host is not Discord's."""
        if host not in HOSTS:
            raise OSError(f"{host} is not Discord: only {', '.join(HOSTS)} resolve here")
        return [
            ResolveResult(
                hostname=host,
                host="127.0.0.1",
                port=self._port,
                family=socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        """Hold nothing."""


def connector(port: int) -> aiohttp.TCPConnector:
    """Make a connector for one client; it must be made inside the running loop."""
    return aiohttp.TCPConnector(resolver=Resolver(port), ssl=_client_context(), limit=0)
