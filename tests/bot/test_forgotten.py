"""Every table of bot.db that holds a person's id is emptied of it by `/forget-me`, but for the audit."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from discord import Permissions

from tests.bot.newsroom import Newsroom, play
from tests.bot.test_subscriptions import EUROPOL, rows
from tests.simulation import Person

HOLDING = {"answers", "audit", "subscriptions"}
KEPT = {"audit"}  # so that it stays possible to tell who changed what everybody is answered from
PERSONAL = {"asker", "owner", "who", "voter", "user", "person", "member"}  # what a column with a person is called


def tables_holding(folder: Path, person: Person) -> set[str]:
    """Return the tables in which a person's id stands, as a number or within a text."""
    with closing(sqlite3.connect(folder / "data" / "bot.db")) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            table
            for table in tables
            for row in db.execute(f"SELECT * FROM {table}")  # noqa: S608 - names of our own
            if any(str(person.id) in str(value) for value in row)
        }


def tables_for_people(folder: Path) -> set[str]:
    """Return the tables with a column that is called as one with a person is."""
    with closing(sqlite3.connect(folder / "data" / "bot.db")) as db:
        columns = db.execute("SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c")
        return {table for table, column in columns if column in PERSONAL}


async def leave_traces(room: Newsroom, person: Person) -> None:
    """Let somebody do all that leaves a trace."""
    answer = await person.command("ask", question="Who will search containers for cocaine?")
    await person.click(answer, "Helpful")
    await person.mention_bot("What will Europol do?")
    await person.command("subscribe", agency="Europol")
    await person.command("subscribe", subject="containers", here=True)
    shown = await person.command("subscriptions")
    await person.click(shown, re.findall(r"b:subend:[^']+", str(shown.components))[1])
    await person.command("subscribe", question="Who searches containers?")


def test_forget_me_empties_every_table_that_holds_a_persons_id(tmp_path: Path) -> None:
    async def scenario(room: Newsroom) -> None:
        chat = room.chat
        dora = chat.add_person("dora", permissions=Permissions(manage_channels=True))
        for person in (dora, chat.bob):
            await leave_traces(room, person) if person is dora else await person.command("subscribe", agency="Europol")
        await chat.bot.store.write(lambda store: store.audit(dora.id, chat.guild.id, "index add", {}))
        room.issue(EUROPOL)
        await room.strike()
        assert room.told(dora)
        assert tables_holding(room.folder, dora) == HOLDING
        assert tables_for_people(room.folder) == HOLDING | {"feedback"}, "say here what becomes of it"
        assert rows(room, "SELECT count(*) FROM feedback WHERE voter IS NOT NULL") == [(1,)]
        before = rows(room, "SELECT count(DISTINCT subscription) FROM findings")
        told = await dora.command("forget-me")
        assert told.text().startswith(
            "Erased: 2 answers of yours. 1 piece of feedback, too. 2 subscriptions, too. Kept: 1 "
        )
        assert tables_holding(room.folder, dora) == KEPT
        assert rows(room, "SELECT count(*) FROM feedback WHERE voter IS NOT NULL") == [(0,)]
        assert before > rows(room, "SELECT count(DISTINCT subscription) FROM findings") == [(1,)], "Bob's stays"
        files = b"".join(path.read_bytes() for path in (room.folder / "data").glob("bot.db*"))
        assert b"Who searches containers?" not in files

    play(scenario, tmp_path)
