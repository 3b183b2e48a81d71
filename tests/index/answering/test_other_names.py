"""A question that names a body by any of its names finds what the releases say under another."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from index.encoders.embedder import SentenceTransformerEmbedder
from index.engine import Engine
from index.filters import Filters
from index.intake.ingest import ingest_file
from index.intake.overrides import Overrides
from index.maintenance import build_all
from index.processes.jobs import open_corpus
from index.settings import IndexSettings
from tests.fakes import silent

BODIES = {
    "European Asylum Support Office": "will send eighty interpreters to the reception centre in June",
    "European Chemicals Agency": "will send forty inspectors to the reception centre in July",
    "EMSA": "will send nine ships to the northern harbour in August",
    "European Public Prosecutor's Office": "will open twelve cases about the northern harbour in May",
}
GOLD = [
    ("How many people does the EUAA send?", "eighty interpreters"),
    ("What will EASO send to the reception centre?", "eighty interpreters"),
    ("What does the European Union Agency for Asylum send?", "eighty interpreters"),
    ("What will ECHA send to the reception centre?", "forty inspectors"),
    ("ECHA inspectors", "forty inspectors"),
    ("What will the European Maritime Safety Agency send to the harbour?", "nine ships"),
    ("How many cases will the EPPO open?", "twelve cases"),
]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, default_model: SentenceTransformerEmbedder) -> Iterator[Engine]:
    """An engine with the default model, over four releases that use one name of a body each."""
    folder = tmp_path_factory.mktemp("names")
    settings = IndexSettings(data_dir=folder / "data", model="")
    with closing(open_corpus(settings)) as store:
        for number, (name, does) in enumerate(BODIES.items(), 1):
            path = folder / f"{number}.md"
            head = f"title: Notice {number}\nissuer: European Commission\ndate: 2024-05-0{number}\nlanguage: en"
            path.write_text(f"---\n{head}\n---\n\nThe {name} {does}.\n\nNothing else was decided that day.\n", "utf-8")
            ingest_file(store, path, Overrides())
    build_all(settings, default_model, silent)
    with Engine(settings, default_model) as opened:
        yield opened


@pytest.mark.parametrize(("question", "holds"), GOLD)
def test_right_sentence_is_among_the_first_two(engine: Engine, question: str, holds: str) -> None:
    answer = engine.answer(question, Filters())
    assert any(holds in quote.text for quote in (answer.quotes or answer.related)[:2])


def test_body_that_no_release_names_is_said(engine: Engine) -> None:
    answer = engine.answer("What will Eurojust send to the harbour?", Filters())
    assert "No release names Eurojust." in map(str, answer.notices)
