"""Several bots agree in a database."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app import coordination, events
from bot.app.async_store import AsyncBotStore
from bot.app.coordination import Coordination, OneBot, SeveralBots, open_coordination
from bot.app.events import Claim
from bot.app.rate_limit import RateLimit
from bot.database.connection import StoreBusyError
from bot.database.home import open_store
from bot.database.postgres_schema import SERVERS_CHANGE
from bot.database.sessions import LeftSession, Session
from bot.user_data import ServerSettings
from index import SERVED_CHANNEL, IndexSettings, open_generations
from tests.emulator.fast import asynchronous
from tests.postgres import Server

PACE = RateLimit(6, 3)


@asynccontextmanager
async def bots(url: str, count: int = 2) -> AsyncIterator[list[SeveralBots]]:
    """Make what several bots ask."""
    settings = IndexSettings(data_dir=Path("nowhere"), database_url=SecretStr(url))
    made = [open_coordination(settings) for _ in range(count)]
    try:
        yield [bot for bot in made if isinstance(bot, SeveralBots)]
    finally:
        await asyncio.gather(*(bot.close() for bot in made))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - threads bring it about
            await asyncio.sleep(0.005)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for the database however busy this machine is, and look often whether an event is over."""
    monkeypatch.setattr(coordination, "_PATIENCE_S", 30.0)
    monkeypatch.setattr(events, "_LOOK_S", 0.1)


def test_files_need_nobody_else(tmp_path: Path) -> None:
    assert isinstance(open_coordination(IndexSettings(data_dir=tmp_path)), OneBot)


@asynchronous
async def test_event_is_claimed_once_and_who_claimed_it_may_ask_again(database: str) -> None:
    async with bots(database, 3) as three:
        for event in range(1 << 62, (1 << 62) + 20):
            claimed = await asyncio.gather(*(bot.claim(event) for bot in three))
            assert sum(claimed) == 1
            assert not any(await asyncio.gather(*(bot.claim(event) for bot in three))), "Discord sent it twice"
            lost = [bot._agreement.claim(event) for bot in three]
            assert lost == list(map(bool, claimed)), "as after an answer of the database that was lost"


@asynchronous
async def test_what_a_bot_began_that_is_gone_is_ended_by_one_other_and_paid_once(database: str) -> None:
    claims: list[tuple[int, Claim]] = []
    paid: list[int] = []

    async def serve(number: int, bot: Coordination, event: int) -> None:
        claims.append((number, await bot.claim(event)))
        if claims[-1][1]:
            paid.append(await bot.wait_s("turn", RateLimit(1, 1), 5, take=True))
            await ended.wait()

    async with bots(database, 3) as three:
        for loses_table in (False, True):
            claims.clear()
            ended, event = asyncio.Event(), 8 + loses_table
            serving = [asyncio.create_task(serve(0, three[0], event))]
            await until(lambda: len(claims) == 1)
            serving += [asyncio.create_task(serve(number, three[number], event)) for number in (1, 2)]
            await asyncio.sleep(0.5)
            assert claims == [(0, Claim.FIRST)], "it runs, and the others wait"
            if loses_table:
                three[1]._agreement._db.execute("TRUNCATE events")
                await asyncio.sleep(0.5)
                assert claims == [(0, Claim.FIRST)], "it claimed it again"
            three[0]._away_until = float("inf")
            three[0]._asking_thread.submit(three[0]._agreement.close).result()  # as where its process ends
            await until(lambda: len(claims) == 2)
            assert claims[1][1] is Claim.LEFT
            ended.set()
            await until(lambda: len(claims) == 3)
            assert claims[2][1] is Claim.NOT
            await asyncio.gather(*serving)
            three[0]._away_until = 0.0
    assert paid[:2] == [0, 0], "one turn, of which there was one"


@asynchronous
async def test_of_forty_questions_at_once_as_many_are_let_through_as_the_burst_allows(database: str) -> None:
    async with bots(database, 4) as four:
        waits = await asyncio.gather(*(bot.wait_s("turn", PACE, 5, take=True) for bot in four for _ in range(10)))
        assert waits.count(0) == 3
        assert set(waits) - {0} <= {9, 10}
        assert await four[0].wait_s("note", PACE, 5, take=True) == 0, "notes have turns of their own"
        assert await four[1].wait_s("turn", PACE, -6, take=True) == 0, "other people, too"
        assert await four[1].wait_s("turn", PACE, 6, 60, 1.0, take=False) == 0
        for _ in range(3):
            assert await four[2].wait_s("turn", PACE, 6, 60, 1.0, take=True) == 0, "looking took nothing"
        assert await four[3].wait_s("turn", PACE, 6, 60, 1.0, take=True) >= 1
        await asyncio.sleep(0.3)
        assert await four[3].wait_s("turn", PACE, 6, 60, 0.25, take=True) == 0, "tokens come back"


