"""The gateway: sockets, identifying and resuming, and the ways it can misbehave."""

import asyncio
import json
from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

from tests.emulator import payloads
from tests.emulator import sessions as op
from tests.emulator.errors import JSON
from tests.emulator.events import event_flaws
from tests.emulator.flags import PRIVILEGED, UNPRIVILEGED, ApplicationFlag, Intent
from tests.emulator.sessions import Connection, Session
from tests.emulator.world import Event

if TYPE_CHECKING:
    from tests.emulator.platform import Platform

_AUTHENTICATION_FAILED, _INVALID_INTENTS, _DISALLOWED_INTENTS, _SESSION_TIMED_OUT = 4004, 4013, 4014, 4009
_NEEDED_FLAGS = {
    Intent.GUILD_PRESENCES: ApplicationFlag.GATEWAY_PRESENCE | ApplicationFlag.GATEWAY_PRESENCE_LIMITED,
    Intent.GUILD_MEMBERS: ApplicationFlag.GATEWAY_GUILD_MEMBERS | ApplicationFlag.GATEWAY_GUILD_MEMBERS_LIMITED,
    Intent.MESSAGE_CONTENT: ApplicationFlag.GATEWAY_MESSAGE_CONTENT | ApplicationFlag.GATEWAY_MESSAGE_CONTENT_LIMITED,
}


