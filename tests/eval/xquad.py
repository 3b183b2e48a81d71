"""Find the paragraph that answers a question of XQuAD, in the same language and in others.

    python -m tests.eval.xquad FOLDER MODEL [MODEL …]

FOLDER holds the xquad.xx.json of github.com/google-deepmind/xquad. Only the articles that no training saw are asked
about. Printed is nDCG@10 by the language of the question: over paragraphs of the same language, and the mean over those
of each other one.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from index.encoders.embedder import SentenceTransformerEmbedder, Vectors
from tests.eval.public_lists import XQUAD_LANGUAGES, xquad_articles


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("models", nargs="+")
    arguments = parser.parse_args()
    print("| model | " + " | ".join(f"{lang}, other" for lang in XQUAD_LANGUAGES) + " |")
    for model in arguments.models:
        cells = figures(arguments.folder, SentenceTransformerEmbedder(model))
        print(f"| {Path(model).name} | " + " | ".join(f"{same:.3f}, {other:.3f}" for same, other in cells) + " |")


def figures(folder: Path, embedder: SentenceTransformerEmbedder) -> list[tuple[float, float]]:
    """Return nDCG@10 by language: within the language, and the mean over the others."""
    inside = xquad_articles(folder)
    questions: dict[str, Vectors] = {}
    paragraphs: dict[str, Vectors] = {}
    right: list[int] = []
    for lang in XQUAD_LANGUAGES:
        data = json.loads((folder / f"xquad.{lang}.json").read_text("utf-8"))["data"]
        kept = [article for number, article in enumerate(data) if number not in inside]
        texts = [paragraph for article in kept for paragraph in article["paragraphs"]]
        right = [number for number, paragraph in enumerate(texts) for _ in paragraph["qas"]]
        paragraphs[lang] = embedder.encode_document([paragraph["context"] for paragraph in texts], lambda _: None)
        asked = [each["question"] for paragraph in texts for each in paragraph["qas"]]
        questions[lang] = np.array([embedder.encode_query(question) for question in asked])
    table = {
        (asked, read): _ndcg(questions[asked] @ paragraphs[read].T, np.array(right))
        for asked in XQUAD_LANGUAGES
        for read in XQUAD_LANGUAGES
    }
    return [
        (table[lang, lang], float(np.mean([table[lang, other] for other in XQUAD_LANGUAGES if other != lang])))
        for lang in XQUAD_LANGUAGES
    ]


def _ndcg(scores: Vectors, right: np.ndarray[tuple[int], np.dtype[np.int64]]) -> float:
    """Return the mean nDCG@10 where one document is right."""
    places = (scores > scores[np.arange(len(right)), right][:, None]).sum(axis=1)
    return float(np.where(places < 10, 1 / np.log2(places + 2), 0.0).mean())


if __name__ == "__main__":
    main()
