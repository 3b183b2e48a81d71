"""What tests ask about a source: the draft that is read from it, and all that is doubtful about it."""

from corpus.cleaning.clean import read_source
from corpus.cleaning.quality import Doubt, text_doubts
from corpus.models import Draft


def clean(data: bytes, name: str = "x.html", address: str | None = None, *, handed_over: bool = False) -> Draft:
    """Return the draft that is read from a source."""
    return read_source(data, name, address, handed_over=handed_over).draft


def doubts_about(
    data: bytes, name: str = "x.html", address: str | None = None, *, handed_over: bool = False
) -> tuple[Doubt, ...]:
    """Return what is doubtful about a source."""
    reading = read_source(data, name, address, handed_over=handed_over)
    return (*text_doubts(reading.draft), *reading.page_doubts)
