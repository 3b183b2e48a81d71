"""The table of made pages beside this checkout: what each kind of page must give, and nothing of what is around it.

Each page stands for a whole kind. Its text is compared line by line: no line lost, altered, doubled or added.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import html as lxml_html

from corpus.cleaning.quality import DoubtKind
from corpus.models import Draft
from corpus.sources.feeds import read_feed
from tests.conftest import SHARED
from tests.corpus.cleaning.reading import clean, doubts_about

if TYPE_CHECKING:
    from lxml.etree import _Element

MADE = SHARED / "pages" / "made"
pytestmark = pytest.mark.skipif(not MADE.is_dir(), reason="the made pages are not beside this checkout")
CORNER = "https://ec.europa.eu/commission/presscorner/detail"
FERRIES = "A plan for clean ferries"
COMMISSION, COUNCIL = "European Commission", "Council of the European Union"


@dataclass(frozen=True)
class Page:
    """A made page, the address it is given, and what must come of it."""

    name: str
    url: str | None
    title: str
    date: tuple[int, int, int]
    issuer: str
    lines: int
    reference: str | None = None
    gone: tuple[str, ...] = ()
    kept_url: str | None = None


PAGES = [
    Page("date-sidebar-time.html", "https://www.edps.europa.eu/press/x_en", "Supervisor reprimands agency",
         (2025, 1, 8), "European Data Protection Supervisor", 3, gone=("Upcoming", "8 Jan 2025")),
    Page("date-placeholder-datetime.html", "https://www.eca.europa.eu/en/news/x", "Auditors look at ports",
         (2021, 2, 11), "European Court of Auditors", 3),
    Page("date-available-is-today.html", "https://oeil.europarl.europa.eu/oeil/x", "Resolution on something far away",
         (2021, 2, 11), "European Parliament", 3),
    Page("date-in-subtitle.html", "https://www.ecb.europa.eu/press/pressconf/2026/html/ecb.is260910~0123456789.en.html",
         "Press conference: introductory statement", (2026, 9, 10), "European Central Bank", 3, gone=("Frankfurt",)),
    Page("bold-dateline.html", "https://www.frontex.europa.eu/media-centre/x", FERRIES, (2015, 5, 13),
         "European Border and Coast Guard Agency", 3, gone=("13 May",)),
    Page("dateline-parma.html", "https://www.efsa.europa.eu/en/news/x", "Agency looks at ports", (2018, 12, 6),
         "European Food Safety Authority", 2, gone=("Parma",)),
    Page("date-label.html", "https://www.chips-ju.europa.eu/news/x", "New calls for small firms", (2026, 7, 8),
         "Chips Joint Undertaking", 5, gone=("PUBLICATION DATE", "08/07/2026")),
    Page("list-date-below.html", "https://commission.europa.eu/news/x_en", FERRIES, (2015, 5, 13), COMMISSION, 3,
         gone=("13 May",)),
    Page("ecl-news.html", "https://home-affairs.ec.europa.eu/news/commission-welcomes-something-2025-09-30_en",
         "Commission welcomes something", (2025, 9, 30), COMMISSION, 7,
         gone=("Details", "Publication date", "Author", "Location", "min read", "Related", "Directorate", "harbour")),
    Page("rapid-h1.html", "http://europa.eu/rapid/press-release_IP-15-9956_en.htm", FERRIES, (2015, 5, 13), COMMISSION,
         3, "IP/15/9956", gone=("13 May", "EXAMPLE", "Europe Direct", "IP/15")),
    Page("rapid-h2.html", "http://europa.eu/rapid/press-release_IP-15-9956_en.htm", FERRIES, (2015, 5, 13), COMMISSION,
         3, "IP/15/9956", gone=("13 May", "EXAMPLE", "Europe Direct", "IP/15", "##")),
    Page("legacy-pres_08_123.html", f"{CORNER}/en/pres_08_123", "Ports in the Union", (2008, 3, 10), COUNCIL, 3,
         "PRES/08/123", gone=("Brussels",)),
    Page("saved-by-chrome.mhtml", None, "Clean ferries: Council adopts rules", (2026, 10, 6), COUNCIL, 3,
         gone=("= ", "=E2", "6 October"),
         kept_url="https://www.consilium.europa.eu/en/press/press-releases/2026/10/06/clean-ferries-council-adopts-rules/"),
    Page("saved-from-url.html", None, "Commission proposes a plan for clean ferries", (2026, 1, 20), COMMISSION, 3,
         "IP/26/9301", gone=("min read", "Brussels", "Press release"), kept_url=f"{CORNER}/en/ip_26_9301"),
    Page("plain-markdown.md", "https://commission.europa.eu/news/x_en", FERRIES, (2026, 9, 11), COMMISSION, 7,
         gone=("**", "](", "\\", "===", "11 September", "PRESS RELEASE")),
    Page("council-press.pdf", None, "Clean ferries: Council adopts rules for ports and operators", (2026, 10, 6),
         COUNCIL, 19, "762/26", gone=("Press office", "Rue de la Loi", "consilium", "762/26", "EN\n", "06/10")),
    Page("cjeu-cp.pdf", "https://curia.europa.eu/jcms/upload/docs/application/pdf/2026-04/cp260059en.pdf",
         "A Member State may not exempt ferries from the duty to use shore power", (2026, 4, 21),
         "Court of Justice of the European Union", 4, "59/26",
         gone=("NOTE", "Unofficial", "Press contact", "Directorate", "curia", "delivery")),
]  # fmt: skip


def drafted(path: Path, url: str | None) -> Draft:
    return clean(path.read_bytes(), path.name, url, handed_over=True)


def body(draft: Draft) -> list[str]:
    return [line.removeprefix("## ").removeprefix("- ") for line in draft.text.split("\n") if line]


def words_of(element: "_Element") -> str:
    return " ".join("".join(map(str, element.itertext())).split())


def shown(path: Path) -> str:
    """Return the words that a reader sees on a page, on one line."""
    return words_of(lxml_html.fromstring(path.read_bytes().decode()))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_made_page_gives_what_its_table_says(page: Page) -> None:
    draft = drafted(MADE / page.name, page.url)
    assert (draft.title, draft.date, draft.issuer, draft.language, draft.reference, draft.url) == (
        page.title, datetime.date(*page.date), page.issuer, "en", page.reference, page.kept_url or page.url
    )  # fmt: skip
    lines = body(draft)
    assert len(lines) == page.lines
    assert len(set(lines)) == len(lines)
    for gone in page.gone:
        assert gone not in draft.text
    if page.name.endswith(".html"):
        assert all(line in shown(MADE / page.name) for line in lines)
    assert draft.claims == {}
    doubts = doubts_about((MADE / page.name).read_bytes(), page.name, page.url, handed_over=True)
    assert {doubt.kind for doubt in doubts} <= {DoubtKind.TOO_SHORT}


@pytest.mark.parametrize("path", sorted((MADE / "lang").glob("*.html")), ids=lambda path: path.stem)
def test_page_of_each_language_keeps_its_three_paragraphs_only(path: Path) -> None:
    kind, language = path.stem.split("-")
    number = {"dateline": "6635", "tail": "9635"}[kind]
    draft = drafted(path, f"{CORNER}/{language}/ip_18_{number}")
    assert (draft.date, draft.issuer, draft.language, draft.reference) == (
        datetime.date(2018, 12, 6), COMMISSION, language, f"IP/18/{number}"
    )  # fmt: skip
    paragraphs = lxml_html.fromstring(path.read_bytes().decode()).findall(".//p")
    assert body(draft) == [words_of(paragraph) for paragraph in paragraphs[1:4]]


def test_headings_and_lists_of_markdown_and_pdfs_are_such() -> None:
    markdown = drafted(MADE / "plain-markdown.md", None).text
    assert "\n\n## What changes for ports\n\n" in markdown
    assert ":\n- by 2028 in the core network;\n- by 2030 everywhere else." in markdown
    assert "1. The first step is a map" in markdown
    council = drafted(MADE / "council-press.pdf", None).text
    assert [line for line in council.split("\n") if line.startswith("##")] == [
        "## Shore power in ports",
        *(f"## Step {step} of the procedure" for step in (1, 2, 3)),
        "## Next steps",
    ]


def test_listing_with_teasers_is_a_list_of_pages() -> None:
    page = MADE / "listing-with-teasers.html"
    doubts = doubts_about(page.read_bytes(), page.name, "https://commission.europa.eu/news-and-media/news_en")
    assert [(doubt.kind, doubt.count) for doubt in doubts] == [(DoubtKind.LIST_OF_PAGES, 10)]


@pytest.mark.parametrize("type_and_issuer", [
    ("PRES", COUNCIL), ("PESC", COUNCIL), ("STAT", "Eurostat"), ("CJE", "Court of Justice of the European Union"),
    ("BEI", "European Investment Bank"), ("CES", "European Economic and Social Committee"),
    ("COR", "European Committee of the Regions"), ("ECA", "European Court of Auditors"),
    ("EDPS", "European Data Protection Supervisor"), ("EO", "European Ombudsman"),
    ("OLAF", "European Anti-Fraud Office"), ("IP", COMMISSION), ("MEMO", COMMISSION),
])  # fmt: skip
def test_type_of_a_document_names_its_issuer(type_and_issuer: tuple[str, str]) -> None:
    kind, issuer = type_and_issuer
    page = MADE / "legacy-pres_08_123.html"
    for url in (f"{CORNER}/en/{kind.lower()}_08_123", f"https://europa.eu/rapid/press-release_{kind}-08-123_en.htm"):
        draft = drafted(page, url)
        assert (draft.issuer, draft.reference) == (issuer, f"{kind}/08/123")


FEEDS: list[tuple[str, str, Sequence[tuple[str, tuple[int, int, int]]]]] = [
    ("feed-acer.xml", "https://www.acer.europa.eu/rss.xml", [
        ("https://www.acer.example.europa.eu/news/agency-publishes-yearly-look-grids", (2026, 9, 7))]),
    ("feed-midnight.xml", "https://ec.europa.eu/rss", [
        ("https://www.europarl.europa.eu/thinktank/en/document/EPRS_BRI(2026)999999", (2026, 9, 14)),
        (f"{CORNER}/en/ip_26_9769", (2026, 9, 3))]),
    ("feed-council.xml", "https://www.consilium.europa.eu/rss", [
        ("https://www.consilium.europa.eu/en/press/press-releases/2026/09/15/council-adopts-something/", (2026, 9, 15)),
        ("https://www.consilium.europa.eu/en/press/press-releases/2026/09/14/council-adopts-another/", (2026, 9, 14))]),
    ("feed-frontex.xml", "https://www.frontex.europa.eu/rss", [
        ("https://www.frontex.europa.eu/media-centre/news/news-release/agency-supports-guards-AbCdEf", (2025, 9, 19))]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "url", "entries"), FEEDS, ids=[name for name, _, _ in FEEDS])
def test_feed_announces_addresses_with_dates_in_brussels(
    name: str, url: str, entries: Sequence[tuple[str, tuple[int, int, int]]]
) -> None:
    feed = read_feed((MADE / name).read_bytes(), url)
    assert [(entry.url, entry.date) for entry in feed.entries] == [
        (address, datetime.date(*day)) for address, day in entries
    ]
