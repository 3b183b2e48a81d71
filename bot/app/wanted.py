"""Reads what somebody who subscribes wants to be told of."""

from bot.app.clock import today
from bot.app.errors import Refused
from bot.i18n.words import Words
from corpus import QuestionError, registry
from index import (
    SMALL_TALK,
    MessageKind,
    Wanted,
    WantedKind,
    message_kind,
    parse_agency,
    read_collection_question,
    readable,
)

_OF_AN_ANSWER = frozenset({MessageKind.WHEN, MessageKind.WHO, MessageKind.WHERE, MessageKind.MORE})
NO_QUESTIONS = SMALL_TALK | {MessageKind.HELP, MessageKind.DOUBT}


def wanted(words: Words, agency: str | None, issuer: str | None, subject: str | None, question: str | None) -> Wanted:
    """Return what somebody asks to be told of.

    :raises Refused: where that is not exactly one thing, or no question.
    :raises FilterError: where no agency has the name.
    :raises QuestionError: where a subject or a question holds nothing to look for.
    """
    if sum(each is not None for each in (agency, issuer, subject, question)) != 1:
        raise Refused(words("Choose one of these: an agency, an issuer, a subject or a question."))
    if agency is not None:
        return Wanted(WantedKind.AGENCY, agency if agency in registry().agencies else parse_agency(agency))
    if issuer is not None:
        return Wanted(WantedKind.ISSUER, " ".join(issuer.split()))
    if subject is not None:
        try:
            return Wanted(WantedKind.SUBJECT, readable(subject))
        except QuestionError as error:
            raise Refused(words("Name the subject in a word or two, as “migrant smuggling”.")) from error
    assert question is not None
    return Wanted(WantedKind.QUESTION, _question(words, question))


def _question(words: Words, question: str) -> str:
    """Return a question that a release may answer.

    :raises Refused: where it is none, asks something of an answer, or is on the collection, which no release answers.
    :raises QuestionError: where it holds nothing to look for.
    """
    kind = message_kind(question)
    if kind in NO_QUESTIONS or kind in _OF_AN_ANSWER:
        raise Refused(words("That is no question: write one in a few words, as “What will Europol do?”."))
    if kind is not MessageKind.QUESTION or read_collection_question(question, today(), kind) is not None:
        raise Refused(
            words("No release answers that. To be told of what is new, choose an agency, an issuer or a subject.")
        )
    return readable(question)
