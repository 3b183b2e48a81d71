"""A bot that starts on, or comes upon, an index of another program builds it anew, says so, and goes on by itself."""

import asyncio
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.app import sending
from bot.app.queue import EngineQueue
from corpus.errors import UnbuiltError
from index.encoders.embedder import SentenceTransformerEmbedder
from index.engine import Engine
from index.maintenance import Maintenance, build_all
from index.processes.engine_process import EngineProcess
from index.settings import IndexSettings
from tests.bot.bot_process import BotProcess, command_with
from tests.bot.connected_bot import connected_bot
from tests.bot.outdated import make_older, rewrite, served
from tests.corpus.servers import Server, page
from tests.emulator import State
from tests.emulator.fast import asynchronous
from tests.fakes import FakeEmbedder, silent, upkeep
from tests.pages import rss
from tests.simulation import QUESTION, QUOTE, chatting

UPDATING = "Updating the index: the answer comes as soon as that is done."
UPDATING_IN_FRENCH = "Mise à jour de l’index : la réponse viendra dès que ce sera fait."
EMBEDDER = "tests.fakes:fake_embedder"
# The same command, which does in half a second what it does once a minute: looking for feeds that are due.
QUICK_FEEDS = f"""
from discord.ext import tasks
loop = tasks.loop
tasks.loop = lambda **every: loop(**({{"seconds": 0.5}} if every == {{"minutes": 1}} else every))
{command_with("tests.fakes:held_embedder")}
"""


@pytest.fixture
def process(built_once: Path, tmp_path: Path) -> Iterator[BotProcess]:
    """A Discord, and a data folder that an older program built."""
    shutil.copytree(built_once, tmp_path / "data")
    make_older(tmp_path / "data")
    with BotProcess(tmp_path) as process:
        yield process


def test_bot_builds_anew_says_so_answers_what_waited_and_polls_feeds(process: BotProcess) -> None:
    data = process.folder / "data"
    process.people[1].locale = "fr"

    async def scenario(site: Server) -> None:
        emulator, channel, people = process.emulator, process.channel, process.people
        feed, private = site.url("/feed"), f"127.0.0.1:{site.port}"
        allowed = IndexSettings(data_dir=data, fetch_private=frozenset({("127.0.0.1", site.port)}))
        await asyncio.to_thread(Maintenance(allowed).add_feed, feed)
        await process.up(
            code=QUICK_FEEDS,
            MEASURES_MODEL="fake",
            MEASURES_THRESHOLD="0",
            MEASURES_FETCH_PRIVATE=private,
            MEASURES_FETCH_DELAY="0",
        )
        everybody = await process.ask(0, wait=False)
        alone = await emulator.slash(people[1], channel, "ask", question=QUESTION, private=True)
        await emulator.post(people[2], channel, f"{emulator.bot.mention} {QUESTION}")
        await emulator.wait(lambda: len(said(process)) == 3, 30)
        assert sorted(said(process)) == sorted([UPDATING, UPDATING, UPDATING_IN_FRENCH])
        assert alone.original is not None
        assert alone.original.text() == UPDATING_IN_FRENCH
        assert served(data) == "000001"
        (process.folder / "go").touch()
        await emulator.wait(lambda: all("CEPOL" in text for text in said(process)), 60)
        assert everybody.state is alone.state is State.ANSWERED
        assert len(said(process)) == 3, "each is answered in the place of what it was told"
        assert served(data) == "000002"
        await emulator.wait(lambda: "/feed" in site.paths, 30)
        assert await process.down() == 0

    with Server({}) as site:
        site.handlers["/feed"] = page(rss("News", []))
        process.run(scenario(site))
    assert "Traceback" not in process.log.decode()


def said(process: BotProcess) -> list[str]:
    """Return what the bot has said in the channel."""
    return [message.text() for message in process.channel.messages if message.author is process.emulator.bot]


@asynchronous
async def test_question_that_could_not_be_answered_in_time_is_sent_away(
    served_by_default_model: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = threading.Event()
    later = "Updating the index: ask again in a minute."
    async with connected_bot(lambda: served_by_default_model, tmp_path) as connected:
        connected.bot.background.updating = True
        building = connected.bot.queue.submit(0, lambda _: built.wait(30))
        with monkeypatch.context() as patch:
            patch.setattr(sending, "INTERACTION_S", 1.0)
            asked = await connected.emulator.slash(connected.ada, connected.channel, "ask", question=QUESTION)
            await connected.emulator.wait(lambda: asked.original is not None and asked.original.text() == later)
        built.set()
        assert await building
        connected.bot.background.updating = False
        assert QUOTE in (await connected.ask()).text()
        assert asked.original is not None
        assert asked.original.text() == later, "it was taken out of the row"


@asynchronous
async def test_bot_serves_what_another_version_cut_until_it_has_built_it(
    own_library: Engine, tmp_path: Path, default_model: SentenceTransformerEmbedder
) -> None:
    data = tmp_path / "own"
    before = served(data)
    rewrite(data, program="0" * 64)
    maintenance = upkeep(IndexSettings(data_dir=data), default_model)
    async with chatting(own_library, data, maintenance=maintenance) as chat:
        assert "Updating" not in (await chat.ask()).text()
        await chat.wait(lambda: served(data) > before)
        assert QUOTE in (await chat.ask()).text()


@pytest.mark.parametrize("with_renewal", [True, False])
def test_index_that_becomes_outdated_while_the_desk_serves(with_renewal: bool, tmp_path: Path) -> None:
    settings = IndexSettings(data_dir=tmp_path, model="fake")
    build_all(settings, FakeEmbedder(), silent)
    renewed: list[UnbuiltError] = []

    def renew(why: UnbuiltError) -> None:
        renewed.append(why)
        build_all(settings, FakeEmbedder(), silent)

    async def scenario() -> list[str | BaseException]:
        queue = EngineQueue(lambda: EngineProcess(settings, EMBEDDER), 10, renew if with_renewal else None)
        queue.start()
        assert await queue.run(1, generation) == "000001"
        build_all(settings, FakeEmbedder(), silent)
        make_older(tmp_path)
        work = [queue.run(person, generation) for person in (1, 2, 1)]
        results = await asyncio.gather(*work, return_exceptions=True)
        queue.close()
        return list(results)

    results = asyncio.run(scenario())
    if with_renewal:
        assert results == ["000003"] * 3
        assert [why.reason.partition(",")[0] for why in renewed] == ["Generation 000002 has the older format 4"]
    else:
        assert all(isinstance(each, UnbuiltError) for each in results)


def test_desk_tries_again_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.app.queue._AGAIN_S", 0.1)
    settings = IndexSettings(data_dir=tmp_path, model="fake")

    async def scenario() -> None:
        queue = EngineQueue(lambda: EngineProcess(settings, EMBEDDER), 10)
        queue.start()
        with pytest.raises(UnbuiltError):
            await queue.run(1, generation)
        await asyncio.to_thread(build_all, settings, FakeEmbedder(), silent)
        async with asyncio.timeout(30):
            while not queue.is_ready:  # noqa: ASYNC110 - what is waited for is that nobody asks
                await asyncio.sleep(0.05)
        queue.close()

    asyncio.run(scenario())


def generation(engine: Engine) -> str:
    return engine.corpus().generation
