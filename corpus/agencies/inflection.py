"""How names change in a sentence: the forms of each of their words in the languages of the EU.

No grammar is needed: a word is its stem and one of the endings that its language has. That makes forms that nobody
writes, but every word of a name must match, so a text that has them all means the name. `inflection.toml` has the
endings of each language. Languages that do not inflect names have none, and there a word has one form.
"""

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

_MIN_WORD_CHARS = 3
_MIN_STEM_CHARS = 3
_WORDS_AND_GAPS = re.compile(r"[ .]+|[^ .]+")


@dataclass(frozen=True, slots=True)
class Inflection:
    """How a language inflects the words of names; `inflection.toml` says what the fields are."""

    drop: tuple[str, ...] = ()
    endings: tuple[str, ...] = ("",)
    after: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    vary: tuple[tuple[str, str], ...] = ()
    fixed: frozenset[str] = frozenset()
    start: tuple[tuple[str, str], ...] = ()
    union: tuple[tuple[str, str], ...] = ()
    articles: frozenset[str] = frozenset()
    committee: str | None = None

    def forms(self, word: str) -> frozenset[str]:
        """Return what a word in lower case and without accents may be in a text, itself included."""
        if len(word) < _MIN_WORD_CHARS or word in self.fixed:
            return frozenset({word})
        dropped = max((end for end in self.drop if word.endswith(end)), key=len, default="")
        stem, endings = word.removesuffix(dropped), self.after.get(dropped, self.endings)
        forms = self.with_endings(word) | (self._with(stem, endings) if len(stem) >= _MIN_STEM_CHARS else set())
        forms |= {new + form.removeprefix(old) for form in forms for old, new in self.start if form.startswith(old)}
        return frozenset(forms)

    def with_endings(self, stem: str) -> frozenset[str]:
        """Return a stem, and what it may become, with each ending."""
        return self._with(stem, self.endings)

    def _with(self, stem: str, endings: Collection[str]) -> frozenset[str]:
        stems = (stem, *(stem.removesuffix(old) + new for old, new in self.vary if stem.endswith(old)))
        return frozenset(f"{each}{ending}" for each in stems for ending in endings)


@cache
def inflections() -> Mapping[str, Inflection]:
    """Return how each language inflects, by the code of the language."""
    tables = tomllib.loads((resources.files("corpus.agencies") / "inflection.toml").read_text("utf-8"))
    return {language: _inflection(table) for language, table in tables.items()}


def _inflection(table: Mapping[str, Any]) -> Inflection:
    pairs = {name: tuple((old, new) for old, new in table.get(name, ())) for name in ("vary", "start", "union")}
    return Inflection(
        drop=tuple(table.get("drop", ())),
        endings=tuple(table.get("endings", ("",))),
        after={dropped: tuple(endings) for dropped, endings in table.get("after", {}).items()},
        fixed=frozenset(table.get("fixed", ())),
        articles=frozenset(table.get("articles", ())),
        committee=table.get("committee"),
        **pairs,
    )


def with_short_union(name: str, language: str) -> tuple[str, ...]:
    """Return a name, and as it is with "EU" in its language for "European Union"."""
    pairs = inflections()[language].union
    return (name, *(name.replace(long, short) for long, short in pairs if long in name))


def words_of(folded_name: str) -> tuple[str, ...]:
    """Return the words of a folded name with what stands between them: words are at even places."""
    return tuple(_WORDS_AND_GAPS.findall(folded_name))
