"""Nobody puts words into an institution's mouth: what fetched pages and handed-over files may do to a release."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.fetching.fetcher import Fetcher
from corpus.fetching.urls import FetchRules
from corpus.models import Release
from index.engine import Engine
from index.filters import Filters
from index.intake.overrides import Overrides
from index.maintenance import Maintenance
from index.settings import IndexSettings
from tests.corpus.internet import Internet
from tests.corpus.servers import Server, page, redirect
from tests.fakes import FakeEmbedder, Here, quiet, upkeep
from tests.forgeries import COUNCIL, FORGED, FRONTEX, FRONTEX_NAME, OWN, SIX, forged, kept, reasons, what
from tests.pages import paragraphs, press_page, rss

QUESTION = "What will the joint liaison task force do?"
QUOTE = "This task force will provide a platform for multilateral"


@pytest.fixture
def internet() -> Iterator[Internet]:
    with Internet() as internet:
        yield internet


@pytest.fixture
def settings(tmp_path: Path) -> IndexSettings:
    return IndexSettings(data_dir=tmp_path / "data", model="fake")


@pytest.fixture
def keeper(served: IndexSettings, internet: Internet) -> Maintenance:
    return Maintenance(served, Here(served, FakeEmbedder(), internet.fetcher))


def quoted(settings: IndexSettings) -> str:
    with Engine(settings, FakeEmbedder()) as engine:
        answer = engine.answer(QUESTION, Filters())
        return " ".join(quote.text for quote in (*answer.quotes, *answer.related))


def council(settings: IndexSettings) -> Release:
    return kept(settings, COUNCIL)


# --- what is fetched


@pytest.mark.parametrize("how", ["canonical", "og:url", "json-ld", "json-ld id"])
def test_feed_whose_page_names_anothers_release_does_not_change_it(
    internet: Internet, keeper: Maintenance, settings: IndexSettings, shipped: Release, how: str
) -> None:
    internet.pages["https://www.frontex.europa.eu/feed"] = page(rss("News", [FRONTEX]))
    internet.pages[FRONTEX] = page(forged(str(shipped.url), how=how))
    keeper.add_feed("https://www.frontex.europa.eu/feed")
    polled = keeper.poll(quiet)
    assert what(polled.added) == [("quarantined", "")]
    assert f"it would change {COUNCIL}" in reasons(polled.added)
    assert f"it came from {FRONTEX}" in reasons(polled.added)
    keeper.rebuild(quiet)
    assert council(settings) == shipped
    assert QUOTE in quoted(settings)


def test_what_is_offered_is_shown_as_a_diff_and_accepted_by_hand_only(
    internet: Internet, keeper: Maintenance, settings: IndexSettings, shipped: Release
) -> None:
    internet.pages[FRONTEX] = page(forged(str(shipped.url)))
    assert what(keeper.add([FRONTEX], quiet, force=True, build=False)) == [("quarantined", "")]
    (held,) = keeper.quarantined()
    shown = keeper.quarantine_entry(held.number)
    assert shown.quarantined.change_of == COUNCIL
    assert shown.diff.splitlines()[:2] == [f"--- {COUNCIL}", "+++ offered"]
    assert f"+{FORGED[0]}" in shown.diff.splitlines()
    assert any(line.startswith("-") and QUOTE in line for line in shown.diff.splitlines())
    accepted = keeper.accept(held.number, quiet)
    assert what(accepted) == [("changed", COUNCIL)]
    now = council(settings)
    assert (now.url, now.retrieved_from, now.issuer) == (shipped.url, FRONTEX, "Council of the European Union")
    assert now.text.startswith(FORGED[0])


@pytest.mark.parametrize(
    "url",
    ["{council}", "javascript:alert(1)", "https://www.consilium.europa.eu%2Fen%2F@evil.example/", OWN],
)
def test_header_of_a_fetched_body_states_nothing(
    internet: Internet, keeper: Maintenance, settings: IndexSettings, shipped: Release, url: str
) -> None:
    header = f"title: A\nissuer: European Central Bank\ndate: 2024-05-06\nlanguage: en\nurl: {url}"
    body = f"---\n{header.format(council=shipped.url)}\n---\n\n" + "\n\n".join(FORGED)
    internet.pages[FRONTEX] = page(body.encode(), Content_Type="text/plain")
    added = keeper.add([FRONTEX], quiet, Overrides(title="A title"), force=True, build=False)
    assert council(settings) == shipped
    assert [source.release_id for source in added.taken.ingested if source.release_id] == []
    [entry] = keeper.quarantined()
    assert (entry.quarantined.draft.url, entry.quarantined.draft.issuer) == (FRONTEX, FRONTEX_NAME)


@pytest.mark.parametrize(
    "comment", ["<!-- saved from url=(0150){} -->\n", "<!-- saved from url=(0150){} -->\n<!DOCTYPE html>"]
)
def test_comment_of_a_browser_counts_in_no_fetched_page(
    internet: Internet, keeper: Maintenance, settings: IndexSettings, shipped: Release, comment: str
) -> None:
    body = press_page("Task force", "2024-05-06", FORGED).removeprefix(b"<!DOCTYPE html>\n")
    internet.pages[FRONTEX] = page(comment.format(shipped.url).encode() + body)
    ((status, release_id),) = what(keeper.add([FRONTEX], quiet, build=False))
    assert (status, release_id != COUNCIL) == ("added", True)
    release = kept(settings, release_id)
    assert (release.url, release.issuer, council(settings)) == (FRONTEX, FRONTEX_NAME, shipped)


@pytest.mark.parametrize("key", ["publisher", "author", "sourceOrganization"])
def test_address_says_whose_release_it_is_and_a_contradiction_is_set_aside(
    internet: Internet, keeper: Maintenance, key: str
) -> None:
    said = '{"@type": "NewsArticle", "%s": {"name": "Council of the European Union"}}' % key  # noqa: UP031
    body = press_page("Cod quotas", "2024-05-06", SIX).replace(
        b'<meta property="og:site_name" content="Consilium">', b""
    )
    body = body.replace(b"</head>", f'<script type="application/ld+json">{said}</script></head>'.encode())
    internet.pages |= {FRONTEX: page(body), OWN: page(body)}
    added = keeper.add([FRONTEX], quiet, build=False)
    assert what(added) == [("quarantined", "")]
    assert f"it names Council of the European Union, but its address is one of {FRONTEX_NAME}" in reasons(added)
    assert keeper.quarantined()[0].quarantined.draft.issuer == FRONTEX_NAME
    assert what(keeper.add([OWN], quiet, build=False))[0][0] == "added"


@pytest.mark.parametrize("url", ["https://a-project.europa.eu/x", "https://blog.example.org/x"])
def test_page_of_nobody_known_speaks_for_no_institution(internet: Internet, settings: IndexSettings, url: str) -> None:
    def open_fetcher() -> Fetcher:
        return internet.fetcher(FetchRules(hosts=("*",), delay_s=0.0))

    keeper = Maintenance(settings, Here(settings, FakeEmbedder(), open_fetcher))
    internet.pages[url] = page(press_page("Cod quotas", "2024-05-06", SIX))  # "Council of the EU · Press release"
    added = keeper.add([url], quiet, build=False)
    assert "it names Council of the European Union, but its address is none that is known" in reasons(added)
    said = Overrides(issuer="Council of the European Union")
    assert what(keeper.add([url], quiet, said, build=False))[0][0] == "added"


def test_address_of_another_that_no_release_has_is_set_aside_too(internet: Internet, keeper: Maintenance) -> None:
    internet.pages[FRONTEX] = page(forged(OWN, body=SIX))
    assert f"it calls {OWN} its address, but {FRONTEX} does not speak for that" in reasons(
        keeper.add([FRONTEX], quiet, build=False)
    )


@pytest.mark.parametrize(
    ("address", "called"),
    [
        ("https://frontex.europa.eu/a?utm_source=x", "https://www.frontex.europa.eu/a"),
        ("https://www.frontex.europa.eu/a/index.html", "http://frontex.europa.eu/a"),
        ("https://commission.europa.eu/a", "https://ec.europa.eu/commission/presscorner/detail/en/ip_24_4711"),
    ],
)
def test_address_of_the_same_host_or_body_counts_and_changes_its_release(
    internet: Internet, keeper: Maintenance, settings: IndexSettings, address: str, called: str
) -> None:
    plain = press_page("Cod quotas", "2024-05-06", SIX).replace(b'content="Consilium"', b'content="A site"')
    named = plain.replace(b"</head>", f'<link rel="canonical" href="{called}"></head>'.encode())
    internet.pages[address] = page(named)
    ((status, release_id),) = what(keeper.add([address], quiet, build=False))
    release = kept(settings, release_id)
    assert (status, release.url, release.retrieved_from) == ("added", called.replace("http:", "https:"), address)
    internet.pages[address] = page(
        named.replace(b"</article>", b"<p>It was corrected to 33 tonnes today.</p></article>")
    )
    assert what(keeper.add([address], quiet, build=False)) == [("changed", release_id)]


def test_host_below_a_listed_one_does_not_speak_for_it(internet: Internet, keeper: Maintenance) -> None:
    url = "https://somebodys-project.ec.europa.eu/a"
    internet.pages[url] = page(forged("https://ec.europa.eu/commission/presscorner/detail/en/ip_20_4711"))
    assert "does not speak for that" in reasons(keeper.add([url], quiet, build=False))


def test_page_that_another_host_redirects_to_is_that_hosts(
    internet: Internet, keeper: Maintenance, settings: IndexSettings, shipped: Release
) -> None:
    internet.pages |= {str(shipped.url): redirect(FRONTEX), FRONTEX: page(forged(str(shipped.url)))}
    assert f"it came from {FRONTEX}" in reasons(keeper.add([str(shipped.url)], quiet, build=False))
    internet.pages[FRONTEX] = page(press_page("Task force", "2024-05-06", FORGED))
    ((status, release_id),) = what(keeper.add([str(shipped.url)], quiet, build=False))
    assert (status, kept(settings, release_id).url) == ("added", FRONTEX)
    assert council(settings) == shipped


def test_own_address_changes_a_release_and_the_same_text_elsewhere_does_not(
    internet: Internet, keeper: Maintenance, settings: IndexSettings, shipped: Release
) -> None:
    internet.pages |= {str(shipped.url): page(press_page("Task force", "2018-12-06", FORGED))}
    internet.pages |= {FRONTEX: page(forged(str(shipped.url)))}
    assert what(keeper.add([str(shipped.url)], quiet, build=False)) == [("changed", COUNCIL)]
    now = council(settings)
    assert (now.text, now.retrieved_from, now.origin) == ("\n\n".join(FORGED), shipped.url, "fetched")
    assert what(keeper.add([FRONTEX], quiet, build=False)) == [("unchanged", COUNCIL)]
    assert council(settings) == now


def test_http_changes_nothing_that_was_known_over_https(
    internet: Internet, keeper: Maintenance, settings: IndexSettings
) -> None:
    plain = OWN.replace("https:", "http:")
    internet.pages[OWN] = page(press_page("Cod quotas", "2024-05-06", SIX))
    ((_, release_id),) = what(keeper.add([OWN], quiet, build=False))
    before = kept(settings, release_id)
    internet.pages = {
        plain: page(press_page("Cod quotas", "2024-05-06", [*SIX, "It was corrected by a stranger today."]))
    }
    added = keeper.add([plain], quiet, force=True, build=False)
    assert what(added) == [("quarantined", "")]
    assert "it came over http" in reasons(added)
    assert kept(settings, release_id) == before
    assert what(keeper.accept(1, quiet)) == [("changed", release_id)]
    assert kept(settings, release_id).url == OWN


def test_release_known_over_http_is_known_over_https_once_it_comes_so(
    internet: Internet, keeper: Maintenance, settings: IndexSettings
) -> None:
    plain = OWN.replace("https:", "http:")
    internet.pages[plain] = page(press_page("Cod quotas", "2024-05-06", SIX, OWN))
    ((_, release_id),) = what(keeper.add([plain], quiet, build=False))
    assert kept(settings, release_id).url == plain
    internet.pages[OWN] = internet.pages[plain]
    assert what(keeper.add([OWN], quiet, build=False)) == [("changed", release_id)]
    assert kept(settings, release_id).url == OWN


def test_page_with_the_text_of_a_file_does_not_take_its_release_over(
    internet: Internet, keeper: Maintenance, settings: IndexSettings, tmp_path: Path
) -> None:
    internet.pages[FRONTEX] = page(press_page("Another title", "2024-05-07", SIX))
    (tmp_path / "a.html").write_bytes(press_page("Cod quotas", "2024-05-06", SIX))
    ((_, release_id),) = what(keeper.add([str(tmp_path / "a.html")], quiet, build=False))
    before = kept(settings, release_id)
    assert what(keeper.add([FRONTEX], quiet, build=False)) == [("unchanged", release_id)]
    assert kept(settings, release_id) == before


def test_feed_says_nothing_of_anothers_page(internet: Internet, keeper: Maintenance) -> None:
    site = "https://www.consilium.europa.eu"
    feeds = {"https://www.frontex.europa.eu/feed": f"{site}/a", f"{site}/feed": f"{site}/b"}
    for seed, (feed, entry) in enumerate(feeds.items(), 5):
        dated = f"<item><title>x</title><link>{entry}</link><pubDate>Mon, 06 May 2024 10:00:00 GMT</pubDate></item>"
        internet.pages |= {feed: page(rss("News", []).replace(b"</channel>", f"{dated}</channel>".encode()))}
        internet.pages[entry] = page(press_page(f"Cod quotas {seed}", "", paragraphs(seed)))
        keeper.add_feed(feed)
    polled = keeper.poll(quiet)
    assert sorted(status for status, _ in what(polled.added)) == ["added", "quarantined"]
    assert "no date" in reasons(polled.added)


def test_mirror_adds_what_it_says_is_anothers_and_changes_nothing(
    keeper: Maintenance, settings: IndexSettings, internet: Internet, shipped: Release
) -> None:
    with Server({"/a": page(forged(OWN, body=SIX)), "/b": page(forged(str(shipped.url)))}) as mirror:
        settings = settings.model_copy(update={"fetch_private": frozenset({("127.0.0.1", mirror.port)})})
        added = upkeep(settings, FakeEmbedder()).add([mirror.url("/a"), mirror.url("/b")], quiet, force=True)
        assert [status for status, _ in what(added)] == ["added", "quarantined"]
        new = kept(settings, added.taken.ingested[0].release_id)
        assert (new.url, new.retrieved_from, new.origin) == (OWN, mirror.url("/a"), "claimed")
    assert council(settings) == shipped
