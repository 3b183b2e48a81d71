"""Dates, countries and names that a claim and a quotation say differently."""

import datetime

import pytest

from corpus.models import Release
from index.answering.differences import differences
from index.answering.slots import further_differences

ISSUED = datetime.date(2019, 3, 1)


@pytest.mark.parametrize(
    ("code", "claim", "quote", "claimed", "quoted"),
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
def test_both_sides_are_told_as_they_are_written(code: str, claim: str, quote: str, claimed: str, quoted: str) -> None:
    release = Release("r", "A title", "An issuer", ISSUED, code, quote)
    assert further_differences(claim, code, quote, release) == [((claimed,), (quoted,))]


@pytest.mark.parametrize(
    ("code", "claim", "quote", "claimed", "quoted"),
    [
        ("en", "Germany gets the money.", "Spain gets the money.", "Germany", "Spain"),
        ("es", "Alemania recibe el dinero.", "España recibe el dinero.", "Alemania", "España"),
        ("fi", "Rahat menevät Saksaan.", "Rahat menevät Espanjaan.", "Saksaan", "Espanjaan"),
        ("fr", "Allemagne recevra 4 millions.", "L'Espagne recevra 4 millions.", "Allemagne", "Espagne"),
        ("el", "Η Γερμανία θα λάβει χρήματα.", "Η Ισπανία θα λάβει χρήματα.", "Γερμανία", "Ισπανία"),
        ("en", "It costs 2 million euros.", "It will cost €1,500,000.", "2 million euros", "€1,500,000"),
        ("en", "It sends five ships.", "It will send 3 new ships to the port.", "five", "3"),
        ("en", "About 50 % of farms closed.", "It says that 29.7 per cent of farms closed.", "50 %", "29.7 per cent"),
        ("en", "Article 5 was changed.", "It changes Article 7 of the law.", "5", "7"),
        ("en", "It runs until 2026.", "The plan runs until 2027.", "2026", "2027"),
        ("en", "Poland’s farmers get help.", "Spain’s farmers get help.", "Poland’s", "Spain’s"),
        ("pl", "Wyśle trzy okręty.", "Wyśle 5 okrętów do portu.", "trzy", "5"),
        ("hu", "Kétmillió helyett 3 millió eurót ad.", "Az összeg 2 millió euró.", "3 millió eurót", "2 millió euró"),
        ("de", "Es kostet 2,5 Mrd. Euro.", "Es kostet 1,5 Milliarden Euro.", "2,5 Mrd. Euro", "1,5 Milliarden Euro"),
    ],
)
def test_country_for_a_country_and_amount_of_the_same_thing_are_told(
    code: str, claim: str, quote: str, claimed: str, quoted: str
) -> None:
    release = Release("r", "A title", "An issuer", ISSUED, code, quote)
    told = differences(claim, code, quote, release)
    assert (told.claimed, told.quoted) == ((claimed,), (quoted,))


@pytest.mark.parametrize(
    ("code", "claim", "quote"),
    [
        ("en", "It costs 1.5 million euros.", "It will cost €1,500,000."),
        ("en", "It costs EUR 3bn.", "It will cost 3 billion euros."),
        ("en", "Three ships were sent.", "It sent 3 ships."),
        ("en", "Around 30 % of farms closed.", "It says that 29.7% of farms closed."),
        ("en", "More than 1,200 farms closed.", "It says that 1,234 farms closed."),
        ("en", "I read in 3 newspapers that 1,234 farms closed.", "It says that 1,234 farms and 5 mills closed."),
        ("en", "On 2019-05-06 it began with 30 ships.", "On 6 May 2019 it began with 30 ships."),
        ("en", "The IF25 auction and the EU4Youth Days began.", "The IF25 auction and the EU4Youth Days began."),
        ("de", "Es sind 1,5 Millionen Euro, rund 30 Prozent.", "It is 1,500,000 euros, or 29.7 per cent."),
        ("fr", "Il s’agit de 3 milliards d’euros et de trois navires.", "It is EUR 3 billion and three ships."),
        ("el", "Πρόκειται για 2,7 εκατομμύρια ευρώ.", "It is 2.7 million euros."),
        ("fi", "Kyse on 2,7 miljoonasta eurosta.", "It is 2.7 million euros."),
    ],
)
def test_amount_in_other_words_is_no_difference(code: str, claim: str, quote: str) -> None:
    release = Release("r", "A title", "An issuer", ISSUED, "en", quote)
    told = differences(claim, code, quote, release)
    assert (told.claimed, told.missing) == ((), False)
    assert further_differences(claim, code, quote, release) == []


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
