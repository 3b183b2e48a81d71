"""Bots that each have a part of the shards: what one of them had that is gone, another one goes on with."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from bot.app import events, shards
from bot.app import sending as delivery
from bot.app.client import MeasuresBot
from index import Answer, Filters
from index.engine import Engine
from index.maintenance import build_all
from index.settings import IndexSettings
from tests.bot.connected_bot import NEEDED
from tests.bot.test_several_bots import bot_of, let_go, quick
from tests.emulator import Emulator, User
from tests.emulator.channels import Channel
from tests.emulator.fast import asynchronous, running
from tests.emulator.interactions import Interaction, State
from tests.emulator.messages import Message
from tests.fakes import FakeEmbedder, silent
from tests.simulation import QUESTION

LOOK_S = 0.1
SETTLED_S = 0.5  # in which a second answer would have come
__all__ = ["quick"]


@dataclass(slots=True)
class Cluster:
    """A Discord with a server of each of two shards, a database with releases, and bots that come and go."""

    emulator: Emulator
    keeper: IndexSettings
    folder: Path
    ada: User
    channels: list[Channel]
    gone: list[MeasuresBot] = field(default_factory=list)

    @property
    def guild_id(self) -> int:
        """The server of shard 0."""
        guild = self.channels[0].guild
        assert guild is not None
        return guild.id

    @asynccontextmanager
    async def bot(self, name: str, shards: str | None) -> AsyncIterator[MeasuresBot]:
        """Run a bot that has some of the shards."""
        made = bot_of(self.emulator, self.keeper, self.folder / name, **({"shards": shards} if shards else {}))
        async with running(made, self.emulator):
            yield made
            if made not in self.gone:
                await made.stop(2)

    async def kill(self, bot: MeasuresBot) -> None:
        """Let a bot do and hear nothing any more, as where its process ends."""
        self.gone.append(bot)
        await let_go(bot)
        assert bot.shared is not None
        await bot.shared.close()
        await bot.http.close()

    async def ask(self, shard: int) -> Interaction:
        """Let Ada ask by the command in the server of a shard."""
        return await self.emulator.slash(self.ada, self.channels[shard], "ask", question=QUESTION)

    async def mention(self, shard: int) -> Message:
        """Let Ada ask by a mention there."""
        return await self.emulator.post(self.ada, self.channels[shard], f"<@{self.emulator.bot.id}> {QUESTION}")

    def told(self, asked: Interaction | Message) -> list[str]:
        """Return what was said to a question."""
        if isinstance(asked, Interaction):
            return [asked.original.text()] if asked.state is State.ANSWERED and asked.original is not None else []
        return [each.text() for channel in self.channels for each in channel.messages if each.reply_to is asked]

    async def answered_once(self, *asked: Interaction | Message) -> None:
        """Wait until all have an answer, and a while for a second one, which must not come."""
        await self.emulator.wait(lambda: all(map(self.told, asked)), 30)
        await asyncio.sleep(SETTLED_S)
        for each in asked:
            [text] = self.told(each)
            assert "[1]" in text


@asynccontextmanager
async def cluster(url: str, folder: Path) -> AsyncIterator[Cluster]:
    keeper = IndexSettings(data_dir=folder / "keeper", model="fake", threshold=0.0, database_url=SecretStr(url))
    await asyncio.to_thread(build_all, keeper, FakeEmbedder(), silent)
    async with Emulator() as emulator:
        ada = emulator.add_user("ada")
        channels: list[Channel] = []
        while len(channels) < 2:
            time.sleep(0.002)  # noqa: ASYNC251 - the time in its id decides of which shard a server is
            guild = emulator.add_guild(locale="en-GB")
            if (guild.id >> 22) % 2 != len(channels):
                guild.installed = False
                continue
            guild.bot_permissions = int(NEEDED)
            channels.append(guild.add_channel("general"))
            guild.add_member(ada)
        yield Cluster(emulator, keeper, folder, ada, channels)


@pytest.fixture
def holding(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """Let the first question begin, and wait: when it began, and when it may end."""
    began, may_end, answer = threading.Event(), threading.Event(), Engine.answer

    def held(engine: Engine, text: str, filters: Filters) -> Answer:
        if not began.is_set():
            began.set()
            may_end.wait(60)
        return answer(engine, text, filters)

    monkeypatch.setattr(Engine, "answer", held)
    return began, may_end


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let bots look after each other more often."""
    monkeypatch.setattr(shards, "_LOOK_S", LOOK_S)
    monkeypatch.setattr(events, "_LOOK_S", LOOK_S)


