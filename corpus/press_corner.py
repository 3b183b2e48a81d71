"""The addresses of the Commission's press corner, which also publishes for other institutions.

Its pages hold no text: their scripts get it from an interface (API) on the same server. What is written here is how
public programs use that interface. None of it could be tried against the real server, so each fact has one place: the
addresses and the types of documents are here, the fields of the answers in `corpus/sources/presscorner.py`.
"""

import datetime
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from corpus.web_urls import web_url

OFFICIAL = "https://ec.europa.eu"
LIST_PAGE_SIZE = 100  # The most entries that the list gives on a page.
_ROOT = "/commission/presscorner"
# .../detail/en/ip_26_301, and the PDF that the page offers: .../api/files/document/print/en/ip_26_301/IP_26_301_EN.pdf
_PAGE = re.compile(
    r"/commission/presscorner/(?:detail|api/files/document/print)/([a-z]{2})/([a-z]+)_([0-9]{2,4})_([0-9]{1,6})(?:/|$)",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"([a-z]+)[/_-]([0-9]{2,4})[/_-]([0-9]{1,6})", re.IGNORECASE)
# RAPID, which came before the press corner: europa.eu/rapid/press-release_IP-15-9956_en.htm, …/x.do?reference=IP/08/1
_RAPID = re.compile(r"/rapid/press-release_([a-z]+-[0-9]{2,4}-[0-9]{1,6})(?:_([a-z]{2}))?\b", re.IGNORECASE)
_RAPID_ACTION = re.compile(r"/rapid/\w{1,40}\.do", re.IGNORECASE)
_LANGUAGE = re.compile(r"[a-z]{2}", re.IGNORECASE)
# Who issues documents of a type, by the ids of the registry. All other types are the Commission's.
_ISSUERS = {
    "pres": "council",
    "pesc": "council",
    "cje": "cjeu",
    "bei": "eib",
    "stat": "estat",
    "eca": "eca",
    "edps": "edps",
    "eo": "eo",
    "ces": "eesc",
    "cor": "cor",
    "olaf": "olaf",
}


@dataclass(frozen=True, slots=True)
class PressDocument:
    """A document of the press corner in a language: a server, such as https://ec.europa.eu, and the reference number.

    ``kind``, ``year`` and ``number`` are as the addresses of pages have them: "ip", "26", "301".
    """

    server: str
    language: str
    kind: str
    year: str
    number: str

    @property
    def reference(self) -> str:
        """The reference number, as "IP/26/301"."""
        return f"{self.kind.upper()}/{self.year}/{self.number}"

    @property
    def page(self) -> str:
        """The address of the page that people open."""
        return f"{self.server}{_ROOT}/detail/{self.language}/{self.kind}_{self.year}_{self.number}"

    @property
    def api(self) -> str:
        """The address where programs get the text."""
        return f"{self.server}{_ROOT}/api/documents?reference={self.reference}&language={self.language}"

    @property
    def issuer_id(self) -> str:
        """The id of the agency that issues documents of this type."""
        return _ISSUERS.get(self.kind, "ec")


@dataclass(frozen=True, slots=True)
class PressList:
    """A list of the press corner: the documents in a language, of some types and days."""

    server: str
    language: str
    types: tuple[str, ...]
    since: datetime.date
    until: datetime.date

    def page(self, number: int) -> str:
        """Return the address of a page of the list, counted from 1."""
        query = {
            "language": self.language,
            "pagesize": LIST_PAGE_SIZE,
            "pagenumber": number,
            "datefrom": f"{self.since:%d%m%Y}",
            "dateto": f"{self.until:%d%m%Y}",
        }
        types = {"documentTypeCodes": ",".join(self.types)} if self.types else {}
        return f"{self.server}{_ROOT}/api/search?{urlencode(query | types, safe=',')}"


def document_at(url: str | None) -> PressDocument | None:
    """Return the document whose page, PDF or interface is at an address; None when the address has none."""
    valid_url = web_url(url)
    if valid_url is None:
        return None
    parts = urlsplit(valid_url)
    server = f"{parts.scheme}://{parts.netloc}"
    page = _PAGE.match(unquote(parts.path))
    if page:
        return PressDocument(server, *(part.lower() for part in page.groups()))
    if parts.path.rstrip("/").lower() != f"{_ROOT}/api/documents":
        return None
    query = {name.lower(): values[0] for name, values in parse_qs(parts.query).items()}
    return document_named(query.get("reference", ""), query.get("language", "en"), server)


def reference_at(url: str | None) -> PressDocument | None:
    """Return the document at an address of the press corner, or of RAPID before it; None when there is none.

    Unlike `document_at` it says nothing about where the text is: addresses of RAPID lead elsewhere, if anywhere.
    """
    valid_url = web_url(url)
    if valid_url is None:
        return None
    parts = urlsplit(valid_url)
    rapid = _RAPID.match(parts.path)
    if rapid:
        return document_named(rapid[1], rapid[2] or "en")
    if _RAPID_ACTION.fullmatch(parts.path):
        return document_named(parse_qs(parts.query).get("reference", [""])[0], "en")
    return document_at(valid_url)


def document_named(reference: str, language: str, server: str = OFFICIAL) -> PressDocument | None:
    """Return the document with a reference number, as "IP/26/301"; None when it is no such number."""
    parts = _REFERENCE.fullmatch(reference.strip())
    if parts is None or not _LANGUAGE.fullmatch(language):
        return None
    kind, year, number = (part.lower() for part in parts.groups())
    return PressDocument(server, language.lower(), kind, year, number)


def kept_address(url: str | None) -> str | None:
    """Return the address that is kept for an address: for a document of the press corner that of its page."""
    document = document_at(url)
    return document.page if document else url


def server_at(url: str) -> str | None:
    """Return the server of an address of the press corner itself: its front page or its list; None for others."""
    valid_url = web_url(url)
    if valid_url is None:
        return None
    parts = urlsplit(valid_url)
    below = parts.path.lower().removeprefix(_ROOT).strip("/") if parts.path.lower().startswith(_ROOT) else None
    if below is None or not (below in ("", "api", "api/search") or re.fullmatch(r"home(?:/[a-z]{2})?", below)):
        return None
    return f"{parts.scheme}://{parts.netloc}"
