"""`/healthz` and `/readyz`: for whoever restarts the bot, or waits for it."""

import asyncio
from collections.abc import Callable

from aiohttp import web

from bot.app.http import RUNNING
from bot.app.queue import EngineQueue, Stopping
from corpus import MeasuresError
from index import Engine, Filters

_ANSWER_S = 10.0  # A question takes less than a second; more than this means that something is wrong.
_PROVEN_S = 30.0  # For so long an answer proves that there are answers.
_OWN_WORK = 0
_QUESTION = "What has the Council decided?"


class Probe:
    """Asks the engine a question of our own, one at a time however many want to know."""

    def __init__(self) -> None:
        """Ask nothing yet."""
        self._asking: asyncio.Task[bool] | None = None

    async def answers(self, queue: EngineQueue) -> bool:
        """Tell whether answers come in time: one came just now, or our own question gets one."""
        if queue.under_way_s > _ANSWER_S:
            return False
        if queue.unproven_s < _PROVEN_S:
            return True
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(_ask(queue), name="probe")
        return await asyncio.shield(self._asking)


async def _ask(queue: EngineQueue) -> bool:
    try:
        async with asyncio.timeout(_ANSWER_S):
            await queue.run(_OWN_WORK, _answer)
    except (MeasuresError, Stopping, TimeoutError):
        return False
    return True


def _answer(engine: Engine) -> None:
    """Answer our own question, in the engine's process."""
    engine.answer(_QUESTION, Filters())


_PROBE: web.AppKey[Probe] = web.AppKey("probe", Probe)


async def healthz(request: web.Request) -> web.Response:
    """Tell that the process is alive: its event loop answers."""
    return web.json_response({"alive": True})


async def readyz(request: web.Request) -> web.Response:
    """Tell whether a question would be answered: connected to Discord, the index open, answers within their time."""
    bot = request.app[RUNNING].bot
    discord = bot is not None and bot.is_connected and not bot.stopping
    return await _ready(request.app[_PROBE], bot.queue if bot is not None else None, {"discord": discord})


async def _ready(probe: Probe, queue: EngineQueue | None, checks: dict[str, bool]) -> web.Response:
    """Tell whether all of that is well, and whether the queue answers."""
    has_index = queue is not None and queue.is_ready
    answers = queue is not None and has_index and await probe.answers(queue)
    checks = {**checks, "index": has_index, "answers": answers}
    ready = all(checks.values())
    return web.json_response({"ready": ready, **checks}, status=200 if ready else 503)


def prepare(app: web.Application) -> None:
    """Add the routes."""
    app[_PROBE] = Probe()
    app.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz)])


def prepare_for(queue: EngineQueue) -> Callable[[web.Application], None]:
    """Return what adds the routes where programs are served without Discord."""
    probe = Probe()

    async def answers(request: web.Request) -> web.Response:
        return await _ready(probe, queue, {})

    def add(app: web.Application) -> None:
        app.add_routes([web.get("/healthz", healthz), web.get("/readyz", answers)])

    return add
