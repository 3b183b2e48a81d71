"""Lowers the scores of sentences that contradict what a question demands, and says how sure that leaves an answer.

A sentence contradicts a question that it affirms and the question denies, or the other way round; one that says
"lowered" where the question says "raised"; one that differs from a claim in figures, bodies, countries or time; one
of a release that names neither the country nor what tells a longer name from others ("Commissioner Hoekstra"), or not
the person whose words are asked for; one on the second quarter where the third is asked for; and one on what comes
next, where something that was next long ago answers better.
"""

import dataclasses
from collections.abc import Iterator

import numpy as np

from corpus import Release
from index.answering.amounts import Words
from index.answering.differences import differences
from index.answering.names import Name, holds, is_country, lacks_telling, names_in
from index.answering.numbered import other_number
from index.answering.polarity import denies_otherwise, opposite, polarity
from index.answering.question import Query
from index.answering.ranking import Ranking
from index.answering.speakers import asked_speakers, lacks_speaker
from index.generations.generation import Generation
from index.text.sentences import sentences

# Nats. A typical right answer has 2.2 of them over even odds, and 0.4 below counts as not found. What is denied does
# not answer, nor what somebody else said; what only differs is shown with both sides where it is surely about the same.
DENIED, OTHER_SPEAKER, DIFFERS, OTHER_TIME = 3.0, 3.0, 1.5, 2.5
# Of 161 questions that call a country by its name, 3 are answered by a release without it, and of 86 near misses 11
# come nearest to one. Of 203 that only name a people or a city it is 7, and of 41 near misses one: these only differ
# where the sentence names another country. Of 211 with a longer name of words that are not frequent, none is answered
# by a release without these words.
OTHER_SUBJECT, OTHER_NAME = 6.0, 3.0
# Of 5,909 questions of the sets 321 number something: this takes the answer from one near miss and from none that is
# answerable. Where the release also tells of the one that is asked for, another sentence is to come first.
OTHER_NUMBER = 5.0
_NO_NAME = "in"
_OPENING_CHARS = 300  # A release says within so many characters which country it is about.
_JUDGED = 8  # Only so many of the best sentences are judged: those that may be quoted.


def doubted(query: Query, ranking: Ranking, generation: Generation) -> Ranking:
    """Return a ranking with lower scores for those of the best sentences that contradict the question.

    Those that contradict a claim keep it, since they bear most on it.
    """
    # A claim that names a wrong time is answered with the right one, less surely.
    other_time = OTHER_TIME if query.claims and not ranking.is_timely else 0.0
    if other_time:
        ranking = dataclasses.replace(ranking, timely=None)
    judged = ranking.best_first[:_JUDGED].tolist()
    if not judged:
        return ranking
    rows = ranking.sentences.releases[judged].tolist()
    if _asked_countries(query) or _asked_others(query) or asked_speakers(query) or _asked_numbers(query):
        released = {row: generation.release(row) for row in set(rows)}
    else:
        released = {served.row: served.release for served in generation.served(sorted(set(rows)))}
    silent = {row for row, release in released.items() if lacks_speaker(query, release)}
    each_doubt = [
        OTHER_SPEAKER if row in silent else _doubt(query, ranking, number, released[row])
        for number, row in zip(judged, rows, strict=True)
    ]
    # What was not judged is as doubtful as the worst of what was, so that it does not come before that.
    doubts = np.full(len(ranking.scores), max(each_doubt))
    doubts[judged] = each_doubt
    # What is said of another country or number is no answer, but still comes nearest.
    losses = np.where(doubts == OTHER_SUBJECT, DIFFERS, doubts)
    if query.time is not None and query.time.ahead and ranking.timely is not None:
        past = ranking.scores[~ranking.timely].max(initial=-np.inf)
        better = np.maximum(0.0, past - ranking.scores)
        doubts, losses = doubts + better, losses + better
    scores = ranking.scores if query.claims else ranking.scores - losses
    return dataclasses.replace(ranking, scores=scores, doubts=doubts + other_time)


def _doubt(query: Query, ranking: Ranking, number: int, release: Release) -> float:
    """Return how many nats a sentence loses. A claim about another country is shown beside what is said of this one."""
    if is_denied(query, ranking.sentences.texts[number], release):
        return DENIED
    lacks_name = any(lacks_telling(name, _whole(release), release.language) for name in _asked_others(query))
    if lacks_name and release.language == query.language:
        return OTHER_NAME
    if query.claims:
        return DIFFERS if any(differing(query, ranking, number, release)) else 0.0
    if _other_number(query, ranking, number, release):
        if _is_answered_by_no(query):
            return DIFFERS
        return OTHER_SUBJECT if _release_numbers_otherwise(query, release) else OTHER_NUMBER
    country = _other_country(query, ranking, number, release)
    if country and not lacks_name and _calls_country(query):
        return OTHER_SUBJECT
    return DIFFERS if country or _opposite(query, ranking, number, release) else 0.0


def is_denied(query: Query, text: str, release: Release) -> bool:
    """Tell whether a sentence affirms what a question denies, or denies what it affirms."""
    if _is_answered_by_no(query):
        return denies_otherwise(query.polarity, polarity(text, release.language), frozenset())
    asked = query.content if release.language == query.language else frozenset()
    directions = frozenset(query.polarity.directions)
    return denies_otherwise(query.polarity, polarity(text, release.language), asked, directions)


