"""Writes passages.db, once for each generation. Nothing changes it afterwards."""

import itertools
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from corpus import Release
from index.database.sqlite import marks, storage_errors
from index.results import Placed
from index.text.passages import Passage

_SCHEMA = """
CREATE TABLE releases (row INTEGER PRIMARY KEY, release_id TEXT NOT NULL UNIQUE, text_sha256 TEXT NOT NULL,
  title TEXT NOT NULL, issuer TEXT NOT NULL, date TEXT NOT NULL, language TEXT NOT NULL, kind TEXT NOT NULL, url TEXT,
  retrieved_from TEXT, note TEXT, reference TEXT, origin TEXT, edition_of TEXT, first_passage INTEGER NOT NULL,
  text TEXT NOT NULL) STRICT;
CREATE TABLE passages (row INTEGER PRIMARY KEY, release INTEGER NOT NULL REFERENCES releases, ordinal INTEGER NOT NULL,
  start INTEGER NOT NULL, end INTEGER NOT NULL, heading TEXT NOT NULL, lead_in_start INTEGER, lead_in_end INTEGER,
  first_sentence INTEGER NOT NULL, text TEXT NOT NULL) STRICT;
CREATE TABLE sentences (row INTEGER PRIMARY KEY, passage INTEGER NOT NULL REFERENCES passages, start INTEGER NOT NULL,
  end INTEGER NOT NULL) STRICT;
CREATE INDEX sentences_passage ON sentences (passage);
CREATE TABLE mentions (agency TEXT NOT NULL, passage INTEGER NOT NULL REFERENCES passages, start INTEGER NOT NULL,
  end INTEGER NOT NULL, sentence INTEGER NOT NULL REFERENCES sentences, role TEXT,
  PRIMARY KEY (agency, passage, start)) STRICT, WITHOUT ROWID;
CREATE INDEX mentions_passage ON mentions (passage, agency);
CREATE TABLE namings (agency TEXT PRIMARY KEY, passages BLOB NOT NULL) STRICT, WITHOUT ROWID;
"""


def write_passages(
    path: Path, chunked: Iterable[tuple[Release, Sequence[Passage]]], mentions: Iterable[Sequence[Placed]]
) -> None:
    """Write a new passages.db from releases, their passages and the mentions in their texts.

    Row numbers count releases, passages and sentences from 0, in the order given.

    :raises StorageError: when it cannot be written.
    :raises AssertionError: when the text of a passage has white space around it, or none in it.
    """
    with storage_errors(path):
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            connection.executescript(f"PRAGMA journal_mode = DELETE;{_SCHEMA}BEGIN;")
            passage_row = sentence_row = 0
            namings: dict[str, set[int]] = {}
            for row, ((release, passages), named) in enumerate(zip(chunked, mentions, strict=True)):
                _insert_release(connection, row, passage_row, release)
                counts = itertools.accumulate((len(passage.sentences) for passage in passages), initial=sentence_row)
                *first_sentences, sentence_row = counts
                _insert_passages(connection, row, passage_row, first_sentences, release, passages)
                _insert_mentions(connection, passage_row, first_sentences, named)
                for mention in named:
                    namings.setdefault(mention.agency_id, set()).add(passage_row + mention.passage)
                passage_row += len(passages)
            connection.executemany("INSERT INTO namings VALUES (?, ?)", naming_values(namings))
            connection.execute("COMMIT")
        finally:
            connection.close()


def naming_values(namings: Mapping[str, Collection[int]]) -> list[tuple[str, bytes]]:
    """Return agencies, each with the rows of the passages that name it, as little-endian numbers of 32 bits."""
    return [(agency_id, np.array(sorted(rows), "<u4").tobytes()) for agency_id, rows in sorted(namings.items())]


def release_values(row: int, release: Release, first_passage: int) -> tuple[object, ...]:
    """Return a release as a generation keeps it, in the order of the columns of `releases`.

    :param row: its number in the generation.
    :param first_passage: the row of its first passage.
    """
    return (
        row,
        release.release_id,
        release.text_sha256,
        release.title,
        release.issuer,
        release.date.isoformat(),
        release.language,
        release.kind,
        release.url,
        release.retrieved_from,
        release.note,
        release.reference,
        release.origin,
        release.edition_of,
        first_passage,
        release.text,
    )


def _insert_release(connection: sqlite3.Connection, row: int, first_passage: int, release: Release) -> None:
    values = release_values(row, release, first_passage)
    connection.execute(f"INSERT INTO releases VALUES ({marks(values)})", values)


def _insert_mentions(
    connection: sqlite3.Connection, first_passage: int, first_sentences: Sequence[int], mentions: Iterable[Placed]
) -> None:
    connection.executemany(
        "INSERT INTO mentions VALUES (?, ?, ?, ?, ?, ?)",
        [
            (
                mention.agency_id,
                first_passage + mention.passage,
                mention.start,
                mention.end,
                first_sentences[mention.passage] + mention.sentence,
                mention.role,
            )
            for mention in mentions
        ],
    )


def _insert_passages(
    connection: sqlite3.Connection,
    release_row: int,
    first_row: int,
    first_sentences: Sequence[int],
    release: Release,
    passages: Sequence[Passage],
) -> None:
    rows, sentences = [], []
    for row, (passage, first) in enumerate(zip(passages, first_sentences, strict=True), first_row):
        text = release.text[passage.start : passage.end]
        assert text.strip() == text != "", f"passage {passage.ordinal} of {release.release_id} is not trimmed"
        lead_in = passage.lead_in
        places = (lead_in.start, lead_in.end) if lead_in else (None, None)
        where = (passage.ordinal, passage.start, passage.end, passage.heading)
        rows.append((row, release_row, *where, *places, first, text))
        sentences += [(number, row, span.start, span.end) for number, span in enumerate(passage.sentences, first)]
    connection.executemany(f"INSERT INTO passages VALUES ({marks(range(10))})", rows)
    connection.executemany("INSERT INTO sentences VALUES (?, ?, ?, ?)", sentences)
