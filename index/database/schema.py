"""The tables of corpus.db, made by numbered migrations. New ones are added at the end, and old ones never change."""

import json
import re
from dataclasses import replace

from sqlite_utils import Database, Migrations

from corpus import canonical_url, document_at, kept_address

corpus_migrations = Migrations("corpus")


@corpus_migrations()
def m001_releases(db: Database) -> None:
    """Add every release that was ever accepted, and every version of its text."""
    db.execute(
        "CREATE TABLE releases (release_id TEXT PRIMARY KEY, text_sha256 TEXT NOT NULL, canonical_url TEXT UNIQUE, "
        "removed_at TEXT) STRICT"
    )
    db.execute(
        "CREATE TABLE versions (release_id TEXT NOT NULL REFERENCES releases, text_sha256 TEXT NOT NULL, "
        "raw_sha256 TEXT NOT NULL, cleaner INTEGER NOT NULL, added_at TEXT NOT NULL, title TEXT NOT NULL, "
        "issuer TEXT NOT NULL, "
        "date TEXT NOT NULL, language TEXT NOT NULL, kind TEXT NOT NULL, url TEXT, retrieved_from TEXT, note TEXT, "
        "text TEXT NOT NULL, PRIMARY KEY (release_id, text_sha256)) STRICT"
    )
    db.execute("CREATE INDEX versions_text ON versions (text_sha256)")


@corpus_migrations()
def m002_embeddings(db: Database) -> None:
    """Add vectors that need not be computed again, as float16."""
    db.execute(
        "CREATE TABLE embeddings (model TEXT NOT NULL, dtype TEXT NOT NULL, prompt TEXT NOT NULL, "
        "text_sha256 BLOB NOT NULL, "
        "vector BLOB NOT NULL, PRIMARY KEY (model, dtype, prompt, text_sha256)) STRICT, WITHOUT ROWID"
    )


@corpus_migrations()
def m003_log(db: Database) -> None:
    """Add the log: what was done to the corpus and its generations, and when."""
    db.execute(
        "CREATE TABLE log (id INTEGER PRIMARY KEY, at TEXT NOT NULL, action TEXT NOT NULL, release_id TEXT, "
        "generation TEXT, "
        "details TEXT NOT NULL) STRICT"
    )


@corpus_migrations()
def m004_who_and_why(db: Database) -> None:
    """Add to the log who did it, why, and how long it took."""
    db.execute("ALTER TABLE log ADD COLUMN who TEXT NOT NULL DEFAULT ''")
    db.execute("ALTER TABLE log ADD COLUMN why TEXT NOT NULL DEFAULT ''")
    db.execute("ALTER TABLE log ADD COLUMN seconds REAL")


@corpus_migrations()
def m005_reference(db: Database) -> None:
    """Add the number that an issuer gives a release, as 733/18 or IP/18/6635."""
    db.execute("ALTER TABLE versions ADD COLUMN reference TEXT")


@corpus_migrations()
def m006_quarantine(db: Database) -> None:
    """Add the quarantine: drafts as they were read (JSON), and why they are there (JSON)."""
    db.execute(
        "CREATE TABLE quarantine (id INTEGER PRIMARY KEY, at TEXT NOT NULL, source TEXT NOT NULL, canonical_url TEXT, "
        "raw_sha256 TEXT NOT NULL, cleaner INTEGER NOT NULL, draft TEXT NOT NULL, reasons TEXT NOT NULL, "
        "duplicate_of TEXT REFERENCES releases, who TEXT NOT NULL, state TEXT NOT NULL) STRICT"
    )
    db.execute("CREATE UNIQUE INDEX quarantine_held ON quarantine (source) WHERE state = 'held'")


@corpus_migrations()
def m007_signatures(db: Database) -> None:
    """Add MinHash signatures of texts, and their bands, which find near-duplicates without reading all texts."""
    db.execute(
        "CREATE TABLE signatures (release_id TEXT PRIMARY KEY REFERENCES releases, text_sha256 TEXT NOT NULL, "
        "signature BLOB NOT NULL) STRICT"
    )
    db.execute(
        "CREATE TABLE bands (band INTEGER NOT NULL, digest INTEGER NOT NULL, release_id TEXT NOT NULL, "
        "PRIMARY KEY (band, digest, release_id)) STRICT, WITHOUT ROWID"
    )
    db.execute("CREATE INDEX bands_release ON bands (release_id)")