@asynchronous
async def test_shards_of_a_bucket_take_turns_to_identify(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coordination, "_IDENTIFY_S", 0.2)
    monkeypatch.setattr(coordination, "_MARGIN_S", 0.0)
    turns: list[tuple[int, float]] = []

    async def identify(bot: Coordination, shard_id: int) -> None:
        assert await bot.identify(shard_id)
        turns.append((shard_id % 2, time.monotonic()))

    async with bots(database) as (first, second):
        first.start(2, {})
        second.start(2, {})
        await asyncio.gather(
            *(identify(first, shard) for shard in range(4)), *(identify(second, shard) for shard in (4, 5))
        )
    for bucket in (0, 1):
        taken_s = sorted(taken_s for each, taken_s in turns if each == bucket)
        assert len(taken_s) == 3
        assert min(later - before for before, later in pairwise(taken_s)) > 0.15
    every_s = [taken_s for _, taken_s in turns]
    assert max(every_s) - min(every_s) < 2.0, "buckets do not wait for each other"


def test_clock_of_the_database_that_is_put_back_holds_nobody_up(database: str) -> None:
    async def scenario() -> None:
        async with bots(database) as (left, two):
            first, second = left._agreement, two._agreement
            assert first.identify_in_s(0, 5.5) == 0.0
            first.sessions.keep(2, [Session(0, "abc", 7, "wss://gateway.discord.gg")], [0])
            for table in ("identified", "sessions"):
                first._db.execute(f"UPDATE {table} SET at = at + interval '1 hour'")  # noqa: S608
            assert second.identify_in_s(0, 5.5) == 0.0
            assert 5 < second.identify_in_s(0, 5.5) <= 5.5
            assert second.sessions.at_home(2, [0]) == frozenset(), "that it runs is not sure"

    asyncio.run(scenario())


@asynchronous
async def test_one_bot_at_a_time_does_what_one_is_enough_for(database: str) -> None:
    async with bots(database) as (first, second):
        done = []
        async with first.alone("sources", wait=False) as may:
            assert may
            async with second.alone("sources", wait=False) as may_too:
                assert not may_too
            async with second.alone("commands", wait=False) as may_too:
                assert may_too, "other things are done meanwhile"

            async def wait() -> None:
                async with second.alone("sources", wait=True) as may_then:
                    done.append(may_then)

            waiting = asyncio.create_task(wait())
            await asyncio.sleep(0.3)
            assert not done
        await waiting
        assert done == [True]


@asynchronous
async def test_all_bots_hear_of_a_switch_and_of_settings(database: str, tmp_path: Path) -> None:
    settings = IndexSettings(data_dir=tmp_path, database_url=SecretStr(database))
    heard: list[tuple[int, str]] = []

    def ears(number: int) -> dict[str, Callable[[], None]]:
        return {name: partial(heard.append, (number, name)) for name in (SERVED_CHANNEL, SERVERS_CHANGE)}

    async with bots(database) as both:
        for number, bot in enumerate(both):
            bot.start(1, ears(number))
        await until(lambda: len(heard) == 4)  # what was said before is not known
        generations = open_generations(settings)
        with generations.building():
            heard.clear()
            generations.serve("000001")
        await until(lambda: len(heard) == 2)
        assert sorted(heard) == [(0, SERVED_CHANNEL), (1, SERVED_CHANNEL)]
        heard.clear()
        open_store(settings).set_server(1, ServerSettings(private=True))
        await until(lambda: len(heard) == 2)
        assert sorted(heard) == [(0, SERVERS_CHANGE), (1, SERVERS_CHANGE)]
        generations.close()


