"""Which sentences are of the time that a question names, and which are the newest on its subject."""

import numpy as np
from numpy.typing import NDArray

from corpus import Release
from index.answering.features import Sentences
from index.answering.search import Scores
from index.answering.times import Time, fits
from index.generations.generation import Generation, Rows
from index.text.terms import hashes
from index.text.times import Moment, moments

# A release is on the same subject where its best sentence scores within this many nats of the best one. Where the
# latest is asked for, the newest may say it in other words: an older release is then rather refused than quoted.
SAME_SUBJECT, LATEST_SUBJECT = 5.0, 8.0
# A release says within this many characters what it is about. Of 1,505 answerable questions that name a time, .98 fit
# the release that answers them; .97 without its beginning.
_OPENING_CHARS = 1_000
_STALE_DAYS = 548  # After a year and a half nothing that a release calls "next" is still to come.


def timely(time: Time, generation: Generation, sentences: Sentences) -> NDArray[np.bool_]:
    """Tell of each sentence whether it is of a time, ``(n,)``.

    Its release may be of that time, or the title, the beginning of the text, the heading, the sentence itself or the
    one before it may name it. A year alone may stand anywhere in the release. What comes next is told only by releases
    that are at most eighteen months older than the newest candidate of the same issuer.
    """
    if time.ahead:
        return _still_ahead(generation, sentences)
    releases, release_of = np.unique(sentences.releases, return_inverse=True)
    rows = releases.tolist()
    years = sorted({named.moment.year for named in time.named if named.moment.year})
    counts = generation.release_evidence(releases, hashes(map(str, years))).counts
    told_by = [
        [*_opening(generation.release(row)), *(Moment(year=years[place]) for place in np.flatnonzero(held))]
        for row, held in zip(rows, counts, strict=True)
    ]
    published = [served.release for served in generation.served(rows)]
    fit = [fits(time, release.date, told) for release, told in zip(published, told_by, strict=True)]
    answers = []
    before = ""
    for text, place, passage in zip(sentences.texts, release_of.tolist(), sentences.passages, strict=True):
        said = "" if fit[place] else f"{passage.passage.heading}. {before} {text}"
        told = [named.moment for named in moments(said, published[place].language)]
        answers.append(fit[place] or fits(time, published[place].date, [*told_by[place], *told]))
        before = text
    return np.array(answers, dtype=bool)


def _still_ahead(generation: Generation, sentences: Sentences) -> NDArray[np.bool_]:
    """Tell of each sentence whether what it calls "next" may still be to come, ``(n,)``."""
    issuers = np.array([served.release.issuer for served in generation.served(sentences.releases.tolist())])
    newest = {issuer: sentences.dates[issuers == issuer].max() for issuer in set(issuers.tolist())}
    ages = np.array([newest[issuer] for issuer in issuers.tolist()], dtype=np.int64) - sentences.dates
    fresh: NDArray[np.bool_] = ages <= _STALE_DAYS
    return fresh


def _opening(release: Release) -> list[Moment]:
    """Return the moments that the title and the beginning of a release name."""
    named = moments(f"{release.title}. {release.text[:_OPENING_CHARS]}", release.language)
    return [each.moment for each in named]


def ages(generation: Generation, sentences: Sentences, scores: Scores) -> Rows:
    """Return how many days older than the newest each sentence is that is about as good as the best, by its issuer.

    Of another department of the issuer only those on the `SAME_SUBJECT` count.
    """
    issuers = [served.release.issuer for served in generation.served(sentences.releases.tolist())]
    best = int(np.argmax(scores))
    own = np.array([issuer == issuers[best] for issuer in issuers])
    related = np.array([body_of(issuer) == body_of(issuers[best]) for issuer in issuers])
    near = related & (scores >= scores[best] - np.where(own, LATEST_SUBJECT, SAME_SUBJECT))
    newest = int(sentences.dates[near].max())
    days: Rows = np.where(near, newest - sentences.dates, newest)
    return days


def body_of(issuer: str) -> str:
    """Return the body that a department belongs to: of "European Commission — DG ENV" the European Commission."""
    return issuer.partition(" — ")[0]
