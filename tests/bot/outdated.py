"""A data folder as an older or a newer program would have left it."""

import json
from pathlib import Path


def rewrite(data_dir: Path, **fields: object) -> None:
    """Let the manifest of what is served say something else."""
    path = data_dir / "generations" / served(data_dir) / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | fields), "utf-8")


def make_older(data_dir: Path) -> None:
    """Let what is served be of format 4, which had no word of the program, and files of other names."""
    folder = data_dir / "generations" / served(data_dir)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8")) | {"format": 4}
    manifest.pop("program", None)
    manifest["files"]["sentences.npy"] = manifest["files"].pop("sentence_vectors.npy")
    (folder / "sentence_vectors.npy").rename(folder / "sentences.npy")
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def served(data_dir: Path) -> str:
    """Return the id of the served generation."""
    return (data_dir / "CURRENT").read_text("utf-8").strip()
