"""Fit the weights of sentence scoring and of confidence, and write index/answering/weights.json.

    python -m tests.eval.fit FOLDER [--write] [--model MODEL] [--no-reader] [--xquad FOLDER] [--cache FOLDER]
                             [--run RUN.jsonl] [--examples EXAMPLES.pickle]

Everything printed is out of fold: ten folds, all questions on a release in the same one; `asked.py` has the questions.
Sentences in the language of the question have other weights than those in another. Sentences are scored by a linear
model fitted with a listwise softmax; confidence is a logistic regression on whether the first three quotes hold the
answer, over the whole corpus, over twenty releases and over one, so that it does not lean on the corpus's size.
"""

import argparse
import dataclasses
import datetime
import json
import pickle
import random
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.answering.answer import Answerer, quotes
from index.answering.confidence import READ_FEATURES, UNREAD_FEATURES, reading_features, unread_features
from index.answering.doubts import doubt
from index.answering.features import FEATURES
from index.answering.quotes import MAX_QUOTES
from index.answering.ranking import READ_SENTENCES, Ranking, as_read, passages
from index.answering.weights import ConfidenceWeights, GroupWeights, Weights, shipped_weights
from index.evaluation.evaluate import Outcome, temporary_index, write_run
from index.evaluation.gold import GoldQuestion, load_corpus
from index.evaluation.metrics import fold, holds
from index.filters import Filters
from index.generations.reader import OpenGeneration
from tests.cached_embedder import CachedEmbedder
from tests.cached_reader import CachedReader
from tests.eval.asked import FOLDS, Asked, asked_questions
from tests.eval.fitting import Labels, Matrix, fit_confidence, fit_reading, fit_sentences
from tests.eval.report import judged, report
from tests.fakes import silent

SMALL = 20
TRANSLATED_SHARE = 0.15  # of the translated questions, this share is asked of small corpora, too
OFF_TOPIC_SHARE = 0.1  # of the off-topic questions, this share is asked of a single release
WEIGHTS = Path(__file__).parents[2] / "index" / "answering" / "weights.json"
GROUPS = {"same": False, "other": True}
# In another language than the question, a lead is as often that of a near miss: AUROC .82 without it, .72 with it.
LEFT_OUT_OF_OTHER = [name == "lead" for name in UNREAD_FEATURES]
# How much an example weighs in the fit of confidence: small corpora must not drown the rest.
SMALL_WEIGHT, ELSEWHERE_WEIGHT = 0.5, 0.25
_UNFITTED = ConfidenceWeights(dict.fromkeys(READ_FEATURES, 0.0), 0.0, dict.fromkeys(READ_FEATURES, 0.0))


@dataclass(frozen=True, slots=True)
class Example:
    """A question asked of a corpus of a size: the features of confidence, and whether a quote was right.

    ``doubt`` is how much contradicts it.
    """

    asked: Asked
    size: int
    elsewhere: bool
    foreign: bool
    timely: bool
    doubt: float
    unread: Matrix
    read: Matrix | None
    right: bool
    outcome: Outcome

    @property
    def importance(self) -> float:
        """How much it weighs in the fit of confidence."""
        if self.elsewhere:
            return ELSEWHERE_WEIGHT
        return 1.0 if self.size > SMALL else SMALL_WEIGHT


def sentence_weights(same: Matrix, other: Matrix, reading: Sequence[float] = (0.0, 0.0)) -> Weights:
    """Return weights for sentences alone, in the order of features and of groups."""
    in_same, in_other = (
        GroupWeights(dict(zip(FEATURES, weights.tolist(), strict=True)), counts, _UNFITTED, _UNFITTED)
        for weights, counts in zip((same, other), reading, strict=True)
    )
    return Weights(in_same, in_other, threshold=0.5, provenance={})


def zero_weights() -> Weights:
    """Weights that rank nothing, for computing features."""
    return sentence_weights(np.zeros(len(FEATURES)), np.zeros(len(FEATURES)))


def labels(question: GoldQuestion, ranking: Ranking, generation: OpenGeneration) -> Labels:
    """Tell of each sentence whether it answers."""
    evidence, answer = [fold(quote) for quote in question.quotes], fold(question.answer)
    served = generation.served(ranking.sentences.releases.tolist())
    return np.array(
        [
            each.release.release_id == question.document and _answers(fold(text), evidence, answer)
            for each, text in zip(served, ranking.sentences.texts, strict=True)
        ],
        dtype=bool,
    )


def _answers(text: str, evidence: Sequence[str], answer: str) -> bool:
    return any(holds(text, each) or (len(text) >= 20 and text in each) for each in evidence) or (
        bool(answer) and answer in text
    )


