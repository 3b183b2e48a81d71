"""The refusals of Discord's REST API: an HTTP status, a code, a message, and for invalid forms where and why."""

from dataclasses import dataclass, field
from typing import Any

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing wrong with a form: where (keys and positions), Discord's code for it, and a sentence."""

    path: tuple[str | int, ...]
    code: str
    message: str

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.path)) or 'body'}: {self.message} ({self.code})"


@dataclass(slots=True, eq=False)
class ApiError(Exception):
    """A request that Discord refuses."""

    status: int
    code: int
    message: str
    flaws: list[Flaw] = field(default_factory=list)

    def body(self) -> JSON:
        """Give the answer's body, errors nested by path as Discord nests them."""
        body: JSON = {"code": self.code, "message": self.message}
        if self.flaws:
            body["errors"] = {}
        for flaw in self.flaws:
            place = body["errors"]
            for step in flaw.path:
                place = place.setdefault(str(step), {})
            place.setdefault("_errors", []).append({"code": flaw.code, "message": flaw.message})
        return body


class InvalidForm(ApiError):
    """400 50035: the client sent what Discord can never take. It fails the test that caused it."""

    def __init__(self, *flaws: Flaw) -> None:
        super().__init__(400, 50035, "Invalid Form Body", list(flaws))


def unknown(what: str) -> ApiError:
    """404 for a thing that is not, or no longer, there."""
    codes = {
        "Channel": 10003,
        "Guild": 10004,
        "Member": 10007,
        "Message": 10008,
        "User": 10013,
        "Emoji": 10014,
        "Webhook": 10015,
        "Interaction": 10062,
        "application command": 10063,
    }
    return ApiError(404, codes[what], f"Unknown {what}")


def missing_access() -> ApiError:
    """403 for a channel that the bot cannot see."""
    return ApiError(403, 50001, "Missing Access")


def missing_permissions() -> ApiError:
    """403 for something the bot may not do in a channel it sees."""
    return ApiError(403, 50013, "Missing Permissions")
