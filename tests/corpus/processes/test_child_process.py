"""A process that the system does not start is told in a sentence, and leaves nothing open."""

import os
import sys
import tempfile
from pathlib import Path

import pytest

from corpus.errors import WorkerError
from corpus.processes.child_process import ChildProcess


@pytest.mark.parametrize(("missing", "why"), [("a program", "No such file"), ("a temporary folder", "No such file")])
def test_process_that_cannot_be_started_is_told(
    missing: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if missing == "a program":
        monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    else:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    before = os.listdir("/dev/fd")
    with pytest.raises(WorkerError, match=rf"^No process can be started \({why}.*do it again\.$"):
        ChildProcess("corpus.processes.sandbox_child")
    assert len(os.listdir("/dev/fd")) == len(before)
