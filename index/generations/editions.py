"""Of the language editions of a release, one is shown to a reader."""

from collections.abc import Iterable

from corpus import Release


def one_edition_each(releases: Iterable[Release], language: str | None) -> set[str]:
    """Return the id of one edition of each release: that in the language of the reader, or else the first."""
    chosen: dict[str, Release] = {}
    for release in releases:
        first = chosen.setdefault(release.work, release)
        if release.language == language and first.language != language:
            chosen[release.work] = release
    return {release.release_id for release in chosen.values()}
