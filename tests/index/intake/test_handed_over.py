"""A file that an administrator hands over: what it came from counts by who said so, and --force is no such word."""

from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.models import Release
from index.intake.overrides import Overrides
from index.intake.sources import Upload
from index.maintenance import Maintenance
from index.settings import IndexSettings
from tests.fakes import FakeEmbedder, quiet, upkeep
from tests.forgeries import COUNCIL, FORGED, FRONTEX, FRONTEX_NAME, OWN, SIX, forged, kept, reasons, what
from tests.pages import press_page

Hand = Callable[[bytes], str | Upload]


@pytest.fixture
def keeper(served: IndexSettings, embedder: FakeEmbedder) -> Maintenance:
    return upkeep(served, embedder)


@pytest.fixture(params=["command line", "attachment"])
def hand(request: pytest.FixtureRequest, tmp_path: Path) -> Hand:
    """Hand a file over, in both ways that there are."""

    def hand_over(data: bytes) -> str | Upload:
        path = tmp_path / "a.html"
        path.write_bytes(data)
        return str(path) if request.param == "command line" else Upload("a.html", path)

    return hand_over


def saved(page: bytes, url: str) -> bytes:
    """Return a page as Chrome saves it."""
    return page.replace(b"<html", f"<!-- saved from url=({len(url):04}){url} -->\n<html".encode(), 1)


def archived(page: bytes, url: str) -> bytes:
    """Return a page as Chrome saves it in a single file."""
    head = f"From: <Saved by Blink>\r\nSnapshot-Content-Location: {url}\r\nSubject: Cod\r\nMIME-Version: 1.0\r\n"
    parts = 'Content-Type: multipart/related; type="text/html"; boundary="--x--"\r\n\r\n\r\n----x--\r\n'
    own = f"Content-Type: text/html\r\nContent-Transfer-Encoding: binary\r\nContent-Location: {url}\r\n\r\n"
    css = "\r\n----x--\r\nContent-Type: text/css\r\nContent-Location: cid:css\r\n\r\na { color: red }\r\n----x----\r\n"
    return f"{head}{parts}{own}".encode() + page + css.encode()


def in_header(page: bytes, url: str) -> bytes:
    """Return a text with a header."""
    head = f"title: Cod quotas\nissuer: Council of the European Union\ndate: 2024-05-06\nlanguage: en\nurl: {url}"
    return f"---\n{head}\n---\n\n".encode() + b"\n\n".join(line.encode() for line in SIX)


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        (lambda page, url: saved(page, url), "saved"),
        (lambda page, url: archived(page, url), "saved"),
        (lambda page, url: forged(url, body=SIX), "claimed"),
        (in_header, "given"),
    ],
    ids=["saved from url", "Snapshot-Content-Location", "canonical", "header"],
)
def test_file_that_tells_its_address_adds_the_release_of_it(
    keeper: Maintenance, settings: IndexSettings, hand: Hand, written: Callable[[bytes, str], bytes], origin: str
) -> None:
    added = keeper.add([hand(written(press_page("Cod quotas", "2024-05-06", SIX), OWN))], quiet, build=False)
    assert reasons(added) == ""
    release = kept(settings, added.taken.ingested[0].release_id)
    assert (release.url, release.retrieved_from, release.origin) == (OWN, None, origin)
    assert (release.issuer, release.text) == ("Council of the European Union", "\n\n".join(SIX))


@pytest.mark.parametrize("written", [saved, archived, lambda page, url: forged(url, day="2018-12-06")])
def test_address_that_nobody_gave_changes_nothing(
    keeper: Maintenance, settings: IndexSettings, shipped: Release, hand: Hand, written: Callable[[bytes, str], bytes]
) -> None:
    file = hand(written(press_page("Task force", "2018-12-06", FORGED), str(shipped.url)))
    added = keeper.add([file], quiet, force=True, build=False)
    assert what(added) == [("quarantined", "")]
    assert f"it would change {COUNCIL}" in reasons(added)
    assert "nobody gave that address by hand" in reasons(added)
    assert kept(settings, COUNCIL) == shipped
    assert what(keeper.add([file], quiet, Overrides(url=shipped.url), build=False)) == [("changed", COUNCIL)]
    now = kept(settings, COUNCIL)
    assert (now.text, now.origin, now.retrieved_from) == ("\n\n".join(FORGED), "given", None)
    assert keeper.quarantined() == []


