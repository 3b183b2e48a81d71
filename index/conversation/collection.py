"""Questions about the collection itself, read from a message and answered from metadata: no model is asked."""

import datetime
from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from corpus import registry
from index.answering.answer import source_of
from index.answering.question import STOP_WORDS
from index.answering.times import Relation, time_of
from index.conversation.kinds import ON_SOURCES, MessageKind, Shaped, message_kind, shapes
from index.conversation.periods import Period, period
from index.conversation.phrases import table_of
from index.conversation.spoken import spoken
from index.filters import Filters
from index.generations.generation import Generation, Rows
from index.results import Source
from index.text.read_text import read_text
from index.text.terms import hashes, terms, words

MOST_LISTED = 10
_MONTH_DAYS = 31
_MOST_SUBJECT_WORDS = 4
# How many passages with words of a subject are looked at. Where there are more, the number of releases is a least one.
_MOST_PASSAGES = 2_000


@dataclass(frozen=True, slots=True)
class CollectionQuestion:
    """A question about the collection.

    ``issuer`` is whose releases are asked for, as written; ``agency`` the id of the one that they must name;
    ``subject`` what they must be about. "" and None ask for all.
    """

    kind: MessageKind
    issuer: str = ""
    agency: str | None = None
    subject: str = ""
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class AgencyCount:
    """An agency, and in how many passages releases name it."""

    agency_id: str
    passages: int


@dataclass(frozen=True, slots=True)
class CollectionAnswer:
    """The releases that a question about the collection asks for, the newest first, and how many there are.

    ``sources`` are the first `MOST_LISTED`. ``at_least`` tells that there may be more than ``total``.
    ``issued_by`` is the agency whose releases these are; ``naming`` the one that they name. ``agencies`` are those that
    releases name, the most often named first; they are asked for by `MessageKind.AGENCIES` alone.
    """

    question: CollectionQuestion
    total: int
    sources: tuple[Source, ...]
    at_least: bool = False
    issued_by: str | None = None
    naming: str | None = None
    agencies: tuple[AgencyCount, ...] = ()


def read_collection_question(
    text: str, today: datetime.date, kind: MessageKind | None = None
) -> CollectionQuestion | None:
    """Return the question about the collection that a message is; None where it is none.

    :param kind: what `message_kind` says of the message, where that was asked already.
    """
    kind = kind or message_kind(text)
    if kind in ON_SOURCES:
        return CollectionQuestion(kind)
    read = (_read(shaped, text, today) for shaped in shapes(text))
    return next((question for question in read if question is not None), None)


def _read(shaped: Shaped, text: str, today: datetime.date) -> CollectionQuestion | None:
    """Return what a shape asks, where what stands in its gaps makes sense."""
    question = CollectionQuestion(shaped.kind)
    if shaped.body:
        agency = agency_called(shaped.body, shaped.language)
        named = period(shaped.body, shaped.language, today) if agency is None else None
        if agency is None and named is None:
            return None
        question = replace(question, issuer=agency or "", period=named)
    if shaped.time:
        shaped = replace(shaped, is_open=shaped.is_open or _relates(text, shaped.language, Relation.SINCE))
        named = period(shaped.time, shaped.language, today)
        ends = not shaped.is_open and _relates(text, shaped.language, Relation.UNTIL)
        if named is None or ends or _is_of_what_happened(shaped, named):
            return None
        question = replace(question, period=Period(named.since) if shaped.is_open else named)
    return _about(question, shaped, today) if shaped.about else question


def _relates(text: str, code: str, relation: Relation) -> bool:
    """Tell whether a message asks since or until a time, also by words behind it: "vuodesta 2018 lähtien"."""
    time = time_of(read_text(text, code))
    return time is not None and any(each.relation is relation for each in time.named)


def _is_of_what_happened(shaped: Shaped, time: Period) -> bool:
    """Tell whether a question is better answered from texts, as "What did the ECB decide in June 2003?"."""
    is_year = time.until is None or (time.until - time.since).days > _MONTH_DAYS
    return shaped.kind is MessageKind.LIST and not (is_year or shaped.is_open or shaped.says_release)


def _about(question: CollectionQuestion, shaped: Shaped, today: datetime.date) -> CollectionQuestion | None:
    """Return a question with what it is about: an agency, a time, or a subject of a few words."""
    agency = agency_called(shaped.about, shaped.language)
    if agency is not None:
        return replace(question, agency=agency)
    named = period(shaped.about, shaped.language, today)
    if named is not None:
        return replace(question, period=named)
    leading = table_of(shaped.language).words["leading"]
    subject = [word for word in words(shaped.about) if word not in STOP_WORDS and word not in leading]
    if not 1 <= len(subject) <= _MOST_SUBJECT_WORDS:
        return None
    return replace(question, subject=" ".join(subject))


