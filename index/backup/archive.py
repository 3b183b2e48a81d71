"""The format of a backup: a plain tar archive of regular files, whose last member says what the others must be.

Nothing in it is compressed, so that it cannot unpack to more than its own size. `tarfile` would follow whatever
extensions a hostile archive brings (links, sparse files, headers of any length), so members are read here one header
after the other, and everything but a regular file under a name that a backup has is refused. Any tar program reads it.
"""

import dataclasses
import hashlib
import json
import os
import re
import tarfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from corpus import ArchiveError
from index.database.sqlite import storage_errors

FORMAT = 1
_SUMMARY = "backup.json"
_NAME = re.compile(
    r"corpus\.db|bot\.db|settings\.env|CURRENT|PINNED|generations/\d{6}(?:/(?!\.{1,2}(?:/|\Z))[A-Za-z0-9_.-]+){1,3}"
)
_MOST_MEMBERS = 1_000
_MOST_SUMMARY_BYTES = 4 << 20
_BLOCK = tarfile.BLOCKSIZE
_PIECE = 1 << 20
Sink = Callable[[bytes], object]


@dataclass(frozen=True, slots=True)
class Member:
    """What a file of the archive must be: its size in bytes and its SHA-256."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class BackupSummary:
    """What a backup holds. ``generation`` is the one served, None where it is left out."""

    made_at: str
    program: str
    generation: str | None
    members: Mapping[str, Member]
    format: int = FORMAT

    @property
    def size(self) -> int:
        """How many bytes all files take."""
        return sum(member.size for member in self.members.values())

    @property
    def digest(self) -> str:
        """The SHA-256 of all that the backup says of itself, which names it."""
        return hashlib.sha256(self.to_json()).hexdigest()

    def to_json(self) -> bytes:
        """Return the summary as the archive holds it."""
        return json.dumps(dataclasses.asdict(self), indent=1).encode()


class ArchiveWriter:
    """Writes an archive into an open file. Every file gets mode 600, whatever it has in the data folder."""

    def __init__(self, file: BinaryIO, at_s: float) -> None:
        """Begin at the start of the file.

        :param at_s: the time that all members get, in seconds since 1970.
        """
        self._file = file
        self._at_s = int(at_s)
        self.members: dict[str, Member] = {}

    def restart(self) -> None:
        """Begin anew, with nothing in the archive."""
        self._file.seek(0)
        self._file.truncate()
        self.members = {}

    def add(self, name: str, path: Path) -> Member:
        """Add a file, and return what it was.

        :raises OSError: when it cannot be read or written.
        """
        with path.open("rb") as source:
            size = os.fstat(source.fileno()).st_size
            self._header(name, size)
            digest, left = hashlib.sha256(), size
            while left:
                piece = source.read(min(_PIECE, left))
                if not piece:
                    raise FileNotFoundError(f"{path} became shorter")
                digest.update(piece)
                self._file.write(piece)
                left -= len(piece)
        self._pad(size)
        self.members[name] = Member(size, digest.hexdigest())
        return self.members[name]

    def add_text(self, name: str, text: str) -> None:
        """Add a small file."""
        data = text.encode()
        self._whole(name, data)
        self.members[name] = Member(len(data), hashlib.sha256(data).hexdigest())

    def finish(self, summary: BackupSummary) -> None:
        """Add the summary, and sync the file."""
        self._whole(_SUMMARY, summary.to_json())
        self._file.write(bytes(2 * _BLOCK))
        self._file.flush()
        os.fsync(self._file.fileno())

    def _whole(self, name: str, data: bytes) -> None:
        self._header(name, len(data))
        self._file.write(data)
        self._pad(len(data))

    def _header(self, name: str, size: int) -> None:
        header = tarfile.TarInfo(name)
        header.size, header.mtime, header.mode = size, self._at_s, 0o600
        self._file.write(header.tobuf(tarfile.GNU_FORMAT))

    def _pad(self, size: int) -> None:
        self._file.write(bytes(-size % _BLOCK))


def archive_size(path: Path) -> int:
    """Return the size of an archive, in bytes.

    :raises ArchiveError: when it is no file.
    """
    with storage_errors(path):
        if not path.is_file():
            raise ArchiveError(f"{path} is no file: give the archive that `measures backup` wrote.")
        return path.stat().st_size


def read_archive(path: Path, sink: Callable[[str], Sink] = lambda _: lambda _: None) -> BackupSummary:
    """Read all of an archive, and check every file against its SHA-256.

    :param sink: is called with the name of each file, and returns what takes its bytes. What it took is worth nothing
        when this raises.
    :raises ArchiveError: saying what is wrong with the archive.
    :raises StorageError: when it cannot be read.
    """
    archive_size(path)
    with storage_errors(path):
        with path.open("rb") as file:
            members: dict[str, Member] = {}
            for name, size in _headers(file, path):
                if name == _SUMMARY:
                    summary = _summary(_read(file, size, path), path)
                    break
                if name in members:
                    raise ArchiveError(f"{path} holds {name} twice: it is no backup of this program.")
                members[name] = _copied(file, size, sink(name), path)
            else:
                raise ArchiveError(f"{path} ends too early: it is not whole, use another backup.")
    if members != summary.members:
        names = members | dict(summary.members)
        wrong = sorted(name for name in names if members.get(name) != summary.members.get(name))
        raise ArchiveError(f"{path} is damaged, {wrong[0]} is not what was backed up: use another backup.")
    return summary


def _headers(file: BinaryIO, path: Path) -> Iterator[tuple[str, int]]:
    """Yield name and size of each member, with the file at its first byte."""
    total = os.fstat(file.fileno()).st_size
    for _ in range(_MOST_MEMBERS):
        block = file.read(_BLOCK)
        if len(block) < _BLOCK or not any(block):
            return
        try:
            header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        except tarfile.TarError as error:
            raise ArchiveError(f"{path} is no backup of this program, or it is damaged.") from error
        name = header.name
        if header.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or not (name == _SUMMARY or _NAME.fullmatch(name)):
            raise ArchiveError(
                f"{path} holds {name[:60]!r}, which no backup of this program holds: nothing was taken from it."
            )
        start = file.tell()
        if not 0 <= header.size <= total - start:
            raise ArchiveError(f"{path} ends too early: it is not whole, use another backup.")
        yield name, header.size
        file.seek(start + header.size + -header.size % _BLOCK)
    raise ArchiveError(f"{path} holds more files than a backup of this program.")


def _copied(file: BinaryIO, size: int, sink: Sink, path: Path) -> Member:
    digest, left = hashlib.sha256(), size
    while left:
        piece = _read(file, min(_PIECE, left), path)
        digest.update(piece)
        sink(piece)
        left -= len(piece)
    return Member(size, digest.hexdigest())


def _read(file: BinaryIO, size: int, path: Path) -> bytes:
    if size > _MOST_SUMMARY_BYTES:
        raise ArchiveError(f"{path} says more of itself than a backup of this program.")
    piece = file.read(size)
    if len(piece) < size:
        raise ArchiveError(f"{path} ends too early: it is not whole, use another backup.")
    return piece


def _summary(data: bytes, path: Path) -> BackupSummary:
    try:
        fields = json.loads(data)
        if int(fields["format"]) > FORMAT:
            raise ArchiveError(f"{path} was made by a newer version of this program: restore it with that one.")
        members = {name: Member(**member) for name, member in fields["members"].items()}
        return BackupSummary(fields["made_at"], fields["program"], fields["generation"], members)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ArchiveError(f"{path} does not say what it holds: it is no backup of this program.") from error
