"""Near-duplicates: how much of two texts is the same, told from signatures that are kept instead of the texts.

Words are read in runs of five (shingles); a MinHash signature of 128 numbers estimates the share of runs that two texts
have in common, to about .03 where it is .85. Texts that share one of 16 bands of 8 numbers are compared: those with .85
in common do so 99 times in 100, those with .5 six times in 100.
"""

import numpy as np
from rensa import RMinHash

from corpus import Release
from index.database.corpus_db import CorpusStore
from index.text.terms import words

NEARLY_SAME = 0.85  # a release with one paragraph of six rewritten has about .8, a repost with a line added over .9
_PERMUTATIONS = 128
_BANDS = 16
_RUN = 5
_SEED = 1
ALGORITHM = RMinHash.ALGORITHM_VERSION  # signatures of another are not compared but made again


def signature(text: str) -> bytes:
    """Return the signature of a text: 128 numbers of 32 bits."""
    read = words(text)
    made = RMinHash(num_perm=_PERMUTATIONS, seed=_SEED)
    made.update([" ".join(read[at : at + _RUN]) for at in range(max(1, len(read) - _RUN + 1))])
    return np.array(made.digest(), "<u4").tobytes()


def bands(signed: bytes) -> list[int]:
    """Return what stands for each band of a signature, as SQLite's signed numbers of 64 bits."""
    numbers = np.frombuffer(signed, "<u4").reshape(_BANDS, -1).astype(np.uint64)
    mixed = np.zeros(_BANDS, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for column in numbers.T:
            mixed = (mixed ^ column) * np.uint64(0x9E3779B97F4A7C15)
            mixed ^= mixed >> np.uint64(32)
    digests: list[int] = mixed.view(np.int64).tolist()
    return digests


def in_common(one: bytes, other: bytes) -> float:
    """Return the estimated share of runs of words that two texts have in common, 0 to 1."""
    same = np.frombuffer(one, "<u4") == np.frombuffer(other, "<u4")
    return float(same.mean())


def nearest(store: CorpusStore, signed: bytes, language: str | None) -> tuple[str, float] | None:
    """Return the release in the same language whose text is nearly the same, and how nearly; None where none is."""
    compared = [
        (in_common(signed, other.signature), other.release_id)
        for other in store.signatures.sharing(bands(signed))
        if other.language == language
    ]
    share, release_id = max(compared, default=(0.0, ""))
    return (release_id, share) if share >= NEARLY_SAME else None


def sign(store: CorpusStore, release: Release, signed: bytes) -> None:
    """Keep the signature of a release's text."""
    store.signatures.sign(release.release_id, release.text_sha256, ALGORITHM, signed, bands(signed))


def sign_missing(store: CorpusStore) -> None:
    """Sign what was accepted before there were signatures, or was signed by another algorithm.

    It may be the whole corpus, so nobody is kept from writing meanwhile.
    """
    for release_id in store.signatures.unsigned(ALGORITHM):
        release = store.current(release_id)
        signed = signature(release.text) if release is not None else b""
        with store.writing():
            if release is not None and store.current(release_id) == release:
                sign(store, release, signed)