def differing(query: Query, ranking: Ranking, number: int, release: Release) -> tuple[Words, Words]:
    """Return the words of a question that a sentence contradicts, and its own words for that; both empty without one.

    Countries are compared where the release comes with its text. A claim is held against the sentence before it, too:
    with "The rate will be 2%" goes "It decided to lower the rate".
    """
    if query.claims:
        passage = ranking.sentences.passages[number]
        place = int(ranking.sentences.rows[number]) - passage.first_sentence
        spans = passage.passage.sentences[max(0, place - 1) : place + 1]
        begin, end = (edge - passage.passage.start for edge in (spans[0].start, spans[-1].end))
        compared = differences(query.asked, query.language, passage.text[begin:end], release)
        return compared.claimed, compared.quoted
    opposed = _opposite(query, ranking, number, release) or _other_number(query, ranking, number, release)
    if not opposed and (country := _other_country(query, ranking, number, release)):
        opposed = _asked_countries(query)[0].written, country
    return ((opposed[0],), (opposed[1],)) if opposed else ((), ())


def _opposite(query: Query, ranking: Ranking, number: int, release: Release) -> tuple[str, str] | None:
    """Return the words of a question and a sentence that say opposite things."""
    return opposite(query.polarity, polarity(ranking.sentences.texts[number], release.language))


def _asked_numbers(query: Query) -> bool:
    """Tell whether a question numbers something, as in "the third quarter"."""
    return not query.claims and bool(query.ordinals)


def _other_number(query: Query, ranking: Ranking, number: int, release: Release) -> tuple[str, str] | None:
    """Return how a question numbers something, and how a sentence, or else its release, numbers it otherwise."""
    if not _asked_numbers(query):
        return None
    text = ranking.sentences.texts[number]
    told = other_number(query.ordinals, query.language, text, release.language)
    return told or _release_numbers_otherwise(query, release)


def _release_numbers_otherwise(query: Query, release: Release) -> tuple[str, str] | None:
    return other_number(query.ordinals, query.language, _whole(release), release.language)


def would_answer(confidence: float, ranking: Ranking, threshold: float) -> bool:
    """Tell whether an answer is sure enough, or would be if its best sentence contradicted nothing."""
    return less_sure(confidence, -doubt(ranking)) >= threshold


def less_sure(confidence: float, nats: float) -> float:
    """Return a confidence that is lower by so many nats."""
    odds = confidence / max(1.0 - confidence, 1e-9) * float(np.exp(-nats))
    return odds / (1.0 + odds)


def put_right(query: Query, ranking: Ranking, generation: Generation) -> Iterator[str]:
    """Yield a claim that the best sentence contradicts with the words of that sentence in place of its own."""
    if not query.claims or not doubt(ranking):
        return
    best = int(ranking.best_first[0])
    release = generation.served([int(ranking.sentences.releases[best])])[0].release
    claimed, quoted = differing(query, ranking, best, release)
    for instead in quoted:
        yield query.asked.replace(claimed[0], instead)


def doubt(ranking: Ranking) -> float:
    """Return how many nats the best sentence takes from the confidence of its answer."""
    if ranking.doubts is None or not len(ranking.scores):
        return 0.0
    return float(ranking.doubts[ranking.best_first[0]])


def _is_answered_by_no(query: Query) -> bool:
    return query.wants_yes_or_no and not query.claims


def _asked_countries(query: Query) -> tuple[Name, ...]:
    """Return the countries that a question names, or whose people or cities it names."""
    return tuple(name for name in query.names if name.country)


def _calls_country(query: Query) -> bool:
    """Tell whether a question calls a country by its name."""
    return any(is_country(name, query.language) for name in query.names)


def _asked_others(query: Query) -> tuple[Name, ...]:
    """Return the names in a question that are neither bodies' nor countries'."""
    return tuple(name for name in query.names if not (name.country or name.agency))


def _whole(release: Release) -> str:
    return f"{release.title}. {release.issuer}. {release.text}"


def _other_country(query: Query, ranking: Ranking, number: int, release: Release) -> str:
    """Return the country that a sentence is about where that is none which the question names; "" elsewhere.

    The release, which comes with its text, names none of these, or its title names another one and the sentence none of
    them. Where the question calls a country by its name, what the title and the beginning of the release name counts.
    """
    asked = _asked_countries(query)

    def lacks(text: str) -> bool:
        return not any(holds(name, text, release.language) for name in asked)

    if not asked or not lacks(release.title):
        return ""
    sentence = ranking.sentences.texts[number]
    if not lacks(f"{release.issuer}. {release.text}") and not (_country_in(release.title, release) and lacks(sentence)):
        return ""
    texts = [sentence]
    if _calls_country(query):
        opening = release.text[:_OPENING_CHARS]
        spans = sentences(opening, release.language)
        texts += [release.title, *(opening[span.start : span.end] for span in spans)]
    return next(filter(None, (_country_in(text, release) for text in texts)), "")


def _country_in(text: str, release: Release) -> str:
    """Return a country that a sentence of a release names, as it is written there, "" where there is none."""
    # The first word of a text counts for no name, since it always has a capital.
    return next((name.written for name in names_in(f"{_NO_NAME} {text}", release.language) if name.country), "")
