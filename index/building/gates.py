"""The gates: a new generation is served only if it finds what the one before finds, and has not lost part of it."""

from collections.abc import Sequence

from corpus import GateError, MeasuresError, QuestionError
from index.answering.question import analyse, readable
from index.answering.search import find_passages
from index.database.canaries import Canary
from index.database.corpus_db import CorpusStore
from index.encoders.embedder import Embedder
from index.generations.generation import Scope
from index.generations.manifest import Manifest
from index.generations.reader import OpenGeneration
from index.generations.store import GenerationStore

# 24 canaries take 0.2 s on 2 cores and notice damage to a tenth of the releases with probability 0.92.
CANARIES = 24
_PASSAGES = 50
_MAX_FALL = 0.1


def check_new(
    new: OpenGeneration, generations: GenerationStore, store: CorpusStore, embedder: Embedder, *, force: bool
) -> None:
    """Check a built generation before it is served.

    :param force: whether it is served even if counts fall or canaries are lost.
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


def _served(generations: GenerationStore, withdrawn: frozenset[str]) -> OpenGeneration | None:
    """Open what is served. None where nothing is, or where it is damaged or of another format."""
    try:
        current = generations.current()
        if current is None:
            return None
        return generations.open(current, withdrawn)
    except MeasuresError:
        return None


def _comparable(before: Manifest, new: Manifest) -> bool:
    """Tell whether the same program and the same model made both."""
    return (before.program, before.weights_sha256) == (new.program, new.weights_sha256)


def _texts_stand(new: OpenGeneration, embedder: Embedder) -> None:
    """Search for the title of the first release.

    :raises GateError: when that finds nothing, or a passage whose text is not at its place in the release.
    """
    if not new.manifest.passages:
        return
    query = analyse(new.served([0])[0].release.title, new, embedder)
    candidates = find_passages(query, new, Scope(), 5)
    served = new.passages(candidates.rows.tolist())
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
    """Name the counts that fall by more than a tenth of what is served and not withdrawn.

    :param alike: the served generation where the same program and model made it; else passages cannot be compared.
    """
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
    """Name the canaries that found their release before and do not now; or all that do not, where those are many."""
    missing = [canary for canary in canaries if not finds(new, embedder, canary)]
    known = [canary for canary in missing if before is not None and finds(before, embedder, canary)]
    named = missing if len(missing) > _MAX_FALL * max(10, len(canaries)) else known
    if not named:
        return []
    return [f"the canary questions of {', '.join(canary.release_id for canary in named[:3])} do not find them any more"]


def finds(generation: OpenGeneration, embedder: Embedder, canary: Canary) -> bool:
    """Tell whether a generation finds the release of a canary."""
    try:
        query = analyse(readable(canary.question), generation, embedder)
    except QuestionError:  # Some releases give no question that can be asked.
        return True
    candidates = find_passages(query, generation, Scope(), _PASSAGES)
    releases = generation.served(generation.releases_of(candidates.rows).tolist())
    return any(served.release.release_id == canary.release_id for served in releases)
