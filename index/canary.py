"""Canaries: for each release a question that has to find it, made when it is accepted and kept with the corpus."""

from corpus.models import Release
from index.background import share
from index.question import MAX_QUESTION_CHARS
from index.sentences import sentences
from index.store.canaries import Canary
from index.terms import words

_WORDS = range(8, 41)


def canary(release: Release) -> Canary:
    """Ask for the sentence of a release that has most in it that is rare in English at large, or for its title.

    Sentences of few words or many are left out.
    """
    told = [release.text[span.start : span.end] for span in sentences(release.text, release.language)]
    usable = [sentence for sentence in told if len(words(sentence)) in _WORDS and len(sentence) <= MAX_QUESTION_CHARS]
    return Canary(release.release_id, max(usable, key=_rareness, default=release.title[:MAX_QUESTION_CHARS]))


def _rareness(sentence: str) -> float:
    return sum(1.0 - share(word) for word in set(words(sentence)) if word.isalpha())
