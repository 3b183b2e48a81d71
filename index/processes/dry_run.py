"""A dry run: a job that takes sources in runs on a copy of corpus.db, and what it would do is told.

Nothing of it is kept: the copy is deleted, no index is built, and no file of the data folder is written.
"""

import dataclasses
import datetime
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from corpus import Draft, Release
from index.database.corpus_db import CorpusStore
from index.database.home import copy_corpus, open_corpus_db
from index.intake.keep import Ingested
from index.intake.sources import Failed
from index.processes.jobs import Add, Added, Tools, open_corpus
from index.processes.source_jobs import Backfill, BackfilledAndServed, Poll, PolledAndServed

_ONLY_SAVES_WORK = ("embeddings", "derived", "spool")
_FIRST_LINES = 4
_FIRST_CHARS = 600


@dataclass(frozen=True, slots=True)
class Preview:
    """What would become of a source, and how it reads: ``text`` are its first lines."""

    source: str
    outcome: Literal["added", "changed", "unchanged", "quarantined", "skipped", "failed"]
    reasons: tuple[str, ...] = ()
    release_id: str = ""
    title: str | None = None
    date: datetime.date | None = None
    issuer: str | None = None
    language: str | None = None
    text: str = ""

    def to_dict(self) -> dict[str, object]:
        """Return it as `--dry-run --json` prints it."""
        date = self.date.isoformat() if self.date else None
        return dataclasses.asdict(self) | {"date": date, "reasons": list(self.reasons)}


@dataclass(frozen=True, slots=True)
class Previews:
    """What would become of sources. ``errors`` says which of those that announce them could not be read, and why."""

    previews: tuple[Preview, ...]
    errors: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Return it as `--dry-run --json` prints it."""
        return {"dry_run": [preview.to_dict() for preview in self.previews], "errors": list(self.errors)}


@dataclass(frozen=True, slots=True)
class DryRun:
    """Run another job on a copy."""

    job: Add | Poll | Backfill

    def run(self, tools: Tools) -> Previews:
        """Run the job.

        :raises MeasuresError: what the job raises.
        """
        open_corpus(tools.settings).close()  # It brings an older corpus.db up to date, as every command does.
        with tempfile.TemporaryDirectory(prefix="measures-dry-run-") as folder:
            settings = tools.settings.model_copy(update={"data_dir": Path(folder), "database_url": None})
            copy_corpus(tools.settings, settings.data_dir / "corpus.db", leave_out=_ONLY_SAVES_WORK)
            job = dataclasses.replace(self.job, build=False)
            done = job.run(dataclasses.replace(tools, settings=settings))
            with closing(open_corpus_db(settings)) as store:
                return _previews(store, done)


def _previews(store: CorpusStore, done: Added | PolledAndServed | BackfilledAndServed) -> Previews:
    added = done if isinstance(done, Added) else done.added
    sources = () if isinstance(done, Added) else done.sources
    previews = [_of_ingested(store, source) for source in added.taken.ingested]
    previews += [_of_failed(source) for source in added.taken.failed]
    return Previews(tuple(previews), tuple(source.error for source in sources if source.error))


def _of_ingested(store: CorpusStore, ingested: Ingested) -> Preview:
    held = store.quarantine.get(ingested.number) if ingested.number else None
    read: Release | Draft | None = held.quarantined.draft if held else store.current(ingested.release_id)
    preview = Preview(ingested.source, ingested.status, ingested.reasons, ingested.release_id)
    if read is None:
        return preview
    first = "\n".join([line for line in read.text.split("\n") if line][:_FIRST_LINES])[:_FIRST_CHARS]
    return dataclasses.replace(
        preview, title=read.title, date=read.date, issuer=read.issuer, language=read.language, text=first
    )


def _of_failed(failed: Failed) -> Preview:
    return Preview(failed.source, "failed", (failed.error,))
