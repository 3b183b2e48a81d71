"""What the encoder and the reader train on: a question in its languages, and texts that answer it or do not."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


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


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the JSON documents of a file, one a line."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def write_lists(path: Path, lists: Sequence[TrainingList]) -> None:
    """Write lists, one a line, which name their texts by number; the first line holds each passage and text once."""
    texts = list(dict.fromkeys(text for each in lists for text in (*each.positives, *each.negatives)))
    passages = {passage: number for number, passage in enumerate(dict.fromkeys(text.passage for text in texts))}
    numbers = {text: number for number, text in enumerate(texts)}
    header = {"passages": list(passages), "texts": [[text.sentence, passages[text.passage]] for text in texts]}
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps(header, ensure_ascii=False) + "\n")
        for each in lists:
            named = {kind: [numbers[text] for text in getattr(each, kind)] for kind in ("positives", "negatives")}
            line = {"question_id": each.question_id, "source": each.source, "forms": dict(each.forms)} | named
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def read_lists(path: Path) -> list[TrainingList]:
    """Read lists that were written."""
    header, *lines = read_lines(path)
    texts = [Text(sentence, header["passages"][passage]) for sentence, passage in header["texts"]]
    return [
        TrainingList(
            line["question_id"],
            line["source"],
            line["forms"],
            tuple(texts[number] for number in line["positives"]),
            tuple(texts[number] for number in line["negatives"]),
        )
        for line in lines
    ]
