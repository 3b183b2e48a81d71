"""The modules that a question asked in Discord crosses, and what is done twice on its way.

    python -m tests.bench.path ["A question?"]

A module counts where a function of it is called, from the command's interaction to the answer, in any thread: found by
`sys.setprofile`. What a cache gives is no call. The bot runs in the simulated Discord, the engine in its process.
"""

import argparse
import asyncio
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from index.encoders.embedder import SentenceTransformerEmbedder
from index.engine import Engine
from index.maintenance import build_all
from index.settings import IndexSettings
from tests.fakes import silent
from tests.simulation import QUESTION, chatting

_ROOT = Path(__file__).parents[2]
_PACKAGES = tuple(f"{_ROOT / name}/" for name in ("bot", "index", "corpus"))
_OTHER = "What will Europol do against migrant smuggling?"


@dataclass(slots=True)
class Crossed:
    """How often functions were called, by module and name, and with the same texts, by module, name and texts."""

    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    texts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    watched: bool = False

    @property
    def modules(self) -> list[str]:
        """The modules of which a function was called."""
        return sorted({module for module, _ in self.calls})

    def note(self, frame: FrameType, event: str, _argument: object) -> None:
        """Count a call of the program's own functions."""
        code = frame.f_code
        if event != "call" or not self.watched or not code.co_filename.startswith(_PACKAGES):
            return
        name = (str(Path(code.co_filename).relative_to(_ROOT)), code.co_qualname)
        self.calls[name] += 1
        if code.co_name.startswith("<") or not code.co_argcount:
            return
        given = [frame.f_locals.get(parameter) for parameter in code.co_varnames[: code.co_argcount]]
        texts = [text for text in given if isinstance(text, str)]
        if any(" " in text for text in texts):
            self.texts[(*name, " | ".join(texts))] += 1

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Count what is called meanwhile, by threads too that began within `profiled`."""
        self.watched = True
        try:
            yield
        finally:
            self.watched = False


@contextmanager
def profiled() -> Iterator[Crossed]:
    """Give what counts calls in this thread and in those that begin meanwhile."""
    crossed = Crossed()
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
    with tempfile.TemporaryDirectory() as folder, profiled() as crossed:
        asyncio.run(_ask(Path(folder), arguments.question, crossed))
    print(f"{len(crossed.modules)} modules:", *crossed.modules, sep="\n  ")
    print("called more than once with the same text:")
    for (module, name, text), count in crossed.texts.most_common():
        if count > 1:
            print(f"  {count:3} {module} {name} {text[:60]!r}")


if __name__ == "__main__":
    main()
