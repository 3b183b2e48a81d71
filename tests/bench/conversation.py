"""Engine time of questions about the collection and of "not found", over that of a plain question, in one run.

    python -m tests.bench.conversation [--passages 5000]

Everything that the bot does for a message is counted, from telling its kind to the engine's answer; sending is not.
A plain question is one that is answered. Times are medians of the messages' own medians.
"""

import argparse
import json
import os
import platform
import statistics
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from bot.app.clock import today
from index import MessageKind, message_kind, read_collection_question
from index.encoders.embedder import SentenceTransformerEmbedder
from index.engine import Engine
from index.filters import Filters
from index.maintenance import build_all
from index.settings import IndexSettings
from tests.bench.run import MadeUpVectors, fill, line, made_up_releases, median_s
from tests.fakes import silent

_TIMES = 20
_MOST = 1.5
_LEAST = 2  # messages of a kind
PLAIN = (
    "What will the joint liaison task force do?",
    "Which agency will train border control units?",
    "How will the EU disrupt smugglers' online communications?",
    "Until when does the action plan against migrant smuggling run?",
)
NOT_FOUND = (
    "What is the budget of Frontex?",
    "How do I bake sourdough bread?",
    "Who won the football match on Sunday?",
    "Wie hoch ist der Leitzins der EZB?",
    "Which penguins sang at the concert?",
)
COLLECTION = {
    "what it is about": ("what is this about?", "de quoi s'agit-il ?"),
    "what a body approved": ("what did the Council approve?", "was hat der Rat beschlossen?"),
    "how many releases on": ("how many releases on smuggling?", "quanti comunicati menzionano Europol?"),
    "what is new": ("what is new since Monday", "co nowego od poniedziałku"),
    "latest from": ("latest from Europol", "dernier communiqué du Conseil"),
    "all agencies": ("list all agencies", "wymień wszystkie agencje"),
}
OF_AN_ANSWER = ("when was this published?", "wer sagt das?", "where can I read the whole thing?")


def asked(engine: Engine, text: str) -> None:
    """Do what the bot does for a message that asks something."""
    assert message_kind(text) is MessageKind.QUESTION, text
    assert read_collection_question(text, today()) is None, text
    engine.answer(text, Filters())


def listed(engine: Engine, text: str) -> None:
    """Do what the bot does for a question about the collection."""
    message_kind(text)
    question = read_collection_question(text, today())
    assert question is not None, text
    if question.kind is MessageKind.ABOUT:
        engine.collection(question)
        engine.corpus()
    else:
        engine.collection(question)


def sources(engine: Engine, text: str, release_id: str) -> None:
    """Do what the bot does for a question about the sources of an answer."""
    assert message_kind(text) in (MessageKind.WHEN, MessageKind.WHO, MessageKind.WHERE), text
    engine.sources([release_id])
    engine.release(release_id)


def median_of(act: Callable[[str], object], texts: Sequence[str]) -> float:
    """Return the median of the median times of some messages, in seconds."""
    return statistics.median(median_s(partial(act, text), _TIMES) for text in texts)


def bench(engine: Engine) -> bool:
    """Print the ratios; return whether all are as wanted."""
    found = [text for text in PLAIN if engine.answer(text, Filters()).answered]
    missing = [text for text in NOT_FOUND if not engine.answer(text, Filters()).answered]
    assert len(found) >= _LEAST <= len(missing), "the releases of random words answer what they should not"
    plain = median_of(partial(asked, engine), found)
    [first, *_] = engine.answer(found[0], Filters()).sources
    line("a plain question, in ms", plain * 1e3, "")
    ratios = {"not found": median_of(partial(asked, engine), missing) / plain}
    for name, texts in COLLECTION.items():
        ratios[f"on the collection: {name}"] = median_of(partial(listed, engine), texts) / plain
    on_sources = partial(sources, engine, release_id=first.release_id)
    ratios["on the sources of an answer"] = median_of(on_sources, OF_AN_ANSWER) / plain
    for name, ratio in ratios.items():
        line(f"{name}, over a plain question", ratio, f"<= {_MOST}", "x")
    return max(ratios.values()) <= _MOST


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=5000)
    parser.add_argument("--real-vectors", action="store_true", help="embed the made-up releases, which takes a minute")
    arguments = parser.parse_args()
    machine = {"machine": platform.processor() or platform.machine(), "cores": os.cpu_count()}
    print(json.dumps(machine))
    with tempfile.TemporaryDirectory() as folder:
        settings = IndexSettings(data_dir=Path(folder), model="")
        embedder = SentenceTransformerEmbedder() if arguments.real_vectors else MadeUpVectors()
        fill(settings, made_up_releases(arguments.passages))
        build_all(settings, embedder, silent)
        with Engine(settings, embedder) as engine:
            as_wanted = bench(engine)
    raise SystemExit(0 if as_wanted else 1)


if __name__ == "__main__":
    main()