class Fit:
    """The whole fit over one folder."""

    def __init__(self, folder: Path, embedder: CachedEmbedder, reader: CachedReader | None, xquad: Path | None) -> None:
        """Read the corpus and the questions."""
        self.releases = {release.release_id: release for release in load_corpus(folder)}
        self.asked = asked_questions(folder, xquad)
        self.embedder = embedder
        self.reader = reader

    def sentences(self, generation: OpenGeneration) -> list[Weights]:
        """Fit the weights of sentences for each fold without its questions, and last without leaving any out."""
        answerer = Answerer(self.embedder, zero_weights())
        ranked = []
        for asked in self.asked:
            if asked.gold.quotes:
                query = answerer.read(asked.gold.text, generation)
                ranking = answerer.rank(query, generation, Filters())
                ranked.append((asked, query.asked, ranking, labels(asked.gold, ranking, generation)))
        return [self._fold(ranked, out, generation) for out in (*range(FOLDS), None)]

    def _fold(
        self, ranked: Sequence[tuple[Asked, str, Ranking, Labels]], out: int | None, generation: OpenGeneration
    ) -> Weights:
        kept = [each for each in ranked if each[0].fold != out]
        of_group = {
            foreign: fit_sentences(
                [(ranking.evidence.features, right) for *_, ranking, right in kept if _is_foreign(ranking) == foreign]
            )
            for foreign in GROUPS.values()
        }
        weights = sentence_weights(of_group[False], of_group[True])
        if self.reader is None:
            return weights
        examples = defaultdict(list)
        for _, text, ranking, right in kept:
            foreign = _is_foreign(ranking)
            scored = ranking.scored(ranking.evidence.features @ of_group[foreign])
            best = scored.best_first[:READ_SENTENCES]
            readings = self.reader.read(text, as_read(scored, best, generation))
            examples[foreign].append((scored.scores[best], readings, right[best]))
        return sentence_weights(
            of_group[False], of_group[True], [fit_reading(examples[foreign]) for foreign in GROUPS.values()]
        )

    def examples(self, by_fold: Sequence[Weights]) -> Iterator[Example]:
        """Ask every question of the whole corpus, of twenty releases and of one, with weights that never saw it."""
        with self._index(list(self.releases)) as generation:
            for asked in self.asked:
                yield self.example(generation, asked, by_fold[asked.fold])
        self.save()
        documents = {asked.document for asked in self.asked if asked.document}
        plain = [name for name in self.releases if name not in documents]
        draw = random.Random(3)
        for out, weights in enumerate(by_fold[:FOLDS]):
            own = [asked for asked in self.asked if asked.fold == out]
            own = [asked for asked in own if asked.language == "en" or draw.random() < TRANSLATED_SHARE]
            names = sorted({asked.document for asked in own if asked.document})
            with self._index(names + draw.sample(plain, SMALL - len(names))) as generation:
                yield from (self.example(generation, asked, weights) for asked in own)
            for place, name in enumerate(names):
                yield from self._single(name, names[place - 1], own, weights)

    def _single(self, name: str, neighbour: str, own: Sequence[Asked], weights: Weights) -> Iterator[Example]:
        """Ask one release its own questions, a neighbour's as questions from elsewhere, and some off-topic ones."""
        draw = random.Random(f"{name}")
        with self._index([name]) as generation:
            for asked in own:
                if asked.document == name:
                    yield self.example(generation, asked, weights)
                elif asked.document == neighbour and asked.gold.kind in ("fact", "terse"):
                    yield self.example(generation, asked, weights, elsewhere=True)
                elif asked.off_topic and draw.random() < OFF_TOPIC_SHARE:
                    yield self.example(generation, asked, weights)

    def save(self) -> None:
        """Keep vectors and readings for the next run."""
        self.embedder.save()
        if self.reader is not None:
            self.reader.save()

    def _index(self, names: Sequence[str]) -> AbstractContextManager[OpenGeneration]:
        return temporary_index([self.releases[name] for name in names], self.embedder, silent)

    def example(
        self, generation: OpenGeneration, asked: Asked, weights: Weights, *, elsewhere: bool = False
    ) -> Example:
        """Ask a question of a corpus."""
        answerer = Answerer(self.embedder, weights, self.reader)
        query = answerer.read(asked.gold.text, generation)
        ranking = answerer.rank(query, generation, Filters())
        best = passages(ranking, generation, 100)
        documents = tuple(dict.fromkeys(passage.release_id for passage in best))
        outcome = Outcome(
            asked.gold,
            dict.fromkeys(("dense", "lexical", "fused"), documents),
            dict.fromkeys(("dense", "lexical", "fused"), best),
            answered=True,
            confidence=0.0,
            quotes=quotes(query, ranking, generation, MAX_QUOTES).quotes,
        )
        return Example(
            asked,
            len(generation.shown_releases()),
            elsewhere,
            bool(ranking.evidence.foreign[ranking.best_first[0]]),
            ranking.is_timely,
            doubt(ranking),
            unread_features(query, ranking, generation, self.embedder),
            None if self.reader is None else reading_features(ranking),
            not elsewhere and any(outcome.right()),
            outcome,
        )


