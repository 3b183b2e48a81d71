"""The questions that weights are fitted on and figures come from: none of them has the encoder or the reader seen.

They are the development questions and their translations, those on the releases that `lists.py` keeps out of all
training, with their translations, and off-topic ones. All questions on a release are in the same fold.
"""

import dataclasses
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.evaluation.gold import GoldQuestion, load_questions
from tests.eval.lists import kept_out
from tests.eval.public_lists import xquad_lists
from tests.eval.training_lists import read_lines

FOLDS = 10
ANSWERABLE = ("fact", "body", "paraphrase", "terse")
OFF_TOPIC = Path(__file__).parent / "off_topic.jsonl"
XQUAD_QUESTIONS = 160


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: its language, the release that it is about, "" where none is, its set, and its fold.

    The set is ``development``, ``kept out`` or ``off topic``.
    """

    gold: GoldQuestion
    language: str
    document: str
    set: str
    fold: int

    @property
    def answerable(self) -> bool:
        """Whether its release answers it."""
        return self.gold.kind in ANSWERABLE

    @property
    def off_topic(self) -> bool:
        """Whether no release is about it."""
        return not self.document and self.gold.kind != "near_miss"


def asked_questions(folder: Path, xquad: Path | None = None) -> list[Asked]:
    """Return all questions.

    :param xquad: a folder with XQuAD. Questions on its articles that no training saw are off-topic ones in five
        languages.
    """
    plain = [*_sets(folder), *_off_topic(xquad)]
    documents = sorted({each.document for each in plain if each.document})
    random.Random(7).shuffle(documents)
    fold_of = {document: place % FOLDS for place, document in enumerate(documents)}
    return [
        dataclasses.replace(each, fold=fold_of.get(each.document, place % FOLDS)) for place, each in enumerate(plain)
    ]


def _sets(folder: Path) -> Iterator[Asked]:
    lines = {line["_id"]: line for line in read_lines(folder / "gold.jsonl")}
    gold = [
        Asked(each, "en", lines[each.question_id]["doc"] or "", "development", 0) for each in load_questions(folder)
    ]
    train = read_lines(folder / "train.jsonl")
    kept = kept_out([line["doc"] for line in train])
    out = [Asked(_question(line), "en", line["doc"], "kept out", 0) for line in train if line["doc"] in kept]
    english = {each.gold.question_id: each for each in (*gold, *out)}
    yield from english.values()
    for name in ("translated.jsonl", "train.translated.jsonl"):
        for line in read_lines(folder / name):
            if (own := english.get(line["_id"])) is not None:
                translated = dataclasses.replace(own.gold, text=line["question"])
                yield dataclasses.replace(own, gold=translated, language=line["lang"])


def _question(line: dict[str, object]) -> GoldQuestion:
    quotes = line["quotes"]
    assert isinstance(quotes, list)
    relevant = {str(line["doc"]): 1} if quotes else {}
    kind, answer = str(line["type"]), str(line.get("answer") or "")
    return GoldQuestion(str(line["_id"]), str(line["question"]), relevant, kind, tuple(quotes), answer)


def _off_topic(xquad: Path | None) -> Iterator[Asked]:
    for line in map(json.loads, OFF_TOPIC.read_text("utf-8").splitlines()):
        yield Asked(GoldQuestion(line["_id"], line["question"], {}, "off_topic_more"), "en", "", "off topic", 0)
    if xquad:
        lists = xquad_lists(xquad, out=True)
        random.Random(5).shuffle(lists)
        for number, each in enumerate(lists[:XQUAD_QUESTIONS]):
            language = sorted(each.forms)[number % len(each.forms)]
            gold = GoldQuestion(f"xquad-{each.question_id}", each.forms[language], {}, "off_topic_more")
            yield Asked(gold, language, "", "off topic", 0)
