"""Tells where in a quote the answer stands, so that it can be shown in bold."""

from corpus import Release
from index.answering.novelty import content
from index.answering.question import Query
from index.answering.quotes import Picked
from index.answering.ranking import Ranking

_REPEATED = 0.5


def answer_in(query: Query, ranking: Ranking, quote: Picked, release: Release) -> tuple[int, int] | None:
    """Return the range of a release that answers, within the sentence that a quote was picked for.

    None where that is not sure, or where it has no figure and gives mostly the words of the question back.
    """
    mark = ranking.marks.get(quote.best)
    if mark is None:
        return None
    start, end = quote.sentence.start + mark.start, quote.sentence.start + mark.end
    text = release.text[start:end]
    said = content(text, release.language)
    given = said & content(query.asked, query.language)
    if len(given) > _REPEATED * len(said) and not any(map(str.isdigit, text)):
        return None
    return start, end
