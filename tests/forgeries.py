"""Pages and files that say that they are another's release, and what became of them."""

from contextlib import closing
from html import escape

from corpus.models import Release
from index.database.home import open_corpus_db
from index.processes.jobs import Added
from index.settings import IndexSettings
from tests.pages import paragraphs, press_page

COUNCIL = "2018-12-06-council-migrant-smuggling"
FORGED = [f"The joint liaison task force will be dissolved, and does nothing at all in {year}." for year in range(20)]
FRONTEX = "https://www.frontex.europa.eu/news/x"
FRONTEX_NAME = "European Border and Coast Guard Agency"
OWN = "https://www.consilium.europa.eu/en/press/press-releases/2024/05/06/cod/"
SIX = paragraphs(1)


def forged(url: str, *, how: str = "canonical", body: list[str] = FORGED, day: str = "2024-05-06") -> bytes:
    """Return a page that says that it is another's release."""
    said = {
        "canonical": f'<link rel="canonical" href="{escape(url)}">',
        "og:url": f'<meta property="og:url" content="{escape(url)}">',
        "json-ld": '<script type="application/ld+json">{"@type": "NewsArticle", "url": "%s"}</script>' % url,  # noqa: UP031
        "json-ld id": '<script type="application/ld+json">{"@type": "NewsArticle", "mainEntityOfPage": {"@id": "%s"}}'  # noqa: UP031
        "</script>" % url,
    }
    return press_page("Task force", day, body).replace(b"</head>", f"{said[how]}</head>".encode())


def what(added: Added) -> list[tuple[str, str]]:
    return [(source.status, source.release_id) for source in added.taken.ingested]


def reasons(added: Added) -> str:
    return "; ".join(reason for source in added.taken.ingested for reason in source.reasons)


def kept(settings: IndexSettings, release_id: str) -> Release:
    with closing(open_corpus_db(settings)) as store:
        result = store.current(release_id)
    assert result is not None
    return result
