"""Lines and headings that sites put around a release, in some of the languages of the EU.

Every pattern matches a whole line, so a sentence that only mentions cookies or contacts stays.
"""

import re

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
    r"|general public inquiries:.*+|reproduction is permitted provided that the source is acknowledged)\s*+[.:!»>]*+$",
    re.IGNORECASE,
)
# Such a line ends the release, anywhere in its second half.
_END = (
    r"votre commentaire|laisser un commentaire|commentaires?|leave a (?:comment|reply)|post a comment"
    r"|your comment|\d+ comments?|kommentar (?:schreiben|hinterlassen)|kommentare|deja un comentario|comentarios"
    r"|lascia un commento|dodaj komentarz|lasă un comentariu|deixe um comentário|plaats een reactie|napsat komentář"
    r"|(?:press |media |for the )?contacts?(?: for media| information| details| us)?|contacts? (?:presse|de presse)"
    r"|press (?:office|officer)s?|pressekontakte?|kontakte?|contactos?(?: de prensa)?|contatti|kontakty?|yhteystiedot"
    r"|kontaktpersoner|related(?: links?| articles?| content| news| stories| media| topics| documents?| publications?"
    r"| items?| releases?)?|latest news|more on this topic|you may also like|contenus? (?:connexes?|associés?)"
    r"|articles liés|verwandte (?:themen|inhalte|artikel)|share this page|product information"
)
# Such a heading also ends the release, unless prose follows it.
_MORE = (
    r"(?:for )?(?:further|more) information|pour (?:en savoir plus|plus d.informations?)|weitere informationen"
    r"|más información|(?:per )?(?:ulteriori|maggiori) informazioni|więcej informacji|mais informações|meer informatie"
    r"|related information|see also|read also|useful links|tags?|topics?"
)
END = re.compile(rf"{_HASHES}(?:{_END})\s*+:?$", re.IGNORECASE)
TAIL = re.compile(rf"{_HASHES}(?:{_END}|{_MORE})\s*+:?$", re.IGNORECASE)
# What a page states about the release above its text: kind, place, time, number.
_KIND = (
    r"(?:press|media|news) releases?|news(?: article| item)?|press|statements?(?: and remarks)?|declaration|speech"
    r"|memo|communiqué de presse|pressemitteilung|comunicado de prensa|comunicato stampa|komunikat prasowy"
    r"|comunicado de imprensa|persbericht|pressmeddelande|lehdistötiedote|tisková zpráva|comunicat de presă"
)
_PLACE = r"brussels|bruxelles|brüssel|strasbourg|straßburg|luxembourg|frankfurt(?: am main)?|the hague|warsaw"
_BODY = r"council of the eu(?:ropean union)?|european council|european commission|european parliament"
_SAYS = (
    r"published(?: on)?|publication date|release date|date|posted(?: on)?|publié le|le|am|date de publication"
    r"|veröffentlicht am|pubblicato il|publicado el|opublikowano|data publikacji|gepubliceerd op|publicerad"
)
REFERENCE = re.compile(
    r"\b(?P<coded>(?:IP|MEMO|STATEMENT|SPEECH|QANDA|MEX|INF|CLDR|STAT|DOC|AC|CJE|BEI|ECA|EDPS|PRES|READ|FS)"
    r"/\d{2,4}/\d{1,5})\b"
    r"|(?<![\d/.-])(?P<council>\d{1,4}/\d{2})(?![\d/.-])|\b(?P<parliament>20\d{6}(?:IPR|STO|AVI|BKG|BRI)\d{5})\b"
)
_ABOUT = re.compile(
    rf"\b(?:{_KIND}|{_PLACE}|{_BODY}|{_SAYS}|ref(?:erence)?(?: no)?)\b|\d{{1,2}}[:.]\d{{2}}(?: ?h)?"
    rf"|{REFERENCE.pattern}",
    re.IGNORECASE,
)
ABOUT_MAX_CHARS = 120


def is_about(line: str) -> bool:
    """Tell whether a line, after its date was removed, holds only the kind, place, time and number of a release."""
    return len(line) <= ABOUT_MAX_CHARS and not any(char.isalnum() for char in _ABOUT.sub(" ", line))
