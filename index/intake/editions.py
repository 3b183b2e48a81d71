"""Language editions: which releases of the corpus are the same release in other languages.

The reference number that an issuer gives a release is the same in all languages. Without one, the links tell by which a
page leads to its other languages. Editions share a work, which is named by the id of the edition that came first.
"""

from corpus import Draft, canonical_url, speaks_for, web_url
from index.database.corpus_db import CorpusStore, Edition

_DAYS_APART = 31  # Some issuers count their numbers anew each year, and translate within weeks.


def other_editions(store: CorpusStore, draft: Draft) -> list[Edition]:
    """Return the releases that are the same as a draft in other languages, by id."""
    editions = {edition.release_id: edition for edition in _by_reference(store, draft)}
    editions |= {edition.release_id: edition for edition in _by_links(store, draft)}
    works = {edition.work for edition in editions.values()}
    others = {edition.release_id: edition for work in sorted(works) for edition in store.editions(work)}
    return [others[release_id] for release_id in sorted(others) if others[release_id].language != draft.language]


def _by_reference(store: CorpusStore, draft: Draft) -> list[Edition]:
    if not (draft.reference and draft.issuer and draft.date):
        return []
    return [
        edition
        for edition in store.with_reference(draft.reference, draft.issuer)
        if edition.language != draft.language and abs((edition.date - draft.date).days) <= _DAYS_APART
    ]


def _by_links(store: CorpusStore, draft: Draft) -> list[Edition]:
    """Return the editions at the addresses that a page links. A page may not call one of another site its edition."""
    editions = []
    for language, link in draft.languages.items():
        url = web_url(link, draft.url)
        if draft.url and url and language != draft.language and speaks_for(draft.url, url):
            edition = store.edition_at(canonical_url(url))
            if edition is not None and edition.language == language:
                editions.append(edition)
    return editions
