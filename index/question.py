"""What can be told of a question before anything is searched."""

import re
import unicodedata
from dataclasses import dataclass

from corpus.errors import QuestionError
from index.terms import terms

MAX_QUESTION_CHARS = 2_000
_INVISIBLE = {"Cf", "Cc", "Cs", "Co", "Cn"}
_STOP_WORDS = frozenset(
    "a about all also am an and any are as at be because been before being but by can could did do does doing "
    "for from had has have he her hers him his how i if in into is it its just me more most my no not of off "
    "on or our out over she should so some such than that the their them then there these they this those to "
    "too under until up very was we were what when where which while who whom whose why will with would you "
    "your".split()
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it is searched for: its text, and the terms that carry its meaning."""

    text: str
    terms: tuple[str, ...]


def read_question(text: str) -> Question:
    """Check a question and take out what no reader sees: control, format and surrogate characters.

    :raises QuestionError: when it is empty, too long, or holds no word to look for.
    """
    visible = "".join(
        " " if char.isspace() else char
        for char in text
        if char.isspace() or unicodedata.category(char) not in _INVISIBLE
    )
    visible = " ".join(visible.split())
    if not visible:
        raise QuestionError('The question is empty: ask in a few words, as "What will Europol do?".')
    if len(visible) > MAX_QUESTION_CHARS:
        raise QuestionError(
            f"The question has {len(visible):,} characters, {MAX_QUESTION_CHARS:,} are the most: ask more briefly."
        )
    if not re.search(r"[^\W_]", visible):
        raise QuestionError('The question holds no word: ask in a few words, as "What will Europol do?".')
    spoken = re.findall(r"\w+", visible.casefold())
    if all(word in _STOP_WORDS for word in spoken):
        raise QuestionError("The question holds only words that stand in every text: say what it is about.")
    content = tuple(dict.fromkeys(term for term in terms(visible) if term not in _STOP_TERMS))
    return Question(visible, content)


_STOP_TERMS = frozenset(term for word in _STOP_WORDS for term in terms(word))
