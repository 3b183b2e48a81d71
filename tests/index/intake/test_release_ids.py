"""A new release gets an id that people can read, with the acronym of its issuer."""

import dataclasses
import datetime
from collections.abc import Iterator
from contextlib import closing

import pytest

from corpus.agencies.registry import registry
from corpus.cleaning.issuers import acronym_of
from corpus.models import Draft
from index.database.corpus_db import CorpusStore
from index.intake.release_ids import RELEASE_ID_MAX_CHARS, new_id
from index.processes.jobs import open_corpus
from index.settings import IndexSettings

DRAFT = Draft("Text.", "Forged parcel stamps: 14 arrested in four countries", date=datetime.date(2022, 11, 3))


@pytest.fixture
def store(settings: IndexSettings) -> Iterator[CorpusStore]:
    with closing(open_corpus(settings)) as store:
        yield store


@pytest.mark.parametrize(
    ("issuer", "release_id"),
    [
        ("European Union Agency for Law Enforcement Cooperation", "2022-11-03-europol-forged-parcel-stamps-14"),
        ("European Commission", "2022-11-03-ec-forged-parcel-stamps-14-arrested"),
        ("OLAF", "2022-11-03-olaf-forged-parcel-stamps-14-arrested"),
        ("European Commission (DG MARE)", "2022-11-03-european-dg-mare-forged-parcel-stamps"),
        ("Eurogroup", "2022-11-03-eurogroup-forged-parcel-stamps-14"),
    ],
)
def test_id_names_the_issuer_by_its_acronym(store: CorpusStore, issuer: str, release_id: str) -> None:
    assert new_id(store, dataclasses.replace(DRAFT, issuer=issuer)) == release_id


def test_no_id_is_too_long(store: CorpusStore) -> None:
    for agency in registry().agencies.values():
        made = new_id(store, dataclasses.replace(DRAFT, issuer=agency.name))
        assert made.isascii()
        assert len(made) <= RELEASE_ID_MAX_CHARS
        assert "-forged" in made


def test_acronym_is_that_of_the_agency_with_exactly_this_name() -> None:
    assert acronym_of("European Anti-Fraud Office") == "OLAF"
    assert acronym_of("the European Anti-Fraud Office") == "OLAF"
    assert acronym_of("European Anti-Fraud Offices") is None
    assert acronym_of("A newspaper") is None
