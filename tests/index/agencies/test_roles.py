"""A body acts in a sentence, is acted on, or is only named."""

import pytest

from corpus.agencies.registry import registry
from index.agencies.roles import ACTED_ON, ACTS, role


def part(sentence: str, agency_id: str) -> str | None:
    mention = next(each for each in registry().mentions(sentence) if each.agency_id == agency_id)
    return role(sentence, mention.start, mention.end)


@pytest.mark.parametrize(
    ("sentence", "agency_id"),
    [
        ("Next spring Europol will open a second laboratory in the south.", "europol"),
        ("The Commission (DG HOME) today adopted three decisions on visas.", "ec"),
        ("Training is to be made available by CEPOL for all new officers.", "cepol"),
        ("The European Parliament and the Council must now adopt the text.", "council"),
        ("In June Frontex reported fewer crossings than in the year before.", "frontex"),
        ("MEPs call on ministers to act before the end of the year.", "ep"),
        ("The Council, meeting in Brussels, also approved the budget.", "council"),
    ],
)
def test_body_acts(sentence: str, agency_id: str) -> None:
    assert part(sentence, agency_id) == ACTS


@pytest.mark.parametrize(
    ("sentence", "agency_id"),
    [
        ("The analytical capacities of Europol will be doubled within a year.", "europol"),
        ("A liaison office on smuggling will be established within the EMSC.", "emsc"),
        ("Ministers asked Frontex to send more officers to the islands.", "frontex"),
        ("The case was referred by the ministry to the European Public Prosecutor's Office.", "eppo"),
        ("The new regulation is meant to strengthen Europol's mandate in online cases.", "europol"),
        ("The use of the tools offered under EMPACT will be intensified.", "empact"),
    ],
)
def test_body_is_acted_on(sentence: str, agency_id: str) -> None:
    assert part(sentence, agency_id) == ACTED_ON


@pytest.mark.parametrize(
    ("sentence", "agency_id"),
    [
        ("“We shall not wait”, the Executive Director of Frontex told them on Monday.", "frontex"),
        ("According to Eurostat, prices in the region rose by three per cent.", "estat"),
        ("Does Europol have to wait for the Council to decide on this?", "europol"),
        ("Follow the European Commission on all of its channels", "ec"),
        ("Key ECB interest rates were left where they had been since March.", "ecb"),
        ("Europol", "europol"),
    ],
)
def test_body_is_only_named(sentence: str, agency_id: str) -> None:
    assert part(sentence, agency_id) is None
