"""Writing that survives a power cut: a file is complete under its name, or not there."""

import os
from pathlib import Path

from index.store.sqlite import storage_errors


def write_durably(path: Path, text: str) -> None:
    """Write a small file beside its name, sync it, put it in place, and sync the folder.

    :raises StorageError: when it cannot be written.
    """
    with storage_errors(path):
        temporary = path.with_name(f".{path.name}.new")
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(path.parent)


def sync_tree(folder: Path) -> None:
    """Sync every file and folder under a folder, and the folder."""
    for path in folder.rglob("*"):
        if path.is_dir():
            sync_folder(path)
        else:
            with path.open("rb") as file:
                os.fsync(file.fileno())
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Sync a folder, so that the names in it last."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
