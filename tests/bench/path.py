"""The modules that a question asked in Discord crosses, and what is done twice on its way.

    python -m tests.bench.path ["A question?"]

Three counts, from the command's interaction to the answer, in any thread, found by `sys.setprofile`: modules of which a
function is called; those of them that call another of the program's modules; and those that hand the question on to
another one, as a text or in a value that holds it. Who follows a question through the code reads the last ones; the
others are helpers, each of which answers one thing. A coroutine counts as called once, however often it is resumed. The
bot runs in the simulated Discord, the engine in its process.
"""

import argparse
import asyncio
import dataclasses
import dis
import inspect
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import CodeType, FrameType

from index.encoders.embedder import SentenceTransformerEmbedder
from index.engine import Engine
from index.maintenance import build_all
from index.settings import IndexSettings
from tests.fakes import silent
from tests.simulation import QUESTION, chatting

_ROOT = Path(__file__).parents[2]
_NAMES = ("bot.", "index.", "corpus.")
_PACKAGES = tuple(f"{_ROOT / name[:-1]}/" for name in _NAMES)
# These look up what was read of a text before, or let it be read. That is counted by the name of what reads it.
LOOK_UPS = frozenset({"fold", "words", "language_of", "Registry.mentions"})
_DEPTH = 3  # How far into values a question is looked for: an answer holds receipts, a receipt holds it.
_RESUMED = inspect.CO_COROUTINE | inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR
_OTHER = "What will Europol do against migrant smuggling?"


@dataclass(slots=True)
class Crossed:
    """How often functions were called, by module and name, and with the same texts, by module, name and texts.

    ``callers`` are the modules that called another one. ``handed`` are pairs of modules: the first handed the question
    on to the second.
    """

    question: str = ""
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    texts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    callers: set[str] = field(default_factory=set)
    handed: set[tuple[str, str]] = field(default_factory=set)
    watched: bool = False

    @property
    def modules(self) -> list[str]:
        """The modules of which a function was called."""
        return sorted({module for module, _ in self.calls})

    @property
    def handing(self) -> set[str]:
        """The modules that handed the question on."""
        return {caller for caller, _ in self.handed}

    @property
    def round_trips(self) -> list[tuple[str, str]]:
        """The pairs of modules of which each handed the question to the other."""
        return sorted(pair for pair in self.handed if pair[0] < pair[1] and pair[::-1] in self.handed)

    def note(self, frame: FrameType, event: str, _argument: object) -> None:
        """Count a call of the program's own functions."""
        module = _module(frame)
        if event != "call" or not self.watched or module is None or _is_resumed(frame):
            return
        code = frame.f_code
        self.calls[module, code.co_qualname] += 1
        if code.co_name.startswith("<"):
            return
        given = _given(frame)
        caller = _caller(frame)
        if caller is not None and caller != module:
            self.callers.add(caller)
            if any(_holds(value, _bare(self.question)) for value in given):
                self.handed.add((caller, module))
        texts = [text for text in given if isinstance(text, str)]
        if code.co_qualname not in LOOK_UPS and any(" " in text for text in texts):
            self.texts[module, code.co_qualname, " | ".join(sorted(map(_told, given), key=_is_other))] += 1

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Count what is called meanwhile, by threads too that began within `profiled`."""
        self.watched = True
        try:
            yield
        finally:
            self.watched = False


def _given(frame: FrameType) -> list[object]:
    """Return what a function was called with."""
    code = frame.f_code
    count = code.co_argcount + code.co_kwonlyargcount
    values = [frame.f_locals.get(name) for name in code.co_varnames[:count]]
    more = frame.f_locals.get(code.co_varnames[count], ()) if code.co_flags & inspect.CO_VARARGS else ()
    return [*values, *more]


def _told(value: object) -> str:
    """Return a text as it is, and of another value what tells it from others of its kind."""
    return value if isinstance(value, str) else f"<{type(value).__name__} {id(value):x}>"


def _is_other(told: str) -> bool:
    """Tell whether what was told of a value is no text: texts come first."""
    return told.startswith("<")


def _module(frame: FrameType) -> str | None:
    """Return the module of a frame, None where that is none of the program's."""
    return _module_in(frame.f_code.co_filename)


@cache
def _module_in(path: str) -> str | None:
    return str(Path(path).relative_to(_ROOT)) if path.startswith(_PACKAGES) else None


def _caller(frame: FrameType) -> str | None:
    """Return the module of the program from which a function was called, also through a library."""
    above = frame.f_back
    while above is not None and (module := _module(above)) is None:
        above = above.f_back
    return None if above is None else module


def _is_resumed(frame: FrameType) -> bool:
    """Tell whether a frame is that of a coroutine or a generator that goes on, having been called before."""
    return bool(frame.f_code.co_flags & _RESUMED) and frame.f_lasti > _begins(frame.f_code)


@cache
def _begins(code: CodeType) -> int:
    return next(each.offset for each in dis.get_instructions(code) if each.opname == "RESUME")


def _holds(value: object, question: str, depth: int = _DEPTH) -> bool:
    """Tell whether a value is a question, but for its case and question mark, or one of the program's that holds it."""
    if isinstance(value, str):
        return bool(question) and _bare(value) == question
    if not depth or not dataclasses.is_dataclass(value) or not type(value).__module__.startswith(_NAMES):
        return False
    return any(_holds(getattr(value, each.name, None), question, depth - 1) for each in dataclasses.fields(value))


def _bare(text: str) -> str:
    return text.strip(" ?").casefold()


@contextmanager
def profiled(question: str = "") -> Iterator[Crossed]:
    """Give what counts calls in this thread and in those that begin meanwhile.

    :param question: the question whose way is told, where that matters.
    """
    crossed = Crossed(question)
    threading.setprofile(crossed.note)
    sys.setprofile(crossed.note)
    try:
        yield crossed
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


async def _ask(folder: Path, question: str, crossed: Crossed) -> None:
    settings, embedder = IndexSettings(data_dir=folder, model=""), SentenceTransformerEmbedder()
    build_all(settings, embedder, silent)
    with Engine(settings, embedder) as engine:
        async with chatting(engine, folder) as chat:
            await chat.ask(_OTHER)  # What is made once for all questions is made.
            with crossed.watching():
                await chat.ask(question)


def main() -> None:
    """Ask, and print the modules, and what was called more than once with the same text."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("question", nargs="?", default=QUESTION)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, profiled(arguments.question) as crossed:
        asyncio.run(_ask(Path(folder), arguments.question, crossed))
    print(f"{len(crossed.modules)} modules are called,", f"{len(crossed.callers)} of them call another one,")
    print(f"{len(crossed.handing)} of them hand the question on (*):")
    for module in crossed.modules:
        print(f"  {'*' if module in crossed.handing else ' '} {module}")
    print("hand it to each other:", ", ".join(map(" and ".join, crossed.round_trips)) or "none")
    print("called more than once with the same text:")
    for (module, name, text), count in crossed.texts.most_common():
        if count > 1:
            print(f"  {count:3} {module} {name} {text[:60]!r}")


if __name__ == "__main__":
    main()
