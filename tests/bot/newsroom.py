"""A bot over an index that grows while people wait for what is new."""

import asyncio
import datetime
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.app.clock import now
from bot.app.findings import Findings
from index.engine import Engine
from index.maintenance import Maintenance, build_all
from index.settings import IndexSettings
from tests.fakes import FakeEmbedder, quiet, silent, upkeep
from tests.simulation import Chat, Message, Person, chatting


@dataclass(slots=True)
class Newsroom:
    """What a test acts with beside the chat: it issues releases, and lets the bot's clock strike."""

    chat: Chat
    folder: Path
    maintenance: Maintenance
    issued: int = 0

    @property
    def clock(self) -> Any:  # noqa: ANN401 - discord.py loads the module anew for each bot
        """The bot's clock."""
        return self.chat.bot.get_cog("NoticesClock")

    def issue(self, text: str, **header: str) -> None:
        """Issue a release of today, and build: another process would do it the same way."""
        self.maintenance.add([self.write(text, **header)], quiet, force=True)

    def write(self, text: str, **header: str) -> str:
        """Write the file of a release of today."""
        self.issued += 1
        title = f"Release number {self.issued}"
        fields = {"title": title, "issuer": "European Commission", "language": "en"} | header
        fields.setdefault("date", now().date().isoformat())
        fields.setdefault("url", f"https://ec.europa.eu/news/{self.issued}")
        head = "\n".join(f"{name}: {value}" for name, value in fields.items())
        path = self.folder / f"{self.issued}.md"
        path.write_text(f"---\n{head}\n---\n\n{text}\n", "utf-8")
        return str(path)

    async def strike(self, moment: datetime.datetime | None = None) -> None:
        """Let the clock strike, now or at another time."""
        self.clock.notices.clock = (lambda: moment) if moment is not None else now
        await self.chat.let(self.clock.tell())

    def told(self, person: Person) -> list[str]:
        """Return what somebody was told by direct message."""
        return [message.text() for message in self.messages(person)]

    def messages(self, person: Person) -> list[Message]:
        """Return the messages on what is new that somebody got."""
        written = self.chat.messages(person.private_channel)
        return [message for message in written if message.by_bot and "b:subend:" in str(message.components)]

    def forget_what_was_looked_at(self) -> None:
        """Let the bot look as it does after a restart."""
        bot = self.chat.bot
        bot.findings = Findings(bot.index_settings, bot.store, bot.with_engine)


Scenario = Callable[[Newsroom], Awaitable[None]]


def play(scenario: Scenario, folder: Path, *, threshold: float | None = 0.0, administered: bool = False) -> None:
    """Play a scenario over the shipped release, with an embedder that knows words only."""
    own = IndexSettings(data_dir=folder / "data", model="fake", threshold=threshold)
    built = folder.parent / "newsroom"  # of this run of the tests
    if not built.exists():
        build_all(IndexSettings(data_dir=built, model="fake"), FakeEmbedder(), silent)
    shutil.copytree(built, own.data_dir)

    async def whole() -> None:
        with Engine(own, FakeEmbedder()) as engine:
            maintenance = upkeep(own, FakeEmbedder())
            async with chatting(engine, own.data_dir, maintenance=maintenance, administered=administered) as chat:
                await scenario(Newsroom(chat, folder, maintenance))

    asyncio.run(whole())
