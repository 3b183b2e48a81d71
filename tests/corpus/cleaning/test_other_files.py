"""Saved pages, printed PDFs, answers of the press corner and checks for robots in forms that nobody has tuned to."""

import base64
import datetime
import json
from email.message import EmailMessage
from textwrap import wrap

import pytest

from corpus.cleaning.clean import _read
from corpus.fetching.robot_checks import is_robot_check
from corpus.models import Draft
from corpus.sources.presscorner import _read as read_answer
from corpus.sources.sitemaps import _read as read_sitemap_here
from tests.corpus.cleaning.bodies import BODIES, Body
from tests.pdfs import Words, pdf

DAY = datetime.date(2025, 3, 14)
SAVED = "https://ec.europa.eu/commission/presscorner/detail/pl/ip_25_777"
DE, EN, FR, PL = (BODIES[language] for language in ("de", "en", "fr", "pl"))
PAGE = PL.page("<p>Bruksela, 14 marca 2025 r.</p>").decode()


def facts(draft: Draft) -> tuple[object, ...]:
    return draft.title, draft.date, draft.issuer, draft.language, draft.reference, draft.text.split("\n\n")


def wanted(body: Body, issuer: str, reference: str | None, day: datetime.date | None = DAY) -> tuple[object, ...]:
    return body.title, day, issuer, body.language, reference, [*body.lines]


def mhtml(page: bytes, charset: str) -> bytes:
    head = 'From: x\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary="b"\n\n--b\n'
    part = f"Content-Type: text/html{charset}\nContent-Transfer-Encoding: base64\nContent-Location: {SAVED}\n\n"
    return (head + part).encode() + base64.encodebytes(page) + b"\n--b--\n"


@pytest.mark.parametrize(
    "data",
    [
        mhtml(PAGE.replace("<meta charset=utf-8>", "").encode("cp1250"), "; charset=windows-1250"),
        mhtml(PAGE.encode("utf-16"), "; charset=utf-16"),
        mhtml(PAGE.encode(), "; charset=unheard-of"),
        mhtml(PAGE.encode(), "").replace(b"text/html", b"application/xhtml+xml"),
        mhtml(PAGE.replace("<meta charset=utf-8>", "").encode("cp1250"), ""),
        PAGE.replace("<html", f"<!-- saved from url=({len(SAVED):04}){SAVED} -->\r\n<html").encode("utf-8-sig"),
    ],
    ids=["windows-1250", "utf-16", "unknown encoding", "xhtml", "encoding of its language", "comment after a mark"],
)
def test_saved_page_keeps_the_letters_and_the_address_of_its_page(data: bytes) -> None:
    draft = _read(data, "x", None, True).draft
    assert facts(draft) == wanted(PL, "European Commission", "IP/25/777")
    assert draft.url == SAVED


def mail(kind: str, content: str) -> bytes:
    message = EmailMessage()
    message["From"], message["Date"] = "press@emsa.europa.eu", "Fri, 14 Mar 2025 10:00:00 +0100"
    message["Subject"] = f"Fwd: {PL.title}"
    message.set_content("See the other part." if kind == "html" else content)
    if kind == "html":
        message.add_alternative(content, subtype="html")
    message.add_attachment(b"GIF8", maintype="image", subtype="gif", filename="logo.gif")
    return message.as_bytes()


def wrapped(end: str) -> str:
    return "\r\n\r\n".join(end.join(wrap(line, 50)) for line in ["Lizbona, 14 marca 2025", *PL.lines])


def newsletter(kind: str, content: str) -> bytes:
    """Return a mail with pictures, as it was delivered; its text says where it was saved, as that of a page does."""
    fields = ["From: press@emsa.europa.eu", "To: ada@example.org", "Date: Fri, 14 Mar 2025 10:00:00 +0100"]
    head = [*fields, f"Subject: {PL.title}", "MIME-Version: 1.0", "Content-Type: multipart/related; boundary=b"]
    part = ["--b", f"Content-Type: {kind}; charset=utf-8", f"Content-Location: {SAVED}", "", content, "--b--", ""]
    return "\r\n".join([*head, "", *part]).encode()


