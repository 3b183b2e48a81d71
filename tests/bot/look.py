"""What the bot shows, to look at: its main answers, played on the loopback Discord, as one HTML page, dark and light.

python -m tests.bot.look PAGE.html                                       # all of them
python -m tests.bot.look ask PAGE.html                                   # the answer and the "not found" of the README
python -m tests.bot.look about PAGE.html                                 # `/about`, with its picture
python -m tests.bot.look timeline ../shared/eval PICTURE.png             # the timeline of the README, of 291 releases
"""

import asyncio
import base64
import json
import sys
import tempfile
from pathlib import Path

from bot.views.charts import draw_timeline
from bot.views.wording import short_name, timeline_source
from corpus.agencies.registry import registry
from index.agencies.timeline import timeline
from index.encoders.embedder import SentenceTransformerEmbedder
from index.engine import Engine
from index.evaluation.evaluate import temporary_index
from index.evaluation.gold import load_corpus
from index.maintenance import build_all
from index.settings import IndexSettings
from tests.emulator import components as parts
from tests.emulator.errors import JSON
from tests.fakes import FakeEmbedder, silent
from tests.simulation import Chat, Message, chatting
from tests.simulation.page import page

QUESTION = "What will the joint liaison task force do?"


async def answers(chat: Chat) -> list[tuple[str, JSON]]:
    """Return what the bot says to the main things that people do, with a title each."""
    asked = await chat.ask(QUESTION)
    shown = {
        "/ask": asked,
        "/ask, not found": await chat.ask("What is the budget of Frontex?"),
        "A message that is no question": await chat.mention("lol"),
        "“what else?” in reply": await chat.ada.reply(await chat.mention(QUESTION), "what else?"),
        "“source?” in reply": await chat.ada.reply(await chat.mention(QUESTION), "source?"),
        "“that is wrong” in reply": await chat.ada.reply(await chat.mention(QUESTION), "that is wrong"),
        "“what did the Council approve?”": await chat.mention("what did the Council approve?"),
        "“list all agencies”": await chat.mention("list all agencies"),
        "Context": await chat.ada.click(asked, "Context"),
        "More": await chat.ada.click(asked, "More"),
        "/agency": await chat.ada.command("agency", name="europol"),
        "/releases": await chat.ada.command("releases"),
        "/about": await chat.ada.command("about"),
        "/help": await chat.ada.command("help"),
        "/subscribe": await chat.ada.command("subscribe", agency="europol"),
        "/subscriptions": await chat.ada.command("subscriptions"),
    }
    return [(title, with_pictures(message)) for title, message in shown.items()]


def with_pictures(message: Message) -> JSON:
    """Return what a page shows of a message, with the pictures attached to it in the place of their addresses."""
    payload: JSON = json.loads(json.dumps(message.payload))
    files = iter(message.files)
    for component in parts.walk(payload["components"]):
        for item in component.get("items", []):
            data = base64.b64encode(next(files)).decode("ascii")
            item["media"]["url"] = f"data:image/png;base64,{data}"
    return payload


async def _play(folder: Path) -> list[tuple[str, JSON]]:
    settings = IndexSettings(data_dir=folder, model="")
    embedder = SentenceTransformerEmbedder()
    build_all(settings, embedder, silent)
    with Engine(settings, embedder) as engine:
        async with chatting(engine, folder) as chat:
            return await answers(chat)


def _timeline(folder: Path) -> bytes:
    """Draw when the releases of an evaluation set name the ECB and the Council; no model is needed for that."""
    bodies = ["ecb", "council"]
    with temporary_index(load_corpus(folder), FakeEmbedder(), silent) as opened:
        result = timeline(opened, bodies)
    names = {body: short_name(registry().agencies[body]) for body in bodies}
    return draw_timeline(result, names, timeline_source(result))


def main() -> None:
    """Write the page or the picture."""
    match sys.argv[1:]:
        case ["timeline", folder, picture]:
            Path(picture).write_bytes(_timeline(Path(folder)))
            return
        case ["ask", path]:
            titles: frozenset[str] | None = frozenset({"/ask", "/ask, not found"})
        case ["about", path]:
            titles = frozenset({"/about"})
        case [path]:
            titles = None
        case _:
            sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as data:
        result = asyncio.run(_play(Path(data)))
    Path(path).write_text(page(each for each in result if titles is None or each[0] in titles), "utf-8")


if __name__ == "__main__":
    main()
