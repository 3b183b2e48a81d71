"""Bodies are found where a text means them, and nowhere else."""

import hashlib
import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.agencies.folding import fold, fold_name, spellings
from corpus.agencies.registry import registry
from tests.conftest import SHARED

MARKED = Path(__file__).with_name("mentions.jsonl")
NOUNS = frozenset(
    map(
        fold_name,
        json.loads(resources.files("corpus.agencies").joinpath("agencies.json").read_text("utf-8"))["anaphors"],
    )
)
MIN_PRECISION, MIN_RECALL = 0.97, 0.95


def named(text: str, *, question: bool = False) -> list[tuple[str, str]]:
    named_agencies = registry().mentions(text, question=question)
    return [(mention.agency_id, text[mention.start : mention.end]) for mention in named_agencies]


def ids(text: str) -> list[str]:
    return [agency_id for agency_id, _ in named(text)]


@pytest.mark.parametrize(
    "text", ["a new era", "on the basis of", "an echo", "vis-à-vis", "Europolis", "EUROPOLIS", "an EIBer"]
)
def test_name_within_a_word_or_as_a_word_is_no_mention(text: str) -> None:
    assert named(text) == []


def test_acronym_that_is_a_word_counts_where_the_body_is_named_in_full() -> None:
    assert named("ERA said so") == []
    text = "In a new era, the European Union Agency for Railways grows. ERA said so."
    assert named(text) == [("era", "European Union Agency for Railways"), ("era", "ERA")]
    assert ids("The Schengen Information System: SIS alerts.") == ["sis", "sis"]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Today, the Council adopted it.", [("council", "Council")]),
        ("Council adopts it", [("council", "Council")]),
        ("The Council of the European Union met.", [("council", "Council of the European Union")]),
        ("The Council of the EU met.", [("council", "Council of the EU")]),
        ("The European Council met.", [("euco", "European Council")]),
        ("The Council of Europe met.", [("coe", "Council of Europe")]),
        ("The Council of 15 May and the Council of May", [("council", "Council"), ("council", "Council")]),
        (
            "the JHA Council and the ECOFIN Council",
            [("jha-council", "JHA Council"), ("council", "ECOFIN Council")],
        ),
        ("the Governing Council, the General\nCouncil", []),
        ("the Council of Bars and Law Societies", []),
        ("the Nordic Council, the city council", []),
        ("the European Council on Foreign Relations", []),
    ],
)
def test_council_is_the_one_that_is_meant(text: str, meant: list[tuple[str, str]]) -> None:
    assert named(text) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Commissioner Brunner spoke for the Commission.", [("ec", "Commission")]),
        ("the commission for it; the UN Commission on Narcotic Drugs", []),
        ("the European Commission against Racism and Intolerance", []),
        ("On Friday, Parliament adopted it.", [("ep", "Parliament")]),
        ("the Georgian Parliament, the Parliament of Georgia", []),
        ("a Member of the European Parliament", [("ep", "European Parliament")]),
        ("MEPs agreed, one MEP did not", [("ep", "MEPs")]),
        ("the French Court of Auditors, the Court of Auditors", [("eca", "Court of Auditors")]),
    ],
)
def test_other_institutions_are_the_ones_that_are_meant(text: str, meant: list[tuple[str, str]]) -> None:
    assert named(text) == meant


def test_the_centre_is_the_one_named_before() -> None:
    text = "The European Migrant Smuggling Centre opened. The Centre grows. A centre is a place."
    assert named(text) == [("emsc", "European Migrant Smuggling Centre"), ("emsc", "Centre")]


def test_center_and_centre_are_one() -> None:
    text = "the European Migrant Smuggling Center; the Center"
    assert named(text) == [("emsc", "European Migrant Smuggling Center"), ("emsc", "Center")]


def test_the_agency_is_the_nearest_one_named_before() -> None:
    assert ids("The Agency. Europol and OLAF act: the Agency and the Office.") == [
        "europol",
        "olaf",
        "europol",
        "olaf",
    ]


def test_the_agency_is_no_body_after_another_agency() -> None:
    assert ids("Europol met the International Energy Agency. The Agency agreed.") == ["europol"]
    assert ids("the EIB and the Bank of Spain: the Bank lends") == ["eib"]


