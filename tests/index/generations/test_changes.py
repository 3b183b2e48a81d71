"""What differs between releases and their versions, and what became of what was quoted."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

import index
from corpus.errors import UnknownReleaseError
from index.changes import Citation, Fate, citations
from index.engine import Engine
from index.filters import Filters
from index.generations.verification import verify_citations
from index.maintenance import Maintenance
from index.results import Answer, NotAsked
from index.settings import IndexSettings
from tests.fakes import FakeEmbedder, quiet, upkeep

URL = "https://example.europa.eu/antwerp"
OLD = """Today, the Commission presented its plan for the port of Antwerp, as it was asked to on 3 March 2022.

## Checks

Europol will send 100 officers to the port of Antwerp to search containers for cocaine.

- Lorries are weighed in the port.

## Money

The port receives 1 million euros for new scanners. The money comes from the fund for internal security."""
NEW = OLD.replace("100 officers", "120 officers").replace("weighed", "weighed twice").replace("Today", "Yesterday")
NEW = NEW.replace(" The money comes from the fund for internal security.", "").replace(
    "## Money", "Belgium will report every month on what was found there.\n\n## Money"
)
QUESTION = "How many officers will Europol send to the port of Antwerp?"

Write = Callable[..., Path]


@pytest.fixture
def settings(tmp_path: Path) -> IndexSettings:
    return IndexSettings(data_dir=tmp_path / "data", model="fake", threshold=0.0)


@pytest.fixture
def keeper(settings: IndexSettings, embedder: FakeEmbedder) -> Maintenance:
    return upkeep(settings, embedder)


def added(keeper: Maintenance, path: Path, *, build: bool = True) -> str:
    [source] = keeper.add([str(path)], quiet, force=True, build=build).taken.ingested
    assert source.release_id is not None
    return source.release_id


@pytest.fixture
def release_id(keeper: Maintenance, write_release: Write) -> str:
    return added(keeper, write_release("old.md", OLD, title="The port", url=URL))


def correct(keeper: Maintenance, write_release: Write, text: str = NEW) -> None:
    added(keeper, write_release("new.md", text, title="The port", url=URL))


def asked(settings: IndexSettings, embedder: FakeEmbedder, question: str = QUESTION) -> Answer:
    with Engine(settings, embedder) as engine:
        return engine.answer(question, Filters(), 1)


def test_versions_are_compared_with_figures_first(
    release_id: str, keeper: Maintenance, write_release: Write, settings: IndexSettings
) -> None:
    correct(keeper, write_release)
    diff = index.compare_releases(settings, release_id)
    assert (diff.before.version, diff.after.version, diff.after.versions) == (1, 2, 2)
    first, *others = diff.changed
    assert [(fact.kind, fact.before, fact.after) for fact in first.facts] == [("figure", "100", "120")]
    for side, changed in ((OLD, first.before), (NEW, first.after)):
        assert side[changed.start : changed.end] == changed.text
    assert {change.after.text for change in others if not change.facts} >= {"- Lorries are weighed twice in the port."}
    assert [sentence.text for sentence in diff.came] == ["Belgium will report every month on what was found there."]
    assert [sentence.text for sentence in diff.went] == ["The money comes from the fund for internal security."]
    assert (diff.fields, diff.aligned, diff.same) == ((), True, 3)
    digest = diff.before.source.text_sha256
    for same in ((f"{release_id}@1", f"{release_id}@2"), (f"{release_id}@{digest[:8]}", release_id)):
        assert index.compare_releases(settings, *same) == diff
    back = index.compare_releases(settings, release_id, f"{release_id}@1")
    assert (back.came, back.went) == (diff.went, diff.came)
    assert index.compare_releases(settings, f"{release_id}@1", f"{release_id}@1").before.version == 1
    correct(keeper, write_release, NEW.replace("120", "130"))
    for name, version in ((release_id, 2), (f"{release_id}@1", 1), (f"{release_id}@2", 2), (f"{release_id}@3", 2)):
        diff = index.compare_releases(settings, name)
        assert (diff.before.version, diff.after.version) == (version, 3)


def test_two_releases_are_compared_and_say_what_differs_of_them(
    release_id: str, keeper: Maintenance, write_release: Write, settings: IndexSettings
) -> None:
    lisbon = OLD.replace("Antwerp", "Lisbon").replace("1 million", "3 million")
    other = added(keeper, write_release("other.md", lisbon, title="Lisbon", date="2024-06-07"), build=False)
    diff = index.compare_releases(settings, release_id, other)
    assert [(field.field, field.before, field.after) for field in diff.fields] == [
        ("title", "The port", "Lisbon"),
        ("date", "2024-05-06", "2024-06-07"),
        ("url", URL, ""),
    ]
    assert {(fact.before, fact.after) for changed in diff.changed for fact in changed.facts} == {
        ("Antwerp", "Lisbon"),
        ("1 million euros", "3 million euros"),
    }
    assert diff.came == diff.went == ()
    german = "Europol schickt 100 Beamte in den Hafen. Der Hafen erhält 2 Millionen Euro für neue Geräte in Belgien."
    german_id = added(keeper, write_release("de.md", german, title="Hafen", language="de"), build=False)
    across = index.compare_releases(settings, release_id, german_id)
    assert (across.aligned, across.changed) == (False, ())
    assert across.facts


def test_what_is_not_there_is_said_in_a_sentence(
    release_id: str, keeper: Maintenance, settings: IndexSettings, write_release: Write
) -> None:
    for names, sentence in (
        ((release_id,), "only one version is kept"),
        ((release_id, "nothing"), "There is no release 'nothing'"),
        ((f"{release_id}@7",), "There is no version '7': there are"),
        ((release_id, f"{release_id}@7"), "There is no version '7': there are"),
        ((release_id, f"{release_id}@"), "There is no version ''"),
    ):
        with pytest.raises(UnknownReleaseError, match=sentence):
            index.compare_releases(settings, *names)
    keeper.withdraw(release_id, quiet, build=False)
    with pytest.raises(UnknownReleaseError):
        index.compare_releases(settings, release_id)


def test_quoted_words_are_identical_changed_or_withdrawn(
    release_id: str, keeper: Maintenance, write_release: Write, settings: IndexSettings, embedder: FakeEmbedder
) -> None:
    cited = citations(asked(settings, embedder))
    [quoted] = cited
    words = OLD[quoted.start : quoted.end]
    assert quoted.words_sha256 == hashlib.sha256(words.encode()).hexdigest()
    assert "100 officers" in words
    [same] = verify_citations(settings, cited)
    assert (same.fate, same.words, same.start) == (Fate.IDENTICAL, words, quoted.start)
    correct(keeper, write_release, OLD.replace("Today, the", "Some days ago, after long talks, the"))
    [moved] = verify_citations(settings, cited)
    assert (moved.fate, moved.words) == (Fate.IDENTICAL, words)
    assert moved.start is not None
    assert moved.start > quoted.start
    correct(keeper, write_release)
    [changed] = verify_citations(settings, cited)
    assert (changed.fate, changed.words, changed.now) == (Fate.CHANGED, words, words.replace("100", "120"))
    assert [(fact.before, fact.after) for fact in changed.facts] == [("100", "120")]
    assert changed.source is not None
    assert changed.source.release_id == release_id
    assert NEW[changed.start : changed.end] == changed.now
    made_up = Citation(release_id, quoted.text_sha256, quoted.start, quoted.end, "00" * 32)
    assert verify_citations(settings, [made_up])[0].words is None, "what never stood there is not shown as quoted"
    keeper.withdraw(release_id, quiet, build=False)
    [gone] = verify_citations(settings, cited)
    assert (gone.fate, gone.words, gone.source) == (Fate.WITHDRAWN, None, None)


def test_question_is_asked_again_of_its_generation_only(
    release_id: str, keeper: Maintenance, write_release: Write, settings: IndexSettings, embedder: FakeEmbedder
) -> None:
    before = asked(settings, embedder)
    with Engine(settings, embedder) as engine:

        def again(generation: str, issuer: str | None = None) -> Answer | NotAsked:
            return engine.answer_again(generation, QUESTION, Filters(issuer=issuer), 1)

        correct(keeper, write_release)
        older = again(before.generation)
        assert isinstance(older, Answer)
        assert (older.generation, citations(older)) == (before.generation, citations(before))
        newer = again(engine.served().manifest.generation)
        assert isinstance(newer, Answer)
        assert "120 officers" in newer.quotes[0].text
        assert again("000099") is NotAsked.GONE
        assert again(before.generation, "Nobody") is NotAsked.REFUSED
    other = FakeEmbedder()
    other.digest = "fb" * 32
    with Engine(settings, other) as engine:
        assert engine.answer_again(before.generation, QUESTION, Filters(), 1) is NotAsked.OTHER_MODEL


def test_questions_that_share_their_words_ask_the_same(settings: IndexSettings, embedder: FakeEmbedder) -> None:
    asked = ["who pays for new scanners", "what is whale song", "who pays for new scanners?"]
    with Engine(settings, embedder) as engine:
        assert (engine.alike(asked), engine.alike([])) == ([(0, 2), (1,)], [])
