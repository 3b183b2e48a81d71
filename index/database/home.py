"""Where the databases of a data folder are, and how they are opened."""

from index.database.corpus_db import CorpusStore
from index.database.history import NOBODY, By
from index.settings import IndexSettings


def open_corpus_db(settings: IndexSettings, by: By = NOBODY, *, reading: bool = False) -> CorpusStore:
    """Open the corpus.db of the data folder.

    :param by: who changes it, and why.
    :param reading: as `CorpusStore` takes it.
    :raises StorageError: when the data folder cannot be used.
    """
    return CorpusStore(settings.data_dir / "corpus.db", by, reading=reading)
