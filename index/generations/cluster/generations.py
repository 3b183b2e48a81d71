"""The generations in a database: the `GenerationStore` of several machines. Any of them may build."""

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, TypeVar

from corpus import BuildRunningError, GenerationError, Holder, MeasuresError, Release, UnbuiltError
from index.database.corpus_tables import SCHEMA
from index.database.link import Link
from index.database.passages_db import ReleasePassages
from index.database.sqlite import now
from index.generations.checking import REMEDY
from index.generations.cluster.opening import open_schema
from index.generations.cluster.preparing import clear_temporary, prepare
from index.generations.cluster.recording import lost_tables, record_tables
from index.generations.cluster.segments import drop_unused, schemas_of
from index.generations.cluster.site import SEGMENT_PREFIX, SchemaSite, schema_of
from index.generations.cluster.tables import KEYS, SERVED_CHANNEL
from index.generations.cluster.whole import WholeTexts
from index.generations.folder import Generations
from index.generations.manifest import Manifest, read_manifest
from index.generations.reader import OpenGeneration, deleted_rows
from index.generations.store import Site

_T = TypeVar("_T")

_BUILD_LOCK = "hashtext('measures build'), 0"
_GENERATION_LOCK = "hashtext('measures generation')"
_LOOK_S = 0.2


