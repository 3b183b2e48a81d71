"""Bodies are found by every name they have, and only where they are meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.agencies import registry
from corpus.models import Release


def named(text: str, *, question: bool = False) -> list[tuple[str, str]]:
    found = registry().mentions(text, question=question)
    return [(mention.agency_id, text[mention.start : mention.end]) for mention in found]


def test_registry_is_sound() -> None:
    agencies = registry().agencies
    assert len(agencies) == 194
    for agency in agencies.values():
        assert agency.name
        assert agency.parent is None or agency.parent in agencies
        assert agency.id in registry().with_parts(agency.id)
        seen, above = {agency.id}, agency.parent
        while above is not None:
            assert above not in seen, f"{agency.id} is its own ancestor"
            seen.add(above)
            above = agencies[above].parent
        assert all(agencies[part].parent == agency.id for part in agency.parts)


@pytest.mark.parametrize(
    ("name", "agency_id"),
    [
        ("Europol", "europol"),
        ("EUROPOL", "europol"),
        ("european union agency for law enforcement cooperation", "europol"),
        ("European Police Office", "europol"),
        ("European Migrant Smuggling Center", "emsc"),
        ("EASO", "euaa"),
        ("frontx", "frontex"),
        ("Frontières extérieures", "frontex"),
        ("frontieres exterieures", "frontex"),
        ("eu-iru", "eu-iru"),
    ],
)
def test_body_is_looked_up_by_any_of_its_names(name: str, agency_id: str) -> None:
    found = registry().find(name)
    assert found.agency is not None
    assert found.agency.id == agency_id


@pytest.mark.parametrize("name", ["ERA", "esa"])
def test_ambiguous_name_returns_all_candidates(name: str) -> None:
    found = registry().find(name)
    assert found.agency is None
    assert len(found.candidates) == 2


@pytest.mark.parametrize(
    "name", ["", "   ", "🙂", "x" * 10_000, "'; DROP TABLE", "../../etc/passwd", ".*", "**", "日本"]
)
def test_what_is_no_name_finds_nothing(name: str) -> None:
    found = registry().find(name)
    assert found.agency is None
    assert found.candidates == ()
    assert len(found.suggestions) <= 5


def test_parts_of_a_body_are_its_sub_units() -> None:
    assert registry().with_parts("europol") >= {"europol", "emsc", "ec3", "eu-iru", "ich", "jlt-ms"}


def test_shipped_release_names_these_bodies(shipped: Release) -> None:
    assert named(shipped.text) == [
        ("council", "Council"),
        ("euco", "EU leaders"),
        ("euco", "EU leaders"),
        ("emsc", "European Migrant Smuggling Center"),
        ("emsc", "EMSC"),
        ("europol", "Europol"),
        ("ich", "Information Clearing House"),
        ("emsc", "EMSC"),
        ("empact", "EU policy cycle"),
        ("empact", "EMPACT"),
        ("empact", "EMPACT"),
        ("jlt-ms", "joint liaison task force on migrant smuggling"),
        ("emsc", "EMSC"),
        ("cepol", "CEPOL"),
        ("eu-iru", "EU internet referral unit"),
        ("europol", "Europol"),
    ]


@pytest.mark.parametrize("text", ["a new era", "on the basis of", "the commission for it", "a city council", "an echo"])
def test_common_words_are_no_bodies(text: str) -> None:
    assert named(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The Council of Europe met.", [("coe", "Council of Europe")]),
        ("The European Council met.", [("euco", "European Council")]),
        ("Today, the Council adopted it.", [("council", "Council")]),
        ("The Council of the European Union met.", [("council", "Council of the European Union")]),
        ("The Governing Council and the General Council met.", []),
        ("The Council of Bars and Law Societies met.", []),
        ("Commissioner Brunner spoke for the Commission.", [("ec", "Commission")]),
        ("The National Commission for Data met.", []),
        ("Frontex’s and Europol-led work", [("frontex", "Frontex"), ("europol", "Europol")]),
        (
            "The European Union Agency for Railways (ERA)",
            [("era", "European Union Agency for Railways"), ("era", "ERA")],
        ),
        ("ERA alone", []),
        ("the European Migrant\nSmuggling Centre", [("emsc", "European Migrant\nSmuggling Centre")]),
        ("unEuropol and Europols", []),
    ],
)
def test_body_is_named_only_where_it_is_meant(text: str, found: list[tuple[str, str]]) -> None:
    assert named(text) == found


def test_question_may_name_a_body_carelessly() -> None:
    assert named("what does europol do about ERA", question=True) == [("europol", "europol"), ("era", "ERA")]
    assert named("what does europol do") == []


@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from(["Council", "of", "Europe", "ERA", "İEuropol", "ß", "EMSC ", "\n"])).map(" ".join)
)
def test_mentions_stand_in_the_text_and_never_overlap(text: str) -> None:
    end = 0
    for mention in registry().mentions(text):
        assert end <= mention.start < mention.end <= len(text)
        end = mention.end
