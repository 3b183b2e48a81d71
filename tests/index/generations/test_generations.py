"""What is served never changes under a reader, and every step back is one command; in files and in PostgreSQL."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

import index
from corpus.errors import GenerationError, UnknownReleaseError
from index.building.build import build
from index.database.home import open_corpus_db
from index.engine import Engine
from index.filters import Filters
from index.generations.home import open_generations
from index.generations.status import rollback
from index.generations.store import GenerationStore
from index.maintenance import build_all
from index.settings import IndexSettings
from tests.fakes import FakeEmbedder, quiet, silent, upkeep

COUNCIL = "2018-12-06-council-migrant-smuggling"
FISH = "2024-05-06-ec-a-title"


@pytest.fixture
def settings(settings_of_both_kinds: IndexSettings) -> IndexSettings:
    return settings_of_both_kinds


@pytest.fixture
def built(settings: IndexSettings, embedder: FakeEmbedder, built_once: Path) -> Iterator[GenerationStore]:
    if settings.database_url is None:
        shutil.copytree(built_once, settings.data_dir)
    else:
        build_all(settings, embedder, silent)
    with closing(open_generations(settings)) as generations:
        yield generations


@pytest.fixture
def add_text(
    settings: IndexSettings, embedder: FakeEmbedder, write_release: Callable[..., Path]
) -> Callable[[str], object]:
    """Add a release on fish, or correct it: its address is always the same."""

    def add_one(text: str) -> object:
        path = write_release("fish.md", text, url="https://ec.europa.eu/fish")
        return upkeep(settings, embedder).add([str(path)], quiet)

    return add_one


def texts_found(engine: Engine, query: str) -> list[str]:
    return [passage.text for passage in engine.search(query, Filters(), 20).passages]


def test_build_serves_a_numbered_generation(built: GenerationStore, settings: IndexSettings) -> None:
    assert built.current() == "000001"
    status = index.status(settings)
    assert (status.releases, status.issuers, status.first_date) == (1, ("Council of the European Union",), "2018-12-06")
    assert built.manifest("000001").releases == 1


def test_building_again_embeds_nothing(built: GenerationStore, settings: IndexSettings, embedder: FakeEmbedder) -> None:
    before = embedder.embedded
    assert build(settings, embedder, silent).embedded == 0
    assert embedder.embedded == before
    assert built.current() == "000002"


def test_corrected_release_embeds_only_what_changed(
    built: GenerationStore, settings: IndexSettings, embedder: FakeEmbedder, add_text: Callable[[str], object]
) -> None:
    sentences = [
        f"The quota number {number} of the fish stays exactly as it was in the year before it." for number in range(40)
    ]
    add_text("\n\n".join(sentences))
    before = embedder.embedded
    sentences[20] = "The quota number twenty is gone."
    add_text("\n\n".join(sentences))
    assert 0 < embedder.embedded - before <= 6
    with Engine(settings, embedder) as engine:
        assert any("twenty is gone" in text for text in texts_found(engine, "quota twenty"))
    with closing(open_corpus_db(settings)) as corpus:
        assert len(corpus.versions(FISH)) == 2
    actions = [(entry.action, entry.release_id) for entry in index.history(settings).entries]
    assert ("changed", FISH) in actions
    assert ("added", FISH) in actions
    assert built.current() == "000003"


def test_same_release_again_builds_nothing(built: GenerationStore, add_text: Callable[[str], object]) -> None:
    add_text("Cod is a fish that is caught in the North Sea and eaten.")
    add_text("Cod is a fish that is caught in the North Sea and eaten.")
    assert built.current() == "000002"


def test_last_three_generations_are_kept(
    settings: IndexSettings, embedder: FakeEmbedder, built: GenerationStore
) -> None:
    for _ in range(4):
        build(settings, embedder, silent)
    assert built.ids() == ["000003", "000004", "000005"]


def test_rollback_pins_and_says_what_the_next_build_brings(
    built: GenerationStore, settings: IndexSettings, embedder: FakeEmbedder, add_text: Callable[[str], object]
) -> None:
    add_text("Cod is a fish that is caught in the North Sea and eaten.")
    rolled_back = rollback(settings)
    assert rolled_back.manifest.generation == built.current() == "000001"
    assert rolled_back.pending.added == (FISH,)
    add_text("Cod is a fish that is caught in the Baltic Sea and eaten.")
    assert built.current() == "000001"
    assert index.status(settings).pinned
    build(settings, embedder, silent)
    assert built.current() == "000003"
    assert not index.status(settings).pinned


def test_withdrawn_release_never_comes_back(
    built: GenerationStore, settings: IndexSettings, embedder: FakeEmbedder, add_text: Callable[[str], object]
) -> None:
    add_text("Cod is a fish that is caught in the North Sea and eaten.")
    with Engine(settings, embedder) as engine:
        assert any("Cod is a fish" in text for text in texts_found(engine, "cod fish"))
        upkeep(settings, embedder).withdraw(FISH, quiet, build=False)
        assert built.current() == "000002"
        assert not any("Cod is a fish" in text for text in texts_found(engine, "cod fish"))
        build(settings, embedder, silent)
        rollback(settings, "000002")
        assert not any("Cod is a fish" in text for text in texts_found(engine, "cod fish"))
    assert [release.release_id for release in index.releases(settings)] == [COUNCIL]
    with pytest.raises(UnknownReleaseError):
        upkeep(settings, embedder).withdraw(FISH, quiet, build=False)


def test_everything_withdrawn_leaves_an_index_that_finds_nothing(
    built: GenerationStore, settings: IndexSettings, embedder: FakeEmbedder
) -> None:
    upkeep(settings, embedder).withdraw(COUNCIL, quiet)
    assert built.current() == "000002"
    with Engine(settings, embedder) as engine:
        answer = engine.answer("What will Europol do?", Filters())
    assert (answer.answered, answer.confidence, answer.related) == (False, 0.0, ())


def test_engine_moves_to_a_new_generation_by_itself(
    built: GenerationStore, settings: IndexSettings, embedder: FakeEmbedder, add_text: Callable[[str], object]
) -> None:
    with Engine(settings, embedder) as engine:
        assert engine.answer("cod", Filters()).generation == "000001"
        add_text("Cod is a fish that is caught in the North Sea and eaten.")
        assert engine.answer("cod", Filters()).generation == built.current() == "000002"


def test_generation_of_another_model_is_refused(built: GenerationStore, settings: IndexSettings) -> None:
    other = FakeEmbedder()
    other.model, other.digest = "another", "ab" * 32
    with Engine(settings, other) as engine, pytest.raises(GenerationError, match="built with the model fake"):
        engine.answer("What will Europol do?", Filters())
    assert built.current() == "000001"


def test_rollback_without_an_older_generation_is_refused(built: GenerationStore, settings: IndexSettings) -> None:
    with pytest.raises(GenerationError, match="no older generation"):
        rollback(settings)
    with pytest.raises(GenerationError, match="There is no generation '999999'"):
        rollback(settings, "999999")
    assert built.current() == "000001"


def test_old_text_stays_in_corpus_db(settings: IndexSettings, add_text: Callable[[str], object]) -> None:
    add_text("Cod is a fish that is caught in the North Sea and eaten.")
    add_text("Cod is a fish that is caught in the Baltic Sea and eaten.")
    with closing(open_corpus_db(settings)) as store:
        current = store.current(FISH)
    assert current is not None
    assert "Baltic" in current.text
