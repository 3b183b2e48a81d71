"""Tells whether the files of a generation are what its manifest says, and keeps when they were."""

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from corpus import GenerationError
from index.database.faults import unreadable
from index.database.sqlite import storage_errors
from index.generations.manifest import Manifest, sha256_of

REMEDY = "run `measures index rollback` to serve an older one, or `measures index build` to make a new one"

Stamps = dict[str, list[int]]


def stamps_of(folder: Path, manifest: Manifest) -> Stamps:
    """Return size, mtime (ns) and inode of every file of a generation.

    :raises GenerationError: naming one that is missing, or has another size than the manifest says.
    """
    generation = manifest.generation
    stamps: Stamps = {}
    for name, record in manifest.files.items():
        try:
            stat = (folder / name).stat()
        except OSError as error:
            lost = GenerationError(f"Generation {generation} has lost its file {name}: {REMEDY}.")
            raise unreadable(folder / name, lost) from error
        if stat.st_size != record.size:
            raise GenerationError(
                f"Generation {generation} is damaged, {name} is not {record.size} bytes long: {REMEDY}."
            )
        stamps[name] = [stat.st_size, stat.st_mtime_ns, stat.st_ino]
    return stamps


def check_digests(folder: Path, manifest: Manifest, names: Iterable[str]) -> None:
    """Read files of a generation.

    :raises GenerationError: naming one that does not have its digest.
    """
    for name in names:
        with storage_errors(folder / name):
            digest = sha256_of(folder / name)
        if digest != manifest.files[name].sha256:
            raise GenerationError(
                f"Generation {manifest.generation} is damaged, {name} does not have its SHA-256: {REMEDY}."
            )


def read_stamps(path: Path) -> Stamps:
    """Return the stamps that a check kept; none where it kept none."""
    try:
        kept = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def forget_stamps(path: Path) -> None:
    """Drop what a check kept, where that is possible: what turns out to be damaged is not taken for whole later."""
    with suppress(OSError):
        path.unlink(missing_ok=True)


def write_stamps(path: Path, stamps: Stamps) -> None:
    """Keep the stamps of a check where that is possible. Without them the next opening only takes longer."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    with suppress(OSError):
        try:
            temporary.write_text(json.dumps(stamps), "utf-8")
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
