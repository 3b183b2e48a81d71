"""A question that names a time is answered from that time, or not at all."""

import datetime
import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from index.answering.times import Relation, Time, asks_for_now, fits, time_of, without_latest
from index.encoders.embedder import SentenceTransformerEmbedder
from index.engine import Engine
from index.filters import Filters
from index.intake.ingest import ingest_file
from index.intake.overrides import Overrides
from index.maintenance import build_all
from index.processes.jobs import open_corpus
from index.settings import IndexSettings
from index.text.languages import LANGUAGES
from index.text.read_text import read_text
from index.text.times import moments
from tests.fakes import silent

JUNE = datetime.date(2003, 6, 5)
RATES = (
    "At today's meeting the Governing Council of the ECB decided to {what} the key ECB interest rates by {points} "
    "basis points. The interest rate on the main refinancing operations will be {rate}%. The decision takes effect now."
)
# The date of a release, what was decided, by how much, and the rate that it led to.
MEETINGS = (
    ("2003-03-06", "lower", "25", "2.50"),
    ("2003-06-05", "lower", "50", "2.00"),
    ("2005-12-06", "raise", "25", "2.25"),
    ("2006-03-02", "raise", "25", "2.50"),
)
NOTHING = Filters()
WAYS = tomllib.loads(Path(__file__).with_name("since_until.toml").read_text("utf-8"))


@pytest.mark.parametrize(
    ("question", "code", "published", "text", "fit"),
    [
        ("What was decided in June 2003?", "en", JUNE, "", True),
        ("What was decided in May 2003?", "en", JUNE, "", False),
        ("What was decided in May 2003?", "en", JUNE, "It had decided so in May.", True),
        ("What was decided in May 2004?", "en", JUNE, "It had decided so in May.", False),
        ("What was decided in November 2003?", "en", datetime.date(2003, 1, 9), "as in November", False),
        ("What was decided in November 2002?", "en", datetime.date(2003, 1, 9), "as in November", True),
        ("What was decided on 5 June 2003?", "en", JUNE, "", True),
        ("What was decided on 4 June 2003?", "en", JUNE, "", False),
        ("What was decided on 4 June 2003?", "en", JUNE, "on 4 June", True),
        ("What was decided since 2002?", "en", JUNE, "", True),
        ("What was decided since the beginning of 2004?", "en", JUNE, "", False),
        ("What was decided before 2003?", "en", datetime.date(2002, 1, 3), "", True),
        ("Was wurde vor März 2003 beschlossen?", "de", JUNE, "", False),
        ("Qu'a-t-on décidé depuis juin 2002 ?", "fr", JUNE, "", True),
        ("Co zdecydowano w czerwcu 2003 r.?", "pl", JUNE, "", True),
        ("What was decided in June?", "en", JUNE, "", True),
        ("What was decided?", "en", JUNE, "", True),
    ],
)
def test_time_fits_the_day_of_publication_or_what_is_told(
    question: str, code: str, published: datetime.date, text: str, fit: bool
) -> None:
    told = [each.moment for each in moments(text)]
    assert fits(time_of(read_text(question, code)), published, told) is fit


@pytest.mark.parametrize("code", LANGUAGES)
def test_since_and_until_are_read_in_every_language(code: str) -> None:
    for relation in (Relation.SINCE, Relation.UNTIL):
        for said in WAYS[code][relation]:
            time = time_of(read_text(said, code))
            assert time is not None, said
            assert [(each.relation, each.moment.year) for each in time.named] == [(relation, 2024)], said


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("What did the Council decide in June 2024 on ferries?", "en"),
        ("Was beschloss der Rat im Juni 2024 an Maßnahmen?", "de"),
        ("Какво е решението от 1 юни 2024 г.?", "bg"),
        ("Koja je odluka od 1. lipnja 2024.?", "hr"),
        ("Cosa fu adottato da Frontex nel 2024?", "it"),
        ("Mit döntött a Tanács 2024 júniusában?", "hu"),
        ("Mitä neuvosto päätti kesäkuussa 2024?", "fi"),
        ("Mida otsustas nõukogu 2024. aasta juunis?", "et"),
        ("Ce a decis Consiliul în iunie 2024?", "ro"),
    ],
)
def test_a_time_without_such_a_word_is_that_time(question: str, code: str) -> None:
    time = time_of(read_text(question, code))
    assert time is not None
    assert [each.relation for each in time.named] == [Relation.IN]


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("What are the current interest rates?", "en"),
        ("What was decided at the last meeting?", "en"),
        ("What was decided most recently?", "en"),
        ("Was wurde in der letzten Sitzung beschlossen?", "de"),
        ("Quel est le taux actuel ?", "fr"),
        ("Jakie są aktualne stopy procentowe?", "pl"),
        ("Mikä on viimeisin päätös?", "fi"),
        ("Ποιο είναι το τρέχον επιτόκιο;", "el"),
        ("Каква е последната лихва?", "bg"),
    ],
)
def test_what_is_latest_is_asked_for_in_every_language(question: str, code: str) -> None:
    time = time_of(read_text(question, code))
    assert time is not None
    assert time.latest
    assert time.named == ()


