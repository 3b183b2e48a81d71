"""`--json`: results as one JSON document on stdout."""

import click

from corpus import as_json


def print_json(document: object) -> None:
    """Print a document."""
    click.echo(as_json(document, indent=1))
