"""The bot's main answers, played on the loopback Discord, as one HTML page to look at, dark and light.

python -m tests.bot.look PAGE.html [ask]    # only the first answer, as the README shows it
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from index.embed import SentenceTransformerEmbedder
from index.engine import Engine
from index.settings import IndexSettings
from index.upkeep import build_all
from tests.bot.stage import Stage, playing
from tests.emulator.errors import JSON
from tests.emulator.look import page
from tests.fakes import silent

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


def main() -> None:
    """Write the page."""
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(_play(Path(folder)))
    shown = found[:2] if "ask" in sys.argv[2:] else found
    Path(sys.argv[1]).write_text(page(shown), "utf-8")


if __name__ == "__main__":
    main()
