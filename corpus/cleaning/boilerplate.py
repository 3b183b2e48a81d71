"""Lines and headings that sites put around a release, in the languages of the EU.

A phrase of `wording.toml` or a pattern matches a whole line, so a sentence that only mentions contacts stays.
"""

import re
from collections.abc import Sequence

from corpus.cleaning.dates import find_date
from corpus.cleaning.wording import folded, note_labels, openings, phrases
from corpus.release_text import ends_sentence

_HASHES = r"^(?:#++\s*+)?"
# A line that is a link, a button or a notice. It is dropped anywhere.
LINE = re.compile(
    rf"{_HASHES}(?:visit the (?:meeting|event|conference) page|visiter la page de la (?:réunion|session)"
    r"|download (?:as pdf|pdf|picture|image|the press release)\b.{0,30}|print(?: this page)?|print friendly.{0,20}"
    r"|back to (?:top|the top)|top|share(?: this(?: page| article)?)?|share on .{1,20}|tweet|copy link|email this page"
    r"|partager(?: cette page)?|diese seite teilen|teilen|compartir|condividi|udostępnij|deel deze pagina|partilhar"
    r"|follow us(?: on .{1,30})?|subscribe(?: to .{1,60})?|(?:see|view) all .{0,40}|read more|learn more|show more"
    r"|skip to (?:main )?content|available languages?:.{0,80}|select (?:your )?language|choose your language"
    r"|this (?:web)?site uses cookies\b.*+|we use cookies\b.*+|ce site utilise des cookies\b.*+"
    r"|diese (?:website|seite) verwendet cookies\b.*+|i (?:accept|refuse)(?: the use of)? cookies"
    r"|accept(?: all| only essential)? cookies|last (?:review(?:ed)?|updated?)(?: on)?:? .{6,40}"
    r"|all official european union website addresses\b.*+|an official website of the european union"
    r"|for media (?:queries|enquiries),? please contact\b.*+"
    r"|if you (?:are not a journalist|do not work for a media organisation)\b.*+"
    r"|[-\u2013\u2014* ]{0,4}ends[-\u2013\u2014* ]{0,4}"
    r"|page contents|on this page|table of contents|in this (?:article|page|section)"
    r"|please accept (?:\w+ ){0,3}cookies (?:to|in order)\b.{0,80}"
    r"|(?:this|the) (?:content|video) (?:comes from|is (?:hosted|provided) by) a third[- ]party\b.*+"
    r"|listen to (?:this|the) (?:page|article|text)|(?:co-?)?funded by the european union"
    r"|(?:did you find|was|is) this (?:page|information|content|article) (?:useful|helpful|interesting)"
    r"|cette page vous a-t-elle été utile|war diese seite hilfreich|¿?le ha (?:sido|resultado) útil esta página"
    r"|questa pagina è stata utile|was deze pagina nuttig"
    r"|[-\u2013\u2014*]{1,3} ?(?:ende?|fin|fine|fim|einde|koniec|konec|slut|loppu|v\u00e9ge|sf\u00e2r\u0219it|kraj"
    r"|l\u00f5pp|beigas|pabaiga|\u043a\u0440\u0430\u0439|\u03c4\u03ad\u03bb\u03bf\u03c2|deireadh|tmiem)"
    r" ?[-\u2013\u2014*]{1,3}"
    r"|(?:[^.]{0,120}\s)?\u00a9 ?[^\W_][^.]{0,80}|general public inquiries:.*+"
    r"|reproduction is permitted provided that the source is acknowledged)\s*+[.:!?»>]*+$",
    re.IGNORECASE,
)
# Such a line ends the release, anywhere in its second half.
_END = re.compile(
    rf"{_HASHES}(?:votre commentaire|laisser un commentaire|commentaires?|leave a (?:comment|reply)|post a comment"
    r"|your comment|\d+ comments?|kommentar (?:schreiben|hinterlassen)|kommentare|deja un comentario|comentarios"
    r"|lascia un commento|dodaj komentarz|lasă un comentariu|deixe um comentário|plaats een reactie|napsat komentář"
    r"|(?:press |media |for the )?contacts?(?: for media| information| details| us)?|press (?:office|officer)s?"
    r"|contenus? (?:connexes?|associés?)|verwandte (?:themen|inhalte|artikel))\s*+:?$",
    re.IGNORECASE,
)
REFERENCE = re.compile(
    r"\b(?P<coded>(?:IP|MEMO|STATEMENT|SPEECH|QANDA|MEX|INF|CLDR|STAT|DOC|AC|CJE|BEI|ECA|EDPS|PRES|READ|FS)"
    r"/\d{2,4}/\d{1,5})\b"
    r"|(?<![\d/.-])(?P<council>\d{1,4}/\d{2})(?![\d/.-])|\b(?P<parliament>20\d{6}(?:IPR|STO|AVI|BKG|BRI)\d{5})\b"
)
ABOUT_MAX_CHARS = 120
LABELS = ("details", "published", "updated")  # Kinds of phrases that label a value of the release.
_LABEL_MAX_CHARS, _LABEL_WORDS = 80, 5
_REACH_WORDS = 1  # "Mobile: +32 …", "E-mail: …"
_PERSON_LINES, _PERSON_LINE_CHARS = 4, 60  # Of names, offices and the label above them.
_PERSON_MAX_CHARS = 240  # A line with names, telephone numbers and addresses of persons to contact.
_NOTE_LABEL = re.compile(r"^(?:## )?([^\W\d_]{2,20}(?: [^\W\d_]{2,20})?) ?:")
_TELEPHONE = re.compile(
    r"(?<![\d/])(?:\+|00)[ .]?\(?\d[\d ()/.\u00a0-]{6,24}\d|[\u2706\u260e\u260f\u2121]|\btel(?:\.|:| ?:)"
)
_CALLED = re.compile(
    r"\b(?:r[e\u00e9]f\w{0,10}|riferimento|odkaz|nr|no|number|n[\u00ba\u00b0])\b", re.IGNORECASE
)  # "REF.:"
# A line that says something in a sentence, and then whom to ask: "The Union pays. (For more information: …)"
_SENTENCE_BEFORE = re.compile(
    r"[^@+]{20,}?(?<!\btel)(?<!\bt\u00e9l)(?<!\bfax)(?<!\bmob)[.!?\u2026][\s\"'\u201d\u2019\u00bb)\]]*\s[(\[\w]",
    re.IGNORECASE,
)
_SENTENCE_WORDS = 4  # In lower case. An address has fewer.
_MAILBOX = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{2,63}")


