"""Dates, countries and names that a claim and a quotation say differently."""

import datetime

import pytest

from corpus.models import Release
from index.answering.differences import differences
from index.answering.slots import further_differences

ISSUED = datetime.date(2019, 3, 1)


@pytest.mark.parametrize(
    ("code", "claim", "quote", "claimed", "found"),
    [
        (
            "en",
            "Europol sends 300 officers to the port of Antwerp.",
            "It sends 300 officers to the port of Izola to search.",
            "Antwerp",
            "Izola",
        ),
        (
            "en",
            "It was presented by Charles Michel.",
            "The plan was presented by Ursula von der Leyen.",
            "Charles Michel",
            "Ursula von der Leyen",
        ),
        (
            "en",
            "Christine Lagarde said that rates stay.",
            "Mario Draghi said that rates stay.",
            "Christine Lagarde",
            "Mario Draghi",
        ),
        (
            "en",
            "Commissioner Avramopoulos spoke.",
            "It says that Commissioner Johansson agreed.",
            "Commissioner Avramopoulos",
            "Commissioner Johansson",
        ),
        ("en", "It runs until June 2020.", "The plan runs until March 2020.", "June 2020", "March 2020"),
        (
            "en",
            "It enters into force on 5 December 2018.",
            "It will be in force on 6 December 2018.",
            "5 December 2018",
            "6 December 2018",
        ),
        ("en", "It was agreed on 5 March 2019.", "Today it was agreed.", "5 March 2019", "2019-03-01"),
        (
            "pl",
            "Komisja spotkała się w Warszawie.",
            "Komisja spotkała się w Krakowie w maju.",
            "Warszawie",
            "Krakowie",
        ),
        (
            "de",
            "Der Plan gilt bis zum 3. Mai 2020.",
            "Der Plan läuft bis zum 3. Juni 2020.",
            "3. Mai 2020",
            "3. Juni 2020",
        ),
    ],
)
def test_both_sides_are_told_as_they_are_written(code: str, claim: str, quote: str, claimed: str, found: str) -> None:
    release = Release("r", "A title", "An issuer", ISSUED, code, quote)
    assert further_differences(claim, code, quote, release) == [((claimed,), (found,))]


@pytest.mark.parametrize(
    ("code", "claim", "quote", "claimed", "found"),
    [
        ("en", "Germany gets the money.", "Spain gets the money.", "Germany", "Spain"),
        ("es", "Alemania recibe el dinero.", "España recibe el dinero.", "Alemania", "España"),
        ("fi", "Rahat menevät Saksaan.", "Rahat menevät Espanjaan.", "Saksaan", "Espanjaan"),
        ("fr", "Allemagne recevra 4 millions.", "L'Espagne recevra 4 millions.", "Allemagne", "Espagne"),
        ("el", "Η Γερμανία θα λάβει χρήματα.", "Η Ισπανία θα λάβει χρήματα.", "Γερμανία", "Ισπανία"),
    ],
)
def test_country_for_a_country_is_told_by_what_tells_bodies_and_figures(
    code: str, claim: str, quote: str, claimed: str, found: str
) -> None:
    release = Release("r", "A title", "An issuer", ISSUED, code, quote)
    told = differences(claim, code, quote, release)
    assert (told.claimed, told.found) == ((claimed,), (found,))


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("The Commission likes the Common Asylum System.", "Commissioner Johansson likes the Common Asylum System."),
        (
            "It was adopted on 3 May 2020 by the Council.",
            "On 3 May 2020 the Council adopted the Action Plan on Migrant Smuggling.",
        ),
        ("The Nobel Prize went to the Union.", "The Sakharov Prize was given to Malala Yousafzai."),
        ("It was agreed on 5 June 2012.", "Today it was agreed."),
        ("It was agreed on 5 March 2019.", "It was agreed on 5 March after October's talks."),
        ("It runs until 2020.", "The plan runs until March 2020."),
        ("It was said on 1 March 2019.", "In May 2018 it was said that this would come."),
        ("Ministers met in Lyon.", "In spring, ministers met."),
        ("Italy and Spain get money.", "Spain, Italy and Malta get money."),
        ("Mr Michel said so.", "President Charles Michel said so to Reuters."),
    ],
)
def test_what_does_not_stand_in_the_place_of_something_else_is_no_difference(claim: str, quote: str) -> None:
    release = Release("r", "A title", "An issuer", ISSUED, "en", quote)
    assert further_differences(claim, "en", quote, release) == []
    assert differences(claim, "en", quote, release).claimed == ()