Held = tuple[threading.Event, threading.Event]
Asks = Callable[[Cluster, int], Awaitable[Interaction | Message]]


@asynchronous
@pytest.mark.parametrize("asks", [Cluster.ask, Cluster.mention])
async def test_shards_of_a_bot_that_is_gone_are_taken_and_given_back(
    database: str, tmp_path: Path, holding: Held, asks: Asks
) -> None:
    began, may_end = holding
    async with cluster(database, tmp_path) as all_:
        async with all_.bot("one", "0/2") as first, all_.bot("two", "1/2") as two:
            for bot in (first, two):
                await bot.with_engine(Engine.warm)
            before = await asks(all_, 0)
            await all_.emulator.wait(began.is_set, 20)
            await asyncio.sleep(4 * LOOK_S)  # its session is kept at every look
            await all_.kill(first)
            meanwhile: list[Interaction | Message] = [await all_.ask(0), await all_.mention(0), await all_.mention(1)]
            await all_.answered_once(before, *meanwhile)
            may_end.set()
            await all_.emulator.wait(lambda: two.shard_ids == [1, 0] and two.is_connected, 20)
            assert two.has_guild(all_.guild_id)
            await all_.answered_once(await all_.mention(0), await all_.ask(0))
            async with all_.bot("three", "0/2") as three:
                await all_.emulator.wait(lambda: two.shard_ids == [1], 20)
                assert not two.has_guild(all_.guild_id)
                assert two.is_connected
                at_three: list[Interaction | Message] = [
                    await all_.mention(0),
                    await all_.ask(0),
                    await all_.mention(1),
                ]
                await all_.answered_once(*at_three)
                assert three.has_guild(all_.guild_id)


@asynchronous
async def test_bot_alone_takes_up_what_it_had_and_what_came_while_it_was_away(
    database: str, tmp_path: Path, holding: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "SAME_NONCE_S", 0.0)  # all is long ago, and Discord no longer knows any nonce
    began, may_end = holding
    async with cluster(database, tmp_path) as all_:
        async with all_.bot("one", None) as first:
            answered = await all_.mention(1)
            await all_.emulator.wait(began.is_set, 20)
            may_end.set()
            await all_.answered_once(answered)
            began.clear()
            may_end.clear()
            left: list[Interaction | Message] = [await all_.ask(0)]
            await all_.emulator.wait(began.is_set, 20)
            left.append(await all_.mention(1))
            await asyncio.sleep(4 * LOOK_S)
            assert first.shared is not None
            kept = first.shared.event(answered.id)
            assert kept is not None
            await all_.kill(first)
            may_end.set()
        with psycopg.connect(database, autocommit=True) as connection:  # killed before it could say that this is over
            undone = "UPDATE measures_bot.events SET is_over = false, event = %s WHERE id = %s"
            assert connection.execute(undone, [kept, answered.id]).rowcount == 1
        all_.emulator.world.nonces.clear()
        left.append(await all_.mention(0))
        too_late = await all_.ask(1)
        await all_.emulator.wait(lambda: too_late.state is State.EXPIRED, 10)
        async with all_.bot("one again", None):
            await all_.answered_once(answered, *left)
            assert not all_.told(too_late), "Discord told whoever asked that the application does not respond"
            await all_.answered_once(await all_.ask(1))
        all_.emulator.problems.clear()


@asynchronous
async def test_bot_that_stops_leaves_its_shards_to_the_other_at_once(database: str, tmp_path: Path) -> None:
    async with cluster(database, tmp_path) as all_, all_.bot("one", "0/2") as first, all_.bot("two", "1/2") as two:
        for bot in (first, two):
            await bot.with_engine(Engine.warm)
        await asyncio.sleep(4 * LOOK_S)
        all_.gone.append(first)
        stopping = asyncio.create_task(first.stop(5))
        asked: list[Interaction | Message] = []
        for _ in range(4):
            asked += [await all_.ask(0), await all_.mention(0)]
            await asyncio.sleep(0.15)
        await all_.answered_once(*asked)
        assert await stopping
        await all_.emulator.wait(lambda: two.shard_ids == [1, 0], 20)
