"""The READMEs and .env.example cannot drift from the program."""

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from discord.app_commands import Group
from discord.ext.commands import Cog

from bot.app.client import COGS
from bot.app.permissions import INVITED
from bot.app.settings import BotSettings
from bot.cli.main import measures
from corpus.errors import MeasuresError
from index.settings import IndexSettings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
BOT_README = (ROOT / "bot" / "README.md").read_text("utf-8")


def commands(group: click.Group, prefix: str = "measures") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix} {name}")
        else:
            yield f"{prefix} {name}", command


@pytest.mark.parametrize(("name", "command"), list(commands(measures)))
def test_command_is_in_the_readme_and_has_help(name: str, command: click.Command) -> None:
    assert f"`{name}" in BOT_README
    assert command.help
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, f"{name} {option.name}"


def written_commands() -> Iterator[tuple[Path, str]]:
    """Yield each command that a README, a file for operators or a sentence of the program names, without "measures"."""
    files = [ROOT / ".env.example", *ROOT.glob("bot/deploy/*"), *ROOT.glob("*.md")]
    for room in ("bot", "index", "corpus", "tests"):
        files += [*(ROOT / room).rglob("*.md"), *((ROOT / room).rglob("*.py") if room != "tests" else ())]
    for file in files:
        for written in re.findall(r"(?:`|/|exec bot |^)measures ([a-z][^`\n]*)", file.read_text("utf-8"), re.MULTILINE):
            yield file, written


def test_command_that_is_written_somewhere_exists() -> None:
    unknown, seen = [], 0
    for file, written in written_commands():
        command: click.Command = measures
        words = written.split()
        while isinstance(command, click.Group) and words and words[0] in command.commands:
            command = command.commands[words.pop(0)]
        options = {option for parameter in command.params for option in parameter.opts} | {"--help"}
        named = {word.split("=")[0].rstrip(".,:;])'") for word in words if word.startswith("--")}
        is_part = (
            isinstance(command, click.Group)
            and bool(words)
            and words[0].isalpha()
            and not command.invoke_without_command
        )
        if is_part or command is measures or not named <= options:
            unknown.append(f"{file.relative_to(ROOT)}: measures {written}")
        seen += 1
    assert seen > 100
    assert unknown == []


def slash_commands() -> Iterator[str]:
    for name in COGS:
        module = importlib.import_module(f"bot.cogs.{name}")
        for cog in vars(module).values():
            if isinstance(cog, type) and issubclass(cog, Cog) and cog.__module__ == module.__name__:
                for command in cog.__cog_app_commands__:
                    inner = command.walk_commands() if isinstance(command, Group) else [command]
                    yield from (each.qualified_name for each in inner)


def test_slash_commands_are_in_the_readme() -> None:
    names = list(slash_commands())
    assert {"ask", "agency", "releases", "help", "about", "forget-me", "setup"} <= set(names)
    assert [name for name in names if f"`/{name}`" not in BOT_README] == []


def test_every_room_and_module_that_is_named_exists() -> None:
    bot = ROOT / "bot"
    rooms = {f"{path.name}/" for path in bot.iterdir() if path.is_dir() and path.name != "__pycache__"}
    modules = {path.name for path in (bot / "app").glob("*.py") if path.name != "__init__.py"}
    assert {name for name in rooms | modules if f"`{name}`" not in BOT_README} == set()
    named = {name.rpartition("/")[2] for name in re.findall(r"`((?:\w+/)*\w+\.py)`", BOT_README)}
    assert named <= {path.name for folder in ("bot", "index", "corpus") for path in (ROOT / folder).rglob("*.py")}


def test_invite_in_the_readme_asks_for_the_same_permissions() -> None:
    assert f"&permissions={INVITED.value}`" in README


def test_env_example_names_every_setting_and_no_other() -> None:
    example = (ROOT / ".env.example").read_text("utf-8")
    named = set(re.findall(r"^([A-Z_]+)=$", example, re.MULTILINE))
    fields = {f"MEASURES_{name.upper()}" for name in IndexSettings.model_fields}
    fields |= {
        str(field.validation_alias or f"MEASURES_{name.upper()}") for name, field in BotSettings.model_fields.items()
    }
    assert named == fields


def test_token_shows_in_no_representation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "very-secret")
    assert "very-secret" not in repr(BotSettings())


def test_every_error_is_drawn_in_the_tree() -> None:
    import bot.app.errors

    assert bot.app.errors.DiscordError in MeasuresError.__subclasses__()
    for error in MeasuresError.__subclasses__():
        assert error.__name__ in (sys.modules[error.__module__].__doc__ or "")
        assert (error.__doc__ or "").strip()
