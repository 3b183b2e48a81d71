"""What the OpenAPI description lets pass and Discord does not: commands, modals, choices."""

import unicodedata
from collections import Counter
from collections.abc import Iterator

from tests.emulator import components as parts
from tests.emulator.checks import Path, component_flaws, too_long
from tests.emulator.errors import JSON, Flaw

CHAT_INPUT, USER_COMMAND, MESSAGE_COMMAND = 1, 2, 3
_AT_MOST = {CHAT_INPUT: 100, USER_COMMAND: 15, MESSAGE_COMMAND: 15}
_SUBCOMMANDS = (1, 2)
_MAX_COMMAND, _MAX_CHOICES, _MAX_CHOICE = 8000, 25, 100


def commands_flaws(commands: list[JSON]) -> Iterator[Flaw]:
    """Check all commands of a scope."""
    kinds = Counter(command.get("type") or CHAT_INPUT for command in commands)
    for kind, count in kinds.items():
        if count > _AT_MOST[kind]:
            message = f"Maximum number of application commands reached ({_AT_MOST[kind]})."
            yield Flaw((), "APPLICATION_COMMAND_TOO_MANY", message)
    names = Counter((command.get("type") or CHAT_INPUT, command["name"]) for command in commands)
    for position, command in enumerate(commands):
        if names[command.get("type") or CHAT_INPUT, command["name"]] > 1:
            yield Flaw((position, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", "Names must be unique.")
        yield from command_flaws((position,), command)


def command_flaws(path: Path, command: JSON) -> Iterator[Flaw]:
    """Check one command."""
    if (command.get("type") or CHAT_INPUT) != CHAT_INPUT:
        if command.get("description"):
            yield Flaw((*path, "description"), "APPLICATION_COMMAND_DESCRIPTION", "Must be empty.")
        return
    yield from _named(path, command)
    yield from _options((*path, "options"), command.get("options") or [])
    if _length(command) > _MAX_COMMAND:
        yield Flaw(path, "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds {_MAX_COMMAND} characters.")


def _length(node: JSON) -> int:
    own = sum(
        max([len(node.get(key) or ""), *map(len, (node.get(f"{key}_localizations") or {}).values())])
        for key in ("name", "description")
    )
    values = [choice for choice in node.get("choices") or [] if isinstance(choice["value"], str)]
    own += sum(len(choice["name"]) for choice in node.get("choices") or []) + sum(len(each["value"]) for each in values)
    return own + sum(map(_length, node.get("options") or []))


def _named(path: Path, node: JSON) -> Iterator[Flaw]:
    names: dict[Path, str] = {("name",): node["name"]}
    names |= {("name_localizations", key): name for key, name in (node.get("name_localizations") or {}).items()}
    for where, name in names.items():
        if not _is_command_name(name):
            yield Flaw((*path, *where), "APPLICATION_COMMAND_INVALID_NAME", f"Command name is invalid: {name!r}.")
    if not node.get("description"):
        yield Flaw((*path, "description"), "BASE_TYPE_REQUIRED", "This field is required.")


def _is_command_name(name: str) -> bool:
    kinds_ok = all(letter in "-_'" or unicodedata.category(letter)[0] in "LNM" for letter in name)
    return kinds_ok and 1 <= len(name) <= 32 and name == name.lower()


def _options(path: Path, options: list[JSON]) -> Iterator[Flaw]:
    names = Counter(option["name"] for option in options)
    optional_seen = False
    for position, option in enumerate(options):
        here = (*path, position)
        yield from _named(here, option)
        if names[option["name"]] > 1:
            yield Flaw((*here, "name"), "APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATED", "Names must be unique.")
        if option["type"] in _SUBCOMMANDS:
            yield from _options((*here, "options"), option.get("options") or [])
            continue
        if option.get("required") and optional_seen:
            message = "Required options must be placed before non-required options."
            yield Flaw(here, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        optional_seen = optional_seen or not option.get("required")
        yield from choices_flaws((*here, "choices"), option.get("choices") or [])
        if option.get("choices") and option.get("autocomplete"):
            yield Flaw(here, "APPLICATION_COMMAND_OPTIONS_CHOICES_AUTOCOMPLETE", "Not choices and autocomplete both.")


def choices_flaws(path: Path, choices: list[JSON]) -> Iterator[Flaw]:
    """Check the choices of an option, or those an autocompletion offers."""
    if len(choices) > _MAX_CHOICES:
        yield Flaw(path, "BASE_TYPE_BAD_LENGTH", f"Must be between 0 and {_MAX_CHOICES} in length.")
    for position, choice in enumerate(choices):
        for key in ("name", "value"):
            value = choice[key]
            if isinstance(value, str) and not 1 <= len(value) <= _MAX_CHOICE:
                yield too_long((*path, position, key), _MAX_CHOICE)


def modal_flaws(modal: JSON) -> Iterator[Flaw]:
    """Check a modal."""
    components = modal["components"]
    if len(components) > 5:
        yield Flaw(("components",), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    yield from component_flaws(components)
    for path, component in parts.located(components, ("components",)):
        if component["type"] == parts.TEXT_INPUT:
            yield from _text_input_flaws(path, component)
        if component["type"] == parts.ROW and [each["type"] for each in component["components"]] != [parts.TEXT_INPUT]:
            yield Flaw((*path, "components"), "MODAL_ROW", "A row of a modal holds one text input.")


def _text_input_flaws(path: Path, field: JSON) -> Iterator[Flaw]:
    labelled = path[-1] == "component"
    if labelled and field.get("label"):
        yield Flaw((*path, "label"), "TEXT_INPUT_LABEL", "Not inside a label.")
    if not labelled and not field.get("label"):
        yield Flaw((*path, "label"), "BASE_TYPE_REQUIRED", "This field is required.")
    least, most, value = field.get("min_length") or 0, field.get("max_length") or 4000, field.get("value")
    if least > most:
        yield Flaw((*path, "min_length"), "TEXT_INPUT_LENGTHS", "min_length must not exceed max_length.")
    if value and not least <= len(value) <= most:
        yield Flaw((*path, "value"), "TEXT_INPUT_VALUE_LENGTH", f"Must be between {least} and {most} in length.")
