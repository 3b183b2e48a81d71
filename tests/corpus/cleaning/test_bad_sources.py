"""Bad sources: each is read rightly, refused with one clear sentence, or named by `corpus.cleaning.quality`."""

import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.cleaning.quality import Doubt, DoubtKind, mojibake, text_doubts
from corpus.errors import SourceError
from corpus.models import Draft
from corpus.processes import sandbox
from tests.conftest import FIXTURES
from tests.corpus.cleaning.reading import clean, doubts_about
from tests.pdfs import Words, pdf, pdf_of

PROSE = (
    "Le Conseil a adopté aujourd’hui une série de mesures sur les petits ports. Elles aideront les États membres à "
    "réparer les quais, déjà très abîmés, et coûteront 40 millions d’euros à l’Union européenne."
)
FRENCH = f"""<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Petits ports</title></head><body><main>
<h1>Les petits ports resteront ouverts</h1><p>{PROSE}</p><p>Le règlement entrera en vigueur après sa publication.</p>
</main></body></html>"""
PAGE = "<!doctype html><html lang=en><head><title>{title}</title>{head}</head><body>{body}</body></html>"


def page(body: str, title: str = "A title", head: str = "") -> bytes:
    return PAGE.format(title=title, head=head, body=body).encode()


def doubts(data: bytes) -> tuple[Doubt, ...]:
    return doubts_about(data)


def kinds(data: bytes) -> set[DoubtKind]:
    return {doubt.kind for doubt in doubts(data)}


@pytest.mark.parametrize("line", [PROSE, "Le règlement entrera en vigueur après sa publication."])
@pytest.mark.parametrize(
    "data",
    [
        FRENCH.encode("cp1252"),
        b"\xef\xbb\xbf" + FRENCH.encode(),
        FRENCH.encode("utf-16"),
        FRENCH.replace("<p>", "<p>\0").replace("adopté", "ado\0pté").encode(),
        FRENCH.encode().replace("règlement".encode(), "règlement".encode("cp1252")),
    ],
    ids=["cp1252 declared as utf-8", "bom", "utf-16", "nuls", "one word of cp1252 in utf-8"],
)
def test_page_in_a_wrong_encoding_keeps_its_letters(data: bytes, line: str) -> None:
    draft = clean(data, "x.html")
    assert line in draft.text.split("\n\n")
    assert mojibake(draft.text) == 0


def test_encoding_that_a_page_declares_counts() -> None:
    text = "Rada przyjęła środki dotyczące małych portów. Państwa członkowskie będą mogły naprawiać nabrzeża."
    data = page(f"<h1>Małe porty</h1><p>{text}</p>", head='<meta charset="windows-1250">').decode().encode("cp1250")
    assert clean(data, "x.html").text == text


@pytest.mark.parametrize("charset", ["rot13", "zlib", "unicode_escape", "no-such", "utf-16", "\\"])
def test_encoding_that_no_page_has_is_not_believed(charset: str) -> None:
    data = page(f"<h1>Un titre</h1><p>{PROSE}</p>", head=f'<meta charset="{charset}">').decode().encode("cp1252")
    assert clean(data, "x.html").text == PROSE


def test_double_encoded_page_is_named_and_not_repaired() -> None:
    data = FRENCH.encode().decode("cp1252", "replace").encode()
    assert DoubtKind.WRONG_ENCODING in kinds(data)


@pytest.mark.parametrize(
    "text", [PROSE, "CAFÉ» et «CAFÉ», «É» «À»", "Κομισιόν: Ένωση", "Комисията прие мерки", "Ã la carte"]
)
def test_right_text_is_no_mojibake(text: str) -> None:
    assert mojibake(text) == 0


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 100_000 + "Deep.",
        "<ul><li>" * 50_000 + "Deep.",
        "<table><tr><td>" * 30_000,
    ],
    ids=["div", "ul li", "table"],
)
def test_page_nested_100_000_deep_ends_soon_and_in_one_sentence(body: str) -> None:
    began = time.perf_counter()
    with pytest.raises(SourceError, match=r"^x\.html (is nested deeper|takes more than)") as refused:
        clean(page(body), "x.html")
    assert time.perf_counter() - began < sandbox.TIMEOUT_S + 5
    assert "\n" not in str(refused.value)


