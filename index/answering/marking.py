"""Tells where in a quote the answer stands, so that it can be shown in bold."""

from corpus import Release
from index.answering.novelty import content
from index.answering.question import Query
from index.answering.quotes import Picked
from index.answering.ranking import Ranking
from index.answering.times import Time
from index.text.sentences import Span
from index.text.times import moments

_REPEATED = 0.5
_BRACKETS = {")": "(", "]": "["}


def answer_in(query: Query, ranking: Ranking, quote: Picked, release: Release) -> tuple[int, int] | None:
    """Return the range of a release that answers, within the sentence that a quote was picked for.

    None where that is not sure, where it has no figure and gives mostly the words of the question back, or where it
    stands nearer to another time than to the one that is asked for.
    """
    mark = ranking.marks.get(quote.best)
    if mark is None:
        return None
    sentence = release.text[quote.sentence.start : quote.sentence.end]
    marked = with_brackets(sentence, Span(mark.start, mark.end))
    if marked is None or is_of_other_year(query.time, sentence, release.language, marked):
        return None
    text = sentence[marked.start : marked.end]
    said = content(text, release.language)
    given = said & content(query.asked, query.language)
    if len(given) > _REPEATED * len(said) and not any(map(str.isdigit, text)):
        return None
    return quote.sentence.start + marked.start, quote.sentence.start + marked.end


def with_brackets(text: str, mark: Span) -> Span | None:
    """Return a mark with the bracket after it that closes one within, or from behind one that closes none.

    None where nothing is left of it.
    """
    opened: list[int] = []
    for place in range(mark.start, mark.end):
        if text[place] in _BRACKETS.values():
            opened.append(place)
        elif text[place] in _BRACKETS and not (opened and text[opened.pop()] == _BRACKETS[text[place]]):
            rest = text[place + 1 : mark.end].lstrip(" ,;")
            after = Span(mark.end - len(rest), mark.end)
            return with_brackets(text, after if rest else Span(mark.start, place))
    if not opened:
        return mark if mark.start < mark.end else None
    if _BRACKETS.get(text[mark.end : mark.end + 1]) == text[opened[-1]] and len(opened) == 1:
        return Span(mark.start, mark.end + 1)
    before = text[mark.start : opened[0]].rstrip()
    return Span(mark.start, mark.start + len(before)) if before else None


def is_of_other_year(asked: Time | None, sentence: str, code: str, mark: Span) -> bool:
    """Tell whether a mark stands nearer to another year in a sentence than to that which a question names.

    A mark that is a date itself may be of any year.

    :param asked: the time that the question names.
    """
    years = {each.moment.year for each in asked.named if each.moment.year} if asked else set()
    told = [(_distance(mark, each.start, each.end), each.moment.year) for each in moments(sentence, code)]
    told = [(distance, year) for distance, year in told if year]
    if not years or not told or moments(sentence[mark.start : mark.end], code):
        return False
    return min(told)[1] not in years


def _distance(mark: Span, start: int, end: int) -> int:
    """Return how many characters stand between a mark and a time, 0 where they overlap."""
    return max(0, start - mark.end, mark.start - end)
