"""What sites show around a text without saying what it is: teasers, labels over links, boxes, rows of buttons."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.cleaning.clean import _read
from corpus.models import Draft
from tests.corpus.cleaning.bodies import BODIES

ADDRESS = "https://www.emsa.europa.eu/newsroom/x.html"
DAY = datetime.date(2025, 3, 14)
EN = BODIES["en"]
ROW = (
    '<div class="meta"><span class="kind">Press release</span><span class="day">{}</span><span>3 min read</span></div>'
)


def read(page: bytes, address: str = ADDRESS) -> Draft:
    return _read(page, "x.html", address, False).draft


def lines(draft: Draft) -> list[str]:
    return [line.removeprefix("## ").removeprefix("- ") for line in draft.text.split("\n") if line]


@pytest.mark.parametrize("language", BODIES)
def test_teasers_of_other_pages_leave_in_every_language_with_their_dates(language: str) -> None:
    body, other = BODIES[language], BODIES["fr" if language == "en" else "en"]
    card = "<div><h3><a href=/{0}>{1}</a></h3><p>{2}</p><span>1{0}.3.2025</span></div>"
    cards = "".join(card.format(number, other.title, body.lines[number]) for number in (1, 2))
    draft = read(body.page("<p>2025-03-14</p>", f"<section><h2>{other.title} - {body.title}</h2>{cards}</section>"))
    assert (lines(draft), draft.date, draft.claims) == ([*body.lines], DAY, {})


def test_release_that_tells_of_others_under_their_titles_keeps_them() -> None:
    told = ["".join(f"<p>In port {number}: {line}</p>" for line in EN.lines) for number in (1, 2)]
    parts = "".join(f"<h3><a href=/{number}>A plan for a port</a></h3>{each}" for number, each in enumerate(told))
    assert len(lines(read(EN.page(below=parts)))) == 11


@pytest.mark.parametrize("below", [
    "<div>Crime areas</div><div><a href=/c>Ports</a></div><div>Document type</div><div>Press Release</div>",
    "<p>Topics: <a href=/t>Ports</a> <a href=/u>Ships</a></p>", "<p>Keywords: ports, ships</p>",
    "<h2>Documents</h2><ul><li><a href=/a.pdf>Report on ports</a> (1.35 MB - PDF) Last update 14 March 2025</li></ul>",
    "<h3>Attachments</h3><ul><li><a href=/a.pdf>Report on ports.pdf</a> 1,2 Mo</li></ul>",
    "<div class=ecl-file><div>Report on ports</div><div>English</div><div>(1.2 MB - PDF)</div><a href=/a>Get</a></div>",
    "<div><span>Previous news</span><a href=/p>Some other old title of a page</a></div>",
    "<p>Diesen Text teilen</p><p>Facebook Twitter LinkedIn</p>", "<p>— EINDE —</p>", "<p>– ENDS –</p><p>###</p>",
    "<p><b>Someone to ask</b></p><p>Ada Example</p><p>Head of Unit</p><p>Mobile: +351 21 000</p><p><a>a@b.eu</a></p>",
    "<p>Was this page helpful?</p><p><a href=/a>Read also: A wall against the sea in nine towns</a></p>",
])  # fmt: skip
def test_labels_and_links_below_a_text_leave(below: str) -> None:
    assert lines(read(EN.page("<p>14 March 2025</p>", below))) == [*EN.lines]


@pytest.mark.parametrize("above", [
    ROW.format("14 March 2025"), ROW.format("Published 14 Mar 2025") + "<div>Last modified 20 Mar 2025</div>",
    "<div><div>14</div><div>March</div><div>2025</div></div>",
    "<div><span class=d>14</span><span class=m>Mar</span><span class=y>2025</span></div>",
    '<div><a href=/>Posted on <time class="entry-date published">March 14, 2025</time><time class="updated">April 2, '
    "2025</time></a> by comms</div>",
    "<table><tr><th>Date</th><td>14 March 2025</td></tr><tr><th>Type</th><td>Press release</td></tr></table>",
    "<p>Strictly embargoed until 14 March 2025 at 11.00 a.m.</p>",
    "<p>14 March 2025</p><ul><li>Facebook</li><li>X</li><li>LinkedIn</li><li>Email</li></ul>",
])  # fmt: skip
def test_labels_beside_a_title_give_the_date_and_leave(above: str) -> None:
    draft = read(EN.page(above))
    assert (draft.date, draft.claims, lines(draft)) == (DAY, {}, [*EN.lines])


@pytest.mark.parametrize(("begin", "kept"), [
    ("<p>{0}</p><p>Lisbon, 14 March 2025 – {1}</p>", "Lisbon, 14 March 2025 – {1}"),
    ("<p>Lisbon | 14 March 2025 | {0}</p><p>{1}</p>", "Lisbon | 14 March 2025 | {0}"),
])  # fmt: skip
def test_dateline_may_follow_a_lead_and_have_bars(begin: str, kept: str) -> None:
    draft = read(EN.page(main=f"<h1>{EN.title}</h1>{begin.format(*EN.lines)}<p>{EN.lines[2]}</p>"))
    assert draft.date == DAY
    assert kept.format(*EN.lines) in lines(draft)


def test_date_alone_in_a_second_paragraph_is_one_of_a_chronicle() -> None:
    assert (
        read(EN.page(main=f"<h1>{EN.title}</h1><p>{EN.lines[0]}</p><p>14 March 2025 – {EN.lines[1]}</p>")).date is None
    )


def test_eight_digits_in_an_address_date_a_page_that_has_no_other_date() -> None:
    address = "https://www.emsa.europa.eu/newsroom/20250314-ports"
    assert read(EN.page(), address).date == DAY
    dated = read(EN.page("<p>20 March 2025</p>"), address)
    assert (dated.date, dated.claims) == (datetime.date(2025, 3, 20), {})


def test_logo_that_is_a_heading_is_not_the_title() -> None:
    main = f"<h1>EMSA</h1><h1>All news</h1><h2>{EN.title}</h2><p>14 March 2025</p>{EN.paragraphs}"
    page = EN.page(main=main).replace(b"| A site", b"- All news - EMSA")
    draft = read(page)
    assert (draft.title, draft.date, lines(draft)) == (EN.title, DAY, [*EN.lines])


def test_short_answer_of_an_accordion_and_the_speaker_of_a_quotation_stay_on_their_own_lines() -> None:
    answer = (
        "<h3><button aria-controls=a1>Who may apply?</button></h3><div id=a1 hidden><p>Each port may apply.</p></div>"
    )
    quote = "<blockquote>“Nobody waits any longer.”<cite>Ada Example, Director</cite></blockquote>"
    assert lines(read(EN.page(below=quote + answer))) == [
        *EN.lines, "“Nobody waits any longer.”", "Ada Example, Director", "Who may apply?", "Each port may apply."
    ]  # fmt: skip


def test_paragraph_that_ends_with_whom_to_ask_is_no_contact() -> None:
    item = "The Union pays for nine ports from now on. (For more information: Ada Example – Tel.: +32 2 299 00 00)"
    assert lines(read(EN.page(below=f"<p><b>Another item</b></p><p>{item}</p>"))) == [*EN.lines, "Another item", item]


def test_list_of_networks_that_a_sentence_announces_is_of_the_text() -> None:
    named = ["Facebook", "LinkedIn", "Pinterest", "X"]
    below = "<p>The rules apply to these networks:</p><ul>" + "".join(f"<li>{name}</li>" for name in named) + "</ul>"
    assert lines(read(EN.page(below=below)))[-5:] == ["The rules apply to these networks:", *named]


@pytest.mark.parametrize(("below", "kept"), [
    ("<table><tr><td>North</td><td>Yes</td></tr></table><p>Ada Example, +32 2 299 00 00</p>", ["North Yes"]),
    ("<p>“It waits.”</p><p>Ada Example, Director</p><p>a@b.eu</p>", ["“It waits.”", "Ada Example, Director"]),
    ("<p>They name:</p><ul><li>AliExpress</li><li>Facebook</li><li>LinkedIn</li><li>X</li></ul>",
     ["They name:", "AliExpress", "Facebook", "LinkedIn", "X"]),
    ("<ul><li><a href=/a>North of a Member State</a>, nine ports</li></ul>", ["North of a Member State, nine ports"]),
    ("<p>The jury:</p><p>Ada Example</p><p>Bob Example</p><p>a@b.eu</p>", ["The jury:", "Ada Example", "Bob Example"]),
    ("<h2><a href=/r>The regulation</a></h2><p>It says what ports have to do, and who pays for that in years.</p>"
     "<h2><a href=/d>The directive</a></h2><p>It says how high a quay has to be, and of what it may be built.</p>",
     ["The regulation", "It says what ports have to do, and who pays for that in years.", "The directive",
      "It says how high a quay has to be, and of what it may be built."]),
    ("<p>It is about Facebook, LinkedIn and X.</p><ul><li>Facebook</li><li>LinkedIn</li><li>X</li></ul>",
     ["It is about Facebook, LinkedIn and X.", "Facebook", "LinkedIn", "X"]),
    ("<ol><li><a href=#r>1</a> Regulation 2024/1 of 2 March 2024.</li><li><a href=#s>2</a> It is new.</li></ol>",
     ["1 Regulation 2024/1 of 2 March 2024.", "2 It is new."]),
    ("<blockquote>The report <cite>Ports</cite> names forty.</blockquote>", ["The report Ports names forty."]),
    ("<div><span class=n>40</span><span class=t>million euros for quays</span></div>", ["40 million euros for quays"]),
    ("<div><span class=a>A por</span><span class=b>t opens at nine</span></div>", ["A port opens at nine"]),
])  # fmt: skip
def test_what_only_looks_like_it_stays(below: str, kept: list[str]) -> None:
    assert lines(read(EN.page("<p>14 March 2025</p>", below))) == [*EN.lines, *kept]


def test_heading_over_news_is_one_of_the_text_where_prose_follows() -> None:
    first, second, third = (f"<p>{line}</p>" for line in EN.lines)
    caption = "<div class=text-caption><p>The director thanked all of them.</p></div>"
    draft = read(EN.page(main=f"<h1>{EN.title}</h1>{first}{caption}{second}<h2>More news</h2>{third}"))
    assert lines(draft) == [EN.lines[0], "The director thanked all of them.", EN.lines[1], "More news", EN.lines[2]]


def test_dated_links_inside_a_text_are_of_it() -> None:
    first, second, third = (f"<p>{line}</p>" for line in EN.lines)
    told = [
        "3 March 2024",
        "The Commission proposes the plan for ports",
        "4 June 2024",
        "The Parliament votes on the plan",
    ]
    steps = "<p>{}</p><p><a href=/a>{}</a></p><p>{}</p><p><a href=/b>{}</a></p>".format(*told)
    draft = read(EN.page(main=f"<h1>{EN.title}</h1>{first}{second}<h2>Timeline</h2>{steps}{third}"))
    assert lines(draft) == [*EN.lines[:2], "Timeline", *told, EN.lines[2]]


def test_dateline_below_a_lead_contradicts_no_date_beside_the_title() -> None:
    main = f"<h1>{EN.title}</h1><p>14 March 2025</p><p>{EN.lines[0]}</p><p>Athens, 3 March 2024 – {EN.lines[1]}</p>"
    draft = read(EN.page(main=main))
    assert (draft.date, draft.claims) == (DAY, {})


@pytest.mark.parametrize(("main", "kept"), [
    ("<p><b>The rules</b><br>{0}</p><p><strong>Ports<br></strong>{1}</p><p>{2}</p>",
     ["## The rules", "{0}", "## Ports", "{1}", "{2}"]),
    ("<p><b>Who pays?</b><br>{0}</p><p>{1}</p>", ["Who pays?", "{0}", "{1}"]),
    ("<p><b>The rules</b> {0}</p><p>{1}<br><b>{2}</b></p>", ["The rules {0}", "{1} {2}"]),
    ("<p>{0}</p><p>It names:<br>• ports;<br>•&nbsp;ships.</p><p>{1}</p>",
     ["{0}", "It names:", "- ports;", "- ships.", "{1}"]),
    ("<h2>Inhalt</h2><ul><li><a href=#a>Rules</a></li><li><a href=#b>Ports</a></li></ul><h2>Rules</h2><p>{0}</p>",
     ["## Rules", "{0}"]),
    ("<p>Press contact: Ada Example, +351 21 000 00 00</p><p>{0}</p>", ["{0}"]),
])  # fmt: skip
def test_lines_that_a_page_breaks_are_lines_of_their_own(main: str, kept: list[str]) -> None:
    draft = read(EN.page(main=f"<h1>{EN.title}</h1><p>14 March 2025</p>{main.format(*EN.lines)}"))
    assert [line for line in draft.text.split("\n") if line] == [line.format(*EN.lines) for line in kept]


@pytest.mark.parametrize(("language", "written"), [
    ("pl", "Opublikowano 14 marca 2025 r."), ("el", "14 Μαρτίου 2025"), ("hu", "2025. március 14."),
    ("mt", "14 ta’ Marzu 2025"), ("hr", "14. ožujka 2025."), ("fr", "Publié le 14 mars 2025"),
])  # fmt: skip
def test_month_is_read_where_a_page_states_no_language(language: str, written: str) -> None:
    body = BODIES[language]
    first = f"<p>{written}<br>{body.lines[0]}</p><p>{body.lines[1]}</p><p>{body.lines[2]}</p>"
    for main in (f"<p>{written}</p>{body.paragraphs}", first):
        page = body.page(main=f"<h1>{body.title}</h1>{main}").replace(f"<html lang={language}>".encode(), b"<html>")
        draft = read(page)
        assert (draft.date, draft.language, lines(draft)) == (DAY, language, [*body.lines])


DATES = (
    "<p class=date>14.03.2025</p>", "<header><div>14.03.2025</div></header>", "<ul><li>14.03.2025</li></ul>",
    "<table><tr><td>14.03.2025</td></tr></table>", "<p><b>14.03.2025</b></p><ul><li><a href=#>Facebook</a></li>"
    "<li><a href=#>X</a></li></ul>", "<div><span class=k>EMSA</span><span class=d>14.03.2025</span></div>",
)  # fmt: skip
FURNITURE = (
    "<div class=tags><a href=/t>Tag</a></div>", "<p><a href=/r>PDF</a> (1.2 MB)</p>", "<p>press@emsa.europa.eu</p>",
    "<h3>Links</h3><ul><li><a href=/a>A report on the ports of the Union</a></li></ul>", "<p>Tel. +351 210 000 000</p>",
    "<div><h2>News</h2><h3><a href=/a>Some other story of the agency</a></h3><p>Short.</p><h3><a href=/b>Yet another "
    "story of the agency</a></h3><p>Short.</p></div>", "<p><a href=/x>&lt;&lt; Back</a></p>", "<p>© EMSA, 2025</p>",
)  # fmt: skip


@given(st.sampled_from(sorted(BODIES)), st.sampled_from(DATES), st.lists(st.sampled_from(FURNITURE), unique=True))
def test_parts_of_a_site_leave_in_any_order(language: str, day: str, furniture: list[str]) -> None:
    body = BODIES[language]
    draft = read(body.page(day, "".join(furniture)))
    assert (draft.date, draft.claims, lines(draft)) == (DAY, {}, [*body.lines])
