"""Pairs to train and measure marks on: a question, a sentence, and where in it the short answer stands, or nowhere.

The sentences are those of the releases in the development set's folder and, where they are at hand, of XQuAD and SQuAD.
"""

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.encoders.marks import after_title
from index.evaluation.gold import load_corpus
from index.evaluation.metrics import fold
from index.text.passages import chunk
from index.text.sentences import Span, sentences
from index.text.terms import words
from tests.eval.lists import kept_out
from tests.eval.public_lists import SEED, SQUAD_LANGUAGES, XQUAD_LANGUAGES, xquad_articles
from tests.eval.training_lists import read_lines

ANSWERED_EACH = 4  # pairs of SQuAD with an answer to each without
_LEAST_CHARS = 2


@dataclass(frozen=True, slots=True)
class MarkPair:
    """A question, a sentence after its title, and the span of the answer in it; None where it holds none.

    ``group`` names the questions that must be in one fold: the release, or the article.
    """

    question_id: str
    source: str
    group: str
    kind: str
    lang: str
    question: str
    title: str
    sentence: str
    answer: Span | None

    @property
    def text(self) -> str:
        """The sentence as the reader reads it."""
        return after_title(self.title, self.sentence)


def place_of(answer: str, text: str) -> Span | None:
    """Return where a text holds an answer, white space compared as one space, None where it does not."""
    pattern = r"\s*".join(map(re.escape, answer.split()))
    place = re.search(pattern, text) or re.search(pattern, text, re.IGNORECASE)
    return Span(*place.span()) if place and len(answer.strip()) >= _LEAST_CHARS else None


def development_pairs(folder: Path) -> list[MarkPair]:
    """Return the answerable development questions and their translations, each with the sentence that answers."""
    return _pairs(folder, "gold.jsonl", "translated.jsonl", nowhere=False)


def train_pairs(folder: Path, *, out: bool = False, nowhere: bool = True) -> list[MarkPair]:
    """Return the questions to train on, in all their languages.

    :param out: whether those on the releases that are kept out of all training are returned instead.
    """
    kept = kept_out([line["doc"] for line in read_lines(folder / "train.jsonl")])
    pairs = _pairs(folder, "train.jsonl", "train.translated.jsonl", nowhere=nowhere)
    return [pair for pair in pairs if (pair.group in kept) == out]


def _pairs(folder: Path, name: str, translated: str, *, nowhere: bool) -> list[MarkPair]:
    releases = {release.release_id: release for release in load_corpus(folder)}
    forms: dict[str, dict[str, str]] = defaultdict(dict)
    for line in read_lines(folder / translated):
        forms[line["_id"]][line["lang"]] = line["question"]
    pairs = []
    draw = random.Random(SEED)
    for line in read_lines(folder / name):
        if not line["doc"]:
            continue
        release = releases[line["doc"]]
        told = list(
            dict.fromkeys(
                release.text[span.start : span.end] for passage in chunk(release) for span in passage.sentences
            )
        )
        right = _answering(told, line["quotes"], line["answer"] or "")
        of_language = {"en": line["question"], **forms[line["_id"]]}
        common = (line["_id"], "eval", line["doc"], line["type"])
        if right is not None:
            pairs += [
                MarkPair(*common, lang, question, release.title, *right) for lang, question in of_language.items()
            ]
        said = fold(line["answer"] or "")
        wrong = [each for each in told if not (said and said in fold(each)) and each != (right or [""])[0]]
        if nowhere and wrong:
            lang = draw.choice(sorted(of_language))
            sentence = _near(line["question"], wrong, draw)
            pairs.append(MarkPair(*common, lang, of_language[lang], release.title, sentence, None))
    return pairs


def _answering(told: Sequence[str], quotes: Sequence[str], answer: str) -> tuple[str, Span] | None:
    """Return the sentence of the first quote that holds the answer, and where."""
    evidence = [fold(quote) for quote in quotes]
    for sentence in told:
        folded = fold(sentence)
        if any(quote in folded or (len(folded) >= 20 and folded in quote) for quote in evidence):
            place = place_of(answer, sentence)
            if place is not None:
                return sentence, place
    return None


