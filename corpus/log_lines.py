"""Log events as lines: of text that is safe to print, or a JSON object each. Both say when, with the offset to UTC."""

import datetime
import logging
import sys
from collections.abc import Iterable
from types import TracebackType
from typing import TextIO

from corpus.printable import as_json, line, lines

TEXT_FORMAT = "%(asctime)s %(levelname)-7s %(name)s %(message)s"
_FIELDS = "fields"
_HIDDEN = "[secret]"


def with_fields(**fields: object) -> dict[str, object]:
    """Return what to give as `extra` to a logger: fields of the event, which JSON shows beside its message."""
    return {_FIELDS: fields}


class _Formatter(logging.Formatter):
    """What both formatters share: the time, and secrets that are hidden wherever they turn up."""

    def __init__(self, fmt: str | None = None, secrets: Iterable[str] = ()) -> None:
        super().__init__(fmt)
        self._secrets = sorted({secret for secret in secrets if secret}, key=len, reverse=True)

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        """Return when it happened, in ISO 8601 with the offset to UTC."""
        return datetime.datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds")

    def _hidden(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
        return text


class LogFormatter(_Formatter):
    """Formats a log event as one safe line, with its traceback indented below it."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return line(self._hidden(super().formatMessage(record)))

    def formatException(self, ei: object) -> str:
        """Return the traceback, indented so that no line of an error message looks like a log event."""
        text = self._hidden(super().formatException(ei))  # type: ignore[arg-type]  # logging's own type is not public
        return "\n".join(f"  {text_line}" for text_line in lines(text).split("\n"))


class JsonFormatter(_Formatter):
    """Formats a log event as one JSON object on one line: when, level, logger, message, and the fields of the event."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of an event."""
        event: dict[str, object] = {
            "at": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": self._hidden(record.getMessage()),
        }
        fields = getattr(record, _FIELDS, {})
        event |= {name: self._hidden(value) if isinstance(value, str) else value for name, value in fields.items()}
        if record.exc_info:
            event["traceback"] = self._hidden(self.formatException(record.exc_info))
        return as_json(event)


class _StderrHandler(logging.StreamHandler[TextIO]):
    """Writes to what stderr is at that moment: while a progress bar is shown, that prints above the bar."""

    def __init__(self) -> None:
        """Keep no stream: the one of now may be closed when the next line is written."""
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]  # where others keep it
        """What is written to."""
        return sys.stderr


def log_to_stderr(level: int, formatter: logging.Formatter, *, force: bool = False) -> logging.Handler:
    """Log everything to stderr with a formatter, including the warnings of libraries, and return the handler.

    :param force: whether to replace handlers that were set up before.
    """
    handler = _StderrHandler()
    handler.setFormatter(formatter)
    logging.basicConfig(level=level, handlers=[handler], force=force)
    logging.captureWarnings(capture=True)
    if isinstance(formatter, JsonFormatter):  # What reads the log reads nothing but objects.
        sys.excepthook = _log_uncaught
    return handler


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Log an error that ends this process, as an event like others."""
    logging.getLogger(__name__).critical("the process ends by an error", exc_info=(kind, error, trace))


def is_logging_json() -> bool:
    """Tell whether this process logs JSON; a child that writes to the same stderr must do so, too."""
    return any(isinstance(handler.formatter, JsonFormatter) for handler in logging.getLogger().handlers)
