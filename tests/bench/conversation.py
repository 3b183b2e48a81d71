"""Engine time of questions about the collection and of "not found", over that of a plain question, in one run.

    python -m tests.bench.conversation [--passages 5000]

Everything that the bot does for a message is counted, from telling its kind to the engine's answer; sending is not.
A plain question is one that is answered. All are timed in turns, so that other work on the machine slows all alike.
"""

import argparse
import json
import os
import platform
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
from tests.bench.run import MadeUpVectors, fill, made_up_releases
from tests.bench.timing import in_turns, line
from tests.fakes import silent

_ROUNDS = 15
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


def each(act: Callable[[str], object], texts: Sequence[str]) -> Callable[[], None]:
    """Return what does something for each of some messages."""

    def act_on_all() -> None:
        for text in texts:
            act(text)

    return act_on_all


def bench(engine: Engine) -> bool:
    """Print the ratios; return whether all are as wanted."""
    answered = [text for text in PLAIN if engine.answer(text, Filters()).answered]
    missing = [text for text in NOT_FOUND if not engine.answer(text, Filters()).answered]
    assert len(answered) >= _LEAST <= len(missing), "the releases of random words answer what they should not"
    [first, *_] = engine.answer(answered[0], Filters()).sources
    groups = {
        "plain": (partial(asked, engine), answered),
        "not found": (partial(asked, engine), missing),
        **{f"on the collection: {name}": (partial(listed, engine), texts) for name, texts in COLLECTION.items()},
        "on the sources of an answer": (partial(sources, engine, release_id=first.release_id), OF_AN_ANSWER),
    }
    taken = in_turns([each(act, texts) for act, texts in groups.values()], _ROUNDS)
    a_message = {name: whole / len(groups[name][1]) for name, whole in zip(groups, taken, strict=True)}
    plain = a_message.pop("plain")
    line("a plain question, in ms", plain * 1e3, "")
    for name, took in a_message.items():
        line(f"{name}, over a plain question", took / plain, f"<= {_MOST}", "x")
    return max(a_message.values()) <= _MOST * plain


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
