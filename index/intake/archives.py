"""Zip archives of releases: the files in one, each a source of its own, read within bounds."""

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from corpus import MAX_BYTES, SourceError

MAX_ARCHIVE_BYTES = 100 * 1024 * 1024
MAX_MEMBERS = 1_000
_MAX_DIRECTORY_BYTES = 2_000_000  # What lists the files of an archive is read as a whole.
_START = b"PK\x03\x04"
_END, _END_BYTES, _END_MAX_BYTES = b"PK\x05\x06", 22, 22 + 65_535
_REPACK = "zip it anew with the usual method (Deflate), or add the file itself."
_WORD = "word/document.xml"
# Documents that are zip archives, too, have one of these: those of Office, of OpenDocument, and electronic books.
_DOCUMENT = frozenset(map(PurePosixPath, ("[Content_Types].xml", "META-INF/manifest.xml", "META-INF/container.xml")))
_CLUTTER = ("thumbs.db", "desktop.ini")  # What systems put into folders.
_STILL_WRITTEN = (".crdownload", ".part", ".partial", ".tmp", ".download")  # How browsers name what they still save.


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: the archive as it is shown and where it is, and the file's number in it and its name."""

    archive: str
    path: Path
    number: int
    name: str

    @property
    def shown(self) -> str:
        """What messages call it."""
        return f"{self.archive}/{self.name}"

    def read(self) -> bytes:
        """Return the bytes of the file.

        :raises SourceError: when it is too large, encrypted, damaged or compressed by a method that Python lacks.
        """
        try:
            with zipfile.ZipFile(self.path) as files:
                member = files.infolist()[self.number]
                if member.flag_bits & 1:
                    raise SourceError(f"{self.shown} is encrypted: zip it without a password and add it again.")
                with files.open(member) as opened:
                    data = opened.read(MAX_BYTES + 1)
        except NotImplementedError as error:
            raise SourceError(f"{self.shown} is packed in a way that is not read: {_REPACK}") from error
        except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, IndexError) as error:
            raise SourceError(f"{self.shown} is damaged: zip it anew, or add the file itself.") from error
        if len(data) > MAX_BYTES:
            raise SourceError(f"{self.shown} is larger than {MAX_BYTES >> 20} MB: give the release alone.")
        return data


def members(path: Path, archive: str) -> list[Member] | None:
    """Return the files in a zip archive; None when a file is no zip archive, or is a Word document, which also is one.

    Parts of a page that a browser saved with its pictures and styles are left out, and so is what programs add.

    :param archive: what messages call the archive.
    :raises SourceError: when it is too large or damaged, holds no file, or is a document of another kind.
    """
    if not _is_zip(path):
        return None
    damaged = SourceError(f"{archive} is a damaged zip archive: zip the files anew, or add them one by one.")
    try:
        if path.stat().st_size > MAX_ARCHIVE_BYTES:
            raise SourceError(f"{archive} is larger than {MAX_ARCHIVE_BYTES >> 20} MB: zip fewer files.")
        if not _is_listed_within_bounds(path):
            raise SourceError(f"{archive} holds more than {MAX_MEMBERS:,} files, or is damaged: zip fewer files.")
        with zipfile.ZipFile(path) as files:
            names = [PurePosixPath(member.filename) for member in files.infolist()]
            folders = [member.is_dir() for member in files.infolist()]
    except NotImplementedError as error:  # The archive asks for a later version of the format.
        raise SourceError(f"{archive} is packed in a way that is not read: {_REPACK}") from error
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise damaged from error
    if PurePosixPath(_WORD) in names:
        return None
    if not _DOCUMENT.isdisjoint(names):
        raise SourceError(
            f"{archive} is a document of a kind that is not read: save it as PDF, .docx or text and add that."
        )
    members = [Member(archive, path, number, str(names[number])) for number in _releases(names) if not folders[number]]
    if not members:
        raise SourceError(f"{archive} holds no file: zip the releases and add it again.")
    return members


def is_clutter(name: str) -> bool:
    """Tell by its name whether a program put a file into a folder, or still writes it: no person means to add it."""
    name = name.casefold()
    return name.startswith((".", "~")) or name in _CLUTTER or name.endswith(_STILL_WRITTEN)


def _is_zip(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_START)) == _START
    except (OSError, ValueError):
        return False


def _is_listed_within_bounds(path: Path) -> bool:
    """Tell whether the list of files at the end of an archive is of a size that can be read as a whole."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _END_MAX_BYTES))
        tail = file.read()
    place = tail.rfind(_END)
    if place < 0 or len(tail) < place + _END_BYTES:
        return False
    count, size = struct.unpack_from("<HI", tail, place + 10)
    return bool(count <= MAX_MEMBERS and size <= _MAX_DIRECTORY_BYTES)


def _releases(names: Sequence[PurePosixPath]) -> Iterator[int]:
    """Yield the numbers of the files that a person put into an archive."""
    pages = {name.parent / name.stem for name in names if name.suffix.casefold() in (".htm", ".html", ".xhtml")}
    for number, name in enumerate(names):
        added = is_clutter(name.name) or "__MACOSX" in name.parts
        if not added and not any(_belongs(folder, pages) for folder in name.parents):
            yield number


def _belongs(folder: PurePosixPath, pages: set[PurePosixPath]) -> bool:
    """Tell whether a folder holds the parts of a saved page: browsers name it "Page_files", in their language."""
    stems = (folder.name[:place] for place, char in enumerate(folder.name) if char in "_-." and place)
    return any(folder.parent / stem in pages for stem in stems)
