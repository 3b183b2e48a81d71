"""What is set aside: listed, shown, discarded. Accepting it is a job, because it builds."""

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
_COMPARED_LINES = 1_000  # comparing takes up to the square of it


def entry(store: CorpusStore, number: int) -> QuarantineEntry:
    """Return what is set aside under a number.

    :raises UnknownEntryError: when there is nothing.
    """
    found = store.quarantine.get(number)
    if found is None:
        raise UnknownEntryError(
            f"Nothing is in quarantine under number {number}: `measures index quarantine list` tells what is."
        )
    return found


def quarantined(settings: IndexSettings) -> list[QuarantineEntry]:
    """Return all that is set aside, oldest first."""
    with closing(open_corpus_db(settings, reading=True)) as store:
        return store.quarantine.entries()


def show(settings: IndexSettings, number: int) -> QuarantineEntry:
    """Return what is set aside under a number, with what it would change in a release that there is.

    :raises UnknownEntryError: when there is nothing.
    """
    with closing(open_corpus_db(settings, reading=True)) as store:
        found = entry(store, number)
        before = store.current(found.quarantined.change_of) if found.quarantined.change_of else None
        return dataclasses.replace(found, diff=difference(before, found.quarantined.draft)) if before else found


def difference(before: Release, after: Draft) -> str:
    """Return what a draft would change in a release, as a unified diff of its statements and the lines of its text."""
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
    """Put away what is set aside under a number; its source may be added again.

    :raises UnknownEntryError: when there is nothing.
    """
    with closing(open_corpus_db(settings, by)) as store, store.writing():
        found = entry(store, number)
        store.quarantine.settle(number, "discarded")
        store.history.add("discarded", source=found.quarantined.source)
        return found
