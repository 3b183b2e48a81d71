"""Two questions in one are both answered, or it is said which is not."""

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from index.answering.several import questions_in
from index.engine import Engine
from index.filters import Filters
from index.intake.ingest import ingest_file
from index.intake.overrides import Overrides
from index.maintenance import build_all
from index.processes.jobs import open_corpus
from index.settings import IndexSettings
from index.text.languages import LANGUAGES
from tests.fakes import FakeEmbedder, silent

NOTHING = Filters()
# In each language: two questions in one sentence, and where the second begins.
COORDINATED = {
    "bg": ("Кога беше приет планът и кой председателства Съвета?", "Кой"),
    "cs": ("Kdy byl plán přijat a kdo předsedá Radě?", "Kdo"),
    "da": ("Hvornår blev planen vedtaget, og hvem leder Rådet?", "Hvem"),
    "de": ("Wann wurde der Plan angenommen und wer leitet den Rat?", "Wer"),
    "el": ("Πότε εγκρίθηκε το σχέδιο και ποιος προεδρεύει του Συμβουλίου;", "Ποιος"),
    "en": ("When was the plan adopted and who chairs the Council?", "Who"),
    "es": ("¿Cuándo se adoptó el plan y quién preside el Consejo?", "Quién"),
    "et": ("Millal kava vastu võeti ja kes juhib nõukogu?", "Kes"),
    "fi": ("Milloin suunnitelma hyväksyttiin ja kuka johtaa neuvostoa?", "Kuka"),
    "fr": ("Quand le plan a-t-il été adopté et qui préside le Conseil ?", "Qui"),
    "ga": ("Cathain a glacadh an plean agus cé atá ina chathaoirleach ar an gComhairle?", "Cé"),
    "hr": ("Kada je plan usvojen i tko predsjeda Vijećem?", "Tko"),
    "hu": ("Mikor fogadták el a tervet, és ki vezeti a Tanácsot?", "Ki"),
    "it": ("Quando è stato adottato il piano e chi presiede il Consiglio?", "Chi"),
    "lt": ("Kada priimtas planas ir kas pirmininkauja Tarybai?", "Kas"),
    "lv": ("Kad tika pieņemts plāns un kas vada Padomi?", "Kas"),
    "mt": ("Meta ġie adottat il-pjan u min jippresiedi l-Kunsill?", "Min"),
    "nl": ("Wanneer werd het plan aangenomen en wie leidt de Raad?", "Wie"),
    "pl": ("Kiedy przyjęto plan i kto przewodniczy Radzie?", "Kto"),
    "pt": ("Quando foi adotado o plano e quem preside ao Conselho?", "Quem"),
    "ro": ("Când a fost adoptat planul și cine conduce Consiliul?", "Cine"),
    "sk": ("Kedy bol plán prijatý a kto predsedá Rade?", "Kto"),
    "sl": ("Kdaj je bil načrt sprejet in kdo predseduje Svetu?", "Kdo"),
    "sv": ("När antogs planen och vem leder rådet?", "Vem"),
}


@pytest.mark.parametrize("code", LANGUAGES)
def test_second_question_of_a_sentence_is_found_in_every_language(code: str) -> None:
    text, second = COORDINATED[code]
    parts = [part.written for part in questions_in(text)]
    assert len(parts) == 2
    assert parts[1].startswith(second)
    assert parts[0].rstrip("?").casefold() in text.casefold()


