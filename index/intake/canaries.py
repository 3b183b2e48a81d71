"""Canaries: for each release a question that has to find it, made when it is accepted and kept with the corpus."""

from index.answering.question import MAX_QUESTION_CHARS
from index.text.sentences import sentences
from index.text.terms import words
from index.text.word_frequency import share

_WORDS = range(8, 41)


def canary(text: str, title: str, language: str) -> str:
    """Ask for the sentence of a text that has most in it that is rare in English at large, or for its title.

    Sentences of few words or many are left out.
    """
    told = [text[span.start : span.end] for span in sentences(text, language)]
    usable = [sentence for sentence in told if len(words(sentence)) in _WORDS and len(sentence) <= MAX_QUESTION_CHARS]
    return max(usable, key=_rareness, default=title[:MAX_QUESTION_CHARS])


def _rareness(sentence: str) -> float:
    return sum(1.0 - share(word) for word in set(words(sentence)) if word.isalpha())