@pytest.mark.parametrize("data", [
    mail("html", f"<html><body><table><tr><td>14 marca 2025</td></tr></table>{PL.paragraphs}</body></html>"),
    mail("plain", "\n\n".join(["Lizbona, 14 marca 2025", *PL.lines])),
    newsletter("text/html", f"<p>14 marca 2025</p>{PL.paragraphs}"),
    newsletter("text/plain; format=flowed", wrapped(" \r\n")),
    newsletter("text/plain; format=flowed; delsp=yes", wrapped("  \r\n")),
], ids=["html", "plain", "with pictures", "flowed", "flowed, spaces twice"])  # fmt: skip
def test_mail_is_read_as_its_text_with_its_subject_as_title(data: bytes) -> None:
    draft = _read(data, "x.eml", "https://www.emsa.europa.eu/newsroom/x.html", True).draft
    assert facts(draft) == wanted(PL, "European Maritime Safety Agency", None)
    assert _read(data, "x.eml", None, True).draft.url is None


def answer(body: Body = EN, content: str | None = None, **fields: object) -> bytes:
    text = {"title": body.title, "htmlContent": content or body.paragraphs, "language": body.language}
    return json.dumps(
        {"refCd": "IP/25/777", "eventDate": "2025-03-14", "docuLanguageResource": text, **fields}
    ).encode()


@pytest.mark.parametrize(
    ("data", "body"),
    [
        (answer(eventDate=1_741_906_800_000), EN),  # Midnight in Brussels, in milliseconds.
        (answer(eventDate="2025-03-13T23:00:00.000+0000"), EN),
        (answer(eventDate=None, publishDate="2025-03-14T09:00:00Z"), EN),
        (answer(eventDate=True, publishDate=1_741_942_800_000), EN),
        (answer(FR, f"<p><b>Bruxelles, le 14 mars 2025</b></p>{FR.paragraphs}"), FR),
        (answer(EN, f"<h1>{EN.title.upper()}</h1>{EN.paragraphs}"), EN),
        (answer(EN, "<br/><br/>".join(EN.lines)), EN),
        (answer(EN, EN.paragraphs.replace("<", "&lt;").replace(">", "&gt;")), EN),
        (b"<html><body><pre style=x>" + answer().replace(b"<", b"&lt;") + b"</pre></body></html>", EN),
    ],
)
def test_answer_of_the_press_corner_with_odd_fields(data: bytes, body: Body) -> None:
    reading = read_answer(data, "x.json", None)
    assert facts(reading.draft) == wanted(body, "European Commission", "IP/25/777")
    assert reading.page_doubts == ()


def sheet(body: Body, above: list[Words], below: list[Words]) -> bytes:
    words, height = [*above, Words(60, 680, body.title, 18)], 640
    for line in body.lines:
        first, second = line[:70].rpartition(" ")[0], line[len(line[:70].rpartition(" ")[0]) + 1 :]
        words += [Words(60, height, first), Words(60, height - 14, second)]
        height -= 46
    return pdf([[*words, *below]])


COURT = ["Gerichtshof der Europäischen Union", "PRESSEMITTEILUNG Nr. 33/25", "Luxemburg, den 14. März 2025"]
NOTE = "HINWEIS: Im Wege eines Vorabentscheidungsersuchens können die Gerichte den Gerichtshof befragen."


