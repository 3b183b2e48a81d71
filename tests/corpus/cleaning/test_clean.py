"""Pages and files become texts: words kept, boilerplate out, layout found."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.models import Release
from tests.conftest import FIXTURES, SHARED
from tests.corpus.cleaning.reading import clean


def test_repost_in_guillemets_becomes_the_shipped_release(shipped: Release) -> None:
    draft = clean((FIXTURES / "repost-in-guillemets.txt").read_bytes(), "repost-in-guillemets.txt")
    assert draft.text == shipped.text
    assert draft.title == shipped.title
    assert draft.date == shipped.date


def test_shipped_release_has_the_layout_of_the_page(shipped: Release) -> None:
    lines = shipped.text.split("\n")
    assert [line for line in lines if line.startswith("## ")] == [
        "## Enhancing information flows",
        "## Strengthening operational tools",
        "## Disrupting online communications",
        "## External action",
    ]
    place = lines.index("- enhanced inter-agency approach both at EU and national level,")
    assert lines[place - 1].endswith("The concrete actions draw on:")
    assert [line[:2] for line in lines[place : place + 3]] == ["- ", "- ", "- "]
    speaker = lines.index("Herbert Kickl, Minister of the Interior of Austria")
    assert lines[speaker - 1].endswith("smugglers have no space to act.")
    for gone in ("«", "»", "Press Release, 6", "Visit the meeting page", "commentaire", shipped.title):
        assert gone not in shipped.text


def test_shipped_release_states_where_it_comes_from(shipped: Release) -> None:
    assert shipped.release_id == "2018-12-06-council-migrant-smuggling"
    assert shipped.issuer == "Council of the European Union"
    assert shipped.url is not None
    assert shipped.url.startswith("https://www.consilium.europa.eu/en/press/press-releases/2018/12/06/")
    assert shipped.retrieved_from is not None
    assert shipped.note == "The url follows the Council's address pattern and was not opened."


def test_inner_guillemets_stay() -> None:
    draft = clean("A title\n\nThe minister said « we act » and left.\n\nThe rest « stays ».".encode(), "x.txt")
    assert draft.text == "The minister said « we act » and left.\n\nThe rest « stays »."


def test_lines_of_a_typewriter_are_joined() -> None:
    text = (
        "A title\n\nThe Council adopted today a set of measures that\nwill help the member states to fight the\n"
        "smuggling of migrants in the whole of the\nUnion and beyond its borders.\n"
    )
    assert clean(text.encode(), "x.txt").text == (
        "The Council adopted today a set of measures that will help the member states to fight the "
        "smuggling of migrants in the whole of the Union and beyond its borders."
    )


def test_markdown_keeps_its_headings_and_lists() -> None:
    draft = clean(b"# The title\n\n### First\n\nIt draws on:\n\n* one\n* two\n\nThe end.", "x.md")
    assert draft.title == "The title"
    assert draft.text == "## First\n\nIt draws on:\n- one\n- two\n\nThe end."


def test_html_bold_paragraph_is_a_heading_and_contacts_go() -> None:
    page = """<!doctype html><html lang="en"><head><title>Fish quotas | News</title></head><body>
    <nav><a href="/a">Home</a> <a href="/b">News</a></nav><main><article><h1>Fish quotas agreed</h1>
    <p>Ministers agreed on the <a href="/q">catch <b>limits</b></a> for 2025 after two days of talks in Brussels.</p>
    <p><b>Next steps</b></p><p>The limits apply from 1 January, and will be reviewed in the summer by scientists.</p>
    <ul><li>Cod is down by 10 %</li><li>Herring stays the same</li></ul>
    <h2>Contacts:</h2><ul><li>Jane Doe, Press Officer</li></ul></article></main>
    <footer>Cookies and legal notice</footer></body></html>"""
    draft = clean(page.encode(), "x.html")
    assert draft.title == "Fish quotas agreed"
    assert draft.language == "en"
    assert draft.text == (
        "Ministers agreed on the catch limits for 2025 after two days of talks in Brussels.\n\n## Next steps\n\n"
        "The limits apply from 1 January, and will be reviewed in the summer by scientists.\n\n"
        "- Cod is down by 10 %\n- Herring stays the same"
    )


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real pages are not beside this checkout")
def test_european_parliament_page_keeps_every_paragraph() -> None:
    draft = clean((SHARED / "pages" / "europarl-20190712IPR56948.html").read_bytes(), "europarl.html")
    assert draft.title == "Venezuela: European Parliament calls for additional sanctions"
    assert draft.date == datetime.date(2019, 7, 18)
    assert draft.url is not None
    assert draft.text.startswith(
        "- Full support “for legitimate interim president Juan Guaidó”\n- Nicolás Maduro should"
    )
    assert "\n\n## Additional sanctions\n\nMEPs call on the Council" in draft.text
    assert draft.text.endswith("ask the Commission to continue cooperating with these countries.")


@given(
    st.lists(st.sampled_from("one two, 3 four. Five six! (seven) e.g. Art. 8 «nine»".split()), min_size=1, max_size=60)
)
def test_no_word_of_a_text_is_lost_added_or_moved(words: list[str]) -> None:
    draft = clean(("A title of it\n\n" + " ".join(words) + " and the end.").encode(), "x.txt")
    assert draft.text.split() == [*words, "and", "the", "end."]


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Brussels, 6 December 2018 – The Council adopted measures.", (2018, 12, 6)),
        ("06/12/2018: The Council adopted measures.", (2018, 12, 6)),
        ("Press release | 733/18 | 06/12/2018 | 10:20", (2018, 12, 6)),
        ("Published on 6 December 2018", (2018, 12, 6)),
        ("Since 6 December 2018 the Council has adopted measures.", None),
        ("The plan of 6 December 2018 - The Council adopted it.", None),
    ],
)
def test_date_above_or_at_the_head_of_a_text_is_its_date(line: str, day: tuple[int, int, int] | None) -> None:
    draft = clean(f"A title of a release\n\n{line}\n\nThe rest of it is short.".encode(), "x.txt")
    assert draft.date == (datetime.date(*day) if day else None)
    assert draft.found_in.get("date") == ("text" if day else None)


@pytest.mark.parametrize(
    ("line", "issuer"),
    [
        ("European Commission - Press release", "European Commission"),
        ("Council of the EU | Press release | 14 March 2019 | 214/19", "Council of the European Union"),
        ("Press release", None),
    ],
)
def test_issuer_is_named_above_the_text(line: str, issuer: str | None) -> None:
    draft = clean(f"{line}\n\nA title of a release\n\nThe European Parliament adopted it today.".encode(), "x.txt")
    assert (draft.title, draft.issuer) == ("A title of a release", issuer)
    assert draft.text == "The European Parliament adopted it today."


def test_reference_stands_above_the_text_and_not_in_it() -> None:
    page = "A title of a release\n\n{}\n\nThe rest of it, as IP/19/1234 said and 100/20 people heard, is short."
    assert clean(page.format("Press release 733/18").encode(), "x.txt").reference == "733/18"
    assert clean(page.format("Brussels, 4 December 2018 IP/18/6635").encode(), "x.txt").reference == "IP/18/6635"
    assert clean(page.format("It was adopted.").encode(), "x.txt").reference is None


def test_section_called_more_information_stays_where_there_is_prose_in_it() -> None:
    prose = (
        "The regulation was adopted by the Council in the presence of the ministers of all the member states of the EU."
    )
    kept = clean(
        f"# T\n\n{prose}\n\n## More information\n\n{prose[::-1]}.\n\n## Contacts\n\nAnn Other".encode(), "x.md"
    )
    assert kept.text == f"{prose}\n\n## More information\n\n{prose[::-1]}."
    assert clean(f"# T\n\n{prose}\n\n## More information\n\nFactsheet\n\nVideo".encode(), "x.md").text == prose


def test_date_of_a_text_is_read_in_its_language() -> None:
    text = "Les petits ports\n\nBruxelles, le 6 décembre 2018\n\nLe Conseil a adopté aujourd’hui une série de mesures."
    draft = clean(text.encode(), "x.txt")
    assert (draft.date, draft.language) == (datetime.date(2018, 12, 6), "fr")
