"""Where a text names agencies: one pass for all names at once (Aho-Corasick), then a look at the words around each.

A mention is the name of an agency without its article. Of two overlapping names the longer counts. A name followed by
another name of the same agency in brackets, "European Anti-Fraud Office (OLAF)", is one mention up to the closing
bracket. "the Agency" and similar nouns mention the nearest agency before them that has this noun in its name, unless
another agency with the noun was named since. "Members of the European Parliament" and "MEPs" mention the Parliament; a
Commissioner does not mention the Commission. Web addresses ("ec.europa.eu/eurostat") mention nobody. A name of several
words counts in any case, a single word as the registry writes it or in capitals. Names that may mean something else
are guarded (`Guard`) in the registry.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import attrgetter

from corpus.agencies.acronyms import brackets, content_words, long_form
from corpus.agencies.context import is_committee, is_definite, is_english, is_in_address, is_part_of_other_name
from corpus.agencies.folding import Folded, fold, fold_name
from corpus.agencies.inflection import inflections
from corpus.agencies.local_names import LocalName, articles
from corpus.agencies.patterns import Name, automaton
from corpus.models import Agency, Guard, Mention

_MIN_ANY_CASE_CHARS = 4
# An acronym in another language that has two letters ("KR", "RU") means too much, even in a question.
_MIN_ALONE_CHARS = 3
# So many characters before and after a name tell whether its sentence is English.
_AROUND_CHARS = 100
_MIN_WORDS_AROUND = 3


@dataclass(frozen=True, slots=True)
class _Match:
    """A name at its place in a text."""

    start: int
    end: int
    name: Name


@dataclass(frozen=True, slots=True)
class _Context:
    """What a text as a whole says about the names in it."""

    defining: frozenset[_Match]
    """Names in brackets immediately after another name of the same agency."""
    defined: frozenset[tuple[str | None, str]]
    """The agency and the spelling of each defining name."""
    foreign: frozenset[str]
    """Acronyms that the text explains as something that is no agency of the registry."""
    named: frozenset[str | None]
    """Agencies that the text mentions by an unguarded name."""
    languages: frozenset[str]
    """Languages other than English in which the text has an unguarded name."""
    question: bool


class Scanner:
    """Finds mentions of agencies in texts."""

    def __init__(self, agencies: Mapping[str, Agency], other_names: Sequence[str], nouns: Sequence[str]) -> None:
        """Prepare the search for agencies.

        :param other_names: names of other things that contain the name of an agency.
        :param nouns: nouns that may refer back to an agency, such as "Agency".
        """
        self._wordings = {key: [content_words(name) for name in agency.all_names] for key, agency in agencies.items()}
        self._nouns = {key: _nouns_of(agency, nouns) for key, agency in agencies.items()}
        self._automaton = automaton(agencies, other_names, nouns)

    def mentions(self, text: str, *, question: bool = False) -> tuple[Mention, ...]:
        """Return the mentions in a text, in order and without overlaps.

        :param question: whether a person typed the text as a question. In a question an acronym needs no full name
            beside it, and no capitals when it has more than three letters; a name that several agencies share does
            not count.
        """
        matches = list(self._matches(text, question=question))
        names = [match for match in matches if match.name.noun is None]
        context = self._context(text, names, question=question)
        kept = _longest(match for match in names if _means_its_agency(match, text, context))
        merged = _merged(text, [match for match in kept if match.name.agency_id is not None], context.defining)
        nouns = [match for match in matches if match.name.noun is not None]
        in_order = sorted((*merged, *nouns), key=attrgetter("start")) if nouns else merged
        return tuple(self._resolved(text, in_order))

    def reading(self, name: str) -> Name | None:
        """Return what a text means that is one unguarded name and nothing else; None when it is not, or ambiguous."""
        matches = [match for match in self._matches(name, question=True) if match.name.guard is None]
        whole = [match.name for match in matches if _is_whole(name, match.start, match.end)]
        return whole[0] if len({name.agency_id for name in whole}) == 1 else None

    def _matches(self, text: str, *, question: bool) -> Iterator[_Match]:
        """Yield every name that is a word of its own in a text and has a spelling that counts."""
        folded = fold(text)
        for last, pattern in self._automaton.iter(folded.text):
            if pattern.local_names:
                yield from _local_matches(text, folded, last + 1 - pattern.size, pattern.local_names, question)
                continue
            start, end = folded.original(last - pattern.size), folded.original(last - 1) + 1
            written = _spelled(text[start:end])
            any_case = question and pattern.size >= _MIN_ANY_CASE_CHARS
            for name in pattern.names:
                fits = name.cased_forms is None or written in name.cased_forms or (any_case and name.guard is None)
                if fits and not (question and name.shared) and not is_in_address(text, start, end):
                    yield _Match(start, end - name.tail, name)

    def _context(self, text: str, names: Sequence[_Match], *, question: bool) -> _Context:
        """Collect what the text explains its acronyms as, and which agencies it names in full."""
        ends = {(match.end, match.name.agency_id) for match in names}
        defining, foreign = set[_Match](), set[str]()
        for match in names:
            around = brackets(text, match.start, match.end)
            if around is None or match.name.agency_id is None:
                continue
            if (around.before, match.name.agency_id) in ends:
                defining.add(match)
            elif match.name.cased_forms is not None and self._is_foreign(match, text, around.before):
                foreign.add(text[match.start : match.end])
        foreign -= {text[match.start : match.end] for match in defining}
        unguarded = [
            match for match in names if match.name.guard is None and not _is_foreign_here(match, text, foreign)
        ]
        return _Context(
            defining=frozenset(defining),
            defined=frozenset((match.name.agency_id, text[match.start : match.end]) for match in defining),
            foreign=frozenset(foreign),
            named=frozenset(match.name.agency_id for match in unguarded),
            languages=frozenset().union(*(match.name.languages for match in unguarded)),
            question=question,
        )

    def _is_foreign(self, acronym: _Match, text: str, before: int) -> bool:
        """Tell whether the words before an acronym in brackets explain it as something other than its agency.

        They explain it as its agency when they share at least half of the distinctive words of one of its names, as in
        "EU Drugs Agency (EUDA)".
        """
        explanation = long_form(text[acronym.start : acronym.end], text, before)
        if explanation is None or acronym.name.agency_id is None:
            return False
        words = content_words(explanation)
        return all(2 * len(words & wording) < len(words) for wording in self._wordings[acronym.name.agency_id])

    def _resolved(self, text: str, matches: Iterable[_Match]) -> Iterator[Mention]:
        """Yield the mentions, and each noun outside of them as a mention of the agency that it refers to."""
        referred: dict[str, str | None] = {}
        end = 0
        for match in matches:
            if match.name.agency_id is not None:
                referred.update(dict.fromkeys(self._nouns[match.name.agency_id], match.name.agency_id))
                yield Mention(match.name.agency_id, match.start, match.end)
                end = match.end
            elif match.start >= end and match.name.noun is not None:
                noun = _noun_key(match.name.noun)
                if is_part_of_other_name(text, match.start, match.end):
                    referred[noun] = None
                elif is_definite(text, match.start) and (agency_id := referred.get(noun)) is not None:
                    yield Mention(agency_id, match.start, match.end)


@lru_cache(maxsize=4096)
def _spelled(written: str) -> str:
    """Fold a name except for its case. A release has the same few names many times."""
    return fold_name(written, keep_case=True)


def _local_matches(
    text: str, folded: Folded, start: int, names: Iterable[LocalName], question: bool
) -> Iterator[_Match]:
    """Yield the names in other languages that stand at an offset of a folded text.

    An English sentence does not inflect acronyms: there "Europolis" is something else.
    """
    for name in names:
        end = name.end_in(folded.text, start)
        if end is not None:
            first, last = folded.original(start), folded.original(end - 1) + 1
            is_spelled = name.is_spelled(_spelled(text[first:last]), any_case=question)
            is_inflected = name.language is not None or _is_among_inflected_words(text, first, last, question)
            if (
                is_spelled
                and is_inflected
                and not (is_in_address(text, first, last) or _is_committee(name, text, first, last))
            ):
                languages = frozenset({name.language} if name.language else ())
                yield _Match(first, last, Name(name.agency_id, name.guard, languages=languages))


def _is_committee(name: LocalName, text: str, start: int, end: int) -> bool:
    if name.guard is None or name.language is None or len(name.words) > 1:
        return False
    return is_committee(text, start, end, inflections()[name.language].committee)


def _is_among_inflected_words(text: str, start: int, end: int, question: bool) -> bool:
    """Tell whether the words around an acronym with an ending are of another language than English."""
    around = f"{text[max(0, start - _AROUND_CHARS) : start]} {text[end : end + _AROUND_CHARS]}"
    return (question or len(around.split()) >= _MIN_WORDS_AROUND) and not is_english(around)


def _means_its_agency(match: _Match, text: str, context: _Context) -> bool:
    if _is_foreign_here(match, text, context.foreign):
        return False
    guard = match.name.guard
    if guard is Guard.BARE:
        return not is_part_of_other_name(text, match.start, match.end)
    if guard in (Guard.NAMED, Guard.DEFINED):
        return match in context.defining or _is_confirmed(match, text, context)
    return True


def _is_confirmed(acronym: _Match, text: str, context: _Context) -> bool:
    """Tell whether the text says elsewhere what a guarded name means; never when it is alone in brackets.

    An acronym in another language also counts in a text that has an unguarded name in this language.
    """
    around = brackets(text, acronym.start, acronym.end)
    if around is not None and around.alone:
        return False
    name, spelled = acronym.name, text[acronym.start : acronym.end]
    if (name.agency_id, spelled) in context.defined:
        return True
    if name.guard is Guard.NAMED and name.agency_id in context.named:
        return True
    if not name.languages or name.cased_forms is None:
        return context.question
    in_its_language = name.guard is Guard.NAMED and not name.languages.isdisjoint(context.languages)
    return in_its_language or (context.question and len(spelled) >= _MIN_ALONE_CHARS and not is_english(text))


def _is_foreign_here(match: _Match, text: str, foreign: Collection[str]) -> bool:
    """Tell whether a name is an acronym that the text explains as something else."""
    return match.name.cased_forms is not None and text[match.start : match.end] in foreign


def _longest(matches: Iterable[_Match]) -> list[_Match]:
    """Keep of overlapping names the first, of those the longest, of equal ones a guarded one.

    A guarded name gets here only when the text confirms what it means.
    """
    kept: list[_Match] = []
    for match in sorted(matches, key=lambda match: (match.start, -match.end, match.name.guard is None)):
        if not kept or match.start >= kept[-1].end:
            kept.append(match)
    return kept


def _merged(text: str, matches: Sequence[_Match], defining: frozenset[_Match]) -> list[_Match]:
    """Join a name with a name of the same agency in brackets after it, up to the closing bracket."""
    merged: list[_Match] = []
    for match in matches:
        around = brackets(text, match.start, match.end) if match in defining else None
        if around is not None and around.alone and merged and merged[-1].end == around.before:
            merged[-1] = replace(merged[-1], end=around.after)
        else:
            merged.append(match)
    return merged


def _is_whole(text: str, start: int, end: int) -> bool:
    """Tell whether a name is all that a text has, but for an article before it."""
    before = " ".join(re.findall(r"\w+", fold_name(text[:start])))
    return (not before or before in articles()) and not any(map(str.isalnum, text[end:]))


def _nouns_of(agency: Agency, nouns: Sequence[str]) -> tuple[str, ...]:
    """Return the nouns that may refer to an agency: those in its name and aliases."""
    words = {word for name in (agency.name, *agency.aliases) for word in fold_name(name).split()}
    return tuple({_noun_key(noun) for noun in nouns if set(_noun_key(noun).split()) <= words})


def _noun_key(noun: str) -> str:
    return fold_name(noun).replace("center", "centre")
