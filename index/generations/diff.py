"""Compares two generations: which releases came, changed and went, and how many passages."""

import dataclasses
from collections import Counter
from dataclasses import dataclass

from index.database.passages_db import ReleasePassages
from index.generations.home import open_generations
from index.generations.status import existing
from index.generations.store import GenerationStore
from index.settings import IndexSettings


@dataclass(frozen=True, slots=True)
class Change:
    """A release, and how many passages it has before and after."""

    release_id: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came, changed and went. A passage whose text stands in both generations has neither come nor gone."""

    before: str
    after: str
    came: tuple[Change, ...]
    changed: tuple[Change, ...]
    went: tuple[Change, ...]
    passages_before: int
    passages_after: int
    passages_came: int
    passages_went: int

    def to_dict(self) -> dict[str, object]:
        """Return the difference as `measures index diff --json` prints it."""
        return dataclasses.asdict(self)


def compare(settings: IndexSettings, before: str, after: str) -> Comparison:
    """Compare two generations.

    :raises GenerationError: when one does not exist or is damaged.
    """
    generations = open_generations(settings, reading=True)
    old, new = _read(generations, before), _read(generations, after)
    old_texts = Counter(text for release in old.values() for text in release.texts)
    new_texts = Counter(text for release in new.values() for text in release.texts)
    return Comparison(
        before,
        after,
        came=tuple(Change(key, 0, len(new[key].texts)) for key in sorted(new.keys() - old.keys())),
        changed=tuple(
            Change(key, len(old[key].texts), len(new[key].texts))
            for key in sorted(new.keys() & old.keys())
            if old[key].release != new[key].release
        ),
        went=tuple(Change(key, len(old[key].texts), 0) for key in sorted(old.keys() - new.keys())),
        passages_before=old_texts.total(),
        passages_after=new_texts.total(),
        passages_came=(new_texts - old_texts).total(),
        passages_went=(old_texts - new_texts).total(),
    )


def _read(generations: GenerationStore, generation: str) -> dict[str, ReleasePassages]:
    generations.check(existing(generations, generation))
    return {release.release.release_id: release for release in generations.by_release(generation)}
