"""A page that Safari saved as a web archive is read like the page itself."""

import plistlib

import pytest

from corpus.errors import SourceError
from corpus.models import Origin
from tests.corpus.cleaning.reading import clean

ADDRESS = "https://www.consilium.europa.eu/en/press/press-releases/2026/10/06/quays/"
PAGE = """<!doctype html><html lang="en"><head><title>Quays: Council adopts rules</title></head><body><main>
<h1>Quays: Council adopts rules</h1><p>6 October 2026</p>
<p>The Council adopted rules on the upkeep of quays, which will apply in every port of the Union from next year.</p>
<p>The rules oblige ports to inspect their quays – once a year – and to publish what was found there.</p>
</main></body></html>"""


def web_archive(page: bytes = PAGE.encode(), url: str = ADDRESS) -> bytes:
    main = {"WebResourceData": page, "WebResourceURL": url, "WebResourceMIMEType": "text/html"}
    return plistlib.dumps({"WebMainResource": main, "WebSubresources": []}, fmt=plistlib.FMT_BINARY)


def test_page_and_address_are_found_in_the_archive() -> None:
    draft = clean(web_archive(), "quays.webarchive", handed_over=True)
    assert (draft.title, str(draft.date), draft.url) == ("Quays: Council adopts rules", "2026-10-06", ADDRESS)
    assert draft.origin == Origin.SAVED
    assert draft.text == clean(PAGE.encode(), "quays.html", ADDRESS).text


def test_address_in_fetched_bytes_does_not_count() -> None:
    assert clean(web_archive(), "https://example.org/x").origin != Origin.SAVED


def test_archive_in_xml_is_read_too() -> None:
    main = {"WebResourceData": PAGE.encode(), "WebResourceURL": ADDRESS}
    draft = clean(plistlib.dumps({"WebMainResource": main}), "quays.webarchive", handed_over=True)
    assert (draft.url, draft.origin) == (ADDRESS, Origin.SAVED)


@pytest.mark.parametrize(
    "comment",
    [
        f"<!--\n Page saved with SingleFile \n url: {ADDRESS} \n saved date: Tue Oct 06 2026 10:00:00 GMT+0200\n-->",
        f"\n<!-- Mirrored from {ADDRESS.removeprefix('https://')} by HTTrack Website Copier/3.x [XR&CO'2014] -->\n",
    ],
)
def test_other_programs_write_the_address_after_the_start_of_the_page(comment: str) -> None:
    page = PAGE.replace('<html lang="en">', f'<html lang="en">{comment}')
    draft = clean(page.encode(), "quays.html", handed_over=True)
    assert (draft.url, draft.origin) == (ADDRESS, Origin.SAVED)
    assert clean(page.encode(), "https://example.org/x").origin != Origin.SAVED
    later = PAGE.replace("<main>", f"<main>{comment}")
    assert clean(later.encode(), "quays.html", handed_over=True).url is None, "the author could have written it"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        ('{"a": 1}', "JSON"),
        ('[{"title": "<p>A</p>"}]', "JSON"),
        ('<?xml version="1.0"?><rss version="2.0"><channel><item><p>x</p></item></channel></rss>', "XML"),
        ('<svg xmlns="http://www.w3.org/2000/svg"><text>x</text></svg>', "XML"),
    ],
)
def test_what_programs_exchange_is_refused_in_a_sentence(data: str, what: str) -> None:
    with pytest.raises(SourceError, match=rf"^a\.txt is {what}.*\.$"):
        clean(data.encode(), "a.txt", handed_over=True)


@pytest.mark.parametrize(
    "data", [b"bplist00", web_archive()[:-40], plistlib.dumps({"page": PAGE}, fmt=plistlib.FMT_BINARY)]
)
def test_archive_without_a_page_is_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(SourceError, match=r"^quays\.webarchive .*\.$"):
        clean(data, "quays.webarchive", handed_over=True)
