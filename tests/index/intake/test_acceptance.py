"""Every doubt about a text is told in words that people know."""

from corpus.cleaning.quality import Doubt, DoubtKind
from index.intake.acceptance import worded


def test_every_kind_of_doubt_has_words() -> None:
    assert [worded(Doubt(kind, 7)) for kind in DoubtKind] == [
        "too little text (7 characters)",
        "garbled letters: read in the wrong encoding in 7 places",
        "garbled letters: 7 cannot be read",
        "mostly boilerplate: few of its lines are sentences",
        "it says that the page was not found",
        "it asks to log in",
        "it shows its text only with scripts",
        "it is a list of pages, not a release (7 links to others)",
    ]
