"""Where a text names bodies: one pass for all names at once (Aho-Corasick), then what stands around each.

A mention is a body's name without its article. Of two names the longer counts, and a name followed by another
of the same body in brackets, "European Anti-Fraud Office (OLAF)", is one mention up to the closing bracket.
"the Agency" and its like are mentions of the nearest body before that is called so, unless another agency
was named since. "Members of the European Parliament" name the Parliament, and so do "MEPs"; a Commissioner
is not the Commission. Addresses ("ec.europa.eu/eurostat") name nobody. A name of several words counts in
any case, a single word as it is written or in capitals; what may mean something else is guarded (`Guard`),
in the data.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

from corpus.agencies.acronyms import brackets, content_words, long_form
from corpus.agencies.context import is_anothers, is_definite, is_in_address
from corpus.agencies.folding import fold, fold_name
from corpus.agencies.patterns import Name, automaton
from corpus.models import Agency, Guard, Mention

_MIN_ANY_CASE_CHARS = 4


@dataclass(frozen=True, slots=True)
class _Found:
    """A name where it stands in a text."""

    start: int
    end: int
    name: Name


@dataclass(frozen=True, slots=True)
class _Context:
    """What a text as a whole says about the names in it."""

    defining: frozenset[_Found]
    """Names in brackets right after another name of their body."""
    defined: frozenset[tuple[str | None, str]]
    """Whose they are, and how they are written."""
    foreign: frozenset[str]
    """Acronyms that the text gives for something that is no body of the registry."""
    named: frozenset[str | None]
    """Bodies with an unguarded name in the text."""
    question: bool


class Scanner:
    """Finds the names of bodies in texts."""

    def __init__(self, agencies: Mapping[str, Agency], other_names: Sequence[str], nouns: Sequence[str]) -> None:
        """Take the bodies, names of others that hold a body's, and the nouns that refer back to a body."""
        self._wordings = {key: [content_words(name) for name in agency.names] for key, agency in agencies.items()}
        self._nouns = {key: _nouns_of(agency, nouns) for key, agency in agencies.items()}
        self._automaton = automaton(agencies, other_names, nouns)

    def mentions(self, text: str, *, question: bool = False) -> tuple[Mention, ...]:
        """Return where a text names bodies, in order, none overlapping another.

        :param question: whether a person typed it as a question: then an acronym needs no full name beside
            it, and no capitals where it has more than three letters, but a name of several bodies names none.
        """
        found = list(self._found(text, question=question))
        names = [one for one in found if one.name.noun is None]
        context = self._context(text, names, question=question)
        kept = _longest(one for one in names if _holds(one, text, context))
        merged = _merged(text, [one for one in kept if one.name.agency_id is not None], context.defining)
        nouns = [one for one in found if one.name.noun is not None]
        both = sorted((*merged, *nouns), key=attrgetter("start")) if nouns else merged
        return tuple(self._resolved(text, both))

    def _found(self, text: str, *, question: bool) -> Iterator[_Found]:
        """Yield every name that stands in a text as a word, written as it must be."""
        folded = fold(text)
        for last, pattern in self._automaton.iter(folded.text):
            start, end = folded.original(last - pattern.size), folded.original(last - 1) + 1
            written = fold_name(text[start:end], keep_case=True)
            any_case = question and pattern.size >= _MIN_ANY_CASE_CHARS
            for name in pattern.names:
                fits = name.written is None or written in name.written or (any_case and name.guard is None)
                if fits and not (question and name.shared) and not is_in_address(text, start, end):
                    yield _Found(start, end - name.tail, name)

    def _context(self, text: str, names: Sequence[_Found], *, question: bool) -> _Context:
        """Gather what acronyms are given for, and which bodies are named in full."""
        ending = {(one.end, one.name.agency_id) for one in names}
        defining, foreign = set[_Found](), set[str]()
        for one in names:
            around = brackets(text, one.start, one.end)
            if around is None or one.name.agency_id is None:
                continue
            if (around.before, one.name.agency_id) in ending:
                defining.add(one)
            elif one.name.written is not None and self._is_foreign(one, text, around.before):
                foreign.add(text[one.start : one.end])
        foreign -= {text[one.start : one.end] for one in defining}
        sure = (one for one in names if one.name.guard is None)
        return _Context(
            defining=frozenset(defining),
            defined=frozenset((one.name.agency_id, text[one.start : one.end]) for one in defining),
            foreign=frozenset(foreign),
            named=frozenset(one.name.agency_id for one in sure if not _is_given_away(one, text, foreign)),
            question=question,
        )

    def _is_foreign(self, acronym: _Found, text: str, before: int) -> bool:
        """Tell whether the words that an acronym is given for are none of its body's names.

        They are where they share at least half of what tells a name from others: "EU Drugs Agency (EUDA)".
        """
        given = long_form(text[acronym.start : acronym.end], text, before)
        if given is None or acronym.name.agency_id is None:
            return False
        words = content_words(given)
        return all(2 * len(words & own) < len(words) for own in self._wordings[acronym.name.agency_id])

    def _resolved(self, text: str, found: Iterable[_Found]) -> Iterator[Mention]:
        """Yield the mentions, and the nouns outside them as mentions of the bodies they refer to."""
        referred: dict[str, str | None] = {}
        end = 0
        for one in found:
            if one.name.agency_id is not None:
                referred.update(dict.fromkeys(self._nouns[one.name.agency_id], one.name.agency_id))
                yield Mention(one.name.agency_id, one.start, one.end)
                end = one.end
            elif one.start >= end and one.name.noun is not None:
                noun = _noun_key(one.name.noun)
                if is_anothers(text, one.start, one.end):
                    referred[noun] = None
                elif is_definite(text, one.start) and (agency_id := referred.get(noun)) is not None:
                    yield Mention(agency_id, one.start, one.end)


