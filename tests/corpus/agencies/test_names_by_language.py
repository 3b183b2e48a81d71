"""Bodies are looked up, and found in texts and questions, by their names in all languages of the EU."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.agencies.inflection import inflections
from corpus.agencies.registry import registry
from tests.corpus.agencies.test_mentions import named, need_shared

SENTENCES: dict[str, str] = tomllib.loads(Path(__file__).with_name("ten_bodies.toml").read_text("utf-8"))
OTHER_LANGUAGES = sorted(set(SENTENCES) - {"en"})
TEN = ("ep", "euco", "council", "ec", "cjeu", "ecb", "eca", "ema", "eppo")
MIN_PRECISION, MIN_RECALL = 0.97, 0.88
_MARKED = re.compile(r"\[([a-z-]+)\|([^]]*)\]")


def read(marked: str) -> tuple[str, list[tuple[str, str]]]:
    """Return a text without its marks, and the mentions that they mark."""
    return _MARKED.sub(r"\2", marked), _MARKED.findall(marked)


def test_all_languages_of_the_eu_are_there() -> None:
    assert len(SENTENCES) == 24
    assert sorted(inflections()) == OTHER_LANGUAGES
    for marked in SENTENCES.values():
        assert set(TEN) <= {agency_id for agency_id, _ in _MARKED.findall(marked)}
        assert {"frontex", "europol"} & {agency_id for agency_id, _ in _MARKED.findall(marked)}


@pytest.mark.parametrize("language", sorted(SENTENCES))
def test_ten_bodies_are_found_in_a_text_however_they_are_inflected(language: str) -> None:
    text, expected = read(SENTENCES[language])
    assert named(text) == expected


@pytest.mark.parametrize("language", OTHER_LANGUAGES)
def test_ten_bodies_are_looked_up_by_every_name_in_the_language(language: str) -> None:
    for agency_id in (*TEN, "frontex"):
        agency = registry().agencies[agency_id]
        for name in agency.names_by_language[language].all:
            for typed in (name, name.lower(), name.upper()):
                lookup = registry().find(typed)
                assert lookup.agency is agency or agency in lookup.candidates, typed
        assert registry().find(agency.names_by_language[language].names[0]).language is not None


@pytest.mark.parametrize("language", OTHER_LANGUAGES)
def test_inflected_name_is_looked_up(language: str) -> None:
    for agency_id, inflected in _MARKED.findall(SENTENCES[language]):
        lookup = registry().find(inflected.partition(" (")[0])
        assert lookup.agency is not None, inflected
        assert lookup.agency.id == agency_id


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("Que dit la Cour des comptes ?", [("eca", "Cour des comptes")]),
        ("Τι έκανε η ΕΚΤ;", [("ecb", "ΕΚΤ")]),
        ("co robi Fronteksie", [("frontex", "Fronteksie")]),
        ("ile osób pracuje w europolu", [("europol", "europolu")]),
        ("O ile EBC podniósł stopy?", [("ecb", "EBC")]),
        ("Milloin komissio ehdotti sitä?", [("ec", "komissio")]),
        ("Quantos eurodeputados votaram contra?", [("ep", "eurodeputados")]),
        ("Welchen Slogan hat die Kommission gewählt?", [("ec", "Kommission")]),
        ("Ποιο σύνθημα διάλεξε η Επιτροπή;", [("ec", "Επιτροπή")]),
        ("Θα πάει και η Επίτροπος Κος;", []),
        ("kaj pravi evropska komisija", [("ec", "evropska komisija")]),
    ],
)
def test_question_names_bodies_in_any_language(question: str, meant: list[tuple[str, str]]) -> None:
    assert named(question, question=True) == meant


@pytest.mark.parametrize(
    "question",
    [
        "Did the EIP pay for it?",
        "What does the CE marking mean?",
        "Who wrote this in 300 BCE?",
        "Which eigenvalue does the Europolis have?",
        "Wat doen onze eigen bedrijven?",
        "¿Qué pasa con el acero?",
        "Kas see on ELi kohta välja jäetud?",
        "Hvad koster RU?",
    ],
)
def test_word_of_a_language_is_no_acronym_of_another(question: str) -> None:
    assert named(question, question=True) == []


@pytest.mark.parametrize(
    "text",
    [
        "volby: evropské parlamentní volby se konají letos na jaře",
        "Euroopan keskuspankkijärjestelmän säännöt ovat selvät",
        "ta evropski svet je majhen in lep",
        "the Europolis project of 300 BCE, with EIP money and the Komisija film",
        "Die Europäische Kommission gegen Rassismus und Intoleranz tagt.",
        "Der Rat ist gut. La cour des comptes de la République. Ein Rechnungshof, una comisión.",
        "https://www.europarl.europa.eu/Europos Parlamentas.eu",
    ],
)
def test_what_only_looks_like_a_name_is_no_mention(text: str) -> None:
    assert named(text) == []


def test_the_council_of_europe_is_not_the_councils() -> None:
    text = "Der Europarat, Rada Evropy, Euroopan neuvosto, Consejo de Europa, Съветът на Европа; Eiropas Padome"
    assert {agency_id for agency_id, _ in named(text)} == {"coe"}
    assert len(named(text)) == 6


def test_short_name_counts_in_a_text_that_has_the_full_one() -> None:
    assert named("La Cour des comptes a publié un rapport.") == []
    text = "La Cour des comptes européenne est à Luxembourg. La Cour des comptes a publié un rapport."
    assert named(text) == [("eca", "Cour des comptes européenne"), ("eca", "Cour des comptes")]


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("La Comisión Europea propuso. La Comisión actuó. La Comisión de Transportes votó.", 2),
        ("La Commissione europea propone. La Commissione per i Trasporti vota.", 1),
        ("Komisja Europejska milczy. Komisji nie ma. Komisja Transportu milczy.", 2),
        ("Η Ευρωπαϊκή Επιτροπή πρότεινε. Η Επιτροπή αποφάσισε. Η Επιτροπή Μεταφορών ψήφισε.", 2),
        ("Az Európai Bizottság javasolta. A Bizottság döntött. A Költségvetési Bizottság szavazott.", 2),
        ("Die Europäische Kommission schlug vor. Die Kommission Maßnahmen empfahl.", 2),
    ],
)
def test_committee_is_not_the_commission(text: str, mentions: int) -> None:
    assert [agency_id for agency_id, _ in named(text)] == ["ec"] * mentions


def test_acronym_counts_in_a_text_of_its_language() -> None:
    assert named("Die EZB senkte den Zins.") == []
    text = "Das teilte die Europäische Kommission mit. Die EZB senkte den Zins."
    assert named(text) == [("ec", "Europäische Kommission"), ("ecb", "EZB")]
    assert named("Η ΕΚΤ μείωσε τα επιτόκια, ЕЦБ също") == [("ecb", "ΕΚΤ"), ("ecb", "ЕЦБ")]


def test_letters_of_another_script_are_told_apart() -> None:
    assert named("Η ΑΒΓ μείωσε τα επιτόκια, АБВ също") == []


def test_every_name_has_a_source() -> None:
    sources = set()
    for agency in registry().agencies.values():
        for local in agency.names_by_language.values():
            assert local.names
            assert set(local.sources) == set(local.all)
            assert {local.sources[name] for name in local.unchecked} <= {"from memory, not checked"}
            sources |= set(local.sources.values())
    assert len(sources) == 6


def test_most_official_names_are_checked() -> None:
    local = [each for agency in registry().agencies.values() for each in agency.names_by_language.values()]
    unchecked = [each for each in local if each.names[0] in each.unchecked]
    assert len(local) >= 1406
    assert len(unchecked) <= 262


@pytest.mark.parametrize(
    ("name", "agency_id", "language"),
    [
        # Names in EuroVoc that the registry lacked: another wording, the name of before, an agency without any name.
        ("Eiropas Ķīmisko vielu aģentūra", "echa", "lv"),
        ("Evropská agentura pro bezpečnost letectví", "easa", "cs"),
        ("Europäische Beobachtungsstelle für Drogen und Drogensucht", "euda", "de"),
        ("Europejska Agencja Kontroli Rybołówstwa", "efca", "pl"),
    ],
)
def test_name_is_known_as_eurovoc_has_it(name: str, agency_id: str, language: str) -> None:
    lookup = registry().find(name)
    assert lookup.agency is not None
    assert (lookup.agency.id, lookup.language) == (agency_id, language)
    assert lookup.agency.names_by_language[language].sources[name].startswith("EuroVoc")


def test_checked_names_are_those_of_their_source() -> None:
    frontex, europol = (registry().agencies[each].names_by_language["fr"] for each in ("frontex", "europol"))
    assert frontex.source.startswith("EuroVoc")
    assert "Agence européenne de garde-frontières et de garde-côtes" in set(frontex.names) - set(frontex.unchecked)
    assert europol.source.startswith("EuroVoc")


def test_institutions_and_thirty_agencies_have_names_in_every_language() -> None:
    complete = {
        agency.id for agency in registry().agencies.values() if sorted(agency.names_by_language) == OTHER_LANGUAGES
    }
    assert len(complete) >= 53
    assert {"ep", "euco", "council", "ec", "cjeu", "ecb", "eca", "eesc", "cor", "eib", "eo", "edps", "eeas"} <= complete
    types = [registry().agencies[agency_id].type for agency_id in complete]
    assert types.count("decentralised agency") >= 30


def translated() -> Iterator[tuple[str, str]]:
    """Yield questions in English and in another language."""
    questions: dict[str, str] = {}
    for name in ("gold", "train"):
        for line in need_shared("eval", f"{name}.jsonl").read_text("utf-8").splitlines():
            record = json.loads(line)
            questions[record["_id"]] = record["question"]
    for name in ("translated", "train.translated"):
        for line in need_shared("eval", f"{name}.jsonl").read_text("utf-8").splitlines():
            record = json.loads(line)
            yield questions[record["_id"]], record["question"]


def test_question_names_the_same_bodies_in_translation() -> None:
    right = given = wanted = 0
    for question, translation in translated():
        expected = {agency_id for agency_id, _ in named(question, question=True)}
        named_agencies = {agency_id for agency_id, _ in named(translation, question=True)}
        right, given, wanted = (
            right + len(expected & named_agencies),
            given + len(named_agencies),
            wanted + len(expected),
        )
    assert right / given >= MIN_PRECISION
    assert right / wanted >= MIN_RECALL