def test_possessive_is_outside_the_mention() -> None:
    assert named("Europol’s and Frontex's work") == [("europol", "Europol"), ("frontex", "Frontex")]


def test_lost_apostrophe_is_outside_the_mention() -> None:
    assert named("the ECBs capital") == [("ecb", "ECB")]


def test_hyphen_borders_a_name_and_stands_within_one() -> None:
    assert named("a Europol-led action") == [("europol", "Europol")]
    assert ids("European Counter-Terrorism Centre, European Counter Terrorism Centre") == ["ectc", "ectc"]
    assert named("CERT‑EU, eu-LISA") == [("cert-eu", "CERT‑EU"), ("eu-lisa", "eu-LISA")]


@pytest.mark.parametrize("gap", ["\n", "\r\n", "  ", "\u00a0", " \u00a0\n "])
def test_white_space_within_a_name_may_be_any(gap: str) -> None:
    name = f"European{gap}Public Prosecutor's{gap}Office"
    assert named(f"the {name}.") == [("eppo", name)]


def test_name_does_not_go_on_over_a_paragraph_or_a_dash() -> None:
    assert named("European\n\nCouncil of Europe") == [("coe", "Council of Europe")]
    assert named("Joint Research - Centre") == []


def test_soft_hyphen_within_a_name_is_no_matter() -> None:
    assert named("Euro\u00adpol") == [("europol", "Euro\u00adpol")]


def test_lower_case_name_of_several_words_counts() -> None:
    assert named("the EU internet referral unit") == [("eu-iru", "EU internet referral unit")]


def test_name_glued_to_a_word_in_a_scraped_page_counts() -> None:
    text = "SpokespersonEuropean Anti-Fraud Office (OLAF)Phone, theEIB’s"
    assert named(text) == [("olaf", "European Anti-Fraud Office (OLAF)"), ("eib", "EIB")]


@pytest.mark.parametrize(
    "text",
    [
        "European Border and Coast Guard Agency (Frontex)",
        "European Border and Coast Guard Agency(“Frontex”)",
        "Frontex (European Border and Coast Guard Agency)",
    ],
)
def test_name_and_acronym_in_brackets_are_one_mention(text: str) -> None:
    assert named(f"the {text} acts") == [("frontex", text)]


def test_brackets_that_hold_more_are_no_part_of_the_mention() -> None:
    text = "European Anti-Fraud Office (OLAF, EPPO)"
    assert named(text) == [("olaf", "European Anti-Fraud Office"), ("olaf", "OLAF"), ("eppo", "EPPO")]


def test_longest_name_wins() -> None:
    assert named("the European Union Agency for Asylum") == [("euaa", "European Union Agency for Asylum")]
    assert named("General Secretariat of the Council") == [("gsc", "General Secretariat of the Council")]


def test_acronym_that_the_release_gives_for_something_else_is_not_the_bodys() -> None:
    assert named("the Everything But Arms (EBA) scheme. EBA countries export.") == []
    assert named("the European Economic Area (EEA). EEA states.") == []
    assert ids("exchange-traded funds (ETF). The European Training Foundation. ETF trade.") == ["etf"]


def test_acronym_after_other_words_for_the_body_is_the_bodys() -> None:
    assert named("the drugs agency of the EU. The Drugs Agency (EUDA)") == [("euda", "EUDA")]


def test_acronym_of_a_legal_act_is_no_mention() -> None:
    text = "the European Commission. Regulation (EC) No 1/2003, Decision 2008/381/EC"
    assert named(text) == [("ec", "European Commission")]


def test_acronym_that_the_release_gives_for_the_body_counts() -> None:
    assert ids("The European Commission (EC). EC staff.") == ["ec", "ec"]


def test_acronym_of_two_bodies_is_the_ones_that_the_release_gives_it_for() -> None:
    assert ids("The Euratom Supply Agency (ESA). ESA buys.") == ["esa", "esa"]
    assert ids("The European Space Agency (ESA). ESA flies.") == ["esa-2", "esa-2"]


