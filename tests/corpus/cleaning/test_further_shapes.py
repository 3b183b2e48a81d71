"""Further shapes of a page that somebody made up to break the reading: each gives the three paragraphs and the date."""

import datetime

import pytest

from corpus.cleaning.quality import DoubtKind
from tests.corpus.cleaning.reading import clean, doubts_about

BODY = [
    "The agency today published what it found in the ports of the Union, and what it wants to be done about them soon.",
    "It looked at forty ports in twelve Member States, and found that nine of them had spent the money as they should.",
    "Whoever runs a port has two years to comply with all of this, and three years where there is no grid yet.",
]
DAY = datetime.date(2026, 1, 20)
ADDRESS = "https://transport.ec.europa.eu/news/ports_en"
H1, DATE = "<h1>A look at ports</h1>", "<p>Brussels, 20 January 2026</p>"
FIRST, *REST = (f"<p>{line}</p>" for line in BODY)
PROSE = FIRST + "".join(REST)
SECOND, THIRD = REST
OPENS = "<h3><button aria-controls='next'><span>Next steps</span></button></h3>"
SHAPES = {
    "date in spans": H1
    + "<p><span>Brussels</span>, <span>20</span> <span>January</span> <span>2026</span></p>"
    + PROSE,
    "date in a list of definitions": H1 + "<dl><dt>Date</dt><dd>20 January 2026</dd></dl>" + PROSE,
    "date in a table": H1 + "<table><tr><th>Date</th><td>20 January 2026</td></tr></table>" + PROSE,
    "date with spaces of all kinds": H1 + "<p>Brussels,\u200b 20\u00a0January\u202f2026</p>" + PROSE,
    "date below the text": H1 + PROSE + "<p>Publication date: 20 January 2026</p>",
    "date in details below the text": H1
    + PROSE
    + "<h2>Details</h2><dl><dt>Publication date</dt><dd>20 January 2026</dd><dt>Author</dt><dd>A unit</dd></dl>",
    "date of an update beside it": H1 + "<p>Published 20 January 2026 | Last updated 25 January 2026</p>" + PROSE,
    "attribute that disagrees": H1 + "<p><time datetime='2026-02-02T00:00'>20 January 2026</time></p>" + PROSE,
    "text in one part with line breaks": H1 + f"<div>Brussels, 20 January 2026<br><br>{'<br><br>'.join(BODY)}</div>",
    "text in divs": H1 + "<div>20 January 2026</div>" + "".join(f"<div>{line}</div>" for line in BODY),
    "text in a cell": f"<table width=100%><tr><td>{H1}{DATE}{PROSE}</td></tr></table>",
    "title in a header": f"<article><header>{H1}{DATE}</header>{PROSE}</article>",
    "name of the site as another title": f"<h1>News</h1>{H1}{DATE}{PROSE}",
    "text twice, for wide and narrow": f"{H1}{DATE}<div class=wide>{PROSE}</div><div class=narrow>{PROSE}</div>",
    "values as items, with a service": f"{H1}<ul><li>News article</li><li>20 January 2026</li>"
    f"<li>Directorate-General for Mobility and Transport</li><li>3 min read</li></ul>{PROSE}",
    "values between bars, with a service": f"{H1}<p>News | 20 January 2026 | Directorate-General for Climate Action"
    f" and Mobility of the Union | 2 min read</p>{PROSE}",
    "buttons on a line": f"{H1}{DATE}<p>Print this page | Download PDF | Share</p>{PROSE}",
    "teasers below": f"{H1}{DATE}{PROSE}<h2>Related news</h2><ul><li><a href=/a>Rules on trains</a></li></ul>",
    "label of contacts in no table": f"{H1}{DATE}{PROSE}<p>Who answers the press</p><p>Ada, +32 2 299 00 00</p>",
    "hidden menu with an opener": f"{H1}{DATE}{PROSE}<button aria-controls=all>All</button>"
    "<div hidden id=all><p><a href=/bg>Bulgarian</a></p></div>",
    "hidden dialog": f"{H1}{DATE}{FIRST}<div role=dialog hidden>"
    f"<p>{'Please tell us what you think about this page. ' * 3}</p></div>{SECOND}{THIRD}",
    "event announced above": f"<div>Next event: 3 March 2026, Athens</div>{H1}{DATE}{PROSE}",
}
HEADED = {
    "accordion": f"{H1}{DATE}{FIRST}{OPENS}<div hidden role=region>{SECOND}</div>{THIRD}",
    "accordion by its opener": f"{H1}{DATE}{FIRST}{OPENS}<div hidden id=next>{SECOND}</div>{THIRD}",
    "details": f"{H1}{DATE}{FIRST}<details><summary>Next steps</summary>{SECOND}</details>{THIRD}",
}


def page(main: str) -> bytes:
    top = "<html lang=en><head><meta charset=utf-8><title>A look at ports - European Commission</title></head>"
    return f"<!doctype html>{top}<body><nav><a href=/>Home</a></nav><main>{main}</main></body></html>".encode()


@pytest.mark.parametrize("shape", [*SHAPES, *HEADED])
def test_page_gives_its_paragraphs_and_its_date(shape: str) -> None:
    draft = clean(page(SHAPES.get(shape) or HEADED[shape]), "x.html", ADDRESS)
    headed = [BODY[0], "## Next steps", *BODY[1:]]
    assert draft.text.split("\n\n") == (BODY if shape in SHAPES else headed)
    assert (draft.title, draft.date, draft.issuer) == ("A look at ports", DAY, "European Commission")
    assert draft.claims == {}


TITLES = ("Trains run on", "Buses run late", "Ports are closed", "Quays are dry", "Ferries are new", "Boats are old")
TEASERS = [
    f"The agency said in its report number {number} that all is well there, as it was before." for number in range(6)
]


@pytest.mark.parametrize(
    "teaser",
    [
        "<article><h3><a href=/{number}>{title}</a></h3><p>20 January 2026</p><p>{teaser}</p></article>",
        "<div><h2>{title}</h2><p>{teaser}</p><p><a href=/{number}>Read more</a></p></div>",
    ],
)
def test_teasers_with_short_titles_are_a_list_of_pages(teaser: str) -> None:
    shown = [
        teaser.format(number=number, title=title, teaser=text)
        for number, (title, text) in enumerate(zip(TITLES, TEASERS, strict=True))
    ]
    listing = page(f"<h1>News</h1>{''.join(shown)}")
    doubts = doubts_about(listing, "x.html", ADDRESS)
    assert DoubtKind.LIST_OF_PAGES in [doubt.kind for doubt in doubts]


def test_headings_that_link_to_themselves_are_no_list_of_pages() -> None:
    parts = [
        f"<section id={number}><h2><a href=#{number}>{title}</a></h2><p>{text}</p></section>"
        for number, (title, text) in enumerate(zip(TITLES, TEASERS, strict=True))
    ]
    release = page(f"{H1}{DATE}{''.join(parts)}")
    assert doubts_about(release, "x.html", ADDRESS) == ()
