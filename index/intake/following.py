"""The sources that are followed: add them by what a person writes, list them, and remove them."""

import dataclasses
import re
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

from corpus import SourceError, UnknownEntryError, read_target, server_at, shown
from index.database.announcements import Announced, Counts
from index.database.corpus_db import CorpusStore
from index.database.history import By
from index.database.home import open_corpus_db
from index.database.sources import FollowedSource, SourceKind, SourceOptions
from index.intake.sources import is_address
from index.settings import IndexSettings, fetch_rules

OFFICIAL_PRESS_CORNER = "https://ec.europa.eu"
UNASKED = SourceOptions()
_PRESS_CORNER = re.compile(r"press ?corner\s*(?::(.*))?", re.IGNORECASE | re.DOTALL)
_SITEMAP = re.compile(r"sitemap[^/]*(?:\.xml(?:\.gz)?)?", re.IGNORECASE)
_CODE = re.compile(r"[A-Za-z0-9_]{1,40}")
# What the options are called in the address of the interface's list.
_IN_LIST = {"documenttypecodes": "types", "language": "languages"}


@dataclasses.dataclass(frozen=True, slots=True)
class ListedSource:
    """A source, and what became of all that it announced."""

    source: FollowedSource
    counts: Counts

    def to_dict(self) -> dict[str, object]:
        """Return it as `measures sources list --json` prints it."""
        source = self.source
        backfill = dataclasses.asdict(source.backfill) if source.backfill else None
        about = {"kind": source.kind.value, "options": source.options.given(), "succeeded_at": source.succeeded_at}
        return source.to_dict() | about | dataclasses.asdict(self.counts) | {"backfill": backfill}


def sources(settings: IndexSettings) -> list[ListedSource]:
    """Return all sources, by address."""
    with closing(open_corpus_db(settings, reading=True)) as store:
        counts = store.announcements.counts()
        return [ListedSource(source, counts.get(source.url, Counts())) for source in store.sources.all()]


def announced(settings: IndexSettings) -> list[Announced]:
    """Return what was announced and may not be read by programs, newest first."""
    with closing(open_corpus_db(settings, reading=True)) as store:
        return store.announcements.announced()


def add_source(
    settings: IndexSettings,
    what: str,
    by: By,
    *,
    kind: SourceKind | None = None,
    options: SourceOptions = UNASKED,
    title: str = "",
    folders: bool = True,
) -> tuple[str, bool]:
    """Follow a source, which is read at the next poll. Return the address that is kept of it, and whether it is new.

    :param what: an address, the path of a folder, or "presscorner", also with options: "presscorner: types=IP,SPEECH".
    :param kind: what it is; by default what it looks like.
    :param folders: whether it may be a folder of this machine.
    :raises SourceError: when it is none of these, or an option makes no sense.
    :raises FetchError: when the address contains a user name or a password, or its host may not be asked.
    """
    what = what.strip()
    if is_address(what):
        read_target(what, fetch_rules(settings))
    url, kind, options = _understood(what, kind, options, folders=folders)
    if kind is SourceKind.PRESS_CORNER:
        read_target(url, fetch_rules(settings))
    with closing(open_corpus_db(settings, by)) as store, store.writing():
        new = store.sources.add(url, kind, options, title)
        if new:
            _note(store, "added", url, kind)
        return url, new


def remove_source(settings: IndexSettings, url: str, by: By) -> None:
    """Follow a source no more. The releases that came from it stay.

    :raises UnknownEntryError: when there is no such source.
    """
    with closing(open_corpus_db(settings, by)) as store, store.writing():
        kinds = {source.url: source.kind for source in store.sources.all()}
        url = url if url in kinds else str(Path(url).absolute()) if not is_address(url) else url
        if not store.sources.remove(url):
            raise UnknownEntryError(f"{shown(url)} is no source that is kept: `measures sources list` tells which are.")
        _note(store, "removed", url, kinds[url])