@pytest.mark.parametrize(
    "text",
    [
        "Which agencies and which countries will take part?",
        "How and when will the plan be carried out?",
        "What did the Council say about smugglers and traffickers?",
        "Wie viele Pässe und wie viele Visa wurden ausgestellt?",
        "Quel est le programme qui finance les ports et qui dure trois ans ?",
        "¿Qué dijo el Consejo que aprobaría y que publicaría?",
        "Która agencja szkoli jednostki, które chronią granice i które pomagają?",
        "Ministers from France and Italy met: why?",
        "What will Europol do?",
        "What will Europol do? I am a student from Spain.",
        "Τι θα κάνει η Ευρωπόλ; Είμαι φοιτητής από την Ισπανία.",
        "Salmon and trout quotas",
    ],
)
def test_what_is_one_question_stays_one(text: str) -> None:
    assert questions_in(text) == ()


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("When was the plan adopted, and by whom?", "By whom was the plan adopted?"),
        ("When was the plan adopted? Why?", "Why was the plan adopted?"),
        ("When was the plan adopted and who chairs it?", "Who chairs it: was the plan adopted?"),
        ("Wann wurde der Plan angenommen, und von wem?", "Von wem wurde der Plan angenommen?"),
        ("Quand le plan a-t-il été adopté et pourquoi ?", "Pourquoi le plan a-t-il été adopté?"),
        ("What is Europol? What is Frontex? Thank you so much.", "What is Frontex?"),
        ("What is Europol? Will Frontex help", "Will Frontex help?"),
        ("What will Europol do and what will Frontex?", "What will Frontex: will Europol do?"),
        ("Πότε εγκρίθηκε το σχέδιο; Ποιος προεδρεύει;", "Ποιος προεδρεύει: εγκρίθηκε το σχέδιο?"),
        ("What is the EMSC and when was it founded?", "When was EMSC founded?"),
        ("Was macht Europol und wer leitet es heute?", "Wer leitet Europol heute?"),
        ("Quand le plan a-t-il commencé et qui le paie ?", "Qui le paie: le plan a-t-il commencé?"),
        ("¿Cuándo empezó el plan y quién los paga cada año?", "Quién los paga cada año: empezó el plan?"),
        ("Quando è iniziato il piano e chi lo paga ogni anno?", "Chi lo paga ogni anno: è iniziato il piano?"),
        ("Kiedy zaczął się plan i kto za niego co roku płaci?", "Kto za niego co roku płaci: zaczął się plan?"),
        ("Quando começou o plano e quem o paga todos os anos?", "Quem o paga todos os anos: começou o plano?"),
    ],
)
def test_what_a_part_leaves_out_comes_from_the_first(text: str, asked: str) -> None:
    assert questions_in(text)[1].asked == asked


@pytest.mark.parametrize(
    "text",
    [
        "When did the plan start, who pays for it, and how long will it run?",
        "Wann begann der Plan, wer bezahlt ihn und wie lange läuft er?",
        "Quand le plan a-t-il commencé, qui le paie et combien de temps dure-t-il ?",
        "Kiedy rozpoczął się plan, kto za niego płaci i jak długo potrwa?",
        "¿Cuándo empezó el plan, quién lo paga y cuánto dura?",
    ],
)
def test_list_of_questions_is_split_at_its_commas(text: str) -> None:
    assert len(questions_in(text)) == 3


@pytest.mark.parametrize(
    "text",
    [
        "What did the minister, who resigned, say and when did the Council meet?",
        "Wann sagte der Minister, was er plant, und wer hörte dem Rat zu?",
        "Quel ministre, qui préside le Conseil, a parlé et quand le sommet aura-t-il lieu ?",
    ],
)
def test_clause_between_commas_is_no_question(text: str) -> None:
    assert len(questions_in(text)) == 2


@pytest.fixture
def fish(settings: IndexSettings, embedder: FakeEmbedder, write_release: Callable[..., Path]) -> Engine:
    """An engine over two releases, which takes what has most words of a question for its answer."""
    texts = {
        "cod.md": "The cod quota for the North Sea is 100 tonnes.",
        "eel.md": "Minister Ada Bauer protects eels in all rivers of Europe.",
    }
    with closing(open_corpus(settings)) as store:
        for name, text in texts.items():
            ingest_file(store, write_release(name, text, title=name), Overrides())
    build_all(settings, embedder, silent)
    return Engine(settings.model_copy(update={"threshold": 0.3}), embedder)


