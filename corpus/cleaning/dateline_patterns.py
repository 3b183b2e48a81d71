"""What the parts of a dateline look like: times, numbers, codes, minutes of reading, and what may follow a date."""

import re

# What separates the parts of a line, so that each part says one thing.
SEPARATOR = re.compile(r"\s?[|•·]\s?|\s[-\u2013\u2014/]{1,3}\s|\s?\u2014\s?")
COMMA = re.compile(r"[,:;()\[\]]")
TIME = re.compile(
    r"(?<!\d)\d{1,2}(?:[:.]\d{2}(?::\d{2})?|[hu]\d{0,2})(?: ?(?:h|uhr|ce?s?t|gmt|utc|[+-]\d{2}:?\d{2}))?(?![\w/])"
    r"|(?<!\d)\d{1,2} ?h ?\d{2}(?!\w)"
    r"|(?<!\d)\d{1,2} (?:uhr|uur|heures?|hours?|horas?|ore|\u00f3ra\w{0,3}|\u0447\u0430\u0441\w{0,2})(?!\w)"
    r"|\b[ap]\.?m\b\.?|(?<!\w)(?:klo|kl|kello|um|om|ore|ora|orele|alle|a las|godz|ob)\.? \d{1,2}(?![\w/:.-])",
    re.IGNORECASE,
)
SAYS_FIGURES = re.compile(r"[\d/]|[ap]\.?m\b", re.IGNORECASE)  # Every time, code and reference has one of these.
READING = re.compile(
    r"(?<!\d)\d{1,3}\s?(?:min|perc|\u03bb\u03b5\u03c0|\u043c\u0438\u043d|n\u00f3im)[^\W\d_]{0,8}\b", re.IGNORECASE
)
READING_MAX_WORDS = 7
NUMBER_SIGNS = re.compile(
    r"(?<!\w)(?:n[o\u00ba\u00b0r]|nr|num|br|\u010d|\u0161t|\u2116|\u03b1\u03c1\u03b9\u03b8|sz\u00e1m"
    r"|ref(?:erence)?(?: no)?|n(?=\.))(?:\.|:|(?!\w))"
    # With a number behind it, and a small word between that and the date: "n. 12 del", "Nr. 12 vom".
    r"(?:\s?\d{1,5}(?![\d/])(?:\s(?:del|vom|du|of|van|z dnia|de|av|af|fra|din|ze dne|zo d\u0148a)(?!\w))?)?",
    re.IGNORECASE,
)
CODE = re.compile(
    r"(?<!\S)Ares\(\d{4}\)\d{1,9}(?!\S)|(?<!\S)(?:[A-Z]{2,5} )?[A-Z\d(][A-Z\d().-]{0,12}/[A-Z\d()/.-]{1,20}(?!\S)"
)  # "2021/2540(RSP)", "C-999/24"
# Small words inside names of places: "Frankfurt am Main", "'s-Hertogenbosch", "La Valletta".
PARTICLES = frozenset(
    "a aan al am an and at auf bei d da de del dell della dello den der des di do dos du e el en et het i im in ja la "
    "le les lez lo na nad nel nell nella ob och of og on op os pod pri s sous sul sull sulla sur ta the und upon van "
    "von w we y \u0433\u0440 \u0438 \u03ba\u03b1\u03b9 \u0441".split()
)
AFTER_DATELINE = re.compile(r"^([^-:|\u2013\u2014]{0,25})[-:|\u2013\u2014]\s{1,3}[^\W\d_\s]")
# "LISBON 6.5.2025. The Agency": after the name of a place in capitals a full stop is enough.
SURE_PLACE = re.compile(r"[^\W\d_a-z][^\da-z.:;]{2,40}")
AFTER_STOP = re.compile(r"^()\.?\s{1,3}[^\W\d_]")
AFTER_BRACKET = re.compile(
    r"^([^()]{0,25})[)\]]\s*[-:\u2013\u2014]?\s{0,3}[^\W\d_\s]"
)  # "(Lisbon, 6 May 2025) The Agency"
# "Posted on 6 December 2018 by editor", "Submitted by editor on 6 December 2018"
AUTHOR = re.compile(
    r"^((?:posted|submitted|published|written)\b[^|]{0,50}?) by [^\W\d][^.,|]{1,40}?(?=$| on )", re.IGNORECASE
)
# "Publié le 6 décembre 2018 par l’unité Communication"
AUTHOR_BEHIND = re.compile(
    r"\s(?:by|par|von|durch|por|pel[oa]|da|dal|dalla|di|door|av|af|przez|od|de c\u0103tre"
    r"|\u03b1\u03c0\u03cc|\u043e\u0442)\s"
)
ACRONYM = re.compile(r"\s*[A-Z]{2,4}-?[A-Z]{1,6}(?=\s)")
COUNTRY = re.compile(r"\s\(([^\W\d_][^()\d]{1,30})\)")  # "Valletta (Malta)"
WORD = re.compile(r"[^\W_]+")
