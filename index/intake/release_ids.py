"""The id of a new release. A release keeps its id, whatever becomes of its text or of this rule."""

from slugify import slugify

from corpus import Draft, acronym_of
from index.database.corpus_db import CorpusStore

RELEASE_ID_MAX_CHARS = 48
_ISSUER_MAX_CHARS = 16
_LANGUAGE_MAX_CHARS = 3
_ACRONYM_MAX_CHARS = 20  # The longest acronym in the registry, "Global Health EDCTP3", has 20.


def new_id(store: CorpusStore, draft: Draft, *, is_edition: bool = False) -> str:
    """Return a new id of at most `RELEASE_ID_MAX_CHARS` ASCII characters: date, issuer and title as a slug.

    The issuer is given by its acronym in the registry, as in "2022-11-03-europol-…", or by its name without one.

    :param is_edition: whether it is an edition of a release in another language. Then the language ends the id, as it
        does for a release in another language than English that has a reference number.
    """
    dated_issuer = f"{draft.date}-{_issuer_slug(draft.issuer or '')}"
    language = draft.language if is_edition or (draft.reference and draft.language != "en") else None
    end = f"-{slugify(language, max_length=_LANGUAGE_MAX_CHARS)}" if language else ""
    title = slugify(
        draft.title or "",
        max_length=RELEASE_ID_MAX_CHARS - len(dated_issuer) - len(end) - 1,
        word_boundary=True,
        save_order=True,
    )
    slug = f"{dated_issuer}-{title}".strip("-")
    number = 1
    candidate = f"{slug}{end}"
    while store.taken(candidate):
        number += 1
        kept = RELEASE_ID_MAX_CHARS - len(str(number)) - 1 - len(end)
        candidate = f"{slug[:kept].rstrip('-')}-{number}{end}"
    return candidate


def _issuer_slug(issuer: str) -> str:
    acronym = acronym_of(issuer)
    if acronym is not None:
        return slugify(acronym, max_length=_ACRONYM_MAX_CHARS, word_boundary=True)
    return slugify(issuer, max_length=_ISSUER_MAX_CHARS, word_boundary=True, stopwords=("of", "the"))
