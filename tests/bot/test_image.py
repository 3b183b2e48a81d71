"""The image of `bot/deploy`, built and run as the compose file runs it, by Docker or podman.

That takes minutes and gigabytes, so it is done only where TEST_IMAGE says so: "build", or the name of an image that is
built already. TEST_IMAGE_BUILD has more arguments for the build, such as a package index of one's own.
"""

import asyncio
import json
import os
import shlex
import shutil
import subprocess
import time
import uuid
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.bot.bot_process import ROOT, BotProcess
from tests.emulator import State

DEPLOY = ROOT / "bot" / "deploy"
MOST_BYTES = 2_000_000_000
QUESTION = "Which agency will train border control units?"
SHIM = ROOT / "tests" / "emulator" / "shim"


@cache
def engine() -> str | None:
    """Return the command of what runs containers here, Docker or podman, None where neither does."""
    for name in ("docker", "podman"):
        if shutil.which(name) and subprocess.run([name, "info"], capture_output=True).returncode == 0:
            return name
    return None


pytestmark = [
    pytest.mark.skipif("TEST_IMAGE" not in os.environ, reason="TEST_IMAGE does not say to build an image"),
    pytest.mark.timeout(1800),
]


def call(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    name = engine()
    assert name is not None, "TEST_IMAGE is set, and neither Docker nor podman answers"
    done = subprocess.run([name, *arguments], capture_output=True, text=True)
    assert not check or done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    return done


@pytest.fixture(scope="module")
def image() -> Iterator[str]:
    if (name := os.environ["TEST_IMAGE"]) != "build":
        yield name
        return
    name = f"eu-measures-{uuid.uuid4().hex[:8]}"
    as_docker = ["--format", "docker"] if engine() == "podman" else []
    more = shlex.split(os.environ.get("TEST_IMAGE_BUILD", ""))
    call("build", *as_docker, *more, "-f", str(DEPLOY / "Dockerfile"), "-t", name, str(ROOT))
    yield name
    call("rmi", "-f", name)


@pytest.fixture
def volume() -> Iterator[str]:
    name = f"eu-measures-{uuid.uuid4().hex[:8]}"
    call("volume", "create", name)
    yield name
    call("volume", "rm", "-f", name)


def as_composed(volume: str) -> list[str]:
    """Return the options of `run` that do what the compose file says, but for the network and `.env`."""
    bot: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]["bot"]
    data = bot["volumes"][0].partition(":")[2]
    options = ["--volume", f"{volume}:{data}", "--memory", bot["mem_limit"], "--pids-limit", str(bot["pids_limit"])]
    options += ["--init"] * bot["init"] + ["--read-only"] * bot["read_only"]
    options += [f"--tmpfs={each}" for each in bot["tmpfs"]] + [f"--cap-drop={each}" for each in bot["cap_drop"]]
    options += [f"--security-opt={each.replace(':true', '')}" for each in bot["security_opt"]]
    options += [f"--env={name}={value}" for name, value in bot["environment"].items() if name.startswith("MEASURES_")]
    # podman makes more folders writable than Docker, unless told not to.
    return options + ["--read-only-tmpfs=false"] * (engine() == "podman")


def test_image_is_small_and_has_a_check_and_a_user_of_its_own(image: str) -> None:
    [built] = json.loads(call("image", "inspect", image).stdout)
    assert built["Size"] < MOST_BYTES
    health = built["Config"].get("Healthcheck") or built["Healthcheck"]
    assert health["Test"] == ["CMD", "measures", "health"]
    assert int(call("run", "--rm", "--network", "none", "--entrypoint", "id", image, "-u").stdout) != 0


def test_container_answers_without_a_network_and_keeps_what_it_built(image: str, volume: str) -> None:
    run = ["run", "--rm", "--no-healthcheck", "--network", "none", *as_composed(volume), image]
    first = call(*run, "ask", "--json", QUESTION)
    assert json.loads(first.stdout)["answered"]
    assert "building it" in first.stderr
    second = call(*run, "ask", "--json", QUESTION)
    assert second.stderr == "", "the second container finds the index, and the model unpacked"
    assert call(*run, "doctor").stderr == ""
    assert call(*run, "health", check=False).returncode == 1


def test_bot_in_a_container_answers_in_discord_tells_its_health_and_stops(
    image: str, volume: str, tmp_path: Path
) -> None:
    container = f"eu-measures-{uuid.uuid4().hex[:8]}"

    async def scenario() -> None:
        given = discord.emulator.environment(quick=True) | {"PYTHONPATH": "/shim"}
        await asyncio.to_thread(
            call, "run", "--detach", "--name", container, "--network", "host", *as_composed(volume),
            *(f"--env={name}={value}" for name, value in given.items()), f"--volume={SHIM}:/shim:ro", image,
        )  # fmt: skip
        await discord.emulator.wait(lambda: discord.emulator.gateway.connected, 120)
        asked = await discord.emulator.slash(discord.people[0], discord.channel, "ask", question=QUESTION)
        await discord.emulator.wait(lambda: asked.state is State.ANSWERED, 240)
        assert asked.original is not None
        assert "CEPOL" in asked.original.text()
        assert "answers come in time" in (await asyncio.to_thread(call, "exec", container, "measures", "health")).stdout
        status = await asyncio.to_thread(call, "exec", container, "measures", "index", "status", "--json")
        assert json.loads(status.stdout)["releases"] == 1
        began = time.monotonic()
        await asyncio.to_thread(call, "stop", "--time", "20", container)
        assert time.monotonic() - began < 15, "SIGTERM ends it"
        [ended] = json.loads((await asyncio.to_thread(call, "inspect", container)).stdout)
        assert ended["State"]["ExitCode"] == 0

    with BotProcess(tmp_path) as discord:
        try:
            discord.run(scenario())
        except BaseException:
            print(call("logs", container, check=False).stderr)
            raise
        finally:
            call("rm", "-f", container, check=False)
