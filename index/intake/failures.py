"""The failure of one of many sources, as a sentence. It does not stop the other sources."""

import logging
import secrets

from corpus import FeedError, FetchError, MeasuresError, SourceError, line
from index.database.sqlite import is_refused_value

log = logging.getLogger(__name__)
_SHOWN_CHARS = 200


def failure_sentence(source: str, error: Exception) -> str:
    """Return the sentence for an error with a source. An unexpected error is logged under a reference.

    :raises MeasuresError: when the error is not about the source, such as a full disk: the next source would fail, too.
    """
    if isinstance(error, SourceError | FetchError | FeedError):
        return str(error)
    if isinstance(error, MeasuresError) and not is_refused_value(error):
        raise error
    reference = secrets.token_hex(4)
    log.error("unexpected error %s with %s", reference, line(source[:_SHOWN_CHARS]), exc_info=error)
    kind = type(error.__cause__ or error).__name__
    return (
        f"{source[:_SHOWN_CHARS]} met an error that nobody foresaw ({kind}, reference {reference}): nothing of it was "
        "kept, see the log."
    )
