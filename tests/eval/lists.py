"""Questions -> lists to train on: forms of a question, texts that answer it, and texts of the same ranking that do not.

    python -m tests.eval.lists FOLDER lists.jsonl [--model FOLDER] [--xquad FOLDER] [--clapnq FILE] [--ntrex FOLDER]

Texts are those that a build embeds: a sentence after its title, a passage after its context. A fifth of the releases,
drawn by seed, is kept out altogether: what an encoder trained on these lists says of their questions is not flattered,
so that weights may be fitted on it.
"""

import argparse
import dataclasses
import json
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
from index.text.sentences import sentences
from tests.cached_embedder import CachedEmbedder

KEPT_OUT = 0.22
SEED = 16
HARD = 24  # negatives kept a question, of which a step draws a few
XQUAD_LANGUAGES = ("en", "de", "el", "es", "ro")
NTREX_CODES = {
    "bg": "bul",
    "cs": "ces",
    "da": "dan",
    "de": "deu",
    "el": "ell",
    "es": "spa",
    "et": "est",
    "fi": "fin",
    "fr": "fra",
    "ga": "gle",
    "hr": "hrv",
    "hu": "hun",
    "it": "ita",
    "lt": "lit",
    "lv": "lav",
    "mt": "mlt",
    "nl": "nld",
    "pl": "pol",
    "pt": "por",
    "ro": "ron",
    "sk": "slk",
    "sl": "slv",
    "sv": "swe",
}
XQUAD_SHARE = 0.6  # of its articles; the others are for measuring


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence and the passage that it stands in, as they are embedded."""

    sentence: str
    passage: str


@dataclass(frozen=True, slots=True)
class TrainingList:
    """A question, in each language it is asked in, and texts; without a positive nothing answers it."""

    question_id: str
    source: str
    forms: Mapping[str, str]
    positives: tuple[Text, ...]
    negatives: tuple[Text, ...]


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


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the JSON documents of a file, one a line."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


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
    texts = [one for release in load_corpus(folder) if release.release_id in documents for one in sentences_of(release)]
    nearest = _nearest([line["question"] for line in chosen], texts, embedder)
    found = []
    for line, order in zip(chosen, nearest, strict=True):
        positives, near = _judged(line, texts)
        negatives = [texts[at].text for at in order if at not in near][:HARD]
        if positives or not line["quotes"]:
            of_language = {"en": line["question"], **forms[line["_id"]]}
            found.append(
                TrainingList(
                    line["_id"], "eval", of_language, tuple(texts[at].text for at in positives), tuple(negatives)
                )
            )
    return found


def _judged(line: Mapping[str, Any], texts: Sequence[Sentence]) -> tuple[list[int], set[int]]:
    """Return which sentences hold the evidence, and which may be no negatives."""
    quotes, answer = [fold(quote) for quote in line["quotes"]], fold(line["answer"])
    positives, near = [], set()
    for at, sentence in enumerate(texts):
        words = fold(sentence.words)
        own = sentence.release_id == line["doc"]
        evidence = any(quote in words or (len(words) >= 20 and words in quote) for quote in quotes)
        if own and (evidence or any(holds(words, quote) for quote in quotes)):
            positives.append(at)
        if evidence or (own and answer and answer in words) or at in positives[-1:]:
            near.add(at)
    return positives, near


def _nearest(
    questions: Sequence[str], texts: Sequence[Sentence], embedder: CachedEmbedder | None
) -> Iterator[list[int]]:
    """Yield for each question the sentences nearest with their passages, of each passage at most two."""
    passages = list(dict.fromkeys(one.text.passage for one in texts))
    row_of = {passage: row for row, passage in enumerate(passages)}
    rows = np.array([row_of[one.text.passage] for one in texts])
    sentence, passage, asked = _vectors([one.text.sentence for one in texts], passages, questions, embedder)
    for vector in asked:
        scores = sentence @ vector.T + (passage @ vector.T)[rows]
        scores = scores if embedder else scores.toarray().ravel()
        seen: dict[int, int] = defaultdict(int)
        order = []
        for at in np.argsort(-scores)[: 8 * HARD].tolist():
            seen[int(rows[at])] += 1
            if seen[int(rows[at])] <= 2:
                order.append(at)
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
    texts = [one for release in load_corpus(folder) if release.release_id in documents for one in sentences_of(release)]
    nearest = _nearest([one.forms["en"] for one in asked], texts, embedder)
    return [
        TrainingList(one.question_id, "off topic", one.forms, (), tuple(texts[at].text for at in order[:HARD]))
        for one, order in zip(asked, nearest, strict=True)
    ]


def xquad_articles(folder: Path) -> frozenset[int]:
    """Return the places of the articles to train on, drawn by seed; the others are for measuring."""
    articles = json.loads((folder / "xquad.en.json").read_text("utf-8"))["data"]
    places = sorted(range(len(articles)), key=lambda at: str(articles[at]["title"]))
    random.Random(SEED).shuffle(places)
    return frozenset(places[: round(XQUAD_SHARE * len(places))])


def xquad_lists(folder: Path, *, out: bool = False) -> list[TrainingList]:
    """Return lists of XQuAD: a question in five languages, the sentences of one of them."""
    data = {lang: json.loads((folder / f"xquad.{lang}.json").read_text("utf-8"))["data"] for lang in XQUAD_LANGUAGES}
    inside, draw = xquad_articles(folder), random.Random(SEED)
    found: list[TrainingList] = []
    for number, article in enumerate(data["en"]):
        if (number in inside) == out:
            continue
        for at in range(len(article["paragraphs"])):
            paragraphs = {lang: data[lang][number]["paragraphs"][at] for lang in XQUAD_LANGUAGES}
            found.extend(_of_paragraphs(article, [data[lang][number] for lang in XQUAD_LANGUAGES], paragraphs, draw))
    return found


def _of_paragraphs(
    article: Mapping[str, Any],
    articles: Sequence[Mapping[str, Any]],
    paragraphs: Mapping[str, Mapping[str, Any]],
    draw: random.Random,
) -> Iterator[TrainingList]:
    title = article["title"].replace("_", " ")
    for number, asked in enumerate(paragraphs["en"]["qas"]):
        lang = draw.choice(XQUAD_LANGUAGES)
        own = paragraphs[lang]
        start = own["qas"][number]["answers"][0]["answer_start"]
        others = articles[XQUAD_LANGUAGES.index(lang)]["paragraphs"]
        positives: list[Text] = []
        negatives: list[Text] = []
        for paragraph in others:
            whole = f"{title}. {paragraph['context']}"
            for span in sentences(paragraph["context"], lang):
                text = Text(f"{title}. {paragraph['context'][span.start : span.end]}", whole)
                answers = paragraph is own and span.start <= start < span.end
                if answers or paragraph is own or draw.random() < 0.5:
                    (positives if answers else negatives).append(text)
        if positives:
            forms = {one: paragraphs[one]["qas"][number]["question"] for one in XQUAD_LANGUAGES}
            yield TrainingList(asked["id"], "xquad", forms, tuple(positives), tuple(negatives[:HARD]))


def clapnq_lists(path: Path) -> list[TrainingList]:
    """Return lists of ClapNQ's answerable questions: the sentences of a passage of Wikipedia."""
    found = []
    for line in read_lines(path):
        passage, chosen = line["passages"][0], line["output"][0].get("selected_sentences") or []
        whole = f"{passage['title']}. {passage['text']}"
        texts = [(one, Text(f"{passage['title']}. {one}", whole)) for one in passage["sentences"]]
        positives = tuple(text for one, text in texts if one in chosen)
        negatives = tuple(text for one, text in texts if one not in chosen)
        if positives and negatives:
            found.append(TrainingList(str(line["id"]), "clapnq", {"en": line["input"]}, positives, negatives[:HARD]))
    return found


