"""What the bot serves over HTTP: who is answered, and whether it tells the truth about itself."""

import asyncio
import json
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from click.testing import CliRunner
from prometheus_client.parser import text_string_to_metric_families

from bot.app import http, http_connections
from bot.app.http import Running, access_of, application, body_of, listening
from bot.app.proxy import proxy_options
from bot.app.routes import ROUTES
from bot.app.settings import Address, BotSettings
from bot.cli.main import measures
from corpus.errors import MeasuresError, QuestionError, SettingsError
from index.engine import Engine
from index.settings import IndexSettings
from tests.bot.bot_process import BotProcess
from tests.bot.connected_bot import connected_bot, make_bot
from tests.bot.test_process import LIGHT
from tests.corpus.fetching.test_proxy import proxying
from tests.emulator import Emulator
from tests.emulator.fast import asynchronous, fast_retries
from tests.emulator.fast import running as running_bot
from tests.fakes import FakeEmbedder
from tests.postgres import free_port

KEY = "sixteen characters and more"
ASK = "/v1/ask"


def add_ask(app: web.Application) -> None:
    """Add a route that needs the key, and one that fails as a bug does."""

    async def answer(request: web.Request) -> web.Response:
        return web.json_response({"asked": (await body_of(request)).decode()})

    async def fail(request: web.Request) -> web.Response:
        raise ValueError(f"smuggled {request.query_string}")

    async def refuse(request: web.Request) -> web.Response:
        raise QuestionError("Ask in fewer words.")

    app.add_routes([web.post(ASK, answer), web.get("/v1/bug", fail), web.get("/v1/refused", refuse)])


@asynccontextmanager
async def client(
    address: str = "127.0.0.1:9460",
    running: Running | None = None,
    **settings: str | None,
) -> AsyncIterator[TestClient[Any, Any]]:
    """Give a client of a server whose settings say that it listens on an address."""
    read = BotSettings.model_validate({"http": address, **settings})
    assert read.http is not None
    app = application(access_of(read, read.http), running or Running(), (*ROUTES, add_ask))
    async with TestClient(TestServer(app)) as made:
        yield made


@pytest.mark.parametrize(
    ("address", "key", "path", "given", "status"),
    [
        ("127.0.0.1:9460", None, "/healthz", None, 200),
        ("127.0.0.1:9460", None, ASK, None, 403),
        ("127.0.0.1:9460", KEY, ASK, None, 401),
        ("127.0.0.1:9460", KEY, ASK, "Bearer another key of that kind", 401),
        ("127.0.0.1:9460", KEY, ASK, f"Basic {KEY}", 401),
        ("127.0.0.1:9460", KEY, ASK, "Bearer \N{SNOWMAN}", 401),
        ("127.0.0.1:9460", KEY, ASK, f"Bearer {KEY}", 200),
        ("127.0.0.1:9460", KEY, "/no-such-thing", None, 401),
        ("127.0.0.1:9460", KEY, "/no-such-thing", f"Bearer {KEY}", 404),
        ("127.0.0.1:9460", KEY, "/healthz/../v1/ask", None, 401),
        ("127.0.0.1:9460", KEY, "/healthz/", None, 401),
        ("0.0.0.0:9460", None, "/healthz", None, 200),
        ("0.0.0.0:9460", None, "/readyz", None, 503),
        ("0.0.0.0:9460", None, "/metrics", None, 403),
        ("0.0.0.0:9460", KEY, "/metrics", None, 401),
        ("[::]:9460", KEY, "/metrics", None, 401),
    ],
)
@asynchronous
async def test_key_is_needed(address: str, key: str | None, path: str, given: str | None, status: int) -> None:
    async with client(address, http_key=key) as asking:
        act = asking.post if "ask" in path else asking.get
        answer = await act(path, headers={"Authorization": given} if given else {})
        assert answer.status == status
        if status not in (200, 503):
            assert set(await answer.json()) == {"error"}


