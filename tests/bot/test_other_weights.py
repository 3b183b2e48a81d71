"""Other weights in the folder of a model are another model: the digest decides, never the name."""

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from corpus.errors import MeasuresError, ModelError, UnbuiltError
from index.building.renewal import check_fit
from index.database.home import open_corpus_file
from index.encoders.embedder import SentenceTransformerEmbedder
from index.engine import Engine
from index.filters import Filters
from index.generations.folder import Generations
from index.maintenance import build_all
from index.processes.engine_process import EngineProcess
from index.settings import IndexSettings
from tests.bot.bot_process import BotProcess, command_with
from tests.bot.conftest import Run
from tests.bot.outdated import served
from tests.emulator import State
from tests.fakes import WeighedEmbedder, run_one, silent
from tests.simulation import QUESTION
from tests.tiny_model import make_tiny_model

pytestmark = pytest.mark.usefixtures("models_end")


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model that loads in a moment."""
    return make_tiny_model(tmp_path_factory.mktemp("model"))


@pytest.fixture
def model(tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a model, which the settings name and a test may change. It answers whatever it finds."""
    folder = tmp_path / "model"
    shutil.copytree(tiny_model, folder)
    monkeypatch.setenv("MEASURES_MODEL", str(folder))
    monkeypatch.setenv("MEASURES_THRESHOLD", "0")
    return folder


@pytest.fixture
def data(tmp_path: Path, model: Path) -> Path:
    """A data folder that was built with the model, for `run` to find in place of its own."""
    data = tmp_path / "weighed"
    build_all(IndexSettings(data_dir=data, model=str(model)), SentenceTransformerEmbedder(str(model)), silent)
    return data


@pytest.fixture
def process(tmp_path: Path) -> Iterator[BotProcess]:
    with BotProcess(tmp_path) as process:
        yield process


def change(model: Path, *, in_place: bool = False) -> None:
    """Change one weight, in the file as it is or in a new one of its name."""
    path = model / "model.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    if in_place:
        with path.open("r+b") as file:
            file.write(data)
        return
    path.unlink()
    path.write_bytes(data)


def built(data: Path) -> tuple[str, int]:
    """Return the weights of what is served, and how many texts had to be embedded for it."""
    generations = Generations(data)
    with closing(open_corpus_file(data / "corpus.db")) as store:
        embedded = next(entry.details["embedded"] for entry in store.history.entries() if entry.action == "built")
    assert isinstance(embedded, int)
    return generations.manifest(served(data)).weights_sha256, embedded


def test_doctor_says_it_and_the_next_question_builds_anew(
    run: Run, model: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEASURES_DATA_DIR", str(data))
    assert run("doctor").returncode == 0
    before = built(data)
    change(model)
    doctor = run("doctor")
    assert doctor.returncode == 1
    told = f"Generation 000001 was built with other weights of the model {model}"
    assert f"FAIL generation and model  {told}: run `measures index build`." in doctor.stdout
    result = run("ask", QUESTION, "--json")
    assert json.loads(result.stdout)["answered"] is True
    assert result.stderr == f"{told}: building it anew.\n"
    weights, embedded = built(data)
    assert weights != before[0]
    assert embedded == before[1] > 0, "no vector of the old weights was taken"
    assert weights == json.loads(run("index", "status", "--json").stdout)["weights_sha256"]
    assert run("doctor").returncode == 0


def test_same_weights_under_another_name_build_nothing(model: Path, data: Path) -> None:
    model.rename(model.with_name("renamed"))
    moved = SentenceTransformerEmbedder(str(model.with_name("renamed")))
    check_fit(Generations(data), moved)
    with Engine(IndexSettings(data_dir=data), moved) as engine:
        assert engine.answer(QUESTION, Filters()).answered


def test_engine_notices_at_the_next_question(model: Path, data: Path) -> None:
    settings = IndexSettings(data_dir=data, model=str(model))

    def opened() -> Engine:
        return Engine(settings, SentenceTransformerEmbedder(settings.model))

    with opened() as engine:
        assert answered(engine)
        (model / "model.safetensors").touch()
        with pytest.raises(UnbuiltError, match="have changed since they were read"):
            answered(engine)
    with opened() as engine:
        assert answered(engine), "the same weights, written again"
        change(model, in_place=True)
        with pytest.raises(UnbuiltError, match="have changed since they were read"):
            answered(engine)
    with opened() as another, pytest.raises(UnbuiltError, match="was built with other weights of the model"):
        answered(another)


def test_engine_in_a_process_notices_too(tmp_path: Path, model: Path) -> None:
    settings = IndexSettings(data_dir=tmp_path / "data", model=str(model))
    build_all(settings, WeighedEmbedder(model), silent)
    with closing(EngineProcess(settings, "tests.fakes:weighed_embedder")) as engine:
        assert run_one(engine, answered)
        change(model, in_place=True)
        with pytest.raises(UnbuiltError, match="have changed since they were read"):
            run_one(engine, answered)


def answered(engine: Engine) -> bool:
    return engine.answer(QUESTION, Filters()).answered


def test_weights_that_change_while_they_are_loaded_are_not_taken(model: Path) -> None:
    embedder = SentenceTransformerEmbedder(str(model))
    assert embedder.digest
    change(model)
    with pytest.raises(ModelError, match="changed while they were read"):
        embedder.encode_query("words")


@pytest.mark.parametrize("name", ["1_Pooling/config.json", "custom.py", "sentencepiece.model", "pytorch_model.bin"])
def test_every_file_that_decides_a_vector_counts(name: str, model: Path) -> None:
    before = SentenceTransformerEmbedder(str(model)).digest
    with (model / name).open("ab") as file:
        file.write(b"\n")
    assert SentenceTransformerEmbedder(str(model)).digest != before
    (model / "README.md").write_text("Nobody reads this to embed a text.")
    after = SentenceTransformerEmbedder(str(model)).digest
    (model / "README.md").unlink()
    assert SentenceTransformerEmbedder(str(model)).digest == after


def test_bot_builds_anew_while_it_runs(process: BotProcess, model: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    build_all(IndexSettings(data_dir=data, model=str(model)), WeighedEmbedder(model), silent)
    before = built(data)

    async def scenario() -> None:
        await process.up(code=command_with("tests.fakes:weighed_embedder"), MEASURES_MODEL=str(model))
        await process.ask()
        change(model, in_place=True)
        asked = await process.ask(wait=False)
        await process.emulator.wait(lambda: asked.original is not None and "CEPOL" in asked.original.text(), 100)
        assert asked.state is State.ANSWERED
        assert served(data) == "000002"
        assert await process.down() == 0

    process.run(scenario())
    weights, embedded = built(data)
    assert weights != before[0]
    assert embedded == before[1]


def test_model_of_other_dimensions_is_built_for(run: Run, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was served is nothing to compare canaries with: its vectors are of another length."""
    from tests.fakes import FakeEmbedder

    fake = IndexSettings(data_dir=data, model="fake")
    try:
        build_all(fake, FakeEmbedder(), silent)
    except MeasuresError as error:
        pytest.fail(str(error))
    monkeypatch.setenv("MEASURES_DATA_DIR", str(data))
    result = run("ask", QUESTION, "--json")
    assert json.loads(result.stdout)["answered"] is True
    assert result.stderr.startswith("Generation 000002 was built with the model fake, and the one to ask is ")
