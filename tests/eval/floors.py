"""The floors below which the quality of answers must not fall, and the tool that moves them.

    python -m tests.eval.floors seed                        check the shipped release's own gold questions
    python -m tests.eval.floors development FOLDER  check the development set
    … --update [--allow-regression]                         write the figures of today as floors

A floor is never lowered without ``--allow-regression``.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from corpus.front_matter import shipped_releases
from index.encoders.embedder import SentenceTransformerEmbedder
from index.evaluation.evaluate import Evaluation, run_evaluation
from index.settings import IndexSettings
from tests.fakes import silent

FLOORS = Path(__file__).parent / "floors.json"
SEED_GOLD = Path(__file__).parent / "seed_gold.jsonl"
# bf16 and fp32 processors, and releases of the libraries, differ by a question or two.
MARGIN = 0.02
LOWER_IS_BETTER = ("risk", "answered_near_miss", "answered_off_topic")
WATCHED = ("answer_hit@1", "answer_hit@3", "coverage", "auroc_near_miss", "auroc_off_topic", *LOWER_IS_BETTER)
SEARCHED = ("recall@1", "evidence@500chars", "evidence@1000chars", "evidence@2000chars")

Figures = Mapping[str, float]


def measure(folder: Path, embedder: SentenceTransformerEmbedder | None = None) -> Figures:
    """Return the watched figures of a folder.

    :param embedder: the default model where it is loaded already.
    """
    settings = IndexSettings(data_dir=Path("unused"), model="", threshold=None, cross_encoder="")
    return watched(run_evaluation(folder, settings, embedder or SentenceTransformerEmbedder(), silent)[1])


def watched(figures: Evaluation) -> Figures:
    """Return the figures that have floors."""
    assert figures.answers is not None
    answers = {name: figures.answers[name] for name in WATCHED}
    results = answers | {name: figures.search["fused"][name] for name in SEARCHED}
    return {name: round(value, 4) for name, value in results.items() if value is not None}


def write_seed_folder(folder: Path) -> Path:
    """Write the shipped releases and their gold questions in the BEIR shape."""
    records = [
        {
            "_id": release.release_id,
            "title": release.title,
            "text": release.text,
            "metadata": {"issuer": release.issuer, "date": release.date.isoformat(), "lang": release.language},
        }
        for release in shipped_releases()
    ]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    (folder / "gold.jsonl").write_text(SEED_GOLD.read_text("utf-8"), "utf-8")
    return folder


def below(figures: Figures, floors: Figures) -> list[str]:
    """Name every figure that is worse than its floor by more than the margin."""
    return [
        f"{name} is {figures[name]:.3f}, its floor is {floor:.3f}"
        for name, floor in floors.items()
        if (figures[name] - floor) * (-1 if name in LOWER_IS_BETTER else 1) < -MARGIN
    ]


def update(path: Path, name: str, figures: Figures, *, allow_regression: bool) -> list[str]:
    """Write figures as floors; where that would lower one, name it and write nothing, unless it is allowed."""
    floors = json.loads(path.read_text("utf-8")) if path.exists() else {}
    lowered = below(figures, floors.get(name, {}))
    if lowered and not allow_regression:
        return lowered
    temporary = path.with_suffix(".new")
    temporary.write_text(json.dumps(floors | {name: dict(figures)}, indent=1, sort_keys=True) + "\n", "utf-8")
    os.replace(temporary, path)
    return []


def main() -> None:
    """Check or update."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=["seed", "development"])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--allow-regression", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        figures = measure(arguments.folder or write_seed_folder(Path(temporary)))
    print(json.dumps(figures, indent=1))
    if arguments.update:
        worse = update(FLOORS, arguments.name, figures, allow_regression=arguments.allow_regression)
    else:
        worse = below(figures, json.loads(FLOORS.read_text("utf-8"))[arguments.name])
    if worse:
        sys.exit("\n".join(worse))


if __name__ == "__main__":
    main()