@pytest.mark.parametrize(
    ("address", "host", "status"),
    [
        ("127.0.0.1:9460", "localhost:9460", 200),
        ("127.0.0.1:9460", "[::1]:9460", 200),
        ("127.0.0.1:9460", "127.0.0.1", 200),
        ("127.0.0.1:9460", "Bot.Example.org", 200),
        ("127.0.0.1:9460", "evil.example", 403),
        ("127.0.0.1:9460", "localhost.evil.example", 403),
        ("127.0.0.1:9460", "evil@localhost", 403),
        ("127.0.0.1:9460", "192.0.2.7", 403),
        ("127.0.0.1:9460", "localhost:port", 403),
        ("0.0.0.0:9460", "192.0.2.7:9460", 200),
        ("0.0.0.0:9460", socket.gethostname(), 200),
        ("0.0.0.0:9460", "evil.example", 403),
    ],
)
@asynchronous
async def test_host_is_checked(address: str, host: str, status: int) -> None:
    async with client(address, http_key=KEY, http_hosts="bot.example.org") as asking:
        headers = {"Host": host, "Authorization": f"Bearer {KEY}"}
        assert (await asking.post(ASK, headers=headers)).status == status
        assert (await asking.get("/healthz", headers=headers)).status == 200


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost:9460", 200),
        ("https://bot.example.org", 200),
        ("http://localhost:8000", 403),
        ("https://evil.example", 403),
        ("null", 403),
        ("", 403),
        ("file://", 403),
    ],
)
@asynchronous
async def test_page_of_another_site_is_refused(origin: str, status: int) -> None:
    async with client(http_key=KEY, http_hosts="bot.example.org") as asking:
        headers = {"Host": "localhost:9460", "Origin": origin, "Authorization": f"Bearer {KEY}"}
        assert (await asking.post(ASK, headers=headers)).status == status


@asynchronous
async def test_errors_are_sentences_and_repeat_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async with client(http_key=KEY) as asking:
        headers = {"Authorization": f"Bearer {KEY}"}
        failed = await asking.get("/v1/bug?q=zebras", headers=headers)
        assert failed.status == 500
        assert "Reference" in (await failed.json())["error"]
        refused = await asking.get("/v1/refused", headers=headers)
        assert (refused.status, await refused.json()) == (400, {"error": "Ask in fewer words."})
        large = await asking.post(ASK, headers=headers, data=b"z" * 100_000)
        assert large.status == 413
    assert "ValueError" in caplog.text
    assert "zebras" not in caplog.text


@asynchronous
async def test_body_that_is_broken_cut_short_or_late_is_nothing_to_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(http, "_BODY_S", 0.2)
    headers = {"Authorization": f"Bearer {KEY}"}
    async with client(http_key=KEY) as asking:
        broken = await asking.post(ASK, data=b"no gzip", headers=headers | {"Content-Encoding": "gzip"})
        assert broken.status == 400
        assert await broken.json() == {"error": "The body is not what the headers say: send it again."}
        host, port = asking.server.host, asking.server.port
        for leaves in (True, False):
            reader, writer = await asyncio.open_connection(host, port)
            head = (
                f"POST {ASK} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}\r\nContent-Length: 9\r\n\r\n{{"
            )
            writer.write(head.encode())
            if leaves:
                await asyncio.sleep(0.05)
                writer.transport.abort()
            else:
                assert (await reader.readline()).split()[1] == b"408"
                writer.close()
    assert not [record for record in caplog.records if record.name.startswith("bot")]


@asynchronous
async def test_address_in_use_is_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = BotSettings(http=Address("127.0.0.1", taken.getsockname()[1]))
        with pytest.raises(SettingsError, match=r"^Nothing can listen on 127\.0\.0\.1:\d+ .*MEASURES_HTTP"):
            async with listening(settings, Running(), ROUTES):
                pytest.fail("it does not listen")