def ntrex_lists(folder: Path) -> list[TrainingList]:
    """Return lists of NTREX-128: a sentence of the news in English, which its translations have to find."""
    english = _ntrex_lines(folder / "newstest2019-src.eng.txt")
    translated = {lang: _ntrex_lines(folder / f"newstest2019-ref.{code}.txt") for lang, code in NTREX_CODES.items()}
    return [
        TrainingList(
            f"ntrex-{number}",
            "ntrex",
            {"en": sentence} | {lang: lines[number] for lang, lines in translated.items()},
            (Text(sentence, sentence),),
            (),
        )
        for number, sentence in enumerate(english)
        if all(lines[number] for lines in translated.values())
    ]


def _ntrex_lines(path: Path) -> list[str]:
    return [line.strip() for line in path.read_text("utf-8").splitlines()]


def write_lists(path: Path, lists: Sequence[TrainingList]) -> None:
    """Write lists, one a line."""
    lines = (json.dumps(dataclasses.asdict(one), ensure_ascii=False) for one in lists)
    path.write_text("\n".join(lines) + "\n", "utf-8")


def read_lists(path: Path) -> list[TrainingList]:
    """Read lists that were written."""
    return [
        TrainingList(
            line["question_id"],
            line["source"],
            line["forms"],
            tuple(Text(**text) for text in line["positives"]),
            tuple(Text(**text) for text in line["negatives"]),
        )
        for line in read_lines(path)
    ]


def main() -> None:
    """Write the lists."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("written", type=Path)
    parser.add_argument("--model", default="", help="whose ranking gives the negatives; without one shared words do")
    parser.add_argument("--cache", type=Path, help="a folder that keeps vectors")
    parser.add_argument("--xquad", type=Path)
    parser.add_argument("--clapnq", type=Path)
    parser.add_argument("--ntrex", type=Path)
    parser.add_argument(
        "--off-topic", action="store_true", help="ask the questions of the other sets of releases, too, for the reader"
    )
    parser.add_argument("--out", action="store_true", help="the lists of the releases kept out")
    arguments = parser.parse_args()
    embedder = CachedEmbedder(arguments.model, arguments.cache) if arguments.model else None
    lists = corpus_lists(arguments.folder, embedder, out=arguments.out)
    if arguments.xquad:
        lists += xquad_lists(arguments.xquad, out=arguments.out)
    if arguments.clapnq and not arguments.out:
        lists += clapnq_lists(arguments.clapnq)
    if arguments.off_topic and not arguments.out:
        asked = [one for one in lists if one.source != "eval"]
        lists += off_topic_lists(arguments.folder, asked, embedder)
    if arguments.ntrex and not arguments.out:
        lists += ntrex_lists(arguments.ntrex)
    if embedder:
        embedder.save()
    write_lists(arguments.written, lists)
    print(f"{len(lists)} lists")


if __name__ == "__main__":
    main()
