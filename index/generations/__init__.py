"""The folder of a generation: writing it, opening it, comparing two."""