def _near(question: str, wrong: Sequence[str], draw: random.Random) -> str:
    """Return a sentence that does not answer: the one that shares most words, or any."""
    asked = set(words(question))
    nearest = sorted(wrong, key=lambda each: -len(asked & set(words(each))) / (5 + len(words(each))))
    return draw.choice(nearest[:3] if draw.random() < 0.7 else list(wrong))


def public_pairs(folder: Path) -> list[MarkPair]:
    """Return pairs of XQuAD and SQuAD, as far as a folder holds them; articles for measuring are left out."""
    pairs: list[MarkPair] = []
    measured: set[str] = set()
    draw = random.Random(SEED)
    if (folder / "xquad").exists():
        of_language = _articles(folder / "xquad", "xquad", XQUAD_LANGUAGES)
        inside = xquad_articles(folder / "xquad")
        measured = {
            asked["id"]
            for number, article in enumerate(of_language["en"])
            if number not in inside
            for paragraph in article["paragraphs"]
            for asked in paragraph["qas"]
        }
        for _ in range(2):
            pairs += _of_articles("xquad", of_language, measured, draw)
    if (folder / "squad").exists():
        place = list(_of_articles("squad", _articles(folder / "squad", "squad", SQUAD_LANGUAGES), measured, draw))
        answered, nowhere = ([pair for pair in place if bool(pair.answer) == kind] for kind in (True, False))
        pairs += answered + draw.sample(nowhere, min(len(answered) // ANSWERED_EACH, len(nowhere)))
    return pairs


def _articles(folder: Path, name: str, languages: Sequence[str]) -> dict[str, list[Mapping[str, Any]]]:
    paths = {lang: folder / f"{name}.{lang}.json" for lang in languages}
    return {lang: json.loads(path.read_text("utf-8"))["data"] for lang, path in paths.items() if path.exists()}


def _of_articles(
    source: str, of_language: Mapping[str, list[Mapping[str, Any]]], measured: set[str], draw: random.Random
) -> Iterator[MarkPair]:
    """Yield a pair a question: it in one language, its sentence in one, and for half of those without answer any."""
    forms: dict[str, dict[str, str]] = defaultdict(dict)
    places: dict[str, list[tuple[str, str, str, Mapping[str, Any]]]] = defaultdict(list)
    for lang, articles in of_language.items():
        for number, article in enumerate(articles):
            title = str(article.get("title", "")).replace("_", " ")
            group = title if source == "xquad" else f"{lang} {number}"
            for paragraph in article["paragraphs"]:
                for asked in paragraph["qas"]:
                    forms[asked["id"]][lang] = asked["question"].strip()
                    places[asked["id"]].append((lang, title, group, {**asked, "context": paragraph["context"]}))
    for question_id, candidates in places.items():
        if question_id in measured:
            continue
        lang, title, group, asked = draw.choice(candidates)
        spans = sentences(asked["context"], lang)
        place = _stated(asked, spans)
        if place is None and (asked.get("answers") or not spans):
            continue
        span = place[0] if place else draw.choice(spans)
        sentence = asked["context"][span.start : span.end]
        asks_in = draw.choice(sorted(forms[question_id]))
        kind = "answered" if place else "near_miss"
        question = forms[question_id][asks_in]
        yield MarkPair(
            question_id, source, group, kind, asks_in, question, title, sentence, place[1] if place else None
        )


def _stated(asked: Mapping[str, Any], spans: Sequence[Span]) -> tuple[Span, Span] | None:
    """Return the sentence that holds the first answer, and where in the sentence."""
    for answer in asked.get("answers") or []:
        start, end = answer["answer_start"], answer["answer_start"] + len(answer["text"])
        if asked["context"][start:end] != answer["text"]:
            continue
        for span in spans:
            if span.start <= start and end <= span.end:
                return span, Span(start - span.start, end - span.start)
    return None
