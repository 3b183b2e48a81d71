"""Questions about the collection, answered from the shipped release and from the development set."""

import datetime
import time
from collections.abc import Iterator

import pytest

from index.conversation.collection import CollectionAnswer, answer_collection, read_collection_question
from index.conversation.kinds import MessageKind
from index.conversation.periods import Period
from index.engine import Engine
from index.evaluation.evaluate import temporary_index
from index.evaluation.gold import load_corpus
from index.filters import Filters
from index.generations.reader import OpenGeneration
from tests.conftest import SHARED
from tests.fakes import FakeEmbedder, silent

TODAY = datetime.date(2026, 11, 25)


@pytest.fixture(scope="module")
def development() -> Iterator[OpenGeneration]:
    """Every third of the 291 releases of the development set; no model is needed to tell what they are."""
    if not SHARED.exists():
        pytest.skip("the development set is not at hand")
    with temporary_index(load_corpus(SHARED / "eval")[::3], FakeEmbedder(), silent) as opened:
        yield opened


def answered(text: str, generation: OpenGeneration) -> CollectionAnswer:
    """Answer a question about the collection."""
    question = read_collection_question(text, TODAY)
    assert question is not None, text
    return answer_collection(question, generation)


@pytest.mark.parametrize(
    "text", ["what did the Council approve?", "Was hat der Rat beschlossen?", "co zatwierdziła Rada?"]
)
def test_titles_tell_what_a_body_decided(text: str, served_by_default_model: Engine) -> None:
    result = answered(text, served_by_default_model.served())
    assert [source.title[:40] for source in result.sources] == ["Migrant smuggling: Council approves a se"]
    assert result.issued_by == "council"


@pytest.mark.parametrize(
    ("text", "total"),
    [
        ("how many releases do you have?", 97),
        ("how many releases from the ECB", 14),
        ("wie viele Pressemitteilungen von der Kommission gibt es?", None),
        ("releases from 1998", None),
        ("latest from the ECB", 14),
    ],
)
def test_counts_are_those_of_the_corpus(text: str, total: int | None, development: OpenGeneration) -> None:
    result = answered(text, development)
    assert result.total == total if total is not None else 0 < result.total < 97
    assert len(result.sources) == min(10, result.total)
    dates = [source.date for source in result.sources]
    assert dates == sorted(dates, reverse=True)


def test_departments_count_as_releases_of_the_commission(development: OpenGeneration) -> None:
    result = answered("latest from the Commission", development)
    assert result.total == 80
    assert all(source.issuer.startswith("European Commission") for source in result.sources)


def test_body_that_issues_nothing_is_looked_for_by_name(development: OpenGeneration) -> None:
    result = answered("latest from Frontex", development)
    assert result.issued_by is None
    assert result.naming == "frontex"
    assert result.total > 0


@pytest.mark.parametrize("text", ["how many releases on fisheries?", "combien de communiqués sur fisheries ?"])
def test_releases_on_a_subject_hold_all_its_words(text: str, development: OpenGeneration) -> None:
    result = answered(text, development)
    shown = [development.release(row) for row in range(development.manifest.releases)]
    holding = {each.release_id for each in shown if "fisher" in f"{each.title} {each.text}".lower()}
    assert 0 < result.total <= len(holding)
    assert {source.release_id for source in result.sources} <= holding


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("what is new since Monday?", datetime.date(2026, 11, 23)),
        ("quoi de neuf depuis lundi ?", datetime.date(2026, 11, 23)),
        ("co nowego od poniedziałku?", datetime.date(2026, 11, 23)),
        ("¿qué hay de nuevo desde el 1 de marzo de 2024?", datetime.date(2024, 3, 1)),
        ("novità da ieri", datetime.date(2026, 11, 24)),
        ("neue Pressemitteilungen seit Juni", datetime.date(2026, 6, 1)),
        ("what is new this week?", datetime.date(2026, 11, 19)),
    ],
)
def test_since_when_is_read_in_each_language(text: str, since: datetime.date) -> None:
    question = read_collection_question(text, TODAY)
    assert question is not None
    assert question.kind is MessageKind.NEW
    assert question.period is not None
    assert question.period.since == since


YEAR = datetime.date(2018, 1, 1), datetime.date(2018, 12, 31)


