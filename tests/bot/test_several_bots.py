"""Two bots with one token on one database: one of them answers, whatever either of them is asked, and either may be."""

import asyncio
import datetime
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.app import async_store, coordination
from bot.app.client import MeasuresBot
from bot.app.coordination import SeveralBots
from bot.app.run import run_bot
from bot.app.settings import BotSettings
from bot.database.store import BotStore
from bot.user_data import Often, ServerSettings, Subscription
from corpus.errors import SettingsError
from index import Answer, Filters, Wanted, WantedKind
from index.building.build import build
from index.engine import Engine
from index.maintenance import build_all
from index.settings import IndexSettings
from tests.bot.connected_bot import NEEDED
from tests.emulator import Emulator, User
from tests.emulator.channels import Channel
from tests.emulator.fast import QUICK, asynchronous, running
from tests.emulator.interactions import Interaction, State
from tests.emulator.messages import Message
from tests.emulator.world import Guild
from tests.fakes import EngineHere, FakeEmbedder, silent
from tests.postgres import Server
from tests.simulation import QUESTION

AWAY_S = 0.2
SETTLED_S = 0.3  # in which a second answer would have come


@dataclass(frozen=True, slots=True)
class Two:
    """What a test acts with."""

    emulator: Emulator
    bots: tuple[MeasuresBot, ...]
    guild: Guild
    channel: Channel
    ada: User
    keeper: IndexSettings

    async def ask(self, question: str = QUESTION) -> Interaction:
        """Let Ada ask by the command, and wait until she reads something."""
        asked = await self.emulator.slash(self.ada, self.channel, "ask", question=question)
        await self.emulator.wait(lambda: asked.state is State.ANSWERED, 20)
        return asked

    async def mention(self) -> list[Message]:
        """Let Ada ask by a mention, and return what the bots wrote."""
        asked = await self.emulator.post(self.ada, self.channel, f"<@{self.emulator.bot.id}> {QUESTION}")

        def replies() -> list[Message]:
            return [each for each in self.channel.messages if each.reply_to is asked]

        await self.emulator.wait(replies, 20)
        await asyncio.sleep(SETTLED_S)
        return replies()


@asynccontextmanager
async def two_bots(url: str, folder: Path, **settings: object) -> AsyncIterator[Two]:
    """Run two bots. What one of them logs as an error is for the test to look at."""
    keeper = IndexSettings(data_dir=folder / "keeper", model="fake", threshold=0.0, database_url=SecretStr(url))
    await asyncio.to_thread(build_all, keeper, FakeEmbedder(), silent)
    async with Emulator() as emulator:
        guild = emulator.add_guild(locale="en-GB")
        guild.bot_permissions = int(NEEDED)
        channel, ada = guild.add_channel("general"), emulator.add_user("ada")
        guild.add_member(ada)
        bots = tuple(bot_of(emulator, keeper, folder / name, **settings) for name in ("one", "two"))
        async with running(bots[0], emulator), running(bots[1], emulator):
            yield Two(emulator, bots, guild, channel, ada, keeper)
            for bot in bots:
                await bot.stop(2)


def bot_of(emulator: Emulator, keeper: IndexSettings, folder: Path, **settings: object) -> MeasuresBot:
    """Make a bot on a machine of its own, which has nothing but the address of the database."""
    index = keeper.model_copy(update={"data_dir": folder})
    chosen = BotSettings.model_validate({"pace": 600, "pace_burst": 100} | settings)
    return MeasuresBot(
        chosen,
        index,
        lambda: EngineHere(Engine(index, FakeEmbedder())),
        connector=emulator.connector(),
        **QUICK,
    )


def agreeing_of(bot: MeasuresBot) -> SeveralBots:
    assert isinstance(bot.coordination, SeveralBots)
    return bot.coordination


async def let_go(bot: MeasuresBot) -> None:
    """Let a bot say nothing more to the database, as where its process ends."""
    agreeing, shared = agreeing_of(bot), bot.shared
    assert shared is not None
    assert shared._looking is not None
    shared._looking.cancel()
    await asyncio.gather(shared._looking, return_exceptions=True)
    agreeing._away_until = float("inf")
    for each in (agreeing, shared):
        each._asking_thread.submit(each._agreement.close).result()


