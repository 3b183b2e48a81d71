"""The manifest of a generation: where its files are, and what they must be."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from corpus import GenerationError, UnbuiltError
from index.database.sqlite import storage_errors
from index.encoders.background import Background

# Count this up when the files of a generation change. A change of what they hold shows in `Manifest.program` by itself.
FORMAT = 9


@dataclass(frozen=True, slots=True)
class Layout:
    """The files of a generation."""

    folder: Path

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
            return cls(**fields, background=background, files=files)
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


def record_files(folder: Path) -> dict[str, FileRecord]:
    """Return size and SHA-256 of every file of a generation, without the lock files of tantivy."""
    with storage_errors(folder):
        return {
            path.relative_to(folder).as_posix(): FileRecord(path.stat().st_size, sha256_of(path))
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.suffix != ".lock"
        }


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