class Gateway:
    """Sessions and sockets. `identifies` and `resumes` count what clients asked for."""

    def __init__(self, platform: "Platform") -> None:
        self._platform = platform
        self.sessions: dict[str, Session] = {}
        self.connections: list[Connection] = []
        self.heartbeat_interval_s = 41.25
        self.hello_delay_s = 0.0
        self.identifies = self.resumes = self.heartbeats = self.connects = 0
        self.last_close_code: int | None = None
        self._refuse = 0
        self._refuse_by_cutting = False
        self._refuse_resumes = 0
        platform.world.dispatch = self.dispatch

    @property
    def allowed_intents(self) -> int:
        """Intents that the application may ask for: what its flags in the portal say."""
        flags = self._platform.world.application.flags
        return UNPRIVILEGED | sum(intent for intent, flag in _NEEDED_FLAGS.items() if flags & flag)

    @property
    def connected(self) -> bool:
        """Tell whether a session has a socket now."""
        return any(session.connection is not None for session in self.sessions.values())

    def dispatch(self, event: Event) -> None:
        """Tell every session that wants it, and note where the event is not what Discord would send."""
        for flaw in event_flaws(event.name, event.data) if self._platform.validate else ():
            self._platform.problem(f"the emulator's own {event.name}: {flaw}")
        for session in self.sessions.values():
            if session.wants(event):
                session.take(event)

    def duplicate(self) -> None:
        """Send the newest event of each session a second time, with a number of its own."""
        for session in self.sessions.values():
            _, name, data = session.kept[-1]
            session.dispatch(name, data)

    async def drop(self, code: int = 4000, *, rst: bool = False) -> None:
        """Close every socket, or cut it. Sessions stay, and can be resumed."""
        for connection in self._live():
            connection.abort() if rst else connection.close(code)
        await asyncio.sleep(0)

    async def reconnect(self) -> None:
        """Ask clients to reconnect (op 7)."""
        for connection in self._live():
            connection.send(op.RECONNECT, None)
            connection.detach()
        await asyncio.sleep(0)

    async def invalidate(self, *, resumable: bool = False) -> None:
        """Declare sessions invalid (op 9), for good unless resumable."""
        for connection in self._live():
            connection.send(op.INVALID_SESSION, resumable)
            connection.detach()
        if not resumable:
            self.sessions.clear()
        await asyncio.sleep(0)

    def zombify(self) -> None:
        """Let the sockets of now stay open and say nothing more; their events wait for a RESUME."""
        for connection in self._live():
            connection.zombie = True
            connection.detach()

    def refuse_connects(self, times: int, *, cut: bool = False) -> None:
        """Refuse the next connects with 503, or by cutting them (which aiohttp itself tries twice)."""
        self._refuse, self._refuse_by_cutting = times, cut

    def refuse_resumes(self, times: int = 1) -> None:
        """Answer the next RESUMEs with op 9: identify anew."""
        self._refuse_resumes = times

    def _live(self) -> list[Connection]:
        return [connection for connection in self.connections if not connection.socket.closed]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one socket until it closes."""
        self.connects += 1
        if self._refuse > 0:
            self._refuse -= 1
            if self._refuse_by_cutting and request.transport is not None:
                request.transport.abort()
            return web.Response(status=503)
        # Closed below: closing by itself, aiohttp notes 1006 where the client hangs up right after its close frame.
        socket = web.WebSocketResponse(max_msg_size=4096 * 4, autoclose=False)
        await asyncio.sleep(self.hello_delay_s)
        await socket.prepare(request)
        plain = not request.secure
        base = f"ws://{request.host}/gateway" if plain else "wss://gateway.discord.gg"
        transport = request.transport if isinstance(request.transport, asyncio.Transport) else None
        connection = Connection(socket, transport, base, f"http://{request.host}" if plain else None)
        self.connections.append(connection)
        connection.send(op.HELLO, {"heartbeat_interval": int(self.heartbeat_interval_s * 1000)})
        writer = asyncio.create_task(connection.write())
        try:
            await self._read(connection)
        finally:
            self._forget_if_left(connection)
            connection.detach()
            self.connections.remove(connection)
            self.last_close_code = socket.close_code
            connection.outbox.put_nowait(1000)
            await writer
            self._platform.changed()
        return socket

    def _forget_if_left(self, connection: Connection) -> None:
        """End the session of a client that said goodbye; one that only vanished may come back."""
        session = connection.session
        said_goodbye = connection.socket.close_code in (1000, 1001)
        if session is not None and session.connection is connection and said_goodbye:
            self.sessions.pop(session.session_id, None)

    async def _read(self, connection: Connection) -> None:
        async for frame in connection.socket:
            if frame.type is not WSMsgType.TEXT:
                continue
            message: JSON = json.loads(frame.data)
            if connection.zombie:
                continue
            try:
                self._take(connection, message["op"], message.get("d") or {})
            except Exception as error:
                self._platform.problem(f"gateway: {message} raised {error!r}")
                connection.close(4000)
            self._platform.changed()

    def _take(self, connection: Connection, number: int, data: JSON) -> None:
        if number == op.HEARTBEAT:
            self.heartbeats += 1
            connection.send(op.HEARTBEAT_ACK, None)
        elif number == op.IDENTIFY:
            self._identify(connection, data)
        elif number == op.RESUME:
            self._resume(connection, data)
        elif number not in (3, 4):
            self._platform.problem(f"gateway: unknown op {number}")
            connection.close(4001)

    def _identify(self, connection: Connection, data: JSON) -> None:
        self.identifies += 1
        if data["token"] != self._platform.token:
            return connection.close(_AUTHENTICATION_FAILED)
        if not 0 <= data["intents"] < 1 << 26:
            return connection.close(_INVALID_INTENTS)
        if data["intents"] & PRIVILEGED & ~self.allowed_intents:
            return connection.close(_DISALLOWED_INTENTS)
        number, count = data.get("shard") or (0, 1)
        session = Session(data["intents"], (number, count), connection)
        connection.session = session
        session.dispatch("READY", self._ready(session, connection))
        self.sessions[session.session_id] = session
        for guild in self._platform.world.guilds.values():
            event = Event("GUILD_CREATE", {}, needs=Intent.GUILDS, guild_id=guild.id)
            if guild.installed and session.wants(event):
                session.dispatch("GUILD_CREATE", payloads.guild(guild))

    def _ready(self, session: Session, connection: Connection) -> JSON:
        world = self._platform.world
        number, count = session.shard
        guilds = [guild for guild in world.guilds.values() if guild.installed and (guild.id >> 22) % count == number]
        return {
            "v": 10,
            "user": payloads.own_user(world.bot),
            "guilds": [{"id": str(each.id), "unavailable": True} for each in guilds],
            "session_id": session.session_id,
            "session_type": "normal",
            "resume_gateway_url": connection.base_url,
            "shard": list(session.shard),
            "application": {"id": str(world.application.id), "flags": world.application.flags},
            "private_channels": [],
            "relationships": [],
            "presences": [],
            "user_settings": {},
        }

    def _resume(self, connection: Connection, data: JSON) -> None:
        self.resumes += 1
        session = self.sessions.get(data["session_id"])
        if data["token"] != self._platform.token:
            connection.close(_AUTHENTICATION_FAILED)
        elif session is None or self._refuse_resumes > 0:
            self._refuse_resumes = max(0, self._refuse_resumes - 1)
            connection.send(op.INVALID_SESSION, False)
        else:
            session.resume(connection, data["seq"])
