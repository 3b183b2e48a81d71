"""The main job: the right sentence first, word for word, or an honest "not found"."""

import datetime
from collections.abc import Callable
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from corpus.errors import FilterError, QuestionError
from corpus.models import Release
from index.engine import Engine
from index.filters import Filters, parse_since, parse_until
from index.intake.ingest import ingest_file
from index.intake.overrides import Overrides
from index.maintenance import build_all
from index.processes.jobs import open_corpus
from index.results import Answer
from index.settings import IndexSettings
from tests.fakes import FakeEmbedder, silent

NOTHING = Filters()


@pytest.mark.parametrize(
    ("question", "opening"),
    [
        ("What will the joint liaison task force do?", "Furthermore, a joint liaison task force on migrant smuggling"),
        ("Which agency will train border control units?", "Operational needs-based training will be further made"),
        ("How will the EU disrupt smugglers' online communications?", "The capacity of the EU internet referral unit"),
        ("Who is the Austrian interior minister quoted?", "Migrant smugglers draw huge financial benefits"),
        ("Until when does the action plan against migrant smuggling run?", "These measures build on ongoing efforts"),
    ],
)
def test_right_sentence_comes_first(question: str, opening: str, served_by_default_model: Engine) -> None:
    answer = served_by_default_model.answer(question, NOTHING)
    assert answer.answered
    assert answer.quotes[0].text.startswith(opening)


def test_what_the_task_force_will_do_is_in_the_first_quote(served_by_default_model: Engine) -> None:
    first = served_by_default_model.answer("What will the joint liaison task force do?", NOTHING).quotes[0]
    assert (
        "This task force will provide a platform for multilateral, intelligence-led, coordinated actions" in first.text
    )


def test_speaker_stands_in_the_quote(served_by_default_model: Engine) -> None:
    first = served_by_default_model.answer("Who is the Austrian interior minister quoted?", NOTHING).quotes[0]
    assert first.text.endswith("Herbert Kickl, Minister of the Interior of Austria")


@pytest.mark.parametrize("question", ["What is the budget of Frontex?", "How do I bake sourdough bread?"])
def test_what_the_releases_do_not_hold_is_not_answered(question: str, served_by_default_model: Engine) -> None:
    answer = served_by_default_model.answer(question, NOTHING)
    assert not answer.answered
    assert answer.quotes == ()
    assert answer.related
    assert answer.confidence < answer.threshold


def assert_verbatim(answer: Answer, release: Release) -> None:
    for quote in answer.quotes + answer.related:
        assert quote.text == release.text[quote.start : quote.end]
    for source in answer.sources:
        assert source.text_sha256 == release.text_sha256


@pytest.mark.parametrize(
    "question",
    [
        "smugglers",
        "What did EU leaders call for?",
        "third countries?",
        "list the concrete actions",
        "EMSC " * 50,
        "ἀρχή EU",
    ],
)
def test_quotes_are_verbatim_and_short(question: str, served_by_default_model: Engine, shipped: Release) -> None:
    answer = served_by_default_model.answer(question, NOTHING)
    shown = answer.quotes + answer.related
    assert_verbatim(answer, shipped)
    assert len(shown) <= 3
    assert len(shown) == 1 or sum(len(quote.text) for quote in shown) <= 800
    spans = sorted((quote.start, quote.end) for quote in shown)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


def test_limit_bounds_the_quotes(served_by_default_model: Engine) -> None:
    assert len(served_by_default_model.answer("migrant smuggling measures", NOTHING, limit=1).related) <= 1


@pytest.mark.parametrize("question", ["", "  \n", "?!…", "🙂🙂", "what is the", "\u202e\u200b", "x" * 3_000, "\ud800"])
def test_question_that_cannot_be_asked_is_refused(question: str, served_by_default_model: Engine) -> None:
    with pytest.raises(QuestionError):
        served_by_default_model.answer(question, NOTHING)


def test_hidden_characters_change_nothing(served_by_default_model: Engine) -> None:
    plain = served_by_default_model.answer("Which agency will train border control units?", NOTHING)
    tricked = served_by_default_model.answer(
        "\u202eWhich\u200b agency\0 will train border\ud800 control units?", NOTHING
    )
    assert tricked.question == plain.question
    assert tricked.quotes == plain.quotes


def test_misspelt_word_is_read_as_the_one_it_is_like(served_by_default_model: Engine) -> None:
    answer = served_by_default_model.answer("Which agency will train boarder controll units?", NOTHING)
    assert answer.answered
    assert "CEPOL" in answer.quotes[0].text