@corpus_migrations()
def m008_addresses(db: Database) -> None:
    """Add other addresses that hold a release of the corpus, and what saves fetching an address again."""
    db.execute(
        "CREATE TABLE addresses (canonical_url TEXT PRIMARY KEY, release_id TEXT NOT NULL REFERENCES releases, "
        "at TEXT NOT NULL) STRICT, WITHOUT ROWID"
    )
    db.execute(
        "CREATE TABLE fetches (url TEXT PRIMARY KEY, etag TEXT, last_modified TEXT, "
        "release_id TEXT NOT NULL REFERENCES releases, at TEXT NOT NULL) STRICT, WITHOUT ROWID"
    )


@corpus_migrations()
def m009_canaries(db: Database) -> None:
    """Add a question for each release, which has to find it."""
    db.execute(
        "CREATE TABLE canaries (release_id TEXT PRIMARY KEY REFERENCES releases, draw TEXT NOT NULL, "
        "question TEXT NOT NULL) STRICT"
    )
    db.execute("CREATE INDEX canaries_draw ON canaries (draw)")


@corpus_migrations()
def m010_feeds(db: Database) -> None:
    """Add feeds, when each is polled next, and which entries were seen. `due` is in seconds since 1970."""
    db.execute(
        "CREATE TABLE feeds (url TEXT PRIMARY KEY, title TEXT NOT NULL, added_at TEXT NOT NULL, etag TEXT, "
        "last_modified TEXT, polled_at TEXT, due REAL NOT NULL, failures INTEGER NOT NULL, last_error TEXT) STRICT"
    )
    db.execute(
        "CREATE TABLE seen_entries (feed TEXT NOT NULL REFERENCES feeds ON DELETE CASCADE, url TEXT NOT NULL, "
        "at TEXT NOT NULL, attempts INTEGER NOT NULL, outcome TEXT NOT NULL, PRIMARY KEY (feed, url)) "
        "STRICT, WITHOUT ROWID"
    )


@corpus_migrations()
def m011_derived(db: Database) -> None:
    """Add what the last build derived from each release."""
    db.execute("CREATE TABLE derived (release_id TEXT PRIMARY KEY, key BLOB NOT NULL, value BLOB NOT NULL) STRICT")


@corpus_migrations()
def m012_signing_algorithm(db: Database) -> None:
    """Add which algorithm made a signature: those of two algorithms cannot be compared."""
    db.execute("ALTER TABLE signatures ADD COLUMN algorithm INTEGER NOT NULL DEFAULT 0")


@corpus_migrations()
def m013_origins(db: Database) -> None:
    """Add how the address of a version is known, and which release a quarantined draft would change."""
    db.execute("ALTER TABLE versions ADD COLUMN origin TEXT")
    db.execute("ALTER TABLE quarantine ADD COLUMN change_of TEXT REFERENCES releases")


@corpus_migrations()
def m014_failing_entries(db: Database) -> None:
    """Add how many entries of a feed fail, and why. Take users and passwords out of the addresses of feeds."""
    db.execute("ALTER TABLE feeds ADD COLUMN entries INTEGER NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE feeds ADD COLUMN failed_entries INTEGER NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE feeds ADD COLUMN entry_error TEXT")
    db.execute("ALTER TABLE seen_entries ADD COLUMN error TEXT")
    for (url,) in db.execute("SELECT url FROM feeds WHERE url LIKE '%@%'").fetchall():
        bare = _without_user(url)
        if bare != url:
            db.execute("UPDATE OR IGNORE feeds SET url = ? WHERE url = ?", [bare, url])
            db.execute("DELETE FROM seen_entries WHERE feed = ?", [url])
            db.execute("DELETE FROM feeds WHERE url = ?", [url])
            logged = [json.dumps(address)[1:-1] for address in (url, bare)]
            db.execute("UPDATE log SET details = replace(details, ?, ?)", logged)


def _without_user(url: str) -> str:
    scheme, _, rest = url.partition("://")
    authority = re.split(r"[/?#\\]", rest, maxsplit=1)[0]
    return f"{scheme}://{authority.rpartition('@')[2]}{rest.removeprefix(authority)}"


