"""What `measures doctor` says of the machine: memory, disks, clock."""

import datetime
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

import psutil

from bot.cli.doctor_check import Check
from corpus import MeasuresError
from index import IndexSettings, open_generations

_GB = 1_000_000_000
# Measured with the default model and its reader: a command that builds, and a bot that answers while one builds.
_NEEDED_BYTES = 1.25 * _GB
_BESIDE_BOT_BYTES = 2.4 * _GB
# A model that comes packed is unpacked to half a gigabyte, and a new generation lies beside the one that is served.
_SPARE_BYTES = 0.5 * _GB
_CGROUPS, _OWN_CGROUPS = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
_FIRST_DAY = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)


def check_memory(limits: Iterable[Path] | None = None) -> Check:
    """Compare the memory of the machine, or of the container or service, with what building needs.

    :param limits: files that hold a limit, by default those of the control groups of this process.
    """
    memory = psutil.virtual_memory()
    total = min([memory.total, *_limits_in(limit_files() if limits is None else limits)])
    free = min(memory.available, total)
    state = f"{total / _GB:.1f} GB, {free / _GB:.1f} GB free; building takes {_NEEDED_BYTES / _GB:.2f} GB, "
    state += f"and {_BESIDE_BOT_BYTES / _GB:.1f} GB with a bot that answers meanwhile"
    if total < _NEEDED_BYTES:
        return Check("memory", ok=False, found=state, remedy="Give it 2 GB, or the system ends it while it builds.")
    if total < _BESIDE_BOT_BYTES:
        return Check("memory", ok=True, found=state, remedy="Stop the bot while you build, or give it 3 GB.")
    scarce = "Little is free: end other programs before a build." if free < _NEEDED_BYTES else ""
    return Check("memory", ok=True, found=state, remedy=scarce)


def limit_files(own: Path = _OWN_CGROUPS, mounted: Path = _CGROUPS) -> Iterator[Path]:
    """Return the files that may limit the memory of this process: those of its control group and of all around it.

    A container sees its own as the topmost one; a service has one of its own in those of the machine.

    :param own: what tells the control groups of the process, in versions 1 and 2.
    :param mounted: where control groups are.
    """
    groups = [("", "/"), ("memory", "/")]
    with suppress(OSError, ValueError):
        groups += [(kinds, group) for _, kinds, group in (text.split(":", 2) for text in own.read_text().splitlines())]
    for kinds, group in groups:
        if kinds == "" or "memory" in kinds.split(","):
            root, name = (mounted / "memory", "memory.limit_in_bytes") if kinds else (mounted, "memory.max")
            path = PurePosixPath(group)
            for folder in (path, *path.parents):
                yield root / folder.relative_to("/") / name


def _limits_in(files: Iterable[Path]) -> Iterator[int]:
    for path in files:
        with suppress(OSError, ValueError):  # "max" where there is none
            yield int(path.read_text("ascii"))


def check_disks(settings: IndexSettings) -> list[Check]:
    """Compare what is free where data and unpacked models lie with what a build needs; once where it is one disk."""
    needed = {settings.data_dir: _SPARE_BYTES + _size_of(settings), settings.cache_dir: _SPARE_BYTES}
    by_disk: dict[int, tuple[Path, float]] = {}
    for folder, size in needed.items():
        there = next(parent for parent in (folder, *folder.absolute().parents) if parent.is_dir())
        first, so_far = by_disk.get(there.stat().st_dev, (there, 0.0))
        by_disk[there.stat().st_dev] = first, so_far + size
    return [_disk(there, size) for there, size in by_disk.values()]


def _disk(there: Path, needed: float) -> Check:
    free = shutil.disk_usage(there).free
    state = f"{free / _GB:.1f} GB free at {there}; a build may take {needed / _GB:.1f} GB"
    remedy = "Free some space, or set MEASURES_DATA_DIR or MEASURES_CACHE_DIR to a folder on another disk."
    return Check("disk", ok=free >= needed, found=state, remedy="" if free >= needed else remedy)


def _size_of(settings: IndexSettings) -> int:
    with suppress(OSError, MeasuresError):
        return open_generations(settings, reading=True).bytes_on_disk()
    return 0


def check_clock(settings: IndexSettings | None, now: datetime.datetime | None = None) -> Check:
    """Compare the clock with what must lie before it: this program, and the generation that is served."""
    now = now or datetime.datetime.now().astimezone()
    latest = max([_FIRST_DAY, *_built(settings)])
    state = f"{now.isoformat(timespec='seconds')}, {os.environ.get('TZ') or now.tzname()}"
    if now >= latest - datetime.timedelta(minutes=5):
        return Check("clock", ok=True, found=state)
    state += f"; but something was done at {latest.isoformat(timespec='seconds')} already"
    return Check("clock", ok=False, found=state, remedy="Set the clock, best by NTP.")


def _built(settings: IndexSettings | None) -> Iterable[datetime.datetime]:
    """Return when the served generation was built, where there is one."""
    if settings is None:
        return
    with suppress(MeasuresError, ValueError):
        generations = open_generations(settings, reading=True)
        served = generations.current()
        if served is not None:
            built_at = datetime.datetime.fromisoformat(generations.check(served).built_at)
            yield built_at if built_at.tzinfo else built_at.replace(tzinfo=datetime.UTC)
