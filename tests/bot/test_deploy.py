"""What runs the bot elsewhere: the image, the compose file and the unit agree with the program and with each other.

The steps of the image are read as a script: what they copy is there, what they call exists, and those that need no
network are run. `test_image.py` builds it and runs it.
"""

import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import pytest
import yaml

from bot.app.env_names import known_names
from bot.cli.main import measures
from index.settings import IndexSettings
from tests.bot.bot_process import ROOT

DEPLOY = ROOT / "bot" / "deploy"
HOME = "/opt/measures"


def steps(name: str) -> list[str]:
    """Return the arguments of an instruction of the Dockerfile, one string for each time that it stands there."""
    text = re.sub(r"(?m)^#.*\n", "", (DEPLOY / "Dockerfile").read_text("utf-8")).replace("\\\n", " ")
    return [line.partition(" ")[2].strip() for line in text.splitlines() if line.startswith(f"{name} ")]


def environment_of_the_image() -> dict[str, str]:
    return dict(word.split("=", 1) for step in steps("ENV") for word in shlex.split(step))


def check_command(words: list[str]) -> None:
    """Let a command line of `measures` be one that the program has."""
    command: click.Command = measures
    assert words.pop(0) == "measures"
    while isinstance(command, click.Group):
        command = command.commands[words.pop(0)]
    command.make_context("measures", words)


def check_names(names: set[str]) -> None:
    assert {name for name in names if name.startswith("MEASURES_")} <= known_names()


def test_image_runs_commands_that_there_are_as_a_user_that_is_not_root() -> None:
    check_command([*json.loads(steps("ENTRYPOINT")[0]), *json.loads(steps("CMD")[0])])
    check_command(json.loads(steps("HEALTHCHECK")[0].partition("CMD ")[2]))
    (user,) = steps("USER")
    assert any(re.search(rf"useradd .*\b{user}\b", step) for step in steps("RUN"))
    assert user != "root"
    names = environment_of_the_image()
    check_names(set(names))
    assert names["MEASURES_DATA_DIR"] == steps("VOLUME")[0] == steps("WORKDIR")[0]
    assert steps("RUN")[-1].count(names["MEASURES_DATA_DIR"]) == 2, "made, and of the user"


def test_image_holds_the_whole_program_and_nothing_else() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    copied = [shlex.split(step) for step in steps("COPY") if not step.startswith("--from")]
    sources = {source for step in copied for source in step[:-1]}
    assert all((ROOT / source).exists() for source in sources)
    assert {package.partition(".")[0] for package in project["tool"]["setuptools"]["packages"]} <= sources
    assert {project["project"]["readme"], *project["project"]["license-files"]} <= sources
    ignore = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    assert "*" in ignore
    assert {line[1:] for line in ignore if line.startswith("!")} == sources
    (torch,) = [each for each in project["project"]["dependencies"] if each.startswith("torch")]
    assert any(f'"{torch}"' in step for step in steps("RUN"))


def here(step: str, folder: Path) -> str:
    return step.replace(HOME, str(folder))


def test_steps_are_a_script_and_what_they_take_away_is_not_needed(tmp_path: Path) -> None:
    for step in steps("RUN"):
        subprocess.run(["sh", "-n", "-c", step], check=True)
    packages = tmp_path / "lib/python3.11/site-packages"
    kept = [
        "torch/lib/a.so",
        "torch/testing/b.py",
        "torch/bin/torch_shm_manager",
        "matplotlib/j.py",
        "numpy/core/c.py",
        "scipy/sparse/d.py",
        "index/e.py",
    ]
    gone = [
        "torch/include/f.h",
        "torch/bin/protoc",
        "torch/test/k",
        "numpy/core/tests/g.py",
        "scipy/sparse/tests/data/h.py",
        "sklearn/tests/i.py",
    ]
    for name in (*kept, *gone):
        (packages / name).parent.mkdir(parents=True, exist_ok=True)
        (packages / name).touch()
    (prune,) = [step for step in steps("RUN") if "torch/include" in step]
    subprocess.run(["sh", "-e", "-c", here(prune, tmp_path)], check=True)
    left = {path.relative_to(packages).as_posix() for path in packages.rglob("*") if path.is_file()}
    assert left == set(kept)


