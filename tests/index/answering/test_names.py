"""A body, country or other name that a question names and the release does not lowers confidence."""

import pytest

from index.answering.names import holds, names_in
from index.answering.question import analyse
from index.engine import Engine
from index.filters import Filters
from index.text.terms import stem
from tests.fakes import FakeEmbedder

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
    ("question", "code"),
    [
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
    assert served_by_default_model.explain(other, NOTHING)["contradiction"] == -4.0
    assert not served_by_default_model.answer(other, NOTHING).answered
