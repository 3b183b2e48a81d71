"""What people said of answers, and what administrators did: who reads it, on the command line and in `/about`."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli.main import measures
from bot.database.store import BotStore
from bot.receipts import Receipt, new_answer_id
from bot.user_data import KeptAnswer
from index.filters import Filters
from tests.bot.stores import file_store
from tests.simulation import Chat, simulated

HOSTILE = "wrong\x1b[31m \u202eyear"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the data folder of the commands."""
    monkeypatch.setenv("MEASURES_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def said(folder: Path) -> None:
    with closing(file_store(folder / "bot.db")) as store:
        store.keep(KeptAnswer("a", 1, 2, 3, None, True, "What?", Filters(), ()))
        store.say("a", 1, "helpful", None)
        store.say("a", 2, "not helpful", HOSTILE)
        store.audit(7, 2, "index add", {"sources": ["https://europa.eu/x"]})


def run(*arguments: str) -> Result:
    result: Result = CliRunner().invoke(measures, ["feedback", *arguments])
    assert result.exit_code == 0, result.output
    return result


def test_feedback_is_listed_newest_first_through_the_gate(folder: Path) -> None:
    said(folder)
    lines = run().stdout.splitlines()
    assert lines[0] == "1 helpful, 1 not helpful"
    assert lines[1].endswith("  not helpful: wrong�[31m year")
    assert lines[2].endswith("  helpful")


def test_feedback_document_says_what_was_said_when_and_not_by_whom(folder: Path) -> None:
    said(folder)
    document = json.loads(run("--json").stdout)
    assert [list(row) for row in document["feedback"]] == [["answer", "verdict", "reason", "at"]] * 2
    assert [(row["verdict"], row["reason"]) for row in document["feedback"]] == [
        ("not helpful", HOSTILE),
        ("helpful", None),
    ]


def test_audit_tells_which_administrator_did_what(folder: Path) -> None:
    said(folder)
    assert run("--audit").stdout.rstrip().endswith("index add  by Discord user 7  sources https://europa.eu/x")
    [act] = json.loads(run("--audit", "--json").stdout)["audit"]
    assert list(act) == ["at", "who", "guild", "action", "details"]
    assert (act["who"], act["details"]) == (7, {"sources": ["https://europa.eu/x"]})


@pytest.mark.parametrize(
    ("arguments", "document", "note"),
    [
        ((), {"feedback": [], "found_nothing": [], "usage": []}, "Nobody has said anything of an answer yet.\n"),
        (("--audit",), {"audit": []}, "No administrator has done anything in Discord yet.\n"),
    ],
)
def test_where_no_bot_ran_there_is_nothing_and_nothing_is_made(
    folder: Path, arguments: tuple[str, ...], document: object, note: str
) -> None:
    assert json.loads(run(*arguments, "--json").stdout) == document
    assert run(*arguments).stderr == note
    assert not folder.exists()


@simulated(administered=True)
async def test_about_tells_administrators_what_was_said_and_done(chat: Chat) -> None:
    answer = await chat.ask()
    await chat.bob.click(answer, "Helpful")
    window = await chat.ada.opens(answer, "Not helpful")
    await window.send({"What is wrong? (optional)": "It is about *boats*."})
    await chat.bot.store.write(lambda store: store.audit(chat.ada.id, chat.guild.id, "index rebuild", {}))
    lines = (await chat.ada.command("about")).text().split("\n")
    assert "**Feedback** 1 helpful, 1 not helpful" in lines
    assert r"-# “It is about \*boats\*.”" in lines
    assert lines[lines.index("**Last done by administrators**") + 1].endswith(f" index rebuild · <@{chat.ada.id}>")
    others = (await chat.bob.command("about")).text()
    assert "Feedback**" not in others
    assert "index rebuild" not in others


@simulated()
async def test_all_that_is_collected_of_what_people_say_can_be_read(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who runs the bot reads it on the command line, also where no administrator is named."""
    data = chat.bot.index_settings.data_dir
    answer = await chat.ask()
    await chat.bob.click(answer, "Helpful")
    chat.ada.locale = "de"
    window = await chat.ada.opens(answer, "Not helpful")
    await window.send({"Was stimmt nicht? (freiwillig)": "Falsches Jahr."})
    monkeypatch.setenv("MEASURES_DATA_DIR", str(data))
    document = json.loads(run("--json").stdout)
    read = [(each["verdict"], each["reason"]) for each in document["feedback"]]
    assert read == [("not helpful", "Falsches Jahr."), ("helpful", None)]
    with closing(sqlite3.connect(data / "bot.db")) as db:
        kept = {table: {row[1] for row in db.execute(f"PRAGMA table_info({table})")} for table in ("feedback", "usage")}
    assert kept["feedback"] - {"id", "voter"} == document["feedback"][0].keys(), "the voter only tells people apart"
    assert kept["usage"] == document["usage"][0].keys()


IN_VAIN = (
    "What does the EU do about whale watching tours?",
    "Was tut die EU für Touren zur Walbeobachtung?",
    "what does the EU do about whale watching tours?",
)


def ask_in_vain(store: BotStore, question: str, asker: int, *, answered: bool = False) -> None:
    answer = KeptAnswer(new_answer_id(), asker, 2, 3, None, True, question, Filters(), ())
    store.keep(answer, Receipt(answer.id, question, Filters(), 3, answered, "000001", (), local=False))


def ask_all_in_vain(store: BotStore) -> None:
    """Let three people ask one thing in vain in two languages, two another, and one a third thing very often."""
    for asker, question in enumerate(IN_VAIN, 1):
        ask_in_vain(store, question, asker)
    for asker in (1, 2):
        ask_in_vain(store, "Who won the football match between zebras?", asker)
    for _ in range(4):
        ask_in_vain(store, "When is my own birthday party?", 1)
    for asker in (1, 2, 3):
        ask_in_vain(store, "What will Europol do?", asker, answered=True)


def test_what_three_people_asked_in_vain_is_told_in_whatever_words_and_nothing_that_fewer_asked(
    folder: Path, one_model: None
) -> None:
    with closing(file_store(folder / "bot.db")) as store:
        ask_all_in_vain(store)
    document = json.loads(run("--json").stdout)
    assert document["found_nothing"] == [{"question": IN_VAIN[2], "people": 3, "asked": 3}]
    [day] = document["usage"]
    assert (day["questions"], day["answered"]) == (12, 3)
    printed = run().stdout
    assert f"   3 people,    3 times  {IN_VAIN[2]}" in printed
    assert printed.splitlines()[-1].endswith("12 asked,     3 answered")
    assert not any(hidden in printed for hidden in ("zebras", "birthday"))
    with closing(file_store(folder / "bot.db")) as store:
        store.forget_asker(2)
    assert json.loads(run("--json").stdout)["found_nothing"] == []


@simulated(administered=True)
async def test_about_tells_administrators_what_is_asked_in_vain_and_how_much(chat: Chat) -> None:
    await chat.bot.store.write(ask_all_in_vain)
    chat.ada.locale = "fr"
    lines = (await chat.ada.command("about")).text().split("\n")
    first = lines.index("**Sans réponse, demandé par au moins trois personnes**")
    assert lines[first + 1] == f"-# “{IN_VAIN[2]}” · 3 personnes"
    assert lines[first + 2].startswith("**Questions par jour, et répondues** ")
    assert re.search(r"<t:\d+:D>: 12 \(3\)$", lines[first + 2])
    others = (await chat.bob.command("about")).text()
    assert "whale" not in others
    assert ": 12 (3)" not in others
