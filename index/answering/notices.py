"""Notices: what a reader should know about an answer beside its quotes."""

import datetime
from collections.abc import Iterator, Sequence

import numpy as np

from corpus import Release, registry
from index.answering.doubts import differing, doubt, is_denied
from index.answering.question import Query
from index.answering.ranking import Ranking
from index.answering.timely import SAME_SUBJECT, body_of
from index.generations.generation import Generation
from index.results import Known, Notice
from index.text.times import moments

_YEAR = datetime.timedelta(days=365)


def notices(
    query: Query, ranking: Ranking, generation: Generation, quoted: Sequence[int], today: datetime.date, *, near: bool
) -> tuple[Notice, ...]:
    """Return notices on the sources of an answer, and on agencies that the question names and no release does.

    :param quoted: the rows of the quoted releases, that of the first quote first; none where nothing was answered.
    :param near: whether the quotes answer, or would if they contradicted nothing: then it is told what they contradict.
    """
    candidates = [_unnamed(generation, agency_id) for agency_id in query.agencies]
    if near:
        candidates.extend(_contradictions(query, ranking, generation))
    if quoted:
        candidates.append(_newness(query, ranking, generation, quoted, today))
    return tuple(notice for notice in candidates if notice)


def _contradictions(query: Query, ranking: Ranking, generation: Generation) -> Iterator[Notice]:
    """Give notices of what the best sentence says otherwise than a question or a claim."""
    if not doubt(ranking):
        return
    best = int(ranking.best_first[0])
    release = generation.release(int(ranking.sentences.releases[best]))
    if is_denied(query, ranking.sentences.texts[best], release):
        yield Notice("The question denies what the quotation says, or the other way round.")
    if query.claims and query.time is not None and query.time.named and ranking.timely is None:
        times = [query.asked[each.start : each.end] for each in moments(query.asked, query.language)]
        yield Notice(
            "The releases say otherwise: here {claimed}, there {found}.",
            {"claimed": ", ".join(times), "found": release.date},
        )
    claimed, quoted = differing(query, ranking, best, release)
    if claimed:
        yield Notice(
            "The releases say otherwise: here {claimed}, there {found}.",
            {"claimed": ", ".join(claimed), "found": ", ".join(quoted)},
        )


def _newness(
    query: Query, ranking: Ranking, generation: Generation, quoted: Sequence[int], today: datetime.date
) -> Notice | None:
    """Return what a reader should know of how new the sources are: of a newer release, or else how old they are.

    Nothing where the question names a time, since then the sources are of that time.
    """
    if query.time is not None and query.time.named:
        return None
    sources = [served.release for served in generation.served(quoted)]
    return _newer(ranking, generation, quoted) or _age(query, sources, today)


def _unnamed(generation: Generation, agency_id: str) -> Notice | None:
    if generation.names(agency_id):
        return None
    return Notice("No release names {body}.", {"body": _short_name(agency_id)})


def _short_name(agency_id: str) -> str:
    agency = registry().agencies[agency_id]
    return agency.acronyms[0] if agency.acronyms else agency.name


def known(query: Query, generation: Generation) -> Known:
    """Return how much is served, and which agencies that the question names no release names."""
    extent = generation.extent()
    return Known(
        extent.releases,
        extent.issuers,
        extent.first_year,
        extent.last_year,
        tuple(_short_name(agency_id) for agency_id in query.agencies if not generation.names(agency_id)),
    )


def _age(query: Query, sources: Sequence[Release], today: datetime.date) -> Notice | None:
    newest = max(source.date for source in sources)
    if not query.asks_for_now or today - newest <= _YEAR:
        return None
    return Notice("The newest of these sources is of {date}, more than a year old.", {"date": newest})


def _newer(ranking: Ranking, generation: Generation, quoted: Sequence[int]) -> Notice | None:
    """Return a notice of a release on the same subject, by the body of the first quote, newer than all sources."""
    sources = [served.release for served in generation.served(quoted)]
    first, newest = sources[0], max(source.date for source in sources)
    near = ranking.scores >= ranking.scores.max() - SAME_SUBJECT
    others = np.setdiff1d(ranking.sentences.releases[near], np.array(quoted))
    newer = [served.release for served in generation.served(others.tolist())]
    own = body_of(first.issuer)
    newer = [release for release in newer if body_of(release.issuer) == own and release.date > newest]
    if not newer:
        return None
    latest = max(newer, key=lambda release: (release.date, release.release_id))
    return Notice(
        "{issuer} has a newer release on this, of {date}: {title}",
        {"issuer": latest.issuer, "date": latest.date, "title": latest.title},
    )