SPANS = {
    "bg": "Какво реши Съветът между 2014 и 2016 г.?",
    "cs": "Co Rada rozhodla mezi lety 2014 a 2016?",
    "da": "Hvad besluttede Rådet mellem 2014 og 2016?",
    "de": "Was entschied der Rat zwischen 2014 und 2016?",
    "el": "Τι αποφάσισε το Συμβούλιο μεταξύ 2014 και 2016;",
    "en": "What did the Council decide between 2014 and 2016?",
    "es": "¿Qué decidió el Consejo entre 2014 y 2016?",
    "et": "Mida nõukogu otsustas 2014. ja 2016. aasta vahel?",
    "fi": "Mitä neuvosto päätti vuosien 2014 ja 2016 välillä?",
    "fr": "Qu'a décidé le Conseil entre 2014 et 2016 ?",
    "ga": "Cad a shocraigh an Chomhairle idir 2014 agus 2016?",
    "hr": "Što je Vijeće odlučilo između 2014. i 2016.?",
    "hu": "Mit döntött a Tanács 2014 és 2016 között?",
    "it": "Cosa ha deciso il Consiglio tra il 2014 e il 2016?",
    "lt": "Ką Taryba nusprendė tarp 2014 ir 2016 metų?",
    "lv": "Ko Padome nolēma starp 2014. un 2016. gadu?",
    "mt": "X'iddeċieda l-Kunsill bejn l-2014 u l-2016?",
    "nl": "Wat besloot de Raad tussen 2014 en 2016?",
    "pl": "Co uchwaliła Rada w latach 2014-2016?",
    "pt": "O que decidiu o Conselho entre 2014 e 2016?",
    "ro": "Ce a decis Consiliul între 2014 și 2016?",
    "sk": "O čom Rada rozhodla medzi rokmi 2014 a 2016?",
    "sl": "Kaj je Svet odločil med letoma 2014 in 2016?",
    "sv": "Vad beslutade rådet mellan 2014 och 2016?",
}


@pytest.mark.parametrize("code", LANGUAGES)
def test_time_between_two_that_are_named_fits(code: str) -> None:
    time = time_of(read_text(SPANS[code], code))
    assert [fits(time, datetime.date(year, 6, 1), ()) for year in (2013, 2014, 2015, 2016, 2017)] == [
        False,
        True,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("What did the ECB do from May 2014 to July 2016?", "en"),
        ("Was galt von Mai 2014 bis Juli 2016?", "de"),
        ("Qu'a décidé le Conseil de mai 2014 à juillet 2016 ?", "fr"),
        ("Co zrobiła Rada od maja 2014 do lipca 2016?", "pl"),
        ("¿Qué decidió el Consejo de mayo de 2014 a julio de 2016?", "es"),
    ],
)
def test_time_from_one_month_to_another_fits(question: str, code: str) -> None:
    time = time_of(read_text(question, code))
    assert fits(time, datetime.date(2015, 6, 1), ())
    assert not fits(time, datetime.date(2016, 8, 1), ())


@pytest.mark.parametrize("question", ["What changed in 2014 and in 2016?", "decisions of May 2014 and of June 2016"])
def test_two_times_are_no_span(question: str) -> None:
    assert not fits(time_of(read_text(question, "en")), datetime.date(2015, 6, 1), ())


