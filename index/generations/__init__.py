"""Generations: an index that is never written again, in files or in a database, and what is served."""
