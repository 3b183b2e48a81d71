"""After an upgrade of the program, what an older one built is built anew by whatever needs it first."""

import json
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from index.database.home import open_corpus_file
from index.generations.folder import Generations
from index.generations.manifest import FORMAT
from index.settings import IndexSettings
from tests.bot.bot_process import COMMAND
from tests.bot.conftest import Run, sentence_of
from tests.bot.outdated import make_older, rewrite, served
from tests.forked import Forked

QUESTION = "Which agency will train border control units?"
ANEW = f"Generation 000001 has the older format 4, this program reads {FORMAT}: building it anew."
CUT = "Generation 000001 was cut by another version of this program"
HOLD = """
import pathlib, sys
from index.generations.folder import Generations
with Generations(pathlib.Path(sys.argv[1])).building("Ada", "a test"):
    print("held", flush=True)
    sys.stdin.read()
"""
# The same command with a model that takes no time to load.
WITH_FAKE_MODEL = f"""
import index
from tests.fakes import FakeEmbedder
index.SentenceTransformerEmbedder = lambda *_: FakeEmbedder()
{COMMAND}
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def fake_data(built_once: Path, data: Path) -> Path:
    """A data folder that an older program built with the fake model."""
    shutil.copytree(built_once, data)
    make_older(data)
    return data


@contextmanager
def somebody_building(data: Path) -> Iterator[Forked]:
    """Let another process hold the build lock."""
    with Forked(HOLD, data) as process:
        assert process.stdout.readline() == "held\n"
        yield process


def start(data: Path, *arguments: str) -> Forked:
    """Start the command as a process, on data that the fake model embedded."""
    return Forked(WITH_FAKE_MODEL, *arguments, MEASURES_DATA_DIR=str(data), MEASURES_THRESHOLD="0")


@pytest.mark.parametrize(
    "command",
    [
        ("ask", QUESTION, "--json"),
        ("search", QUESTION),
        ("agency", "CEPOL"),
        ("releases",),
        ("index", "status", "--json"),
        ("index", "verify"),
    ],
)
def test_every_command_that_needs_an_index_builds_it_anew(command: tuple[str, ...], run: Run, data: Path) -> None:
    before = run(*command)
    make_older(data)
    result = run(*command)
    assert (result.returncode, result.stderr.splitlines()) == (0, [ANEW])
    assert (served(data), len(result.stdout.splitlines())) == ("000002", len(before.stdout.splitlines()))
    again = run(*command)
    assert (again.returncode, again.stderr, served(data)) == (0, "", "000002")


def test_process_that_asks_after_an_upgrade_embeds_nothing_anew(fake_data: Path) -> None:
    process = start(fake_data, "ask", QUESTION, "--json")
    out, err = process.communicate()
    assert (process.returncode, err.splitlines()) == (0, [ANEW])
    assert json.loads(out)["answered"] is True
    with closing(open_corpus_file(fake_data / "corpus.db")) as store:
        built = next(iter(store.history.entries()))
    assert (built.action, built.generation, built.details["embedded"]) == ("built", "000002", 0)


def test_what_another_program_cut_is_built_anew(run: Run, data: Path) -> None:
    before = served(data)
    rewrite(data, program="0" * 64)
    result = run("ask", QUESTION, "--json")
    assert json.loads(result.stdout)["answered"] is True
    assert result.stderr == f"Generation {before} was cut by another version of this program: building it anew.\n"
    assert served(data) > before


def test_what_another_program_cut_is_served_while_it_cannot_be_built(run: Run, data: Path) -> None:
    rewrite(data, program="0" * 64)
    with somebody_building(data):
        result = run("ask", QUESTION, "--json")
    assert json.loads(result.stdout)["generation"] == "000001"
    first, second = result.stderr.splitlines()
    assert first == f"{CUT}: building it anew."
    assert second.startswith(
        f"{CUT}, and is served as it is: Another build is running on this data folder (Ada, a test"
    )


def test_build_of_another_process_is_waited_for(fake_data: Path) -> None:
    with somebody_building(fake_data) as other:
        asking = start(fake_data, "ask", QUESTION, "--json")
        assert asking.stderr.readline() == f"{ANEW}\n"
        waits = asking.stderr.readline()
        assert waits.startswith("Another build is running on this data folder (Ada, a test, since ")
        assert waits.endswith("): waiting for it.\n")
        assert asking.poll() is None
        other.kill()
    out, err = asking.communicate()
    assert (asking.returncode, err.splitlines()) == (0, [ANEW])
    assert json.loads(out)["generation"] == "000002"


@pytest.mark.parametrize("command", [("ask", QUESTION), ("releases",), ("index", "status"), ("bot",)])
def test_index_of_a_newer_program_is_left_alone(
    command: tuple[str, ...], run: Run, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "MTAw.wrong.token")
    rewrite(data, format=FORMAT + 1, something_new={"of": "that program"})
    assert sentence_of(run(*command)) == (
        f"Error: Generation 000001 was made by a newer version of this program, in format {FORMAT + 1}, and this one "
        f"reads {FORMAT}: start the newer one, or run `measures index build` to go on with this one."
    )
    assert served(data) == "000001"
    if command[0] == "releases":
        assert "Generation 000002 is served" in run("index", "build").stdout
        assert run("ask", QUESTION).returncode == 0


@pytest.mark.parametrize("command", [("ask", QUESTION), ("releases",), ("bot",)])
def test_pinned_roll_back_is_undone_by_nobody_but_a_person(
    command: tuple[str, ...], run: Run, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "MTAw.wrong.token")
    Generations(data).pin("000001")
    rewrite(data, program="0" * 64)
    if command[0] == "ask":
        result = run("ask", QUESTION, "--json")
        assert (json.loads(result.stdout)["generation"], result.stderr) == ("000001", "")
    make_older(data)
    assert sentence_of(run(*command)).endswith(
        "and a roll-back to it is pinned: `measures index build` takes the pin off and serves all that is kept."
    )
    assert served(data) == "000001"
    assert run("index", "build").returncode == 0
    assert run("releases").returncode == 0


def test_older_generation_that_this_program_cannot_read_is_not_rolled_back_to(run: Run, data: Path) -> None:
    make_older(data)
    assert run("index", "build").returncode == 0
    assert "Generation 000001 has the older format 4" in sentence_of(run("index", "rollback"))
    assert "Generation 000001 has the older format 4" in sentence_of(run("index", "verify", "000001"))
    assert served(data) == "000002"
    assert not Generations(IndexSettings().data_dir).pinned()


def test_doctor_says_that_a_build_is_due(run: Run, data: Path) -> None:
    rewrite(data, program="0" * 64)
    result = run("doctor")
    assert result.returncode == 1
    assert f"FAIL generation and model  {CUT}: run `measures index build`." in result.stdout
    make_older(data)
    assert "FAIL served generation     Generation 000001 has the older format 4" in run("doctor").stdout
