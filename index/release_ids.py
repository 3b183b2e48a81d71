"""The id of a new release, which stays its id whatever becomes of its text."""

from slugify import slugify

from corpus.models import Draft
from index.store.corpus import CorpusStore

RELEASE_ID_MAX_CHARS = 48
_ISSUER_CHARS = 16


def new_id(store: CorpusStore, draft: Draft) -> str:
    """Return date, issuer and title as a slug of `RELEASE_ID_MAX_CHARS` ASCII characters at most, unlike any other."""
    issuer = slugify(draft.issuer or "", max_length=_ISSUER_CHARS, word_boundary=True, stopwords=("of", "the"))
    base = f"{draft.date}-{issuer}"
    title = slugify(
        draft.title or "",
        max_length=RELEASE_ID_MAX_CHARS - len(base) - 1,
        word_boundary=True,
        save_order=True,
    )
    slug = f"{base}-{title}".strip("-")
    number = 1
    candidate = slug
    while store.taken(candidate):
        number += 1
        candidate = f"{slug[: RELEASE_ID_MAX_CHARS - len(str(number)) - 1].rstrip('-')}-{number}"
    return candidate
