"""What Discord would refuse of what the bot sent: its own description of the API, and the limits that this omits."""

from collections.abc import Iterable, Iterator

from simcord import HttpLogEntry

from tests.emulator.check_forms import choices_flaws, commands_flaws, modal_flaws
from tests.emulator.checks import message_flaws
from tests.emulator.errors import Flaw
from tests.emulator.schema import description

_MESSAGES = {
    "create_message",
    "update_message",
    "execute_webhook",
    "update_webhook_message",
    "update_original_webhook_message",
}
_COMMANDS = {"bulk_set_application_commands", "bulk_set_guild_application_commands"}
_RESPONSE = "create_interaction_response"
_CHOICES, _MODAL, _WITH_MESSAGE = 8, 9, (4, 7)


def refusals(requests: Iterable[HttpLogEntry]) -> Iterator[str]:
    """Give a line for everything that Discord would refuse in these requests."""
    for request in requests:
        for flaw in _flaws(request):
            yield f"{request.method} {request.path}: {flaw}"


def _flaws(request: HttpLogEntry) -> Iterator[Flaw]:
    result = description().match(request.method, request.path)
    if result is None:
        yield Flaw((), "UNKNOWN_ROUTE", "Discord describes no such route.")
        return
    operation, _ = result
    if not operation.has_body:
        return
    if described := description().request_flaws(operation, request.json or {}):
        yield from described
    elif isinstance(request.json, list) and operation.operation_id in _COMMANDS:
        yield from commands_flaws(request.json)
    elif isinstance(request.json, dict) and operation.operation_id in _MESSAGES:
        yield from message_flaws(request.json, flags=request.json.get("flags") or 0)
    elif isinstance(request.json, dict) and operation.operation_id == _RESPONSE:
        yield from _response_flaws(request.json["type"], request.json.get("data") or {})


def _response_flaws(kind: int, data: dict[str, object]) -> Iterator[Flaw]:
    if kind in _WITH_MESSAGE and not data:
        yield Flaw(("data",), "BASE_TYPE_REQUIRED", "This field is required.")
    elif kind in _WITH_MESSAGE:
        flags = data.get("flags")
        yield from message_flaws(data, flags=flags if isinstance(flags, int) else 0)
    elif kind == _MODAL:
        yield from modal_flaws(data)
    elif kind == _CHOICES and isinstance(data["choices"], list):
        yield from choices_flaws(("data", "choices"), data["choices"])
