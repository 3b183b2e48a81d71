"""Takes out of a question what does not ask: greetings, thanks, "could you please tell me", "according to EU releases".

Also what asks to confirm: "The ECB raised rates, right?" and "Is it true that the ECB raised rates?" are claims of what
they state.

The model then reads a question alike, whether it is polite, shouted in capitals, typed in lower case or without a
question mark. Reading every question in lower case would do as well, but answers worse: in ten other languages the
right release comes first for .80 of the questions in place of .82.
"""

import re
from dataclasses import dataclass
from functools import cache

from babel import Locale

from corpus import registry
from index.text.languages import LANGUAGES, fold, fold_pattern, folded_pattern, language
from index.text.terms import words

# These alone greet nobody: "everyone in the EU". After "hello" they belong to the greeting.
_ADDRESSED = fold("bot bote botti μποτ бот there everyone all team folks leute zusammen alla alle kaikki kõik mindenki")
_SHORT_GREETINGS = frozenset(fold("hi hey ei ciao hei hoi hej moi oi bok čau szia oye bună γεια").split())
_SHORT_THANKS = frozenset({"thx", "pls", "plz", "svp", "stp", "mfg"})
_SURE_CHARS = 5  # A shorter word greets or thanks only with punctuation after it.
_END = " \t?!.;…¿¡"
_MEETING = "RE"  # In small letters "la réunion" is the meeting.
_EDGES = " \t?!.;…,:-–—¿¡"
_PUNCTUATION = re.compile(r"[,.!:;?\n]|\s[-–—]\s")


@dataclass(frozen=True, slots=True)
class Stated:
    """What a question states, as a question: ``text``. ``claims`` tells whether it asks to confirm that."""

    text: str
    claims: bool


def asked(text: str, code: str) -> str:
    """Return what a question in a language asks, with its names in capitals and a question mark.

    A text that consists of greetings only is returned as it is.
    """
    text = text.lower() if text.isupper() else text
    core = _without_padding(text, code)
    core = core if words(core) else text
    core = _with_names(core.strip(_END), code)
    return f"{core[:1].upper()}{core[1:]}?"


def stated(question: str, code: str) -> Stated:
    """Take out of a question in a language what asks to confirm the rest of it."""
    text = _without_opening(_without_tag(question, code), code)
    if text == question:
        return Stated(question, claims=False)
    asks = folded_pattern(language(code).question_words).match(fold(text))
    return Stated(f"{text[:1].upper()}{text[1:]}?", claims=asks is None)


def _without_padding(text: str, code: str) -> str:
    before = None
    thanked = True
    while before != text:
        before = text
        for known in dict.fromkeys((code, "en")):
            text = _without_start(text, known)
            text = _without_end(text, known) if thanked else text
        text = _without_foreign_greeting(text)
        # A text that ends without thanks still does when more of its beginning is taken.
        thanked = thanked and _thanks(*LANGUAGES).search(fold(text)) is not None
        text = _without_end(text, *LANGUAGES) if thanked else text
    return text


def _without_start(text: str, code: str) -> str:
    folded = fold(text)
    for pattern, must_be_sure in ((_greetings(code), True), (_requests(code), False)):
        match = pattern.match(folded)
        if match and (not must_be_sure or _is_sure(text[: match.end()], match["first"])):
            return text[match.end() :]
    return text


def _without_foreign_greeting(text: str) -> str:
    """Take "Bonjour," from the beginning of a question in another language."""
    match = _greetings(*LANGUAGES).match(fold(text))
    return text[match.end() :] if match and _PUNCTUATION.search(text[: match.end()]) else text


def _is_sure(run: str, first: str) -> bool:
    """Tell whether words at the beginning of a text greet or thank, and do not belong to the question."""
    if _PUNCTUATION.search(run):
        return True
    return first not in _ADDRESSED.split() and (len(run.strip()) >= _SURE_CHARS or first in _SHORT_GREETINGS)


def _without_end(text: str, *codes: str) -> str:
    match = _thanks(*codes).search(fold(text))
    if match is None:
        return text
    said = match[0].strip(_END + ",")
    is_sure = len(match[0].strip()) >= _SURE_CHARS - 1 or said in _SHORT_THANKS
    return text[: match.start()] if is_sure else text


def _without_tag(question: str, code: str) -> str:
    match = _tag(code).search(fold(question))
    if match is None:
        return question
    before = question[: match.start()].rstrip(_EDGES)
    # Without punctuation before it, "right" may belong to a question: "Who has the voting right?"
    known = language(code)
    separate = bool(match["sign"].strip()) or not folded_pattern(known.question_words, known.yes_no).search(
        fold(before)
    )
    return before if separate and len(before.split()) > 1 else question


def _without_opening(text: str, code: str) -> str:
    match = _opening(code).match(fold(text).replace(",", " "))
    rest = text[match.end() :].strip(_EDGES) if match else ""
    return rest if len(rest.split()) > 1 else text


def _with_names(text: str, code: str) -> str:
    """Return a text in which the names of agencies and countries that are in lower case have capitals."""
    for mention in reversed(registry().mentions(text, question=True)):
        named = text[mention.start : mention.end]
        if named.islower():
            acronyms = registry().agencies[mention.agency_id].acronyms
            written = next((acronym for acronym in acronyms if acronym.lower() == named), None)
            text = text[: mention.start] + (written or _in_capitals(named, code)) + text[mention.end :]
    return _countries(code).sub(lambda match: _in_capitals(match[0], code), text)


def _in_capitals(name: str, code: str) -> str:
    return " ".join(
        word if word in language(code).stop_words else word[:1].upper() + word[1:] for word in name.split(" ")
    )


@cache
def _countries(code: str) -> re.Pattern[str]:
    """Return what finds the names of countries and their adjectives in lower case, where they have a capital."""
    territories = Locale.parse(code).territories.items()
    names = {name.lower() for key, name in territories if key.isalpha() and key != _MEETING and len(name) > 3}
    names |= language(code).capitals
    alternatives = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)")


@cache
def _greetings(*codes: str) -> re.Pattern[str]:
    phrases = [language(code).padding[kind] for code in codes for kind in ("greeting", "thanks")]
    word = fold_pattern(f"(?:{'|'.join(phrases)})")
    return re.compile(rf"\W*+(?P<first>{word})(?!\w)\W*+(?:{word}(?!\w)\W*+)*")


@cache
def _requests(code: str) -> re.Pattern[str]:
    padding = language(code).padding
    request = fold_pattern(f"(?:{padding['request']}|{padding['source']})")
    return re.compile(rf"\W*+{request}(?!\w)\W*+")


@cache
def _thanks(*codes: str) -> re.Pattern[str]:
    """Return what finds thanks at the end of folded text, in any of some languages."""
    phrases = [language(code).padding[kind] for code in codes for kind in ("thanks", "source")]
    return re.compile(rf"(?:(?<=\w)\W++(?:{fold_pattern('|'.join(phrases))}))+\W*+$")


@cache
def _tag(code: str) -> re.Pattern[str]:
    """Return what finds a tag at the end of folded text, with the punctuation before it."""
    tag = fold_pattern(language(code).demands["tag"])
    return re.compile(rf"(?P<sign>[\s,.;:?!¿¡–—]+)(?:{tag})[\s?!.;…]*$")


@cache
def _opening(code: str) -> re.Pattern[str]:
    return re.compile(rf"[\s¿¡]*(?:{fold_pattern(language(code).demands['confirm'])})(?!\w)[\s,:]*")
