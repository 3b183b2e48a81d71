"""Filling in a modal: values are checked against the fields that were shown, and become what Discord sends."""

from collections.abc import Sequence

from tests.emulator import components as parts
from tests.emulator.errors import JSON
from tests.emulator.invoke import Resolved


def submitted(modal: JSON, values: dict[str, object], resolved: Resolved) -> list[JSON]:
    """Fill in a modal's fields, named by custom_id or by the label over them.

    :raises LookupError: no field is called that, or the value cannot be entered there.
    """
    labels = _labels(modal["components"])
    by_id = {labels.get(name, name): value for name, value in values.items()}
    fields = {one["custom_id"] for one in parts.walk(modal["components"]) if "custom_id" in one}
    if unknown := set(by_id) - fields:
        raise LookupError(f"the modal has no field {sorted(unknown)}; it has {sorted(fields)} ({sorted(labels)})")
    return [_filled(component, by_id, resolved) for component in parts.stored(modal["components"])]


def _labels(components: list[JSON]) -> dict[str, str]:
    labels = {one["label"]: one["component"]["custom_id"] for one in components if one["type"] == parts.LABEL}
    inputs = [one for one in parts.walk(components) if one["type"] == parts.TEXT_INPUT and one.get("label")]
    return labels | {one["label"]: one["custom_id"] for one in inputs}


def _filled(component: JSON, values: dict[str, object], resolved: Resolved) -> JSON:
    filled: JSON = {"type": component["type"], "id": component["id"]}
    if component["type"] == parts.ROW:
        return filled | {"components": [_filled(one, values, resolved) for one in component["components"]]}
    if component["type"] == parts.LABEL:
        return filled | {"component": _filled(component["component"], values, resolved)}
    if "custom_id" not in component:
        return filled
    value = values.get(component["custom_id"])
    return filled | {"custom_id": component["custom_id"]} | submitted_value(component, value, resolved)


def submitted_value(component: JSON, value: object, resolved: Resolved) -> JSON:
    """Give what a field or a menu sends for a value."""
    kind, name = component["type"], component["custom_id"]
    required = component.get("required", True)
    if kind == parts.TEXT_INPUT:
        return {"value": _text(component, value, required=required)}
    if kind == parts.CHECKBOX:
        return {"value": bool(component.get("default") if value is None else value)}
    chosen = _chosen(component, value)
    if kind == parts.RADIO_GROUP:
        _require(name, len(chosen), 1 if required else 0, 1)
        return {"value": chosen[0] if chosen else None}
    least = component.get("min_values", 1) if required or chosen else 0
    _require(name, len(chosen), least, component.get("max_values") or 1)
    if kind in (parts.STRING_SELECT, parts.CHECKBOX_GROUP):
        return {"values": chosen}
    return {"values": [resolved.add(one) for one in chosen]}


def _text(component: JSON, value: object, *, required: bool) -> str:
    text = component.get("value") or "" if value is None else value
    if not isinstance(text, str):
        raise LookupError(f"{component['custom_id']} takes text, not {value!r}")
    if text or required:
        least, most = component.get("min_length") or int(required), component.get("max_length") or 4000
        _require(component["custom_id"], len(text), least, most)
    return text


def _chosen(component: JSON, value: object) -> Sequence[object]:
    options = {one["label"]: one["value"] for one in component.get("options") or []}
    if value is None:
        return [one["value"] for one in component.get("options") or [] if one.get("default")]
    chosen = list(value) if isinstance(value, list | tuple) else [value]
    if not options:
        return chosen
    chosen = [options.get(str(one), one) for one in chosen]
    if wrong := [one for one in chosen if one not in options.values()]:
        raise LookupError(f"{component['custom_id']} offers {options}, not {wrong}")
    return chosen


def _require(name: str, count: int, least: int, most: int) -> None:
    if not least <= count <= most:
        raise LookupError(f"{name} takes {least} to {most}, not {count}")
