"""Canaries: for each release a question that must find it, made when the release is accepted and kept with it."""

from index.answering.question import MAX_QUESTION_CHARS
from index.text.sentences import sentences
from index.text.terms import words
from index.text.word_frequency import share

_WORDS = range(8, 41)


def canary(text: str, title: str, language: str) -> str:
    """Return the sentence of a text whose words are rarest in English at large, or its title if no sentence is usable.

    Very short and very long sentences are not usable.
    """
    texts = [text[span.start : span.end] for span in sentences(text, language)]
    usable = [sentence for sentence in texts if len(words(sentence)) in _WORDS and len(sentence) <= MAX_QUESTION_CHARS]
    return max(usable, key=_rareness, default=title[:MAX_QUESTION_CHARS])


def _rareness(sentence: str) -> float:
    return sum(1.0 - share(word) for word in set(words(sentence)) if word.isalpha())
