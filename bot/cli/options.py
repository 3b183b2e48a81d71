"""Options that several commands share: filters, what a person says of a release, `--json`."""

from collections.abc import Callable
from functools import wraps

import click

from index import Filters, parse_agency, parse_day, parse_since, parse_until

dry_run = click.option("--dry-run", "dry_run_", is_flag=True, help="Only tell what would be done; nothing is kept.")
as_json = click.option("--json", "json_", is_flag=True, help="Print one JSON document.")


def joined(_context: click.Context, _parameter: click.Parameter, words: tuple[str, ...]) -> str:
    """Put the words of an argument together, which people type without quotation marks."""
    return " ".join(words)


def filtered(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the filters, as one value."""

    @click.option("--agency", metavar="NAME", help="Only passages that name this body or a part of it.")
    @click.option("--exact", is_flag=True, help="With --agency: not those that only name a part of it.")
    @click.option("--issuer", help="Only releases of this issuer.")
    @click.option("--since", metavar="DATE", help="Only releases from this year, month or day on.")
    @click.option("--until", metavar="DATE", help="Only releases up to this year, month or day.")
    @click.option("--lang", metavar="xx", help="Only releases in this language.")
    @wraps(command)
    def wrapped(
        agency: str | None,
        exact: bool,
        issuer: str | None,
        since: str | None,
        until: str | None,
        lang: str | None,
        **others: object,
    ) -> None:
        filters = Filters(
            agency=parse_agency(agency) if agency is not None else None,
            exact=exact,
            issuer=issuer,
            since=parse_since(since) if since is not None else None,
            until=parse_until(until) if until is not None else None,
            language=lang,
        )
        command(filters=filters, **others)

    return wrapped


def described(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command what a person may say of a release, as one value."""

    @click.option("--url", help="The official address of the release; only so may a file change one that there is.")
    @click.option("--title", help="Its title.")
    @click.option("--date", metavar="YYYY-MM-DD", help="The day it was issued.")
    @click.option("--issuer", help="The body that issued it.")
    @click.option("--language", metavar="xx", help="Its language; detected where not given.")
    @wraps(command)
    def wrapped(
        url: str | None,
        title: str | None,
        date: str | None,
        issuer: str | None,
        language: str | None,
        **others: object,
    ) -> None:
        from index import Overrides

        overrides = Overrides(url, title, parse_day(date) if date else None, issuer, language)
        command(overrides=overrides, **others)

    return wrapped