@asynchronous
async def test_while_the_database_is_away_each_bot_goes_on_by_itself(
    postgres: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    url = postgres.new_database()
    monkeypatch.setattr(coordination, "_AGAIN_S", 0.3)
    heard: list[str] = []
    async with bots(url) as (first, second):
        first.start(1, {SERVED_CHANNEL: lambda: heard.append("served")})
        assert await first.claim(1)
        postgres.stop()
        try:
            limit = RateLimit(6, 3)
            asked: list[Awaitable[int]] = [first.wait_s("turn", limit, 5, take=True) for _ in range(5)]
            assert [await each for each in asked].count(0) == 3, "paced from memory"
            assert await first.claim(2)
            assert not await first.claim(2)
            assert await second.claim(2), "Discord takes one of their answers"
            assert not await second.identify(0), "discord.py waits as for one bot"
        finally:
            postgres.start()
        heard.clear()
        await asyncio.sleep(0.4)
        assert await asyncio.create_task(first.claim(3))
        assert not await second.claim(3), "they agree again"
        await until(lambda: bool(heard))  # what was said meanwhile is not known
    told = [record for record in caplog.records if "cannot agree" in record.message]
    assert len(told) == 2, "each says so once"
    assert "geheim" not in caplog.text


@asynchronous
async def test_database_that_says_nothing_holds_nobody_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coordination, "_PATIENCE_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = SecretStr(f"postgresql://measures@127.0.0.1:{mute.getsockname()[1]}/x")
        settings = IndexSettings(data_dir=tmp_path, database_url=url)
        bot, store = open_coordination(settings), AsyncBotStore(partial(open_store, settings), 0.2)
        began = time.monotonic()
        with pytest.raises(StoreBusyError, match="does not answer in time"):
            await store.read(lambda kept: kept.servers())
        assert await bot.claim(1)
        assert await bot.claim(2)
        assert time.monotonic() - began < 3.0
    await bot.close()
    await store.close()


def wait_for(what: Callable[[], object]) -> None:
    """Wait until something is there: the server notices a closed connection in its own time."""
    ends = time.monotonic() + 5
    while not what() and time.monotonic() < ends:
        time.sleep(0.01)


@asynchronous
async def test_session_of_a_bot_that_is_gone_is_taken_by_one_other(database: str) -> None:
    session, own = Session(0, "abc", 7, "wss://gateway.discord.gg"), Session(1, "own", 1, "wss://gateway.discord.gg")
    async with bots(database, 3) as three:
        first, *others = (bot._agreement.sessions for bot in three)
        assert not first.are_others()
        first.keep(2, [session], [0])
        assert [(kept.are_others(), kept.at_home(2, [0, 1]), kept.left(2)) for kept in others] == [
            (True, frozenset({0}), [])
        ] * 2, "it runs"
        three[0]._agreement.close()
        left = LeftSession(first._bot_id, session)
        wait_for(lambda: others[0].left(2))
        assert [kept.left(2) for kept in others] == [[left], [left]]
        assert others[0].left(4) == [], "of another number of shards"
        others[1].keep(2, [session], [])
        assert others[0].left(2) == [], "another bot has the shard"
        others[1].keep(2, [own], [1])
        assert [kept.take(2, left) for kept in others] == [session, None]
        assert [kept.left(2) for kept in others] == [[], []]
        others[0].leave()
        assert [each.session for each in others[1].left(2)] == [session], "taken, and left again at once"
        assert not others[1].are_others()


def test_nothing_of_it_is_kept_for_long(database: str) -> None:
    async def scenario() -> None:
        async with bots(database) as (first, _):
            claiming = asyncio.create_task(first.claim(1, '{"name": "MESSAGE_CREATE"}'))
            await claiming
            await first.wait_s("turn", PACE, 5, take=True)
            db = first._agreement._db
            await until(lambda: db.rows("SELECT is_over, event FROM events") == [(True, None)])
            first._agreement.sessions.keep(1, [Session(7, "a", 1, "wss://gateway.discord.gg")], [])
            kept = "SELECT id FROM events UNION ALL SELECT person FROM pace UNION ALL SELECT shard FROM sessions"
            first._agreement.forget()
            assert db.rows(kept) == [(1,), (5,), (7,)]
            db.execute("UPDATE events SET at = at - interval '16 minutes'")
            db.execute("UPDATE pace SET at = at - interval '16 minutes'")
            db.execute("UPDATE sessions SET at = at - interval '16 minutes'")
            first._agreement.forget()
            assert db.rows(kept) == []
            logged = db.rows(
                "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace "
                "WHERE nspname = 'measures_bot' AND relkind = 'r' AND relpersistence = 'u' ORDER BY 1"
            )
            assert [name for (name,) in logged] == ["events", "identified", "pace"], "no log and no replica has it"

    asyncio.run(scenario())
