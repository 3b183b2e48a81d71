"""What was derived is derived anew when anything changes that decides it."""

from importlib import metadata

import pytest

from index.generations.code_digest import code_digest


@pytest.mark.parametrize("library", ["pyahocorasick", "pystemmer", "py3langid", "sentencex"])
def test_digest_changes_with_every_library_that_takes_part(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = code_digest()
    version = metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: "0.0" if name == library else version(name))
    assert code_digest.__wrapped__() != before
