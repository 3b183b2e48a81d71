"""What a build works out of each release by itself, passages, mentions and words, once as long as nothing changes.

It is kept in corpus.db under a digest of all that it depends on, the program's own files included, so that nobody has
to remember to count a version up. With 1,000 releases it saves 3 s of 4.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from corpus import Mention, Release, registry
from index.agencies.roles import place
from index.database.corpus_db import CorpusStore
from index.database.derived import Kept
from index.generations.code_digest import code_digest
from index.results import Phase, Placed, Progress, Step
from index.text.passages import Passage, chunk
from index.text.sentences import Span
from index.text.terms import agency_term, words


@dataclass(frozen=True, slots=True)
class Derived:
    """What is worked out of a release by itself.

    ``sentence_words`` and ``bodies`` have one entry a sentence, of all passages in order: its words, and a term for
    each body that it names, by whichever of its names.
    """

    passages: tuple[Passage, ...]
    placed: tuple[Placed, ...]
    sentence_words: tuple[list[str], ...]
    bodies: tuple[list[str], ...]
    text_words: list[str]
    title_words: list[str]


def derive_all(store: CorpusStore, releases: Sequence[Release], progress: Progress) -> list[Derived]:
    """Return what is worked out of each release, in their order, and keep what is new."""
    known = store.derived.all()
    found: list[Derived] = []
    new: list[Kept] = []
    for done, release in enumerate(releases):
        progress(Step(Phase.CHUNK, done, len(releases)))
        key = _key(release)
        kept = known.get(release.release_id)
        if kept is not None and kept.key == key:
            found.append(_from_json(release.release_id, kept.value))
        else:
            found.append(_derive(release))
            new.append(Kept(release.release_id, key, _to_json(found[-1])))
    store.derived.keep(new)
    progress(Step(Phase.CHUNK, len(releases), len(releases)))
    return found


def _derive(release: Release) -> Derived:
    text = release.text
    passages = chunk(release)
    mentions = registry().mentions(text)
    spans = [span for passage in passages for span in passage.sentences]
    return Derived(
        passages,
        tuple(place(text, passages, mentions)),
        tuple(words(text[span.start : span.end]) for span in spans),
        tuple(_bodies(mentions, span) for span in spans),
        words(text),
        words(release.title),
    )


def _bodies(mentions: Sequence[Mention], sentence: Span) -> list[str]:
    return [
        agency_term(mention.agency_id)
        for mention in mentions
        if sentence.start <= mention.start and mention.end <= sentence.end
    ]


def _key(release: Release) -> bytes:
    said = json.dumps([release.text_sha256, release.title, release.language])
    return hashlib.sha256(code_digest() + said.encode()).digest()


def _to_json(derived: Derived) -> bytes:
    """Write it down; words are joined by spaces, for none holds one."""
    passages = [
        [
            passage.start,
            passage.end,
            passage.heading,
            [place for span in passage.sentences for place in (span.start, span.end)],
            [passage.lead_in.start, passage.lead_in.end] if passage.lead_in else None,
        ]
        for passage in derived.passages
    ]
    placed = [[one.agency_id, one.start, one.end, one.passage, one.sentence, one.role] for one in derived.placed]
    lines = [" ".join(said) for said in (*derived.sentence_words, derived.text_words, derived.title_words)]
    bodies = {number: terms for number, terms in enumerate(derived.bodies) if terms}
    return json.dumps([passages, placed, lines, bodies], ensure_ascii=False).encode()


def _from_json(release_id: str, value: bytes) -> Derived:
    passages, placed, lines, bodies = json.loads(value)
    *sentences, text, title = [line.split(" ") if line else [] for line in lines]
    return Derived(
        tuple(
            Passage(release_id, ordinal, start, end, heading, _spans(places), Span(*lead_in) if lead_in else None)
            for ordinal, (start, end, heading, places, lead_in) in enumerate(passages)
        ),
        tuple(Placed(*one) for one in placed),
        tuple(sentences),
        tuple(bodies.get(str(number), []) for number in range(len(sentences))),
        text,
        title,
    )


def _spans(places: Sequence[int]) -> tuple[Span, ...]:
    return tuple(map(Span, places[::2], places[1::2]))
