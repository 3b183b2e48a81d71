"""How often "Check against EU releases" wrongly says "otherwise", and how often it misses what differs.

    python -m tests.eval.otherwise FOLDER [--half 0|1] [--asked N] [--cache FOLDER] [--show KIND]

Claims are made of the sentences of the releases in FOLDER: true ones are worded otherwise (figures and dates in another
shape, rounded, spelled, in other languages; less of the sentence; a number beside it that concerns something else), and
of false ones a single figure, date or name is altered. Each is held against its sentence; with `--asked`, every Nth is
asked of all releases, as somebody would who checks a message. The rules were mended on one half of the releases, 0; the
other one, 1, tells how good they are.
"""

import argparse
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import QuestionError
from corpus.models import Release
from index.answering.claims import Verdict, compare
from index.evaluation.gold import load_corpus
from index.text.sentences import sentences
from tests.eval.claims import altered, reworded
from tests.eval.serving import serving

_SENTENCES = 6  # of a release
_LEAST_WORDS, _MOST_WORDS = 6, 45


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim made of a sentence, in a language; `true` tells whether it says what the sentence says."""

    kind: str
    text: str
    language: str
    true: bool
    sentence: str
    release: Release


def claims_of(releases: Sequence[Release]) -> Iterator[Claim]:
    """Make claims of some sentences of each release."""
    for release in releases:
        drawn = random.Random(release.release_id)
        texts = [release.text[span.start : span.end] for span in sentences(release.text, release.language)]
        fit = [text for text in texts if _LEAST_WORDS <= len(text.split()) <= _MOST_WORDS and "\n" not in text]
        for sentence in drawn.sample(fit, min(_SENTENCES, len(fit))):
            for made, true in ((reworded, True), (altered, False)):
                for kind, text, language in made(sentence, release, drawn):
                    yield Claim(kind, text, language, true, sentence, release)


def judged(claims: Sequence[Claim]) -> dict[str, Counter[Verdict]]:
    """Hold claims against their sentences, and count what is said of each kind."""
    counts: dict[str, Counter[Verdict]] = defaultdict(Counter)
    for claim in claims:
        counts[claim.kind][compare(claim.text, claim.language, claim.sentence, claim.release)[0]] += 1
    return counts


def asked(claims: Sequence[Claim], releases: Sequence[Release], cache: Path | None) -> dict[str, Counter[Verdict]]:
    """Ask claims of all releases, and count what is said of each kind."""
    counts: dict[str, Counter[Verdict]] = defaultdict(Counter)
    with serving(releases, cache) as engine:
        for claim in claims:
            with suppress(QuestionError):
                counts[claim.kind][engine.check(claim.text)[0].verdict] += 1
    return counts


def report(counts: dict[str, Counter[Verdict]]) -> None:
    """Print the shares of what is said, by kind; the first kinds are those of true claims."""
    print(f"{'claims':<42}{'number':>8}{'say':>8}{'otherwise':>11}{'do not say':>12}")
    for name, counted in counts.items():
        total = sum(counted.values())
        shares = [counted[verdict] / total for verdict in (Verdict.SAY, Verdict.SAY_OTHERWISE, Verdict.DO_NOT_SAY)]
        print(f"{name:<42}{total:>8}{shares[0]:>8.3f}{shares[1]:>11.3f}{shares[2]:>12.3f}", flush=True)


def _with_sums(claims: Sequence[Claim], counts: dict[str, Counter[Verdict]]) -> dict[str, Counter[Verdict]]:
    kinds = {true: list(dict.fromkeys(claim.kind for claim in claims if claim.true is true)) for true in (True, False)}
    summed: dict[str, Counter[Verdict]] = {}
    for true, name in ((True, "TRUE CLAIMS"), (False, "ALTERED CLAIMS")):
        summed |= {kind: counts[kind] for kind in kinds[true] if kind in counts}
        summed[name] = sum((counts[kind] for kind in kinds[true] if kind in counts), Counter())
    return {name: counted for name, counted in summed.items() if counted}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--half", type=int, choices=(0, 1), default=1, help="every second release, from this one on")
    parser.add_argument("--asked", type=int, metavar="N", help="ask every Nth claim of all releases")
    parser.add_argument("--cache", type=Path, help="a folder that keeps vectors from one run to the next")
    parser.add_argument("--show", metavar="KIND", help="print claims of a kind that are judged wrongly")
    arguments = parser.parse_args()
    releases = list(load_corpus(arguments.folder))
    claims = list(claims_of(releases[arguments.half :: 2]))
    if arguments.show:
        _show([claim for claim in claims if claim.kind == arguments.show])
    elif arguments.asked:
        claims = claims[:: arguments.asked]
        report(_with_sums(claims, asked(claims, releases, arguments.cache)))
    else:
        report(_with_sums(claims, judged(claims)))


def _show(claims: Sequence[Claim]) -> None:
    for claim in claims:
        verdict, said, instead = compare(claim.text, claim.language, claim.sentence, claim.release)
        if claim.true is (verdict is Verdict.SAY_OTHERWISE):
            print(f"{verdict}: {said} / {instead}\n  {claim.text}\n  {claim.sentence}")


if __name__ == "__main__":
    main()
