"""The starter list can be fetched by the rules as they are, and says what was not opened."""

import re
import tomllib
from importlib import resources
from typing import Any

from corpus.fetching.urls import FetchRules, read_target
from corpus.front_matter import shipped_releases
from corpus.sources.starter import starter

TEXT = (resources.files("corpus.sources") / "starter.toml").read_text("utf-8")
SUBJECTS: list[dict[str, Any]] = tomllib.loads(TEXT)["subjects"]
RELEASES = [release for subject in SUBJECTS for release in subject.get("releases", [])]
NOT_OPENED = {"reported to work", "reported to refuse", "never opened"}


def test_every_address_is_one_that_the_rules_allow_and_stands_once() -> None:
    releases = [release for subject in starter().subjects for release in subject.releases]
    assert [release.url for release in releases] == [release["url"] for release in RELEASES]
    addresses = [place.url for place in (*starter().feeds, *releases)]
    assert [read_target(address, FetchRules()).url for address in addresses] == addresses
    assert len(set(addresses)) == len(addresses)
    assert [address for address in addresses if not address.startswith("https://")] == []


def test_sources_that_were_asked_for_have_a_feed() -> None:
    hosts = " ".join(feed.url for feed in starter().feeds)
    for host in ("consilium", "ec.europa.eu/commission/presscorner", "europarl", "europol", "frontex", "ecb"):
        assert host in hosts


def test_releases_run_from_2015_on_and_include_the_shipped_one() -> None:
    years = [release["year"] for release in RELEASES]
    assert years == sorted(years)
    assert set(years) > {2015, 2018, 2021, 2025}
    assert {release.url for release in shipped_releases()} <= {release["url"] for release in RELEASES}


def test_file_says_of_every_address_what_is_known_and_that_none_was_opened_as_long_as_that_is_so() -> None:
    subjects = {subject.name for subject in starter().subjects}
    assert subjects >= {"migration", "commission", "central-bank", "agencies"}
    entries = [entry for subject in SUBJECTS for entry in (*subject["sources"], *subject.get("releases", []))]
    assert [entry["title"] for entry in entries if not re.fullmatch(r"20\d\d-\d\d", entry["month"])] == []
    assert ("NOT ONE OF THESE ADDRESSES WAS OPENED" in TEXT) == ({entry["known"] for entry in entries} <= NOT_OPENED)
