"""Filters on releases, applied to the releases of a generation column by column."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from corpus import FilterError, Release
from index.filters import Filters
from index.generations.generation import Rows, Terms


class ReleaseColumns:
    """What filters compare, with one entry a release. It is made once for a generation."""

    def __init__(self, releases: Sequence[Release]) -> None:
        """Take the releases in the order of their rows."""
        self._rows = {release.release_id: row for row, release in enumerate(releases)}
        self.dates: NDArray[np.int64] = np.array([release.date.toordinal() for release in releases], dtype=np.int64)
        self._issuers = _Names(
            "No release has the issuer “{name}”: there are {known}.", [release.issuer for release in releases]
        )
        self._languages = _Names(
            "No release has the language “{name}”: there are {known}.", [release.language for release in releases]
        )

    def allowed(self, filters: Filters) -> NDArray[np.bool_]:
        """Return which releases meet the filters, ``(releases,)``.

        :raises FilterError: when no release at all has that issuer or language.
        """
        allowed = np.ones(len(self.dates), dtype=bool)
        if filters.issuer is not None:
            allowed &= self._issuers.rows_of(self._issuers.that_hold(filters.issuer))
        if filters.language is not None:
            allowed &= self._languages.rows_of(self._languages.that_hold(filters.language))
        if filters.since is not None:
            allowed &= self.dates >= filters.since.toordinal()
        if filters.until is not None:
            allowed &= self.dates <= filters.until.toordinal()
        if filters.releases is not None:
            only = np.zeros(len(self.dates), dtype=bool)
            only[self.only(filters)] = True
            allowed &= only
        return allowed

    def only(self, filters: Filters) -> Rows | None:
        """Return the rows of the only releases that filters allow, in order. None where they name no release."""
        if filters.releases is None:
            return None
        rows = sorted(self._rows[release_id] for release_id in filters.releases & self._rows.keys())
        return np.array(rows, dtype=np.int64)

    def terms(self, filters: Filters) -> Terms:
        """Return the filters as an index of keywords knows them.

        :raises FilterError: when no release at all has that issuer or language.
        """
        return Terms(
            None if filters.agency is None else tuple(sorted(filters.agencies())),
            None if filters.issuer is None else self._issuers.that_hold(filters.issuer),
            None if filters.language is None else self._languages.that_hold(filters.language),
            None if filters.since is None else filters.since.toordinal(),
            None if filters.until is None else filters.until.toordinal(),
        )


class _Names:
    """A column of names with few distinct values."""

    def __init__(self, unknown: str, values: Sequence[str]) -> None:
        """Take the sentence on a name that no release has, and the names by row."""
        self._unknown = unknown
        self._distinct = sorted(set(values))
        code = {name: number for number, name in enumerate(self._distinct)}
        self._codes = np.array([code[value] for value in values], dtype=np.int64)

    def that_hold(self, asked: str) -> tuple[str, ...]:
        """Return the names that hold the words asked for: "Commission" finds its departments, too."""
        wanted = asked.casefold().strip()
        word = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)")
        matches = tuple(name for name in self._distinct if wanted and word.search(name.casefold()))
        if not matches:
            shown = asked if len(asked) <= 60 else f"{asked[:60]}…"
            known = ", ".join(self._distinct[:8]) + (" …" if len(self._distinct) > 8 else "")
            raise FilterError(self._unknown, name=shown, known=known)
        return matches

    def rows_of(self, names: Sequence[str]) -> NDArray[np.bool_]:
        """Return which rows have one of some names."""
        allowed: NDArray[np.bool_] = np.isin(self._distinct, names)[self._codes]
        return allowed
