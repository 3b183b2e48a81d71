"""Public sets become lists to train on, without the questions that are for measuring."""

import json
from pathlib import Path
from typing import Any

from tests.eval.public_lists import XQUAD_LANGUAGES, public_lists, xquad_articles
from tests.eval.train_encoder import Plan, steps_of
from tests.eval.train_reader import Plan as ReaderPlan
from tests.eval.train_reader import steps_of as reader_steps_of
from tests.eval.training_lists import TrainingList, read_lists, write_lists

PARAGRAPHS = {
    "en": "The fund pays for ships. It began in 2016.",
    "sv": "Fonden betalar fartyg. Den började 2016.",
}


def question(number: int, lang: str, answer: str, *, impossible: bool = False) -> dict[str, Any]:
    start = PARAGRAPHS[lang].find(answer)
    answers = [] if impossible else [{"text": answer, "answer_start": start}]
    return {
        "id": f"q{number}",
        "question": f"{lang} question {number}?",
        "answers": answers,
        "is_impossible": impossible,
    }


def squad(folder: Path, lang: str, *articles: tuple[str, list[dict[str, Any]]]) -> None:
    data = [
        {"title": title, "paragraphs": [{"context": PARAGRAPHS[lang], "qas": questions}]}
        for title, questions in articles
    ]
    (folder / f"squad.{lang}.json").write_text(json.dumps({"data": data}), "utf-8")


def lists_of(folder: Path, source: str) -> list[TrainingList]:
    return [training_list for training_list in public_lists(folder) if training_list.source == source]


def test_near_misses_of_squad_have_their_paragraph_first_and_no_answer(tmp_path: Path) -> None:
    (tmp_path / "squad").mkdir()
    squad(tmp_path / "squad", "en", ("Fund", [question(1, "en", "2016"), question(2, "en", "", impossible=True)]))
    squad(tmp_path / "squad", "sv", ("Fond", [question(1, "sv", "2016"), question(3, "sv", "fartyg")]))
    made = {(each.question_id, each.negatives[0].passage[:5]): each for each in lists_of(tmp_path, "squad")}
    assert {name for name, _ in made} == {"q1", "q2", "q3"}
    answered = made["q1", "Fund."]
    assert [text.sentence for text in answered.positives] == ["Fund. It began in 2016."]
    assert [text.sentence for text in answered.negatives] == ["Fund. The fund pays for ships."]
    assert answered.forms == {"en": "en question 1?", "sv": "sv question 1?"}
    missed = made["q2", "Fund."]
    assert missed.positives == ()
    assert {text.sentence for text in missed.negatives} == {"Fund. It began in 2016.", "Fund. The fund pays for ships."}


def test_articles_for_measuring_are_left_out_of_every_set(tmp_path: Path) -> None:
    xquad = tmp_path / "xquad"
    xquad.mkdir()
    (tmp_path / "squad").mkdir()
    paragraph = {"context": PARAGRAPHS["en"], "qas": [question(0, "en", "2016")]}
    articles = [
        {"title": f"T{number}", "paragraphs": [paragraph | {"qas": [question(number, "en", "2016")]}]}
        for number in range(5)
    ]
    for lang in XQUAD_LANGUAGES:
        (xquad / f"xquad.{lang}.json").write_text(json.dumps({"data": articles}), "utf-8")
    inside = xquad_articles(xquad)
    assert len(inside) == 3
    squad(tmp_path / "squad", "en", *((f"T{number}", [question(number, "en", "2016")]) for number in range(5)))
    trained = {f"q{number}" for number in inside}
    assert {each.question_id for each in public_lists(tmp_path)} == trained
    assert {each.question_id for each in lists_of(tmp_path, "squad")} == trained


def test_parallel_sentences_and_terms_find_their_english_form(tmp_path: Path) -> None:
    (tmp_path / "tatoeba").mkdir()
    (tmp_path / "tatoeba" / "tatoeba.gle-eng.gle").write_text("Dia duit.\n", "utf-8")
    (tmp_path / "tatoeba" / "tatoeba.gle-eng.eng").write_text("Hello.\n", "utf-8")
    (tmp_path / "eurovoc.json").write_text(
        json.dumps({"1": {"en": "trade", "mt": "kummerċ"}, "2": {"mt": "x"}}), "utf-8"
    )
    rules = [{"QuestionID": "r", "Question": "Who must report?", "Passages": [{"Passage": "Banks must report."}]}]
    (tmp_path / "obliqa").mkdir()
    (tmp_path / "obliqa" / "dev.json").write_text(json.dumps(rules), "utf-8")
    made = {each.source: each for each in public_lists(tmp_path)}
    assert made["tatoeba"].forms == {"en": "Hello.", "ga": "Dia duit."}
    assert made["eurovoc"].forms == {"en": "trade", "mt": "kummerċ"}
    assert [text.sentence for text in made["obliqa"].positives] == ["Banks must report."]
    assert len(made) == 3


def test_questions_without_an_english_form_are_trained_on(tmp_path: Path) -> None:
    (tmp_path / "squad").mkdir()
    squad(tmp_path / "squad", "sv", ("Fond", [question(1, "sv", "2016"), question(3, "sv", "fartyg")]))
    lists = lists_of(tmp_path, "squad")
    write_lists(tmp_path / "lists.jsonl", lists)
    assert read_lists(tmp_path / "lists.jsonl") == lists
    [step] = steps_of(lists, Plan(steps=1, questions=2, negatives=1))
    assert set(step.questions) == {"sv question 1?", "sv question 3?"}
    [read] = reader_steps_of(lists, ReaderPlan(steps=1, questions=2, left_out=0.0))
    assert {example.question for example in read} <= set(step.questions)
