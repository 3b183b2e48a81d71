"""The registry is sound, and a body is found by every name it has."""

import re
import time
from collections import Counter, defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.agencies.folding import fold_query
from corpus.agencies.registry import MAX_NAME_CHARS, SUGGESTIONS, Lookup, registry
from corpus.models import Agency, Guard

# One-word names that are English words, or begin to be ones; whoever adds a name of this kind must guard it.
COMMON_WORDS = frozenset(
    """
    academy act agency aspides atlas authority bank board centre college com commission committee
    conseil council court digit echo eco edu em era far fund hera iris level mic mission net office
    op parliament path prime rat rea search service sirius sis star sun target union unit vis
    """.split()
)
# Acronyms of up to three letters that mean one thing in EU releases, and so need no guard.
DISTINCTIVE = frozenset({"EBA", "EC3", "ECA", "ECB", "ECJ", "EIB", "EIF", "EMA", "ESA", "F4E", "IOM", "JRC"})


def ids(agencies: tuple[Agency, ...] | list[Agency]) -> list[str]:
    return [agency.id for agency in agencies]


def found_id(name: str) -> str | None:
    lookup = registry().find(name)
    return lookup.agency.id if lookup.agency is not None else None


def test_registry_has_all_bodies_once() -> None:
    assert len(registry().agencies) == 194
    assert all(key == agency.id for key, agency in registry().agencies.items())
    assert max(Counter(agency.name for agency in registry().agencies.values()).values()) == 1


def test_parents_exist_and_make_no_cycle() -> None:
    agencies = registry().agencies
    for agency in agencies.values():
        seen, above = {agency.id}, agency.parent
        while above is not None:
            assert above not in seen, f"{agency.id} is its own ancestor"
            seen.add(above)
            above = agencies[above].parent
        assert all(agencies[part].parent == agency.id for part in agency.parts)


def test_every_fact_has_its_form() -> None:
    for agency in registry().agencies.values():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", agency.id)
        assert agency.country is None or re.fullmatch(r"[A-Z]{2}", agency.country)
        assert agency.website is None or agency.website.startswith("https://")
        assert agency.year_established is None or 1920 < agency.year_established < 2030
        assert agency.role.endswith(".")
        assert all(name == name.strip() and "(until" not in name for name in agency.names)


def test_guards_are_of_names_the_body_has() -> None:
    for agency in registry().agencies.values():
        assert set(agency.guarded) <= set(agency.names), agency.id


def test_common_words_and_short_acronyms_are_guarded() -> None:
    unguarded = {
        name
        for agency in registry().agencies.values()
        for name in agency.own_names
        if " " not in name and name not in agency.guarded
    }
    assert not {name for name in unguarded if name.lower() in COMMON_WORDS}
    assert {name for name in unguarded if len(name) <= 3} <= DISTINCTIVE


def test_of_bodies_with_the_same_name_at_most_one_has_it_unguarded() -> None:
    unguarded = defaultdict(list)
    for agency in registry().agencies.values():
        for name in {fold_query(name) for name in agency.own_names if name not in agency.guarded}:
            unguarded[name].append(agency.id)
    assert [owners for owners in unguarded.values() if len(owners) > 1] == []


@pytest.mark.parametrize(
    ("name", "agency_id"),
    [
        ("Europol", "europol"),
        ("EUROPOL", "europol"),
        ("european union agency for law enforcement cooperation", "europol"),
        ("EU Agency for Cybersecurity", "enisa"),
        ("European Police Office", "europol"),
        ("EMCDDA", "euda"),
        ("BCE", "ecb"),
        ("European Migrant Smuggling Center", "emsc"),
        ("European Counter-Terrorism Centre", "ectc"),
        ("the Council", "council"),
        ("DG Energy", "dg-ener"),
        ("Frontières extérieures", "frontex"),
        ("frontieres exterieures", "frontex"),
        ("eu-iru", "eu-iru"),
        ("  EU-LISA ", "eu-lisa"),
    ],
)
def test_body_is_looked_up_by_any_of_its_names(name: str, agency_id: str) -> None:
    assert found_id(name) == agency_id


@pytest.mark.parametrize(
    ("typo", "agency_id"),
    [("frontx", "frontex"), ("Eurpol", "europol"), ("Council of Euorpe", "coe"), ("eulisa", "eu-lisa")],
)
def test_body_is_looked_up_by_a_name_with_a_typo(typo: str, agency_id: str) -> None:
    assert found_id(typo) == agency_id


