"""corpus.db -> a new generation, served when its gates hold."""
