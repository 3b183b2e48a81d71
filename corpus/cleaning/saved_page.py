"""A page that a browser saved: the page itself, and the address that the browser wrote next to it; or a mail.

Only the comment at the html element and the header of the archive count. Whatever is inside the page could have been
written by its author.
"""

import email
import plistlib
import re
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from html import escape

from corpus.errors import SourceError
from corpus.web_urls import web_url

_HEADER = re.compile(rb"(?:from|mime-version|content-type|snapshot-content-location|subject|date):", re.IGNORECASE)
_PROPERTY_LISTS = re.compile(rb"bplist00|<\?xml[^>]{0,80}>\s{0,4}<!DOCTYPE plist ")
_MAIL_FIELDS = frozenset((b"from", b"date", b"subject", b"mime-version"))  # Every mail has them; a text has not all.
# The programs that deliver a mail write these, and no browser that saves a page.
_DELIVERY_FIELDS = frozenset((b"to", b"received", b"return-path", b"delivered-to"))
_MAIL_HEAD_BYTES = 65_536
_FORWARDED = re.compile(r"^(?:(?:fwd?|re|aw|wg|tr|rv|i|sv|vs)\s?:\s*)+", re.IGNORECASE)
_HEAD_BYTES = 8_192
_HEAD_CHARS = 4_096
# The form that browsers have used since Internet Explorer. The number is the length of the address.
_COMMENT = re.compile(r"<!--\s?saved from url=\(\d{4,5}\)([^\s<>]{1,2048})\s?-->\s*\Z", re.IGNORECASE)
_ELEMENT = re.compile(r"<html[\s>]", re.IGNORECASE)
# What programs for saving pages write directly after the start of the html element: the extension SingleFile, HTTrack.
_AFTER_ELEMENT = re.compile(
    r"<html(?:\s[^<>]{0,500})?>\s*(?:<!--\s{1,4}Page saved with SingleFile\s{1,4}url: (\S{1,2048})\s"
    r"|<!-- Mirrored from (\S{1,2048}) by HTTrack )",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Archive:
    """The page in a web archive, and the address that it was saved from; or the text of a mail, which has none."""

    page: bytes
    url: str | None
    is_page: bool = True


def saved_from(text: str) -> str | None:
    """Return the address that a program wrote in a comment when it saved a page; None without one.

    Browsers write it directly before the html element, other programs directly after its start.
    """
    element = _ELEMENT.search(text[:_HEAD_CHARS])
    if element is None:
        return None
    comment = _COMMENT.search(text[: element.start()])
    if comment is not None:
        return web_url(comment[1])
    written = _AFTER_ELEMENT.match(text, element.start())
    if written is None:
        return None
    return web_url(written[1] or f"https://{written[2]}")


def archive(data: bytes, name: str) -> Archive | None:
    """Return the page in a web archive, MHTML or Safari's, or what a mail says; None when the bytes are neither.

    :raises SourceError: when they are an archive of Safari's that holds no page.
    """
    return _from_property_list(data, name) if _PROPERTY_LISTS.match(data) else _from_mhtml(data) or _from_mail(data)


def _from_property_list(data: bytes, name: str) -> Archive:
    try:
        match plistlib.loads(data):
            case {"WebMainResource": {"WebResourceData": bytes(page), "WebResourceURL": str(url)}}:
                return Archive(page, web_url(url))
    except (plistlib.InvalidFileException, ValueError, RecursionError):
        pass
    raise SourceError(f"{name} is a web archive without a page in it: save the page again, and add that.")


def _from_mhtml(data: bytes) -> Archive | None:
    head = data[:_HEAD_BYTES]
    if not _HEADER.match(head) or b"multipart/related" not in head.lower():
        return None
    if _fields(data) & _DELIVERY_FIELDS:  # A mail, also one with pictures: whoever sent it wrote the addresses in it.
        return None
    message = email.message_from_bytes(data)
    url = message.get("Snapshot-Content-Location", "").strip()
    pages = [part for part in message.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    first = next((part for part in pages if part.get("Content-Location") == url), next(iter(pages), None))
    page = first.get_payload(decode=True) if first is not None else None
    if first is not None and not url:  # Older browsers wrote the address only before the page itself.
        url = str(first.get("Content-Location", "")).strip()
    if first is None or not isinstance(page, bytes):
        return None
    return Archive(_in_utf8(page, first.get_content_charset()), web_url(url))


def _from_mail(data: bytes) -> Archive | None:
    """Return what a mail says, with its subject as the title. The day on which it was sent may be another one."""
    if not _MAIL_FIELDS <= _fields(data):
        return None
    try:  # Python's reader of headers raises what it happens to meet in odd ones.
        message = email.message_from_bytes(data, policy=policy.default)
        body = message.get_body(("html", "plain")) if isinstance(message, EmailMessage) else None
        text = str(body.get_content()) if body is not None else ""
        subject = _FORWARDED.sub("", " ".join(str(message.get("Subject", "")).split()))
    except (LookupError, ValueError, AttributeError, TypeError):
        return None
    if body is None or not text.strip():
        return None
    if body.get_content_type() == "text/html":
        return Archive(f'<meta property="og:title" content="{escape(subject)}">{text}'.encode(), None)
    if body.get_param("format") == "flowed":
        text = _unwrapped(text, joined_without=" " if body.get_param("delsp") == "yes" else "")
    titled = text if subject in text[:_HEAD_CHARS] else f"{subject}\n\n{text}"
    return Archive(titled.encode(), None, is_page=False)


def _fields(data: bytes) -> set[bytes]:
    """Return the names of the fields that a mail or an archive begins with, in small letters."""
    head = data[:_MAIL_HEAD_BYTES].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    return {line.partition(b":")[0].lower() for line in head.split(b"\n")}


def _unwrapped(text: str, *, joined_without: str) -> str:
    """Return the paragraphs of a text whose lines end in a space where they go on in the next one (RFC 3676)."""
    whole: list[str] = []
    goes_on = False
    for line in (line.removeprefix(" ") for line in text.splitlines()):
        signature = line == "-- "
        if goes_on and not signature:
            whole[-1] = whole[-1].removesuffix(joined_without) + line
        else:
            whole.append(line)
        goes_on = line.endswith(" ") and not signature
    return "\n".join(whole)


def _in_utf8(page: bytes, charset: str | None) -> bytes:
    """Return a page in UTF-8 when the header of its part says in which encoding it is, and that is right."""
    try:
        return page.decode(charset).encode() if charset else page
    except (LookupError, UnicodeError):
        return page
