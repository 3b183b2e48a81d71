"""`measures health`: asks the bot that runs on this machine whether it is alive and ready, for a container's check.

MeasuresError
└── NoBotError      no bot answers where one should
"""

import http.client
import json
import sys

import click

from bot.app.settings import Address, load_bot_settings
from bot.cli.documents import print_json
from bot.cli.options import as_json
from bot.cli.terminal import Terminal
from corpus import MeasuresError, SettingsError

_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - a bot that listens everywhere listens on loopback
_SAYS = {"/healthz": "alive", "/readyz": "ready"}  # what another program that listens there does not say
_CHECKS = {"discord": "connected to Discord", "index": "the index is open", "answers": "answers come in time"}


class NoBotError(MeasuresError):
    """No bot answers where one should."""


@click.command()
@click.option("--alive", "only_alive", is_flag=True, help="Only whether it is alive, not whether it is ready.")
@click.option("--timeout", "timeout_s", type=click.FloatRange(0.1, 60.0), default=15.0, help="Seconds to wait.")
@as_json
def health(only_alive: bool, timeout_s: float, json_: bool) -> None:
    """Ask the running bot, at MEASURES_HTTP, whether it is alive and ready."""
    address = load_bot_settings().http
    if address is None:
        raise SettingsError("MEASURES_HTTP is not set: set it, and start the bot, which then tells how it is.")
    facts = _get(address, "/healthz", timeout_s)
    if not only_alive:
        facts |= _get(address, "/readyz", timeout_s)
    if json_:
        print_json(facts)
    else:
        _show(facts)
    if not facts.get("ready", facts["alive"]):
        sys.exit(1)


def _get(address: Address, path: str, timeout_s: float) -> dict[str, bool]:
    """Return what the bot says of itself.

    :raises NoBotError: when it says nothing.
    """
    connection = http.client.HTTPConnection(_ANYWHERE.get(address.host, address.host), address.port, timeout=timeout_s)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        document = json.loads(answer.read(65_536))
        if answer.status in (200, 503) and isinstance(document, dict) and _SAYS[path] in document:
            return {str(name): bool(value) for name, value in document.items()}
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoBotError(f"No bot answers at {address} ({type(error).__name__}): see whether it runs.") from error
    finally:
        connection.close()
    raise NoBotError(f"What answers at {address} is no bot of this program (status {answer.status}).")


def _show(facts: dict[str, bool]) -> None:
    terminal = Terminal()
    terminal.say("alive")
    for name, text in _CHECKS.items():
        if name in facts:
            terminal.say(f"{'yes' if facts[name] else 'no ':<4}{text}")
