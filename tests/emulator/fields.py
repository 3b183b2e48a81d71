"""Filling in a modal: values are checked against the fields that were shown, and become what Discord sends."""

from tests.emulator import components as parts
from tests.emulator.errors import JSON


def submitted(modal: JSON, values: dict[str, object]) -> list[JSON]:
    """Fill in a modal's fields, named by custom_id or by the label over them.

    :raises LookupError: no field is called that, or the value cannot be entered there.
    """
    labels = _labels(modal["components"])
    by_id = {labels.get(name, name): value for name, value in values.items()}
    fields = {each["custom_id"] for each in parts.walk(modal["components"]) if "custom_id" in each}
    if unknown := set(by_id) - fields:
        raise LookupError(f"the modal has no field {sorted(unknown)}; it has {sorted(fields)} ({sorted(labels)})")
    return [_filled(component, by_id) for component in parts.stored(modal["components"])]


def _labels(components: list[JSON]) -> dict[str, str]:
    labels = {each["label"]: each["component"]["custom_id"] for each in components if each["type"] == parts.LABEL}
    inputs = [each for each in parts.walk(components) if each["type"] == parts.TEXT_INPUT and each.get("label")]
    return labels | {each["label"]: each["custom_id"] for each in inputs}


def _filled(component: JSON, values: dict[str, object]) -> JSON:
    filled: JSON = {"type": component["type"], "id": component["id"]}
    if component["type"] == parts.ROW:
        return filled | {"components": [_filled(each, values) for each in component["components"]]}
    if component["type"] == parts.LABEL:
        return filled | {"component": _filled(component["component"], values)}
    if "custom_id" not in component:
        return filled
    if component["type"] != parts.TEXT_INPUT:
        raise LookupError(f"{component['custom_id']} takes no text: the simulation knows other fields")
    value = values.get(component["custom_id"])
    return filled | {"custom_id": component["custom_id"], "value": _text(component, value)}


def _text(component: JSON, value: object) -> str:
    required = component.get("required", True)
    text = component.get("value") or "" if value is None else value
    if not isinstance(text, str):
        raise LookupError(f"{component['custom_id']} takes text, not {value!r}")
    if text or required:
        least, most = component.get("min_length") or int(required), component.get("max_length") or 4000
        _require(component["custom_id"], len(text), least, most)
    return text


def _require(name: str, count: int, least: int, most: int) -> None:
    if not least <= count <= most:
        raise LookupError(f"{name} takes {least} to {most}, not {count}")
