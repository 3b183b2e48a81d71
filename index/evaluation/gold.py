"""Reads gold questions and the documents that they are about from a folder in the BEIR shape."""

import datetime
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus import UNDATED, Release, SourceError


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question and what is right: graded documents, and for gold questions the sentences that answer it.

    ``language`` is what the column ``lang`` says, "" where there is none.
    """

    question_id: str
    text: str
    relevant: Mapping[str, int]
    kind: str = ""
    quotes: tuple[str, ...] = ()
    answer: str = ""
    language: str = ""

    @property
    def document(self) -> str:
        """The document that answers, ``""`` where none does."""
        return next(iter(self.relevant), "")


def load_corpus(folder: Path) -> list[Release]:
    """Read corpus.jsonl. Texts stay as they are, except for characters that cannot be stored.

    :raises SourceError: when it is missing or not in the BEIR shape.
    """
    return [_release(record) for record in _records(folder / "corpus.jsonl", ("_id", "text"))]


def load_questions(folder: Path) -> list[GoldQuestion]:
    """Read gold.jsonl, or queries.jsonl with the relevance judgements beside it.

    :raises SourceError: when neither is there, or not in its shape.
    """
    if (folder / "gold.jsonl").exists():
        return [
            GoldQuestion(
                record["_id"],
                record["question"],
                {record["doc"]: 1} if record.get("doc") and record.get("quotes") else {},
                record.get("type", ""),
                tuple(record.get("quotes", ())),
                record.get("answer", ""),
                record.get("lang", ""),
            )
            for record in _records(folder / "gold.jsonl", ("_id", "question"))
        ]
    judgements = _judgements(folder)
    queries = _records(folder / "queries.jsonl", ("_id", "text"))
    return [
        GoldQuestion(record["_id"], record["text"], judgements[record["_id"]])
        for record in queries
        if record["_id"] in judgements
    ]


def _records(path: Path, needed: Sequence[str]) -> Iterator[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                record = json.loads(line)
                if not isinstance(record, dict) or any(field not in record for field in needed):
                    raise SourceError(f"{path} lacks {' or '.join(needed)} in line {number}: give the BEIR shape.")
                yield record
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise SourceError(f"{path} cannot be read ({why}): give a folder in the BEIR shape.") from error


def _release(record: Mapping[str, Any]) -> Release:
    metadata = record.get("metadata") or {}
    try:
        date = datetime.date.fromisoformat(str(metadata.get("date") or "")[:10])
    except ValueError:
        date = UNDATED
    return Release(
        release_id=str(record["_id"]),
        title=_storable(record.get("title") or ""),
        issuer=_storable(metadata.get("issuer") or ""),
        date=date,
        language=metadata.get("lang") or "en",
        text=_storable(record["text"]),
        url=metadata.get("url") or None,
    )


def _storable(text: str) -> str:
    """Replace lone surrogates and NULs character by character, so that offsets stay the same."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if char == "\0" or "\ud800" <= char <= "\udfff" else char for char in text
    )


def _judgements(folder: Path) -> dict[str, dict[str, int]]:
    paths = [path for path in (folder / "qrels" / "test.tsv", folder / "qrels.tsv") if path.exists()]
    if not paths:
        raise SourceError(f"{folder} holds no gold.jsonl and no qrels: give a folder in the BEIR shape.")
    judgements: dict[str, dict[str, int]] = {}
    for line in paths[0].read_text("utf-8").splitlines():
        fields = line.split("\t")
        if len(fields) >= 3 and fields[-1].lstrip("-").isdigit():
            judgements.setdefault(fields[0], {})[fields[-2]] = int(fields[-1])
    return judgements
