"""Tells that a sentence is about another country than the question: Georgia is asked for, and it speaks of Moldova."""

from corpus import Release
from index.answering.names import Name, holds, names_in
from index.answering.question import Query


def asked_countries(query: Query) -> tuple[Name, ...]:
    """Return the countries that a question names."""
    return tuple(name for name in query.names if name.country)


def other_country(query: Query, text: str, release: Release) -> tuple[str, str] | None:
    """Return a country of a question and the one of a sentence, where the release has none that is asked for.

    :param text: the sentence.
    :param release: its release, with the text.
    """
    asked = asked_countries(query)
    whole = f"{release.title}. {release.issuer}. {release.text}"
    if not asked or any(holds(name, whole, release.language) for name in asked):
        return None
    told = next((name for name in names_in(text, release.language) if name.country), None)
    return None if told is None else (asked[0].written, told.written)
