"""Says in notices what a quotation says otherwise than the question does, with the words of both."""

from collections.abc import Iterator

from index.answering.differences import differences
from index.answering.doubts import DENIED, OTHER_TIME, doubt
from index.answering.polarity import opposite, polarity
from index.answering.question import Query
from index.answering.ranking import Ranking
from index.generations.generation import Generation
from index.results import Notice
from index.text.times import moments


def contradictions(query: Query, ranking: Ranking, generation: Generation) -> Iterator[Notice]:
    """Give notices of what the best sentence says otherwise than a question or a claim."""
    doubted = doubt(ranking)
    if not doubted:
        return
    best = int(ranking.best_first[0])
    text = ranking.sentences.texts[best]
    release = generation.served([int(ranking.sentences.releases[best])])[0].release
    if doubted >= DENIED:
        yield Notice("The question denies what the quotation says, or the other way round.")
    if query.claims and doubted >= OTHER_TIME and query.time is not None:
        times = [query.asked[each.start : each.end] for each in moments(query.asked, query.language)]
        yield Notice(
            "The releases say otherwise: here {claimed}, there {found}.",
            {"claimed": ", ".join(times), "found": release.date},
        )
    if query.claims:
        differ = differences(query.asked, query.language, text, release)
        pair = (differ.claimed, differ.found)
    else:
        opposed = opposite(query.polarity, polarity(text, release.language))
        pair = ((opposed[0],), (opposed[1],)) if opposed else ((), ())
    if pair[0]:
        yield Notice(
            "The releases say otherwise: here {claimed}, there {found}.",
            {"claimed": ", ".join(pair[0]), "found": ", ".join(pair[1])},
        )
