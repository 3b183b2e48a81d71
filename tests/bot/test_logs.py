"""Lines of the log: when with the offset to UTC, fields in JSON, and no secret wherever one turns up."""

import datetime
import json
import logging
import os
import pty
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app.logs import configure_logging
from bot.app.settings import BotSettings, secrets_of
from bot.cli.main import main
from corpus.log_lines import with_fields
from index.maintenance import build_all
from index.processes.engine_process import EngineProcess
from index.settings import IndexSettings
from tests.bot.bot_process import ROOT
from tests.emulator.platform import TOKEN
from tests.fakes import FakeEmbedder, silent

KEY = 'a "key" of many\\characters'


@pytest.fixture(autouse=True)
def own_logging(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give back the handlers of before; the clock is that of Brussels."""
    monkeypatch.setenv("TZ", "Europe/Brussels")
    time.tzset()
    before = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:], logging.root.level = before
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_time_has_its_offset(log_format: str, capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging(log_format, verbose=False)  # type: ignore[arg-type]
    before = datetime.datetime.now(datetime.UTC)
    logging.getLogger("bot.tests").info("something")
    (said,) = capfd.readouterr().err.splitlines()
    moment = datetime.datetime.fromisoformat(json.loads(said)["at"] if log_format == "json" else said.split(" ")[0])
    assert moment.utcoffset() in (datetime.timedelta(hours=1), datetime.timedelta(hours=2))
    assert abs(moment - before) < datetime.timedelta(seconds=5)


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_no_secret_is_logged(log_format: str, capfd: pytest.CaptureFixture[str]) -> None:
    settings = BotSettings.model_validate({"DISCORD_TOKEN": f" {TOKEN}\n", "http_key": KEY})
    secrets = secrets_of(settings, SecretStr("http://me:pass%40word@proxy.example.org:3128"))
    configure_logging(log_format, verbose=True, secrets=secrets)  # type: ignore[arg-type]
    log = logging.getLogger("bot.tests")
    log.warning("%s and %s", TOKEN, KEY, extra=with_fields(event="told", why=f"because of {TOKEN}"))
    log.warning("http://me:pass%40word@proxy.example.org:3128 refuses")
    try:
        raise OSError(f"cannot log in with {TOKEN}, {KEY} or pass@word")
    except OSError:
        log.exception("failed")
    said = capfd.readouterr().err
    shown = "\n".join(map(str, map(json.loads, said.splitlines()))) if log_format == "json" else said
    for secret in (TOKEN, KEY, "many", "pass%40word", "pass@word"):
        assert secret not in shown
    assert shown.count("[secret]") >= 6
    assert "proxy.example.org:3128 refuses" in shown


def test_engine_logs_as_the_bot_does(settings: IndexSettings, capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging("json", verbose=False)
    build_all(settings, FakeEmbedder(), silent)
    EngineProcess(settings, "tests.fakes:warning_embedder").close()
    said = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert [each["message"] for each in said if each["logger"] == "tests.fakes"] == ["made"]


BAR = """
import logging
from bot.cli.terminal import Terminal
from corpus import LogFormatter, log_to_stderr
from index import Phase, Step
log_to_stderr(logging.WARNING, LogFormatter("%(name)s %(message)s"))
with Terminal().progress() as report:
    report(Step(Phase.FETCH, 0, 2))
    logging.getLogger("tests").warning("a line between")
    report(Step(Phase.FETCH, 1, 2))
"""


def test_line_that_is_logged_while_a_bar_is_shown_stands_by_itself() -> None:
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "80", "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", BAR], stderr=theirs, env=environment, check=True)
    shown = os.read(ours, 65536).decode()
    os.close(theirs)
    os.close(ours)
    (said,) = [each for each in re.split(r"[\r\n]+", re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", shown)) if "between" in each]
    assert said == "tests a line between"


@pytest.mark.parametrize(
    ("command", "settings", "why"),
    [
        (["bot"], "MEASURES_PACES=6\n", "MEASURES_PACES, in "),
        (["bot"], "", "DISCORD_TOKEN is not set"),
        (["mcp", "--http"], "", "MEASURES_HTTP is not set"),
    ],
)
def test_all_that_is_said_is_json_also_what_is_wrong_with_the_settings(
    command: list[str],
    settings: str,
    why: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / ".env").write_text(f"MEASURES_LOG_FORMAT=json\nMEASURES_PACE 6\n{settings}")
    (tmp_path / ".env").chmod(0o644)
    monkeypatch.setattr(sys, "argv", ["measures", *command])
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    with pytest.raises(SystemExit):
        main()
    said = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert said[-1]["level"] == "CRITICAL"
    assert said[-1]["message"].startswith(why)
    assert any("others may read" in each["message"] for each in said)
    sys.excepthook(ZeroDivisionError, ZeroDivisionError("as when a process ends"), None)
    [event] = map(json.loads, capfd.readouterr().err.splitlines())
    assert "ZeroDivisionError" in event["traceback"]
