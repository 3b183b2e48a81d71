"""Disks that are full, and folders that are read-only, as the system makes them."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def disk(folder: Path, size: str = "2m") -> Iterator[Path]:
    """Make a folder a disk of its own."""
    folder.mkdir(exist_ok=True)
    _mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=False)


@contextmanager
def full(folder: Path, free: int = 0) -> Iterator[None]:
    """Fill the disk of a folder but for some bytes."""
    filler = folder / "filler"
    with filler.open("wb") as file:
        file.write(b"x" * max(0, shutil.disk_usage(folder).free - free))
    try:
        yield
    finally:
        filler.unlink()


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Let nobody write into a folder."""
    _mount("--bind", str(folder), str(folder))
    try:
        _mount("-o", "remount,ro,bind", str(folder))
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=False)


def _mount(*arguments: str) -> None:
    mount = shutil.which("mount")
    if mount is None or subprocess.run([mount, *arguments], capture_output=True).returncode:
        pytest.skip("no right to mount here")
