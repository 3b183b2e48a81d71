"""`--json`: results as one JSON document on stdout."""

import click

from corpus import as_json as printable_json

as_json = click.option("--json", "json_", is_flag=True, help="Print one JSON document.")


def print_json(document: object) -> None:
    """Print a document."""
    click.echo(printable_json(document, indent=1))
