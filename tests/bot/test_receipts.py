"""What is kept of an answer under its id, and `/verify` and `measures verify`, which check it."""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.receipts import Receipt, new_answer_id, read_id, shown_id
from bot.views.message import AMBER, BLUE
from index.engine import Engine
from index.filters import Filters
from index.maintenance import Maintenance
from index.settings import IndexSettings
from tests.bot.conftest import Run, sentence_of
from tests.bot.stores import file_store
from tests.disks import read_only
from tests.fakes import FakeEmbedder, quiet, upkeep
from tests.simulation import Chat, Message, Person, refusal, simulated

ID = re.compile(r"[0-9A-Z]{5}-[0-9A-Z]{5}")
URL = "https://example.europa.eu/antwerp"
TEXT = "Europol will send 100 officers to the port of Antwerp. The port receives 1 million euros for new scanners."
QUESTION = "How many officers will Europol send to the port of Antwerp?"
Write = Callable[..., Path]


@pytest.fixture
def keeper(settings: IndexSettings, embedder: FakeEmbedder) -> Maintenance:
    return upkeep(settings, embedder)


@pytest.fixture
def settings(tmp_path: Path) -> IndexSettings:
    return IndexSettings(data_dir=tmp_path / "data", model="fake", threshold=0.0)


@pytest.fixture
def port(
    settings: IndexSettings, embedder: FakeEmbedder, keeper: Maintenance, write_release: Write
) -> Iterator[Engine]:
    """An engine over one release, which answers everything."""
    keeper.add([str(write_release("old.md", TEXT, title="The port", url=URL))], quiet, force=True)
    with Engine(settings, embedder) as engine:
        yield engine


def id_of(message: Message) -> str:
    [result] = ID.findall(message.text())
    return str(result)


def stored(chat: Chat) -> bytes:
    folder = chat.bot.index_settings.data_dir
    return b"".join(path.read_bytes() for path in sorted(folder.glob("bot.db*")))


async def verified(person: Person, answer_id: str) -> Message:
    message = await person.command("verify", answer=answer_id)
    assert message.ephemeral
    return message


