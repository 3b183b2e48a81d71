"""`--json`: results as one JSON document on stdout."""

import json

import click

as_json = click.option("--json", "json_", is_flag=True, help="Print one JSON document.")


def print_json(document: object) -> None:
    """Print a document."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=1))
