"""`measures backup` and `measures restore` as people type them."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.app.env_copy import settings_without_secrets
from tests.bot.conftest import Run, sentence_of
from tests.bot.stores import file_store


def test_folder_that_was_lost_comes_back(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "measures.tar"
    monkeypatch.setenv("MEASURES_PACE", "9")
    made = json.loads(run("backup", str(target), "--json").stdout)
    assert (made["generation"], made["note"]) == ("000001", None)
    assert made["bytes"] == target.stat().st_size > sum(made["files"].values())
    assert sentence_of(run("restore", str(target))).startswith(f"Error: {tmp_path / 'data'} is not empty")
    assert run("restore", str(target), "--check").stdout.startswith(f"{target} is whole: {len(made['files'])} files")
    monkeypatch.setenv("MEASURES_DATA_DIR", str(tmp_path / "again"))
    restored = run("restore", str(target))
    assert restored.returncode == 0
    assert "erased for good" in restored.stderr
    assert (tmp_path / "again" / "settings.env").read_text("utf-8") == "MEASURES_PACE='9'\n"
    assert len(json.loads(run("releases", "--json").stdout)["releases"]) == 1


def test_archive_that_is_none_gets_one_sentence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_text("not a backup")
    for arguments in (["--check"], []):
        assert "no whole backup" not in sentence_of(run("restore", str(tmp_path / "x.tar"), *arguments))
    assert "give another name" in sentence_of(run("backup", str(tmp_path / "x.tar")))
    assert (tmp_path / "x.tar").read_text() == "not a backup"


def test_settings_that_are_backed_up_hold_no_secret_and_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("DISCORD_TOKEN=very-secret\nMEASURES_FETCH_HOSTS=*.example.org\nMEASURES_PACE=2\n")
    monkeypatch.setenv("MEASURES_PACE", "it's \\ 7")
    monkeypatch.setenv("MEASURES_MODEL", "https://ada:very-secret@example.org/model")
    lines = settings_without_secrets().splitlines()
    assert lines == ["MEASURES_FETCH_HOSTS='*.example.org'", "MEASURES_PACE='it\\'s \\\\ 7'"]


def test_compact_tells_what_it_deleted_and_freed(run: Run, tmp_path: Path) -> None:
    with closing(file_store(tmp_path / "data" / "bot.db")) as store:
        store.audit(1, None, "index add", {})
    with closing(sqlite3.connect(tmp_path / "data" / "bot.db")) as db, db:
        said = ("answer", "helpful", None, "2001-01-01T00:00:00+00:00", None)
        db.executemany("INSERT INTO feedback (answer, verdict, reason, at, voter) VALUES (?, ?, ?, ?, ?)", [said] * 3)
    document = json.loads(run("index", "compact", "--json").stdout)
    assert (document["feedback"], document["audit"], document["versions"]) == (3, 0, 0)
    assert document["bytes_after"] <= document["bytes_before"]
    with closing(file_store(tmp_path / "data" / "bot.db")) as store:
        assert (store.feedback(), len(store.audited())) == ([], 1)
    assert run("index", "compact").stdout.startswith("Freed ")
