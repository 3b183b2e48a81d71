"""What other programs ask over HTTP and MCP: the documents of the command line, in turn with people."""

import asyncio
import json
import signal
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

import httpx2
import jsonschema
import pytest
from aiohttp.test_utils import TestClient, TestServer
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from bot.app.client import MeasuresBot
from bot.app.http import Running, access_of, application
from bot.app.metrics import REGISTRY
from bot.app.routes import ROUTES
from bot.app.settings import BotSettings
from bot.programs.http_api import prepare
from bot.programs.openapi import openapi
from bot.programs.service import caller_id
from bot.programs.tools import TOOLS
from bot.receipts import read_id
from bot.views.documents import AnswerDocument, QuoteDocument
from corpus.errors import StorageError
from index.encoders.embedder import ReadQuery
from index.engine import Engine
from index.maintenance import build_all
from index.results import Answer, Quote
from index.settings import IndexSettings
from tests.emulator.fast import asynchronous
from tests.fakes import EngineHere, FakeEmbedder, silent
from tests.forked import Forked
from tests.postgres import free_port

KEY = "sixteen characters and more"
QUESTION = "Which agency will train border control units?"
COUNCIL = "2018-12-06-council-migrant-smuggling"
PERSON = 7


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("served") / "data"
    build_all(IndexSettings(data_dir=folder, model="fake"), FakeEmbedder(), silent)
    return folder


@asynccontextmanager
async def served(
    folder: Path, *, embedder: FakeEmbedder | None = None, address: str = "127.0.0.1:9460", **settings: int
) -> AsyncIterator[tuple[TestClient[Any, Any], MeasuresBot]]:
    """Serve what a bot serves that has everything but a connection to Discord, and give a client with the key."""
    read = BotSettings.model_validate({"http": address, "http_key": KEY, "pace": 600, "pace_burst": 100, **settings})
    index_settings = IndexSettings(data_dir=folder, model="fake", reader=False)
    bot = MeasuresBot(read, index_settings, lambda: EngineHere(Engine(index_settings, embedder or FakeEmbedder())))
    bot.queue.start()
    assert read.http is not None
    app = application(access_of(read, read.http), Running(bot), (*ROUTES, prepare))
    try:
        async with TestClient(TestServer(app), headers={"Authorization": f"Bearer {KEY}"}) as client:
            yield client, bot
    finally:
        bot.queue.close()
        await bot.store.close()


@asynchronous
async def test_each_path_gives_the_document_of_the_command_line_and_the_spans_hold(folder: Path) -> None:
    async with served(folder) as (client, _):
        answer = await (await client.post("/v1/ask", json={"question": QUESTION, "limit": 2})).json()
        results = await (await client.post("/v1/search", json={"query": "smuggling", "limit": 4})).json()
        card = await (await client.get("/v1/agency", params={"name": "CEPOL"})).json()
        unknown = await (await client.get("/v1/agency", params={"name": "*NATO*"})).json()
        listed = await (await client.get("/v1/releases", params={"query": "council 2018"})).json()
        none = await (await client.get("/v1/releases", params={"offset": "1"})).json()
        shown = await (await client.get("/v1/release", params={"release_id": COUNCIL})).json()
    assert list(answer)[:4] == ["question", "answered", "confidence", "threshold"]
    quotes = answer["quotes"] + answer["related"]
    assert quotes
    assert len(results["passages"]) == 4
    for span in [*quotes, *results["passages"], *card["measures"]]:
        assert shown["text"][span["start"] : span["end"]] == span["text"]
        assert span["link"].startswith("https://www.consilium.europa.eu/en/press/press-releases/2018/12/06/")
    assert any("#:~:text=" in passage["link"] for passage in results["passages"])
    assert results["sources"][0]["text_sha256"] == shown["text_sha256"]
    assert card["agency"]["id"] == "cepol"
    assert (unknown["agency"], "\\" in unknown["message"]) == (None, False)
    assert ([release["release_id"] for release in listed["releases"]], none["releases"]) == ([COUNCIL], [])


