"""Dates are read as pages write them, in the EU's languages."""

import datetime

import pytest

from corpus.cleaning.dates import date_of_value, find_date, first_date

DAY = datetime.date(2018, 12, 6)


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("2018-12-06", None),
        ("06/12/2018", "fr"),
        ("6.12.2018", "de"),
        ("6. 12. 2018", "cs"),
        ("06-12-2018 - 11:37", "en"),
        ("6 December 2018", "de"),
        ("6th December 2018", None),
        ("Dec 6, 2018", None),
        ("06 Dec 2018", None),
        ("6. Dezember 2018", "de"),
        ("le 6 décembre 2018", "fr"),
        ("6 de diciembre de 2018", "es"),
        ("6 grudnia 2018", "pl"),
        ("2018. december 6.", "hu"),
        ("2018 m. gruodžio 6 d.", "lt"),
        ("6 Δεκεμβρίου 2018", "el"),
        ("6. joulukuuta 2018", "fi"),
        ("6 декември 2018 г.", "bg"),
        ("6. prosince 2018", "cs"),
        ("6 de dezembro de 2018", "pt"),
        ("6 dicembre 2018", "it"),
        ("6° dicembre 2018", "it"),
        ("6.º de dezembro de 2018", "pt"),
        ("6.o de diciembre de 2018", "es"),
        ("6:e december 2018", "sv"),
    ],
)
def test_date_is_read(line: str, language: str | None) -> None:
    assert first_date(line, language) == DAY
    date_read = find_date(line, language)
    assert date_read is not None
    rest = line[: date_read.start] + line[date_read.end :]
    assert not any(char.isdigit() for char in rest.replace("11:37", ""))


@pytest.mark.parametrize(
    "line", ["31 February 2018", "99/99/2018", "6 Décembre 2018", "IP/18/6635", "20190712IPR56948", ""]
)
def test_what_is_no_date_is_none(line: str) -> None:
    assert first_date(line, "en") is None


@pytest.mark.parametrize(
    "value", ["2018-12-06T10:20:00+01:00", "20181206", "20181206T1020", "06-12-2018", "6 December 2018"]
)
def test_date_of_a_value_is_at_its_start(value: str) -> None:
    assert date_of_value(value) == DAY


def test_value_that_is_no_text_is_no_date() -> None:
    assert date_of_value(["2018-12-06"]) is None
    assert date_of_value("yesterday") is None