@pytest.mark.parametrize(
    ("text", "kind", "since", "until"),
    [
        ("what did the Council approve in 2018?", MessageKind.LIST, *YEAR),
        ("what has the Commission proposed since 2018", MessageKind.LIST, YEAR[0], None),
        ("was hat der rat seit 2018 beschlossen", MessageKind.LIST, YEAR[0], None),
        ("qu'est-ce que le conseil a approuvé en 2018 ?", MessageKind.LIST, *YEAR),
        ("wat heeft de raad in 2018 besloten", MessageKind.LIST, *YEAR),
        ("releases on smuggling from December 2018", MessageKind.LIST, datetime.date(2018, 12, 1), YEAR[1]),
        ("how many releases on migration in 2018?", MessageKind.COUNT, *YEAR),
        ("ile komunikatów o migracji w 2018", MessageKind.COUNT, *YEAR),
        ("how many releases on migration in the year 2018?", MessageKind.COUNT, *YEAR),
        ("ile komunikatów o migracji od roku 2018", MessageKind.COUNT, YEAR[0], None),
        ("kuinka monta tiedotetta vuonna 2018?", MessageKind.COUNT, *YEAR),
        ("mitä uutta vuodesta 2018 lähtien?", MessageKind.NEW, YEAR[0], None),
        ("mitä uutta kesäkuusta 2018 lähtien?", MessageKind.NEW, datetime.date(2018, 6, 1), None),
        ("što je novo od 2018.?", MessageKind.NEW, YEAR[0], None),
        ("što je novo od lipnja 2018.?", MessageKind.NEW, datetime.date(2018, 6, 1), None),
        ("mi új 2018 óta?", MessageKind.NEW, YEAR[0], None),
        ("latest from Europol in 2018", MessageKind.LATEST, *YEAR),
        ("what's new since 2018?", MessageKind.NEW, YEAR[0], None),
    ],
)
def test_time_of_what_is_listed(
    text: str, kind: MessageKind, since: datetime.date, until: datetime.date | None
) -> None:
    question = read_collection_question(text, TODAY)
    assert question is not None
    assert (question.kind, question.period) == (kind, Period(since, until))


@pytest.mark.parametrize(
    "text",
    [
        "What did the ECB decide in June 2003?",
        "was hat der rat im dezember 2018 beschlossen?",
        "what did Poland do in 2018?",
        "what will be new before 2018",
        "ile komunikatów do roku 2018",
        "kuinka monta tiedotetta vuoteen 2018 mennessä?",
        "πόσα δελτία τύπου μέχρι το 2018",
    ],
)
def test_what_titles_do_not_tell_or_ends_at_a_time_is_no_question_about_the_collection(text: str) -> None:
    assert read_collection_question(text, TODAY) is None


@pytest.mark.parametrize(
    ("text", "issuer"),
    [
        ("what's new from the ECB?", "ecb"),
        ("whats new with the commission", "ec"),
        ("was gibt es neues von der ezb", "ecb"),
        ("quoi de neuf à la BCE ?", "ecb"),
        ("¿alguna novedad de la Comisión?", "ec"),
        ("co nowego w EBC?", "ecb"),
        ("mitä uutta komissiolta", "ec"),
        ("mi újság a Bizottságtól?", "ec"),
        ("какво ново от Комисията?", "ec"),
        ("x'hemm ġdid mill-Kummissjoni", "ec"),
    ],
)
def test_what_is_new_from_a_body_is_the_latest_of_it(text: str, issuer: str) -> None:
    read = read_collection_question(text, TODAY)
    assert read is not None
    assert (read.kind, read.issuer) == (MessageKind.LATEST, issuer)


def test_agencies_are_those_that_releases_name(development: OpenGeneration) -> None:
    result = answered("list all agencies", development)
    assert {counted.agency_id for counted in result.agencies} <= development.named_agencies()
    counts = [counted.passages for counted in result.agencies]
    assert counts == sorted(counts, reverse=True)


def test_answer_takes_less_than_a_plain_question(served_by_default_model: Engine) -> None:
    """The aim is 1.5 times the time of a plain question; three times leaves room for a busy machine."""
    questions = [
        question
        for text in ("how many releases on smuggling?", "latest from the Council", "list all agencies")
        if (question := read_collection_question(text, TODAY)) is not None
    ]

    def took(*acts: object) -> float:
        began = time.perf_counter()
        for act in acts:
            act()  # type: ignore[operator]
        return time.perf_counter() - began

    def plain() -> None:
        served_by_default_model.answer("Which agency will train border control units?", Filters())

    def collection() -> None:
        for question in questions:
            served_by_default_model.collection(question)

    plain()
    collection()
    assert min(took(collection) for _ in range(3)) < 3 * 3 * min(took(plain) for _ in range(3))
