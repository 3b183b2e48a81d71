"""A source -> what it announces: one reader for each kind of source."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from corpus import (
    FeedError,
    Fetched,
    FetchError,
    NotModified,
    PressList,
    SourceError,
    read_feed,
    read_press_list,
    read_sitemap,
    server_of,
    utf8,
)
from index.database.announcements import Announcement
from index.database.sources import FollowedSource, SourceKind
from index.intake.archives import is_clutter
from index.intake.patient_fetcher import Fetches
from index.intake.sources import is_address

_LOOK_BACK_DAYS = 7  # What the press corner publishes late has the date of its event.
_LIST_PAGES = 2_000
_POLLED_LIST_PAGES = 10
_SITEMAPS = 200
_POLLED_SITEMAPS = 5
_FOLDER_FILES = 20_000


@dataclass(frozen=True, slots=True)
class ReadSource:
    """What a source announces now. ``modified`` tells that it has changed since last time."""

    source: FollowedSource
    title: str
    announcements: tuple[Announcement, ...]
    etag: str | None = None
    last_modified: str | None = None
    modified: bool = True


@dataclass(frozen=True, slots=True)
class Span:
    """Days, from the first to the last."""

    since: datetime.date
    until: datetime.date

    @property
    def days(self) -> int:
        """How many days there are."""
        return (self.until - self.since).days + 1


def read_source(source: FollowedSource, fetcher: Fetches) -> ReadSource:
    """Return what a source announces now, as far as a poll looks.

    :raises FetchError: when it cannot be fetched.
    :raises FeedError: when what is there announces nothing.
    :raises SourceError: when a folder is not there.
    """
    if source.kind is SourceKind.FOLDER:
        return ReadSource(source, source.title, tuple(_wanted(source, _files(source))))
    if source.kind is SourceKind.PRESS_CORNER:
        span = _newest(source)
        listed = _press_list(source, fetcher, span, _POLLED_LIST_PAGES)
        return ReadSource(source, source.title, tuple(_wanted(source, listed)))
    return _fetched(source, fetcher)


def read_past(source: FollowedSource, fetcher: Fetches, span: Span) -> Iterator[Announcement]:
    """Yield all that a source announces of some days. What has no date may be of these days.

    :raises MeasuresError: as `read_source` does.
    """
    if source.kind is SourceKind.PRESS_CORNER:
        yield from _wanted(source, _press_list(source, fetcher, span, _LIST_PAGES))
        return
    if source.kind is SourceKind.FOLDER:
        yield from _wanted(source, _files(source))
        return
    answer = _got(fetcher.fetch(source.url))
    if source.kind is SourceKind.SITEMAP:
        entries: Iterable[Announcement] = _sitemap_pages(answer, fetcher, span.since, _SITEMAPS)
    else:
        feed = read_feed(answer.data, answer.url)
        entries = (Announcement(entry.url, _titled(entry.title, entry.url), entry.date) for entry in feed.entries)
    for entry in _wanted(source, entries):
        if entry.date is None or span.since <= entry.date <= span.until:
            yield entry


def _newest(source: FollowedSource) -> Span:
    today = datetime.datetime.now(datetime.UTC).date()
    last = datetime.date.fromisoformat(source.succeeded_at[:10]) if source.succeeded_at else today
    return Span(min(last, today) - datetime.timedelta(days=_LOOK_BACK_DAYS), today + datetime.timedelta(days=1))


def _fetched(source: FollowedSource, fetcher: Fetches) -> ReadSource:
    """Fetch a feed or a sitemap, unless it has not changed since the last time."""
    answer = fetcher.fetch(source.url, etag=source.etag, last_modified=source.last_modified)
    if isinstance(answer, NotModified):
        return ReadSource(source, source.title, (), source.etag, source.last_modified, modified=False)
    if source.kind is SourceKind.SITEMAP:
        last = source.succeeded_at
        since = datetime.date.fromisoformat(last[:10]) - datetime.timedelta(days=1) if last else None
        entries = list(_sitemap_pages(answer, fetcher, since, _POLLED_SITEMAPS))
        return ReadSource(source, source.title, tuple(_wanted(source, entries)), answer.etag, answer.last_modified)
    feed = read_feed(answer.data, answer.url)
    unique = {entry.url: entry for entry in feed.entries if is_address(entry.url)}
    entries = [Announcement(entry.url, _titled(entry.title, entry.url), entry.date) for entry in unique.values()]
    wanted = tuple(_wanted(source, entries))
    return ReadSource(source, feed.title or source.title, wanted, answer.etag, answer.last_modified)


def _got(answer: Fetched | NotModified) -> Fetched:
    if isinstance(answer, NotModified):
        raise FetchError(f"{answer.url} says that nothing has changed, though nothing is known of it: try again later.")
    return answer


def _titled(title: str, url: str) -> str:
    return title if title != url else ""


def _wanted(source: FollowedSource, announcements: Iterable[Announcement]) -> Iterator[Announcement]:
    """Yield the announcements that have all words of the options in their title, or else in their address.

    Of the alternatives in a word, such as "smuggl|traffick", one is enough.
    """
    words = [word.casefold().split("|") for word in source.options.words]
    for announcement in announcements:
        where = (announcement.title or announcement.url).casefold()
        if all(any(alternative in where for alternative in word) for word in words):
            yield announcement


def _press_list(source: FollowedSource, fetcher: Fetches, span: Span, pages: int) -> Iterator[Announcement]:
    """Yield what the press corner lists, page by page, in each of the languages."""
    parts = urlsplit(source.url)
    for language in source.options.languages or ("en",):
        wanted = PressList(f"{parts.scheme}://{parts.netloc}", language, source.options.types, span.since, span.until)
        seen: set[str] = set()
        for number in range(1, pages + 1):
            answer = _got(fetcher.fetch(wanted.page(number)))
            entries = read_press_list(answer.data, answer.url)
            fresh = [entry for entry in entries if entry.url not in seen]
            yield from (Announcement(entry.url, _titled(entry.title, entry.url), entry.date) for entry in fresh)
            seen |= {entry.url for entry in fresh}
            # The last page may have any length, because a server may give fewer than it was asked for.
            if not fresh:
                break


def _sitemap_pages(
    answer: Fetched, fetcher: Fetches, since: datetime.date | None, limit: int
) -> Iterator[Announcement]:
    """Yield the pages of a sitemap that were changed since a day, also of the sitemaps that an index leads to.

    Only sitemaps on the same server are read, and those of an index in an index are not.
    """
    sitemap = read_sitemap(answer.data, answer.url)
    inner = [
        entry
        for entry in sitemap.sitemaps
        if server_of(entry.url) == server_of(answer.url) and not (since and entry.changed and entry.changed < since)
    ]
    pages = list(sitemap.pages)
    for entry in inner[:limit]:
        try:
            inner_answer = _got(fetcher.fetch(entry.url))
            pages += read_sitemap(inner_answer.data, inner_answer.url).pages
        except FeedError:
            continue
    for page in pages:
        if not (since and page.changed and page.changed < since):
            yield Announcement(page.url, page.title, page.date)


def _files(source: FollowedSource) -> list[Announcement]:
    """Return the files in a folder, oldest first. One that was read half written is read again when it has changed.

    :raises SourceError: when the folder cannot be read.
    """
    dated: list[tuple[float, Announcement]] = []
    try:
        for path in sorted(Path(source.url).iterdir())[:_FOLDER_FILES]:
            if utf8(path.name) != path.name or is_clutter(path.name) or not path.is_file():
                continue
            try:
                stat = path.stat()
            except FileNotFoundError:  # It was moved away in this moment.
                continue
            if stat.st_size:
                dated.append((stat.st_mtime, Announcement(str(path), version=f"{stat.st_mtime_ns}:{stat.st_size}")))
    except OSError as error:
        raise SourceError(f"{source.url} cannot be read ({error.strerror}): check the folder.") from error
    return [announcement for _, announcement in sorted(dated, key=lambda item: item[0])]
