"""PDFs made by hand, with the quirks that real ones have."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text at a place on an A4 page, in points from its lower left corner."""

    x: float
    y: float
    text: str
    size: float = 11


def pdf(pages: Sequence[Sequence[Words]], *, title: str = "", extra: str = "") -> bytes:
    """Return a PDF in Helvetica (bold from 14 points on) with these words on its pages."""
    return pdf_of([_content(words) for words in pages], title=title, extra=extra)


def pdf_of(contents: Sequence[bytes], *, title: str = "", extra: str = "") -> bytes:
    """Return a PDF with these content streams as its pages.

    :param extra: entries of the trailer.
    """
    kids = " ".join(f"{6 + 2 * number} 0 R" for number in range(len(contents)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(contents)} /Kids [{kids}] >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
        f"<< /Title ({title}) >>".encode("cp1252"),
    ]
    for number, content in enumerate(contents):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {7 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    return _file(objects, extra)


def _content(words: Sequence[Words]) -> bytes:
    parts = []
    for each in words:
        text = each.text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)").encode("cp1252")
        font = b"F2" if each.size >= 14 else b"F1"
        parts.append(b"BT /%s %g Tf 1 0 0 1 %g %g Tm (%s) Tj ET" % (font, each.size, each.x, each.y, text))
    return b"\n".join(parts)


def _file(objects: Sequence[bytes], extra: str) -> bytes:
    out = bytearray(b"%PDF-1.5\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    trailer = f"trailer\n<< /Size {count} /Root 1 0 R /Info 5 0 R {extra} >>\nstartxref\n{len(out)}\n%%EOF\n"
    return bytes(out) + b"xref\n0 %d\n0000000000 65535 f \n" % count + table + trailer.encode()
