"""Reading what may never end: in a child process with bounded time and memory.

The child gives back what it read as JSON: the lines of a PDF or Word document, or the draft of a large page.
"""

import dataclasses
import json
import logging
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from corpus.children import child_environment
from corpus.errors import SourceError
from corpus.models import Draft

log = logging.getLogger(__name__)
TIMEOUT_S = 20.0
MEMORY_BYTES = 1 << 30
_READERS = {
    "pdf": ("corpus.pdf", "pdf_lines"),
    "word": ("corpus.word", "word_lines"),
    "page": ("corpus.pages", "read_page"),
}
_CHILD = "import sys; sys.path.insert(0, sys.argv[1]); from corpus.bounded import child; child(*sys.argv[2:])"
_REFUSED = 3


def lines_bounded(reader: str, data: bytes, name: str) -> list[str]:
    """Return the lines of a source, in the form that `corpus.layout` reads.

    :param reader: pdf or word.
    :raises SourceError: when the reader refuses it, or needs more time or memory than a release does.
    """
    return list(_read(reader, data, name, None))


def page_bounded(data: bytes, name: str, address: str | None) -> Draft:
    """Return the draft of a page in UTF-8.

    :raises SourceError: when the page cannot be parsed, or needs more time or memory than a release does.
    """
    values = _read("page", data, name, address)
    day = values.pop("date")
    return Draft(date=date.fromisoformat(day) if day else None, **values)


def child(reader: str, name: str, address: str, limit_s: str) -> None:
    """Read what comes in on stdin, and write it as JSON to stdout; the process ends with 0, or 3 when it is refused."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    seconds = int(float(limit_s)) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    module, function = _READERS[reader]
    read: Callable[[bytes, str, str | None], list[str] | Draft] = getattr(import_module(module), function)
    try:
        found = read(sys.stdin.buffer.read(), name, address or None)
    except SourceError as error:
        sys.stdout.write(json.dumps(str(error)))
        sys.exit(_REFUSED)
    json.dump(dataclasses.asdict(found) if isinstance(found, Draft) else found, sys.stdout, default=str)


def _read(reader: str, data: bytes, name: str, address: str | None) -> Any:  # noqa: ANN401
    folder = str(Path(__file__).resolve().parent.parent)
    command = [sys.executable, "-P", "-c", _CHILD, folder, reader, name, address or "", str(TIMEOUT_S)]
    too_much = SourceError(
        f"{name} takes more than {TIMEOUT_S:g} s or {MEMORY_BYTES >> 20} MB to read: save it as text and add that."
    )
    try:
        done = subprocess.run(
            command, input=data, capture_output=True, timeout=TIMEOUT_S, env=child_environment(), check=False
        )
    except subprocess.TimeoutExpired as error:
        raise too_much from error
    if done.returncode == _REFUSED:
        raise SourceError(json.loads(done.stdout))
    if done.returncode < 0 or b"MemoryError" in done.stderr:
        raise too_much
    if done.returncode != 0:
        log.warning("reader %s failed: %s", reader, done.stderr.decode(errors="replace").strip().rpartition("\n")[2])
        raise SourceError(f"{name} cannot be read: save it anew, or as text, and add that.")
    return json.loads(done.stdout)
