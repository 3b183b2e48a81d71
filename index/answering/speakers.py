"""Finds whose words a question asks for: "What did Hoekstra say?" is not answered by what somebody else said."""

import re
from collections.abc import Iterator

from corpus import Release
from index.answering.question import Query
from index.text.languages import fold, fold_pattern, folded_pattern, language

_PARTICLES = "af|da|dal|de|del|della|den|der|di|do|dos|du|la|le|lo|van|von|zu"  # between the parts of a name
_WORDS_BETWEEN, _VERB_LAST = 3, {"de": 8, "nl": 8}  # Some languages put the verb at the end of the question.
_MOST_TITLES = 2  # words between a verb and a name after it: "dit le commissaire Hoekstra"
_ARTICLES = ("\u03bf", "\u03b7")  # Greek names have one.
# After these a single word with a capital is a name in German, where other nouns have an article.
_GERMAN_SUBJECT = r"\b(?i:hat|hatte|SAYS)\s+([^\W\d_a-zäöüß]\w{2,})"
_RESPELLING = ("bg", "el", "lv")  # These languages write foreign names as they sound.
_STEM_SHARE, _LEAST_STEM = 0.6, 4  # "Leyenovej" is Leyen: names get long endings.
# How names begin that stand for the Union or one of its institutions: "Strasbourg said".
_UNION = re.compile("br[uy][sk]s|uni[aejnou]|unjoni|savienib|sajung|aontas|stra[sz]|frankfur|fran[ck]o?for")


def asked_speakers(query: Query) -> tuple[str, ...]:
    """Return those whose words a question asks for, as it writes them; bodies and countries are not among them."""
    return tuple(name for name in _people(query) if _speaks(name, query, in_words_of=True))


def lacks_speaker(query: Query, release: Release) -> bool:
    """Tell whether a question asks for the words of somebody whom a release does not name.

    In another language than the release only verbs count, because "according to" goes with documents, too.

    :param release: a release with its text.
    """
    foreign = release.language != query.language
    if foreign and not {release.language, query.language}.isdisjoint(_RESPELLING):
        return False
    speakers = [name for name in _people(query) if _speaks(name, query, in_words_of=not foreign)]
    if not speakers:
        return False
    words = set(re.findall(r"\w+", fold(f"{release.title}. {release.text}")))
    return not all(any(_is_held(part, words) for part in name.split()) for name in speakers)


def _people(query: Query) -> Iterator[str]:
    """Give the names that may be a person's, with names that have only particles between them as one."""
    demands = language(query.language).demands
    if not folded_pattern(demands["says"], demands.get("in_words_of", "(?!)")).search(query.folded):
        return
    names = [name.written for name in query.names if not (name.agency or name.country or name.written.isupper())]
    if query.language == "de":
        subject = _GERMAN_SUBJECT.replace("SAYS", f"{demands['says']}|{demands['in_words_of']}")
        known = " ".join(name.written for name in query.names)
        names += [name for name in re.findall(subject, query.asked) if name not in known]
    joined = rf"(?:\s+(?:{_PARTICLES}))*\s+"
    while names:
        person = names.pop(0)
        while names and (match := re.search(f"{re.escape(person)}{joined}{re.escape(names[0])}", query.asked)):
            person = match[0]
            del names[0]
        if not _UNION.match(fold(person)):
            yield person


def _speaks(name: str, query: Query, *, in_words_of: bool) -> bool:
    """Tell whether a name stands beside a word of speech, and after no preposition."""
    folded, known = query.folded, language(query.language)
    says = fold_pattern(known.demands["says"])
    named = r"(?<!\w)(?P<name>" + r"\s+".join(map(re.escape, fold(name).split())) + r")(?!\w)"
    between = _VERB_LAST.get(known.code, _WORDS_BETWEEN)
    if after := re.search(rf"{named}[\s,]+(?:\w+\s+){{0,{between}}}(?:{says})(?!\w)", folded):
        return not folded_pattern(known.time["in"]).fullmatch(_last_word(folded[: after.start("name")]))
    source = fold_pattern(known.demands.get("in_words_of", "(?!)")) if in_words_of else "(?!)"
    before = re.search(rf"(?<!\w)(?:{says}|{source})\s+(?P<titles>(?:\w+\s+){{0,{_MOST_TITLES}}}){named}", folded)
    return before is not None and _last_word(before["titles"]) not in known.stop_words.difference(_ARTICLES)


def _is_held(part: str, words: set[str]) -> bool:
    """Tell whether folded words hold a part of a name in any form."""
    folded = fold(part)
    stem = folded[: max(_LEAST_STEM, round(len(folded) * _STEM_SHARE))]
    return any(word.startswith(stem) for word in words)


def _last_word(text: str) -> str:
    return (text.split() or [""])[-1]
