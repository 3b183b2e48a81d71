"""Writes files so that they survive a power cut: a file is complete under its name, or not there."""

import os
import secrets
import shutil
from pathlib import Path


def write_durably(path: Path, text: str) -> None:
    """Write a small file under another name, sync it, rename it, and sync the folder. Others may do the same meanwhile.

    :raises OSError: when it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
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


def link_or_copy(path: Path, target: Path) -> None:
    """Give a file that nobody writes any more a second name; where the disk cannot do that, copy it.

    :raises OSError: when neither can be done.
    """
    try:
        target.hardlink_to(path)
    except OSError:
        shutil.copyfile(path, target)


def sync_folder(folder: Path) -> None:
    """Sync a folder, so that the names in it survive."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
