"""`measures doctor` on the machine, the settings and what the bot needs, without ever showing a secret."""

import datetime
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import discord
import psutil
import pytest

from bot.app.settings import BotSettings, load_bot_settings
from bot.cli import doctor_discord
from bot.cli.doctor import examine, show_checks
from bot.cli.doctor_check import Check
from bot.cli.doctor_discord import _ask_discord, application_of, check_discord
from bot.cli.doctor_machine import check_clock, check_disks, check_memory, limit_files
from bot.cli.terminal import Terminal
from bot.database.home import open_store
from index.maintenance import build_all
from index.settings import IndexSettings
from tests.corpus.fetching.test_proxy import proxying
from tests.emulator import ApplicationFlag, Emulator
from tests.emulator.fast import asynchronous, fast_retries
from tests.emulator.platform import TOKEN
from tests.fakes import FakeEmbedder, silent


def checks(monkeypatch: pytest.MonkeyPatch, token: str, **settings: str) -> dict[str, Check]:
    for name, value in {"DISCORD_TOKEN": token, **settings}.items():
        monkeypatch.setenv(name, value)
    check_result = check_discord(load_bot_settings(), None, online=False, connect=lambda: None)
    assert not token or token not in str(check_result)
    return {check.name: check for check in check_result}


def test_token_of_the_right_form_gives_the_invitation(monkeypatch: pytest.MonkeyPatch) -> None:
    checked = checks(monkeypatch, TOKEN)
    assert all(check.ok for check in checked.values())
    assert checked["DISCORD_TOKEN"].found == "set, for application 1000000000000000000"
    query = parse_qs(urlsplit(checked["invite"].found).query)
    assert query["client_id"] == ["1000000000000000000"]
    assert query["scope"] == ["bot applications.commands"]
    asked = {name for name, granted in discord.Permissions(int(query["permissions"][0])) if granted}
    assert asked == {
        "read_messages", "send_messages", "send_messages_in_threads", "create_public_threads", "read_message_history",
        "attach_files", "embed_links", "add_reactions",
    }  # fmt: skip
    assert "no privileged intent is needed" in checked["intents"].found


def test_intent_that_is_asked_for_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    checked = checks(monkeypatch, TOKEN, MEASURES_MESSAGE_CONTENT="1")
    assert "switch it on in the developer portal" in checked["intents"].found


