"""What each tool does with the engine. It is sent to the engine's process, so nothing here knows of HTTP or MCP."""

from dataclasses import dataclass

from bot.receipts import Receipt, new_answer_id, receipt_of
from bot.views.documents import (
    AgencyDocument,
    AnswerDocument,
    ReleaseDocument,
    ReleasesDocument,
    SearchDocument,
    agency_document,
    answer_document,
    no_agency_document,
    release_document,
    releases_document,
    search_document,
)
from corpus import UnknownReleaseError, outline, registry
from index import Engine, Filters


@dataclass(frozen=True, slots=True)
class AnswerWithReceipt:
    """An answer, and the receipt that is to be kept of it."""

    document: AnswerDocument
    receipt: Receipt


def ask(engine: Engine, question: str, filters: Filters, limit: int) -> AnswerWithReceipt:
    """Answer a question with at most `limit` quotes."""
    answer = engine.answer(question, filters, limit)
    receipt = receipt_of(new_answer_id(), answer, filters, limit, local=True)
    return AnswerWithReceipt(answer_document(answer), receipt)


def search(engine: Engine, query: str, filters: Filters, limit: int) -> SearchDocument:
    """Find passages, each with its link, and name their releases."""
    result = engine.search(query, filters, limit)
    ids = list(dict.fromkeys(passage.release_id for passage in result.passages))
    return search_document(result, engine.sources(ids), dict(enumerate(engine.links(result.passages))))


def agency(engine: Engine, name: str, exact: bool) -> AgencyDocument:
    """Tell what an EU body is and what the releases say of it, or which ones a name may mean."""
    lookup = registry().find(name)
    if lookup.agency is None:
        return no_agency_document(name, lookup)
    return agency_document(engine.card(lookup.agency.id, exact=exact), lookup.language)


def releases(engine: Engine, query: str, limit: int, offset: int) -> ReleasesDocument:
    """List the releases that match a query, newest first."""
    return releases_document(engine.releases(query)[offset : offset + limit])


def release(engine: Engine, release_id: str) -> ReleaseDocument:
    """Return a release with its text.

    :raises UnknownReleaseError: when none is served under the id.
    """
    served = engine.release(release_id)
    if served is None:
        raise UnknownReleaseError(f"No release {release_id[:60]!r} is served: `releases` lists them.")
    others = [other for other in engine.releases() if other.work == served.work]
    editions = [other for other in others if other.release_id != served.release_id]
    return release_document(served, outline(served.text), sorted(editions, key=lambda edition: edition.language))
