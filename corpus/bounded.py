"""Reading what may never end: in a child process with bounded time and memory.

A reader is a function ``(data, name, address) -> Draft`` named by module and function; the draft comes back as JSON.
"""

import dataclasses
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from corpus.errors import SourceError
from corpus.models import Draft

TIMEOUT_S = 20.0
MEMORY_BYTES = 1 << 30
_READERS = {
    "pdf": ("corpus.pdf", "from_pdf"),
    "word": ("corpus.word", "from_word"),
    "page": ("corpus.pages", "from_html_bytes"),
}
_CHILD = "import sys; sys.path.insert(0, sys.argv[1]); from corpus.bounded import child; child(sys.argv[2:])"
_REFUSED = 3


def read_bounded(reader: str, data: bytes, name: str, address: str | None, *, timeout_s: float | None = None) -> Draft:
    """Read a source in a child process.

    :param reader: pdf, word or page.
    :raises SourceError: when the reader refuses it, or needs more time or memory than a release does.
    """
    limit_s = TIMEOUT_S if timeout_s is None else timeout_s
    folder = str(Path(__file__).resolve().parent.parent)
    command = [sys.executable, "-P", "-c", _CHILD, folder, reader, name, address or "", str(limit_s)]
    too_much = SourceError(
        f"{name} takes more than {limit_s:g} s or {MEMORY_BYTES >> 20} MB to read: save it as text and add that."
    )
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=limit_s, check=False)
    except subprocess.TimeoutExpired as error:
        raise too_much from error
    if done.returncode == _REFUSED:
        raise SourceError(done.stdout.decode())
    if done.returncode != 0:
        raise too_much
    return _draft(json.loads(done.stdout))


def child(arguments: list[str]) -> None:
    """Read what comes in on stdin, and write the draft to stdout; the process ends with 0, or 3 when it is refused."""
    import resource

    reader, name, address, limit_s = arguments
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    seconds = int(float(limit_s)) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    module, function = _READERS[reader]
    read: Callable[[bytes, str, str | None], Draft] = getattr(import_module(module), function)
    try:
        draft = read(sys.stdin.buffer.read(), name, address or None)
    except SourceError as error:
        sys.stdout.write(str(error))
        sys.exit(_REFUSED)
    values = dataclasses.asdict(draft) | {"date": draft.date.isoformat() if draft.date else None}
    json.dump(values, sys.stdout)


def _draft(values: dict[str, Any]) -> Draft:
    day = values.pop("date")
    return Draft(date=date.fromisoformat(day) if day else None, **values)
