"""Models read the acronyms of bodies as all languages share them."""

import pytest

from corpus import registry
from index.answering.names import with_shared_names
from index.engine import Engine
from index.filters import Filters


@pytest.mark.parametrize(
    ("code", "question", "read"),
    [
        ("bg", "Какво ще направи Европол?", "Какво ще направи Europol?"),
        ("el", "Τι θα κάνει η Ευρωπόλ με την ΕΚΤ;", "Τι θα κάνει η Europol με την ECB;"),
        ("pl", "Co się dzieje w Fronteksie?", "Co się dzieje w Frontex?"),
        ("fi", "Mitä Europolissa tehdään?", "Mitä Europol tehdään?"),
        ("de", "Was macht die EZB?", "Was macht die ECB?"),
        # What is no acronym stays, and so does English.
        ("de", "Was sagt das Europaparlament?", "Was sagt das Europaparlament?"),
        ("fr", "Que dit la Cour des comptes européenne ?", "Que dit la Cour des comptes européenne ?"),
        ("en", "What does EASO say?", "What does EASO say?"),
    ],
)
def test_acronyms_stand_as_in_english(code: str, question: str, read: str) -> None:
    assert with_shared_names(question, code, registry().mentions(question, question=True)) == read


@pytest.mark.parametrize("question", ["Какво ще направи Европол?", "Τι θα κάνει η Ευρωπόλ;"])
def test_body_in_letters_of_its_own_language_is_answered(question: str, served_by_default_model: Engine) -> None:
    answer = served_by_default_model.answer(question, Filters())
    assert answer.answered
    assert "at Europol will be increased" in answer.quotes[0].text
    assert answer.question == question
    assert answer.read_as is None
