"""Put on PYTHONPATH, this sends the discord.py of an unmodified program to an emulator, and lets nothing else out.

discord.py is imported by whoever wants it; only then are its addresses replaced. A connect beyond loopback raises.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Sequence
from types import ModuleType
from urllib.parse import urlsplit

_URL = os.environ["EMULATOR_URL"]
_QUICK = os.environ.get("EMULATOR_QUICK") == "1"
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
assert urlsplit(_URL).hostname == "127.0.0.1", f"EMULATOR_URL is not on loopback: {_URL}"


def _refuse_the_world(event: str, args: tuple[object, ...]) -> None:
    if event == "socket.connect" and isinstance(address := args[1], tuple) and address[0] not in _LOOPBACK:
        raise PermissionError(f"a connect to {address} leaves loopback")
    if event == "socket.getaddrinfo" and args[0] not in (*_LOOPBACK, None):
        raise PermissionError(f"looking up {args[0]!r} leaves loopback")


def _http(module: ModuleType) -> None:
    module.Route.BASE = f"{_URL}/api/v10"


def _gateway(module: ModuleType) -> None:
    from yarl import URL

    module.DiscordWebSocket.DEFAULT_GATEWAY = URL(_URL.replace("http", "ws", 1)) / "gateway"


def _client(module: ModuleType) -> None:
    async def at_once(self: object, shard_id: int | None, *, initial: bool = False) -> None:
        """Identify again without waiting 5 s."""

    if _QUICK:
        module.Client.before_identify_hook = at_once


def _asset(module: ModuleType) -> None:
    module.Asset.BASE = _URL


_CHANGES = {"discord.http": _http, "discord.gateway": _gateway, "discord.client": _client, "discord.asset": _asset}


class _Loader(importlib.abc.Loader):
    def __init__(self, loader: importlib.abc.Loader) -> None:
        self._loader = loader

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        _CHANGES[module.__name__](module)


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname not in _CHANGES:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


sys.addaudithook(_refuse_the_world)
sys.meta_path.insert(0, _Finder())
