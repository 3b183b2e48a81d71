"""What the bot logs, as `measures bot` would log it."""

import io
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.app.logs import configure_logging

Lines = Callable[[], list[str]]
_NAMES = ("", "discord", "httpx", "index.engine", "discord.http", "discord.webhook.async_")


@contextmanager
def logging_as_measures_bot() -> Iterator[Lines]:
    """Log as the command does, and give what returns the lines since it was last asked, without time and level."""
    loggers = [logging.getLogger(name) for name in _NAMES]
    before = [(logger.level, logger.handlers[:]) for logger in loggers]
    loggers[0].handlers.clear()
    configure_logging("text", verbose=False)
    [to_stderr] = loggers[0].handlers
    written = io.StringIO()
    kept = logging.StreamHandler(written)  # with format and filters of the command's own, which writes to stderr
    kept.setFormatter(to_stderr.formatter)
    kept.filters = to_stderr.filters
    loggers[0].handlers[:] = [kept]

    def lines() -> list[str]:
        result = written.getvalue().splitlines()
        written.seek(0)
        written.truncate()
        return [_message(line) for line in result]

    try:
        yield lines
    finally:
        for logger, (level, handlers) in zip(loggers, before, strict=True):
            logger.setLevel(level)
            logger.handlers[:] = handlers


def _message(line: str) -> str:
    parts = line.split(maxsplit=3)
    return parts[3] if len(parts) == 4 and parts[0].count("-") >= 2 else line  # a traceback stays as it is
