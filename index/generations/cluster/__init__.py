"""Generations in PostgreSQL, for several machines. Only this room knows psycopg and pgvector."""
