"""The digest of the program's own files that decide how a release is cut into passages, sentences, mentions and words.

So nobody has to remember to count a version up: what was worked out by other files is worked out anew.
"""

import hashlib
from functools import cache
from importlib import metadata, resources

_FILES = {
    "corpus": (
        *("agencies.json", "agencies.py", "definitions.py", "mentions.py", "names.py", "surroundings.py"),
        *("text.py", "vocabulary.py"),
    ),
    "index": ("chunk.py", "derived.py", "roles.py", "sentences.py", "terms.py"),
}
_LIBRARIES = ("pyahocorasick", "sentencex")


@cache
def program_digest() -> bytes:
    """Return the SHA-256 of the files that decide what comes out."""
    whole = hashlib.sha256()
    for package, names in _FILES.items():
        for name in names:
            whole.update((resources.files(package) / name).read_bytes())
    for library in _LIBRARIES:
        whole.update(metadata.version(library).encode())
    return whole.digest()
