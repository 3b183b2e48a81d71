"""Writes the names of bodies in a question as all languages share them, for a model that reads several languages.

A model knows that "Europol" in a question and in a release is the same. It does not know that of "Европол", "Ευρωπόλ"
or "Fronteksie", nor that "EZB" is the "ECB".
"""

from collections.abc import Sequence

from corpus import Agency, Mention, registry

_CAPITALS = 2


def with_shared_names(question: str, code: str, mentions: Sequence[Mention]) -> str:
    """Return a question in a language with acronyms in it as English has them. Names of several words stay.

    :param mentions: the bodies that it names.
    """
    if code == "en":
        return question
    for mention in sorted(mentions, key=lambda each: -each.start):
        written = question[mention.start : mention.end]
        shared = _acronym(registry().agencies[mention.agency_id], written)
        if shared:
            question = f"{question[: mention.start]}{shared}{question[mention.end :]}"
    return question


def _acronym(agency: Agency, written: str) -> str:
    """Return the acronym that a written one stands for, "" where a name is written, as "Europaparlament"."""
    acronym = agency.acronyms[0] if agency.acronyms else ""
    is_said = not acronym.isupper()
    is_acronym = sum(map(str.isupper, written)) >= _CAPITALS
    return acronym if written.isalpha() and (is_said or is_acronym) else ""
