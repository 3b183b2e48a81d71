"""What went wrong with one of many sources, as a sentence: it is that source's failure and stops no other."""

import logging
import secrets

from corpus import FeedError, FetchError, MeasuresError, SourceError
from index.database.sqlite import is_refused_value

log = logging.getLogger(__name__)
_SHOWN_CHARS = 200


def mishap(source: str, error: Exception) -> str:
    """Return what is told of an error with a source; one that nobody foresaw goes to the log under a reference.

    :raises MeasuresError: when it is none of the source's, such as a disk that is full: the next would meet it, too.
    """
    if isinstance(error, SourceError | FetchError | FeedError):
        return str(error)
    if isinstance(error, MeasuresError) and not is_refused_value(error):
        raise error
    reference = secrets.token_hex(4)
    log.error("unexpected error %s with %s", reference, source[:_SHOWN_CHARS], exc_info=error)
    kind = type(error.__cause__ or error).__name__
    return (
        f"{source[:_SHOWN_CHARS]} met an error that nobody foresaw ({kind}, reference {reference}): nothing of it was "
        "kept, see the log."
    )