@corpus_migrations()
def m015_erased(db: Database) -> None:
    """Add when the text of a release was erased. Delete the texts of quarantine entries that are settled."""
    db.execute("ALTER TABLE releases ADD COLUMN erased_at TEXT")
    db.execute("UPDATE quarantine SET draft = '{\"text\": \"\"}' WHERE state <> 'held'")


@corpus_migrations()
def m016_sources(db: Database) -> None:
    """Make feeds one kind of sources, and keep what each source announced, also what nobody could read yet.

    `due` and `retry` are in seconds since 1970. `options` and `backfill` are JSON. An announcement without a source is
    of an address that a person gave.
    """
    db.execute(
        "CREATE TABLE sources (url TEXT PRIMARY KEY, kind TEXT NOT NULL, options TEXT NOT NULL, title TEXT NOT NULL, "
        "added_at TEXT NOT NULL, etag TEXT, last_modified TEXT, polled_at TEXT, succeeded_at TEXT, due REAL NOT NULL, "
        "failures INTEGER NOT NULL, last_error TEXT, entries INTEGER NOT NULL, failed_entries INTEGER NOT NULL, "
        "entry_error TEXT, backfill TEXT) STRICT"
    )
    db.execute(
        "INSERT INTO sources SELECT url, 'feed', '{}', title, added_at, etag, last_modified, polled_at, "
        "iif(failures = 0, polled_at, NULL), due, failures, last_error, entries, failed_entries, entry_error, NULL "
        "FROM feeds"
    )
    db.execute(
        "CREATE TABLE announcements (source TEXT NOT NULL, url TEXT NOT NULL, canonical_url TEXT, title TEXT NOT NULL, "
        "date TEXT, version TEXT NOT NULL, first_at TEXT NOT NULL, at TEXT NOT NULL, attempts INTEGER NOT NULL, "
        "outcome TEXT NOT NULL, error TEXT, retry REAL NOT NULL, PRIMARY KEY (source, url)) STRICT, WITHOUT ROWID"
    )
    db.execute(
        "INSERT INTO announcements SELECT feed, url, NULL, '', NULL, '', at, at, attempts, outcome, error, 0 "
        "FROM seen_entries"
    )
    for (url,) in db.execute("SELECT DISTINCT url FROM announcements").fetchall():
        canonical = canonical_url(kept_address(url))
        db.execute("UPDATE announcements SET canonical_url = ? WHERE url = ?", [canonical, url])
    db.execute("CREATE INDEX announcements_canonical ON announcements (canonical_url)")
    db.execute("CREATE INDEX announcements_outcome ON announcements (outcome, source)")
    db.execute("DROP TABLE seen_entries")
    db.execute("DROP TABLE feeds")


@corpus_migrations()
def m017_editions(db: Database) -> None:
    """Add of which work a release is a language edition, and an index to find editions by their reference."""
    db.execute("ALTER TABLE releases ADD COLUMN edition_of TEXT")
    db.execute("CREATE INDEX versions_reference ON versions (reference) WHERE reference IS NOT NULL")
    db.execute("CREATE INDEX releases_edition ON releases (edition_of) WHERE edition_of IS NOT NULL")


@corpus_migrations()
def m018_spool(db: Database) -> None:
    """Add the answer that is being taken in, so that a backfill that is killed need not fetch it again."""
    db.execute(
        "CREATE TABLE spool (url TEXT PRIMARY KEY, answer_url TEXT NOT NULL, data BLOB NOT NULL, etag TEXT, "
        "last_modified TEXT) STRICT"
    )


@corpus_migrations()
def m019_textless(db: Database) -> None:
    """Add the documents of the press corner that have no text in any language, and when that was found."""
    db.execute("CREATE TABLE textless (document TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT, WITHOUT ROWID")
    for url, announced_at in db.execute("SELECT url, at FROM announcements WHERE outcome = 'textless'").fetchall():
        document = document_at(url)
        if document is not None:
            key = canonical_url(replace(document, language="en").page)
            db.execute("INSERT OR REPLACE INTO textless VALUES (?, ?)", [key, announced_at])