def test_every_name_finds_its_body_or_all_that_have_it() -> None:
    for agency in registry().agencies.values():
        for name in agency.names:
            lookup = registry().find(name)
            assert lookup.agency is agency or agency in lookup.candidates, name


@pytest.mark.parametrize(
    ("name", "candidates"),
    [("ERA", ["era", "era-2"]), ("esa", ["esa", "esa-2"]), ("DG NEAR", ["dg-enest", "dg-mena"])],
)
def test_ambiguous_name_returns_all_candidates_and_picks_none(name: str, candidates: list[str]) -> None:
    lookup = registry().find(name)
    assert lookup.agency is None
    assert ids(lookup.candidates) == candidates


def test_typo_in_a_short_acronym_is_only_suggested() -> None:
    lookup = registry().find("ECDB")
    assert lookup.agency is None
    assert {"ecb", "ecdc"} <= set(ids(lookup.suggestions))


@pytest.mark.parametrize(
    ("half", "best"),
    [
        ("europ", "europol"),
        ("Eur", "eurofound"),
        ("border", "frontex"),
        ("euroj", "eurojust"),
        ("eurofo", "eurofound"),
        ("ministers", "council"),
    ],
)
def test_half_a_name_is_no_typo_of_another_and_is_suggested_first(half: str, best: str) -> None:
    lookup = registry().find(half)
    assert (lookup.agency, lookup.suggestions[0].id) == (None, best)


def test_part_of_a_name_is_only_suggested() -> None:
    assert registry().find("fundamental rights") == Lookup(suggestions=(registry().agencies["fra"],))


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        "🙂",
        "x" * 10_000,
        "'; DROP TABLE x;--",
        "../../etc/passwd",
        ".*",
        "[a",
        "**",
        "`#`",
        "日本",
        "Ευρώπη",
    ],
)
def test_what_is_no_name_finds_nothing_and_quickly(name: str) -> None:
    started = time.perf_counter()
    lookup = registry().find(name)
    assert time.perf_counter() - started < 0.05
    assert (lookup.agency, lookup.candidates) == (None, ())
    assert len(lookup.suggestions) <= SUGGESTIONS


@given(st.text(max_size=2 * MAX_NAME_CHARS))
def test_any_text_may_be_looked_up_and_completed(text: str) -> None:
    lookup = registry().find(text)
    assert len(lookup.suggestions) <= SUGGESTIONS
    assert lookup.agency is None or not (lookup.candidates or lookup.suggestions)
    assert len(registry().complete(text, 3)) <= 3


def test_parts_of_a_body_are_its_sub_units_and_theirs() -> None:
    europol = {"europol", "emsc", "ich", "jlt-ms", "ec3", "j-cat", "ectc", "eu-iru", "efecc", "esocc"}
    assert registry().with_parts("europol") == europol
    assert registry().with_parts("cepol") == {"cepol"}


def test_names_are_what_releases_call_a_body() -> None:
    assert {"European Union Agency for Asylum", "EUAA", "EASO", "European Asylum Support Office"} <= set(
        registry().names("euaa")
    )
    assert "EU leaders" not in registry().names("euco")


def test_body_that_is_not_the_eus_says_so() -> None:
    assert not registry().agencies["coe"].is_eu_agency
    assert registry().agencies["europol"].is_eu_agency


@pytest.mark.parametrize(
    ("prefix", "first"),
    [
        ("ec", "ec"),
        ("OLA", "olaf"),
        ("europ", "europol"),
        ("EMCD", "euda"),
        ("BCE", "ecb"),
        ("european asylum supp", "euaa"),
        ("migrant smug", "emsc"),
        ("eruopol", "europol"),
        ("frontieres", "frontex"),
    ],
)
def test_completion_begins_with_the_body_that_is_meant(prefix: str, first: str) -> None:
    assert registry().complete(prefix)[0].id == first


def test_completion_of_nothing_begins_with_the_institutions() -> None:
    assert ids(registry().complete("", 4)) == ["ep", "euco", "council", "ec"]


def test_completion_keeps_to_its_limit() -> None:
    assert len(registry().complete("e")) == 25
    assert len(registry().complete("e", 3)) == 3


def test_value_of_a_body_cannot_be_changed_and_may_be_a_key() -> None:
    europol = registry().agencies["europol"]
    assert {europol: 1}[europol] == 1
    assert europol.guarded["EDU"] is Guard.NAMED
    with pytest.raises(TypeError):
        europol.guarded["EDU"] = Guard.LOOKUP  # type: ignore[index]
