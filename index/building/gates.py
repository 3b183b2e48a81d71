"""What must hold before a new generation is served: it finds what the one before found, and has lost no part of it."""

from collections.abc import Sequence

from corpus import GateError, MeasuresError, QuestionError
from index.answering.question import analyse, readable
from index.answering.search import find_passages
from index.database.canaries import Canary
from index.database.corpus_db import CorpusStore
from index.encoders.embedder import Embedder
from index.generations.folder import Generations
from index.generations.generation import Scope
from index.generations.manifest import Manifest
from index.generations.reader import OpenGeneration

CANARIES = 24  # asked in 0.2 s on 2 cores; that one of them is hit where a tenth of the releases is damaged: 92 in 100
_PASSAGES = 50
_MAX_FALL = 0.1


def check_new(
    new: OpenGeneration, generations: Generations, store: CorpusStore, embedder: Embedder, *, force: bool
) -> None:
    """Check a built generation before it is served.

    :param force: whether it is served although counts fall or canaries are lost.
    :raises GateError: naming the gate that does not hold.
    """
    _texts_stand(new, embedder)
    before = _served(generations, store.withdrawn())
    alike = before if before is not None and _comparable(before.manifest, new.manifest) else None
    try:
        canaries = store.canaries.drawn(CANARIES)
        failing = [] if force else [*_fallen(new, before, alike), *_lost(new, alike, canaries, embedder)]
    finally:
        if before is not None:
            before.close()
    if failing:
        raise GateError(
            f"The new generation {new.manifest.generation} is not served, because {' and '.join(failing)}: "
            "what was served stays; look into it, or build with --force."
        )


def _served(generations: Generations, removed: frozenset[str]) -> OpenGeneration | None:
    """Open what is served; a damaged generation, or one of another format, is nothing to compare with."""
    try:
        current = generations.current()
        if current is None:
            return None
        return OpenGeneration(generations.layout(current), generations.check(current), removed)
    except MeasuresError:
        return None


def _comparable(before: Manifest, new: Manifest) -> bool:
    """Tell whether the same program cut both, and the same model read them."""
    return (before.program, before.weights_sha256) == (new.program, new.weights_sha256)


def _texts_stand(new: OpenGeneration, embedder: Embedder) -> None:
    """Look the first title up.

    :raises GateError: when that finds nothing, or a text that does not stand where it should.
    """
    if not new.manifest.passages:
        return
    query = analyse(new.served([0])[0].release.title, new, embedder)
    found = find_passages(query, new, Scope(), 5)
    served = new.passages(found.rows.tolist())
    texts = [new.release(passage.release).text for passage in served]
    whole = all(
        text[passage.passage.start : passage.passage.end] == passage.text
        for text, passage in zip(texts, served, strict=True)
    )
    if not served or not whole:
        raise GateError(
            f"The new generation {new.manifest.generation} does not find its own first release: it is not served."
        )


def _fallen(new: OpenGeneration, before: OpenGeneration | None, alike: OpenGeneration | None) -> list[str]:
    """Name the counts that fall by more than a tenth of what is served and not withdrawn; passages only where alike."""
    if before is None:
        return []
    releases, passages = before.shown_counts()
    counts = {"releases": (releases, new.manifest.releases)}
    if alike is not None:
        counts["passages"] = (passages, new.manifest.passages)
    return [
        f"it has {now} {what} where there are {was}"
        for what, (was, now) in counts.items()
        if now < (1 - _MAX_FALL) * was
    ]


def _lost(
    new: OpenGeneration, before: OpenGeneration | None, canaries: Sequence[Canary], embedder: Embedder
) -> list[str]:
    """Name the canaries that do not find their release any more, or all that do not where those are many."""
    missing = [canary for canary in canaries if not finds(new, embedder, canary)]
    known = [canary for canary in missing if before is not None and finds(before, embedder, canary)]
    named = missing if len(missing) > _MAX_FALL * max(10, len(canaries)) else known
    if not named:
        return []
    return [f"the canary questions of {', '.join(canary.release_id for canary in named[:3])} do not find them any more"]


def finds(opened: OpenGeneration, embedder: Embedder, canary: Canary) -> bool:
    """Tell whether a generation finds the release that a canary is of."""
    try:
        query = analyse(readable(canary.question), opened, embedder)
    except QuestionError:  # a release may consist of what no question may: it is then no canary
        return True
    found = find_passages(query, opened, Scope(), _PASSAGES)
    releases = opened.served(opened.releases_of(found.rows).tolist())
    return any(served.release.release_id == canary.release_id for served in releases)
