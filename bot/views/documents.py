"""Results as documents for programs: what `--json` prints, and what HTTP and MCP answer. One place makes them all.

The types say what a document holds, also to programs: the schemas of HTTP and MCP are made from them.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import (
    TYPE_CHECKING,
    Any,
    NotRequired,  # pydantic makes no schema of `typing.TypedDict` before 3.12
    cast,
)

from typing_extensions import TypedDict

from bot.views import wording
from corpus import Agency, Lookup, Release, Section
from index import as_source

if TYPE_CHECKING:
    from index import Answer, Card, SearchResult, Source


class SpanDocument(TypedDict):
    """A range of a release's text."""

    start: int
    end: int


class QuoteDocument(TypedDict):
    """Whole sentences of a release, word for word: its text from `start` to `end`. `link` opens the page there.

    `parts` is there where only some ranges of that text are shown, each from an offset to another, `answer` where it is
    sure which words of the text answer.
    """

    text: str
    release_id: str
    start: int
    end: int
    heading: str
    score: float
    link: str | None
    parts: NotRequired[list[tuple[int, int]]]
    answer: NotRequired[SpanDocument]


class TitleDocument(TypedDict):
    """The title of a release, word for word. `link` opens the page where it shows the title."""

    text: str
    release_id: str
    link: str | None


class ListedDocument(TypedDict):
    """A release."""

    release_id: str
    title: str
    issuer: str
    date: str
    language: str
    url: str | None


class SourceDocument(ListedDocument):
    """A release that quotes are from, and which version of its text they were taken from."""

    text_sha256: str


class QuestionDocument(TypedDict):
    """One of several questions that were asked at once, and the numbers of its quotes, from 1 on."""

    question: str
    answered: bool
    confidence: float
    quotes: list[int]


class AnswerDocument(TypedDict):
    """What the releases say to a question. Where `answered` is false, `related` is what comes nearest: no answer.

    `titles` is there where the title of a release answers as well as the quotes, `questions` where several were asked,
    `read_as` where the spelling was corrected. `id` is that of the receipt, null where it could not be kept.
    """

    question: str
    answered: bool
    confidence: float
    threshold: float
    quotes: list[QuoteDocument]
    sources: list[SourceDocument]
    related: list[QuoteDocument]
    notices: list[str]
    generation: str
    took_ms: float
    titles: NotRequired[list[TitleDocument]]
    questions: NotRequired[list[QuestionDocument]]
    read_as: NotRequired[str]
    id: NotRequired[str | None]


class PassageDocument(TypedDict):
    """A passage: the text of a release from `start` to `end`. `link` opens the page there."""

    release_id: str
    ordinal: int
    start: int
    end: int
    heading: str
    text: str
    score: float
    link: NotRequired[str | None]


class SearchDocument(TypedDict):
    """The passages nearest to a query, best first, and the releases that they are from."""

    query: str
    passages: list[PassageDocument]
    sources: NotRequired[list[SourceDocument]]
    generation: str
    took_ms: float


class MeasureDocument(QuoteDocument):
    """A quotation on an agency, with date and title of its release."""

    date: str
    title: str


class NamedWithDocument(TypedDict):
    """Another agency, and how many passages name both."""

    id: str
    count: int


class AgencyDocument(TypedDict):
    """What an EU body is, and what the releases say of it. `agency` is null where the name is ambiguous or unknown."""

    agency: dict[str, Any] | None
    candidates: list[str]
    message: NotRequired[str]
    releases: NotRequired[int]
    passages: NotRequired[int]
    first_date: NotRequired[str | None]
    last_date: NotRequired[str | None]
    measures: NotRequired[list[MeasureDocument]]
    named_with: NotRequired[list[NamedWithDocument]]
    nearest: NotRequired[list[str]]
    generation: NotRequired[str]
    asked: NotRequired[dict[str, Any]]


class ReleasesDocument(TypedDict):
    """Releases that are served, newest first."""

    releases: list[ListedDocument]


class SectionDocument(TypedDict):
    """A section of a release: its text from `start` to `end`."""

    heading: str
    start: int
    end: int


class ReleaseDocument(SourceDocument):
    """A release with its text. Spans count characters of `text`."""

    sections: list[SectionDocument]
    text: str
    reference: str | None
    edition_of: str | None
    editions: list[ListedDocument]


def answer_document(answer: "Answer") -> AnswerDocument:
    """Return an answer."""
    return cast(AnswerDocument, answer.to_dict())


def search_document(
    result: "SearchResult", sources: "Sequence[Source]" = (), links: Mapping[int, str | None] | None = None
) -> SearchDocument:
    """Return what a search found.

    :param links: the link of each passage, by its place; without them, passages have none, and there are no sources.
    """
    document = cast(SearchDocument, result.to_dict())
    if links is not None:
        document["passages"] = [{**passage, "link": links[place]} for place, passage in enumerate(document["passages"])]
        document["sources"] = [cast(SourceDocument, source.to_dict()) for source in sources]
    return document


def agency_document(card: "Card", language: str | None) -> AgencyDocument:
    """Return what is known of an agency.

    :param language: that of the name that it was asked for by; None where that is English.
    """
    return cast(AgencyDocument, card.to_dict() | _asked(card.agency, language))


def no_agency_document(name: str, lookup: Lookup) -> AgencyDocument:
    """Return why a name is the name of no agency, or of several."""
    candidates = [agency.id for agency in lookup.candidates or lookup.suggestions]
    return {"agency": None, "candidates": candidates, "message": wording.ambiguous_or_unknown(name, lookup)}


def releases_document(releases: Sequence[Release]) -> ReleasesDocument:
    """Return a list of releases."""
    return {"releases": [_listed(release) for release in releases]}


def release_document(release: Release, sections: Sequence[Section], editions: Sequence[Release]) -> ReleaseDocument:
    """Return a release with its text."""
    listed = _listed(release)
    return {
        "release_id": listed["release_id"],
        "text_sha256": release.text_sha256,
        "title": listed["title"],
        "issuer": listed["issuer"],
        "date": listed["date"],
        "language": listed["language"],
        "url": listed["url"],
        "sections": [cast(SectionDocument, dataclasses.asdict(section)) for section in sections],
        "text": release.text,
        "reference": release.reference,
        "edition_of": release.edition_of,
        "editions": [_listed(edition) for edition in editions],
    }


def _asked(agency: Agency, language: str | None) -> dict[str, object]:
    """Return what an agency is called in the language that it was asked for in; nothing where that is English."""
    if language is None:
        return {}
    local = agency.names_by_language[language]
    name, *more = wording.name_in(agency, language)
    return {"asked": {"language": language, "name": name, "acronyms": more, "source": local.source}}


def _listed(release: Release) -> ListedDocument:
    listed = {name: value for name, value in as_source(release, "").to_dict().items() if name != "text_sha256"}
    return cast(ListedDocument, listed)