@pytest.mark.parametrize(
    ("method", "path", "given", "status", "said"),
    [
        ("POST", "/v1/ask", {"json": {}}, 400, "question: field required"),
        ("POST", "/v1/ask", {"json": {"question": ""}}, 400, "."),
        ("POST", "/v1/ask", {"json": {"question": "x" * 9000}}, 400, "."),
        ("POST", "/v1/ask", {"json": {"question": 5, "secret": "smuggled"}}, 400, "ask takes agency"),
        ("POST", "/v1/ask", {"json": {"question": QUESTION, "limit": 0}}, 400, "limit"),
        ("POST", "/v1/ask", {"json": {"question": QUESTION, "limit": True}}, 400, "limit"),
        ("POST", "/v1/ask", {"json": {"question": QUESTION, "limit": "3"}}, 400, "limit"),
        ("POST", "/v1/ask", {"json": {"question": QUESTION, "limit": 3.5}}, 400, "limit"),
        ("POST", "/v1/ask", {"json": {"question": QUESTION, "exact": 1}}, 400, "exact"),
        ("GET", "/v1/agency", {"params": {"name": "CEPOL", "exact": "perhaps"}}, 400, "exact"),
        ("POST", "/v1/ask", {"json": {"question": QUESTION, "since": "tomorrow"}}, 400, "“tomorrow” is no date"),
        ("POST", "/v1/ask", {"json": {"question": QUESTION, "agency": "*NATO*"}}, 400, "No EU body is called “*NATO*”"),
        ("POST", "/v1/ask", {"json": [QUESTION]}, 400, "no JSON object"),
        ("POST", "/v1/ask", {"data": "[" * 50_000, "headers": {"Content-Type": "application/json"}}, 400, "no JSON"),
        ("POST", "/v1/ask", {"data": {"question": QUESTION}}, 415, "application/json"),
        (
            "POST",
            "/v1/ask",
            {"data": b"x" * 70_000, "headers": {"Content-Type": "application/json"}},
            413,
            "than 64 KB",
        ),
        ("GET", "/v1/ask", {"params": {"question": QUESTION}}, 405, "takes POST, not GET"),
        ("GET", "/mcp", {}, 405, "takes POST, not GET"),
        ("GET", "/v1/agency", {"params": [("name", "a"), ("name", "b")]}, 400, "once"),
        ("GET", "/v1/agency", {"params": {"name": "x" * 400}}, 400, "name"),
        ("GET", "/v1/releases", {"params": {"limit": "many"}}, 400, "limit"),
        ("GET", "/v1/release", {"params": {"release_id": "nothing"}}, 404, "No release 'nothing' is served"),
        ("GET", "/v1/nothing", {}, 404, "/openapi.json"),
    ],
)
@asynchronous
async def test_bad_input_gets_one_sentence(
    method: str, path: str, given: dict[str, Any], status: int, said: str, folder: Path
) -> None:
    async with served(folder) as (client, _):
        response = await client.request(method, path, **given)
        error = (await response.json())["error"]
    assert (response.status, list(await response.json())) == (status, ["error"])
    described = openapi()["paths"].get(path, {}).get(method.lower())
    assert described is None or str(status) in described["responses"]
    assert said in error
    assert error.endswith((".", "…"))
    assert "\n" not in error
    assert "smuggled" not in error
    assert "pydantic" not in error


@asynchronous
async def test_numbers_may_be_written_as_json_and_as_addresses_have_them(folder: Path) -> None:
    async with served(folder) as (client, _):
        results = await client.post("/v1/search", json={"query": "smuggling", "limit": 2.0, "exact": False})
        card = await client.get("/v1/agency", params={"name": "CEPOL", "exact": "true"})
        assert ((await results.json())["passages"][2:], results.status, card.status) == ([], 200, 200)


