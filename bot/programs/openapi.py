"""The description of the HTTP interface, in OpenAPI 3.1. What tools take and give is read from the tools themselves."""

from functools import cache
from importlib.metadata import version
from typing import Any

from bot.programs.tools import TOOLS, Tool

_REF = "#/components/schemas/"
_ERRORS = {
    "400": "What was given makes no sense.",
    "401": "The key is missing or wrong.",
    "403": "The key is not set, or the request comes from another site's page.",
    "404": "There is no such release.",
    "429": "Too fast: ask again after the seconds in Retry-After.",
    "500": "Something went wrong that should not have: the log has more under the reference.",
    "503": "Nothing can be answered just now: ask again, after the seconds in Retry-After where it is given.",
    "504": "It took too long and was stopped.",
}
_ERRORS_OF_A_BODY = {
    "408": "The body did not come in time.",
    "413": "The body is too large.",
    "415": "The body is not application/json.",
}


@cache
def openapi() -> dict[str, Any]:
    """Return the description as a JSON object."""
    schemas: dict[str, Any] = {
        "Error": {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
    }
    paths = {tool.path: _operation(tool, schemas) for tool in TOOLS.values()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "EU Measures",
            "version": version("eu-measures"),
            "description": "Answers questions on EU measures in the words of official press releases. Errors are "
            'JSON: {"error": "one sentence"}.',
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(tool: Tool, schemas: dict[str, Any]) -> dict[str, Any]:
    errors = _ERRORS | (_ERRORS_OF_A_BODY if tool.needs_key else {})
    operation: dict[str, Any] = {
        "operationId": tool.name,
        "description": tool.description,
        # A server that others can reach wants the key for all.
        "security": [{"key": []}] if tool.needs_key else [{}, {"key": []}],
        "responses": {
            "200": {"description": "The document.", "content": _json(_schema(tool.output_schema(), schemas))},
            **{
                status: {"description": why, "content": _json({"$ref": f"{_REF}Error"})}
                for status, why in errors.items()
            },
        },
    }
    taken = _schema(tool.input_schema(), schemas)
    if tool.needs_key:
        return {"post": operation | {"requestBody": {"required": True, "content": _json(taken)}}}
    required = taken.get("required", ())
    parameters = [
        {"name": name, "in": "query", "required": name in required, "schema": schema}
        for name, schema in taken["properties"].items()
    ]
    return {"get": operation | {"parameters": parameters}}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _schema(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """Move the definitions of a JSON schema to where OpenAPI has them."""
    moved: dict[str, Any] = _moved(schema)
    schemas |= moved.pop("$defs", {})
    return moved


def _moved(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {name: _moved(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_moved(each) for each in value]
    return value.replace("#/$defs/", _REF) if isinstance(value, str) else value
