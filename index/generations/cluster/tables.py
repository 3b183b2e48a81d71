"""The tables: those that say what is served, those of a segment, and the views of a generation on its segments.

A segment is a schema of its own, which is never written again. A generation is a schema of views, so that several
generations share segments, and the database itself knows which segment is used by which of them.
"""

SERVED_CHANNEL = "measures_served"  # on which a generation that is served from now on is told of

CONTROL = """
CREATE SCHEMA IF NOT EXISTS measures;
CREATE EXTENSION IF NOT EXISTS vector;
CREATE TABLE IF NOT EXISTS measures.generations (id text PRIMARY KEY, manifest text NOT NULL);
CREATE TABLE IF NOT EXISTS measures.served (only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  generation text, revision bigint NOT NULL DEFAULT 0, pinned boolean NOT NULL DEFAULT false, builder text);
CREATE SEQUENCE IF NOT EXISTS measures.segment_numbers;
INSERT INTO measures.served DEFAULT VALUES ON CONFLICT DO NOTHING;
"""

# Rows count from 0 in each segment. `rows`, `tfs`, `releases` and `terms` are little-endian numbers. They are kept as
# they are, because unpacking what PostgreSQL compresses would cost more than it saves.
_SEGMENT = """
CREATE SCHEMA {schema};
CREATE TABLE {schema}.releases (row int PRIMARY KEY, release_id text NOT NULL UNIQUE, text_sha256 text NOT NULL,
  title text NOT NULL, issuer text NOT NULL, date text NOT NULL, language text NOT NULL, kind text NOT NULL, url text,
  retrieved_from text, note text, reference text, origin text, edition_of text, first_passage int NOT NULL,
  text text NOT NULL, terms bytea NOT NULL);
CREATE TABLE {schema}.passages (row int PRIMARY KEY, release int NOT NULL, ordinal int NOT NULL, start int NOT NULL,
  "end" int NOT NULL, heading text NOT NULL, lead_in_start int, lead_in_end int, first_sentence int NOT NULL,
  text text NOT NULL, v halfvec({dim}) NOT NULL);
CREATE TABLE {schema}.sentences (row int PRIMARY KEY, passage int NOT NULL, start int NOT NULL, "end" int NOT NULL,
  terms bytea NOT NULL, v halfvec({dim}) NOT NULL);
CREATE TABLE {schema}.mentions (agency text NOT NULL, passage int NOT NULL, start int NOT NULL, "end" int NOT NULL,
  sentence int NOT NULL, role text, PRIMARY KEY (agency, passage, start));
CREATE TABLE {schema}.postings (term text COLLATE "C" PRIMARY KEY, df int NOT NULL, title_df int NOT NULL,
  rows bytea NOT NULL, tfs bytea NOT NULL, releases bytea NOT NULL);
ALTER TABLE {schema}.postings ALTER rows SET STORAGE EXTERNAL, ALTER tfs SET STORAGE EXTERNAL,
  ALTER releases SET STORAGE EXTERNAL;
CREATE TABLE {schema}.namings (agency text PRIMARY KEY, passages bytea NOT NULL);
ALTER TABLE {schema}.namings ALTER passages SET STORAGE EXTERNAL;
CREATE TABLE {schema}.arrays (name text PRIMARY KEY, data bytea NOT NULL);
ALTER TABLE {schema}.arrays ALTER data SET STORAGE EXTERNAL;
"""
_INDEXES = """
CREATE INDEX ON {schema}.sentences (passage);
CREATE INDEX ON {schema}.mentions (passage, agency);
CREATE INDEX ON {schema}.postings (left(term, 1), df DESC, term);
"""

# What each table is ordered by where its digest is computed.
KEYS = {
    "releases": "row",
    "passages": "row",
    "sentences": "row",
    "mentions": "agency, passage, start",
    "namings": "agency",
    "postings": "term",
    "arrays": "name",
}

# What a generation shows of each table: `{releases}`, `{passages}` and `{sentences}` are the rows that the segments
# before have, `{number}` is the place of the segment. The lists inside `bytea` stay as the segment counts.
VIEWS = {
    "releases": (
        "row + {releases} AS row, release_id, text_sha256, title, issuer, date, language, kind, url, retrieved_from, "
        "note, reference, origin, edition_of, first_passage + {passages} AS first_passage, text, terms"
    ),
    "passages": (
        'row + {passages} AS row, release + {releases} AS release, ordinal, start, "end", heading, lead_in_start, '
        "lead_in_end, first_sentence + {sentences} AS first_sentence, text, v"
    ),
    "sentences": 'row + {sentences} AS row, passage + {passages} AS passage, start, "end", terms, v',
    "mentions": ('agency, passage + {passages} AS passage, start, "end", sentence + {sentences} AS sentence, role'),
    "namings": "agency, {passages} AS first_passage, passages",
    "postings": (
        "term, {number} AS segment, df, title_df, {passages} AS first_passage, rows, tfs, "
        "{releases} AS first_release, releases"
    ),
    "arrays": "{number} AS segment, name, data",
}


def segment_tables(schema: str, dim: int) -> str:
    """Return the statements that make the schema of a segment with its empty tables."""
    return _SEGMENT.format(schema=schema, dim=dim)


def segment_indexes(schema: str) -> str:
    """Return the statements that index the tables of a segment, once they are full."""
    return _INDEXES.format(schema=schema)
