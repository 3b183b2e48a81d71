"""A question for somebody's words is not answered from a release that does not name that person."""

from types import SimpleNamespace
from typing import cast

import pytest

from corpus import Release
from index.answering.names import names_in
from index.answering.question import Query
from index.answering.speakers import asked_speakers, lacks_speaker
from index.engine import Engine
from index.filters import Filters
from index.text.languages import fold

NOTHING = Filters()
QUESTIONS = [
    ("en", "What did Hoekstra say about methane?"),
    ("en", "According to Commissioner Wopke Hoekstra, what are the risks?"),
    ("bg", "Какво каза Hoekstra за метана?"),
    ("cs", "Co řekl Hoekstra o metanu?"),
    ("da", "Hvad sagde Hoekstra om metan?"),
    ("de", "Was hat Hoekstra zu Methan gesagt?"),
    ("de", "Laut Hoekstra, wie hoch sind die Kosten?"),
    ("el", "Τι είπε ο Hoekstra για το μεθάνιο;"),
    ("es", "¿Qué dijo Hoekstra sobre el metano?"),
    ("et", "Mida ütles Hoekstra metaani kohta?"),
    ("fi", "Mitä Hoekstra sanoi metaanista?"),
    ("fr", "Qu'a dit le commissaire Hoekstra sur le méthane ?"),
    ("ga", "Cad a dúirt Hoekstra faoi mheatán?"),
    ("hr", "Što je Hoekstra rekao o metanu?"),
    ("hu", "Mit mondott Hoekstra a metánról?"),
    ("it", "Cosa ha detto Hoekstra sul metano?"),
    ("lt", "Ką Hoekstra sakė apie metaną?"),
    ("lv", "Ko Hoekstra teica par metānu?"),
    ("mt", "X'qal Hoekstra dwar il-metan?"),
    ("nl", "Wat heeft Hoekstra over methaan gezegd?"),
    ("pl", "Co powiedział Hoekstra o metanie?"),
    ("pt", "O que disse Hoekstra sobre o metano?"),
    ("ro", "Ce a spus Hoekstra despre metan?"),
    ("sk", "Čo povedal Hoekstra o metáne?"),
    ("sl", "Kaj je Hoekstra rekel o metanu?"),
    ("sv", "Vad sade Hoekstra om metan?"),
]


def query(text: str, code: str) -> Query:
    return cast("Query", SimpleNamespace(asked=text, folded=fold(text), language=code, names=names_in(text, code)))


def release(text: str) -> Release:
    return cast("Release", SimpleNamespace(title="Methane", text=text, language="en"))


@pytest.mark.parametrize(("code", "question"), QUESTIONS)
def test_speaker_is_found_in_every_language(code: str, question: str) -> None:
    (speaker,) = asked_speakers(query(question, code))
    assert speaker.endswith("Hoekstra")


@pytest.mark.parametrize(
    ("code", "question"),
    [
        ("en", "What did the Commission say in Gotham?"),
        ("en", "What does the release say about Uber?"),
        ("en", "Who runs the Teams service?"),
        ("en", "What did Europol say about smugglers?"),
        ("en", "What did Strasbourg say about methane?"),
        ("fr", "Qu'a dit la Commission à Gotham ?"),
        ("de", "Was hat die Kommission in Gotham gesagt?"),
        ("pl", "Co powiedziała Komisja w Gotham?"),
    ],
)
def test_place_body_and_subject_are_no_speakers(code: str, question: str) -> None:
    assert not asked_speakers(query(question, code))


@pytest.mark.parametrize(
    ("code", "question", "named"),
    [
        ("en", "What did Ursula von der Leyen say about Ukraine?", "President von der Leyen spoke."),
        ("sk", "Čo povedala predsedníčka Leyenovej o Ukrajine?", "President von der Leyen spoke."),
        ("pl", "Co Hoekstry powiedział o metanie?", "Commissioner Hoekstra spoke."),
        (
            "bg",
            "Какво каза Хукстра за метана?",
            "Commissioner Ribera spoke.",
        ),  # Written as it sounds, nothing is known.
    ],
)
def test_speaker_who_is_named_in_any_form_is_not_missed(code: str, question: str, named: str) -> None:
    assert not lacks_speaker(query(question, code), release(named))


def test_speaker_who_is_not_named_is_told() -> None:
    asked = query("What did Ursula von der Leyen say about Ukraine?", "en")
    assert asked_speakers(asked) == ("Ursula von der Leyen",)
    assert lacks_speaker(asked, release("Commissioner Hoekstra spoke."))


@pytest.mark.parametrize(
    ("own", "other"),
    [
        ("What did Herbert Kickl say about migrant smugglers?", "What did Hoekstra say about migrant smugglers?"),
        ("Was hat Kickl über Schleuser gesagt?", "Was hat Hoekstra über Schleuser gesagt?"),
        ("Co powiedział Kickl o przemytnikach?", "Co powiedział Hoekstra o przemytnikach?"),
    ],
)
def test_words_of_somebody_else_do_not_answer(served_by_default_model: Engine, own: str, other: str) -> None:
    assert "contradiction" not in served_by_default_model.explain(own, NOTHING)
    assert served_by_default_model.explain(other, NOTHING)["contradiction"] == -3.0
    assert not served_by_default_model.answer(other, NOTHING).answered
