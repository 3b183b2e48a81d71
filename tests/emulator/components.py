"""Components: walking them, how Discord stores what a request sent, and the text that people see."""

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

from tests.emulator.errors import JSON

ROW, BUTTON, STRING_SELECT, TEXT_INPUT, SECTION, TEXT, THUMBNAIL = 1, 2, 3, 4, 9, 10, 11
GALLERY, FILE, SEPARATOR, CONTAINER, LABEL, FILE_UPLOAD = 12, 13, 14, 17, 18, 19
RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 21, 22, 23
SELECTS = (3, 5, 6, 7, 8)
V2_ONLY = (SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER)
LINK_STYLE, PREMIUM_STYLE = 5, 6


def walk(components: Iterable[JSON]) -> Iterator[JSON]:
    """Give every component, nested ones and accessories after what holds them."""
    for _, component in located(components, ()):
        yield component


def located(components: Iterable[JSON], path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], JSON]]:
    """Give every component with its path in the form."""
    for position, component in enumerate(components):
        yield from _located(component, (*path, position))


def _located(component: JSON, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], JSON]]:
    yield path, component
    yield from located(component.get("components") or [], (*path, "components"))
    for key in ("accessory", "component"):
        if component.get(key):
            yield from _located(component[key], (*path, key))


def stored(components: Iterable[JSON], media_urls: dict[str, JSON] | None = None) -> list[JSON]:
    """Turn the components of a request into those of an answer: numbered, defaults filled in, media with addresses."""
    numbers = itertools.count(1)
    return [_stored(component, numbers, media_urls or {}) for component in components]


def _stored(component: JSON, numbers: "itertools.count[int]", media: dict[str, JSON]) -> JSON:
    number = next(numbers)
    kept = {key: value for key, value in component.items() if value is not None}
    kept["id"] = component.get("id") or number
    for key in ("components", "accessory", "component"):
        if key == "components" and key in kept:
            kept[key] = [_stored(inner, numbers, media) for inner in kept[key]]
        elif key in kept:
            kept[key] = _stored(kept[key], numbers, media)
    return _with_defaults(kept, media)


def _with_defaults(kept: JSON, media: dict[str, JSON]) -> JSON:
    kind = kept["type"]
    if kind == CONTAINER:
        return {"accent_color": None, "spoiler": False} | kept
    if kind == SEPARATOR:
        return {"spacing": 1, "divider": True} | kept
    if kind in SELECTS:
        return {"min_values": 1, "max_values": 1} | kept
    if kind == THUMBNAIL:
        return {"description": None, "spoiler": False} | kept | {"media": _media(kept["media"], media)}
    if kind == FILE:
        name = kept["file"]["url"].rpartition("/")[2]
        return {"spoiler": False, "name": name, "size": 0} | kept | {"file": _media(kept["file"], media)}
    if kind == GALLERY:
        items = [
            {"description": None, "spoiler": False} | item | {"media": _media(item["media"], media)}
            for item in kept["items"]
        ]
        return kept | {"items": items}
    return kept


def _media(item: JSON, media: dict[str, JSON]) -> JSON:
    known = media.get(item["url"], {"id": "1", "url": item["url"], "proxy_url": item["url"]})
    return {"width": None, "height": None, "content_type": None, **known}


def visible_text(components: Iterable[JSON]) -> list[str]:
    """List the texts that people see, in order: text displays, labels of buttons, placeholders, options chosen."""
    return [text for component in walk(components) for text in _texts(component) if text]


def _texts(component: JSON) -> list[str]:
    kind = component["type"]
    if kind == TEXT:
        return [component["content"]]
    if kind in (BUTTON, LABEL):
        return [component.get("label") or ""]
    if kind in SELECTS:
        return [component.get("placeholder") or ""]
    return []


def text_displays(components: Iterable[JSON]) -> list[str]:
    """List the contents of the text displays, in order."""
    return [component["content"] for component in walk(components) if component["type"] == TEXT]


def find(components: Iterable[JSON], named: str, kinds: tuple[int, ...]) -> JSON:
    """Find the one component of these kinds with a custom_id, label or placeholder, as a person would.

    :raises LookupError: none or several are there, or the one there is disabled.
    """
    present = [component for component in walk(components) if component["type"] in kinds]
    keys: tuple[str, ...] = ("custom_id", "label", "placeholder")
    matching = [component for component in present if named in [component.get(key) for key in keys]]
    if len(matching) != 1:
        there = [[component[key] for key in keys if component.get(key)] for component in present]
        raise LookupError(f"{len(matching)} components are called {named!r}; there are {there}")
    result: dict[str, Any] = matching[0]
    if result.get("disabled"):
        raise LookupError(f"{named!r} is disabled")
    return result