def subscribe(store: BotStore, made: Subscription) -> None:
    store.subscriptions.add(made)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for no turn and no database that was away; but for one that is slow, as a busy machine makes it."""
    monkeypatch.setattr(coordination, "_PATIENCE_S", 30.0)
    monkeypatch.setattr(coordination, "_IDENTIFY_S", 0.0)
    monkeypatch.setattr(coordination, "_MARGIN_S", 0.0)
    monkeypatch.setattr(coordination, "_AGAIN_S", AWAY_S)
    monkeypatch.setattr(async_store, "_PAUSES_S", (AWAY_S,))
    monkeypatch.setattr(async_store, "READ_S", 0.3)
    monkeypatch.setattr(async_store, "WRITE_S", 0.3)


@asynchronous
async def test_one_of_them_answers_and_either_knows_the_answer(database: str, tmp_path: Path) -> None:
    async with two_bots(database, tmp_path) as two:
        assert two.emulator.gateway.identifies == 2
        assert len(two.emulator.requested("PUT", "/commands$")) == 1, "one of them told Discord the commands"
        for _ in range(3):
            asked = await two.ask()
            assert len(two.emulator.requested("POST", f"/interactions/{asked.id}/")) == 1
            assert len(await two.mention()) == 1
        assert asked.original is not None
        for _ in range(3):
            pressed = await two.emulator.click(two.ada, asked.original, "Context")
            await two.emulator.wait(partial(getattr, pressed, "original"), 15)
            assert len(two.emulator.requested("POST", f"/interactions/{pressed.id}/")) == 1
        kept = [await bot.store.read(lambda store: store.usage()) for bot in two.bots]
        assert kept[0] == kept[1]
        assert [day.questions for day in kept[0]] == [6]
        about = await two.emulator.slash(two.ada, two.channel, "about")
        await two.emulator.wait(lambda: about.state is State.ANSWERED, 20)
        assert about.original is not None
        assert "stays in its logs, replicas and backups until they expire" in about.original.text()
        for bot in two.bots:
            bot.stopping = True
            asked = await two.ask()
            assert asked.original is not None
            assert "[1]" in asked.original.text(), "whoever stops leaves it to the other"
            bot.stopping = False


@asynchronous
@pytest.mark.parametrize("by_command", [True, False])
async def test_question_of_a_bot_that_is_gone_is_answered_by_the_other_once(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, by_command: bool
) -> None:
    began, may_end, answer = threading.Event(), threading.Event(), Engine.answer

    def held(engine: Engine, text: str, filters: Filters) -> Answer:
        if not began.is_set():
            began.set()
            may_end.wait(60)
        return answer(engine, text, filters)

    async with two_bots(database, tmp_path, pace=1, pace_burst=1) as two:
        monkeypatch.setattr(Engine, "answer", held)
        asking = asyncio.gather(two.ask() if by_command else two.mention())
        await two.emulator.wait(began.is_set, 20)
        [gone] = [bot for bot in two.bots if agreeing_of(bot)._events._own]
        await let_go(gone)
        await asking
        may_end.set()  # It was not gone after all, and sends its answer, too.
        await asyncio.sleep(SETTLED_S)
        [told] = [each for each in two.channel.messages if each.author is two.emulator.bot]
        assert "[1]" in told.text(), "neither lost nor refused as too fast"


@asynchronous
async def test_who_asks_too_fast_does_so_at_both(database: str, tmp_path: Path) -> None:
    async with two_bots(database, tmp_path, pace=3, pace_burst=3) as two:
        asked = await asyncio.gather(*(two.ask() for _ in range(12)))
        told = [each.original.text() for each in asked if each.original is not None]
        assert sum("That was fast: ask again in" in text for text in told) == 9


@asynchronous
async def test_what_a_server_sets_and_what_is_served_is_heard_by_both_and_one_polls(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with two_bots(database, tmp_path) as two:
        chosen = ServerSettings(private=True, language="el")
        await two.bots[0].set_server(two.guild.id, chosen)
        await two.emulator.wait(lambda: two.bots[1].servers == {two.guild.id: chosen}, 15)
        await asyncio.gather(*(bot.with_engine(Engine.warm) for bot in two.bots))
        opened: list[str] = []

        async def hear() -> None:
            opened.append("heard")

        for bot in two.bots:
            bot.add_listener(hear, "on_generation_served")
        await asyncio.to_thread(build, two.keeper, FakeEmbedder(), silent)
        await two.emulator.wait(lambda: len(opened) >= 2, 15)
        polled: list[int] = []
        clocks: list[Any] = [bot.get_cog("Polling") for bot in two.bots]
        for number, clock in enumerate(clocks):
            monkeypatch.setattr(clock, "_poll", partial(polled.append, number))
        async with two.bots[0].coordination.alone("sources", wait=False) as may_poll:
            assert may_poll
            await clocks[1].poll()
            assert not polled
        await clocks[1].poll()
        assert 1 in polled


@asynchronous
async def test_database_that_is_away_is_told_in_a_sentence_and_nothing_is_lost(
    postgres: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with two_bots(postgres.new_database(), tmp_path) as two:
        before = await two.ask()
        assert before.original is not None
        await two.emulator.wait(lambda: not any(bot.store._later for bot in two.bots), 15)
        postgres.stop()
        try:
            told = await two.ask()
            assert told.original is not None
            assert told.original.text() == (
                "This cannot be done just now: the database of the bot does not answer; try again in a minute."
            )
            replies = await two.mention()
            assert [reply.text() for reply in replies] == [told.original.text()], "one sentence, though both answer"
            pressed = await two.emulator.click(two.ada, before.original, "Helpful")
            await two.emulator.wait(lambda: pressed.original is not None and pressed.original.text(), 10)
            assert pressed.original is not None
            assert pressed.original.text() == (
                "Your opinion was not kept: the database of the bot does not answer; try again in a minute."
            )
            two.bots[0].store.forget_guild(two.guild.id)
            two.bots[1].store.end_channel(5)
        finally:
            postgres.start()
        await two.emulator.wait(lambda: not any(bot.store._later for bot in two.bots), 15)
        assert await two.bots[1].store.read(lambda store: store.servers()) == {}
        await asyncio.sleep(AWAY_S)
        after = await two.ask()
        assert after.original is not None
        assert "CEPOL" in after.original.text() or "[1]" in after.original.text()
        assert len(two.emulator.requested("POST", f"/interactions/{after.id}/")) == 1, "they agree again"
        assert len(await two.mention()) == 1
    assert "geheim" not in caplog.text


@asynchronous
async def test_bots_share_the_shards_and_each_leaves_the_servers_of_the_other_alone(
    database: str, tmp_path: Path
) -> None:
    keeper = IndexSettings(data_dir=tmp_path / "keeper", model="fake", threshold=0.0, database_url=SecretStr(database))
    await asyncio.to_thread(build_all, keeper, FakeEmbedder(), silent)
    async with Emulator() as emulator:
        guilds = []
        for _ in range(8):
            guilds.append(emulator.add_guild())
            await asyncio.sleep(0.002)  # the time in its id decides of which shard a server is
        bots = [bot_of(emulator, keeper, tmp_path / part[0], shards=part) for part in ("0-1/3", "2/3")]
        wanted = Wanted(WantedKind.AGENCY, "Europol", Filters())
        for number, guild in enumerate(guilds):
            moment = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
            made = Subscription(str(number), 1, guild.id, number, guild.id, wanted, Often.AT_ONCE, "en", moment)
            await bots[0].store.write(partial(subscribe, made=made))
        async with running(bots[0], emulator), running(bots[1], emulator):
            await emulator.wait(lambda: all(bot.is_ready() for bot in bots), 15)
            served = [{guild.id for guild in bot.guilds} for bot in bots]
            assert served[0] | served[1] == {guild.id for guild in guilds}
            assert not served[0] & served[1]
            assert [bot.has_guild(guild.id) for bot in bots for guild in guilds] == [
                guild.id in served[number] for number in (0, 1) for guild in guilds
            ]
            assert emulator.gateway.identifies == 3
            await emulator.wait(lambda: not any(bot.store._later for bot in bots), 15)
            assert len(await bots[1].store.read(lambda store: store.subscriptions.all())) == 8
            for bot in bots:
                await bot.stop(2)


@pytest.mark.parametrize("wrong", ["4-3/16", "0-16/16", "all", "3", "0/0", "-1/2"])
def test_shards_that_make_no_sense_are_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="shards of this bot and how many there are"):
        BotSettings.model_validate({"shards": wrong})


def test_shards_need_a_database(tmp_path: Path) -> None:
    settings = BotSettings.model_validate({"DISCORD_TOKEN": "x", "shards": "0-3/16"})
    assert settings.shards is not None
    assert list(settings.shards.ids) == [0, 1, 2, 3]
    with pytest.raises(SettingsError, match="MEASURES_SHARDS is set, but MEASURES_DATABASE_URL is not"):
        run_bot(settings, IndexSettings(data_dir=tmp_path), lambda: EngineHere(Engine(IndexSettings(), FakeEmbedder())))
