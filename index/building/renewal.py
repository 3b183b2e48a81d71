"""Tells whether what is served fits this program and its model, and builds it anew where it does not.

The digest of the weights decides, never the name of the model. Only a person undoes a roll-back that is pinned.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from corpus import BuildRunningError, GenerationError, MeasuresError, OutdatedError, UnbuiltError
from index.generations.code_digest import code_digest
from index.generations.manifest import Manifest
from index.generations.status import served_id
from index.generations.store import GenerationStore

if TYPE_CHECKING:
    from index.encoders.embedder import Embedder

_ROUNDS = 3  # Others may build at the same time, for another program or model.


def check_fit(generations: GenerationStore, embedder: "Embedder | None" = None) -> None:
    """Check that what is served is what this program would build.

    :param embedder: the model that will be asked; None where no vectors are compared.
    :raises UnbuiltError: when nothing can be served before a build.
    :raises OutdatedError: when another program made what is served, which can be served until a build.
    :raises GenerationError: when a person has to decide: a newer program made it, or a roll-back is pinned.
    """
    try:
        manifest = generations.manifest(served_id(generations))
        if embedder is not None:
            check_model(manifest, embedder)
    except UnbuiltError as error:
        _refuse_where_pinned(generations, error)
        raise
    if manifest.program != code_digest().hex() and not generations.pinned():
        raise OutdatedError(f"Generation {manifest.generation} was cut by another version of this program")


def check_model(manifest: Manifest, embedder: "Embedder") -> None:
    """Check that the vectors of a generation are those of a model as it is now.

    :raises UnbuiltError: when they are not.
    """
    if embedder.changed():
        raise UnbuiltError(f"The files of the model {embedder.model} have changed since they were read")
    if manifest.weights_sha256 == embedder.digest:
        return
    built = f"Generation {manifest.generation} was built with"
    if manifest.model == embedder.model:
        raise UnbuiltError(f"{built} other weights of the model {manifest.model}")
    raise UnbuiltError(f"{built} the model {manifest.model}, and the one to ask is {embedder.model}")


def ensure_fit(
    generations: GenerationStore,
    embedder: "Embedder | None",
    build: Callable[[UnbuiltError], object],
    tell: Callable[[str], None],
) -> None:
    """Build where what is served does not fit.

    :param build: builds, and is told why.
    :param tell: is told in a sentence what is done instead of building.
    :raises GenerationError: when a person has to decide, as `check_fit` says.
    :raises MeasuresError: what the build raises.
    """
    for _ in range(_ROUNDS):
        try:
            check_fit(generations, embedder)
            return
        except OutdatedError as why:
            refresh(why, partial(build, why), tell)
            return
        except UnbuiltError as why:
            renew(generations, why, partial(build, why), tell)


def renew(
    generations: GenerationStore, why: UnbuiltError, build: Callable[[], object], tell: Callable[[str], None]
) -> None:
    """Build what cannot be served as it is. Where another process builds already, wait for that build instead.

    :raises GenerationError: when a roll-back is pinned.
    :raises MeasuresError: what the build raises.
    """
    _refuse_where_pinned(generations, why)
    try:
        build()
    except BuildRunningError as error:
        tell(f"{error.reason}: waiting for it.")
        generations.wait_for_build()


def refresh(why: OutdatedError, build: Callable[[], object], tell: Callable[[str], None]) -> None:
    """Build anew what can be served as it is. Where the build fails, it is served as it is."""
    try:
        build()
    except MeasuresError as error:
        tell(f"{why.reason}, and is served as it is: {error}")


def _refuse_where_pinned(generations: GenerationStore, why: UnbuiltError) -> None:
    if generations.pinned():
        raise GenerationError(
            f"{why.reason}, and a roll-back to it is pinned: `measures index build` takes the pin off and serves all "
            "that is kept."
        ) from why
