"""The language of a text, detected when nobody states it or when a page states another than its text is in."""

from corpus.cleaning.wording import LANGUAGES
from corpus.language_model import language_identifier

MIN_CHARS = 40
_SAMPLE_CHARS = 5000
_SURE_CHARS, _SURE_SAMPLE_CHARS = 200, 600  # The first confirm what a page states; only more can contradict it.
# Languages that are often taken for each other, so that the other one of a pair contradicts nothing.
_ALIKE = (frozenset(("cs", "sk")), frozenset(("hr", "sl")), frozenset(("da", "sv")), frozenset(("es", "pt")))


def detected(text: str) -> str | None:
    """Return the ISO 639-1 code of the language of a text; None when the text is too short to tell."""
    return str(language_identifier().classify(text[:_SAMPLE_CHARS])[0]) if len(text) >= MIN_CHARS else None


def other_language(stated: str | None, text: str) -> str | None:
    """Return the language of the EU that a text is in, when a page states another one; otherwise None.

    Many pages state the language of their site, whatever the language of the text on them.
    """
    if stated not in LANGUAGES or len(text) < _SURE_CHARS:
        return None
    if detected(text[:_SURE_CHARS]) == stated:
        return None
    told = detected(text[:_SURE_SAMPLE_CHARS])
    alike = any({told, stated} <= pair for pair in _ALIKE)
    return told if told in LANGUAGES and told != stated and not alike else None


def base(tag: object) -> str | None:
    """Return the language of a tag such as "en", "en-GB" or "en_GB.UTF-8"; None when it is no such tag."""
    if not isinstance(tag, str):
        return None
    language = tag.strip().replace("_", "-").partition("-")[0].casefold()
    return language if len(language) == 2 and language.isascii() and language.isalpha() else None
