"""Lines that are links and buttons of a site: print, share, download. Their words mean nothing else."""

import re
from collections.abc import Sequence

from corpus.cleaning.boilerplate import LINE
from corpus.cleaning.datelines import parts_of, unmarked
from corpus.cleaning.wording import folded, phrases
from corpus.release_text import ends_sentence

# The names of networks in a list of buttons, and the words beside them. Releases name the first ones in lists, too.
_NETWORKS = frozenset(
    "facebook twitter linkedin whatsapp instagram youtube telegram mastodon bluesky threads reddit pinterest tumblr "
    "xing viber messenger flickr".split()
)
_BESIDE_NETWORKS = _NETWORKS | frozenset(
    "x email e-mail mail e-mailen courriel print copy link share on via by auf sur su en teilen partager compartir "
    "condividi rss bookmark more".split()
)
_LABEL_WORDS = 4
_MIN_SHARED, _SHARED_MAX_CHARS = 3, 120
_FORMATS = r"(?:pdf|docx?|odt|xlsx?|csv|pptx?|zip|epub|html?)"
_SIZE = r"\d{1,4}(?:[.,]\d{1,3})?\s?(?:[kmg]i?[bot]|bytes|octets|кб|мб)\b"
_DOWNLOAD = re.compile(rf"\b{_FORMATS}\b.{{0,40}}?{_SIZE}|{_SIZE}.{{0,20}}?\b{_FORMATS}\b", re.IGNORECASE)
_DOWNLOAD_MAX_CHARS = 300


def is_button(line: str) -> bool:
    """Tell whether a line is links and buttons of the site, as "Print this page | Download PDF"."""
    if LINE.match(line) or _is_download(line):
        return True
    return all(LINE.match(part.strip()) or folded(part) in phrases("buttons") for part in parts_of(line))


def without_share_rows(lines: Sequence[str], first: int, last: int) -> list[str]:
    """Return lines without the buttons that share a page, above the first line of prose or below the last.

    A list of networks behind a line that announces it may be part of a release, and stays.
    """
    shared = [_is_shared(line) for line in lines]
    if not any(shared):
        return list(lines)
    said = {word for line in lines if ends_sentence(line) for word in _words(line)} & _NETWORKS
    gone: set[int] = set()
    start = 0
    while start < len(lines):
        end = start
        while end < len(lines) and shared[end]:
            end += 1
        names = {word for line in lines[start:end] for word in _words(line)}
        outside = end <= first or start > last
        if outside and len(names) >= _MIN_SHARED and names & _NETWORKS - said and not _is_of_list(lines, start, end):
            labelled = start - 1 > last and _is_label(lines[start - 1])
            gone.update(range(start - labelled, end))
        start = max(end, start + 1)
    return [line for index, line in enumerate(lines) if index not in gone]


def _is_of_list(lines: Sequence[str], start: int, end: int) -> bool:
    """Tell whether a line announces some lines, or whether they are some of a longer list."""
    before, below = lines[max(0, start - 1) : start], lines[end : end + 1]
    announced = any(line.endswith(":") and not is_button(line) for line in before)
    return announced or any(line.startswith("- ") for line in (*before, *below))


def _is_label(line: str) -> bool:
    """Tell whether a line without a mark may be the label of a row of buttons: "Artikel teilen"."""
    return len(line.split()) <= _LABEL_WORDS and not ends_sentence(line) and line[:1] not in "#-"


def _is_download(line: str) -> bool:
    """Tell whether a line offers a file with its format and size: "The report (PDF, 1.2 MB)"."""
    return len(line) <= _DOWNLOAD_MAX_CHARS and not ends_sentence(line) and _DOWNLOAD.search(line) is not None


def _is_shared(line: str) -> bool:
    words = _words(line) if len(line) <= _SHARED_MAX_CHARS else ()
    return bool(words) and all(word in _BESIDE_NETWORKS for word in words)


def _words(line: str) -> list[str]:
    return [word.strip(",;:|()") for word in unmarked(line).casefold().split() if any(map(str.isalnum, word))]
