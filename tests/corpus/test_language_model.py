"""The model that tells languages apart: unpacked once, and then the same as the packed one."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from corpus import language_model
from corpus.language_model import keep_in, language_identifier
from index.text.languages import LANGUAGES
from tests.index.text.test_languages import QUESTIONS

TEXTS = ["", "123", "TLTRO III", "日本語", "\ud800", *(question for asked in QUESTIONS.values() for question in asked)]


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Path]:
    """An empty folder for what can be made again."""
    with kept(tmp_path / "cache") as folder:
        yield folder


@pytest.fixture
def unpacked(cache: Path, unpacked_once: Path) -> Path:
    """The folder, with the model in it."""
    shutil.copytree(unpacked_once, cache)
    forget()
    return cache


@pytest.fixture(scope="module")
def unpacked_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the model was unpacked."""
    with kept(tmp_path_factory.mktemp("languages") / "cache") as folder:
        language_identifier()
    return folder


@contextmanager
def kept(folder: Path) -> Iterator[Path]:
    """Keep the model in a folder meanwhile."""
    before = language_model.kept_in()
    keep_in(folder)
    yield folder
    keep_in(before)


@pytest.fixture(scope="module")
def packed() -> LanguageIdentifier:
    """The model as the package has it."""
    return LanguageIdentifier.from_model_file(MODEL_FILE)


def forget() -> None:
    """Do what a new process does: read the folder."""
    language_model._identifier.cache_clear()
    language_model._tables.cache_clear()


def test_scores_are_those_of_the_packed_model_to_the_last_bit(unpacked: Path, packed: LanguageIdentifier) -> None:
    assert [language_identifier().rank(text) for text in TEXTS] == [packed.rank(text) for text in TEXTS]
    shares = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    shares.set_languages(LANGUAGES)
    own = language_identifier(frozenset(LANGUAGES), norm_probs=True)
    assert [own.rank(text) for text in TEXTS] == [shares.rank(text) for text in TEXTS]


def test_next_process_maps_what_is_unpacked(
    unpacked: Path, packed: LanguageIdentifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(LanguageIdentifier, "from_model_file")
    assert language_identifier().rank(TEXTS[-1]) == packed.rank(TEXTS[-1])
    assert isinstance(language_model._tables(unpacked)["tk_nextmove"], np.memmap)


@pytest.mark.parametrize("damage", ["another byte", "no list"])
def test_damaged_file_is_written_anew(unpacked: Path, damage: str, packed: LanguageIdentifier) -> None:
    (folder,) = (path for path in (unpacked / "models").iterdir() if path.is_dir())
    whole = {path.name: path.read_bytes() for path in folder.iterdir()}
    if damage == "no list":
        (folder / "digests.json").write_text("{")
    else:
        (folder / "tk_row.npy").write_bytes(whole["tk_row.npy"][:-1] + b"\xff")
    assert language_identifier().rank(TEXTS[-1]) == packed.rank(TEXTS[-1])
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == whole


def test_languages_are_told_where_nothing_can_be_kept(tmp_path: Path, cache: Path, packed: LanguageIdentifier) -> None:
    (tmp_path / "cache").write_text("a file, no folder")
    assert language_identifier().rank(TEXTS[-1]) == packed.rank(TEXTS[-1])
    assert not (tmp_path / "cache").is_dir()
