"""The command `measures`, and what runs the program: a thin shell over the index."""

import dataclasses
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

import click

from bot.app.env_names import check_settings
from bot.cli.agency import agency
from bot.cli.asking import ask, releases, search
from bot.cli.backup import backup, restore
from bot.cli.documents import print_json
from bot.cli.evaluate import evaluate
from bot.cli.feedback import feedback
from bot.cli.feeds import feeds_commands
from bot.cli.health import health
from bot.cli.index import index_commands
from bot.cli.options import as_json
from bot.cli.sources import sources_commands
from bot.cli.terminal import Terminal
from bot.cli.verify import verify
from corpus import Fault, LogFormatter, MeasuresError, SettingsError, UnbuiltError, is_logging_json, line, log_to_stderr
from index import collect_rarely, keep_private, load_index_settings

if TYPE_CHECKING:
    from bot.app.settings import BotSettings
    from index import IndexSettings

log = logging.getLogger(__name__)
_TYPED = f"{__name__}.typed"  # what was typed after the command's name


class Group(click.Group):
    """Commands whose usage errors are made printable, too: what is typed may be the name of a hostile file."""

    def make_context(self, *args: Any, **options: Any) -> click.Context:  # noqa: ANN401 - click's own
        """Read what was typed."""
        with _printable_usage():
            return super().make_context(*args, **options)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command that was typed."""
        ctx.meta.setdefault(_TYPED, tuple(ctx.args))
        with _printable_usage():
            return super().invoke(ctx)


@contextmanager
def _printable_usage() -> Iterator[None]:
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.UsageError as error:
        raise click.UsageError(line(error.format_message()), error.ctx) from error


def main() -> None:
    """Run the command line: 0 done, 1 what one sentence on stderr says, 2 wrong usage."""
    collect_rarely()
    keep_private()
    try:
        measures()
    except MeasuresError as error:
        _tell(str(error))
    except Exception as error:
        log.info("unexpected", exc_info=error)
        name = type(error).__name__
        _tell(f"Something went wrong that should not have ({name}): `measures --verbose …` tells more.")
    else:
        return
    sys.exit(1)


def _tell(sentence: str) -> None:
    """Say what went wrong, where the log is JSON as an event of it."""
    if is_logging_json():
        log.critical("%s", sentence)
    else:
        Terminal().note(f"Error: {sentence}")


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="eu-measures")
@click.option("-v", "--verbose", is_flag=True, help="Log what is done on stderr.")
@click.pass_context
def measures(context: click.Context, verbose: bool) -> None:
    """Answer questions about EU measures in the words of the official press releases."""
    log_to_stderr(logging.INFO if verbose else logging.WARNING, LogFormatter("%(asctime)s %(name)s %(message)s"))
    is_help = not {"-h", "--help"}.isdisjoint(context.meta[_TYPED])
    # `doctor` says the same among all else, and the others when they know how to log.
    if context.invoked_subcommand not in ("doctor", "bot", "mcp") and not is_help:
        check_settings()


@measures.command()
@click.option("--sync", is_flag=True, help="Tell Discord the commands even where they did not change.")
@click.option(
    "--log-format", type=click.Choice(["text", "json"]), help="How to log, rather than as MEASURES_LOG_FORMAT says."
)
@click.pass_context
def bot(context: click.Context, sync: bool, log_format: Literal["text", "json"] | None) -> None:
    """Run the Discord bot until it is told to stop."""
    from bot.app.routes import ROUTES
    from bot.app.run import engine_opener, run_bot
    from bot.cli.doctor_machine import check_disks, check_memory
    from bot.programs.http_api import prepare
    from index import check_fit, open_generations

    settings, index_settings = _log_as_set(context, log_format)
    try:
        check_fit(open_generations(index_settings, reading=True))
    except MeasuresError as error:  # with an error that does not pass it could answer nothing
        if not isinstance(error, UnbuiltError) and getattr(error, "fault", None) not in (Fault.AWAY, Fault.BUSY):
            raise
    for check in (check_memory(), *check_disks(index_settings)):
        log.log(
            logging.INFO if check.ok else logging.WARNING, "%s: %s", check.name, f"{check.found} {check.remedy}".strip()
        )
    run_bot(settings, index_settings, engine_opener(index_settings), force_sync=sync, routes=(*ROUTES, prepare))


def _log_as_set(
    context: click.Context, log_format: Literal["text", "json"] | None = None
) -> "tuple[BotSettings, IndexSettings]":
    """Log as the settings say, or in another format, check the settings, and return them."""
    from bot.app.logs import configure_logging
    from bot.app.settings import load_bot_settings, secrets_of

    settings, index_settings = load_bot_settings(), load_index_settings()
    verbose = bool(context.find_root().params["verbose"])
    secrets = secrets_of(settings, index_settings.proxy, index_settings.database_url)
    configure_logging(log_format or settings.log_format, verbose=verbose, secrets=secrets)
    check_settings()
    return settings, index_settings


@measures.command()
@click.option("--http", is_flag=True, help="Serve it where MEASURES_HTTP says, with the JSON interface, until stopped.")
@click.pass_context
def mcp(context: click.Context, http: bool) -> None:
    """Serve MCP to the program that starts this command, over its input and output, until that ends."""
    if find_spec("mcp") is None:
        raise SettingsError(
            'The MCP SDK is not installed: install this program with its extra, as in `pip install ".[mcp]"`.'
        )
    from bot.app.settings import load_bot_settings
    from bot.programs.standalone import serve_http, serve_stdio

    if not http:
        check_settings()
    settings = _log_as_set(context) if http else (load_bot_settings(), load_index_settings())
    if not (serve_http if http else serve_stdio)(*settings):
        logging.shutdown()
        os._exit(0)  # The interpreter would wait for a thread that builds an index. What is served stays whole.


@measures.command()
@click.option("--online", is_flag=True, help="Ask Discord, too: about the token, the intents and the clock.")
@as_json
def doctor(online: bool, json_: bool) -> None:
    """Check the installation, and say what to do about each thing that is wrong."""
    from bot.cli.doctor import examine, show_checks

    checks = examine(online=online)
    if json_:
        print_json({"checks": [dataclasses.asdict(check) for check in checks]})
    else:
        show_checks(Terminal(), checks)
    if not all(check.ok for check in checks):
        sys.exit(1)


for command in (
    ask,
    search,
    verify,
    releases,
    agency,
    index_commands,
    feeds_commands,
    sources_commands,
    evaluate,
    feedback,
    backup,
    restore,
    health,
):
    measures.add_command(command)
