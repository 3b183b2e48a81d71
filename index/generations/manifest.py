"""The manifest of a generation: where its files are, and what they must be."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus import GenerationError, UnbuiltError
from index.database.sqlite import storage_errors
from index.encoders.background import Background

# Count this up when the files of a generation change. A change of what they hold shows in `Manifest.program` by itself.
FORMAT = 10


@dataclass(frozen=True, slots=True)
class Layout:
    """The files of a generation."""

    folder: Path

    def segment(self, number: int) -> "Layout":
        """Return where the files of a segment are. Those of the first lie in the folder of the generation itself."""
        return Layout(self.folder / f"segment-{number}") if number else self

    def segments(self) -> list["Layout"]:
        """Return where the files of all segments are, whatever the manifest says."""
        numbers = sorted(int(path.name.removeprefix("segment-")) for path in self.folder.glob("segment-*"))
        return [self, *map(self.segment, numbers)]

    @property
    def words(self) -> Path:
        """How often each word stands in the releases (JSON)."""
        return self.folder / "words.json"

    @property
    def passages(self) -> Path:
        """Texts and metadata (SQLite)."""
        return self.folder / "passages.db"

    @property
    def vectors(self) -> Path:
        """Vectors of the passages (FAISS)."""
        return self.folder / "vectors.faiss"

    @property
    def sentence_vectors(self) -> Path:
        """Vectors of the sentences, ``(sentences, dim)`` float16 (NumPy)."""
        return self.folder / "sentence_vectors.npy"

    @property
    def terms(self) -> Path:
        """Terms of the sentences and titles, one after the other, as 32-bit numbers (NumPy)."""
        return self.folder / "terms.npy"

    @property
    def term_ends(self) -> Path:
        """Where in `terms` each sentence and title ends, ``(sentences + releases + 1,)`` int64 (NumPy)."""
        return self.folder / "term_ends.npy"

    @property
    def first_sentences(self) -> Path:
        """The row of each passage's first sentence, and the number of sentences, ``(passages + 1,)`` int64 (NumPy)."""
        return self.folder / "first_sentences.npy"

    @property
    def lexical(self) -> Path:
        """Keywords (tantivy, a folder)."""
        return self.folder / "lexical"

    @property
    def manifest(self) -> Path:
        """What the generation is made of (JSON)."""
        return self.folder / "manifest.json"


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file's size in bytes and its SHA-256."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Segment:
    """How many releases, passages and sentences a part of a generation has.

    ``deleted`` are the rows, within the segment, of releases that the generation does not hold any more.
    ``deleted_passages`` and ``deleted_sentences`` count what they have.
    """

    releases: int
    passages: int
    sentences: int
    deleted: tuple[int, ...] = ()
    deleted_passages: int = 0
    deleted_sentences: int = 0

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> "Segment":
        """Read a segment as JSON holds it."""
        return cls(**{**fields, "deleted": tuple(fields["deleted"])})


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation was made of, and what its files must be.

    ``program`` is the digest of the source files of the program that made it, ``weights_sha256`` that of the model's.
    """

    generation: str
    format: int
    built_at: str
    model: str
    weights_sha256: str
    dim: int
    background: Background
    program: str
    releases: int
    passages: int
    sentences: int
    corpus_sha256: str
    files: Mapping[str, FileRecord]
    segments: tuple[Segment, ...]

    def to_json(self) -> str:
        """Return the manifest as its file holds it."""
        return json.dumps(dataclasses.asdict(self), indent=1) + "\n"

    @staticmethod
    def format_of(text: str) -> int:
        """Return the format of a manifest, whichever version of this program wrote it.

        :raises ValueError: when it is no manifest.
        """
        try:
            return int(json.loads(text)["format"])
        except (TypeError, KeyError) as error:
            raise ValueError(str(error)) from error

    @classmethod
    def from_json(cls, text: str) -> "Manifest":
        """Read a manifest.

        :raises ValueError: when it is none.
        """
        try:
            fields = json.loads(text)
            files = {name: FileRecord(**record) for name, record in fields.pop("files").items()}
            background = Background(**fields.pop("background"))
            segments = tuple(map(Segment.from_fields, fields.pop("segments")))
            return cls(**fields, background=background, files=files, segments=segments)
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(str(error)) from error


def read_manifest(generation: str, text: str) -> Manifest:
    """Read the manifest of a generation that this program can serve.

    :raises ValueError: when it is none.
    :raises UnbuiltError: when an older program made it.
    :raises GenerationError: when a newer program made it.
    """
    version = Manifest.format_of(text)
    if version == FORMAT:
        return Manifest.from_json(text)
    if version < FORMAT:
        raise UnbuiltError(f"Generation {generation} has the older format {version}, this program reads {FORMAT}")
    raise GenerationError(
        f"Generation {generation} was made by a newer version of this program, in format {version}, and this one "
        f"reads {FORMAT}: start the newer one, or run `measures index build` to go on with this one."
    )


def record_files(folder: Path, known: Mapping[str, FileRecord]) -> dict[str, FileRecord]:
    """Return size and SHA-256 of every file of a generation, without the lock files of tantivy.

    :param known: those of files that need not be read.
    """
    with storage_errors(folder):
        names = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if is_kept(path)}
        return {
            name: known.get(name) or FileRecord(path.stat().st_size, sha256_of(path)) for name, path in names.items()
        }


def is_kept(path: Path) -> bool:
    """Tell whether a path is a file of a generation, and no lock file of tantivy."""
    return path.suffix != ".lock" and path.is_file()


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