def test_both_questions_are_answered_with_quotes_of_each(fish: Engine) -> None:
    answer = fish.answer("What is the cod quota for the North Sea and who protects eels?", NOTHING)
    assert answer.answered
    assert [answer.quotes[part.quotes[0] - 1].text for part in answer.questions] == [
        "The cod quota for the North Sea is 100 tonnes.",
        "Minister Ada Bauer protects eels in all rivers of Europe.",
    ]
    assert len(answer.quotes) <= 3
    assert {number for part in answer.questions for number in part.quotes} == set(range(1, len(answer.quotes) + 1))
    assert answer.confidence == min(part.confidence for part in answer.questions)
    assert {quote.release_id for quote in answer.quotes} <= {source.release_id for source in answer.sources}
    assert any(str(notice).startswith("On “Who protects eels?”: [") for notice in answer.notices)


@pytest.mark.parametrize("text", ["{} And {}?", "{}? {}?"])
def test_question_without_an_answer_is_named(fish: Engine, text: str) -> None:
    answer = fish.answer(
        text.format("What is the cod quota for the North Sea", "how do bakers knead sourdough bread").replace(
            " And", " and"
        ),
        NOTHING,
    )
    assert answer.answered
    assert [quote.text for quote in answer.quotes] == ["The cod quota for the North Sea is 100 tonnes."]
    assert [part.answered for part in answer.questions] == [True, False]
    [told] = [str(notice) for notice in answer.notices if "do not hold" in str(notice)]
    assert "ow do bakers knead sourdough bread" in told
    shown = json.loads(json.dumps(answer.to_dict()))
    assert [part["quotes"] for part in shown["questions"]] == [[1], []]


def test_two_questions_without_an_answer_are_not_found(fish: Engine) -> None:
    answer = fish.answer("How do bakers knead sourdough bread and why do violins tremble?", NOTHING)
    assert not answer.answered
    assert answer.questions == ()
    assert "questions" not in answer.to_dict()


def test_greeting_that_is_a_question_is_no_part(fish: Engine) -> None:
    answer = fish.answer("How are you? What is the cod quota for the North Sea?", NOTHING)
    assert answer.answered
    assert answer.questions == ()


@pytest.mark.parametrize(
    "text",
    [
        "What is the cod quota for the North Sea and when was that?",
        "Wie hoch ist die cod quota der North Sea und wann war das?",
        "Quel est le cod quota de la North Sea et quand était-ce ?",
    ],
)
def test_question_after_another_is_no_question_about_an_answer(fish: Engine, text: str) -> None:
    answer = fish.answer(text, NOTHING)
    assert len(answer.questions) == 2


@pytest.mark.parametrize("cod_is_asked", [True, False])
def test_question_that_is_too_many_is_named(fish: Engine, *, cod_is_asked: bool) -> None:
    breads = ["How do bakers knead bread?", "Why do violins tremble?", "When do swallows leave barns?"]
    cod = "What is the cod quota for the North Sea?"
    asked = [cod, *breads] if cod_is_asked else [*breads, cod]
    answer = fish.answer(" ".join(asked), NOTHING)
    told = [str(notice) for notice in answer.notices if "At most 3 questions" in str(notice)]
    assert told == [f"At most 3 questions are answered at once. Ask “{asked[3]}” again."]
    assert answer.answered or not cod_is_asked


@pytest.mark.parametrize(
    ("first", "second", "is_answered"),
    [
        ("What will the joint liaison task force do", "and who leads it?", False),
        ("What will the joint liaison task force do", "and where will it be established?", True),
        ("Que fera la task-force de liaison conjointe", "et qui la dirige ?", False),
    ],
)
def test_words_of_the_first_question_do_not_answer_the_second(
    served_by_default_model: Engine, first: str, second: str, *, is_answered: bool
) -> None:
    answer = served_by_default_model.answer(f"{first} {second}", NOTHING)
    assert [part.answered for part in answer.questions] == [True, is_answered]