@pytest.mark.parametrize(
    ("code", "question", "now"),
    [
        ("bg", "Кога е следващото заседание?", "Какво важи днес?"),
        ("cs", "Kdy je příští zasedání?", "Co platí dnes?"),
        ("da", "Hvornår er det næste møde?", "Hvad gælder i dag?"),
        ("de", "Wann ist die nächste Sitzung?", "Was gilt heute?"),
        ("el", "Πότε είναι η επόμενη συνεδρίαση;", "Τι ισχύει σήμερα;"),
        ("en", "When is the next meeting?", "What applies now?"),
        ("es", "¿Cuándo es la próxima reunión?", "¿Qué rige hoy?"),
        ("et", "Millal on järgmine koosolek?", "Mis kehtib täna?"),
        ("fi", "Milloin on seuraava kokous?", "Mikä on voimassa nyt?"),
        ("fr", "Quand est la prochaine réunion ?", "Qu'est-ce qui vaut aujourd'hui ?"),
        ("ga", "Cathain a bheidh an chéad chruinniú eile ann?", "Cad atá i bhfeidhm inniu?"),
        ("hr", "Kada je sljedeća sjednica?", "Što vrijedi danas?"),
        ("hu", "Mikor lesz a következő ülés?", "Mi érvényes most?"),
        ("it", "Quando è la prossima riunione?", "Che cosa vale oggi?"),
        ("lt", "Kada bus artimiausias posėdis?", "Kas galioja šiandien?"),
        ("lv", "Kad ir nākamā sanāksme?", "Kas ir spēkā šodien?"),
        ("mt", "Meta hi l-laqgħa li jmiss?", "X'japplika llum jew issa?"),
        ("nl", "Wanneer is de volgende vergadering?", "Wat geldt vandaag?"),
        ("pl", "Kiedy jest następne posiedzenie?", "Co obowiązuje dzisiaj?"),
        ("pt", "Quando é a próxima reunião?", "O que vale hoje?"),
        ("ro", "Când este următoarea reuniune?", "Ce se aplică astăzi?"),
        ("sk", "Kedy je najbližšie zasadnutie?", "Čo platí dnes?"),
        ("sl", "Kdaj je naslednja seja?", "Kaj velja danes?"),
        ("sv", "När är nästa möte?", "Vad gäller idag?"),
    ],
)
def test_what_comes_next_and_now_is_told_in_every_language(code: str, question: str, now: str) -> None:
    assert time_of(read_text(question, code)) == Time(ahead=True)
    assert time_of(read_text(now, code)) == Time(latest=True)
    assert asks_for_now(time_of(read_text(now, code)), read_text(now, code))
    assert not asks_for_now(None, read_text(question.split()[0], code))


@pytest.mark.parametrize(
    ("code", "question", "kept"),
    [
        ("en", "What is the latest decision on rates?", "What is the decision on rates?"),
        ("en", "What happened at the last meeting?", "What happened at the meeting?"),
        ("fr", "Quelle est la plus récente décision ?", "Quelle est décision ?"),
        ("de", "Wie hoch ist der aktuelle Satz?", "Wie hoch ist der Satz?"),
        ("en", "Who meets whom?", "Who meets whom?"),
    ],
)
def test_words_for_latest_are_not_looked_for(code: str, question: str, kept: str) -> None:
    assert " ".join(without_latest(read_text(question, code)).split()) == kept


@pytest.mark.parametrize(
    ("code", "question"),
    [
        ("el", "Μέχρι πότε τρέχει η δεύτερη φάση;"),
        ("es", "¿En qué se centra el plan actualizado?"),
        ("ro", "Ce conține planul actualizat?"),
        ("pt", "O que contém o plano atualizado?"),
        ("ga", "Cén dáta deiridh atá ann?"),
    ],
)
def test_words_that_begin_like_latest_ask_for_nothing_new(code: str, question: str) -> None:
    assert time_of(read_text(question, code)) is None


def test_year_that_is_named_beside_latest_counts() -> None:
    time = time_of(read_text("What was the latest decision of 2003?", "en"))
    assert time is not None
    assert not time.latest
    assert [named.relation for named in time.named] == [Relation.IN]


@pytest.fixture(scope="module")
def meetings(tmp_path_factory: pytest.TempPathFactory, default_model: SentenceTransformerEmbedder) -> Iterator[Engine]:
    """An engine over the ECB's decisions of four months."""
    folder = tmp_path_factory.mktemp("meetings")
    settings = IndexSettings(data_dir=folder / "data", model="")
    with closing(open_corpus(settings)) as store:
        for date, what, points, rate in MEETINGS:
            path = folder / f"{date}.md"
            header = f"title: Monetary policy decisions\nissuer: European Central Bank\ndate: {date}\nlanguage: en"
            path.write_text(f"---\n{header}\n---\n\n{RATES.format(what=what, points=points, rate=rate)}\n", "utf-8")
            ingest_file(store, path, Overrides())
    build_all(settings, default_model, silent)
    with Engine(settings, default_model) as engine:
        yield engine