@asynchronous
async def test_answer_has_a_receipt_which_the_command_line_verifies(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with served(folder) as (client, bot):
        answer = await (await client.post("/v1/ask", json={"question": QUESTION, "limit": 1})).json()
        known = read_id(answer["id"])
        assert known is not None
        receipt = await bot.store.receipt(known, 30)
        assert receipt is not None
        assert (receipt.question, receipt.most_quotes, receipt.generation) == (QUESTION, 1, answer["generation"])
        quotes = answer["quotes"] or answer["related"]
        assert [cited.start for cited in receipt.citations] == [quote["start"] for quote in quotes]
        assert await bot.store.read(lambda store: store.usage()) == [], "it is not a question in Discord"

        async def fail(act: object) -> None:
            raise StorageError("bot.db is full.")

        monkeypatch.setattr(bot.store, "write", fail)
        without = await (await client.post("/v1/ask", json={"question": QUESTION})).json()
        assert (without["id"], without["answered"]) == (None, answer["answered"])


@asynchronous
async def test_key_is_needed_as_the_readme_says(folder: Path) -> None:
    for address, opened in (("127.0.0.1:9460", True), ("0.0.0.0:9460", False)):
        async with served(folder, address=address) as (client, _):
            for tool in TOOLS.values():
                method = "POST" if tool.needs_key else "GET"
                response = await client.request(method, tool.path, headers={"Authorization": "Bearer wrong"})
                assert (response.status == 401) == (tool.needs_key or not opened), tool.name
            assert (await client.post("/mcp", headers={"Authorization": ""})).status == 401
            described = await client.get("/openapi.json", headers={"Authorization": ""})
            assert described.status == (200 if opened else 401)
            evil = await client.post("/mcp", headers={"Origin": "https://evil.example.org"})
            rebound = await client.get("/v1/releases", headers={"Host": "evil.example.org"})
            assert (evil.status, rebound.status) == (403, 403)


class HeldEmbedder(FakeEmbedder):
    """It does not come back from a question until it is let go: a thread that stays keeps the tests from ending."""

    def __init__(self) -> None:
        """Hold questions from now on."""
        super().__init__()
        self.let_go = threading.Event()

    def read_query(self, text: str) -> ReadQuery:
        """Return the vector of a question later."""
        self.let_go.wait(60)
        return super().read_query(text)


@asynchronous
async def test_programs_wait_their_turn_as_people_do(folder: Path) -> None:
    async with served(folder, pace=2, pace_burst=2) as (client, bot):
        asked = [await client.post("/v1/search", json={"query": "smuggling"}) for _ in range(3)]
        assert [response.status for response in asked] == [200, 200, 429]
        assert 1 <= int(asked[2].headers["Retry-After"]) <= 60
        assert (await asked[2].json())["error"].startswith("That was fast: ask again in")
        assert await bot.admission.let_in(PERSON, None) is None, "people have turns of their own"
    embedder = HeldEmbedder()
    async with served(folder, embedder=embedder, queue=1) as (client, bot):
        first = asyncio.create_task(client.post("/v1/ask", json={"question": "Will this last for ever?"}))
        while not bot.queue.pending:  # noqa: ASYNC110 - the queue has no event for it
            await asyncio.sleep(0.01)
        second = await client.post("/v1/ask", json={"question": QUESTION})
        assert (second.status, (await second.json())["error"].split(":")[0]) == (503, "Busy")
        assert await bot.admission.let_in(PERSON, None) is not None, "the queue is the same"
        first.cancel()
        embedder.let_go.set()


@asynchronous
async def test_connection_that_stays_open_does_not_count_as_being_served(folder: Path) -> None:
    async with served(folder, queue=1) as (client, bot):
        for _ in range(3):
            assert (await client.post("/v1/search", json={"query": "smuggling"})).status == 200
        assert bot.queue.busy_s() == 0


@asynchronous
async def test_questions_are_counted_by_what_became_of_them(folder: Path) -> None:
    counted = ("answered", "not found", "refused")

    def of_programs() -> list[float]:
        values = [{"surface": "http", "outcome": outcome} for outcome in counted]
        return [REGISTRY.get_sample_value("measures_questions_total", value) or 0.0 for value in values]

    before = of_programs()
    async with served(folder, pace=2, pace_burst=2) as (client, _):
        for _ in range(3):
            await client.post("/v1/ask", json={"question": QUESTION})
    answered, not_found, refused = (after - was for after, was in zip(of_programs(), before, strict=True))
    assert (answered + not_found, refused) == (2, 1)


def test_networks_of_ipv6_are_one_caller_and_no_caller_is_a_discord_user() -> None:
    assert caller_id("2001:db8::1") == caller_id("2001:db8::2") != caller_id("2001:db8:0:1::1")
    assert caller_id("192.0.2.1") != caller_id("192.0.2.2")
    assert max(map(caller_id, ("192.0.2.1", "::1", None, "unix"))) < 0


def test_description_is_sound_and_has_every_tool() -> None:
    described = openapi()
    assert {operation["operationId"] for path in described["paths"].values() for operation in path.values()} == set(
        TOOLS
    )
    text = json.dumps(described)
    for reference in {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert reference in described["components"]["schemas"]
    assert "$defs" not in text


def test_documents_describe_all_that_an_answer_can_hold() -> None:
    assert AnswerDocument.__annotations__.keys() == {field.name for field in fields(Answer)} - {"known"} | {
        "id",
        "titles",
    }
    assert QuoteDocument.__annotations__.keys() == {field.name for field in fields(Quote)} - {"is_title"}


@pytest.mark.parametrize("mode", ["auto", "legacy"])
@asynchronous
async def test_sdks_own_client_asks_over_http(mode: str, folder: Path) -> None:
    async with served(folder) as (client, _):
        url = str(client.make_url("/mcp"))
        async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {KEY}"}) as http:
            async with Client(streamable_http_client(url, http_client=http), mode=mode) as mcp:
                await ask_all(mcp)


async def ask_all(mcp: Client) -> None:
    """Call every tool, and hold what it gives against its own schema."""
    tools = {tool.name: tool for tool in (await mcp.list_tools()).tools}
    assert set(tools) == set(TOOLS)
    calls: dict[str, dict[str, Any]] = {
        "ask": {"question": QUESTION},
        "search": {"query": "smuggling", "limit": 2},
        "agency": {"name": "CEPOL"},
        "releases": {},
        "release": {"release_id": COUNCIL},
    }
    documents = {}
    for name, arguments in calls.items():
        result = await mcp.call_tool(name, arguments)
        assert not result.is_error, result
        documents[name] = result.structured_content
        jsonschema.validate(result.structured_content, tools[name].output_schema)
        assert json.loads(result.content[0].text) == result.structured_content  # type: ignore[union-attr]
    text = documents["release"]["text"]
    for passage in documents["search"]["passages"]:
        assert text[passage["start"] : passage["end"]] == passage["text"]
        assert passage["link"]
    wrong = await mcp.call_tool("search", {"query": "smuggling", "since": "tomorrow"})
    assert wrong.is_error
    assert wrong.content[0].text == (  # type: ignore[union-attr]
        "“tomorrow” is no date: write a year, a month or a day, as 2018, 2018-12 or 2018-12-06."
    )


_COMMAND = """
import bot.programs.standalone
from index import EngineProcess
bot.programs.standalone.engine_opener = lambda settings: lambda: EngineProcess(settings, "tests.fakes:fake_embedder")
from bot.cli.main import main
main()
"""


@asynchronous
async def test_sdks_own_client_starts_the_command_and_asks_over_its_pipes(folder: Path) -> None:
    command = StdioServerParameters(
        command=sys.executable,
        args=["-c", _COMMAND, "mcp"],
        env={"MEASURES_DATA_DIR": str(folder), "MEASURES_MODEL": "fake", "MEASURES_READER": "0"},
        cwd=Path(__file__).parents[2],
    )
    async with Client(command) as mcp:
        await ask_all(mcp)


@asynchronous
async def test_command_serves_http_without_discord_until_it_is_stopped(folder: Path) -> None:
    port = free_port()
    process = Forked(
        _COMMAND,
        "mcp",
        "--http",
        MEASURES_DATA_DIR=str(folder),
        MEASURES_MODEL="fake",
        MEASURES_READER="0",
        MEASURES_HTTP=f"127.0.0.1:{port}",
        MEASURES_HTTP_KEY=KEY,
        MEASURES_LOG_FORMAT="json",
    )
    try:
        async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {KEY}"}, timeout=60) as http:
            while True:
                with suppress(httpx2.ConnectError):
                    listed = await http.get(f"http://127.0.0.1:{port}/v1/releases")
                    break
                await asyncio.sleep(0.1)
            assert listed.json()["releases"][0]["release_id"] == COUNCIL
            alive, ready = [await http.get(f"http://127.0.0.1:{port}/{path}") for path in ("healthz", "readyz")]
            assert (alive.status_code, alive.json()) == (200, {"alive": True})
            assert (ready.status_code, ready.json()) == (200, {"ready": True, "index": True, "answers": True})
            async with Client(streamable_http_client(f"http://127.0.0.1:{port}/mcp", http_client=http)) as mcp:
                assert not (await mcp.call_tool("search", {"query": "smuggling"})).is_error
    finally:
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate()
        assert process.returncode == 0
    events = [json.loads(each) for each in said.splitlines()]
    assert f"listening on 127.0.0.1:{port}" in [event["message"] for event in events]