def is_end(line: str) -> bool:
    """Tell whether a line ends a release, wherever it stands in its second half: contacts, notes, related pages."""
    if len(line) <= _LABEL_MAX_CHARS and (_END.match(line) or folded(line) in phrases("contacts", "notes", "related")):
        return True
    return _is_note(line) or _is_disclaimer(line)


def _is_note(line: str) -> bool:
    label = _NOTE_LABEL.match(line)
    return label is not None and label[1] in note_labels()


def _is_disclaimer(line: str) -> bool:
    return folded(line[:200]).startswith(openings("disclaimer"))


def is_tail(line: str, language: str | None = None) -> bool:
    """Tell whether a heading ends a release unless prose follows it: more information, details of the page."""
    return is_end(line) or (
        len(line) <= _LABEL_MAX_CHARS
        and (folded(line) in phrases("more") or folded(line) in phrases(*LABELS, language=language))
    )


def is_contact(line: str) -> bool:
    """Tell whether a line says whom to ask: it has a telephone number or a mailbox, or begins as such lines do."""
    if len(line) > _PERSON_MAX_CHARS:
        return False
    reachable = _TELEPHONE.search(line) or _MAILBOX.search(line)
    return bool(reachable) or (folded(line).startswith(openings("inquiries")) and "europe direct" in line.casefold())


def is_only_contact(line: str) -> bool:
    """Tell whether a line says whom to ask and nothing else: it is no sentence, or has a label of such lines."""
    if not is_contact(line):
        return False
    label = folded(line.partition(":")[0])
    labelled = label in phrases("contacts") or label.startswith((*openings("inquiries"), *openings("more")))
    return labelled or not (ends_sentence(line) or _says_before(line))


