"""Entries in quarantine: list, show and discard them. Accepting one is a job, because it builds an index."""

import dataclasses
import difflib
from collections.abc import Sequence
from contextlib import closing

from corpus import Draft, Release, UnknownEntryError
from index.database.corpus_db import CorpusStore
from index.database.history import By
from index.database.home import open_corpus_db
from index.database.quarantine import QuarantineEntry
from index.settings import IndexSettings

_FIELDS = ("title", "issuer", "date", "language")
_COMPARED_LINES = 1_000  # Comparing takes quadratic time in the worst case.


def entry(store: CorpusStore, number: int) -> QuarantineEntry:
    """Return the entry with a number.

    :raises UnknownEntryError: when there is none.
    """
    entry = store.quarantine.get(number)
    if entry is None:
        raise UnknownEntryError(
            f"Nothing is in quarantine under number {number}: `measures index quarantine list` tells what is."
        )
    return entry


def quarantined(settings: IndexSettings) -> list[QuarantineEntry]:
    """Return all entries, oldest first."""
    with closing(open_corpus_db(settings, reading=True)) as store:
        return store.quarantine.entries()


def show(settings: IndexSettings, number: int) -> QuarantineEntry:
    """Return the entry with a number. If it would change a release, the entry has the diff.

    :raises UnknownEntryError: when there is none.
    """
    with closing(open_corpus_db(settings, reading=True)) as store:
        shown = entry(store, number)
        before = store.current(shown.quarantined.change_of) if shown.quarantined.change_of else None
        return dataclasses.replace(shown, diff=difference(before, shown.quarantined.draft)) if before else shown


def difference(before: Release, after: Draft) -> str:
    """Return what a draft would change in a release, as a unified diff of the metadata and the lines of the text."""
    old, new = _lines(before), _lines(after)
    if max(len(old), len(new)) > _COMPARED_LINES:
        names = [f"--- {before.release_id}", "+++ offered"]
        compared = [*names, *(f"-{line}" for line in old), *(f"+{line}" for line in new)]
    else:
        compared = list(difflib.unified_diff(old, new, before.release_id, "offered", lineterm=""))
    return "\n".join(compared)


def _lines(text: Release | Draft) -> Sequence[str]:
    stated = (f"{field}: {value}" for field in _FIELDS if (value := getattr(text, field)) is not None)
    return [*stated, "", *text.text.split("\n")]


def discard(settings: IndexSettings, number: int, by: By) -> QuarantineEntry:
    """Discard the entry with a number. Its source may be added again.

    :raises UnknownEntryError: when there is none.
    """
    with closing(open_corpus_db(settings, by)) as store, store.writing():
        discarded = entry(store, number)
        store.quarantine.settle(number, "discarded")
        store.history.add("discarded", source=discarded.quarantined.source)
        return discarded