def test_page_of_40_000_elements_that_are_not_closed_is_read_in_bounded_time() -> None:
    began = time.perf_counter()
    assert clean(page("<p><b>" * 20_000 + "Deep."), "x.html").text == "Deep."
    assert time.perf_counter() - began < sandbox.TIMEOUT_S


def paragraphs_of(count: int) -> list[str]:
    return [
        f"Paragraph {number} says that measure {number} was adopted by the Council on that day."
        for number in range(count)
    ]


def test_large_page_of_prose_is_read() -> None:
    paragraphs = paragraphs_of(2500)
    data = page("<h1>Many measures</h1>" + "".join(f"<p>{line}</p>\n\n\n" for line in paragraphs))
    draft = clean(data + b" " * 600_000, "x.html")
    assert draft.text.split("\n\n") == paragraphs
    assert draft.title == "Many measures"


@pytest.mark.parametrize("kind", ["html", "text", "front matter"])
def test_text_longer_than_any_release_is_refused(kind: str) -> None:
    body = "\n\n".join(paragraphs_of(2800))
    data = {
        "html": page("<h1>Many measures</h1>" + "".join(f"<p>{line}</p>" for line in paragraphs_of(2800))),
        "text": body.encode(),
        "front matter": f"---\ntitle: Many measures\n---\n{body}".encode(),
    }[kind]
    with pytest.raises(
        SourceError, match=r"^x has 2\d\d,\d{3} characters of text: a release has at most 200,000, give"
    ):
        clean(data, "x")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (page('<div id="root"></div><script>run()</script>'), DoubtKind.NEEDS_SCRIPTS),
        (page("<noscript>Please enable JavaScript to see this page.</noscript><app-root></app-root><script></script>"),
         DoubtKind.NEEDS_SCRIPTS),
        (page('<h1>EU Login</h1><form><p>Sign in to continue</p><input type="password"></form>'), DoubtKind.LOGIN_PAGE),
        (page("<h1>Release</h1><p>You must be logged in to read this page.</p>"), DoubtKind.LOGIN_PAGE),
        (page("<h1>Page not found</h1><p>The page you look for was moved or deleted.</p>"), DoubtKind.NOT_FOUND_PAGE),
        (page("<h1>Oops</h1><p>Désolé, page introuvable.</p>", "404"), DoubtKind.NOT_FOUND_PAGE),
        (page("<h1>A title</h1><p>Too short.</p>"), DoubtKind.TOO_SHORT),
        (page("<h1>A title</h1><p>It was \ufffdadopted\ufffd.</p>"), DoubtKind.LOST_LETTERS),
    ],
)  # fmt: skip
def test_page_that_is_no_release_is_named(data: bytes, kind: DoubtKind) -> None:
    assert kind in kinds(data)


def test_listing_page_is_named() -> None:
    items = "".join(
        f'<li><span>{number} May 2024</span> <a href="/news/{number}">'
        f"<h3>Council adopts measure number {number} on harbours</h3>"
        f"</a><p>The measure number {number} helps the small harbours of the Union to stay open.</p></li>"
        for number in range(1, 21)
    )
    data = page(f"<main><h1>Press releases</h1><ul>{items}</ul><a href='?page=2'>Next</a></main>", "Press releases")
    assert DoubtKind.LIST_OF_PAGES in kinds(data)


def test_release_with_related_links_is_no_listing_page() -> None:
    links = "".join(
        f'<li><a href="/{number}">Council adopts measure number {number} on ports</a></li>' for number in range(12)
    )
    prose = "".join(
        f"<p>Paragraph {number}. " + "The Council adopted measures on small harbours today. " * 5 + "</p>"
        for number in range(6)
    )
    data = page(f"<main><h1>Small harbours</h1>{prose}</main><div class=related><ul>{links}</ul></div>")
    assert doubts(data) == ()


def test_topic_in_a_class_does_not_make_boilerplate_of_a_body() -> None:
    text = "The Council adopted today a recommendation on social policy, which all member states supported in the vote."
    draft = clean(
        page(f'<h1>Social policy</h1><div class="social policy"><p>{text}</p><p>{text[::-1]}x.</p></div>'), "x.html"
    )
    assert draft.text.startswith(text)
    assert draft.text.endswith(f"{text[::-1]}x.")


