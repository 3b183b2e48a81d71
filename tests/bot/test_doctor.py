"""`measures doctor` on what the bot needs: offline, and without ever showing the token."""

from urllib.parse import parse_qs, urlsplit

import discord
import pytest

from bot.cli.doctor import Check, _discord, application_of
from tests.emulator.platform import TOKEN


def checks(monkeypatch: pytest.MonkeyPatch, token: str, **settings: str) -> dict[str, Check]:
    for name, value in {"DISCORD_TOKEN": token, **settings}.items():
        monkeypatch.setenv(name, value)
    found = _discord()
    assert not token or token not in str(found)
    return {check.name: check for check in found}


def test_token_of_the_right_form_gives_the_invitation(monkeypatch: pytest.MonkeyPatch) -> None:
    found = checks(monkeypatch, TOKEN)
    assert all(check.ok for check in found.values())
    assert found["DISCORD_TOKEN"].found == "set, for application 1000000000000000000"
    query = parse_qs(urlsplit(found["invite"].found).query)
    assert query["client_id"] == ["1000000000000000000"]
    assert query["scope"] == ["bot applications.commands"]
    asked = {name for name, granted in discord.Permissions(int(query["permissions"][0])) if granted}
    assert asked == {
        "read_messages", "send_messages", "send_messages_in_threads", "create_public_threads", "read_message_history",
        "attach_files", "embed_links", "add_reactions",
    }  # fmt: skip
    assert "no privileged intent is needed" in found["intents"].found


def test_intent_that_is_asked_for_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    found = checks(monkeypatch, TOKEN, MEASURES_MESSAGE_CONTENT="1")
    assert "switch it on in the developer portal" in found["intents"].found


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


def test_settings_of_the_bot_that_make_no_sense_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    check = checks(monkeypatch, TOKEN, MEASURES_PACE="fast")["Discord settings"]
    assert not check.ok
    assert "MEASURES_PACE" in check.found
