"""Near-duplicates: how much two texts have in common, estimated from signatures instead of the texts themselves.

A text is split into overlapping runs of five words (shingles). From its MinHash signature of 128 numbers, the share of
runs that two texts have in common is estimated, with an error of about .03 at a share of .85. Two texts are compared if
they share one of 16 bands of 8 numbers. This happens with probability .99 at a share of .85, and .06 at .5.
"""

import numpy as np
from rensa import RMinHash

from corpus import Release
from index.database.corpus_db import CorpusStore
from index.text.terms import words

NEARLY_SAME = 0.85  # One rewritten paragraph of six gives about .8, a repost with an added line over .9.
_PERMUTATIONS = 128
_BANDS = 16
_RUN = 5
_SEED = 1
ALGORITHM = RMinHash.ALGORITHM_VERSION  # Signatures of another version are computed again, not compared.


def signature(text: str) -> bytes:
    """Return the signature of a text: 128 numbers of 32 bits."""
    text_words = words(text)
    run_starts = range(max(1, len(text_words) - _RUN + 1))
    min_hash = RMinHash(num_perm=_PERMUTATIONS, seed=_SEED)
    min_hash.update([" ".join(text_words[start : start + _RUN]) for start in run_starts])
    return np.array(min_hash.digest(), "<u4").tobytes()


def bands(signed: bytes) -> list[int]:
    """Return a hash of each band of a signature, as a signed 64-bit number, which SQLite can store."""
    numbers = np.frombuffer(signed, "<u4").reshape(_BANDS, -1).astype(np.uint64)
    mixed = np.zeros(_BANDS, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for column in numbers.T:
            mixed = (mixed ^ column) * np.uint64(0x9E3779B97F4A7C15)
            mixed ^= mixed >> np.uint64(32)
    digests: list[int] = mixed.view(np.int64).tolist()
    return digests


def in_common(signature: bytes, other: bytes) -> float:
    """Return the estimated share of runs of words, from 0 to 1, that the texts of two signatures have in common."""
    same = np.frombuffer(signature, "<u4") == np.frombuffer(other, "<u4")
    return float(same.mean())


def nearest(store: CorpusStore, signed: bytes, language: str | None) -> tuple[str, float] | None:
    """Return the release in the same language with nearly the same text, and the share in common; None without one."""
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
    """Sign the releases that have no signature, or one of another version of the algorithm.

    This may be the whole corpus, so each signature is written in a transaction of its own.
    """
    for release_id in store.signatures.unsigned(ALGORITHM):
        release = store.current(release_id)
        signed = signature(release.text) if release is not None else b""
        with store.writing():
            if release is not None and store.current(release_id) == release:
                sign(store, release, signed)
