"""The digest of the program: what was derived from a release by a program with another digest is derived anew.

It covers every source file of `corpus` and `index`, so that no change of code can be forgotten, and the versions of the
libraries that take part in deriving.
"""

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib import metadata, resources
from importlib.resources.abc import Traversable

_PACKAGES = ("corpus", "index")
_SUFFIXES = (".py", ".json", ".toml")
# They find names of agencies, stem words, tell languages apart and cut sentences.
_LIBRARIES = ("pyahocorasick", "pystemmer", "py3langid", "sentencex")


@cache
def code_digest() -> bytes:
    """Return the SHA-256 of all that decides what is derived from a release. It takes about 10 ms."""
    digest = hashlib.sha256()
    for package in _PACKAGES:
        for file in _source_files(resources.files(package)):
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    for library in _LIBRARIES:
        digest.update(metadata.version(library).encode())
    return digest.digest()


def _source_files(folder: Traversable) -> Iterator[Traversable]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _source_files(entry)
        elif entry.name.endswith(_SUFFIXES):
            yield entry
