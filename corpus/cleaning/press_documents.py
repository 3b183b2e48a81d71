"""Documents of the Commission's press corner, and of RAPID before it: what their addresses say about them.

An address names the document: its type, year and number. The press corner also keeps documents of other institutions,
and the type says whose a document is.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

_DETAIL = re.compile(r"/presscorner/detail/[a-z]{2}/([a-z]+)_(\d{2,4})_(\d+)", re.IGNORECASE)
_RAPID = re.compile(r"/rapid/press-release_([a-z]+)-(\d{2,4})-(\d+)", re.IGNORECASE)
_BY_REFERENCE = re.compile(r"/(?:rapid/\w{1,40}\.do|presscorner/api/documents)$", re.IGNORECASE)
_REFERENCE = re.compile(r"^([a-z]+)/(\d{2,4})/(\d+)$", re.IGNORECASE)
_MAX_CHARS = 2_048
# The types of documents that are not the Commission's, and the ids of the agencies that issue them.
_ISSUERS = {
    "PRES": "council",
    "PESC": "council",
    "STAT": "estat",
    "CJE": "cjeu",
    "BEI": "eib",
    "CES": "eesc",
    "COR": "cor",
    "ECA": "eca",
    "EDPS": "edps",
    "EO": "eo",
    "OLAF": "olaf",
}


@dataclass(frozen=True, slots=True)
class PressDocument:
    """A document of the press corner."""

    type: str
    year: str
    number: str

    @property
    def reference(self) -> str:
        """Its reference number, as its text has it: ``IP/18/6635``."""
        return f"{self.type}/{self.year}/{self.number}"

    @property
    def issuer_id(self) -> str | None:
        """The id of the agency that issued it; None for the Commission, whose site it is."""
        return _ISSUERS.get(self.type)


def press_document(url: str | None) -> PressDocument | None:
    """Return the document at an address of the press corner or of RAPID; None for any other address."""
    if not url or len(url) > _MAX_CHARS:
        return None
    match = _DETAIL.search(url) or _RAPID.search(url)
    if match is None:
        parts = urlsplit(url)
        given = parse_qs(parts.query).get("reference", [""])[0] if _BY_REFERENCE.search(parts.path) else ""
        match = _REFERENCE.match(given)
    return PressDocument(match[1].upper(), match[2], match[3]) if match else None
