"""Gateway sessions: what outlives a socket. Every event has a number and is kept for replaying."""

import asyncio
import json
import secrets
from dataclasses import dataclass, field

from aiohttp import WSCloseCode, web

from tests.emulator.errors import JSON
from tests.emulator.flags import Intent
from tests.emulator.world import Event

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT = 0, 1, 2, 6, 7
REQUEST_MEMBERS, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 8, 9, 10, 11


@dataclass(slots=True, eq=False)
class Connection:
    """One socket, written to by one task. A zombie takes everything in and answers nothing."""

    socket: web.WebSocketResponse
    transport: asyncio.Transport | None
    base_url: str
    cdn: str | None
    zombie: bool = False
    session: "Session | None" = None
    outbox: "asyncio.Queue[str | int]" = field(default_factory=asyncio.Queue)

    def send(self, op: int, data: object, *, seq: int | None = None, name: str | None = None) -> None:
        """Queue a payload."""
        if self.zombie:
            return
        text = json.dumps({"op": op, "d": data, "s": seq, "t": name})
        self.outbox.put_nowait(text.replace("https://cdn.discordapp.com", self.cdn) if self.cdn else text)

    def close(self, code: int) -> None:
        """Close after what is queued. The session is let go at once, so that nothing more goes this way."""
        self.detach()
        self.outbox.put_nowait(code)

    def abort(self) -> None:
        """Cut the connection, as a failing network does."""
        self.detach()
        if self.transport is not None:
            self.transport.abort()
        self.outbox.put_nowait(WSCloseCode.ABNORMAL_CLOSURE)

    def detach(self) -> None:
        """Let the session go: it keeps events until it is resumed."""
        if self.session is not None and self.session.connection is self:
            self.session.connection = None

    async def write(self) -> None:
        """Send what is queued, until told to close."""
        while isinstance(item := await self.outbox.get(), str):
            if self.socket.closed:
                return
            try:
                await self.socket.send_str(item)
            except ConnectionError:
                return
        if item != WSCloseCode.ABNORMAL_CLOSURE:
            await self.socket.close(code=item)


@dataclass(slots=True, eq=False)
class Session:
    """An identified client. `connection` is None between sockets."""

    intents: int
    shard: tuple[int, int]
    connection: Connection | None
    session_id: str = field(default_factory=lambda: secrets.token_hex(16))
    seq: int = 0
    kept: list[tuple[int, str, JSON]] = field(default_factory=list)

    def dispatch(self, name: str, data: JSON) -> None:
        """Number an event, keep it, and send it if there is a socket."""
        self.seq += 1
        self.kept.append((self.seq, name, data))
        if self.connection is not None:
            self.connection.send(DISPATCH, data, seq=self.seq, name=name)

    def wants(self, event: Event) -> bool:
        """Tell whether its intents and its shard cover an event."""
        number, count = self.shard
        own = (event.guild_id >> 22) % count == number if event.guild_id else number == 0
        return own and self.intents & event.needs == event.needs

    def take(self, event: Event) -> None:
        """Dispatch an event, blank where it may not read contents."""
        hide = event.blank is not None and not self.intents & Intent.MESSAGE_CONTENT
        self.dispatch(event.name, event.blank if hide and event.blank is not None else event.data)

    def resume(self, connection: Connection, seq: int) -> None:
        """Go on over another socket: what came after `seq`, then RESUMED."""
        self.connection, connection.session = connection, self
        for number, name, data in self.kept:
            if number > seq:
                connection.send(DISPATCH, data, seq=number, name=name)
        self.dispatch("RESUMED", {})
