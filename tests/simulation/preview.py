"""Talk to the bot in a browser, as Ada, in the simulated Discord: press its buttons, fill in its windows.

pip install "simcord[preview]"
python -m tests.simulation.preview             # prints an address on this machine; Ctrl-C ends it
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from index.encoders.embedder import SentenceTransformerEmbedder
from index.engine import Engine
from index.maintenance import build_all
from index.settings import IndexSettings
from tests.fakes import silent
from tests.simulation import chatting


async def _serve(folder: Path) -> None:
    settings, embedder = IndexSettings(data_dir=folder, model=""), SentenceTransformerEmbedder()
    build_all(settings, embedder, silent)
    with Engine(settings, embedder) as engine:
        async with chatting(engine, folder) as chat:
            await chat.ask()
            viewer = chat.ada.in_guild(chat.guild.id)
            async with chat.env.preview(chat.channel, viewers=[viewer], layout="channel") as preview:
                sys.stdout.write(f"{preview.url}\n")
                sys.stdout.flush()
                await preview.wait_closed()


def main() -> None:
    """Serve until interrupted."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_serve(Path(folder)))


if __name__ == "__main__":
    main()
