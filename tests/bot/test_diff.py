"""`/diff` and `measures releases diff`: what differs between two releases, or two versions of one."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.engine import Engine
from index.settings import IndexSettings
from tests.bot.conftest import Run, sentence_of
from tests.fakes import FakeEmbedder, quiet, upkeep
from tests.simulation import Chat, simulated

URL = "https://example.europa.eu/antwerp"
OLD = "Europol will send 100 officers to the port of *Antwerp*. The Commission met on 3 March 2022. It thanked us."
NEW = "Europol will send 120 officers to the port of *Antwerp*. The Commission met on 3 March 2022. It thanked @all."
Write = Callable[..., Path]


@pytest.fixture
def settings(tmp_path: Path) -> IndexSettings:
    return IndexSettings(data_dir=tmp_path / "data", model="fake", threshold=0.0)


@pytest.fixture
def port(settings: IndexSettings, embedder: FakeEmbedder, write_release: Write) -> Iterator[Engine]:
    """An engine over a release in two versions, and another one whose every sentence is its own."""
    keeper = upkeep(settings, embedder)
    other = "## Ships of all kinds\n\n" + " ".join(
        f"Ship {number} carried cargo {number * 7} to harbour {number * 13}." for number in range(200)
    )
    for name, text, header in (
        ("old", OLD, {"title": "The port", "url": URL}),
        ("new", NEW, {"title": "The port", "url": URL}),
        ("other", other, {"title": "The ships"}),
    ):
        keeper.add([str(write_release(f"{name}.md", text, **header))], quiet, force=True, build=name == "other")
    with Engine(settings, embedder) as engine:
        yield engine


@simulated(engine="port")
async def test_versions_are_compared_with_what_changed_first(chat: Chat) -> None:
    [choice, _] = await chat.ada.complete("diff", "before", "2024")
    assert {choice["name"][:10]} == {"2024-05-06"}
    [port] = [each["value"] for each in await chat.ada.complete("diff", "before", "the port")]
    message = await chat.ada.command("diff", before=port)
    assert not message.ephemeral
    lines = message.text().split("\n")
    assert lines[:2] == ["## What changed", "− **The port**"]
    assert "version 1 of 2, kept on " in lines[2]
    first = lines.index("**Figure: 100 → 120**")
    assert lines[first + 1 : first + 3] == [
        r"> − Europol will send 100 officers to the port of \*Antwerp\*.",
        r"> \+ Europol will send 120 officers to the port of \*Antwerp\*.",
    ]
    assert lines.index("> − It thanked us.") > first
    assert "-# 1 sentence is the same." in lines
    assert message.buttons == ["Read it at the source: example.europa.eu"]


@simulated(engine="port")
async def test_what_does_not_fit_is_counted_and_what_is_not_there_is_said_in_the_language(chat: Chat) -> None:
    ela = chat.add_person("ela", locale="pl")
    [port] = [each["value"] for each in await ela.complete("diff", "before", "the port")]
    [ships] = [each["value"] for each in await ela.complete("diff", "before", "ships")]
    await chat.server_chose(private=True)
    message = await ela.command("diff", before=port, after=ships)
    assert message.ephemeral
    assert "**Tylko w drugim**" in message.text()
    assert "> Ships of all kinds\n> Ship 0 carried" in message.text(), "a heading without its marks"
    assert "fragmentów: `measures releases diff` pokazuje wszystkie." in message.text()
    assert len(message.text()) <= 4_000
    assert (await ela.command("diff", before=ships)).text().startswith("Nie ma innej wersji tego komunikatu")
    assert (await ela.command("diff", before=ships, after=ships)).text().startswith("Nie ma innej wersji")
    assert (await ela.command("diff", before="nothing", after="nothing")).text().startswith("Nie ma takiego")
    assert (await ela.command("diff", before="nothing")).text().startswith("Nie ma takiego komunikatu")
    assert (await ela.command("diff", before=port, after="nothing")).text().startswith("Nie ma takiego komunikatu")
    assert "Tytuł: " not in message.text()
    same = await ela.command("diff", before=f"{port}@2", after=port)
    assert "**Nie ma różnic.**" in same.text()


def test_command_line_prints_the_differences_and_a_document(run: Run, write_release: Write) -> None:
    for name, text in (("old", OLD), ("new", NEW)):
        added = run("index", "add", str(write_release(f"{name}.md", text, url=URL)), "--force", "--no-build", "--json")
    [release_id] = json.loads(added.stdout)["changed"]
    lines = run("releases", "diff", release_id).stdout.splitlines()
    first = lines.index("Figure: 100 → 120")
    assert lines[first + 1 : first + 3] == [
        "- Europol will send 100 officers to the port of *Antwerp*.",
        "+ Europol will send 120 officers to the port of *Antwerp*.",
    ]
    assert lines[-1] == "1 sentence is the same."
    document = json.loads(run("releases", "diff", f"{release_id}@1", release_id, "--json").stdout)
    assert [fact["before"] for fact in document["changed"][0]["facts"]] == ["100"]
    assert (document["before"]["version"], document["after"]["versions"], document["aligned"]) == (1, 2, True)
    council = "2018-12-06-council-migrant-smuggling"
    assert json.loads(run("releases", "diff", council, release_id, "--json").stdout)["came"]
    assert "only one version is kept" in sentence_of(run("releases", "diff", council))
    assert "There is no release 'nothing'" in sentence_of(run("releases", "diff", council, "nothing"))
