"""The tree of a page -> the same tree with its labels as a reader sees them: divided, without the day of a change."""

import re
from typing import TYPE_CHECKING

from corpus.release_text import ends_sentence

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_LABELS_MAX_CHARS = 160
_SENTENCE_WORDS, _LABEL_WORDS = 3, 4
_PART = re.compile(r"#\w")  # An address of a part of the page; "#" alone is that of a button.
_INLINE = frozenset(("span", "time"))


def arrange_labels(tree: "HtmlElement") -> None:
    """Divide labels that only style sheets divide, and remove the day of a change and lists of links into the page."""
    for time in [*tree.iter("time")]:
        if _is_of_change(time):
            time.drop_tree()
    for contents in [*tree.iter("ul", "ol")]:
        if _leads_into_page(contents):
            label = contents.getprevious()
            if label is not None and _is_label(label):
                label.drop_tree()
            contents.drop_tree()
    for row in [*tree.iter("div")]:
        if len(row) > 1 and row[0].tag in _INLINE and not (row.text or "").strip():
            _divide(row)


def _is_of_change(time: "HtmlElement") -> bool:
    """Tell whether a time is that of a change, which themes write beside that of publication and hide."""
    names = time.get("class") or ""
    if not ("updated" in names or "modified" in names) or "published" in names:
        return False
    return any(beside is not None and beside.tag == "time" for beside in (time.getprevious(), time.getnext()))


def _leads_into_page(contents: "HtmlElement") -> bool:
    """Tell whether a list consists of links to parts of the page itself."""
    first = next(contents.iter("a"), None)
    if first is None or not _PART.match(first.get("href") or "") or len(contents) < 2:
        return False
    if next(contents.iterancestors("li"), None) is not None:
        return False
    links = [link.text_content() for link in contents.iter("a") if _PART.match(link.get("href") or "")]
    return "".join("".join(links).split()) == "".join(contents.text_content().split())


def _is_label(element: "HtmlElement") -> bool:
    text = element.text_content()
    says = ends_sentence(text) or any(map(str.isdigit, text)) or (element.tail or "").strip()
    return len(text.split()) <= _LABEL_WORDS and not says


def _divide(row: "HtmlElement") -> None:
    """Put line breaks between the labels of a row: <span>Press release</span><span>6 May 2025</span>."""
    if any(label.tag not in _INLINE or (label.tail or "").strip() or label.get("style") for label in row):
        return
    texts = [label.text_content() for label in row]
    glued = [
        text[-1:] + following[:1]
        for label, text, following in zip(row, texts, texts[1:], strict=False)
        if not (label.tail or text[-1:].isspace() or following[:1].isspace())
    ]
    named = any(label.get("class") for label in row)
    sentence = ends_sentence(texts[-1]) and len(texts[-1].split()) >= _SENTENCE_WORDS
    short = sum(map(len, texts)) <= _LABELS_MAX_CHARS and not sentence
    divided = glued and not any(ends.isalpha() and ends[-1:].islower() for ends in glued)  # A word in two parts.
    if divided and named and short and min(map(len, texts)) > 1:  # A single letter may be an initial of the text.
        for label, text, following in zip([*row], texts, texts[1:], strict=False):
            if text[-1:].isdigit() and following[:1].islower():  # "40", "million euros"
                label.tail = " "
                continue
            for _ in range(2):  # One line break would not end a paragraph.
                label.addnext(label.makeelement("br"))