def test_model_is_unpacked_where_the_program_looks_for_it() -> None:
    (unpack,) = [step for step in steps("RUN") if "ask" in step]
    words = shlex.split(unpack)
    set_here = dict(word.split("=", 1) for word in words if word.startswith("MEASURES_"))
    check_names(set(set_here))
    assert set_here["MEASURES_CACHE_DIR"] == environment_of_the_image()["MEASURES_CACHE_DIR"]
    assert set_here["MEASURES_CACHE_DIR"].startswith(f"{HOME}/"), "what is copied into the image"
    asked = words[len(set_here) : words.index("&&")]
    assert asked.pop(0) == f"{HOME}/bin/measures"
    check_command(["measures", *asked])
    assert unpack.endswith(f"&& chmod -R a+rX {HOME}"), "root alone may read what the program wrote"


@cache
def composed() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    return read


def test_compose_keeps_data_restarts_checks_health_and_bounds_logs() -> None:
    bot = composed()["services"]["bot"]
    image = environment_of_the_image()
    assert (DEPLOY / bot["build"]["context"] / bot["build"]["dockerfile"]).resolve() == DEPLOY / "Dockerfile"
    assert (DEPLOY / bot["env_file"]).resolve() == ROOT / ".env"
    assert bot["restart"] == "unless-stopped"
    assert bot["healthcheck"]["test"][0] == "CMD"
    check_command(bot["healthcheck"]["test"][1:])
    assert {"max-size", "max-file"} <= set(bot["logging"]["options"])
    assert bot["volumes"] == [f"data:{image['MEASURES_DATA_DIR']}"]
    check_names(set(bot["environment"]))
    ours = {name: value for name, value in bot["environment"].items() if name.startswith("MEASURES_")}
    assert all(image[name] == value for name, value in ours.items())
    assert (bot["read_only"], bot["tmpfs"], bot["cap_drop"]) == (True, ["/tmp"], ["ALL"])  # noqa: S108
    assert image["MPLCONFIGDIR"].startswith("/tmp/")  # noqa: S108


def test_database_is_a_profile_that_the_bot_waits_for_and_reaches_by_the_address_in_its_comment() -> None:
    bot, database = composed()["services"]["bot"], composed()["services"]["database"]
    assert list(composed()["services"]) == ["bot", "database"]
    used = [volume.partition(":")[0] for each in (bot, database) for volume in each["volumes"]]
    assert sorted(used) == sorted(composed()["volumes"])
    assert (database["profiles"], "profiles" in bot, "ports" in database) == (["cluster"], False, False)
    assert bot["depends_on"] == {"database": {"condition": "service_healthy", "required": False}}
    assert database["restart"] == bot["restart"]
    assert database["logging"] == bot["logging"]
    comment = (DEPLOY / "compose.yaml").read_text("utf-8")
    (url,) = re.findall(r"MEASURES_DATABASE_URL=(\S+)", comment)
    read = IndexSettings.model_validate({"database_url": url}).database_url
    assert read is not None
    address = urlsplit(read.get_secret_value())
    given = database["environment"]
    assert (address.hostname, address.username, address.path[1:]) == (
        "database",
        given["POSTGRES_USER"],
        given["POSTGRES_DB"],
    )
    assert given["POSTGRES_PASSWORD"] == "${POSTGRES_PASSWORD-}"  # noqa: S105 - no password, but where it comes from
    assert f"POSTGRES_PASSWORD={address.password}\n" in comment
    assert bot["environment"]["POSTGRES_PASSWORD"] == ""
    assert database["healthcheck"]["test"][1] == "pg_isready"
    assert {f"--username={address.username}", f"--dbname={address.path[1:]}"} <= set(database["healthcheck"]["test"])
    assert any("[cluster]" in step for step in steps("RUN")), "the image has what speaks to it"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not at hand")
def test_unit_is_valid_and_exposed_to_little(tmp_path: Path) -> None:
    unit = (DEPLOY / "measures.service").read_text("utf-8")
    started = shlex.split(re.findall(r"(?m)^ExecStart=(.*)$", unit)[0])
    assert started[0] == "/usr/bin/env"
    check_names({word.partition("=")[0] for word in started if "=" in word})
    check_command(["measures", *started[started.index(f"{HOME}/bin/measures") + 1 :]])
    assert "\nMemoryDenyWriteExecute=" not in unit, "PyTorch answers nothing with it"
    copy = tmp_path / "measures.service"
    copy.write_text(unit.replace(f"{HOME}/bin/measures", sys.executable).replace("/etc/measures.env", "/dev/null"))
    verified = subprocess.run(["systemd-analyze", "verify", str(copy)], capture_output=True, text=True)
    assert (verified.returncode, verified.stderr) == (0, "")
    secured = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=15", str(copy)], capture_output=True, text=True
    )
    assert secured.returncode == 0, secured.stdout[-300:]
