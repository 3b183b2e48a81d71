"""Tells where in a quote the answer stands, so that it can be shown in bold."""

from corpus import Release
from index.answering.novelty import content
from index.answering.question import Query
from index.answering.quotes import Picked
from index.answering.ranking import Ranking
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
    start, end = _with_brackets(release.text, quote.sentence.start + mark.start, quote.sentence.start + mark.end)
    text = release.text[start:end]
    if not text or _is_of_other_time(query, release, quote.sentence, Span(start, end)):
        return None
    said = content(text, release.language)
    given = said & content(query.asked, query.language)
    if len(given) > _REPEATED * len(said) and not any(map(str.isdigit, text)):
        return None
    return start, end


def _with_brackets(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a range with the bracket after it that closes one within, or from behind one that closes none."""
    opened: list[str] = []
    for place in range(start, end):
        sign = text[place]
        if sign in _BRACKETS.values():
            opened.append(sign)
        elif sign in _BRACKETS and not (opened and opened.pop() == _BRACKETS[sign]):
            rest = text[place + 1 : end].lstrip(" ,;")
            return _with_brackets(text, end - len(rest), end) if rest else (start, place)
    if not opened:
        return start, end
    closing = next(sign for sign, opening in _BRACKETS.items() if opening == opened[-1])
    if text[end : end + 1] == closing:
        return start, end + 1
    before = text[start : text.rindex(opened[-1], start, end)].rstrip()
    return start, start + len(before)


def _is_of_other_time(query: Query, release: Release, sentence: Span, mark: Span) -> bool:
    """Tell whether a mark stands nearer to another year in its sentence than to that which the question names.

    A mark that is a date itself may be of any year.
    """
    if moments(release.text[mark.start : mark.end], release.language):
        return False
    asked = {each.moment.year for each in query.time.named} if query.time else set()
    named = moments(release.text[sentence.start : sentence.end], release.language)
    years = {
        (_distance(mark, each.start + sentence.start, each.end + sentence.start), each.moment.year) for each in named
    }
    years = {(distance, year) for distance, year in years if year}
    return bool(asked - {None} and years) and min(years)[1] not in asked


def _distance(mark: Span, start: int, end: int) -> int:
    """Return how many characters stand between a mark and a time, 0 where they overlap."""
    return max(0, start - mark.end, mark.start - end)
