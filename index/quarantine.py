"""What is set aside: listed, shown, discarded. Accepting it is a job, because it builds."""

from contextlib import closing

from corpus.errors import UnknownEntryError
from index.settings import IndexSettings
from index.store.corpus import By, CorpusStore
from index.store.quarantine import Quarantined


def entry(store: CorpusStore, number: int) -> Quarantined:
    """Return what is set aside under a number.

    :raises UnknownEntryError: when there is nothing.
    """
    found = store.quarantine.get(number)
    if found is None:
        raise UnknownEntryError(
            f"Nothing is in quarantine under number {number}: `measures index quarantine list` tells what is."
        )
    return found


def quarantined(settings: IndexSettings) -> list[Quarantined]:
    """Return all that is set aside, oldest first."""
    with closing(CorpusStore(settings.data_dir / "corpus.db", reading=True)) as store:
        return store.quarantine.held()


def show(settings: IndexSettings, number: int) -> Quarantined:
    """Return what is set aside under a number.

    :raises UnknownEntryError: when there is nothing.
    """
    with closing(CorpusStore(settings.data_dir / "corpus.db", reading=True)) as store:
        return entry(store, number)


def discard(settings: IndexSettings, number: int, by: By) -> Quarantined:
    """Put away what is set aside under a number; its source may be added again.

    :raises UnknownEntryError: when there is nothing.
    """
    with closing(CorpusStore(settings.data_dir / "corpus.db", by)) as store, store.writing():
        found = entry(store, number)
        store.quarantine.settle(number, "discarded")
        store.log("discarded", source=found.held.source)
        return found
