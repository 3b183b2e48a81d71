"""What the OpenAPI description lets pass and Discord does not: messages and their components."""

from collections.abc import Iterator
from typing import Any

from tests.emulator import components as parts
from tests.emulator.errors import JSON, Flaw
from tests.emulator.flags import MessageFlag

_MAX_CONTENT, _MAX_EMBEDS, _MAX_COMPONENTS, _MAX_TEXT = 2000, 6000, 40, 4000
_SCHEMES = ("http://", "https://", "discord://")
Path = tuple[str | int, ...]


def message_flaws(form: JSON, *, flags: int) -> Iterator[Flaw]:
    """Check a message's form; `flags` are those the message will have."""
    content, embeds = form.get("content") or "", form.get("embeds") or []
    if len(content) > _MAX_CONTENT:
        yield too_long(("content",), _MAX_CONTENT)
    if sum(map(_embed_length, embeds)) > _MAX_EMBEDS:
        yield Flaw(("embeds",), "MAX_EMBED_SIZE_EXCEEDED", f"Embeds exceed {_MAX_EMBEDS} characters in sum.")
    components = form.get("components") or []
    yield from component_flaws(components)
    if flags & MessageFlag.IS_COMPONENTS_V2:
        for key in ("content", "embeds", "poll", "sticker_ids"):
            if form.get(key):
                yield Flaw((key,), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "Not with IS_COMPONENTS_V2.")
        yield from _v2_flaws(components)
        return
    if len(components) > 5:
        yield Flaw(("components",), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    for path, component in parts.located(components, ("components",)):
        if component["type"] in parts.V2_ONLY:
            yield Flaw((*path, "type"), "UNION_TYPE_CHOICES", "Needs the flag IS_COMPONENTS_V2.")


def too_long(path: Path, limit: int) -> Flaw:
    """Say that a text is too long."""
    return Flaw(path, "BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length.")


def _embed_length(embed: JSON) -> int:
    texts = [embed.get("title"), embed.get("description")]
    texts += [(embed.get("footer") or {}).get("text"), (embed.get("author") or {}).get("name")]
    texts += [field[key] for field in embed.get("fields") or [] for key in ("name", "value")]
    return sum(len(text) for text in texts if text)


def _v2_flaws(components: list[JSON]) -> Iterator[Flaw]:
    count = len(list(parts.walk(components)))
    if count > _MAX_COMPONENTS:
        message = f"The total number of components must be at most {_MAX_COMPONENTS}, not {count}."
        yield Flaw(("components",), "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", message)
    length = sum(map(len, parts.text_displays(components)))
    if length > _MAX_TEXT:
        message = f"The displayable text exceeds the maximum size of {_MAX_TEXT}: {length}."
        yield Flaw(("components",), "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", message)


def component_flaws(components: list[JSON]) -> Iterator[Flaw]:
    """Check components one by one, and that custom_ids and ids are unique."""
    seen: set[object] = set()
    for path, component in parts.located(components, ("components",)):
        for key in ("custom_id", "id"):
            value = component.get(key)
            if value and (key, value) in seen:
                yield Flaw((*path, key), "COMPONENT_CUSTOM_ID_DUPLICATED", f"Component {key} cannot be duplicated.")
            seen.add((key, value))
        yield from _one(path, component)


def _one(path: Path, component: JSON) -> Iterator[Flaw]:
    kind = component["type"]
    if kind == parts.ROW:
        yield from _row_flaws(path, component)
    elif kind == parts.BUTTON:
        yield from _button_flaws(path, component)
    elif kind in parts.SELECTS:
        yield from _select_flaws(path, component)
    elif kind == parts.TEXT and not component["content"].strip():
        yield Flaw((*path, "content"), "BASE_TYPE_REQUIRED", "This field is required.")
    elif kind == parts.SECTION and not 1 <= len(component["components"]) <= 3:
        yield Flaw((*path, "components"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 3 in length.")
    elif kind == parts.CONTAINER and not component["components"]:
        yield Flaw((*path, "components"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 40 in length.")


def _row_flaws(path: Path, row: JSON) -> Iterator[Flaw]:
    kinds = [inner["type"] for inner in row["components"]]
    if not kinds or len(kinds) > 5:
        yield Flaw((*path, "components"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    elif len(kinds) > 1 and set(kinds) != {parts.BUTTON}:
        yield Flaw((*path, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "A select fills a row.")


def _button_flaws(path: Path, button: JSON) -> Iterator[Flaw]:
    style, has_id, url = button["style"], bool(button.get("custom_id")), button.get("url")
    if style == parts.PREMIUM_STYLE:
        return
    if style == parts.LINK_STYLE:
        if not url:
            yield Flaw((*path, "url"), "BASE_TYPE_REQUIRED", "A link button needs a url.")
        elif not url.startswith(_SCHEMES):
            yield Flaw((*path, "url"), "URL_TYPE_INVALID_SCHEME", "Scheme must be one of http, https, discord.")
    elif not has_id:
        yield Flaw((*path, "custom_id"), "BASE_TYPE_REQUIRED", "A custom id is required.")
    if url and has_id:
        yield Flaw(path, "COMPONENT_CUSTOM_ID_AND_URL", "A custom id and url cannot both be specified.")
    if not button.get("label") and not button.get("emoji"):
        yield Flaw((*path, "label"), "BASE_TYPE_REQUIRED", "A button needs a label or an emoji.")


def _select_flaws(path: Path, select: JSON) -> Iterator[Flaw]:
    least = 1 if (given := select.get("min_values")) is None else given
    most = select.get("max_values") or 1
    if least > most:
        yield Flaw((*path, "min_values"), "SELECT_MIN_VALUES", "min_values must not exceed max_values.")
    if select["type"] != parts.STRING_SELECT:
        return
    options: list[dict[str, Any]] = select["options"]
    if not options:
        yield Flaw((*path, "options"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 25 in length.")
    if most > len(options):
        yield Flaw((*path, "max_values"), "SELECT_MAX_VALUES", "max_values must not exceed the number of options.")
    if len({option["value"] for option in options}) < len(options):
        yield Flaw((*path, "options"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "Values must be unique.")
    if sum(bool(option.get("default")) for option in options) > most:
        yield Flaw((*path, "options"), "SELECT_TOO_MANY_DEFAULTS", "More defaults than max_values.")
