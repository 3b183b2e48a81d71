"""What is told of a question before anything is searched."""

import pytest

from index.answering.answer_types import AnswerType, asked_for
from index.text.read_text import read_text


class NoWords:
    """A corpus that knows no term."""

    def __len__(self) -> int:
        """The number of passages."""
        return 1

    def frequency(self, term: str) -> int:
        """Return in how many passages a term stands."""
        return 0 * len(term)

    def similar(self, term: str) -> list[str]:
        """Return terms of the corpus that begin alike."""
        return [term][:0]


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Will investigators follow the money of smugglers?", None),
        ("Is there a deadline for the report?", None),
        ("Can you say when the task force begins?", AnswerType.DATE),
        ("How much money will CEPOL spend?", AnswerType.MONEY),
        ("budget of Frontex", AnswerType.MONEY),
    ],
)
def test_what_yes_or_no_would_answer_asks_for_nothing_of_a_kind(question: str, kind: AnswerType | None) -> None:
    assert asked_for(read_text(question, "en")) is kind
