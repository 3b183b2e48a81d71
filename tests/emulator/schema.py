"""Discord's OpenAPI description: which operation a request is, and whether requests and answers are valid.

Validation with jsonschema takes 0.3 ms a request. Two deviations from the description: discord.py sends snowflakes as
integers in places (and Discord takes them), and requests may hold no unknown keys, which the description leaves open.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cachetools import LRUCache
from jsonschema import ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.emulator.errors import JSON, Flaw
from tests.emulator.unions import Validator, simplify

_URI = "urn:discord"
_MOST_KNOWN = 200
_METHODS = ("get", "put", "post", "patch", "delete")
_UNDESCRIBED = {  # discord.py sends these, Discord takes them
    "ApplicationCommandCreateRequest": {"nsfw": {"type": "boolean"}},
    "ApplicationCommandUpdateRequest": {"nsfw": {"type": "boolean"}},
    "ApplicationCommandPatchRequestPartial": {"nsfw": {"type": "boolean"}},
    "IncomingWebhookUpdateRequestPartial": {"tts": {"type": "boolean"}, "flags": {"type": ["integer", "null"]}},
    "CreateForumThreadRequest": {"type": {"type": ["integer", "null"]}},
    "BaseCreateMessageCreateRequest": {"tts": {"type": "boolean"}},
    "MessageEditRequestPartial": {"tts": {"type": "boolean"}},
    "IncomingWebhookUpdateForInteractionCallbackRequestPartial": {"tts": {"type": "boolean"}},
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the API."""

    operation_id: str
    method: str
    template: str
    pattern: re.Pattern[str]
    pointer: str
    needs_bot: bool
    has_body: bool
    successes: tuple[int, ...]


class Description:
    """The description, loaded once a process."""

    def __init__(self) -> None:
        text = Path(__file__).with_name("openapi.json").read_text("utf-8")
        answers = json.loads(text, object_hook=_lenient_snowflake)
        simplify(answers)
        self._answers = _registry(answers)
        document = json.loads(text, object_hook=_lenient_snowflake)
        _close(document)
        simplify(document)
        self._requests = _registry(document)
        self._validators: dict[tuple[bool, str], Any] = {}
        self._known: LRUCache[tuple[bool, str, str], list[Flaw]] = LRUCache(_MOST_KNOWN)
        operations = list(_operations(document))
        self._operations = sorted(operations, key=lambda operation: operation.template.count("{"))

    def match(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """Find the operation of a request (literal segments win) and the parameters in its path."""
        for operation in self._operations:
            if operation.method == method and (match := operation.pattern.fullmatch(path)):
                return operation, match.groupdict()
        return None

    def request_flaws(self, operation: Operation, body: object) -> list[Flaw]:
        """Tell what is wrong with a request's JSON body; several parts of a multipart body count as their JSON."""
        pointer = f"{operation.pointer}/requestBody/content/application~1json/schema"
        return self._flaws(pointer, body, strict=True)

    def answer_flaws(self, operation: Operation, status: int, body: object) -> list[Flaw]:
        """Tell what is wrong with a successful answer's JSON body."""
        pointer = f"{operation.pointer}/responses/{status}/content/application~1json/schema"
        return self._flaws(pointer, body, strict=False)

    def component_flaws(self, name: str, body: object) -> list[Flaw]:
        """Tell where a part of a gateway payload differs from a named schema."""
        return self._flaws(f"/components/schemas/{name}", body, strict=False)

    def _flaws(self, pointer: str, body: object, *, strict: bool) -> list[Flaw]:
        """Tell what is wrong with a body. What was said of one is remembered: each bot registers the same commands."""
        key = (strict, pointer)
        known = (*key, json.dumps(body))
        if known not in self._known:
            if key not in self._validators:
                registry = self._requests if strict else self._answers
                self._validators[key] = Validator({"$ref": f"{_URI}#{pointer}"}, registry=registry)
            self._known[known] = [_flaw(error) for error in self._validators[key].iter_errors(body)]
        return self._known[known]


@cache
def description() -> Description:
    """Load the description once: it takes 60 ms."""
    return Description()


def _registry(document: JSON) -> Registry[Any]:
    registry: Registry[Any] = Registry().with_resource(_URI, DRAFT202012.create_resource(document))
    return registry


def _lenient_snowflake(node: JSON) -> JSON:
    if node.get("format") == "snowflake" and node.get("type") == "string":
        node["type"] = ["string", "integer"]
    return node


def _close(document: JSON) -> None:
    """Forbid unknown keys in every object schema that leaves them open, but in parts of `allOf`."""
    schemas = document["components"]["schemas"]
    for name, extra in _UNDESCRIBED.items():
        schemas[name]["properties"].update(extra)
    for schema in schemas.values():
        for node in _objects(schema):
            node.setdefault("additionalProperties", False)


def _objects(node: object) -> Iterator[JSON]:
    if isinstance(node, dict):
        if "properties" in node and "allOf" not in node:
            yield node
        for key, value in node.items():
            if key != "allOf":
                yield from _objects(value)
    elif isinstance(node, list):
        for value in node:
            yield from _objects(value)


def _operations(document: JSON) -> Iterator[Operation]:
    for template, methods in document["paths"].items():
        pattern = re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(template)))
        escaped = template.replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
        for method in _METHODS:
            if (described := methods.get(method)) is None:
                continue
            yield Operation(
                operation_id=described["operationId"],
                method=method.upper(),
                template=template,
                pattern=pattern,
                pointer=f"/paths/{escaped}/{method}",
                needs_bot="webhook_token" not in template and "interaction_token" not in template,
                has_body="application/json" in described.get("requestBody", {}).get("content", {}),
                successes=tuple(int(status) for status in described["responses"] if status.startswith("2")),
            )


def _flaw(error: ValidationError) -> Flaw:
    """Follow a union into the branch that its `type` chose, to the first thing wrong there."""
    while error.context:
        branches: dict[object, list[ValidationError]] = {}
        for inner in error.context:
            branches.setdefault(inner.schema_path[0], []).append(inner)
        chosen = [errors for errors in branches.values() if not any(_is_type_clash(inner) for inner in errors)]
        error = min(chosen or branches.values(), key=_nearness)[0]
    code = {"maxLength": "BASE_TYPE_MAX_LENGTH", "required": "BASE_TYPE_REQUIRED"}.get(str(error.validator))
    return Flaw(tuple(error.absolute_path), code or f"SCHEMA_{str(error.validator).upper()}", error.message[:300])


def _nearness(errors: list[ValidationError]) -> tuple[int, int]:
    """Order the branches of a union: the one meant has few errors, and those deep."""
    return len(errors), -max(len(error.path) for error in errors)


def _is_type_clash(error: ValidationError) -> bool:
    return (
        bool(error.path) and error.path[-1] == "type" and error.validator in ("enum", "const") and len(error.path) < 3
    )
