"""Turns errors of SQLite and of the system into the few faults that a person can do something about."""

import errno
import os
import shutil
import sqlite3
from pathlib import Path

from corpus import Fault, MeasuresError, StorageError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EROFS, errno.EACCES, errno.EPERM}
_OF_SQLITE = {
    sqlite3.SQLITE_FULL: Fault.FULL,
    sqlite3.SQLITE_READONLY: Fault.READ_ONLY,
    sqlite3.SQLITE_PERM: Fault.READ_ONLY,
    sqlite3.SQLITE_BUSY: Fault.BUSY,
    sqlite3.SQLITE_LOCKED: Fault.BUSY,
    sqlite3.SQLITE_CORRUPT: Fault.DAMAGED,
    sqlite3.SQLITE_NOTADB: Fault.DAMAGED,
}
_OF_SYSTEM = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR}  # SQLite does not pass on what the system said.
_PRIMARY = 0xFF  # The lowest byte of an extended code of SQLite is the primary code.
_LITTLE_BYTES = 64 << 10
_SENTENCES = {
    Fault.FULL: "the disk of {path} is full; free some space and do it again.",
    Fault.READ_ONLY: "{path} is read-only for this user; allow it to be written, or set MEASURES_DATA_DIR anew.",
    Fault.UNREADABLE: "{path} may not be read by this user; allow it to be read, or set MEASURES_DATA_DIR anew.",
    Fault.BUSY: "another process holds {path}; do it again when that one is done.",
    Fault.DAMAGED: "{path} is damaged ({error}); put a copy in its place, or move it away to begin anew.",
    Fault.OTHER: "{path} cannot be used ({error}); check that its folder is writable, and its disk whole and not full.",
}


def storage_error(path: Path, error: Exception) -> StorageError:
    """Return the error that says what happened to a file, even where a library only says that it failed."""
    fault = _fault(path, error)
    where = path.parent if fault is Fault.READ_ONLY and not _may(path.parent, os.W_OK) else path
    reason = (error.strerror if isinstance(error, OSError) else None) or error
    return StorageError(_SENTENCES[fault].format(path=where, error=reason), fault)


def newer_program_error(name: str) -> StorageError:
    """Return the error for a database whose tables a newer version of this program has changed."""
    return StorageError(
        f"a newer version of this program has used {name}; install that version, or restore a backup from before.",
        Fault.OTHER,
    )


def unreadable(path: Path, otherwise: MeasuresError) -> MeasuresError:
    """Return the error for a file that could not be opened: that it may not be read, or `otherwise`."""
    try:
        with path.open("rb"):
            return otherwise
    except IsADirectoryError:
        return otherwise
    except OSError as error:
        return storage_error(path, error) if error.errno in _FORBIDDEN else otherwise


def is_read_only(error: sqlite3.Error) -> bool:
    """Tell whether an error says that SQLite may read a database but not write it."""
    return _code(error) == sqlite3.SQLITE_READONLY


def _fault(path: Path, error: Exception) -> Fault:
    if isinstance(error, sqlite3.Error) and _code(error) not in _OF_SYSTEM:
        return _OF_SQLITE.get(_code(error), Fault.OTHER)
    if isinstance(error, OSError) and error.errno in _FULL:
        return Fault.FULL
    forbidden = isinstance(error, OSError) and error.errno in _FORBIDDEN
    if _is_there(path) and not _may(path, os.R_OK):
        return Fault.UNREADABLE
    if forbidden or not _may(path.parent, os.W_OK):
        return Fault.READ_ONLY if _may(path.parent, os.X_OK) else Fault.UNREADABLE
    return Fault.FULL if _is_full(path.parent) else Fault.OTHER


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & _PRIMARY


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return True


def _may(path: Path, how: int) -> bool:
    """Tell whether something may be done with a path, or with the nearest folder above it that exists."""
    try:
        existing = next((each for each in (path, *path.parents) if each.exists()), path)
    except OSError:
        return False
    return os.access(existing, how)


def _is_full(folder: Path) -> bool:
    """Tell whether a disk has almost no space left. SQLite says of some writes only that they failed."""
    try:
        return shutil.disk_usage(folder).free < _LITTLE_BYTES
    except OSError:
        return False
