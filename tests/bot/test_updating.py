"""A bot that starts on, or comes upon, an index of another program builds it anew, says so, and goes on by itself."""

import asyncio
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.app import asking as questions
from bot.app.queue import EngineQueue
from corpus.errors import UnbuiltError
from index.encoders.embedder import SentenceTransformerEmbedder
from index.engine import Engine
from index.maintenance import Maintenance, build_all
from index.processes.engine_process import EngineProcess
from index.settings import IndexSettings
from tests.bot.house import COMMAND, House
from tests.bot.outdated import make_older, rewrite, served
from tests.bot.stage import playing
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
{COMMAND}
"""


@pytest.fixture
def house(shipped_folder: Path, tmp_path: Path) -> Iterator[House]:
    """A Discord, and a data folder that the default model built for an older program."""
    shutil.copytree(shipped_folder, tmp_path / "data")
    make_older(tmp_path / "data")
    house = House(tmp_path)
    yield house
    house.close()


def test_bot_builds_anew_says_so_answers_what_waited_and_polls_feeds(house: House) -> None:
    data = house.folder / "data"
    house.people[1].locale = "fr"

    async def scenario(site: Server) -> None:
        feed = site.url("/feed")
        allowed = IndexSettings(data_dir=data, fetch_private=frozenset({("127.0.0.1", site.port)}))
        await asyncio.to_thread(Maintenance(allowed).add_feed, feed)
        await house.up(code=QUICK_FEEDS, MEASURES_FETCH_PRIVATE=f"127.0.0.1:{site.port}", MEASURES_FETCH_DELAY="0")
        everybody = await house.ask(0, wait=False)
        alone = await house.emulator.slash(house.people[1], house.channel, "ask", question=QUESTION, private=True)
        await house.emulator.post(house.people[2], house.channel, f"{house.emulator.bot.mention} {QUESTION}")
        await house.emulator.wait(lambda: len(said(house)) == 3, 30)
        assert sorted(said(house)) == sorted([UPDATING, UPDATING, UPDATING_IN_FRENCH])
        assert alone.original is not None
        assert alone.original.text() == UPDATING_IN_FRENCH
        assert served(data) == "000001"
        await house.emulator.wait(lambda: all(QUOTE in text for text in said(house)), 60)
        assert everybody.state is alone.state is State.ANSWERED
        assert len(said(house)) == 3, "each is answered in the place of what it was told"
        assert served(data) == "000002"
        await house.emulator.wait(lambda: "/feed" in site.paths, 30)
        assert await house.down() == 0

    with Server({}) as site:
        site.handlers["/feed"] = page(rss("News", []))
        house.run(scenario(site))
    assert "Traceback" not in house.log.decode()


def said(house: House) -> list[str]:
    """Return what the bot has said in the channel."""
    return [message.text() for message in house.channel.messages if message.author is house.emulator.bot]


@asynchronous
async def test_question_that_could_not_be_answered_in_time_is_sent_away(
    served_by_default_model: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "_PATIENCE_S", 1.0)
    built = threading.Event()
    later = "Updating the index: ask again in a minute."
    async with playing(served_by_default_model, tmp_path) as stage:
        stage.bot.background.updating = True
        building = stage.bot.queue.submit(0, lambda _: built.wait(30))
        asked = await stage.emulator.slash(stage.ada, stage.channel, "ask", question=QUESTION)
        await stage.emulator.wait(lambda: asked.original is not None and asked.original.text() == later)
        built.set()
        assert await building
        stage.bot.background.updating = False
        assert QUOTE in (await stage.ask()).text()
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
        found = await asyncio.gather(*work, return_exceptions=True)
        queue.close()
        return list(found)

    found = asyncio.run(scenario())
    if with_renewal:
        assert found == ["000003"] * 3
        assert [why.reason.partition(",")[0] for why in renewed] == ["Generation 000002 has the older format 4"]
    else:
        assert all(isinstance(one, UnbuiltError) for one in found)


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
