"""All SQL of corpus.db and passages.db."""