def _says_before(line: str) -> bool:
    """Tell whether a line has a sentence before it says whom to ask."""
    sentence = _SENTENCE_BEFORE.match(line)
    in_brackets = sentence is not None and sentence[0][-1] in "(["
    return sentence is not None and (
        in_brackets or sum(word[0].islower() for word in sentence[0].split()) >= _SENTENCE_WORDS
    )


def without_tail(lines: Sequence[str], prose_chars: int, language: str | None = None) -> list[str]:
    """Return the lines up to the one that ends the release, without contacts and numbers below the text.

    :param prose_chars: a sentence of so many characters is the text itself.
    """
    prose = [
        index
        for index, line in enumerate(lines)
        if len(line) >= prose_chars and ends_sentence(line) and not is_only_contact(line) and not is_end(line)
    ]
    last_prose = prose[-1] if prose else 0
    end = len(lines)
    for index in range(1, len(lines)):
        late = index >= len(lines) // 2 or (
            any(map(_is_disclaimer, lines[index:]))
            if _is_note(lines[index])
            else sum(place < index for place in prose) > 1
        )
        below = index > last_prose and (is_tail(lines[index], language) or _is_over_contacts(lines, index))
        if below or (late and is_end(lines[index])):
            end = index
            break
    kept = list(lines[:end])
    while len(kept) > 1 and (
        kept[-1].startswith("## ")  # Nothing is left below it.
        or is_only_contact(kept[-1])
        or bare_reference(kept[-1])
        or _is_dated_update(kept[-1], language)
    ):
        kept.pop()
    return _without_persons(kept) if _ends_in_contacts(lines, len(kept)) else kept


def _ends_in_contacts(lines: Sequence[str], index: int) -> bool:
    """Tell whether a line says how to reach somebody, or is the office of a person, below which that is said."""
    if index >= len(lines):
        return False
    line = lines[index]
    office = not line.startswith("#") and not is_tail(line) and _is_over_contacts(lines, index)
    words = re.findall(r"[^\W\d_]{2,}", _MAILBOX.sub("", line))
    return office or (is_only_contact(line) and len(words) <= _REACH_WORDS)  # More of them name the person.


def _without_persons(lines: Sequence[str]) -> list[str]:
    """Return lines without a label, a name and offices at their end, below which stood how to reach somebody."""
    end = len(lines)
    while end > 1 and len(lines) - end < _PERSON_LINES and _may_be_of_person(lines[end - 1]):
        end -= 1
        if lines[end].startswith("## ") or folded(lines[end]) in phrases("contacts"):
            return list(lines[:end])
    return list(lines)


def _may_be_of_person(line: str) -> bool:
    words = line.removeprefix("## ")
    return (
        len(words) <= _PERSON_LINE_CHARS
        and words[:1].isupper()
        and not ends_sentence(words)
        and not any(map(str.isdigit, words))
    )


def _is_dated_update(line: str, language: str | None) -> bool:
    """Tell whether a line says on which day the page was changed: "Last updated: 20 March 2025"."""
    updates = len(line) <= _LABEL_MAX_CHARS and folded(line).startswith(openings("updated"))
    return updates and find_date(line, language) is not None


def _is_over_contacts(lines: Sequence[str], index: int) -> bool:
    """Tell whether a line is a heading or a label, in any language, over a line that says whom to ask."""
    line = lines[index]
    words = line.split()
    # A label without a mark has a few words; those of a name all have capitals.
    unmarked = len(words) <= _LABEL_WORDS and any(word.islower() for word in words) and not ends_sentence(line)
    labels = line.startswith("## ") or line.endswith(":") or (unmarked and not line.startswith("- "))
    return labels and len(line) <= _LABEL_MAX_CHARS and index + 1 < len(lines) and is_only_contact(lines[index + 1])


def bare_reference(line: str) -> str | None:
    """Return the reference number that a line consists of; None for any other line."""
    match = REFERENCE.search(line) if len(line) <= _LABEL_MAX_CHARS else None
    return match[0] if match and not any(map(str.isalnum, _CALLED.sub("", REFERENCE.sub("", line)))) else None
