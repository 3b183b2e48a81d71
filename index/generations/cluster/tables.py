"""The tables: those that say what is served, and those of a generation, which are a schema of their own."""

SERVED_CHANNEL = "measures_served"  # on which a generation that is served from now on is told of

CONTROL = """
CREATE SCHEMA IF NOT EXISTS measures;
CREATE EXTENSION IF NOT EXISTS vector;
CREATE TABLE IF NOT EXISTS measures.generations (id text PRIMARY KEY, manifest text NOT NULL);
CREATE TABLE IF NOT EXISTS measures.served (only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  generation text, revision bigint NOT NULL DEFAULT 0, pinned boolean NOT NULL DEFAULT false, builder text);
INSERT INTO measures.served DEFAULT VALUES ON CONFLICT DO NOTHING;
"""

# A build writes the postings in parts, so that it need not hold all of them.
# `rows`, `tfs`, `releases` and `terms` are little-endian numbers. They are kept as they are, because unpacking what
# PostgreSQL compresses would cost more than it saves.
_GENERATION = """
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
CREATE TABLE {schema}.postings (term text COLLATE "C" NOT NULL, part int NOT NULL, df int NOT NULL,
  title_df int NOT NULL, rows bytea NOT NULL, tfs bytea NOT NULL, releases bytea NOT NULL, PRIMARY KEY (term, part));
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
    "postings": "term, part",
    "arrays": "name",
}


def generation_tables(schema: str, dim: int) -> str:
    """Return the statements that make the empty tables of a generation."""
    return _GENERATION.format(schema=schema, dim=dim)


def generation_indexes(schema: str) -> str:
    """Return the statements that index the tables of a generation, once they are full."""
    return _INDEXES.format(schema=schema)