def test_address_given_by_hand_beats_what_stands_beside_and_in_the_page(
    keeper: Maintenance, settings: IndexSettings, hand: Hand, shipped: Release
) -> None:
    file = hand(saved(forged(str(shipped.url), body=SIX), str(shipped.url)))
    ((status, release_id),) = what(keeper.add([file], quiet, Overrides(url=OWN), build=False))
    assert (status, kept(settings, release_id).url) == ("added", OWN)


def test_saved_page_that_calls_itself_anothers_is_set_aside(keeper: Maintenance, hand: Hand) -> None:
    added = keeper.add([hand(saved(forged(OWN, body=SIX), FRONTEX))], quiet, build=False)
    assert f"it calls {OWN} its address, but {FRONTEX} does not speak for that" in reasons(added)
    assert keeper.quarantined()[0].quarantined.draft.issuer == FRONTEX_NAME


@pytest.mark.parametrize(
    "page",
    [
        press_page("Cod quotas", "2024-05-06", SIX).replace(
            b"<body>", f"<body><!-- saved from url=(0042){OWN} -->".encode()
        ),
        saved(press_page("Cod quotas", "2024-05-06", SIX), FRONTEX).replace(
            b"<!DOCTYPE html>", f"<!DOCTYPE html><!-- saved from url=(0042){OWN} -->".encode()
        ),
    ],
    ids=["within the page", "before the browser's own"],
)
def test_comment_that_the_page_brought_along_does_not_count(
    keeper: Maintenance, settings: IndexSettings, hand: Hand, page: bytes
) -> None:
    added = keeper.add([hand(page)], quiet, Overrides(issuer=FRONTEX_NAME), build=False)
    assert kept(settings, added.taken.ingested[0].release_id).url in (None, FRONTEX)


def test_text_without_an_address_says_nothing_new_of_a_release_that_has_one(
    keeper: Maintenance, settings: IndexSettings, shipped: Release, tmp_path: Path
) -> None:
    path = tmp_path / "a.md"
    path.write_text(f"# Another title\n\n{shipped.text}", "utf-8")
    assert what(keeper.add([str(path)], quiet, build=False)) == [("unchanged", COUNCIL)]
    added = keeper.add([str(path)], quiet, Overrides(title="Another title"), force=True, build=False)
    assert f"it would change {COUNCIL}" in reasons(added)
    assert "it came from a file without an address" in reasons(added)
    assert kept(settings, COUNCIL) == shipped
    accepted = keeper.accept(1, quiet, Overrides(date=shipped.date), build=False)
    assert what(accepted) == [("changed", COUNCIL)]
    now = kept(settings, COUNCIL)
    assert (now.title, now.url, now.text) == ("Another title", shipped.url, shipped.text)


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "https://www.consilium.europa.eu%2Fen@evil.example/", "https://a b.eu/", "http://[", "x"],
)
def test_address_that_is_none_is_refused_and_never_kept(
    keeper: Maintenance, settings: IndexSettings, hand: Hand, url: str
) -> None:
    page = press_page("Cod quotas", "2024-05-06", SIX)
    for data, said in ((page, Overrides(url=url)), (in_header(page, f'"{url}"'), Overrides())):
        added = keeper.add([hand(data)], quiet, said, build=False)
        assert not added.taken.ingested
        assert "is no web address" in added.taken.failed[0].error
    ((_, release_id),) = what(keeper.add([hand(forged(url, body=SIX))], quiet, build=False))
    assert kept(settings, release_id).url is None


def test_header_that_names_another_body_than_its_address_is_set_aside(keeper: Maintenance, tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(in_header(b"", FRONTEX))
    assert "it names Council of the European Union, but its address is one of" in reasons(
        keeper.add([str(path)], quiet, build=False)
    )
    said = Overrides(issuer="Council of the European Union")
    assert what(keeper.add([str(path)], quiet, said, build=False))[0][0] == "added"


def test_what_was_set_aside_is_accepted_as_the_release_of_an_address(
    keeper: Maintenance, settings: IndexSettings, hand: Hand
) -> None:
    keeper.add([hand(saved(forged(OWN, body=SIX), FRONTEX))], quiet, build=False)
    ((status, release_id),) = what(keeper.accept(1, quiet, Overrides(url=OWN)))
    release = kept(settings, release_id)
    assert (status, release.url, release.issuer) == ("added", OWN, "Council of the European Union")
