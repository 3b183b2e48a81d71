"""The model that tells languages apart, unpacked once into the folder for files that can be made again.

The package py3langid carries it compressed. To unpack it takes half a second, most of what it takes to read one page in
a new process. Unpacked, its tables of 68 MB are pages of files, which all processes share. They are the same tables in
the same order of bytes, so that all scores are the same to the last bit.
"""

import hashlib
import json
import logging
import shutil
from functools import cache
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

log = logging.getLogger(__name__)

_LAYOUT = 1  # The layout of the unpacked folder: with another number it has another name.
_WAIT_S = 20.0
_TABLES = ("nb_ptc", "nb_pc", "nb_classes", "tk_nextmove", "tk_row", "tk_output")
_DIGESTS = "digests.json"
_folder = user_cache_path("eu-measures", appauthor=False)

Tables = dict[str, Any]  # arrays of numpy; py3langid has no types


def keep_in(folder: Path) -> None:
    """Keep the unpacked model in another folder than the platform's."""
    global _folder
    _folder = folder


def kept_in() -> Path:
    """Return the folder in which the unpacked model is kept."""
    return _folder


def language_identifier(languages: frozenset[str] | None = None, *, norm_probs: bool = False) -> Any:  # noqa: ANN401
    """Return an identifier of py3langid.

    :param languages: ISO 639-1 codes of the only languages that it tells apart; it holds no weights of others.
    :param norm_probs: as py3langid takes it.
    :raises OSError: when the model is not unpacked, and no disk has room for it.
    """
    return _identifier(_folder, languages, norm_probs)


@cache
def _identifier(within: Path, languages: frozenset[str] | None, norm_probs: bool) -> Any:  # noqa: ANN401
    from py3langid.langid import LanguageIdentifier

    tables = _tables(within)
    weights = tables["nb_ptc"], tables["nb_pc"], tables["nb_classes"].tolist()
    # An item of a memoryview is an int, as it is of the array and the list that py3langid makes.
    walk = memoryview(tables["tk_nextmove"]), memoryview(tables["tk_output"])
    row = memoryview(tables["tk_row"])
    whole = LanguageIdentifier(*weights, *walk, norm_probs=norm_probs, tk_row=row)
    if languages is None:
        return whole
    whole.set_languages(languages)
    weights = whole.nb_ptc, whole.nb_pc, whole.nb_classes
    return LanguageIdentifier(*weights, *walk, norm_probs=norm_probs, tk_row=row)


@cache
def _tables(within: Path) -> Tables:
    """Return the tables of the model: pages of files, or of this process alone where files cannot be kept."""
    packed = _packed_file()
    digest = hashlib.sha256(f"{_LAYOUT} {_sha256_of(packed)}".encode()).hexdigest()
    folder = within / "models" / f"languages-{digest[:16]}"
    try:
        return _mapped(folder) or _unpack_into(folder)
    except OSError as error:
        log.debug("the model that tells languages apart is unpacked for this process alone: %s", error)
        return _unpacked()


def _unpack_into(folder: Path) -> Tables:
    """Write the tables into a folder, unless another process does so first, and return them.

    :raises OSError: when they cannot be written, or another process writes them for long.
    """
    import numpy as np
    from filelock import FileLock

    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock"), timeout=_WAIT_S):
        if mapped := _mapped(folder):
            return mapped
        aside = folder.with_name(f".{folder.name}.new")
        for left in (aside, folder):  # A killed process or a power cut may have left them.
            shutil.rmtree(left, ignore_errors=True)
        aside.mkdir()
        try:
            for name, table in _unpacked().items():
                np.save(aside / f"{name}.npy", table)
            digests = {name: _sha256_of(aside / f"{name}.npy") for name in _TABLES}
            (aside / _DIGESTS).write_text(json.dumps(digests, indent=1) + "\n", "utf-8")
            aside.replace(folder)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    return _mapped(folder) or _unpacked()


def _mapped(folder: Path) -> Tables | None:
    """Return the tables in a folder, None where they are not there, or not as they were written."""
    import numpy as np

    try:
        digests = json.loads((folder / _DIGESTS).read_text("utf-8"))
        if any(_sha256_of(folder / f"{name}.npy") != digests.get(name) for name in _TABLES):
            return None
        return {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in _TABLES}
    except (FileNotFoundError, ValueError):
        return None


def _unpacked() -> Tables:
    """Return the tables, unpacked in this process."""
    import numpy as np
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    whole = LanguageIdentifier.from_model_file(MODEL_FILE)
    tables = {name: getattr(whole, name) for name in _TABLES}
    return {name: np.asarray(table, np.int32 if name == "tk_output" else None) for name, table in tables.items()}


def _packed_file() -> Path:
    from py3langid.langid import MODEL_DIR, MODEL_FILE

    return Path(MODEL_DIR, MODEL_FILE)


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
