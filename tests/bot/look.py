"""What the bot shows, to look at: its main answers, played on the loopback Discord, as one HTML page, dark and light.

python -m tests.bot.look PAGE.html                                       # all of them
python -m tests.bot.look ask PAGE.html                                   # the answer and the "not found" of the README
python -m tests.bot.look timeline ../shared/eval PICTURE.png             # the timeline of the README, of 291 releases
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from bot.cards import short_name, timeline_source
from bot.plots import draw_timeline
from corpus.agencies import registry
from index.embed import SentenceTransformerEmbedder
from index.engine import Engine
from index.evaluate import temporary_index
from index.gold import load_corpus
from index.settings import IndexSettings
from index.timeline import timeline
from index.upkeep import build_all
from tests.bot.stage import Stage, playing
from tests.emulator.errors import JSON
from tests.emulator.look import page
from tests.fakes import FakeEmbedder, silent

QUESTION = "What will the joint liaison task force do?"


async def answers(stage: Stage) -> list[tuple[str, JSON]]:
    """Return what the bot says to the main things that people do, with a title each."""
    asked = await stage.ask(QUESTION)
    not_found = await stage.ask("What is the budget of Frontex?")
    emulator = stage.emulator
    card = await stage.answered(await emulator.slash(stage.ada, stage.channel, "agency", name="europol"))
    about = await stage.answered(await emulator.slash(stage.ada, stage.channel, "about"))
    around = await stage.answered(await emulator.click(stage.ada, asked, "Context"))
    more = await stage.answered(await emulator.click(stage.ada, asked, "More"))
    releases = await stage.answered(await emulator.slash(stage.ada, stage.channel, "releases"))
    helped = await emulator.slash(stage.ada, stage.channel, "help")
    assert helped.original is not None
    return [
        ("/ask", asked.payload()),
        ("/ask, not found", not_found.payload()),
        ("Context", around.payload()),
        ("More", more.payload()),
        ("/agency", card.payload()),
        ("/releases", releases.payload()),
        ("/about", about.payload()),
        ("/help", helped.original.payload()),
    ]


async def _play(folder: Path) -> list[tuple[str, JSON]]:
    settings = IndexSettings(data_dir=folder, model="")
    embedder = SentenceTransformerEmbedder()
    build_all(settings, embedder, silent)
    with Engine(settings, embedder) as engine:
        async with playing(engine, folder) as stage:
            return await answers(stage)


def _timeline(folder: Path) -> bytes:
    """Draw when the releases of an evaluation set name the ECB and the Council; no model is needed for that."""
    bodies = ["ecb", "council"]
    with temporary_index(load_corpus(folder), FakeEmbedder(), silent) as opened:
        found = timeline(opened, bodies)
    names = {body: short_name(registry().agencies[body]) for body in bodies}
    return draw_timeline(found, names, timeline_source(found))


def main() -> None:
    """Write the page or the picture."""
    match sys.argv[1:]:
        case ["timeline", folder, picture]:
            Path(picture).write_bytes(_timeline(Path(folder)))
            return
        case ["ask", path]:
            count: int | None = 2
        case [path]:
            count = None
        case _:
            sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as data:
        found = asyncio.run(_play(Path(data)))
    Path(path).write_text(page(found[:count]), "utf-8")


if __name__ == "__main__":
    main()