def _holds(one: _Found, text: str, context: _Context) -> bool:
    """Tell whether a name means its body here."""
    if _is_given_away(one, text, context.foreign):
        return False
    match one.name.guard:
        case Guard.BARE:
            return not is_anothers(text, one.start, one.end)
        case Guard.NAMED | Guard.DEFINED:
            return one in context.defining or _is_vouched_for(one, text, context)
        case _:
            return True


def _is_vouched_for(one: _Found, text: str, context: _Context) -> bool:
    """Tell whether the text makes plain elsewhere what a guarded acronym means; not if alone in brackets."""
    around = brackets(text, one.start, one.end)
    if around is not None and around.alone:
        return False
    if context.question or (one.name.agency_id, text[one.start : one.end]) in context.defined:
        return True
    return one.name.guard is Guard.NAMED and one.name.agency_id in context.named


def _is_given_away(one: _Found, text: str, foreign: Collection[str]) -> bool:
    """Tell whether an acronym is one that the text gives for something else."""
    return one.name.written is not None and text[one.start : one.end] in foreign


def _longest(found: Iterable[_Found]) -> list[_Found]:
    """Keep of overlapping names the first, of those the longest, of equals the one that is vouched for."""
    kept: list[_Found] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end, one.name.guard is None)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _merged(text: str, found: Sequence[_Found], defining: frozenset[_Found]) -> list[_Found]:
    """Make one of a name and the same body's name in brackets after it, up to the bracket that closes."""
    merged: list[_Found] = []
    for one in found:
        around = brackets(text, one.start, one.end) if one in defining else None
        if around is not None and around.alone and merged and merged[-1].end == around.before:
            merged[-1] = replace(merged[-1], end=around.after)
        else:
            merged.append(one)
    return merged


def _nouns_of(agency: Agency, nouns: Sequence[str]) -> tuple[str, ...]:
    """Return the nouns that may refer to a body: those in its name and aliases."""
    words = {word for name in (agency.name, *agency.aliases) for word in fold_name(name).split()}
    return tuple({_noun_key(noun) for noun in nouns if set(_noun_key(noun).split()) <= words})


def _noun_key(noun: str) -> str:
    return fold_name(noun).replace("center", "centre")
