"""Quantities as values, in whatever way a language writes them."""

import pytest

from index.text.languages import LANGUAGES, language
from index.text.quantities import quantities


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("en", "about 1.5 million people", [(1_500_000, "")]),
        ("en", "€3bn, EUR 3 billion and 3 billion euros", [(3e9, "€")] * 3),
        ("en", "29.7 per cent; 0.25 %", [(29.7, "%"), (0.25, "%")]),
        ("en", "in 2024 300 officers on 3 May 2020, two of them new", [(300, ""), (2, "")]),
        ("en", "G20, C-123/24, Regulation 2019/1896, 9th, COVID-19", []),
        ("en", "forty officers, two million, twenty-five ships, two hundred men", [(40, ""), (2e6, "")]),
        ("pl", "czterdzieści okrętów i dwa miliony", [(40, ""), (2e6, "")]),
        ("de", "1.500 Leute, 1,5 Mio. Euro, 3 Milliarden Euro", [(1500, ""), (1_500_000, "€"), (3e9, "€")]),
        ("fr", "1 500 000 euros, 3 milliards d’euros", [(1_500_000, "€"), (3e9, "€")]),
        ("pl", "1 500 milionów złotych i 3 mld euro", [(1.5e9, ""), (3e9, "€")]),
        ("da", "40 mio. kr. og 3 pct.", [(40e6, ""), (3, "%")]),
        ("mt", "5 miljun ewro, 2,000 sid", [(5e6, ""), (2000, "")]),
        ("bg", "3 милиона евро, 12 процента", [(3e6, "€"), (12, "%")]),
    ],
)
def test_quantities_are_read_as_values(code: str, text: str, expected: list[tuple[float, str]]) -> None:
    assert [(round(each.value, 6), each.unit) for each in quantities(text, code)] == expected


def test_rounded_and_hedged_quantities_say_what_they_round() -> None:
    exact, rounded, hedged, other = (
        quantities(text, "en")[0]
        for text in ("1,534,000 people", "1.5 million people", "over 1.4 million", "1.6 million")
    )
    assert rounded.says(exact)
    assert hedged.says(exact)
    assert not other.says(exact)
    assert not exact.says(rounded)
    assert exact.may_be(rounded)


@pytest.mark.parametrize("code", LANGUAGES)
def test_numbers_have_words_in_every_language(code: str) -> None:
    words = (*language(code).two_to_twelve, *language(code).twenty_to_hundred)
    assert len(words) == 20
    assert all(words)
    assert len(frozenset().union(*words)) == sum(map(len, words)), "a word is one number"


@pytest.mark.parametrize(
    ("text", "written"), [("It is €60 million.", "€60 million"), ("Es sind 5 Mio. Euro.", "5 Mio. Euro")]
)
def test_full_stop_of_a_sentence_is_no_part_of_a_figure(text: str, written: str) -> None:
    [figure] = quantities(text, "de" if "Mio" in text else "en")
    assert text[figure.start : figure.end] == written
