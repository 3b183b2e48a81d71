"""The answers of the press corner's interface: a document -> a draft of a release, and a list -> what it announces.

The names of the fields are those that public programs read; no answer of the real server could be looked at. So a
field that is missing or of another kind counts as not stated. `corpus/press_corner.py` has the addresses.
"""

import datetime
import html
import json
import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corpus.agencies.registry import registry
from corpus.cleaning.dates import BRUSSELS, date_of_value
from corpus.cleaning.draft_limits import bounded_draft, check_length, repaired
from corpus.cleaning.html_blocks import Block, blocks, parse
from corpus.cleaning.html_metadata import by_address, completed
from corpus.cleaning.html_pruning import drop_unread
from corpus.cleaning.language import base
from corpus.cleaning.lines import fold, lay_out
from corpus.cleaning.quality import Doubt, page_doubts
from corpus.errors import FeedError, NoTextError, SourceError
from corpus.fetching.robot_checks import shown_text
from corpus.models import Draft, Origin
from corpus.press_corner import OFFICIAL, PressDocument, document_at, document_named
from corpus.processes.sandbox import in_child
from corpus.release_text import ends_sentence
from corpus.sources.feeds import FeedEntry

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_MARKS = (b"docuLanguageResource", b"refCd")
_HEAD_BYTES = 200
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}>")
_PRE = re.compile(r"<pre[^<>]{0,500}>([^<]*)</pre>")
_WRITTEN_LINE_ENDS = re.compile(r"(?<=>)(?:\\[rnt])+|(?:\\[rnt])+(?=\s{0,9}<)")  # A backslash and a letter.
_MOSTLY_LINKS = 0.5
_MAX_SHELL_BYTES = 200_000
_MAX_SHELL_CHARS = 300
_MAX_MILLISECONDS = 7_000_000_000_000  # In the year 2191.


@dataclass(frozen=True, slots=True)
class PressRelease:
    """A document of the press corner: what it holds, what its text makes doubtful, and the codes of its policies."""

    draft: Draft
    page_doubts: tuple[Doubt, ...]
    policies: tuple[str, ...]


