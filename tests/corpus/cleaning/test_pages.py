"""Measured on gold pages: no sentence of the body lost, none altered, no boilerplate line kept.

The pages in fixtures are made up, with the markup of the sites they are named after; what should come out was checked
by hand. The European Parliament's are real, and read from beside this checkout.
"""

import datetime
from pathlib import Path
from typing import cast

import pytest
from lxml import html as lxml_html

from corpus.front_matter import parse_front_matter
from corpus.models import Draft
from tests.conftest import FIXTURES, SHARED
from tests.corpus.cleaning.reading import clean, doubts_about

PAGES = sorted((FIXTURES / "pages").glob("*.html"))
REAL = {  # paragraphs, headings and items of the body, and the date; counted by hand
    "europarl-20190712IPR56948": (8, 3, 3, datetime.date(2019, 7, 18)),
    "europarl-20201217IPR94207": (4, 2, 3, datetime.date(2020, 12, 18)),
    "europarl-20221014IPR43206": (13, 5, 3, datetime.date(2022, 10, 19)),
    "europarl-20241212IPR25960": (11, 4, 3, datetime.date(2024, 12, 17)),
    "europarl-20250204IPR26689": (6, 2, 3, datetime.date(2025, 2, 13)),
}
needs_real = pytest.mark.skipif(not SHARED.is_dir(), reason="the real pages are not beside this checkout")


def gold(page: Path) -> Draft:
    draft = parse_front_matter(page.with_suffix(".md").read_text("utf-8"), page.name)
    assert draft is not None
    return draft


def cleaned(page: Path, address: str | None = None) -> Draft:
    return clean(page.read_bytes(), page.name, address)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_text_of_a_gold_page_is_its_body_and_nothing_else(page: Path) -> None:
    assert cleaned(page).text == gold(page).text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_gold_page_states_what_it_is(page: Path) -> None:
    draft, wanted = cleaned(page), gold(page)
    for field in ("title", "issuer", "date", "language", "reference", "url"):
        assert getattr(draft, field) == getattr(wanted, field), field
        assert (field in draft.found_in) == (getattr(draft, field) is not None), field
    assert doubts_about(page.read_bytes(), page.name) == ()


@needs_real
@pytest.mark.parametrize("name", REAL)
def test_european_parliament_page_keeps_every_paragraph_and_no_other_line(name: str) -> None:
    page = SHARED / "pages" / f"{name}.html"
    draft = cleaned(page)
    lines = [line for line in draft.text.split("\n") if line]
    paragraphs, headings, items, day = REAL[name]
    assert sum(line.startswith("## ") for line in lines) == headings
    assert sum(line.startswith("- ") for line in lines) == items
    assert len(lines) == paragraphs + headings + items
    assert [line.removeprefix("## ").removeprefix("- ") for line in lines] == body_of(page)
    assert (draft.date, draft.issuer, draft.language) == (day, "European Parliament", "en")
    assert draft.reference == name.removeprefix("europarl-")
    assert draft.found_in["reference"] == "address"
    assert draft.found_in["date"] == "meta available"
    assert doubts_about(page.read_bytes(), page.name) == ()


def body_of(page: Path) -> list[str]:
    """Read the body by the classes of the Parliament's pages, which the cleaner knows nothing of."""
    tree = lxml_html.fromstring(page.read_bytes().decode())
    inside = "//*[contains(@class,'ep-a_facts')]//li | //*[contains(@class,'ep-a_text')]//*[self::p or self::li]"
    parts = cast("list[lxml_html.HtmlElement]", tree.xpath(inside))
    return [text for part in parts if (text := " ".join(part.text_content().split()))]


def test_address_names_issuer_reference_and_date_where_the_page_does_not() -> None:
    page = b"""<html><head><title>Press corner</title></head><body><main><h1>Buses get one plug</h1>
    <p>The plug will be the same in all member states from next year on, as the Commission proposed.</p>
    <p>Cities had asked for it, and so had the makers of buses in several of the member states.</p></main>"""
    draft = clean(page, "x", "https://ec.europa.eu/commission/presscorner/detail/en/ip_20_4711")
    assert (draft.issuer, draft.reference) == ("European Commission", "IP/20/4711")
    assert {draft.found_in[field] for field in ("issuer", "reference", "url")} == {"address"}
    assert draft.found_in["language"] == "detected"
    draft = clean(page, "x", "https://www.consilium.europa.eu/en/press/press-releases/2019/03/14/buses/")
    assert (draft.issuer, draft.date) == ("Council of the European Union", datetime.date(2019, 3, 14))
    assert draft.found_in["date"] == "address"


def test_site_that_is_called_like_no_single_body_is_no_issuer() -> None:
    for name in ("Council", "Commission", "The Harbour Times", "Europo1"):
        page = f'<html><head><meta property="og:site_name" content="{name}"></head><body><h1>A title</h1><p>A line.</p>'
        assert clean(page.encode(), "x", "https://[::1").issuer is None


def test_common_site_of_the_councils_says_which_of_them_it_is() -> None:
    page = (FIXTURES / "pages" / "consilium.html").read_bytes()
    page = page.replace(b"<li>Council of the EU</li><li>Press release", b"<li>European Council</li><li>Press release")
    assert clean(page, "x").issuer == "European Council"


@pytest.mark.parametrize(
    ("address", "issuer"),
    [
        ("https://www.europarl.europa.eu/news/en/press-room/x", "European Parliament"),
        ("https://www.ecb.europa.eu/press/pr/x", "European Central Bank"),
        ("https://defence-industry-space.ec.europa.eu/x_en", "European Commission"),
        ("https://anti-fraud.ec.europa.eu/media-corner/x_en", "European Anti-Fraud Office"),
        ("https://consilium.europa.eu.example/x", None),
        ("https://notconsilium.europa.eu/x", None),
        ("https://example.org/", None),
        ("https://[::1", None),
    ],
)
def test_host_names_the_issuer(address: str, issuer: str | None) -> None:
    assert clean(b"A title\n\nA paragraph that ends in a full stop.", "x.txt", address).issuer == issuer


def test_canonical_address_of_another_site_or_of_a_front_page_is_not_believed() -> None:
    page = (
        b"""<html lang=en><head><link rel=canonical href="%s"></head><body><h1>A title</h1><p>A sentence.</p></body>"""
    )
    here = "https://www.europol.europa.eu/news/a"
    for there in (b"https://www.consilium.example/a", b"https://www.europol.europa.eu/", b"javascript:alert(1)"):
        assert clean(page % there, "x", here).url == here
    assert clean(page % b"/news/b", "x", here).url == "https://www.europol.europa.eu/news/b"
