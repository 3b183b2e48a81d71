"""Claims that are true in other words are not said to differ, and those with one thing altered are."""

import pytest

from index.answering.claims import Verdict
from index.evaluation.gold import load_corpus
from tests.conftest import SHARED
from tests.eval.otherwise import claims_of, judged


def test_claims_of_releases_on_which_nothing_was_mended() -> None:
    if not (SHARED / "eval").exists():
        pytest.skip("the development set is not there")
    claims = list(claims_of(list(load_corpus(SHARED / "eval"))[1::20]))
    counts = {true: judged([claim for claim in claims if claim.true is true]) for true in (True, False)}
    shares = {}
    for true, kinds in counts.items():
        said = [counted[Verdict.SAY_OTHERWISE] for counted in kinds.values()]
        shares[true] = sum(said) / sum(counted.total() for counted in kinds.values())
    assert shares[True] < 0.02
    assert shares[False] > 0.85
    assert len(counts[True]) > 12
    assert len(counts[False]) > 6
