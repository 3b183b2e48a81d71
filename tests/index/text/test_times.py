"""The days, months and years that a text names."""

import pytest

from index.text.times import Moment, moments


@pytest.mark.parametrize(
    ("text", "code", "moment"),
    [
        ("in June 2003", "en", Moment(2003, 6)),
        ("MARCH 2006", "en", Moment(2006, 3)),
        ("rates mar 2006", "en", Moment(2006, 3)),
        ("On 24 September 2025 it", "en", Moment(2025, 9, 24)),
        ("September 24th, 2025", "en", Moment(2025, 9, 24)),
        ("since January", "en", Moment(None, 1)),
        ("in march", "en", Moment(None, 3)),
        ("2025-09-24", "en", Moment(2025, 9, 24)),
        ("24.9.2025", "fi", Moment(2025, 9, 24)),
        ("im März 2006", "de", Moment(2006, 3)),
        ("en juin 2003", "fr", Moment(2003, 6)),
        ("el 5 de junio de 2003", "es", Moment(2003, 6, 5)),
        ("kesäkuussa vuonna 2003", "fi", Moment(2003, 6)),
        ("2003. június 5-én", "hu", Moment(2003, 6, 5)),
        ("2003 m. birželio 5 d.", "lt", Moment(2003, 6, 5)),
        ("2003. gada 5. jūnijā", "lv", Moment(2003, 6, 5)),
        ("2008. aasta mai andmetel", "et", Moment(2008, 5)),
        ("στις 5 Ιουνίου 2003", "el", Moment(2003, 6, 5)),
        ("на 5 юни 2003 г.", "bg", Moment(2003, 6, 5)),
        ("w czerwcu 2003 r.", "pl", Moment(2003, 6)),
        ("v zari 2019", "cs", Moment(2019, 9)),
        ("fl-5 ta' Ġunju 2003", "mt", Moment(2003, 6, 5)),
        ("i nDeireadh Fómhair 2017", "ga", Moment(2017, 10)),
        ("in 1999", "en", Moment(1999)),
    ],
)
def test_time_is_read_in_every_language(text: str, code: str, moment: Moment) -> None:
    assert [each.moment for each in moments(text, code)] == [moment]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("What may the Council do?", "en"),
        ("They march on, and can jan help?", "en"),
        ("Regulation (EU) 2019/1896 and No 2018/123", "en"),
        ("€2000 million", "en"),
        ("el mar Báltico", "es"),
        ("de mai jos", "ro"),
        ("oni mają rację", "pl"),
        ("M3 growth of 2.5 %", "en"),
    ],
)
def test_what_is_no_time_is_not_read_as_one(text: str, code: str) -> None:
    assert moments(text, code) == ()


def test_letter_with_a_figure_is_no_day() -> None:
    assert [each.moment for each in moments("growth of M1 in September 2017", "en")] == [Moment(2017, 9)]


def test_place_of_a_time_is_that_in_the_text() -> None:
    text = "Was die EZB am 5. Juni 2003 beschloß"
    (named,) = moments(text, "de")
    assert text[named.start : named.end] == "5. Juni 2003"