def _is_foreign(ranking: Ranking) -> bool:
    return bool(ranking.evidence.foreign.mean() > 0.5)


def fit_all(examples: Sequence[Example], out: int | None) -> Mapping[tuple[bool, bool], ConfidenceWeights]:
    """Fit the confidence of each group, unread and read, without the questions of a fold."""
    fitted = {}
    for foreign in GROUPS.values():
        own = [
            example
            for example in examples
            if example.foreign == foreign and example.timely and not example.doubt and example.asked.fold != out
        ]
        right = np.array([example.right for example in own])
        importance = [example.importance for example in own]
        unread = np.array([example.unread for example in own])
        unread[:, LEFT_OUT_OF_OTHER] *= not foreign
        fitted[foreign, False] = fit_confidence(UNREAD_FEATURES, unread, right, importance)
        if all(example.read is not None for example in own):
            read = np.array([example.read for example in own])
            fitted[foreign, True] = fit_confidence(READ_FEATURES, np.hstack([unread, read]), right, importance)
        else:
            fitted[foreign, True] = _UNFITTED
    return fitted


def confidence(example: Example, fitted: Mapping[tuple[bool, bool], ConfidenceWeights]) -> float:
    """Return the probability that a quote is right."""
    if not example.timely:
        return 0.0
    if example.read is None:
        return fitted[example.foreign, False].probability(
            dict(zip(UNREAD_FEATURES, example.unread, strict=True)), example.doubt
        )
    features = dict(zip(READ_FEATURES, [*example.unread, *example.read], strict=True))
    return fitted[example.foreign, True].probability(features, example.doubt)


def write(
    weights: Weights, fitted: Mapping[tuple[bool, bool], ConfidenceWeights], threshold: float, provenance: object
) -> None:
    """Write the file of weights."""
    kept = dict(shipped_weights().measured)
    document: dict[str, object] = {"provenance": provenance, "threshold": threshold, "measured": kept}
    for name, foreign in GROUPS.items():
        group = weights.group(foreign)
        unread, read = fitted[foreign, False], fitted[foreign, True]
        document[name] = {
            "sentence": {feature: round(weight, 4) for feature, weight in group.sentence.items()},
            "reading": round(group.reading, 4),
            "unread": dataclasses.asdict(unread),
            "read": dataclasses.asdict(read),
        }
    with tempfile.NamedTemporaryFile("w", dir=WEIGHTS.parent, delete=False, encoding="utf-8") as file:
        file.write(json.dumps(document, indent=1) + "\n")
    Path(file.name).chmod(0o644)
    Path(file.name).replace(WEIGHTS)


def main() -> None:
    """Run the fit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threshold", type=float, default=0.40)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--model", default="", help="another model than the default")
    parser.add_argument("--reader", type=Path, help="another reader than the shipped one")
    parser.add_argument("--no-reader", action="store_true")
    parser.add_argument("--xquad", type=Path, help="a folder with XQuAD, for off-topic questions in five languages")
    parser.add_argument("--cache", type=Path, help="a folder that keeps vectors from one run to the next")
    parser.add_argument("--run", type=Path, help="where to write the run out of fold, as score.py reads it")
    parser.add_argument("--examples", type=Path, help="where to write the examples, for trying features")
    arguments = parser.parse_args()
    embedder = CachedEmbedder(arguments.model, arguments.cache)
    tuned = embedder if arguments.model == "" or arguments.reader else CachedEmbedder()
    reader = None if arguments.no_reader else CachedReader(tuned, arguments.reader, arguments.cache)
    fit = Fit(arguments.folder, embedder, reader, arguments.xquad)
    with temporary_index(list(fit.releases.values()), embedder, silent) as generation:
        by_fold = fit.sentences(generation)
    examples = list(fit.examples(by_fold))
    fit.save()
    if arguments.examples:
        arguments.examples.write_bytes(pickle.dumps(examples))
    out_of_fold = [fit_all(examples, out) for out in range(FOLDS)]
    sure = [confidence(example, out_of_fold[example.asked.fold]) for example in examples]
    figures = report(examples, sure, arguments.threshold)
    if arguments.run:
        development = [
            judged(example.outcome, value, arguments.threshold)
            for example, value in zip(examples, sure, strict=True)
            if example.size > SMALL and example.asked.set == "development" and example.asked.language == "en"
        ]
        write_run(arguments.run, development)
    if arguments.write:
        provenance = {
            "fitted_by": "python -m tests.eval.fit FOLDER --xquad FOLDER --write",
            "fitted_on": f"{len(fit.asked)} questions that neither the encoder nor the reader was trained on",
            "fitted_at": datetime.datetime.now(datetime.UTC).date().isoformat(),
            **figures,
        }
        write(by_fold[-1], fit_all(examples, None), arguments.threshold, provenance)


if __name__ == "__main__":
    main()