class Slow(Engine):
    """An engine that takes as long as it is told to."""

    seconds = 0.0

    def answer(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401
        import time

        time.sleep(self.seconds)
        return super().answer(*arguments, **options)


@asynchronous
async def test_ready_is_what_answers(served: IndexSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    running = Running()
    engine = Slow(served, FakeEmbedder())
    async with client(running=running) as asking:
        assert (await (await asking.get("/healthz")).json()) == {"alive": True}
        assert (await (await asking.get("/readyz")).json())["ready"] is False

        async def told() -> dict[str, bool]:
            answer = await asking.get("/readyz")
            result: dict[str, bool] = await answer.json()
            assert (answer.status == 200) is result["ready"]
            return result

        async with connected_bot(lambda: engine, Path("data")) as connected:
            running.bot = connected.bot
            await connected.emulator.wait(lambda: connected.bot.queue.is_ready)
            assert await told() == {"ready": True, "discord": True, "index": True, "answers": True}
            monkeypatch.setattr("bot.app.health._ANSWER_S", 0.05)
            monkeypatch.setattr("bot.app.health._PROVEN_S", 0.0)
            Slow.seconds = 0.3
            first, second = await asyncio.gather(told(), told())
            assert first == second == {"ready": False, "discord": True, "index": True, "answers": False}
            Slow.seconds = 0.0
            monkeypatch.setattr("bot.app.health._ANSWER_S", 5.0)
            assert (await told())["ready"]
            with fast_retries(0.1):
                connected.emulator.gateway.refuse_connects(1_000, cut=True)
                await connected.emulator.gateway.drop()
                await connected.emulator.wait(lambda: not connected.bot.is_connected)
                assert await told() == {"ready": False, "discord": False, "index": True, "answers": True}
                connected.emulator.gateway.refuse_connects(0)
                await connected.emulator.wait(lambda: connected.bot.is_connected, 10)
            assert (await told())["ready"]
        assert not (await told())["ready"]


@asynchronous
async def test_it_listens_where_the_settings_say_and_logs_nothing_of_broken_requests(
    caplog: pytest.LogCaptureFixture,
) -> None:
    port = free_port()
    caplog.set_level("INFO")
    settings = BotSettings.model_validate({"http": f"127.0.0.1:{port}"})
    async with listening(settings, Running(), ROUTES), aiohttp.ClientSession() as session:
        async with session.get(f"http://127.0.0.1:{port}/healthz") as answer:
            assert answer.status == 200
        for broken in (b"GET zebra words HTTP/9.9", b"\x16\x03\x01zebra", b"GET / HTTP/1.1\r\nzebra: \0"):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(broken + b"\r\n\r\n")
            assert b" 400 " in await reader.readline()
            writer.close()
    assert [record.getMessage() for record in caplog.records] == [f"listening on 127.0.0.1:{port}"]


async def scraped(asking: TestClient[Any, Any]) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Return all samples of /metrics, by name and labels."""
    answer = await asking.get("/metrics")
    assert answer.status == 200
    families = text_string_to_metric_families(await answer.text())
    return {(each.name, frozenset(each.labels.items())): each.value for family in families for each in family.samples}


@asynchronous
async def test_metrics_count_what_people_do_and_name_nobody(served: IndexSettings) -> None:
    running = Running()
    async with (
        connected_bot(lambda: Engine(served, FakeEmbedder()), Path("data")) as connected,
        client(running=running) as asking,
    ):
        emulator = connected.emulator
        running.bot = connected.bot
        connected.bot.maintenance.add_feed("https://ec.europa.eu/feed.xml")
        await emulator.wait(lambda: connected.bot.queue.is_ready)
        before = await scraped(asking)
        await connected.ask("Which zebras does Europol smuggle?")
        await emulator.slash(connected.ada, connected.channel, "ask", question="zebras", since="zebra day")
        await emulator.post(connected.ada, connected.channel, f"{emulator.bot.mention} Where do smuggled zebras go?")
        await emulator.wait(lambda: len(connected.channel.messages) >= 3)
        await emulator.post(connected.ada, connected.channel, f"{emulator.bot.mention} how many releases are there?")
        await emulator.wait(lambda: len(connected.channel.messages) >= 5)
        await connected.emulator.gateway.drop()
        await emulator.wait(lambda: not connected.bot.is_connected)
        await emulator.wait(lambda: connected.bot.is_connected, 10)
        after = await scraped(asking)
        text = await (await asking.get("/metrics")).text()

    def grown(name: str, **labels: str) -> float:
        key = name, frozenset(labels.items())
        return after[key] - before.get(key, 0.0)

    questions = {
        (surface, outcome): grown("measures_questions_total", surface=surface, outcome=outcome)
        for surface in ("command", "message")
        for outcome in ("answered", "not found", "listed", "refused", "failed")
    }
    assert sum(questions["command", outcome] for outcome in ("answered", "not found")) == 1
    assert questions["command", "refused"] == 1
    assert sum(questions["message", outcome] for outcome in ("answered", "not found")) == 1
    assert questions["message", "listed"] == 1
    assert questions["command", "failed"] == questions["message", "failed"] == 0
    assert grown("measures_question_seconds_count", part="whole") == grown("measures_confidence_count") == 2
    assert grown("measures_question_seconds_count", part="engine") >= 2
    assert grown("measures_reconnects_total", session="resumed") == 1
    assert after["measures_sources", frozenset({("state", "not read yet")})] == 1
    assert after["measures_builds_total", frozenset({("outcome", "served")})] == 1
    assert after["measures_queue_limit", frozenset()] == 50
    assert after["measures_memory_bytes", frozenset({("process", "bot")})] > 10_000_000
    assert 0 <= after["measures_generation_age_seconds", frozenset()] < 300
    for of_a_person in ("zebra", "ada", "ec.europa.eu", str(connected.ada.id), str(connected.guild.id)):
        assert of_a_person not in text


@asynchronous
async def test_health_asks_the_running_bot(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def health(*arguments: str) -> int:
        result = CliRunner().invoke(measures, ["health", *arguments], standalone_mode=True)
        print(result.stdout)
        return result.exit_code if not isinstance(result.exception, MeasuresError) else -1

    port = free_port()
    settings = BotSettings.model_validate({"http": f"127.0.0.1:{port}"})
    assert await asyncio.to_thread(health) == -1  # MEASURES_HTTP is not set
    monkeypatch.setenv("MEASURES_HTTP", f"0.0.0.0:{port}")
    assert await asyncio.to_thread(health) == -1  # nobody listens

    async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        writer.close()

    async with await asyncio.start_server(other, "127.0.0.1", port):
        assert await asyncio.to_thread(health) == -1  # another program does
    async with listening(settings, Running(), ROUTES):
        capsys.readouterr()
        assert await asyncio.to_thread(health, "--alive", "--json") == 0
        assert json.loads(capsys.readouterr().out) == {"alive": True}
        assert await asyncio.to_thread(health, "--json") == 1
        assert json.loads(capsys.readouterr().out) == {
            "alive": True, "ready": False, "discord": False, "index": False, "answers": False,
        }  # fmt: skip


@asynchronous
async def test_discord_is_reached_through_the_proxy(served: IndexSettings, tmp_path: Path) -> None:
    async with Emulator() as emulator:
        with proxying(emulator._server.tls_port) as proxy:
            through = IndexSettings.model_validate({"proxy": f"http://me:hunter2@127.0.0.1:{proxy.port}"})
            options = proxy_options(through)
            connected = make_bot(emulator, lambda: Engine(served, FakeEmbedder()), tmp_path / "data", **options)
            async with running_bot(connected.bot, emulator):
                assert (await connected.ask()).components
                await connected.bot.stop(2)
            asked = {head.split()[1] for head in proxy.asked}
    assert asked == {"discord.com:443", "gateway.discord.gg:443"}
    assert all("Proxy-Authorization: Basic bWU6aHVudGVyMg==" in head for head in proxy.asked)


def test_process_tells_how_it_is(built_once: Path, tmp_path: Path) -> None:
    shutil.copytree(built_once, tmp_path / "data")
    port = free_port()

    async def scenario() -> None:
        await process.up(code=LIGHT, MEASURES_HTTP=f"127.0.0.1:{port}", MEASURES_HTTP_KEY=KEY)
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
            for _ in range(300):
                if (await session.get("/readyz")).status == 200:
                    break
                await asyncio.sleep(0.1)
            assert "measures_connected 1.0" in await (await session.get("/metrics")).text()
            assert (await session.get("/anything")).status == 401
        assert await process.down() == 0

    with BotProcess(tmp_path) as process:
        process.run(scenario())
    assert KEY not in process.log.decode()


@asynchronous
async def test_connections_are_bounded_and_those_that_are_silent_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_connections, "_MOST", 3)
    monkeypatch.setattr(http, "SILENT_S", 0.5)
    port = free_port()
    begun = (b"", b"GET /healthz HTTP/1.1\r\nX: ", b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    async with listening(BotSettings.model_validate({"http": f"127.0.0.1:{port}"}), Running(), ROUTES):
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in begun]
        for (_, writer), sent in zip(held, begun, strict=True):
            writer.write(sent)
        assert b'"alive": true' in await held[2][0].readuntil(b"}")
        refused = await asyncio.open_connection("127.0.0.1", port)
        status, _, told = (await asyncio.wait_for(refused[0].read(), 5)).decode().partition("\r\n")
        assert status == "HTTP/1.1 503 Service Unavailable"
        assert json.loads(told.rpartition("\r\n\r\n")[2]) == {
            "error": "Too many connections are open: try again in a minute."
        }
        for reader, _ in held:
            assert await asyncio.wait_for(reader.read(), 5) == b""
        for _, writer in (*held, refused):
            writer.close()
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/healthz") as answer:
            assert answer.status == 200
