"""Mends XML with the usual faults of servers, in feeds and in sitemaps, before lxml parses it."""

import re
from contextlib import suppress
from html.entities import html5

from corpus.cleaning.encoding import decode
from corpus.errors import SourceError

_HEAD_BYTES = 8_192
_BEGIN = re.compile(rb"<\?xml\s|<(?:rss|feed|rdf:RDF|urlset|sitemapindex)[\s>]")
_ENCODING = re.compile(rb"""<\?xml[^>]{0,100}\bencoding\s*+=\s*+["']([\w-]{2,30})""")
_AMPERSAND = re.compile(rb"&(?:#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|([A-Za-z]{2,31});)?")
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r"))


def repaired_xml(data: bytes) -> bytes:
    """Replace, outside of CDATA, named entities and lone ampersands by numeric ones, and remove control characters.

    Without that, lxml loses entities that only HTML defines, and all entities after the first error. What a server
    wrote above the document, such as a warning of its program, leaves, and bytes in no declared encoding are read as a
    page's are.
    """
    if b"\0" in data:  # UTF-16. Nobody writes that by hand, so it has no such errors.
        return data
    begin = _BEGIN.search(data[:_HEAD_BYTES])
    data = _in_utf8(data[begin.start() :] if begin else data)
    first, *rest = data.translate(None, _CONTROLS).split(b"<![CDATA[")
    parts = [_AMPERSAND.sub(_numeric_entity, first)]
    for section in rest:
        inside, end, after = section.partition(b"]]>")
        parts += [b"<![CDATA[", inside, end, _AMPERSAND.sub(_numeric_entity, after)]
    return b"".join(parts)


def _in_utf8(data: bytes) -> bytes:
    """Return a document in UTF-8 when it says that it is, or says nothing, and is not; any other as it is."""
    declared = _ENCODING.match(data)
    if declared and declared[1].lower() != b"utf-8":
        return data
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        with suppress(SourceError):
            return decode(data, "").encode()
    return data


def _numeric_entity(ampersand: re.Match[bytes]) -> bytes:
    if not ampersand[0].endswith(b";"):
        return b"&#38;"
    known = html5.get(f"{ampersand[1].decode()};") if ampersand[1] else None
    return ampersand[0] if known is None else "".join(f"&#{ord(char)};" for char in known).encode()
