"""Settings that make no sense get one sentence: unknown names, a `.env` that others read or that is not in UTF-8."""

from pathlib import Path

import pytest

from bot.app.env_names import check_names, find_settings, known_names
from bot.app.settings import Address, load_bot_settings
from corpus.errors import SettingsError
from index.settings import load_index_settings
from tests.bot.bot_process import COMMAND, ROOT
from tests.bot.conftest import Run
from tests.forked import Forked

LIST = ("agency", "--list")


def told(run: Run, *arguments: str) -> tuple[int, list[str]]:
    """Run the command in the current folder; return its status and what it says on stderr."""
    done = run(*arguments)
    return done.returncode, done.stderr.splitlines()


def write(folder: Path, data: bytes, mode: int = 0o600) -> Path:
    path = folder / ".env"
    path.write_bytes(data)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("MEASURES_DATADIR", "MEASURES_DATA_DIR"),
        ("MEASURES_TOKEN", "DISCORD_TOKEN"),
        ("MEASURES_DISCORD_TOKEN", "DISCORD_TOKEN"),
        ("MEASURE_PACE", "MEASURES_PACE"),
        ("MESURES_PACE", "MEASURES_PACE"),
        ("MEASURES_HTPT", r"MEASURES_HTTP\."),
        ("MEASRUES_HTTP_KEY", "MEASURES_HTTP_KEY"),
        ("measures_treshold", "MEASURES_THRESHOLD"),
        ("MEASURES_FETCHHOST", "MEASURES_FETCH_HOSTS"),
        ("MEASURES_QQQQ", ".env.example"),
    ],
)
def test_unknown_name_is_an_error_with_the_nearest(
    name: str, meant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check() -> None:
        with pytest.raises(SettingsError, match=rf"^{name}, in .* is no setting: .*{meant}") as failed:
            check_names()
        assert "secret value" not in str(failed.value)

    path = write(tmp_path, f"{name}=a secret value\n".encode())
    check()
    path.unlink()
    check_names()
    monkeypatch.setenv(name, "a secret value")
    check()


def test_command_says_it_in_one_sentence_and_still_helps(measures: Run, tmp_path: Path) -> None:
    write(tmp_path, b"MEASURES_PAZE=3\nMEASURES_QUEU=3\n")
    status, said = told(measures, *LIST)
    assert (status, len(said)) == (1, 1)
    assert said[0].startswith("Error: MEASURES_PAZE, in ")
    assert "write MEASURES_QUEUE" in said[0]
    assert told(measures, "ask", "--help") == (0, [])


def test_all_settings_of_the_example_are_known(tmp_path: Path) -> None:
    write(tmp_path, (ROOT / ".env.example").read_bytes())
    check_names()
    assert "MEASURES_PROXY" in known_names()


def test_env_that_is_no_file_is_one_sentence(measures: Run, tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.mkdir()
    said = [f"Error: {path} is no file: make it one, or move it away."]
    assert told(measures, *LIST) == (1, said)
    path.rmdir()
    path.symlink_to("nowhere")
    with pytest.raises(SettingsError, match="is no file"):
        check_names()
    path.unlink()
    path.symlink_to("/dev/null")
    check_names()


def test_name_of_another_program_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FEATURES_MODEL", "MESURES_EAU", "TREASURES_PACE", "PACE"):
        monkeypatch.setenv(name, "1")
    assert not {"FEATURES_MODEL", "MESURES_EAU", "TREASURES_PACE", "PACE"} & find_settings().in_environment.keys()
    check_names()
    monkeypatch.setenv("MESURES_PACE", "1")
    with pytest.raises(SettingsError, match="MESURES_PACE"):
        check_names()


@pytest.mark.parametrize(("name", "value"), [("MEASURES_LOG_FORMAT", "xml"), ("MEASURES_KEEP_VERSIONS", "0")])
def test_value_is_checked_by_commands_that_do_not_use_it(name: str, value: str, measures: Run, tmp_path: Path) -> None:
    write(tmp_path, f"{name}={value}\n".encode())
    status, said = told(measures, *LIST)
    assert (status, len(said)) == (1, 1)
    assert said[0].startswith(f"Error: Correct these settings in the environment or .env: {name} (")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_env_that_others_read_is_a_warning(mode: int, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write(tmp_path, b"MEASURES_PACE=6\n", mode)
    check_names()
    assert caplog.messages == [f"others may read {path}: chmod 600 keeps them out"]


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1", "cp1252"])
def test_env_that_is_not_utf_8_is_one_sentence(encoding: str, tmp_path: Path) -> None:
    path = write(tmp_path, "MEASURES_PACE=6 # für alle\n".encode(encoding))
    for read in (check_names, load_index_settings, load_bot_settings):
        with pytest.raises(SettingsError, match=r"is not in UTF-8: save it as UTF-8\.$") as failed:
            read()
        assert str(path) in str(failed.value)


def test_byte_order_mark_does_not_matter(tmp_path: Path) -> None:
    write(tmp_path, "\ufeffMEASURES_PACE=7\n".encode())
    check_names()
    assert load_bot_settings().pace == 7


def test_line_that_is_no_setting_is_named_once(tmp_path: Path) -> None:
    path = write(tmp_path, b"\nMEASURES_PACE=6\n\nMEASURES_QUEUE 3\n")
    process = Forked(f"import os; os.chdir({str(tmp_path)!r})\n{COMMAND}", *LIST)  # its log is its own
    _, said = process.communicate()
    assert process.returncode == 0
    assert [line.partition(" bot.")[2] for line in said.splitlines()] == [
        f"app.env_names {path}: line 4 is left out, because it is not NAME=value"
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MEASURES_PROXY", "socks5://user:hunter2@host:1080"),
        ("MEASURES_PROXY", "http://user:hunter2@host"),
        ("MEASURES_PROXY", "hunter2:3128"),
        ("MEASURES_PROXY", "http://user:hunter2@host:port"),
        ("MEASURES_HTTP_KEY", "hunter2"),
        ("MEASURES_HTTP", "hunter2"),
        ("MEASURES_HTTP", ":9460"),
        ("MEASURES_HTTP", "127.0.0.1:0"),
        ("MEASURES_HTTP", "::1:9460"),
        ("MEASURES_HTTP", "http://127.0.0.1:9460"),
        ("MEASURES_HTTP", "9460"),
        ("MEASURES_HTTP", "[1]"),
        ("MEASURES_SHARDS", "3"),
        ("MEASURES_SHARDS", "null"),
        ("MEASURES_DATABASE_URL", "mysql://user:hunter2@host/x"),
        ("MEASURES_DATABASE_URL", "postgresql://user:hunter2@host:port/x"),
        ("MEASURES_DATABASE_URL", "postgresql://user:hunter2@one:5432,two:port/x"),
        ("MEASURES_DATABASE_URL", "postgresql://user:hunter2@[::1/x"),
    ],
)
def test_value_that_makes_no_sense_is_named_and_not_shown(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    load = load_index_settings if name in ("MEASURES_PROXY", "MEASURES_DATABASE_URL") else load_bot_settings
    with pytest.raises(SettingsError, match=rf"{name} \(it (is|names|begins)|at least 16") as failed:
        load()
    assert "hunter2" not in str(failed.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p@one:5432,two:5433/x?target_session_attrs=any",
        "postgres:///x?host=/run/postgresql",
        "postgresql://u:p%40%2F@[::1]:5432,[fe80::1]/x",
        "postgresql://u@%2Frun%2Fpostgresql/x",
        " postgresql://one\n",
    ],
)
def test_address_of_a_database(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEASURES_DATABASE_URL", url)
    address = load_index_settings().database_url
    assert address is not None
    assert address.get_secret_value() == url.strip()


@pytest.mark.parametrize(
    ("value", "address", "loopback"),
    [
        ("127.0.0.1:9460", Address("127.0.0.1", 9460), True),
        ("[::1]:80", Address("::1", 80), True),
        ("localhost:9460", Address("localhost", 9460), True),
        ("0.0.0.0:9460", Address("0.0.0.0", 9460), False),  # noqa: S104
        ("[::]:9460", Address("::", 9460), False),
    ],
)
def test_address_for_http(value: str, address: Address, loopback: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEASURES_HTTP", value)
    read = load_bot_settings().http
    assert read == address
    assert (str(read), read.is_loopback) == (value, loopback)
