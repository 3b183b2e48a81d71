"""A press corner on 127.0.0.1, as public programs read the real one: pages without text, documents, a list, a feed."""

import datetime
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from tests.corpus.servers import Handler, Request, Server, missing
from tests.pages import rss

ROOT = "/commission/presscorner"
SHELL = b"""<!doctype html><html lang="en"><head><title>Press corner</title></head><body><app-root></app-root>
<noscript>Please enable JavaScript to continue using this application.</noscript><script src="main.js"></script></body>
</html>"""
PORTS = "Antwerp Bremen Constanta Dublin Esbjerg Fiume Gdansk Helsinki Izola Jurmala Kotka Lisbon Malaga".split()
SENTENCES = {
    "en": "The Commission gives the port of {port} {number} million euros for new quays and {number} cranes.",
    "de": "Die Kommission gibt dem Hafen von {port} {number} Millionen Euro für neue Kais und {number} Kräne.",
    "fr": "La Commission donne au port de {port} {number} millions d’euros pour de nouveaux quais et {number} grues.",
}
TITLES = {"en": "Quays for {port} {number}", "de": "Kais für {port} {number}", "fr": "Des quais pour {port} {number}"}
MORE = {
    "en": "The money comes from the fund for harbours, and the port has three years to spend all of it on its quays.",
    "de": "Das Geld kommt aus dem Fonds für Häfen, und der Hafen hat drei Jahre Zeit, um alles davon auszugeben.",
    "fr": "L’argent vient du fonds pour les ports, et le port a trois ans pour dépenser le tout pour ses quais.",
}


def document(
    number: int,
    language: str = "en",
    kind: str = "IP",
    day: str = "2026-01-20",
    policies: tuple[str, ...] = ("TRANSP",),
) -> dict[str, object]:
    """Return a document as the interface answers it."""
    values = {"port": PORTS[number % len(PORTS)], "number": number}
    text = SENTENCES[language].format(**values)
    return {
        "refCd": f"{kind}/26/{number}",
        "eventDate": day,
        "publishDate": "2026-02-01T10:00:00Z",
        "originalLanguage": "en",
        "docuLanguageResource": {
            "title": TITLES[language].format(**values),
            "subtitle": None,
            "htmlContent": f"<p>{text}</p><h2>{values['port']}</h2><p>{MORE[language]}</p>",
            "language": language,
            "attachmentResources": [],
            "linkResources": [],
        },
        "docutypeResource": {"code": kind, "description": "Press release"},
        "policiesResource": [{"code": code, "description": code.title()} for code in policies],
        "contactsResource": [{"firstName": "Ada", "lastName": "Example"}],
    }


@dataclass
class PressCorner:
    """The documents by reference and language, those that have no text, and how long each takes to come."""

    documents: dict[tuple[str, str], Mapping[str, object]] = field(default_factory=dict)
    textless: set[str] = field(default_factory=set)
    read: list[str] = field(default_factory=list)
    pause_s: float = 0.0

    def publish(self, number: int, language: str = "en", **values: object) -> str:
        """Publish a document, and return its reference."""
        made = document(number, language, **values)  # type: ignore[arg-type]
        reference = str(made["refCd"])
        self.documents[reference, language] = made
        return reference

    def serve(self, server: Server) -> None:
        """Let a server answer as the press corner."""
        server.handlers = _Handlers(self, server)


class _Handlers(dict[str, Handler]):
    def __init__(self, corner: PressCorner, server: Server) -> None:
        super().__init__(server.handlers)
        self._corner = corner
        self._server = server

    def get(self, path: str, otherwise: object = None) -> Handler:
        if path in self:
            return self[path]
        name = path.removeprefix(f"{ROOT}/api/")
        if path.startswith(f"{ROOT}/detail/"):
            return lambda request: request.answer(SHELL, Content_Type="text/html")
        handler = {"documents": self._document, "search": self._list, "rss": self._feed}.get(name)
        return handler or missing

    def _document(self, request: Request) -> None:
        query = _query(request)
        reference, language = query["reference"], query["language"]
        self._corner.read.append(f"{reference} {language}")
        time.sleep(self._corner.pause_s)
        documents = self._corner.documents
        result = documents.get((reference, language)) or documents.get((reference, "en"))
        body = json.dumps(result).encode() if result and reference not in self._corner.textless else b""
        request.answer(body, Content_Type="application/json")

    def _list(self, request: Request) -> None:
        query = _query(request)
        first, last = (datetime.datetime.strptime(query[name], "%d%m%Y").date() for name in ("datefrom", "dateto"))  # noqa: DTZ007
        types = query.get("documentTypeCodes", "").split(",")
        rows = [
            {
                "refCode": reference,
                "eventDate": made["eventDate"],
                "title": made["docuLanguageResource"]["title"],  # type: ignore[index]
                "leadText": "",
                "docutype": reference.partition("/")[0],
                "languageCode": language,
            }
            for (reference, language), made in self._corner.documents.items()
            if language == query["language"]
            and first <= datetime.date.fromisoformat(str(made["eventDate"])) <= last
            and (types == [""] or reference.partition("/")[0] in types)
        ]
        size, number = int(query["pagesize"]), int(query["pagenumber"])
        page = rows[(number - 1) * size : number * size]
        request.answer(json.dumps({"docuLanguageListResources": page}).encode(), Content_Type="application/json")

    def _feed(self, request: Request) -> None:
        language = _query(request)["language"]
        references = [reference for reference, own in self._corner.documents if own == language][-10:]
        pages = [
            self._server.url(f"{ROOT}/detail/{language}/{reference.lower().replace('/', '_')}")
            for reference in references
        ]
        request.answer(rss("Press corner", pages), Content_Type="application/rss+xml")


def _query(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(request.path).query).items()}
