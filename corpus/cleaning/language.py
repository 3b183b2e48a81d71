"""The language of a text, detected when nobody states it."""

MIN_CHARS = 40
_SAMPLE_CHARS = 5000


def detected(text: str) -> str | None:
    """Return the ISO 639-1 code of the language of a text; None when the text is too short to tell."""
    import py3langid

    return str(py3langid.classify(text[:_SAMPLE_CHARS])[0]) if len(text) >= MIN_CHARS else None


def base(tag: object) -> str | None:
    """Return the language of a tag such as "en", "en-GB" or "en_GB.UTF-8"; None when it is no such tag."""
    if not isinstance(tag, str):
        return None
    language = tag.strip().replace("_", "-").partition("-")[0].casefold()
    return language if len(language) == 2 and language.isascii() and language.isalpha() else None
