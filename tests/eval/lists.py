"""Questions -> lists to train on: forms of a question, texts that answer it, and texts of the same ranking that do not.

    python -m tests.eval.lists FOLDER lists.jsonl [--model FOLDER] [--public FOLDER]

Texts are those that a build embeds: a sentence after its title, a passage after its context. A fifth of the releases,
drawn by seed, is kept out altogether: what an encoder trained on these lists says of their questions is not flattered,
so that weights may be fitted on it.
"""

import argparse
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from corpus.models import Release
from index.evaluation.gold import load_corpus
from index.evaluation.metrics import fold, holds
from index.text.passages import chunk, context
from tests.cached_embedder import CachedEmbedder
from tests.eval.public_lists import HARD, SEED, public_lists
from tests.eval.training_lists import Text, TrainingList, read_lines, write_lists

KEPT_OUT = 0.22
OFF_TOPIC_SETS = ("xquad", "clapnq")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a release, its own words and its texts."""

    release_id: str
    words: str
    text: Text


def kept_out(documents: Sequence[str]) -> frozenset[str]:
    """Return the releases that no training sees, drawn by seed."""
    names = sorted(set(documents))
    random.Random(SEED).shuffle(names)
    return frozenset(names[: round(KEPT_OUT * len(names))])


def sentences_of(release: Release) -> Iterator[Sentence]:
    """Yield the sentences of a release."""
    for passage in chunk(release):
        whole = f"{context(release, passage)} {release.text[passage.start : passage.end]}"
        for span in passage.sentences:
            words = release.text[span.start : span.end]
            yield Sentence(release.release_id, words, Text(f"{release.title}. {words}", whole))


def corpus_lists(folder: Path, embedder: CachedEmbedder | None, *, out: bool = False) -> list[TrainingList]:
    """Return the lists of train.jsonl with its translations; `out` returns those of the releases kept out instead."""
    questions = read_lines(folder / "train.jsonl")
    forms: dict[str, dict[str, str]] = defaultdict(dict)
    for line in read_lines(folder / "train.translated.jsonl"):
        forms[line["_id"]][line["lang"]] = line["question"]
    kept = kept_out([line["doc"] for line in questions])
    chosen = [line for line in questions if (line["doc"] in kept) == out]
    documents = {line["doc"] for line in chosen}
    texts = [
        each for release in load_corpus(folder) if release.release_id in documents for each in sentences_of(release)
    ]
    nearest = _nearest([line["question"] for line in chosen], texts, embedder)
    results = []
    for line, order in zip(chosen, nearest, strict=True):
        positives, near = _judged(line, texts)
        negatives = [texts[number].text for number in order if number not in near][:HARD]
        if positives or not line["quotes"]:
            of_language = {"en": line["question"], **forms[line["_id"]]}
            results.append(
                TrainingList(
                    line["_id"],
                    "eval",
                    of_language,
                    tuple(texts[number].text for number in positives),
                    tuple(negatives),
                )
            )
    return results


def _judged(line: Mapping[str, Any], texts: Sequence[Sentence]) -> tuple[list[int], set[int]]:
    """Return which sentences hold the evidence, and which may be no negatives."""
    quotes, answer = [fold(quote) for quote in line["quotes"]], fold(line["answer"])
    positives, near = [], set()
    for number, sentence in enumerate(texts):
        words = fold(sentence.words)
        own = sentence.release_id == line["doc"]
        evidence = any(quote in words or (len(words) >= 20 and words in quote) for quote in quotes)
        if own and (evidence or any(holds(words, quote) for quote in quotes)):
            positives.append(number)
        if evidence or (own and answer and answer in words) or number in positives[-1:]:
            near.add(number)
    return positives, near


def _nearest(
    questions: Sequence[str], texts: Sequence[Sentence], embedder: CachedEmbedder | None
) -> Iterator[list[int]]:
    """Yield for each question the sentences nearest with their passages, of each passage at most two."""
    passages = list(dict.fromkeys(each.text.passage for each in texts))
    row_of = {passage: row for row, passage in enumerate(passages)}
    rows = np.array([row_of[each.text.passage] for each in texts])
    sentence, passage, asked = _vectors([each.text.sentence for each in texts], passages, questions, embedder)
    for vector in asked:
        scores = sentence @ vector.T + (passage @ vector.T)[rows]
        scores = scores if embedder else scores.toarray().ravel()
        seen: dict[int, int] = defaultdict(int)
        order = []
        for number in np.argsort(-scores)[: 8 * HARD].tolist():
            seen[int(rows[number])] += 1
            if seen[int(rows[number])] <= 2:
                order.append(number)
        yield order


def _vectors(
    texts: Sequence[str], passages: Sequence[str], questions: Sequence[str], embedder: CachedEmbedder | None
) -> tuple[Any, Any, Any]:
    """Return vectors of sentences, passages and questions: a model's, or without one those of their words."""
    if embedder is not None:
        asked = np.array([embedder.read_query(question).vector for question in questions])
        return embedder.documents(texts), embedder.documents(passages), asked
    words = TfidfVectorizer(sublinear_tf=True, stop_words="english", dtype=np.float32).fit([*texts, *questions])
    return words.transform(texts), words.transform(passages), words.transform(questions)


def off_topic_lists(folder: Path, asked: Sequence[TrainingList], embedder: CachedEmbedder | None) -> list[TrainingList]:
    """Return lists of questions on other subjects, with the sentences of releases that are nearest to them."""
    documents = {line["doc"] for line in read_lines(folder / "train.jsonl")}
    documents -= kept_out(sorted(documents))
    texts = [
        each for release in load_corpus(folder) if release.release_id in documents for each in sentences_of(release)
    ]
    nearest = _nearest([each.forms["en"] for each in asked], texts, embedder)
    return [
        TrainingList(
            each.question_id, "off topic", each.forms, (), tuple(texts[number].text for number in order[:HARD])
        )
        for each, order in zip(asked, nearest, strict=True)
    ]


def main() -> None:
    """Write the lists."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("written", type=Path)
    parser.add_argument("--model", default="", help="whose ranking gives the negatives; without one shared words do")
    parser.add_argument("--cache", type=Path, help="a folder that keeps vectors")
    parser.add_argument("--public", type=Path, help="a folder with public sets, as public_lists.py names them")
    parser.add_argument(
        "--off-topic", action="store_true", help="ask the questions of the other sets of releases, too, for the reader"
    )
    parser.add_argument("--out", action="store_true", help="the lists of the releases kept out")
    arguments = parser.parse_args()
    embedder = CachedEmbedder(arguments.model, arguments.cache) if arguments.model else None
    lists = corpus_lists(arguments.folder, embedder, out=arguments.out)
    if arguments.public and not arguments.out:
        lists += public_lists(arguments.public)
    if arguments.off_topic and not arguments.out:
        asked = [each for each in lists if each.source in OFF_TOPIC_SETS]
        lists += off_topic_lists(arguments.folder, asked, embedder)
    if embedder:
        embedder.save()
    write_lists(arguments.written, lists)
    print(f"{len(lists)} lists")


if __name__ == "__main__":
    main()
