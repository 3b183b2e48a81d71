"""The wheel holds every file that the program reads, and setuptools is told of every folder with such files."""

import tomllib
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[1]
SETUPTOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
LEFT_OUT = ("*/README.md", "bot/deploy/*", "*/__pycache__/*")


def program_files() -> list[Path]:
    paths = [path.relative_to(ROOT) for name in ("bot", "corpus", "index") for path in (ROOT / name).rglob("*")]
    files = [path for path in paths if (ROOT / path).is_file()]
    return [path for path in files if not any(fnmatch(path.as_posix(), pattern) for pattern in LEFT_OUT)]


def test_every_folder_with_files_is_named() -> None:
    assert {".".join(path.parent.parts) for path in program_files()} == set(SETUPTOOLS["packages"])


def test_every_file_but_code_is_named_as_data() -> None:
    data = {path for path in program_files() if path.suffix != ".py"}
    named = {
        path
        for path in data
        for pattern in SETUPTOOLS["package-data"].get(".".join(path.parent.parts), ())
        if fnmatch(path.name, pattern)
    }
    assert data == named