def is_press_document(data: bytes) -> bool:
    """Tell whether bytes are an answer of the interface with a document, also as a browser shows and saves one."""
    head = data[:_HEAD_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n").replace(b"\0", b"")
    is_json = head.startswith((b"{", b"\xff\xfe{", b"\xfe\xff{"))
    plain = data.replace(b"\0", b"") if b"\0" in data[:_HEAD_BYTES] else data
    return (is_json or b"<pre" in plain[:4096].lower()) and all(mark in plain for mark in _MARKS)


def is_press_shell(data: bytes) -> bool:
    """Tell whether bytes are a page of the press corner as programs get it, and some browsers save it: without text."""
    if len(data) > _MAX_SHELL_BYTES or not (b"<app-root" in data or b"<script" in data.lower()):
        return False
    return len(shown_text(data.decode("utf-8", "replace"))[0]) <= _MAX_SHELL_CHARS


def read_press_document(data: bytes, name: str, address: str | None) -> PressRelease:
    """Read an answer of the interface.

    :param address: the address of the document; None for a file of which nobody says where it is from.
    :raises NoTextError: when the document has no text, as those of factsheets.
    :raises SourceError: when it is no such answer.
    """
    return in_child(_read, data, name, address, name=name)


def read_press_list(data: bytes, url: str) -> tuple[FeedEntry, ...]:
    """Read a page of the list.

    :param url: where it was fetched. The pages of the documents are on the same server.
    :raises FeedError: when it is no such list.
    """
    return in_child(_read_list, data, url, name=url, advice="check the address", error=FeedError)


def _read(data: bytes, name: str, address: str | None) -> PressRelease:
    document = _object(data, name)
    content = _mapping(document.get("docuLanguageResource"))
    markup = _markup(_text(content.get("htmlContent")))
    if not _words(markup):
        raise NoTextError(f"{name} has no text in the press corner: what there is of it are files, add those.")
    check_length(len(_words(markup)), name)
    asked = document_at(address)
    language = base(content.get("language")) or (asked.language if asked else None)
    stated = document_named(_text(document.get("refCd")), language or "en", asked.server if asked else OFFICIAL)
    tree = parse(f"<html><body>{markup}</body></html>", name)
    whole = deepcopy(tree)
    draft = _draft(document, content, tree, language)
    draft = _placed(draft, stated, asked, address)
    policies = tuple(_text(policy.get("code")) for policy in _mappings(document.get("policiesResource")))
    return PressRelease(bounded_draft(draft, name), page_doubts(draft, whole), policies)


def _markup(content: str) -> str:
    """Return the HTML of a document. Some answers have it escaped once more, or as plain text in paragraphs."""
    if "<" not in content and "&lt;" in content:
        content = html.unescape(content)
    content = _WRITTEN_LINE_ENDS.sub("\n", content)
    if _TAG.search(content):
        return content
    return "".join(f"<p>{paragraph}</p>" for paragraph in re.split(r"\n\s*\n", content.replace("\r", "")))


def _draft(document: Mapping[str, Any], content: Mapping[str, Any], tree: "HtmlElement", language: str | None) -> Draft:
    """Return what the fields and the text of a document state, without its address."""
    drop_unread(tree)
    for element in [*tree.iter("title")]:  # Where the text is a whole page.
        element.drop_tree()
    title = _words(_text(content.get("title")))
    lines = [block.line for block in _without_links(blocks(tree, language))]
    laid_out = lay_out(lines, title=title or None, language=language)
    day = _day(document.get("eventDate")) or _day(document.get("publishDate"))
    values = {
        "title": title or None,
        "note": _words(_text(content.get("subtitle"))) or None,
        "date": day,
        "language": language,
    }
    kind = _words(_text(_mapping(document.get("docutypeResource")).get("description"))).casefold()
    found_in = {field: "press corner" for field, value in values.items() if value}
    draft = Draft(laid_out.text, kind=kind or "press release", found_in=found_in, **values)  # type: ignore[arg-type]
    # The day of the event is the one that the page shows; a text may have another, as of a speech or an embargo.
    return completed(draft, laid_out, (), None, (day,) if day else None)


def _placed(draft: Draft, stated: PressDocument | None, asked: PressDocument | None, address: str | None) -> Draft:
    """Return a draft with its reference, address and issuer. An answer about another document is kept as a claim."""
    from dataclasses import replace

    if stated is None:
        url = asked.page if asked else address
        return by_address(replace(draft, url=url, reference=asked.reference if asked else draft.reference))
    found_in = {**draft.found_in, "reference": "press corner", "issuer": "address"}
    issuer = registry().agencies[stated.issuer_id].name
    draft = replace(draft, reference=stated.reference, issuer=issuer, found_in=found_in)
    if asked is not None and asked.reference != stated.reference:
        return by_address(replace(draft, url=asked.page, claims={"url": stated.page}))
    elsewhere = address if asked is None and address else None
    return by_address(
        replace(draft, url=elsewhere or stated.page, origin=None if asked or elsewhere else Origin.CLAIMED)
    )


def _without_links(blocks: Iterable[Block]) -> list[Block]:
    """Return the blocks without those at the end that only lead to other pages."""
    kept = list(blocks)
    while kept and kept[-1].linked >= _MOSTLY_LINKS and not ends_sentence(kept[-1].text):
        kept.pop()
    return kept


def _read_list(data: bytes, url: str) -> tuple[FeedEntry, ...]:
    try:
        rows = _object(data, url).get("docuLanguageListResources")
    except SourceError:
        rows = None
    if not isinstance(rows, list):
        raise FeedError(f"{url} is no list of the press corner: check the address.")
    server = url.partition("/commission/")[0]
    entries: dict[str, FeedEntry] = {}
    for row in _mappings(rows):
        document = document_named(_text(row.get("refCode")), _text(row.get("languageCode")) or "en", server)
        if document is not None:
            title = _words(_text(row.get("title"))) or document.page
            entries[document.page] = repaired(FeedEntry(document.page, title, _day(row.get("eventDate"))))
    return tuple(entries.values())


def _object(data: bytes, name: str) -> Mapping[str, Any]:
    """Return the object that an answer is, also out of the page that a browser shows it on."""
    try:
        text = data.decode(json.detect_encoding(data))
        shown = _PRE.search(text) if text.lstrip()[:1] == "<" else None
        answer = json.loads(html.unescape(shown[1]) if shown else text, strict=False)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{name} is no answer of the press corner that can be read: get it again.") from error
    if not isinstance(answer, dict):
        raise SourceError(f"{name} is no answer of the press corner that can be read: get it again.")
    return answer


def _day(value: object) -> datetime.date | None:
    """Return the day of a date as text, or of a time in milliseconds, as Java programs write it."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < _MAX_MILLISECONDS:
        return datetime.datetime.fromtimestamp(value / 1000, BRUSSELS).date()
    return date_of_value(value)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _words(markup: str) -> str:
    """Return the words of a short piece of HTML on one line."""
    return fold(html.unescape(_TAG.sub(" ", markup)))
