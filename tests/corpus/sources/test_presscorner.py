"""Answers of the press corner: no word of a text is lost, altered or doubled, whatever block holds it."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.press_corner import PressList, document_at, document_named, kept_address, server_at
from corpus.sources.presscorner import _read, _read_list, is_press_document
from tests.press_corner import document

WORDS = "ports quays ferries islands harbours cranes engines funds rules plans boats towns ships roads".split()
SENTENCE = st.lists(st.sampled_from(WORDS), min_size=9, max_size=30).map(lambda words: f"The {' '.join(words)} grow.")
SHAPES = (
    "<p>{}</p>", "<div><div><p>{}</p></div></div>", "<p><strong>{}</strong></p>", "<p><em><a href='/x'></a>{}</em></p>",
    "<ul><li>{}</li></ul>", "<ol><li><p>{}</p></li></ol>", "<blockquote>{}</blockquote>", "<p>{}<br></p>",
    "<section class='contact share links'><p>{}</p></section>", "<p>\u00a0{}\u200b</p>", "{}<br><br>",
    "<table><tbody><tr><td>{}</td></tr></tbody></table>",
)  # fmt: skip
API = "https://ec.europa.eu/commission/presscorner/api/documents"
BLOCK = st.tuples(SENTENCE, st.sampled_from(SHAPES))


@settings(max_examples=150, deadline=None)
@given(st.lists(BLOCK, min_size=1, max_size=8, unique_by=lambda block: block[0]))
def test_every_sentence_is_kept_once_and_in_order(blocks: list[tuple[str, str]]) -> None:
    answer = document(1)
    content = answer["docuLanguageResource"]
    assert isinstance(content, dict)
    content["htmlContent"] = "\n".join(shape.format(sentence) for sentence, shape in blocks)
    data = json.dumps(answer).encode()
    assert is_press_document(data)
    text = _read(data, "answer.json", None).draft.text
    places = [text.find(sentence) for sentence, _ in blocks]
    assert -1 not in places
    assert places == sorted(places)
    kept = " ".join(word for word in text.split() if word not in ("-", "##"))
    assert kept == " ".join(sentence for sentence, _ in blocks)


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("HTTPS://EC.europa.eu/commission/presscorner/detail/DE/IP_18_6635#11", "de/ip_18_6635"),
        ("https://ec.europa.eu/commission/presscorner/detail/en/statement_26_7/", "en/statement_26_7"),
        (f"{API}?reference=PRES%2F08%2F123&language=fr", "fr/pres_08_123"),
        (f"{API}?reference=IP/26/1", "en/ip_26_1"),
    ],
)  # fmt: skip
def test_addresses_of_documents_have_one_form(url: str, page: str) -> None:
    assert kept_address(url) == f"https://ec.europa.eu/commission/presscorner/detail/{page}"
    assert kept_address(kept_address(url)) == kept_address(url)


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "https://ec.europa.eu/commission/presscorner/detail/en/",
        "https://ec.europa.eu/commission/presscorner/detail/english/ip_26_1",
        "https://ec.europa.eu/commission/presscorner/api/documents?reference=nothing&language=en",
        "https://ec.europa.eu/news?x=/commission/presscorner/detail/en/ip_26_1",
        "javascript:/commission/presscorner/detail/en/ip_26_1",
    ],
)
def test_other_addresses_are_no_documents(url: str | None) -> None:
    assert document_at(url) is None
    assert kept_address(url) == url


def test_front_page_and_list_are_the_press_corner_and_pages_are_not() -> None:
    root = "https://ec.europa.eu/commission/presscorner"
    for below in ("", "/", "/home/en", "/api/search?language=en"):
        assert server_at(f"{root}{below}") == "https://ec.europa.eu"
    for below in ("/detail/en/ip_26_1", "/api/rss?language=en", "/api/documents?reference=IP/26/1"):
        assert server_at(f"{root}{below}") is None


def test_list_address_has_days_as_the_interface_reads_them() -> None:
    import datetime

    wanted = PressList(
        "https://ec.europa.eu", "en", ("IP", "MEX"), datetime.date(2024, 1, 2), datetime.date(2024, 2, 3)
    )
    assert wanted.page(2) == (
        "https://ec.europa.eu/commission/presscorner/api/search?language=en&pagesize=100&pagenumber=2"
        "&datefrom=02012024&dateto=03022024&documentTypeCodes=IP,MEX"
    )


def test_rows_of_a_list_that_make_no_sense_are_left_out() -> None:
    good = {"refCode": "IP/26/1", "eventDate": "2026-01-20", "title": "A <em>title</em>", "languageCode": "en"}
    rows = [good, {"refCode": None}, {"refCode": "x"}, "row", good | {"refCode": "MEX/26/2", "eventDate": "soon"}]
    entries = _read_list(json.dumps({"docuLanguageListResources": rows}).encode(), "https://ec.europa.eu/commission/x")
    assert [(entry.url.rpartition("/")[2], entry.title, str(entry.date)) for entry in entries] == [
        ("ip_26_1", "A title", "2026-01-20"),
        ("mex_26_2", "A title", "None"),
    ]
    assert document_named("IP/26/1", "english") is None


PARAGRAPHS = [
    "The ports and the quays of the Union grow every year.",
    "The ferries and the cranes grow with all of them.",
]


@pytest.mark.parametrize(
    "content",
    [
        "".join(f"&lt;p&gt;{paragraph}&lt;/p&gt;" for paragraph in PARAGRAPHS),
        "\n\n".join(PARAGRAPHS),
        r"\r\n".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS),
        f"<!DOCTYPE html><html><head><title>A page</title></head><body>{'<br><br>'.join(PARAGRAPHS)}</body></html>",
    ],
)
def test_text_that_is_written_otherwise_is_the_same(content: str) -> None:
    answer = document(1)
    answer["docuLanguageResource"] |= {"htmlContent": content}  # type: ignore[operator]
    assert _read(json.dumps(answer).encode(), "answer.json", None).draft.text == "\n\n".join(PARAGRAPHS)


@pytest.mark.parametrize("day", ["2026-01-20", "2026-01-20T00:00:00", "2026-01-19T23:00:00Z", "20/01/2026"])
def test_day_of_the_event_is_that_in_brussels(day: str) -> None:
    draft = _read(json.dumps(document(1, day=day)).encode(), "answer.json", None).draft
    assert str(draft.date) == "2026-01-20"
