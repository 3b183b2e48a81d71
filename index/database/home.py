"""Where the databases of a data folder are, and how they are opened."""

from index.database.corpus_db import CorpusStore
from index.database.history import NOBODY, By
from index.settings import IndexSettings


def open_corpus_db(settings: IndexSettings, by: By = NOBODY, *, reading: bool = False) -> CorpusStore:
    """Open the corpus.db of the data folder.

    :param by: who does what is done with it, and why.
    :param reading: whether it is only read; see `CorpusStore`.
    :raises StorageError: when the data folder cannot be used.
    """
    return CorpusStore(settings.data_dir / "corpus.db", by, reading=reading)
