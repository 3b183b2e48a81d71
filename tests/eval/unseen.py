"""Ask off-topic questions that no weight and no choice of features ever saw, with the shipped weights.

    python -m tests.eval.unseen FOLDER

They were written after confidence was fitted: never fit on them, write new ones instead.
"""

import argparse
import json
from pathlib import Path

from index.answering.answer import Answerer
from index.answering.weights import shipped_weights
from index.encoders.embedder import SentenceTransformerEmbedder
from index.encoders.reader import reader_beside
from index.evaluation.evaluate import ask, temporary_index
from index.evaluation.gold import GoldQuestion, load_corpus, load_questions
from index.evaluation.metrics import auroc
from tests.fakes import silent

UNSEEN = Path(__file__).parent / "off_topic_unseen.jsonl"


def main() -> None:
    """Print how many are answered, which, and the AUROC against the answerable questions of the folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    weights, embedder = shipped_weights(), SentenceTransformerEmbedder()
    lines = [json.loads(line) for line in UNSEEN.read_text("utf-8").splitlines()]
    unseen = [GoldQuestion(line["_id"], line["question"], {}, "off_topic") for line in lines]
    answerable = [question for question in load_questions(folder) if question.quotes]
    answerer = Answerer(embedder, weights, reader_beside(embedder))
    with temporary_index(load_corpus(folder), embedder, silent) as opened:
        off_topic = [ask(question, opened, answerer, weights.threshold) for question in unseen]
        others = [ask(question, opened, answerer, weights.threshold) for question in answerable]
    answered = [outcome for outcome in off_topic if outcome.answered]
    print(f"answered {len(answered)} of {len(off_topic)}")
    print(f"AUROC {auroc([each.confidence for each in others], [each.confidence for each in off_topic]):.3f}")
    for outcome in answered:
        print(f"  {outcome.confidence:.2f} {outcome.gold.text}")


if __name__ == "__main__":
    main()