@pytest.mark.parametrize(
    "question",
    [
        "By how many basis points did the ECB change its key interest rates in {}?",
        "key ecb interest rates decision {}",
    ],
)
@pytest.mark.parametrize(
    ("month", "date"),
    [("June 2003", "2003-06-05"), ("MARCH 2006", "2006-03-02"), ("mar 2006", "2006-03-02"), ("May 2004", None)],
)
def test_month_without_a_release_is_not_answered_from_another(
    meetings: Engine, question: str, month: str, date: str | None
) -> None:
    answer = meetings.answer(question.format(month), NOTHING)
    assert answer.answered is (date is not None), answer
    assert date is None or answer.sources[0].date == date


@pytest.mark.parametrize(
    ("question", "date"),
    [
        ("Um wie viele Basispunkte hat die EZB die Leitzinsen im Juni 2003 geändert?", "2003-06-05"),
        ("De combien de points de base la BCE a-t-elle modifié ses taux en mars 2006 ?", "2006-03-02"),
        ("O ile punktów bazowych EBC zmienił stopy procentowe w grudniu 2005 r.?", "2005-12-06"),
    ],
)
def test_time_counts_in_other_languages(meetings: Engine, question: str, date: str) -> None:
    answer = meetings.answer(question, NOTHING)
    assert answer.sources[0].date == date
    elsewhere = (
        question.replace("Juni 2003", "Mai 2004").replace("mars 2006", "mai 2004").replace("grudniu 2005", "maju 2004")
    )
    assert not meetings.answer(elsewhere, NOTHING).answered


@pytest.mark.parametrize(
    "question",
    [
        "By how many basis points did the ECB change its key interest rates at the last meeting?",
        "What is the current interest rate on the main refinancing operations of the ECB?",
        "How high is the interest rate on the main refinancing operations of the ECB now?",
        "Quel est le taux d'intérêt actuel des opérations principales de refinancement de la BCE ?",
        "Jaka jest aktualna stopa podstawowych operacji refinansujących EBC?",
    ],
)
def test_latest_is_shown_from_the_newest_release(meetings: Engine, question: str) -> None:
    answer = meetings.answer(question, NOTHING)
    assert answer.sources[0].date == "2006-03-02"


@pytest.mark.parametrize(
    ("claim", "told"),
    [
        ("The ECB lowered its key interest rates by 50 basis points in June 2003, right?", None),
        ("The ECB raised its key interest rates by 50 basis points in June 2003, right?", "here raised, there lower"),
        ("The ECB lowered its key interest rates by 25 basis points in June 2003, right?", "here 25, there 50"),
        ("The ECB lowered its key interest rates by 50 basis points in May 2004, right?", "here May 2004, there 2003"),
        ("Frontex lowered its key interest rates by 50 basis points in June 2003, right?", "here Frontex, there ECB"),
        ("Die EZB hat die Leitzinsen im Juni 2003 erhöht, nicht wahr?", "here erhöht, there lower"),
        ("Est-il vrai que la BCE a relevé ses taux directeurs en juin 2003 ?", "here relevé, there lower"),
        ("EBC podniósł stopy procentowe w czerwcu 2003 r., prawda?", "here podniósł, there lower"),
    ],
)
def test_claim_is_answered_from_its_time_with_what_differs(meetings: Engine, claim: str, told: str | None) -> None:
    answer = meetings.answer(claim, NOTHING)
    assert answer.sources[0].date == "2003-06-05"
    otherwise = [str(notice) for notice in answer.notices if "say otherwise" in str(notice)]
    assert told is None or told in otherwise[0]
    if told is None:
        assert answer.answered
        assert otherwise == []
    else:
        assert answer.confidence < 0.9


@pytest.mark.parametrize(
    "question",
    ["Did the ECB not change its rates in June 2003?", "Warum hat die EZB die Zinsen im Juni 2003 nicht geändert?"],
)
def test_what_a_release_affirms_is_not_denied(meetings: Engine, question: str) -> None:
    answer = meetings.answer(question, NOTHING)
    assert answer.confidence < 0.5
    assert not answer.answered
