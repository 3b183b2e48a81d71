"""What a route gets, and how it is found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.emulator.errors import JSON
from tests.emulator.recorder import Upload

if TYPE_CHECKING:
    from tests.emulator.platform import Platform


@dataclass(frozen=True, slots=True)
class Call:
    """One request, parsed and valid. `body` is the JSON body, or that of the part `payload_json`."""

    platform: "Platform"
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    files: Mapping[str, Upload]

    @property
    def form(self) -> JSON:
        """The body of a request that sends an object."""
        return self.body if isinstance(self.body, dict) else {}


Handler = Callable[[Call], object]
HANDLERS: dict[str, Handler] = {}


def handles(*operation_ids: str) -> Callable[[Handler], Handler]:
    """Register a function that answers operations. None is answered as 204."""

    def register(handler: Handler) -> Handler:
        for operation_id in operation_ids:
            HANDLERS[operation_id] = handler
        return handler

    return register