@pytest.mark.parametrize(
    ("data", "body", "issuer", "reference"),
    [
        (
            sheet(FR, [Words(60, 800, "Commission européenne - Communiqué de presse"), Words(60, 730, "Bruxelles, le "
                       "14 mars 2025")], [Words(280, 20, "IP/25/777", 8)]),
            FR, "European Commission", "IP/25/777",
        ),
        (
            sheet(DE, [Words(60, 800 - 15 * row, line, 10) for row, line in enumerate(COURT)],
                  [Words(60, 180, NOTE, 9)]),
            DE, "Court of Justice of the European Union", "33/25",
        ),
        (
            sheet(FR, [Words(60, 800, "Commission européenne"), Words(60, 654, "Luxembourg (Luxembourg), le vendredi "
                       "14 mars 2025")], []),
            FR, "European Commission", None,
        ),
        (
            sheet(EN, [Words(60, 800, "European Commission | 14 March 2025")], [
                Words(60, 516 - 16 * row, line) for row, line in enumerate(["Ada Example", "Tel.: +32 2 299 00 00"])]),
            EN, "European Commission", None,
        ),
        (
            sheet(DE, [Words(60, 800 - 15 * row, line) for row, line in enumerate(["Europäische Zentralbank",
                       "PRESSEMITTEILUNG", "14. März 2025"])],
                  [Words(60, 40, "Europäische Zentralbank, Sonnemannstraße 20, 60314 Frankfurt am Main", 8)]),
            DE, "European Central Bank", None,
        ),
        (
            sheet(EN, [Words(30, 820, "5/14/2026, 10:31 AM", 8), Words(60, 710, "14 March 2025")],
                  [Words(30, 20, "https://www.emsa.europa.eu/newsroom/x.html", 8), Words(550, 20, "1/1", 8)]),
            EN, "European Maritime Safety Agency", None,
        ),
    ],
    ids=[
        "number at the bottom", "letterhead without gaps", "right above the text", "contacts right below the text",
        "office in German", "printed by a browser",
    ],
)  # fmt: skip
def test_pdf_gives_what_its_letterhead_and_its_foot_say(
    data: bytes, body: Body, issuer: str, reference: str | None
) -> None:
    assert facts(_read(data, "x.pdf", None, True).draft) == wanted(body, issuer, reference)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Web Page Blocked", "The page cannot be displayed. Attack ID: 20000051"),
        ("Requête rejetée", "L'URL demandée a été rejetée. Votre identifiant de support est : 123"),
        ("Queue", "You are now in line. Thank you for waiting."),
        ("Bot check", "Please wait while we check that you are a person."),
        ("Sicherheitsprüfung", "Bitte warten Sie einen Moment."),
        ("Un momento…", "Esto puede tardar unos segundos."),
        ("ec.europa.eu", "Sprawdź, czy jesteś człowiekiem, wykonując poniższą czynność."),
        ("ec.europa.eu", "Επαλήθευση ότι είστε άνθρωπος. Αυτό μπορεί να διαρκέσει λίγα δευτερόλεπτα."),
        ("EU CAPTCHA", "Please enter the characters that you see in the picture."),
        ("429 Too Many Requests", "Try again later."),
        ("", "<meta content='0;/.well-known/sgcaptcha/?r=%2F' http-equiv=refresh>"),
    ],
)
def test_further_checks_for_robots_are_known(title: str, text: str) -> None:
    assert is_robot_check(f"<html><head><title>{title}</title></head><body><p>{text}</p></body></html>".encode())


def test_releases_on_robots_and_waiting_are_no_checks() -> None:
    for text in ("Robots load ships in nine ports.", "Ships wait in line for a place at the quay, the Agency says."):
        page = f"<html><head><title>Ports</title></head><body><h1>Ports</h1><p>{text}</p></body></html>"
        assert not is_robot_check(page.encode())


def test_time_of_a_news_sitemap_is_a_day_in_brussels() -> None:
    news = "<n:news><n:publication_date>2025-03-13T23:30:00Z</n:publication_date></n:news>"
    data = f'<urlset xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>/x</loc>{news}</url></urlset>'
    (entry,) = read_sitemap_here(data.encode(), "https://a.europa.eu/sitemap.xml").pages
    assert (entry.url, entry.date) == ("https://a.europa.eu/x", DAY)