@given(st.integers(0, 9), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXY"))
def test_wrong_sign_or_two_swapped_ones_are_no_id(place: int, sign: str) -> None:
    drawn = new_answer_id()
    assert read_id(shown_id(drawn)) == drawn
    typed = drawn[:place] + sign + drawn[place + 1 :]
    assert (read_id(typed) == drawn) is (typed == drawn)
    swapped = drawn[:place] + drawn[place : place + 2][::-1] + drawn[place + 2 :]
    assert (read_id(swapped) == drawn) is (swapped == drawn)


def test_id_is_read_however_it_is_typed() -> None:
    drawn = next(each for each in iter(new_answer_id, "") if {"1", "0", "V", "2"} <= set(each))
    typed = f" `{shown_id(drawn).replace('1', 'l').replace('0', 'o').replace('V', 'u').replace('2', 'z').lower()}` "
    assert read_id(typed) == drawn
    assert (read_id(""), read_id("1" * 11), read_id("ÄÖÜ" * 3)) == (None, None, None)


@simulated(engine="port")
async def test_answer_still_stands_and_only_who_asked_sees_the_question(chat: Chat) -> None:
    answer_id = id_of(await chat.ask(QUESTION))
    own, others = await verified(chat.ada, answer_id.lower()), await verified(chat.bob, answer_id)
    lines = own.text().split("\n")
    assert lines[:2] == [f"## Answer {answer_id}", f"-# Asked: {QUESTION}"]
    assert r"**\[1\] Identical: the words stand in the release.**" in lines
    assert "> “Europol will send 100 officers to the port of Antwerp.”" in lines
    assert "Asked again of generation 000001: the same answer." in lines
    assert (own.accent_colours, own.buttons) == ([BLUE], ["Read it at the source: example.europa.eu"])
    assert "Asked: " not in others.text()
    assert [line for line in lines if "Asked: " not in line] == others.text().split("\n")
    with closing(sqlite3.connect(chat.bot.index_settings.data_dir / "bot.db")) as db:
        rows = db.execute("SELECT * FROM receipts").fetchall()
    assert not any(chat.ada.id in row or str(chat.ada.id) in map(str, row) for row in rows)


@simulated(engine="port")
async def test_correction_is_told_in_the_readers_language_and_withdrawal_hides_the_words(
    chat: Chat, keeper: Maintenance, write_release: Write
) -> None:
    eva = chat.add_person("eva", locale="de")
    answer_id = id_of(await chat.ask(QUESTION))
    corrected = write_release("new.md", TEXT.replace("100 officers", "120 officers"), title="The port", url=URL)
    [source] = keeper.add([str(corrected)], quiet, force=True).taken.ingested
    changed = await verified(eva, answer_id)
    lines = changed.text().split("\n")
    assert lines[0] == f"## Antwort {answer_id}"
    assert "**Zahl: 100 → 120**" in lines
    assert lines[lines.index("Jetzt steht da:") + 1] == "> “Europol will send 120 officers to the port of Antwerp.”"
    assert "Erneut an Generation 000001 gestellt: dieselbe Antwort." in lines
    assert changed.accent_colours == [AMBER]
    assert source.release_id is not None
    keeper.withdraw(source.release_id, quiet, build=False)
    withdrawn = await verified(eva, answer_id)
    assert r"**\[1\] Zurückgezogen: Die Pressemitteilung wird nicht mehr gezeigt.**" in withdrawn.text()
    assert "officers" not in withdrawn.text()


@simulated(engine="port")
async def test_what_is_erased_of_a_person_leaves_the_receipt_without_question(chat: Chat) -> None:
    answers = [await chat.ask(f"{QUESTION} zebracorn"), await chat.ask(f"{QUESTION} narwhal")]
    ids = [id_of(answer) for answer in answers]
    assert b"narwhal" in stored(chat)
    await chat.ada.press(answers[0], "Delete")
    await chat.wait(lambda: b"zebracorn" not in stored(chat))
    await chat.ada.command("forget-me")
    assert b"narwhal" not in stored(chat)
    for answer_id in ids:
        told = await verified(chat.ada, answer_id)
        assert "Identical" in told.text()
        assert "Not asked again: the question was erased." in told.text().split("\n")


@simulated(engine="port", answer_days=7)
async def test_receipt_goes_after_its_days_and_what_is_no_id_is_refused(chat: Chat) -> None:
    answer_id = id_of(await chat.ask(QUESTION))
    await chat.ada.command("help")
    with closing(sqlite3.connect(chat.bot.index_settings.data_dir / "bot.db")) as db, db:
        db.execute("UPDATE receipts SET at = '2020-01-01T00:00:00+00:00'")
        db.execute("UPDATE usage SET day = '2020-01-01'")
    told = await verified(chat.ada, answer_id)
    assert told.text() == "No longer kept: answers are kept for 7 days."
    await chat.bot.store.write(lambda store: store.forget_older_than(7))
    with closing(sqlite3.connect(chat.bot.index_settings.data_dir / "bot.db")) as db:
        assert db.execute("SELECT id FROM receipts UNION SELECT day FROM usage").fetchall() == []
    sentence = "“@everyone” is no id of an answer: it has ten letters and digits, as K7MQ2-XPD4F."
    assert refusal(await chat.ada.command("verify", answer="@everyone")).replace("\\", "") == sentence


def test_command_line_keeps_what_it_answers_and_verifies_it(run: Run, tmp_path: Path) -> None:
    question = "Which agency will train border control units?"
    answer_id = json.loads(run("ask", question, "--json").stdout)["id"]
    told = run("verify", answer_id)
    lines = told.stdout.splitlines()
    assert (told.returncode, told.stderr) == (0, "")
    assert lines[1:3] == [f"Asked: {question}", "[1] Identical: the words stand in the release."]
    assert lines[-1] == "Asked again of generation 000001: the same answer."
    document = json.loads(run("verify", answer_id.replace("-", ""), "--json").stdout)
    assert (document["id"], document["kept"], document["question"]) == (answer_id, True, question)
    assert (document["asked_again"], document["same_answer"], document["not_asked"]) == (True, True, None)
    assert [quote["fate"] for quote in document["quotes"]] == ["identical"]
    assert "is no id of an answer" in sentence_of(run("verify", "K7MQ2-XPD4"))
    mistyped = "“k7mq2 xpd4f” is mistyped: copy the id that stands under the answer."
    assert mistyped in sentence_of(run("verify", "k7mq2 xpd4f"))
    with closing(sqlite3.connect(tmp_path / "data" / "bot.db")) as db, db:
        db.execute("UPDATE receipts SET generation = '000099'")
    gone = json.loads(run("verify", answer_id, "--json").stdout)
    assert (gone["asked_again"], gone["same_answer"], gone["not_asked"]) == (False, None, "generation gone")
    with closing(file_store(tmp_path / "data" / "bot.db")) as store:
        assert store.usage() == [], "what is asked on the command line is nobody's usage"
        store.forget_release("2018-12-06-council-migrant-smuggling")
    assert run("verify", answer_id).stdout == "No longer kept: answers are kept for 30 days.\n"
    assert json.loads(run("verify", answer_id, "--json").stdout) == {"id": answer_id, "kept": False}


def test_disk_is_waited_for_only_where_a_receipt_is_too_old(tmp_path: Path) -> None:
    """Whoever asks waits for the receipt, and to empty SQLite's log takes a hundred times as long as to write to it."""
    typed = Receipt("old", "What of herring?", Filters(), 3, False, "000001", (), local=True)
    path, log = tmp_path / "bot.db", tmp_path / "bot.db-wal"
    with closing(file_store(path)) as store:
        store.keep_receipt(typed, 30)
        before = log.stat().st_size
        store.keep_receipt(replace(typed, id="new", question="What?"), 30)
        assert log.stat().st_size > before > 0, "it was not emptied in between"
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("UPDATE receipts SET at = '2020-01-01T00:00:00+00:00' WHERE id = 'old'")
        assert b"herring" in log.read_bytes()
        store.keep_receipt(replace(typed, id="newest", question="What?"), 30)
        assert b"herring" not in path.read_bytes() + log.read_bytes()


def test_answer_is_verified_where_nothing_may_be_written(run: Run, tmp_path: Path) -> None:
    question = "Which agency will train border control units?"
    answer_id = json.loads(run("ask", question, "--json").stdout)["id"]
    with closing(file_store(tmp_path / "data" / "bot.db")) as running:  # its log stands beside the file
        kept = running.receipt(answer_id.replace("-", ""), 30)
        assert kept is not None
        running.keep_receipt(replace(kept, id=new_answer_id(), answered=False), 30)
        with read_only(tmp_path / "data"):
            documents = [json.loads(run("verify", answer_id, "--json").stdout)]
            assert run("feedback").stderr == "Nobody has said anything of an answer yet.\n"
    before = sorted(path.name for path in (tmp_path / "data").iterdir())
    with read_only(tmp_path / "data"):
        documents.append(json.loads(run("verify", answer_id, "--json").stdout))
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == before
    assert [(each["question"], each["same_answer"]) for each in documents] == [(question, True)] * 2
    assert [quote["fate"] for each in documents for quote in each["quotes"]] == ["identical"] * 2