def test_words_on_both_sides_of_a_line_break_or_a_cell_are_not_glued() -> None:
    body = "<h1>T</h1><p>One line<br>and the next, of a sentence that is long enough.</p>"
    body += "<table><tr><td>2021</td><td>12</td></tr></table>"
    assert clean(page(body), "x.html").text == "One line and the next, of a sentence that is long enough.\n\n2021 12"


@pytest.mark.parametrize(
    "struck",
    [
        "<del>eight</del>",
        "<s>eight</s>",
        "<strike>eight</strike>",
        "<span style='text-decoration: line-through'>eight</span>",
    ],
)
def test_what_is_struck_out_is_not_read(struck: str) -> None:
    body = f"<h1>T</h1><p>The Agency visited {struck}<ins>nine</ins> of the forty ports in the year 2025.</p>"
    assert clean(page(body), "x.html").text == "The Agency visited nine of the forty ports in the year 2025."


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as files:
        for name, content in members.items():
            files.writestr(name.replace("__", "/"), content)
    return out.getvalue()


HARBOUR = [
    Words(60, 700, "The Council adopted today a set of measures on small harbours. It will help the"),
    Words(60, 686, "member states to keep their quays open."),
]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (lambda: zipped(a=b"text"), "is a zip archive"),
        (lambda: b"PK\x03\x04broken", "is a zip archive"),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1" + bytes(600), "is an old Office document"),
        (lambda: b"\x89PNG\r\n\x1a\n" + bytes(600), "is a picture"),
        (lambda: pdf([HARBOUR])[:-60], "is a PDF that is cut off"),
        (lambda: b"%PDF-1.5\n" + b"garbage " * 50 + b"%%EOF", "is a damaged PDF"),
        (lambda: pdf([]), "is a damaged PDF"),
        (lambda: pdf([[], []]), "is a scan without text"),
        (lambda: pdf([HARBOUR] * 5000), "has 5,000 pages"),
        (lambda: zipped(word__document__xml=b"x"), "is a zip archive"),
        (lambda: zipped(**{"word/document.xml": b"\0" * (80 << 20)}), "unpacks to more than 60 MB"),
        (lambda: zipped(**{"word/document.xml": b"<not a document"}), "is a damaged Word document"),
    ],
)  # fmt: skip
def test_file_that_is_not_what_it_is_called_is_refused_in_one_sentence(data: Callable[[], bytes], said: str) -> None:
    with pytest.raises(SourceError, match=rf"^x\.pdf {said}") as refused:
        clean(data(), "x.pdf")
    assert "\n" not in str(refused.value)


def test_encrypted_pdf_is_refused(tmp_path: Path) -> None:
    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf([HARBOUR])))
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(tmp_path / "x.pdf")
    with pytest.raises(SourceError, match="is an encrypted PDF"):
        clean((tmp_path / "x.pdf").read_bytes(), "x.pdf")


def test_pdf_that_keeps_its_reader_busy_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "TIMEOUT_S", 0.3)
    content = b"BT /F1 9 Tf " + b"1 0 0 1 50 700 Tm (ab) Tj 0 -1 Td [(c) -300 (d)] TJ " * 300_000 + b" ET"
    began = time.perf_counter()
    with pytest.raises(SourceError, match=r"takes more than 0\.3 s or 1024 MB to read"):
        clean(pdf_of([content]), "x.pdf")
    assert time.perf_counter() - began < 20


def test_pdf_with_pages_in_a_circle_ends() -> None:
    data = pdf([HARBOUR]).replace(b"/Kids [6 0 R]", b"/Kids [2 0 R]")
    with pytest.raises(SourceError, match=r"^x\.pdf (is|takes)"):
        clean(data, "x.pdf")


def test_child_that_wants_too_much_memory_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox.end_child()  # The next is bound anew.
    monkeypatch.setattr(sandbox, "MEMORY_BYTES", 300 << 20)
    began = time.perf_counter()
    with pytest.raises(SourceError, match=r"^x\.html (takes more than|is no page)"):
        clean(b"<html><body>" + b"<p>x " * 1_000_000, "x.html")
    assert time.perf_counter() - began < sandbox.TIMEOUT_S / 2, "it is not its time that ends it"
    sandbox.end_child()


def test_good_draft_raises_no_doubt(shipped_draft: Draft) -> None:
    assert tuple(text_doubts(shipped_draft)) == ()


@pytest.fixture
def shipped_draft() -> Draft:
    return clean((FIXTURES / "repost-in-guillemets.txt").read_bytes(), "x.txt")
