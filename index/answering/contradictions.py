"""Says in notices what a quotation says otherwise than the question does, with the words of both."""

from collections.abc import Iterator

from index.answering.doubts import differing, doubt, is_denied
from index.answering.question import Query
from index.answering.ranking import Ranking
from index.generations.generation import Generation
from index.results import Notice
from index.text.times import moments


def contradictions(query: Query, ranking: Ranking, generation: Generation) -> Iterator[Notice]:
    """Give notices of what the best sentence says otherwise than a question or a claim."""
    if not doubt(ranking):
        return
    best = int(ranking.best_first[0])
    release = generation.served([int(ranking.sentences.releases[best])])[0].release
    if is_denied(query, ranking.sentences.texts[best], release):
        yield Notice("The question denies what the quotation says, or the other way round.")
    if query.claims and query.time is not None and query.time.named and ranking.timely is None:
        times = [query.asked[each.start : each.end] for each in moments(query.asked, query.language)]
        yield Notice(
            "The releases say otherwise: here {claimed}, there {found}.",
            {"claimed": ", ".join(times), "found": release.date},
        )
    claimed, found = differing(query, ranking, best, release)
    if claimed:
        yield Notice(
            "The releases say otherwise: here {claimed}, there {found}.",
            {"claimed": ", ".join(claimed), "found": ", ".join(found)},
        )