@pytest.fixture
def three_releases(settings: IndexSettings, embedder: FakeEmbedder, write_release: Callable[..., Path]) -> Engine:
    """An engine over the shipped release and two on fish, of other issuers and years."""
    fish = "The Council agreed on cod quotas for the North Sea. They apply from 1 January."
    french = {"language": "fr", "issuer": "European Commission — DG MARE", "date": "2020-01-02", "title": "Poisson"}
    with closing(open_corpus(settings)) as store:
        ingest_file(store, write_release("a.md", fish, title="Fish"), Overrides())
        ingest_file(store, write_release("b.md", f"{fish} Fin.", **french), Overrides())
    build_all(settings, embedder, silent)
    return Engine(settings, embedder)


def found(engine: Engine, filters: Filters) -> set[str]:
    return {passage.release_id for passage in engine.search("cod quotas smuggling", filters, 50).passages}


def test_filters_restrict_what_is_found(three_releases: Engine) -> None:
    council, fish, french = (
        "2018-12-06-council-migrant-smuggling",
        "2024-05-06-ec-fish",
        "2020-01-02-european-dg-mare-poisson",
    )
    assert found(three_releases, NOTHING) == {council, fish, french}
    assert found(three_releases, Filters(issuer="council")) == {council}
    assert found(three_releases, Filters(issuer="European Commission")) == {fish, french}
    assert found(three_releases, Filters(language="fr")) == {french}
    assert found(three_releases, Filters(since=parse_since("2020"), until=parse_until("2020-01"))) == {french}
    assert found(three_releases, Filters(since=parse_since("2024-05-06"))) == {fish}
    assert found(three_releases, Filters(since=parse_since("2030"))) == set()


def test_same_sentence_is_quoted_once_with_both_sources(three_releases: Engine) -> None:
    answer = three_releases.answer("cod quotas for the North Sea", NOTHING)
    shown = answer.quotes + answer.related
    assert sum("cod quotas" in quote.text for quote in shown) == 1
    assert {source.title for source in answer.sources} >= {"Fish", "Poisson"}


@pytest.mark.parametrize("filters", [Filters(issuer="Nobody"), Filters(language="xx"), Filters(issuer="")])
def test_filter_that_names_nothing_is_refused(filters: Filters, three_releases: Engine) -> None:
    with pytest.raises(FilterError, match=r"No release has the (issuer|language)"):
        three_releases.search("fish", filters, 5)


def test_dates_cover_whole_months_and_years() -> None:
    assert (parse_since("2018"), parse_until("2018")) == (datetime.date(2018, 1, 1), datetime.date(2018, 12, 31))
    assert (parse_since("2020-02"), parse_until("2020-02")) == (datetime.date(2020, 2, 1), datetime.date(2020, 2, 29))
    with pytest.raises(FilterError, match="swap the two dates"):
        Filters(since=parse_since("2020"), until=parse_until("2019"))


@pytest.mark.parametrize("text", ["yesterday", "2018-13", "2018-02-30", "", "20181206", "2018-1-1-1", "9" * 500])
def test_text_that_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(FilterError, match="is no date"):
        parse_since(text)


def test_agency_restricts_to_passages_that_name_it_or_a_part(served_by_default_model: Engine) -> None:
    result = served_by_default_model.search("smuggling", Filters(agency="europol"), 50).passages
    assert result
    names = ("Europol", "EMSC", "internet referral unit", "Information Clearing House", "joint liaison task force")
    assert all(any(name in passage.text for name in names) for passage in result)
    assert any("Europol" not in passage.text for passage in result)
    assert served_by_default_model.search("smuggling", Filters(agency="frontex"), 50).passages == ()


def test_body_is_found_by_another_of_its_names(served_by_default_model: Engine) -> None:
    answer = served_by_default_model.answer("What happens within the European Migrant Smuggling Centre?", NOTHING)
    assert any("EMSC" in quote.text for quote in answer.quotes + answer.related)


def test_body_that_no_release_names_is_told(served_by_default_model: Engine) -> None:
    answer = served_by_default_model.answer("What is the budget of Frontex?", NOTHING)
    assert tuple(map(str, answer.notices)) == ("No release names Frontex.",)
    assert served_by_default_model.answer("Which agency will train border control units?", NOTHING).notices == ()
