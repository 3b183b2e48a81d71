"""Generations: the files of an index that is never written again, how they are opened, and what is served."""
