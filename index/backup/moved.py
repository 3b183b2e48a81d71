"""What a backup meets when what it copies changes meanwhile."""


class Moved(Exception):
    """The served generation was pruned, or lost a text that was erased, while it was copied."""