def agency_called(name: str, language: str) -> str | None:
    """Return the id of the agency that a name means in a language; None where it means none, or more than one."""
    table = table_of(language)
    said = spoken(name).words
    while said and said[0] in table.words["leading"]:
        said = said[1:]
    known = table.bodies.get(" ".join(spoken(name).words)) or table.bodies.get(" ".join(said))
    if known is not None or not said:
        return known
    agency = registry().find(" ".join(said)).agency
    return None if agency is None else agency.id


def answer_collection(question: CollectionQuestion, generation: Generation) -> CollectionAnswer:
    """Return what a question about the collection asks for."""
    if question.kind is MessageKind.AGENCIES:
        return CollectionAnswer(question, 0, (), agencies=_named_agencies(generation))
    releases, at_least, issued_by, naming = _releases(question, generation)
    dates = generation.dates(releases)
    newest = releases[np.argsort(-dates, kind="stable")][:MOST_LISTED]
    sources = tuple(source_of(served) for served in generation.served(newest.tolist()))
    return CollectionAnswer(question, len(releases), sources, at_least, issued_by, naming)


def _releases(question: CollectionQuestion, generation: Generation) -> tuple[Rows, bool, str | None, str | None]:
    """Return the rows of the releases asked for, whether there may be more, whose they are, and whom they name."""
    time = question.period
    filters = Filters(since=time.since, until=time.until) if time is not None else Filters()
    scope = generation.scope(filters)
    rows = np.arange(generation.manifest.releases) if scope.releases is None else np.flatnonzero(scope.releases)
    issued_by = naming = None
    if question.issuer:
        own = _issued_by(generation, rows, question.issuer)
        issued_by, naming = (question.issuer, None) if len(own) else (None, question.issuer)
        rows = own if len(own) else np.intersect1d(rows, _naming(generation, question.issuer))
    if question.agency is not None:
        naming = question.agency
        rows = np.intersect1d(rows, _naming(generation, question.agency))
    if not question.subject:
        return rows, False, issued_by, naming
    holding, at_least = _holding(generation, question.subject, filters)
    return np.intersect1d(rows, holding), at_least, issued_by, naming


def _issued_by(generation: Generation, rows: Rows, agency_id: str) -> Rows:
    """Return those of some releases whose issuer is an agency or a department of it."""
    names = {name.casefold() for name in (registry().agencies[agency_id].name, *registry().names(agency_id))}
    issuers = [served.release.issuer for served in generation.served(rows.tolist())]
    own = {issuer for issuer in set(issuers) if names & {issuer.casefold(), *issuer.casefold().split(" — ")}}
    own_rows: Rows = rows[np.array([issuer in own for issuer in issuers], dtype=bool)]
    return own_rows


def _naming(generation: Generation, agency_id: str) -> Rows:
    namings = generation.naming(Filters(agency=agency_id).agencies())
    rows: Rows = np.unique(generation.releases_of(namings.passages))
    return rows


def _holding(generation: Generation, subject: str, filters: Filters) -> tuple[Rows, bool]:
    """Return the releases that hold every word of a subject, and whether there may be more of them."""
    asked = terms(subject)
    weights = np.ones(len(asked))
    passages = generation.matching(asked, weights, _MOST_PASSAGES, generation.scope(filters))
    releases = np.unique(generation.releases_of(passages))
    evidence = generation.release_evidence(releases, hashes(asked))
    missing = ((evidence.counts == 0) & (evidence.in_title == 0)).sum(axis=1)
    holding: Rows = releases[missing == 0]
    return holding, len(passages) == _MOST_PASSAGES


def _named_agencies(generation: Generation) -> tuple[AgencyCount, ...]:
    """Return the agencies that releases name, the most often named first."""
    agencies = registry().agencies
    named = generation.named_agencies()
    counts = Counter({agency_id: len(np.unique(generation.naming([agency_id]).passages)) for agency_id in named})
    ranked = sorted(counts, key=lambda agency_id: (-counts[agency_id], agencies[agency_id].name))
    return tuple(AgencyCount(agency_id, counts[agency_id]) for agency_id in ranked if agencies[agency_id].is_eu_agency)
