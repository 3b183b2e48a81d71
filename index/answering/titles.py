"""Tells where the title of a release answers a question as well as any of its sentences, or better.

"Which agency fights tobacco fraud?" is answered by "OLAF and partners boost cooperation against tobacco fraud", while
the sentences below say who said what about it.
"""

import dataclasses

import numpy as np

from index.answering.confidence import held_by
from index.answering.doubts import is_denied
from index.answering.novelty import Novelty
from index.answering.question import STOP_WORDS, Query
from index.answering.ranking import Ranking
from index.encoders.embedder import Embedder
from index.encoders.reader import Reader
from index.generations.generation import Generation
from index.text.terms import words

# A title that holds less of the question, also in similar words, is not read: that takes as long as a sentence.
# Words of two languages are less similar.
_LEAST_HELD, _LEAST_HELD_ELSEWHERE = 0.6, 0.2
# Nats. A sentence is read after its title, and is taken for surer where that answers. Of 1,015 questions that gold
# sentences answer or nothing does, no right answer gets a title so, and two near misses that are answered anyway.
_SENTENCE_AFTER_TITLE = 1.0
_LEAST = -1.0


def with_title(query: Query, ranking: Ranking, generation: Generation, embedder: Embedder, reader: Reader) -> Ranking:
    """Let the reader read the title of the release with the best sentence, and keep it where it answers as well."""
    if not len(ranking.scores) or query.claims or not query.opens:
        return ranking
    row = int(ranking.sentences.releases[ranking.best_first[0]])
    release = generation.served([row])[0].release
    adds = Novelty(query.content, asks_openly=query.opens).adds(release.title, release.language)
    if not adds or is_denied(query, release.title, release):
        return ranking
    around = sorted(set(words(release.title)) - STOP_WORDS)
    least = _LEAST_HELD if release.language == query.language else _LEAST_HELD_ELSEWHERE
    if held_by(around, query.words, embedder) @ query.weights < least:
        return ranking
    # Alone, it would be read as what stands before a sentence.
    reading = float(reader.read(query.modelled, [f"{release.title}. {release.title}"])[0])
    if reading < max(_LEAST, float(np.nanmax(ranking.readings)) - _SENTENCE_AFTER_TITLE):
        return ranking
    return dataclasses.replace(ranking, title=row)
