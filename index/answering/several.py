"""Splits "When was the plan adopted and who chairs the Council?" into the questions that it asks.

What a part leaves out, or points at, is added from the first part: "When was the plan adopted, and by whom?" also asks
"By whom was the plan adopted?", and "What is Europol, and who leads it?" also asks "Who leads Europol?".
"""

import re
from dataclasses import dataclass

from corpus import QuestionError
from index.answering.names import names_in
from index.answering.question import readable
from index.text.detection import language_of
from index.text.languages import fold, folded_pattern, language
from index.text.terms import content_words

MOST_QUESTIONS = 3
_ENDS, _GREEK_ENDS = re.compile(r"(?<=\?)\s*(?=[¿\w])"), re.compile(r"(?<=[?;\u037e])\s*(?=\w)")
_QUESTION_MARKS = (("?",), ("?", ";", "\u037e"))  # elsewhere, and in Greek
_SIGNS = " \t?!.;,…¿¡"
_WORD = re.compile(r"\w+")
_LEADING_WORDS = 2  # "by whom", "until when": so many words may stand before the word that asks.
# "How and when", "which agencies and which countries" ask one thing: the first part of two questions is longer.
_WORDS, _WORDS_OF_ALIKE = 2, 3
_ALIKE_CHARS = 4


@dataclass(frozen=True, slots=True)
class AskedPart:
    """One of several questions: as it is written, and as it can be asked alone.

    ``beside`` is the question from which ``asked`` has what the part leaves out, "" where that is nothing.
    """

    written: str
    asked: str
    beside: str = ""


@dataclass(frozen=True, slots=True)
class _Opening:
    """Where the word or words that ask begin and end at the beginning of a text, and the first of them, folded."""

    end: int
    word: str


def questions_in(text: str) -> tuple[AskedPart, ...]:
    """Return all questions that a text asks, in order; none where it asks only one."""
    code = language_of(text)
    sentences = (_GREEK_ENDS if code == "el" else _ENDS).split(text)
    coordinated = [_coordinated(sentence.strip(), code) for sentence in sentences]
    if sum(map(len, coordinated)) < 2:
        return ()
    parts: list[AskedPart] = []
    for sentence, pieces in zip(sentences, coordinated, strict=True):
        if parts and not _asks(sentence.strip(), code):
            continue
        for place, part in enumerate(pieces):
            written = f"{part.strip(_SIGNS)}?"
            opening = _opening(written, code)
            content = content_words(written[opening.end if opening else 0 :], code)
            # "What is Europol? What is Frontex?": the second needs nothing from the first.
            is_short = len(content) <= 1 and (place > 0 or not names_in(written, code))
            if parts and opening and (is_short or _refers(written, code)):
                parts.append(AskedPart(written, _completed(written, parts[0].asked, code), parts[0].asked))
            elif content:
                parts.append(AskedPart(written, written))
    return tuple(filter(_can_be_asked, parts)) if len(parts) > 1 else ()


def _asks(sentence: str, code: str) -> bool:
    """Tell whether a sentence after a question asks, too, other than "I am a student."."""
    yes_no = language(code).yes_no
    return (
        sentence.rstrip().endswith(_QUESTION_MARKS[code == "el"])
        or _opening(sentence, code) is not None
        or (bool(yes_no) and folded_pattern(yes_no).match(fold(sentence)) is not None)
    )


def _coordinated(sentence: str, code: str) -> list[str]:
    """Split a sentence before each "and" that a question follows."""
    first = _opening(sentence, code)
    if first is None:
        return [sentence]
    folded = fold(sentence)
    for match in folded_pattern(language(code).demands["and"]).finditer(folded):
        before, after = sentence[: match.start()], sentence[match.end() :].strip(_SIGNS)
        second = _opening(after, code)
        if second is not None and _is_whole(before, first, second, code):
            return [*_listed(before, first, code), *_coordinated(_capital(after), code)]
    return [sentence.strip(_SIGNS)]


def _listed(before: str, first: _Opening, code: str) -> list[str]:
    """Split what stands before an "and" at its commas, where a question follows each: "When did it start, who paid"."""
    # In English a comma also stands before the last "and" of a list; elsewhere it ends a clause there.
    listed = before.rstrip(_SIGNS) if code == "en" else before
    segments = [segment.strip(_SIGNS) for segment in listed.split(",")]
    openings = [_opening(segment, code) for segment in segments[1:]]
    are_questions = all(
        opening is not None and len(_WORD.findall(segment)) >= _WORDS and opening.word != first.word
        for opening, segment in zip(openings, segments[1:], strict=True)
    )
    if are_questions and len(_WORD.findall(segments[0][first.end :])) >= _WORDS:
        return list(map(_capital, segments))
    return [before.strip(_SIGNS)]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _is_whole(before: str, first: _Opening, second: _Opening, code: str) -> bool:
    """Tell whether what stands before an "and" is a question, and what follows no clause of the same one."""
    rest = fold(before[first.end :])
    spoken = _WORD.findall(rest)
    alike = second.word[:_ALIKE_CHARS]
    enough = _WORDS_OF_ALIKE if first.word.startswith(alike) else _WORDS
    goes_on = any(word.startswith(alike) for word in spoken)
    return len(spoken) >= enough and bool(content_words(rest, code)) and not goes_on


def _opening(text: str, code: str) -> _Opening | None:
    """Return the word that asks at the beginning of a text: "when", "until when". None where none stands there."""
    known = language(code)
    folded = fold(text)
    relative = known.demands.get("relative")
    place = 0
    for word in list(_WORD.finditer(folded))[: _LEADING_WORDS + 1]:
        asks = folded_pattern(known.question_words).match(folded, word.start())
        if asks is not None and not (relative and place and folded_pattern(relative).fullmatch(asks[0])):
            return _Opening(asks.end(), asks[0])
        if word[0] not in known.stop_words:
            return None
        place += 1
    return None


def _refers(text: str, code: str) -> re.Match[str] | None:
    """Return the word by which a text points at what was said before: "who chairs it?"."""
    opening = _opening(text, code)
    return folded_pattern(language(code).demands["refers"]).search(fold(text), opening.end if opening else 0)


def _completed(part: str, first: str, code: str) -> str:
    """Return a part with what the first question is about in place of the word that points at it.

    Where that is no name, the whole first question follows the part, but for the word that asks there.
    """
    opening, refers = _opening(first, code), _refers(part, code)
    about = first[opening.end if opening else 0 :].strip(_SIGNS + "'’")
    names = names_in(first, code)
    if refers and len(names) == 1 and content_words(about, code) == content_words(names[0].written, code):
        return f"{part[: refers.start()]}{names[0].written}{part[refers.end() :]}"
    link = ":" if refers or content_words(part, code) else ""
    return f"{part.strip(_SIGNS)}{link} {about}?"


def _can_be_asked(part: AskedPart) -> bool:
    try:
        readable(part.asked)
    except QuestionError:
        return False
    return True