@pytest.mark.parametrize(
    "token",
    [
        "hunter2",
        "a.b.c",
        f"Bot {TOKEN}",
        TOKEN.rpartition(".")[0],
        TOKEN.replace("MTAw", "!!!!"),
        "YWJjZGVmZ2hp" + TOKEN[26:],
    ],
)
def test_what_is_no_token_is_said_so(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    check = checks(monkeypatch, token)["DISCORD_TOKEN"]
    assert not check.ok
    assert "Reset Token" in check.remedy


def test_spaces_around_a_token_do_not_matter() -> None:
    assert application_of(f" {TOKEN}\n") == 1000000000000000000


def test_no_token_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks(monkeypatch, "")["DISCORD_TOKEN"].ok


def by_name(checks: list[Check]) -> dict[str, Check]:
    return {check.name: check for check in checks}


def test_faults_of_the_index_and_of_discord_stand_beside_each_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MEASURES_PACE", "fast")
    monkeypatch.setenv("MEASURES_THRESHOLD", "very")
    (tmp_path / ".env").write_text("MEASURES_PAZE=3\nMEASURES_QUEUE=\nnothing\n", "utf-8")
    checked = by_name(examine())
    assert [name for name, check in checked.items() if not check.ok] == ["unknown name", "settings", "Discord settings"]
    assert "MEASURES_PACE" in checked["Discord settings"].found
    assert "MEASURES_THRESHOLD" in checked["settings"].found
    assert "write MEASURES_PACE" in checked["unknown name"].found
    where = checked["where settings are"]
    assert where.found.startswith(f"{tmp_path / '.env'}: MEASURES_PAZE; in the environment: ")
    assert "MEASURES_THRESHOLD" in where.found


def test_database_is_told_from_what_it_holds(monkeypatch: pytest.MonkeyPatch, database: str) -> None:
    monkeypatch.setenv("MEASURES_DATABASE_URL", database)
    checked = by_name(examine())
    assert re.fullmatch(r"PostgreSQL \d+\.\d+ with pgvector \d+\.\d+.*", checked["database"].found)
    assert "none yet" in checked["served generation"].found
    monkeypatch.setenv("MEASURES_DATABASE_URL", f"{database}-nowhere")
    checked = by_name(examine())
    assert not checked["database"].ok
    assert "does not let this program in" in checked["database"].found
    assert checked["database"].remedy.startswith("Start the database, or correct MEASURES_DATABASE_URL")
    assert "served generation" not in checked, "it is not known, and building would not help"


def test_damaged_corpus_and_store_are_told_and_the_rest_is_checked(settings: IndexSettings) -> None:
    assert (by_name(examine())["corpus"].found, by_name(examine())["what the bot keeps"].found) == (
        "none yet",
        "nothing yet",
    )
    build_all(settings, FakeEmbedder(), silent)
    open_store(settings).close()
    checked = by_name(examine())
    assert checked["corpus"].found == checked["what the bot keeps"].found == "takes what is written"
    for name in ("corpus.db", "bot.db"):
        for left in settings.data_dir.glob(f"{name}-*"):
            left.unlink()
        (settings.data_dir / name).write_text("no database")
    checked = by_name(examine())
    for name in ("corpus", "what the bot keeps"):
        assert not checked[name].ok
        assert " is damaged (" in checked[name].found
    assert checked["served generation"].ok


def test_memory_of_a_container_counts(tmp_path: Path) -> None:
    limit = tmp_path / "memory.max"
    limit.write_text("1000000000\n", "ascii")
    check_result = check_memory([limit, tmp_path / "missing"])
    assert not check_result.ok
    assert check_result.found.startswith("1.0 GB")
    limit.write_text("2000000000\n", "ascii")
    enough = check_memory([limit])
    assert (enough.ok, enough.remedy[:12]) == (True, "Stop the bot")
    limit.write_text("max\n", "ascii")
    assert check_memory([limit]).ok is (psutil.virtual_memory().total > 1.25e9)


@pytest.mark.parametrize(
    ("own", "limited"),
    [
        ("0::/system.slice/measures.service\n", "system.slice/measures.service/memory.max"),
        ("0::/system.slice/measures.service\n", "system.slice/memory.max"),
        ("0::/\n", "memory.max"),
        ("9:name=systemd:/x\n4:cpu,memory:/a/b\n", "memory/a/b/memory.limit_in_bytes"),
        ("4:memory:/seen/from/outside\n", "memory/memory.limit_in_bytes"),
    ],
)
def test_memory_of_a_service_counts(own: str, limited: str, tmp_path: Path) -> None:
    (tmp_path / "own").write_text(own, "ascii")
    limit = tmp_path / "groups" / limited
    limit.parent.mkdir(parents=True)
    limit.write_text("1000000000\n", "ascii")
    assert check_memory(limit_files(tmp_path / "own", tmp_path / "groups")).found.startswith("1.0 GB")


def test_disk_must_hold_another_generation(settings: IndexSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    free = psutil.disk_usage(str(settings.data_dir.parent)).free
    assert all(check.ok for check in check_disks(settings)) is (free > 1e9)
    monkeypatch.setattr("index.generations.folder.Generations.bytes_on_disk", lambda self: free)
    assert any(not check.ok and "MEASURES_DATA_DIR" in check.remedy for check in check_disks(settings))


def test_clock_before_what_was_built_is_wrong(settings: IndexSettings) -> None:
    build_all(settings, FakeEmbedder(), silent)
    now = datetime.datetime.now(datetime.UTC)
    assert check_clock(settings).ok
    assert not check_clock(settings, now - datetime.timedelta(hours=1)).ok
    assert not check_clock(None, datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)).ok


@contextmanager
def settings_through(emulator: Emulator, login: str) -> Iterator[tuple[IndexSettings, list[str]]]:
    """Give settings with a proxy on loopback that leads to the emulator, and what it was asked."""
    with proxying(emulator._server.tls_port) as proxy:
        yield IndexSettings.model_validate({"proxy": f"http://{login}@127.0.0.1:{proxy.port}"}), proxy.asked


@asynchronous
async def test_discord_is_asked_about_the_token_through_the_proxy() -> None:
    async with Emulator() as emulator:
        with settings_through(emulator, "me:hunter2") as (settings, asked):
            wanted = BotSettings.model_validate({"message_content": True})
            checked = by_name(await _ask_discord(emulator.token, wanted, settings, emulator.connector))
            assert checked["token"].ok
            assert not checked["intents granted"].ok
            assert "starts left today" in checked
            assert checked["clock at Discord"].ok
            emulator.application.flags |= ApplicationFlag.GATEWAY_MESSAGE_CONTENT_LIMITED
            again = by_name(await _ask_discord(emulator.token, wanted, settings, emulator.connector))
            assert again["intents granted"].ok
            assert {head.split()[1] for head in asked} == {"discord.com:443"}
            assert all("Proxy-Authorization: Basic bWU6aHVudGVyMg==" in head for head in asked)


@asynchronous
async def test_what_discord_refuses_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_discord, "_ONLINE_S", 2.0)
    settings = IndexSettings()
    async with Emulator() as emulator:
        wrong = by_name(await _ask_discord("MTAw.wrong.token", BotSettings(), settings, emulator.connector))
        assert not wrong["token"].ok
        assert "Reset Token" in wrong["token"].remedy
    nobody = IndexSettings.model_validate({"proxy": "http://me:hunter2@127.0.0.1:9"})
    with fast_retries():
        away = by_name(await _ask_discord(TOKEN, BotSettings(), nobody, lambda: None))
    assert not away["token"].ok
    assert "MEASURES_PROXY" in away["token"].remedy
    assert "hunter2" not in str(away)


def test_online_without_a_token_is_a_fault() -> None:
    (check,) = check_discord(BotSettings(), None, online=True, connect=lambda: None)
    assert not check.ok


@pytest.mark.parametrize("width", [80, 40])
def test_narrow_terminal_keeps_words_below_each_other_and_addresses_whole(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", str(width))
    url = f"https://discord.com/oauth2/authorize?client_id={'1' * 60}"
    state = "nothing that is long enough to be broken at a space before it ends"
    show_checks(Terminal(), [Check("memory", ok=False, found=state, remedy=f"Open {url} and go on from there.")])
    shown = re.sub(r"\x1b\[[\d;]*m", "", capsys.readouterr().out).splitlines()
    assert any(url in each for each in shown)
    if width == 80:
        assert [each[:27].strip() for each in shown[:2]] == ["FAIL memory", ""]
        assert " ".join(each[27:].strip() for each in shown[:2]) == state
        assert shown[3:] == [f"       {url}", "       and go on from there."]
    assert all(len(each) <= width or url in each for each in shown)