@pytest.mark.parametrize(
    "text",
    [
        "https://www.europol.europa.eu/Europol",
        "press@Europol.europa.eu",
        "@Europol",
        "@EU_Commission",
        "europa.eu/OLAF",
    ],
)
def test_name_in_an_address_is_no_mention(text: str) -> None:
    assert named(text) == []


def test_question_may_name_a_body_carelessly() -> None:
    assert named("what does europol do, and EIT", question=True) == [("europol", "europol"), ("eit", "EIT")]
    assert named("what does europol do, and EIT") == []


def test_question_with_an_ambiguous_name_names_no_body() -> None:
    assert named("what does ERA do", question=True) == []


def need_shared(*parts: str) -> Path:
    path = SHARED.joinpath(*parts)
    if not path.is_file():
        pytest.skip(f"no {path}: the releases are not part of the project")
    return path


def test_shipped_release_names_these_bodies() -> None:
    page = need_shared("pages", "seed-000_f85992268a4f084d.txt").read_text("utf-8")
    assert named(page) == [
        ("council", "Council"),
        ("council", "Council"),
        ("emsc", "European Migrant Smuggling Center (EMSC)"),
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


def marked(*, held_out: bool) -> list[dict[str, Any]]:
    records = [json.loads(line) for line in MARKED.read_text("utf-8").splitlines()]
    return [record for record in records if record["held_out"] is held_out]


def test_marked_set_is_large_enough() -> None:
    assert len(marked(held_out=False)) == 25
    assert sum(len(record["mentions"]) for record in marked(held_out=False)) >= 300


@pytest.mark.parametrize("held_out", [False, True])
def test_mentions_agree_with_those_marked_by_hand(held_out: bool) -> None:
    lines = need_shared("eval", "corpus.jsonl").read_text("utf-8").splitlines()
    texts = {release["_id"]: release["text"] for release in map(json.loads, lines)}
    right = given = wanted = 0
    for record in marked(held_out=held_out):
        text = texts[record["doc"]]
        assert hashlib.sha256(text.encode()).hexdigest() == record["text_sha256"]
        expected = {tuple(mention) for mention in record["mentions"]}
        named_agencies = {(mention.start, mention.end, mention.agency_id) for mention in registry().mentions(text)}
        right, given, wanted = (
            right + len(expected & named_agencies),
            given + len(named_agencies),
            wanted + len(expected),
        )
    assert right / given >= MIN_PRECISION
    assert right / wanted >= MIN_RECALL


def forms(agency_id: str) -> set[str]:
    """Return the folded names of a body in every spelling."""
    names = registry().agencies[agency_id].names
    return {fold_name(form) for name in names for each in spellings(name) for form in (each, each.upper())}


NAMES = sorted(name for agency in registry().agencies.values() for name in agency.names)
PIECES = st.sampled_from(
    [
        *NAMES,
        "the ",
        "The Agency",
        "the Centre",
        " (",
        ")",
        "of",
        "İ",
        "ß",
        "\n",
        "\n\n",
        "\u00ad",
        "-",
        "’s",
        "🙂",
        "e\u0301",
    ]
)


@given(st.text(max_size=200) | st.lists(PIECES, max_size=30).map(" ".join) | st.lists(PIECES, max_size=30).map("".join))
def test_mentions_never_overlap_and_are_names_of_their_bodies(text: str) -> None:
    end = 0
    for mention in registry().mentions(text):
        assert end <= mention.start < mention.end <= len(text)
        end = mention.end
        written, allowed = text[mention.start : mention.end], forms(mention.agency_id) | NOUNS
        name, _, bracketed = written.rpartition("(")
        pair = {fold_name(re.sub(r"['’]s\s*$", "", name)), fold_name(bracketed.rstrip(")”\"’' \n"))}
        assert fold_name(written) in allowed or pair <= allowed


@given(st.text(max_size=300))
def test_folded_text_leads_back_to_the_original(text: str) -> None:
    folded = fold(text)
    kept = [offset for offset, char in enumerate(folded.text) if char.isalnum()]
    originals = [folded.original(offset) for offset in kept]
    assert originals == sorted(set(originals))
    assert all(fold_name(text[number]) == folded.text[offset] for offset, number in zip(kept, originals, strict=True))
