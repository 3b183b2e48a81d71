"""Serves what programs ask, in turn with people: the same queue, and the same pace for each who asks."""

import asyncio
import hashlib
import ipaddress
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from bot.app import metrics
from bot.app.admission import Admission, wait_sentence
from bot.app.errors import Refused, sentence
from bot.app.queue import EngineQueue, Stopping
from bot.i18n.words import ENGLISH
from bot.programs.tools import TOOLS, Tool, Work
from bot.programs.work import AnswerWithReceipt
from bot.receipts import Receipt, shown_id
from corpus import FilterError, MeasuresError, QuestionError, StorageError, TooSlowError, UnknownReleaseError

log = logging.getLogger(__name__)
# A question takes less than a second. Whoever asks while an index is built should ask again, not hold a connection.
_ANSWER_S = 60.0
_STATUS: tuple[tuple[type[Exception], int], ...] = (
    (QuestionError, 400),
    (FilterError, 400),
    (UnknownReleaseError, 404),
    (TooSlowError, 504),
    (Stopping, 503),
    (MeasuresError, 503),
)
_Document = dict[str, Any]
Keep = Callable[[Receipt], Awaitable[object]]


class NotServedError(Exception):
    """A call is not served, for a reason that its text says in a sentence. ``status`` is that of HTTP."""

    def __init__(self, text: str, status: int, retry_s: int | None = None) -> None:
        """Take the sentence, and after how many seconds to try again, where that is known."""
        super().__init__(text)
        self.status = status
        self.retry_s = retry_s


class _TooManyError(NotServedError, Refused):
    """Somebody asks too fast, or too many are being served."""


@dataclass(frozen=True, slots=True)
class Service:
    """Calls tools. Without an admission nobody has to wait for more than their turn. ``surface`` is what is counted.

    ``keep`` keeps the receipt of an answer.
    """

    queue: EngineQueue
    surface: metrics.Surface
    keep: Keep
    admission: Admission | None = None

    async def call(self, name: str, arguments: Mapping[str, Any], caller: int, *, as_text: bool = False) -> _Document:
        """Return the document that a tool gives.

        :param caller: who asks, as `caller_id` tells it.
        :param as_text: whether all arguments are strings.
        :raises NotServedError: saying in a sentence why there is none.
        """
        tool = TOOLS.get(name)
        if tool is None:
            raise NotServedError(f"There is no tool {name[:40]!r}: there are {', '.join(TOOLS)}.", 404)
        try:
            work = tool.read(arguments, as_text=as_text).work()
            # A task of its own, because whoever is served counts until their task ends, and a connection lives longer.
            served = asyncio.create_task(self._served(tool, work, caller), name=f"program: {name}")
            return await (self._asked(served) if name == "ask" else served)
        except NotServedError:
            raise
        except TimeoutError as error:
            raise NotServedError("The index is being updated: ask again in a minute.", 503, 60) from error
        except Exception as error:
            status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
            if isinstance(error, QuestionError | FilterError | UnknownReleaseError):
                raise NotServedError(str(error), status) from error  # not marked up, as it would be for Discord
            said = [value for value in arguments.values() if isinstance(value, str)]
            raise NotServedError(sentence(ENGLISH, error, f"tool {name}", said), status) from error

    async def _served(self, tool: Tool, work: Work, caller: int) -> _Document:
        if self.admission is not None:
            wait = await self.admission.let_in(caller, None, tool.price)
            if wait is not None:
                status = 503 if wait.is_full else 429
                raise _TooManyError(wait_sentence(ENGLISH, wait, by_button=False), status, wait.seconds)
        async with asyncio.timeout(_ANSWER_S):
            result: _Document | AnswerWithReceipt = await self.queue.run(caller, work)
        return await self._with_id(result) if isinstance(result, AnswerWithReceipt) else result

    async def _with_id(self, answer: AnswerWithReceipt) -> _Document:
        """Keep the receipt of an answer, and return the document with its id; with none where it cannot be kept."""
        document = cast(_Document, answer.document)
        try:
            await self.keep(answer.receipt)
        except StorageError as error:
            log.warning("an answer has no id, because it could not be kept: %s", error)
            return document | {"id": None}
        return document | {"id": shown_id(answer.receipt.id)}

    async def _asked(self, ask: Awaitable[_Document]) -> _Document:
        """Count a question."""
        with metrics.asked(self.surface) as counted:
            document = await ask
            counted.is_answered(document["answered"], document["confidence"])
            return document


def caller_id(address: str | None) -> int:
    """Return who asks from an address, as a number that is no Discord user's.

    The addresses of an IPv6 network of 64 bits are one caller, because whoever has one has them all.
    """
    try:
        ip = ipaddress.ip_address(address or "")
        place = str(ipaddress.ip_network((ip, 64), strict=False)) if ip.version == 6 else str(ip)
    except ValueError:
        place = address or ""
    return -1 - int.from_bytes(hashlib.sha256(place.encode()).digest()[:6])
