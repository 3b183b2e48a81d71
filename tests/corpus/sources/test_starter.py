"""The starter list can be fetched by the rules as they are, and says what was not opened."""

from importlib import resources

from corpus.fetching.urls import FetchRules, read_target
from corpus.front_matter import shipped_releases
from corpus.sources.starter import starter


def test_every_address_is_one_that_the_rules_allow_and_stands_once() -> None:
    addresses = [place.url for place in (*starter().feeds, *starter().releases)]
    assert [read_target(address, FetchRules()).url for address in addresses] == addresses
    assert len(set(addresses)) == len(addresses)
    assert all(address.startswith("https://") for address in addresses)


def test_sources_that_were_asked_for_have_a_feed() -> None:
    hosts = " ".join(feed.url for feed in starter().feeds)
    for host in ("consilium", "ec.europa.eu/commission/presscorner", "europarl", "europol", "frontex", "ecb"):
        assert host in hosts


def test_releases_run_from_2015_on_and_include_the_shipped_one() -> None:
    releases = starter().releases
    years = [release.year for release in releases if release.year is not None]
    assert years == sorted(years)
    assert len(years) == len(releases)
    assert set(years) > {2015, 2018, 2021, 2025}
    assert {release.url for release in shipped_releases()} <= {release.url for release in releases}


def test_file_says_that_nothing_was_opened_as_long_as_that_is_so() -> None:
    text = (resources.files("corpus.sources") / "starter.toml").read_text("utf-8")
    assert ("NOT ONE OF THESE ADDRESSES WAS OPENED" in text) == ("\nopened = true" not in text)
