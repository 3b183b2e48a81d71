"""How often a saved question is told of a release that does not answer it, and how often of the one that does.

    python -m tests.eval.false_alarms FOLDER [--cache FOLDER] [--languages] [--every N]

A question waits in a collection without the release that answers it, as one that somebody saved because it was not
found. Each other release is then taken for new, one at a time, and asked what `Engine.news` asks of it. Told of are
false alarms, unless the quotes hold the answer. All of this is asked of the releases that are nearest to a question,
and of some of the others, from which the rest is reckoned.
"""

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.models import Release
from index.answering.news import News, Wanted, WantedKind
from index.engine import Engine
from index.evaluation.evaluate import holds_answer
from index.evaluation.gold import GoldQuestion, load_corpus, load_questions
from index.filters import Filters
from tests.eval.asked import ANSWERABLE
from tests.eval.serving import serving
from tests.eval.training_lists import read_lines

_NEAREST = 20
_OTHERS = 20
_DEEP = 200  # passages among which the nearest releases are found


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a saved question.

    ``false_near`` counts false alarms among the nearest releases, ``false_far`` those among ``asked_far`` of ``far``
    others; ``told`` whether its own release was told, None where it has none.
    """

    kind: str
    language: str
    false_near: int = 0
    false_far: int = 0
    asked_far: int = 0
    far: int = 0
    told: bool | None = None

    @property
    def alarms(self) -> float:
        """How many false alarms there are, were all releases asked."""
        return self.false_near + (self.false_far * self.far / self.asked_far if self.asked_far else 0.0)


def save(engine: Engine, question: GoldQuestion, language: str, release_ids: Sequence[str]) -> Saved:
    """Let a question wait, and tell what it is told of."""
    own = question.document if question.kind in ANSWERABLE else None
    told = None
    if own is not None:
        told = engine.news(Wanted(WantedKind.QUESTION, question.text), own) is not None
    others = [release_id for release_id in release_ids if release_id != own]
    there = Filters(releases=frozenset(others))
    if not engine.answer(question.text, there).answered:  # then no release is told, whatever it says
        return Saved(question.kind, language, told=told)
    result = engine.search(question.text, there, _DEEP).passages
    near = list(dict.fromkeys(passage.release_id for passage in result))[:_NEAREST]
    far = [release_id for release_id in others if release_id not in near]
    asked = random.Random(question.question_id).sample(far, min(_OTHERS, len(far)))
    wanted = Wanted(WantedKind.QUESTION, question.text, there)
    false_near, false_far = (
        sum(_is_false(engine.news(wanted, release_id), question) for release_id in some) for some in (near, asked)
    )
    return Saved(question.kind, language, false_near, false_far, len(asked), len(far), told)


def _is_false(told: News | None, question: GoldQuestion) -> bool:
    return told is not None and not any(holds_answer(question, quote) for quote in told.quotes)


def report(saved: Sequence[Saved], releases: int) -> None:
    """Print the figures by kind of question."""
    print(f"{'saved question':<24}{'questions':>10}{'ever alarmed':>14}{'alarms a 1,000 releases':>26}{'own told':>10}")
    kinds = {"answerable": [*ANSWERABLE], "near miss": ["near_miss"], "off topic": ["off_topic"]}
    for name, members in kinds.items():
        some = [each for each in saved if each.kind in members and each.language == "en"]
        if some:
            _line(name, some, releases)
    for language in sorted({each.language for each in saved} - {"en"}):
        _line(language, [each for each in saved if each.language == language], releases)
    _line("all", list(saved), releases)


def _line(name: str, saved: Sequence[Saved], releases: int) -> None:
    alarmed = sum(each.alarms > 0 for each in saved) / len(saved)
    a_thousand = 1_000 * sum(each.alarms for each in saved) / (len(saved) * releases)
    told = [each.told for each in saved if each.told is not None]
    shown = f"{sum(told) / len(told):.3f}" if told else "-"
    print(f"{name:<24}{len(saved):>10}{alarmed:>14.3f}{a_thousand:>26.2f}{shown:>10}", flush=True)


def questions(folder: Path, *, languages: bool) -> list[tuple[GoldQuestion, str]]:
    """Return the questions of a folder with their languages."""
    english = {question.question_id: question for question in load_questions(folder)}
    results = [(question, "en") for question in english.values()]
    if languages:
        for line in read_lines(folder / "translated.jsonl"):
            results.append((_in(english[line["_id"]], line["question"]), line["lang"]))
    return results


def _in(question: GoldQuestion, text: str) -> GoldQuestion:
    return GoldQuestion(question.question_id, text, question.relevant, question.kind, question.quotes, question.answer)


def measure(folder: Path, cache: Path | None, every: int, *, languages: bool) -> tuple[list[Saved], list[Release]]:
    """Ask all questions."""
    releases = list(load_corpus(folder))
    with serving(releases, cache) as engine:
        served = [release.release_id for release in engine.releases()]
        saved = [
            save(engine, question, language, served)
            for question, language in questions(folder, languages=languages)[::every]
        ]
    return saved, releases


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cache", type=Path, help="a folder that keeps vectors from one run to the next")
    parser.add_argument("--languages", action="store_true", help="ask the translated questions, too")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="ask only every Nth question")
    arguments = parser.parse_args()
    saved, releases = measure(arguments.folder, arguments.cache, arguments.every, languages=arguments.languages)
    report(saved, len(releases))


if __name__ == "__main__":
    main()