class DatabaseGenerations:
    """The generations in a database. `GenerationStore` explains the methods. Used by one thread at a time."""

    def __init__(self, url: str, data_dir: Path, *, reading: bool = False) -> None:
        """Take the address of the database, and the data folder of this machine.

        :param reading: whether a replica will do for what is only read.
        """
        self._primary = Link(url)
        self._reader = Link(url, reading=True) if reading else self._primary
        self._data_dir = data_dir

    def close(self) -> None:
        """Close the connections."""
        self._primary.close()
        self._reader.close()

    def current(self) -> str | None:
        """Return the id of the served generation."""
        served = self._served("generation")
        return None if served is None else served[0]

    def stamp(self) -> tuple[int, int] | None:
        """Return the revision of what is served, and the number of the generation."""
        served = self._served("revision, generation")
        return None if served is None or served[1] is None else (served[0], int(served[1]))

    def withdrawn(self) -> frozenset[str]:
        """Return the ids of withdrawn releases, as the corpus knows them."""
        try:
            rows = self._read().rows(f"SELECT release_id FROM {SCHEMA}.releases WHERE removed_at IS NOT NULL")
        except GenerationError:  # There is no corpus yet.
            return self._withdrawn_before()
        return frozenset(release_id for (release_id,) in rows)

    def _withdrawn_before(self) -> frozenset[str]:
        """Return what is withdrawn in a database of an older program, which kept no corpus there."""
        try:
            rows = self._read().rows("SELECT release_id FROM measures.withdrawn")
        except GenerationError:
            return frozenset()
        return frozenset(release_id for (release_id,) in rows)

    def hide(self) -> None:
        """Make all readers ask the corpus again which releases are withdrawn."""
        if self._served("revision") is not None:
            self._primary.execute("UPDATE measures.served SET revision = revision + 1")

    def ids(self) -> list[str]:
        """Return the ids of all generations, oldest first."""
        if self._served("revision") is None:
            return []
        return [generation for (generation,) in self._read().rows("SELECT id FROM measures.generations ORDER BY id")]

    def next_id(self) -> str:
        """Return the id for the next generation: the highest plus one."""
        return f"{int((self.ids() or ['0'])[-1]) + 1:06d}"

    def manifest(self, generation: str) -> Manifest:
        """Read the manifest of a generation."""
        rows = self._read().rows("SELECT manifest FROM measures.generations WHERE id = %s", [generation])
        try:
            return read_manifest(generation, rows[0][0])
        except (IndexError, ValueError) as error:
            raise GenerationError(f"Generation {generation} has no readable manifest: {REMEDY}.") from error

    def check(self, generation: str, *, digests: bool = False) -> Manifest:
        """Check that the tables of a generation are there, and with `digests` that they hold what they held."""
        manifest = self.manifest(generation)
        schemas_of(manifest)
        self._check(manifest, list(manifest.files) if digests else [])
        return manifest

    def check_written(self, generation: str) -> None:
        """Read back the segments of a new generation that no other has."""
        manifest = self.manifest(generation)
        known = {name for other in self.ids() if other != generation for name in self._files(other)}
        self._check(manifest, [name for name in manifest.files if name not in known])

    def _check(self, manifest: Manifest, names: list[str]) -> None:
        """Check that all tables are there, and that those that are named hold what they held."""
        views = [f"{schema_of(manifest.generation)}/{table}" for table in KEYS]
        for lost in lost_tables(self._read(), [*manifest.files, *views]):
            raise GenerationError(f"Generation {manifest.generation} has lost its table {lost}: {REMEDY}.")
        for name, record in record_tables(self._read(), names).items():
            if record != manifest.files[name]:
                raise GenerationError(
                    f"Generation {manifest.generation} is damaged, {name} does not have its SHA-256: {REMEDY}."
                )

    def _files(self, generation: str) -> Iterable[str]:
        """Return the names of the tables of a generation; none of one that another program made."""
        try:
            return self.manifest(generation).files
        except MeasuresError:
            return ()

    def open(self, generation: str, withdrawn: frozenset[str]) -> OpenGeneration:
        """Open a generation, and keep it from being deleted by a build until it is closed."""
        link, number = self._read(), int(generation)
        link.hold(number)
        try:
            return open_schema(link, schema_of(generation), self.check(generation), withdrawn, number)
        except MeasuresError:
            link.let_go(number)
            raise

    def releases(self, generation: str) -> list[Release]:
        """Return all releases of a generation, with their texts, in the order of their rows."""
        return self._standing(generation, WholeTexts(self._read(), schema_of(generation)).releases())

    def by_release(self, generation: str) -> list[ReleasePassages]:
        """Return all releases of a generation with the texts of their passages."""
        return self._standing(generation, WholeTexts(self._read(), schema_of(generation)).by_release())

    def _standing(self, generation: str, rows: list[_T]) -> list[_T]:
        """Leave out the rows of the releases that a generation does not hold any more."""
        try:
            deleted = frozenset(deleted_rows(self.manifest(generation)))
        except UnbuiltError:  # An older program wrote no such rows.
            return rows
        return [each for row, each in enumerate(rows) if row not in deleted]

    def holds(self, generation: str, release_id: str) -> bool:
        """Tell whether the tables of a generation hold a release, even one that it does not serve any more."""
        try:
            return WholeTexts(self._read(), schema_of(generation)).holds(release_id)
        except GenerationError:
            return True

    @contextmanager
    def building(self, who: str = "", what: str = "", *, wait_s: float = 0.0) -> Iterator[Site]:
        """Hold the build lock and give a schema to build in. What a broken build left there is deleted.

        :raises BuildRunningError: when another build holds the lock.
        """
        self._lock(wait_s)
        try:
            prepare(self._primary)
            site = SchemaSite(self._primary, "measures_building", served=self)
            holder = asdict(Holder(who or "nobody named", what, now()))
            self._primary.execute("UPDATE measures.served SET builder = %s", [json.dumps(holder)])
            try:
                yield site
            finally:
                with suppress(MeasuresError):
                    site.clear()
        finally:
            with suppress(MeasuresError):
                self._primary.execute(f"SELECT pg_advisory_unlock({_BUILD_LOCK})")

    def wait_for_build(self) -> None:
        """Wait until no build is running."""
        self._primary.execute(f"SELECT pg_advisory_lock({_BUILD_LOCK})")
        self._primary.execute(f"SELECT pg_advisory_unlock({_BUILD_LOCK})")

    def serve(self, generation: str) -> None:
        """Serve a generation, and tell all that wait for it."""
        with self._primary.transaction() as connection:
            connection.execute("UPDATE measures.served SET generation = %s, revision = revision + 1", [generation])
            connection.execute("SELECT pg_notify(%s, %s)", [SERVED_CHANNEL, generation])

    def pin(self, generation: str) -> None:
        """Pin a roll-back: automatic builds wait."""
        self._primary.execute("UPDATE measures.served SET pinned = true")

    def unpin(self) -> None:
        """Let automatic builds run again."""
        self._primary.execute("UPDATE measures.served SET pinned = false")

    def pinned(self) -> bool:
        """Tell whether a roll-back is pinned."""
        served = self._served("pinned")
        return served is not None and bool(served[0])

    def prune(self, keep: int) -> None:
        """Delete the oldest generations but for the last `keep`, the served one, and those that a machine reads."""
        served = self.current()
        for generation in self.ids()[:-keep]:
            if generation == served:
                continue
            lock = f"{_GENERATION_LOCK}, {int(generation)}"
            if self._primary.rows(f"SELECT 1 WHERE pg_try_advisory_lock({lock})"):
                try:
                    self.discard(generation)
                finally:
                    self._primary.execute(f"SELECT pg_advisory_unlock({lock})")

    def discard(self, generation: str) -> None:
        """Delete a generation, even where a machine still reads it: its next question opens another.

        Its segments are deleted with it where no other generation has them. Only who holds the lock of builds may call
        this.
        """
        with self._primary.transaction() as connection:
            connection.execute("DELETE FROM measures.generations WHERE id = %s", [generation])
            connection.execute(f"DROP SCHEMA IF EXISTS {schema_of(generation)} CASCADE")
            drop_unused(self._primary, SEGMENT_PREFIX)

    def tidy(self) -> None:
        """Delete what evaluations that were killed left behind."""
        clear_temporary(self._primary)

    def bytes_on_disk(self) -> int:
        """Return the size of the database and of the data folder, in bytes."""
        ((size,),) = self._read().rows("SELECT pg_database_size(current_database())")
        return int(size) + Generations(self._data_dir).bytes_on_disk()

    def _read(self) -> Link:
        """Return the link to read by: the primary once this object has written, so that it sees what it wrote."""
        return self._primary if self._primary.is_open else self._reader

    def _served(self, columns: str) -> tuple[Any, ...] | None:
        """Return columns of the row that says what is served. None where nothing was ever built."""
        try:
            return self._read().rows(f"SELECT {columns} FROM measures.served")[0]
        except GenerationError:  # There is no such table yet.
            return None

    def _lock(self, wait_s: float) -> None:
        until = time.monotonic() + wait_s
        while not self._primary.rows(f"SELECT 1 WHERE pg_try_advisory_lock({_BUILD_LOCK})"):
            if time.monotonic() >= until:
                raise BuildRunningError(self._holder())
            time.sleep(_LOOK_S)

    def _holder(self) -> Holder:
        try:
            served = self._served("builder")
            note = json.loads(served[0]) if served is not None and served[0] else {}
        except ValueError:
            note = {}
        return Holder(**{field.name: str(note.get(field.name, "")) for field in fields(Holder)})
