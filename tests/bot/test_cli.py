"""The command line is a contract: scripts rely on its documents, its exit status, and on what goes where."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli.main import measures
from bot.cli.show_index import show_history
from bot.cli.terminal import Terminal
from index.database.history import LogEntry
from index.generations.status import History
from tests.bot.conftest import Run, sentence_of
from tests.conftest import FIXTURES

COUNCIL = "2018-12-06-council-migrant-smuggling"
QUESTION = "Which agency will train border control units?"
HEAVY = {"discord", "faiss", "matplotlib", "sentence_transformers", "tantivy", "torch", "transformers"}
_ID = re.compile(r"[0-9A-Z]{5}-[0-9A-Z]{5}")
METADATA = ["--title", "Cod quotas", "--date", "2024-05-06", "--issuer", "European Commission"]


def test_ask_prints_the_contract_document(run: Run) -> None:
    result = run("ask", QUESTION, "--json")
    answer = json.loads(result.stdout)
    assert (result.returncode, result.stderr) == (0, "")
    assert list(answer) == [
        "question",
        "answered",
        "confidence",
        "threshold",
        "quotes",
        "sources",
        "related",
        "notices",
        "generation",
        "took_ms",
        "id",
    ]
    assert answer["answered"] is True
    assert answer["related"] == []
    assert list(answer["quotes"][0]) == ["text", "release_id", "start", "end", "heading", "score", "link"]
    assert list(answer["sources"][0]) == ["release_id", "text_sha256", "title", "issuer", "date", "language", "url"]
    shown = json.loads(run("releases", "show", COUNCIL, "--json").stdout)
    assert list(shown) == [
        "release_id",
        "text_sha256",
        "title",
        "issuer",
        "date",
        "language",
        "url",
        "sections",
        "text",
        "reference",
        "edition_of",
        "editions",
    ]
    assert shown["text_sha256"] == answer["sources"][0]["text_sha256"]
    for quote in answer["quotes"]:
        assert shown["text"][quote["start"] : quote["end"]] == quote["text"]
    assert [section["heading"] for section in shown["sections"]][1:] == [
        "Enhancing information flows",
        "Strengthening operational tools",
        "Disrupting online communications",
        "External action",
    ]


def test_not_found_is_an_answer(run: Run) -> None:
    result = run("ask", "How do I bake sourdough bread?", "--json")
    answer = json.loads(result.stdout)
    assert (result.returncode, answer["answered"], answer["quotes"]) == (0, False, [])
    assert answer["related"]
    text = run("ask", "How do I bake sourdough bread?").stdout
    assert text.startswith(
        "Not found: the releases do not hold an answer to this.\nI know 1 release of 1 issuer, 2018.\n"
        "The nearest passages, which are not an answer:"
    )


def test_search_prints_the_contract_document(run: Run) -> None:
    result = json.loads(run("search", "training", "--json", "--limit", "2").stdout)
    assert list(result) == ["query", "passages", "generation", "took_ms"]
    assert len(result["passages"]) == 2
    assert list(result["passages"][0]) == ["release_id", "ordinal", "start", "end", "heading", "text", "score"]


def test_answer_is_plain_text_when_piped(run: Run) -> None:
    text = run("ask", QUESTION).stdout
    assert "\x1b" not in text
    assert text.splitlines()[0] == (
        "[1] “Operational needs-based training will be further made available by CEPOL for border control units, "
        "consular offices and other relevant services.”"
    )
    title = "Migrant smuggling: Council approves a set of measures to fight smuggling networks"
    assert f"{title} — Council of the European Union, 6 December 2018" in text
    assert "[1] Strengthening operational tools: https://www.consilium.europa.eu/" in text


def test_readme_shows_the_answer_that_the_program_gives(run: Run) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    shown = re.findall(r'```console\n\$ measures ask "([^"]+)"\n(.*?)```', readme, re.DOTALL)
    assert shown
    for question, answer in shown:
        assert _ID.sub("ID", run("ask", question).stdout) == _ID.sub("ID", answer)


def test_status_prints_the_contract_document(run: Run) -> None:
    status = json.loads(run("index", "status", "--json").stdout)
    assert set(status) >= {
        "generation",
        "built_at",
        "releases",
        "passages",
        "model",
        "weights_sha256",
        "dim",
        "bytes_on_disk",
        "languages",
        "issuers",
        "first_date",
        "last_date",
    }
    assert (status["generation"], status["releases"], status["dim"]) == ("000001", 1, 384)


def test_releases_are_listed_and_searched(run: Run) -> None:
    assert run("releases").stdout.startswith(f"2018-12-06  {COUNCIL}  Migrant smuggling")
    assert json.loads(run("releases", "council", "2018", "--json").stdout)["releases"][0]["release_id"] == COUNCIL
    assert run("releases", "fish").stdout == ""
    assert "No release 'nothing' is served" in sentence_of(run("releases", "show", "nothing"))


def test_release_goes_from_a_file_to_a_quote_and_back(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "cod.txt"
    path.write_text("The cod quota in the North Sea is set at 31 tonnes for the year 2025.\n", "utf-8")
    added = json.loads(run("index", "add", str(path), *METADATA, "--url", "https://ec.europa.eu/cod", "--json").stdout)
    release_id = "2024-05-06-ec-cod-quotas"
    assert added == {
        "added": [release_id],
        "changed": [],
        "unchanged": [],
        "quarantined": [],
        "failed": [],
        "generation": "000002",
    }
    answer = json.loads(run("ask", "How high is the cod quota in the North Sea?", "--json").stdout)
    assert answer["quotes"][0]["text"] == "The cod quota in the North Sea is set at 31 tonnes for the year 2025."
    assert json.loads(run("index", "add", str(path), *METADATA, "--json").stdout)["unchanged"] == [release_id]
    path.write_text("The cod quota in the North Sea is set at 33 tonnes for the year 2025.\n", "utf-8")
    changed = run("index", "add", str(path), *METADATA, "--url", "https://www.ec.europa.eu/cod/#top", "--json")
    assert json.loads(changed.stdout)["changed"] == [release_id]
    assert run("index", "rollback").stdout.splitlines() == [
        "Generation 000002 is served again. Automatic builds wait until `measures index build`.",
        f"The next build will change {release_id}.",
    ]
    assert run("index", "remove", release_id).returncode == 0
    assert json.loads(run("ask", "How high is the cod quota in the North Sea?", "--json").stdout)["answered"] is False
    assert "Generation 000004 is served: 1 release," in run("index", "build").stdout
    history = json.loads(run("index", "history", "--json").stdout)
    assert [entry["action"] for entry in history["entries"]] == [
        "built",
        "removed",
        "rolled back",
        "built",
        "changed",
        "built",
        "added",
        "built",
        "added",
    ]
    assert run("index", "verify").stdout.startswith("Generation 000004 is whole")


def test_raw_page_becomes_the_shipped_text(run: Run) -> None:
    page = (str(FIXTURES / "repost-in-guillemets.txt"), "--issuer", "Council", "--no-build", "--json")
    (held,) = json.loads(run("index", "add", *page).stdout)["quarantined"]
    assert held["reasons"][0].startswith(f"it would change {COUNCIL}, which only https://consilium.europa.eu/en/press/")
    url = json.loads(run("releases", "show", COUNCIL, "--json").stdout)["url"]
    assert json.loads(run("index", "add", *page, "--url", url).stdout)["changed"] == [COUNCIL]


def test_history_reads_without_brackets_of_python_and_stays_in_its_column(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    moment = "2026-01-01T00:00:00+00:00"
    reasons: dict[str, object] = {
        "source": "a.txt",
        "reasons": ["no title (give it with --title)", "no date (give it with --date)"],
    }
    entries = (
        LogEntry(moment, "quarantined", None, None, reasons, "ada", "index add", None),
        LogEntry(moment, "built", None, "000002", {"releases": 2}, "", "weekly", 1.5),
        LogEntry(moment, "compacted", None, None, {}, "ada", "index compact", None),
    )
    show_history(Terminal(), History(entries, ("000001", "000002"), "000002"))
    assert capsys.readouterr().out.splitlines() == [
        f"{moment}  quarantined  source a.txt, reasons no title (give it with --title); no date (give it with --date), "
        "by ada (index add)",
        f"{moment}  built        000002  releases 2, 1.5 s (weekly)",
        f"{moment}  compacted    by ada (index compact)",
        "Generations kept: 000001, 000002 (served)",
    ]
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    show_history(Terminal(), History(entries, (), None))
    shown = re.sub(r"\x1b\[[\d;]*m", "", capsys.readouterr().out).splitlines()
    assert {each[:27].strip() for each in shown[:-1]} == {moment, ""}
    assert max(map(len, shown)) <= 80


BAD_QUESTIONS = ["", "   ", "x" * 100_000, "?!...", "what is the", "🙂🙂", "\u202e\u200f", "\udce4\udcff"]


@pytest.mark.parametrize("question", BAD_QUESTIONS)
def test_question_that_cannot_be_asked_gets_a_sentence(question: str, run: Run) -> None:
    for command in ("ask", "search"):
        assert sentence_of(run(command, question)).startswith("Error: The question ")


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--agency", "Nobody at all", "No EU body is called “Nobody at all”"),
        ("--agency", "ERA", "is the name of several bodies"),
        ("--issuer", "Nobody", "No release has the issuer “Nobody”: there are Council of the European Union."),
        ("--lang", "xx", "No release has the language “xx”"),
        ("--since", "yesterday", "“yesterday” is no date"),
        ("--until", "2018-02-31", "“2018-02-31” is no date"),
    ],
)
def test_filter_that_names_nothing_gets_a_sentence(option: str, value: str, sentence: str, run: Run) -> None:
    assert sentence in sentence_of(run("ask", QUESTION, option, value))


def test_time_that_ends_before_it_begins_gets_a_sentence(run: Run) -> None:
    assert "swap the two dates" in sentence_of(run("ask", QUESTION, "--since", "2020", "--until", "2019"))


BAD_FILES: dict[str, tuple[bytes | int, str]] = {
    "empty.txt": (b"", "is empty"),
    "spaces.txt": (b" \n\n ", "is empty"),
    "binary.txt": (bytes(range(256)) * 40, "is not text in an encoding that can be recognised"),
    "noise.md": (os.urandom(4000), "is not text in an encoding that can be recognised"),
    "large.txt": (200 << 20, "is larger than 20 MB"),
    "tiny.html": (b"<html><body><p>Hi</p></body></html>", "holds no text of a release"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_file_that_is_no_release_gets_a_sentence(name: str, run: Run, tmp_path: Path) -> None:
    content, sentence = BAD_FILES[name]
    path = tmp_path / name
    with path.open("wb") as file:
        if isinstance(content, int):
            file.truncate(content)
        else:
            file.write(content)
    assert sentence in sentence_of(run("index", "add", str(path), *METADATA))
    assert json.loads(run("index", "status", "--json").stdout)["generation"] == "000001"


def test_missing_file_and_folder_get_a_sentence(run: Run, tmp_path: Path) -> None:
    assert "cannot be read (No such file or directory)" in sentence_of(run("index", "add", str(tmp_path / "none.txt")))
    assert "is a folder" in sentence_of(run("index", "add", str(tmp_path)))
    assert "with https://" in sentence_of(run("index", "add", "www.consilium.europa.eu/en/press/x"))


def test_what_a_release_does_not_state_is_named_with_its_flag(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "plain.txt"
    path.write_text("the text has no title. It says nothing of itself, and goes on for a while like that.", "utf-8")
    sentence = sentence_of(run("index", "add", str(path)))
    for flag in (
        "no title (give it with --title)",
        "no date (give it with --date)",
        "no issuer (give it with --issuer)",
    ):
        assert flag in sentence
    assert "in the future" in sentence_of(
        run("index", "add", str(path), *METADATA[:2], "--date", "2999-01-01", *METADATA[4:])
    )
    assert "is no date" in sentence_of(run("index", "add", str(path), *METADATA[:2], "--date", "soon", *METADATA[4:]))


def test_one_bad_file_does_not_stop_the_others(
    run_with_processes: Run, tmp_path: Path, write_release: Callable[..., Path]
) -> None:
    good = write_release("good.md", "The herring quota in the Baltic Sea is set at 5 tonnes for the year.")
    result = run_with_processes("index", "add", str(tmp_path / "none.txt"), str(good), "--json")
    document = json.loads(result.stdout)
    assert result.returncode == 1
    assert len(document["added"]) == 1
    assert document["failed"][0]["source"] == str(tmp_path / "none.txt")
    assert document["generation"] == "000002"


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-le", "utf-8-sig"])
def test_other_encodings_are_read_rightly(encoding: str, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "encoded.txt"
    text = "Le Conseil a décidé « aujourd’hui » d’augmenter les quotas de pêche à 5 € par tonne."
    path.write_bytes(text.encode(encoding))
    added = json.loads(run("index", "add", str(path), *METADATA, "--no-build", "--json").stdout)
    run("index", "build")
    shown = json.loads(run("releases", "show", added["added"][0], "--json").stdout)
    assert (shown["text"], shown["language"]) == (text, "fr")


def test_data_folder_that_cannot_be_written_gets_a_sentence(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("MEASURES_DATA_DIR", str(tmp_path / "file" / "data"))
    assert "check that its folder is writable" in run("ask", QUESTION).stderr
    doctor = run("doctor")
    assert doctor.returncode == 1
    assert "FAIL data folder" in doctor.stdout
    assert "→ Make it writable, or set MEASURES_DATA_DIR to another folder." in doctor.stdout


def test_settings_that_make_no_sense_are_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEASURES_THRESHOLD", "very")
    monkeypatch.setenv("MEASURES_KEEP_GENERATIONS", "0")
    sentence = sentence_of(run("index", "status"))
    assert "MEASURES_THRESHOLD" in sentence
    assert "MEASURES_KEEP_GENERATIONS" in sentence


def test_stricter_threshold_answers_less(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEASURES_THRESHOLD", "1.0")
    answer = json.loads(run("ask", QUESTION, "--json").stdout)
    assert (answer["answered"], answer["threshold"]) == (False, 1.0)


def test_doctor_finds_everything_right(run: Run) -> None:
    result = run("doctor", "--json")
    checks = {check["name"]: check for check in json.loads(result.stdout)["checks"]}
    assert result.returncode == 0
    assert all(check["ok"] for check in checks.values())
    assert checks["served generation"]["found"] == "000001: 1 release, 13 passages, all files whole"


@pytest.mark.usefixtures("one_model")
def test_first_question_builds_the_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEASURES_DATA_DIR", str(tmp_path / "new"))
    result: Result = CliRunner().invoke(measures, ["ask", QUESTION, "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["answered"] is True
    assert result.stderr.splitlines()[0] == "There is no index yet: building it from the shipped releases."


def test_light_commands_import_nothing_heavy(run: Run, tmp_path: Path) -> None:
    """One process runs them all, as none of them may import any of it."""
    commands = (["--help"], ["index", "status"], ["releases"], ["agency", "--list"], ["feedback", "--json"])
    code = (
        "import sys\n"
        "from bot.cli.main import main\n"
        f"for arguments in {commands!r}:\n"
        "    sys.argv = ['measures', *arguments]\n"
        "    try:\n"
        "        main()\n"
        "    except SystemExit as stop:\n"
        "        assert not stop.code, stop.code\n"
        f"    print(*arguments, *sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)\n"
    )
    environment = os.environ | {"MEASURES_DATA_DIR": str(tmp_path / "data")}
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, cwd=Path(__file__).parents[2]
    )
    assert (result.returncode, result.stderr.splitlines()) == (0, [" ".join(command) for command in commands])
    assert all(f"\n  {name} " in result.stdout for name in ("ask", "releases")), "the help"
    assert '"feedback": ' in result.stdout


def test_usage_errors_have_status_two(run: Run) -> None:
    assert run("ask").returncode == 2
    assert run("index", "add", "a", "b", "--title", "T").returncode == 2
    assert run("no-such-command").returncode == 2
    for command in ("show", "diff"):
        assert f"Error: Give the ID of a release after {command}" in run("releases", command).stderr
        assert run("releases", command).returncode == 2


def test_words_without_quotation_marks_are_one_question(run: Run) -> None:
    for command, key in (("ask", "question"), ("search", "query")):
        assert json.loads(run(command, *QUESTION.split(), "--json").stdout)[key] == QUESTION


def test_passage_without_a_heading_ends_with_its_release(run: Run) -> None:
    numbered = [line for line in run("search", QUESTION).stdout.splitlines() if line.startswith("[")]
    assert any(line.endswith(COUNCIL) for line in numbered)
    assert [line for line in numbered if line != line.rstrip()] == []
