"""A body, country or other name that a question names and the release does not lowers confidence."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from babel import Locale

from index.answering.names import Name, country_of, holds, is_country, lacks_telling, names_in
from index.answering.question import analyse
from index.encoders.embedder import SentenceTransformerEmbedder
from index.engine import Engine
from index.filters import Filters
from index.intake.ingest import ingest_file
from index.intake.overrides import Overrides
from index.maintenance import build_all
from index.processes.jobs import open_corpus
from index.settings import IndexSettings
from index.text.languages import LANGUAGES, language
from index.text.terms import stem
from tests.fakes import FakeEmbedder, silent

NOTHING = Filters()


@pytest.mark.parametrize(
    ("question", "code", "agencies", "others"),
    [
        ("What did Frontex tell Ursula von der Leyen?", "en", ["frontex"], ["Ursula", "Leyen"]),
        ("What did the ECB decide in March 2004?", "en", ["ecb"], []),
        ("Which EU countries of Europe take part?", "en", [], []),
        ("What did Brussels decide?", "en", [], []),
        ("Was sagte Margrethe Vestager über die Regeln für den Binnenmarkt?", "de", [], ["Margrethe Vestager"]),
        ("Que fait Frontex en Autriche ?", "fr", ["frontex"], ["Autriche"]),
        ("What Will The Council Do About Smugglers?", "en", None, []),
    ],
)
def test_names_are_told_from_other_words(
    question: str, code: str, agencies: list[str] | None, others: list[str]
) -> None:
    names = names_in(question, code)
    assert agencies is None or [name.agency for name in names if name.agency] == agencies
    assert [name.written for name in names if not name.agency] == others


@pytest.mark.parametrize(
    ("question", "code", "country"),
    [
        ("What did the Austrian minister say?", "en", "AT"),
        ("What did the French minister say?", "en", "FR"),
        ("Why does Minsk matter?", "en", "BY"),
        ("Was geschah in Österreich?", "de", "AT"),
        ("Que s'est-il passé en Autriche ?", "fr", "AT"),
        ("Co stało się w Austrii?", "pl", "AT"),
        ("Mitä tapahtui Itävallassa?", "fi", "AT"),
        ("Mi történt Ausztriában?", "hu", "AT"),
        ("Τι συνέβη στην Αυστρία;", "el", "AT"),
        ("Какво се случи в Австрия?", "bg", "AT"),
        ("Co se stalo v Rakousku?", "cs", "AT"),
        ("Kas notika Austrijā?", "lv", "AT"),
        ("Kas nutiko Austrijoje?", "lt", "AT"),
    ],
)
def test_countries_are_known_in_every_language_and_form(question: str, code: str, country: str) -> None:
    [name] = names_in(question, code)
    assert name.country == country
    texts = {"AT": "the Austrian minister", "FR": "ministers from France", "BY": "Belarus and its neighbours"}
    assert holds(name, texts[country], "en")
    assert not holds(name, "the Finnish minister of Sweden", "en")


@pytest.mark.parametrize(
    ("name", "text", "lacks"),
    [
        ("Commissioner Hoekstra", "Commissioner Kos met ministers.", True),
        ("Commissioner Hoekstra", "Wopke Hoekstra met ministers.", False),
        ("Rockefeller Foundation", "The European Training Foundation helps.", True),
        ("New York", "The meeting was in Brussels.", False),
        ("Hoekstra", "Commissioner Kos met ministers.", False),
    ],
)
def test_words_that_tell_a_name_from_others_are_looked_for(name: str, text: str, *, lacks: bool) -> None:
    assert lacks_telling(Name(name), text, "en") is lacks


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("Co řekla komisařka Kosová v Bruselu?", "cs"),
        ("Qui fixe les taux à Francfort ?", "fr"),
        ("Chi fissa i tassi a Francoforte?", "it"),
        ("Cine fixează dobânzile la Frankfurt?", "ro"),
        ("Którzy mieszkańcy stolicy Katalonii ucierpieli?", "pl"),
        ("Co řekl Magnus Brunner o azylu?", "cs"),
        ("Τι είπε η Λαγκάρντ για τις τιμές;", "el"),
    ],
)
def test_name_that_begins_like_a_country_is_none(question: str, code: str) -> None:
    assert not [name for name in names_in(question, code) if name.country]


@pytest.mark.parametrize(
    ("name", "code", "is_one"),
    [
        ("Kosovo", "en", True),
        ("Tunisia", "en", True),
        ("Luxembourg", "en", True),
        ("Saudi Arabia", "en", True),
        ("Österreich", "de", True),
        ("Austrii", "pl", True),
        ("Irish", "en", False),
        ("Argentine", "en", False),
        ("Warsaw", "en", False),
        ("Warszawie", "pl", False),
        ("Varsóban", "hu", False),
        ("Hoekstra", "en", False),
    ],
)
def test_name_of_a_country_is_told_from_its_peoples_and_cities(name: str, code: str, *, is_one: bool) -> None:
    assert is_country(Name(name, country=country_of(name, code)), code) is is_one


@pytest.mark.parametrize(
    ("country", "other"),
    [
        ("AE", "the UAE"),
        ("CD", "the DRC"),
        ("CG", "the Congo"),
        ("CI", "Ivory Coast"),
        ("CN", "Beijing"),
        ("CZ", "the Czech Republic"),
        ("MK", "the former Yugoslav Republic of Macedonia"),
        ("MM", "Burma"),
        ("NL", "Holland"),
        ("PS", "Palestine"),
        ("TR", "Turkey"),
        ("UA", "Kiev"),
        ("US", "Washington"),
        ("VN", "Viet Nam"),
    ],
)
def test_country_is_known_by_its_other_names(country: str, other: str) -> None:
    for code in LANGUAGES:
        name = Locale.parse(language(code).code).territories[country]
        asked = Name(name, country=country_of(name, code))
        assert holds(asked, f"Nothing was bought from {other}.", "en"), code
        assert not holds(asked, "Nothing was bought from Iceland.", "en"), code


@pytest.mark.parametrize(
    ("question", "english"),
    [
        ("Mi történt tavaly Ausztriában?", "austria"),
        ("Mitä tapahtui Itävallassa?", "austria"),
        ("Какво се случи в Австрия?", "austria"),
        ("What happened in Austria?", "austria"),
    ],
)
def test_country_is_looked_for_as_english_releases_write_it(
    served_by_default_model: Engine, question: str, english: str
) -> None:
    generation = served_by_default_model.served()
    query = analyse(question, generation, FakeEmbedder())
    assert stem(english) in query.terms
    assert len(query.terms) == len(query.words) == len(query.contexts)


@pytest.mark.parametrize(
    ("own", "other"),
    [
        ("Who is the Austrian interior minister quoted?", "Who is the German interior minister quoted?"),
        ("Which border control units will CEPOL train?", "Which border control units will ENISA train?"),
        ("What did Herbert Kickl say about migrant smugglers?", "What did Matteo Salvini say about migrant smugglers?"),
        (
            "Que dit le ministre de l'intérieur d'Autriche des passeurs ?",
            "Que dit le ministre de l'intérieur d'Espagne des passeurs ?",
        ),
        ("Co mówi minister z Austrii o przemytnikach?", "Co mówi minister z Hiszpanii o przemytnikach?"),
        ("Was wird CEPOL für Grenzschutzeinheiten tun?", "Was wird ENISA für Grenzschutzeinheiten tun?"),
    ],
)
def test_name_that_a_release_lacks_lowers_confidence(served_by_default_model: Engine, own: str, other: str) -> None:
    named = served_by_default_model.explain(own, NOTHING)
    missing = served_by_default_model.explain(other, NOTHING)
    assert missing["names_missing"] < named["names_missing"] - 0.3
    sure = served_by_default_model.answer(own, NOTHING).confidence
    assert served_by_default_model.answer(other, NOTHING).confidence < sure


@pytest.mark.parametrize(
    ("own", "other"),
    [
        ("Who is the Austrian interior minister quoted?", "Who is the German interior minister quoted?"),
        (
            "Qui est le ministre de l'intérieur d'Autriche cité ?",
            "Qui est le ministre de l'intérieur d'Espagne cité ?",
        ),
        ("Kto jest ministrem spraw wewnętrznych z Austrii?", "Kto jest ministrem spraw wewnętrznych z Hiszpanii?"),
    ],
)
def test_sentence_on_another_country_contradicts(served_by_default_model: Engine, own: str, other: str) -> None:
    assert "contradiction" not in served_by_default_model.explain(own, NOTHING)
    assert served_by_default_model.explain(other, NOTHING)["contradiction"] <= -1.5
    assert not served_by_default_model.answer(other, NOTHING).answered


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory, default_model: SentenceTransformerEmbedder) -> Iterator[Engine]:
    """An engine over a release on Libya, and one of each of two departments of the Commission."""
    folder = tmp_path_factory.mktemp("packages")
    settings = IndexSettings(data_dir=folder / "data", model="")
    with closing(open_corpus(settings)) as store:
        for number, (department, date, title, text) in enumerate(PACKAGES):
            path = folder / f"{number}.md"
            header = f"title: {title}\nissuer: European Commission — {department}\ndate: {date}\nlanguage: en"
            path.write_text(f"---\n{header}\n---\n\n{text}\n", "utf-8")
            ingest_file(store, path, Overrides())
    build_all(settings, default_model, silent)
    with Engine(settings, default_model) as engine:
        yield engine


PACKAGES = (
    (
        "FPI",
        "2025-09-24",
        "Libya adopts its first plan on chemical safety",
        "The plan on chemical safety was adopted on 18 September 2025. Experts of its ministries wrote it.",
    ),
    (
        "DG CLIMA",
        "2025-09-27",
        "A package for wind and solar power in Africa",
        "The latest package for renewable energy in Africa is worth €545 million.",
    ),
    (
        "DG INTPA",
        "2025-10-10",
        "A new package for wind and solar power in Africa",
        "A package of €618 million for renewable energy in Africa was announced.",
    ),
)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("When did Libya adopt its plan on chemical safety?", True),
        ("When did Tunisia adopt its plan on chemical safety?", False),
        ("Wann hat Tunesien seinen Plan zur Chemikaliensicherheit angenommen?", False),
        ("When did Morocco adopt its plan on chemical safety?", False),
        ("Who won Eurovision in the capital of Peru?", False),
    ],
)
def test_release_on_another_country_does_not_answer(packages: Engine, question: str, *, told: bool) -> None:
    answer = packages.answer(question, NOTHING)
    assert answer.answered is told
    assert 0.0 <= answer.confidence <= 1.0


def test_latest_is_told_by_another_department(packages: Engine) -> None:
    answer = packages.answer("Which package for renewables in Africa is the newest?", NOTHING)
    assert "€618 million" in (answer.quotes or answer.related)[0].text