def _note(store: CorpusStore, what: str, url: str, kind: SourceKind) -> None:
    if kind is SourceKind.FEED:
        store.history.add(f"feed {what}", feed=url)
    else:
        store.history.add(f"source {what}", source=url)


def _understood(
    what: str, kind: SourceKind | None, options: SourceOptions, *, folders: bool
) -> tuple[str, SourceKind, SourceOptions]:
    """Return the address, the kind and the options of a source.

    :raises SourceError: when it is none.
    """
    named = _PRESS_CORNER.fullmatch(what)
    server = OFFICIAL_PRESS_CORNER if named else server_at(what)
    if server is not None and kind in (None, SourceKind.PRESS_CORNER):
        written = _written(named[1] or "") if named else _of_query(what)
        return _press_corner(server, _merged(written, options))
    if options.types or options.policies or options.languages or kind is SourceKind.PRESS_CORNER:
        raise SourceError(
            f"{shown(what)!r} is no press corner: types, policies and languages go with `presscorner` or its address."
        )
    if is_address(what):
        looks = SourceKind.SITEMAP if _SITEMAP.fullmatch(urlsplit(what).path.rsplit("/", 1)[-1]) else SourceKind.FEED
        if kind is SourceKind.FOLDER:
            raise SourceError(f"{shown(what)!r} is an address and no folder: give the path of a folder.")
        return what, kind or looks, options
    if folders and kind in (None, SourceKind.FOLDER) and Path(what).is_dir():
        return str(Path(what).absolute()), SourceKind.FOLDER, options
    wanted = ", a folder that is there, or presscorner" if folders else " or presscorner"
    raise SourceError(f"{shown(what)!r} is no address of a feed or a sitemap that begins with https://{wanted}.")


def _press_corner(server: str, options: SourceOptions) -> tuple[str, SourceKind, SourceOptions]:
    """Return the address under which a search of the press corner is kept: it says what is searched for."""
    languages = tuple(language.lower() for language in options.languages) or ("en",)
    wrong = next((language for language in languages if not re.fullmatch("[a-z]{2}", language)), None)
    if wrong is not None:
        raise SourceError(f"{shown(wrong)!r} is no language of the press corner: give two letters, as en or de.")
    codes = (*options.types, *options.policies)
    wrong = next((code for code in codes if not _CODE.fullmatch(code)), None)
    if wrong is not None:
        raise SourceError(f"{shown(wrong)!r} is no code of the press corner: give codes such as IP or TRANSP.")
    types, policies = (tuple(code.upper() for code in codes) for codes in (options.types, options.policies))
    options = SourceOptions(types, policies, languages, options.words)
    query = "&".join(f"{name}={quote(','.join(values), safe=',')}" for name, values in options.given().items())
    return f"{server}/commission/presscorner/?{query}", SourceKind.PRESS_CORNER, options


def _written(text: str) -> SourceOptions:
    """Read options as "types=IP,SPEECH; languages=en".

    :raises SourceError: when there is another option.
    """
    pairs = [part.partition("=") for part in re.split(r"[;&]", text) if part.strip()]
    return _options({name.strip().lower(): value for name, _, value in pairs})


def _of_query(url: str) -> SourceOptions:
    query = {name.lower(): ",".join(values) for name, values in parse_qs(urlsplit(url).query).items()}
    named = {_IN_LIST.get(name, name): value for name, value in query.items()}
    return _options({name: value for name, value in named.items() if name in SourceOptions.__dataclass_fields__})


def _options(values: dict[str, str]) -> SourceOptions:
    unknown = next((name for name in values if name not in SourceOptions.__dataclass_fields__), None)
    if unknown is not None:
        raise SourceError(f"{shown(unknown)!r} is no option of the press corner: types, policies, languages or words.")
    split = {name: tuple(re.split(r"[\s,]+", value.strip())) for name, value in values.items() if value.strip()}
    return SourceOptions(**split)


def _merged(written: SourceOptions, given: SourceOptions) -> SourceOptions:
    values = dataclasses.asdict(written) | {name: tuple(values) for name, values in given.given().items()}
    return SourceOptions(**values)
