"""Builds an index before a command that needs one, where there is none or it does not fit the program or the model."""

from typing import TYPE_CHECKING

from bot.cli.terminal import Terminal
from corpus import UnbuiltError

if TYPE_CHECKING:
    from index import Embedder, IndexSettings


def build_first(settings: "IndexSettings", terminal: Terminal, embedder: "Embedder | None" = None) -> None:
    """Build an index that questions can be asked of, with a bar, in this process; or wait for a process that does.

    :param embedder: the model to ask with; without it, what is served need not be of the model in the settings.
    :raises MeasuresError: why it cannot be built, or must not be.
    """
    from index import ensure_fit, open_generations  # these load what reads the index

    generations = open_generations(settings, reading=True)

    def build(why: UnbuiltError) -> None:
        from index import SentenceTransformerEmbedder, build_all

        first = generations.current() is None
        terminal.note(f"{why.reason}: building it {'from the shipped releases' if first else 'anew'}.")
        with terminal.progress() as progress:
            build_all(settings, embedder or SentenceTransformerEmbedder(settings.model, settings.cache_dir), progress)

    ensure_fit(generations, embedder, build, terminal.note)


def ready_embedder(settings: "IndexSettings", terminal: Terminal) -> "Embedder":
    """Return the model to ask with, after a build where there is no index that fits."""
    from index import SentenceTransformerEmbedder

    embedder = SentenceTransformerEmbedder(settings.model, settings.cache_dir)
    build_first(settings, terminal, embedder)
    return embedder
