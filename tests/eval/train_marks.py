"""Train the head that marks the answer in a sentence, on what the reader that is shipped computes.

    python -m tests.eval.train_marks FOLDER WORK [--public PUBLIC] [--pairs 8000] [--write]

The reader stays as it is: its vectors are computed once, and kept in WORK. FOLDER is the development set, PUBLIC as
`public_lists.py` has it. A sixth of the releases is held back, on which the head's threshold is chosen. What is printed
is of questions that nothing was trained on. `--write` puts the head and its provenance into index/encoders/.
"""

import argparse
import datetime
import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor, nn

from index.encoders.embedder import SentenceTransformerEmbedder
from index.encoders.marks import (
    LAYERS,
    MOST_PIECES,
    Mark,
    best_mark,
    own_pieces,
    pieces_within,
    read_layers,
    span_logits,
)
from index.encoders.reader import PairReader, read_pairs
from index.encoders.unpacked import sha256_of
from index.text.sentences import Span
from tests.eval.mark_lists import MarkPair, development_pairs, public_pairs, train_pairs

SHIPPED = Path(str(resources.files("index.encoders")))
WIDTH, PAIRED = 96, 32
READ_TOGETHER = 16
HELD_BACK = 6  # Of so many releases, one chooses the threshold.
RIGHT = 0.9  # of the marks must overlap the answer, on the releases held back
SORTED_TOGETHER = 16  # batches


@dataclass(frozen=True, slots=True)
class MarkPlan:
    """How it is trained."""

    rounds: int = 3
    together: int = 32
    rate: float = 1e-3
    warm_up: int = 50
    decay: float = 0.05
    dropout: float = 0.2
    seed: int = 16


@dataclass(frozen=True, slots=True)
class Told:
    """A pair as the reader read it: its vectors, ``(pieces, layers, dim)`` float16, and which pieces are what.

    ``first`` is where the text begins, ``own`` holds the places of the sentence's pieces, ``pieces`` their spans.
    ``target`` is the first and the last place of the answer, None where there is none.
    """

    pair: MarkPair
    vectors: NDArray[np.float16]
    first: int
    own: tuple[int, ...]
    pieces: tuple[tuple[int, int], ...]
    target: tuple[int, int] | None


def new_head(dim: int, layers: int = LAYERS) -> dict[str, nn.Parameter]:
    """Return a head that knows nothing; what it draws depends on torch's seed."""
    sizes = {
        "input": (WIDTH, dim * layers),
        "attention": (3 * WIDTH, WIDTH),
        "out": (WIDTH, WIDTH),
        "wide": (2 * WIDTH, WIDTH),
        "narrow": (WIDTH, 2 * WIDTH),
        "ends": (2, WIDTH),
        "pairs": (2 * PAIRED, WIDTH),
        "nothing": (1, WIDTH),
    }
    numbers = {"kinds": torch.zeros(2, WIDTH)}
    for name, (outside, inside) in sizes.items():
        linear = nn.Linear(inside, outside)
        numbers |= {f"{name}_weight": linear.weight.data, f"{name}_bias": linear.bias.data}
    for name in ("first", "second", "last"):
        numbers |= {f"{name}_weight": torch.ones(WIDTH), f"{name}_bias": torch.zeros(WIDTH)}
    return {name: nn.Parameter(number) for name, number in numbers.items()}


def pairs_to_train_on(folder: Path, public: Path | None, most: int, seed: int) -> list[MarkPair]:
    """Return the pairs of the releases, and of public sets as many more, drawn by seed, as there is room for."""
    own, others = train_pairs(folder), public_pairs(public) if public else []
    return own + random.Random(seed).sample(others, min(max(0, most - len(own)), len(others)))


def told_by(reader: PairReader, pairs: Sequence[MarkPair], kept: Path | None = None) -> list[Told]:
    """Return pairs as the reader reads them, those left out whose answer is not read.

    :param kept: a file that keeps the vectors, written where it is missing.
    """
    tokenizer = reader.tokenizer
    read = read_pairs(tokenizer, [pair.question for pair in pairs], [pair.text for pair in pairs])
    lengths, firsts = read["attention_mask"].sum(1).tolist(), read["in_question"].sum(1).int().tolist()
    bounds = np.concatenate([[0], np.cumsum(lengths)])
    if kept is None or not kept.exists():
        vectors = _vectors(reader, read, lengths, bounds, kept)
    else:
        vectors = np.load(kept, mmap_mode="r")
    pieces = pieces_within(tokenizer, [pair.text for pair in pairs], [pair.sentence for pair in pairs])
    told = []
    for row, pair in enumerate(pairs):
        own = own_pieces(pieces[row], firsts[row], lengths[row] - 1)
        spans = tuple(pieces[row][place - firsts[row]] for place in own)
        target = _target(pair.answer, own, spans) if pair.answer else None
        if own and (target or not pair.answer):
            of_pair = vectors[bounds[row] : bounds[row + 1]]
            told.append(Told(pair, of_pair, firsts[row], tuple(own), spans, target))
    return told


def _vectors(
    reader: PairReader,
    read: Mapping[str, Tensor],
    lengths: Sequence[int],
    bounds: NDArray[np.int64],
    kept: Path | None,
) -> NDArray[np.float16]:
    dim = reader.model.config.hidden_size
    shape = (int(bounds[-1]), LAYERS, dim)
    new = kept.with_suffix(".new") if kept else None
    vectors = np.lib.format.open_memmap(new, "w+", np.float16, shape) if new else np.empty(shape, np.float16)
    order = sorted(range(len(lengths)), key=lambda row: -lengths[row])
    for start in range(0, len(order), READ_TOGETHER):
        rows = order[start : start + READ_TOGETHER]
        longest = lengths[rows[0]]
        with torch.inference_mode():
            layers = reader.model(
                read["input_ids"][rows, :longest], read["attention_mask"][rows, :longest], output_hidden_states=True
            ).hidden_states
            stacked = read_layers(layers).half().numpy()
        for place, row in enumerate(rows):
            vectors[bounds[row] : bounds[row + 1]] = stacked[place, : lengths[row]]
    if kept and new:
        new.replace(kept)
    return vectors


def _target(answer: Span, own: Sequence[int], spans: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    touched = [
        place
        for place, (start, end) in zip(own, spans, strict=True)
        if start < answer.end and end > answer.start and end > start
    ]
    return (touched[0], min(touched[-1], touched[0] + MOST_PIECES - 1)) if touched else None


def logits_of(head: Mapping[str, Tensor], batch: Sequence[Told], dropout: float = 0.0) -> Tensor:
    """Return what the head says of pairs, as `span_logits`."""
    longest = max(len(each.vectors) for each in batch)
    hidden = torch.zeros(len(batch), longest, *batch[0].vectors.shape[1:])
    in_question, in_sentence = torch.zeros(len(batch), longest), torch.zeros(len(batch), longest)
    for row, each in enumerate(batch):
        hidden[row, : len(each.vectors)] = torch.from_numpy(np.array(each.vectors)).float()
        in_question[row, : each.first] = 1.0
        in_sentence[row, list(each.own)] = 1.0
    return span_logits(head, hidden, in_question, in_sentence, dropout)


def loss_of(head: Mapping[str, Tensor], batch: Sequence[Told], dropout: float = 0.0) -> Tensor:
    """Return how unlikely the head takes what is right: a span, or none."""
    logits = logits_of(head, batch, dropout)
    longest = max(len(each.vectors) for each in batch)
    right = [longest * longest if each.target is None else each.target[0] * longest + each.target[1] for each in batch]
    return nn.functional.cross_entropy(logits, torch.tensor(right))


def train(head: Mapping[str, nn.Parameter], told: Sequence[Told], plan: MarkPlan) -> list[float]:
    """Train a head; return the loss of each step."""
    optimizer = torch.optim.AdamW(head.values(), plan.rate, weight_decay=plan.decay)
    steps = plan.rounds * -(-len(told) // plan.together)
    losses = []
    for number, batch in enumerate(_batches(told, plan)):
        falling = min((number + 1) / plan.warm_up, (steps - number) / max(1, steps - plan.warm_up))
        for group in optimizer.param_groups:
            group["lr"] = plan.rate * min(1.0, falling)
        loss = loss_of(head, batch, plan.dropout)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(head.values(), 1.0)
        optimizer.step()
        losses.append(loss.item())
        if (number + 1) % 100 == 0:
            print(f"{number + 1} of {steps}: loss {sum(losses[-100:]) / 100:.3f}", flush=True)
    return losses


def _batches(told: Sequence[Told], plan: MarkPlan) -> Iterator[list[Told]]:
    """Yield batches of about equally long pairs, every pair once a round."""
    draw = random.Random(plan.seed)
    for _ in range(plan.rounds):
        order = draw.sample(range(len(told)), len(told))
        batches = []
        for start in range(0, len(order), plan.together * SORTED_TOGETHER):
            alike = sorted(
                order[start : start + plan.together * SORTED_TOGETHER], key=lambda row: len(told[row].vectors)
            )
            batches += [alike[step : step + plan.together] for step in range(0, len(alike), plan.together)]
        draw.shuffle(batches)
        yield from ([told[row] for row in batch] for batch in batches)


def marks_of(head: Mapping[str, Tensor], told: Sequence[Told]) -> list[Mark | None]:
    """Return the best mark of each pair, however unsure."""
    marks = []
    with torch.inference_mode():
        for start in range(0, len(told), READ_TOGETHER):
            batch = told[start : start + READ_TOGETHER]
            longest = max(len(each.vectors) for each in batch)
            likely = torch.softmax(logits_of(head, batch), 1)[:, :-1].view(-1, longest, longest).numpy()
            marks += [
                best_mark(likely[row][np.ix_(each.own, each.own)], each.pieces, each.pair.sentence)
                for row, each in enumerate(batch)
            ]
    return marks


def overlap(mark: Mark, answer: Span | None) -> float:
    """Return the F1 of the characters that are marked and those of the answer."""
    if answer is None:
        return 0.0
    shared = min(mark.end, answer.end) - max(mark.start, answer.start)
    return max(0.0, 2 * shared / (mark.end - mark.start + answer.end - answer.start))


def threshold_for(told: Sequence[Told], marks: Sequence[Mark | None], right: float = RIGHT) -> float:
    """Return the lowest threshold from which on so many of the marks overlap the answer."""
    pairs = [(mark, each.pair.answer) for each, mark in zip(told, marks, strict=True) if mark is not None]
    pairs.sort(key=lambda pair: -pair[0].sure)
    rights = np.cumsum([overlap(mark, answer) > 0 for mark, answer in pairs]) / np.arange(1, len(pairs) + 1)
    enough = np.flatnonzero(rights >= right)
    return pairs[int(enough[-1])][0].sure if len(enough) else 1.0


def figures(told: Sequence[Told], marks: Sequence[Mark | None], least: float) -> dict[str, float]:
    """Return how many of the answers are marked, and how well; and of the sentences that hold none."""
    shown = [mark if mark is not None and mark.sure >= least else None for mark in marks]
    answered = [(each, mark) for each, mark in zip(told, shown, strict=True) if each.pair.answer]
    marked = [(each, mark) for each, mark in answered if mark is not None]
    scores = [overlap(mark, each.pair.answer) for each, mark in marked]
    exact = [_is_exact(mark, each.pair) for each, mark in marked]
    nowhere = [mark is not None for each, mark in zip(told, shown, strict=True) if not each.pair.answer]
    counted = {
        "answers": len(answered),
        "marked": len(marked) / max(1, len(answered)),
        "overlap": float(np.mean([score > 0 for score in scores])) if scores else 0.0,
        "f1": float(np.mean(scores)) if scores else 0.0,
        "exact": float(np.mean(exact)) if exact else 0.0,
    }
    if nowhere:
        counted["marked where nothing answers"] = float(np.mean(nowhere))
    return {name: round(value, 3) for name, value in counted.items()}


def _is_exact(mark: Mark, pair: MarkPair) -> bool:
    assert pair.answer is not None
    marked, right = (pair.sentence[span.start : span.end].strip(" .,;:").lower() for span in (mark, pair.answer))
    return marked == right


def held_back(pairs: Sequence[MarkPair], seed: int) -> frozenset[str]:
    """Return the releases among those to train on that choose the threshold instead."""
    groups = sorted({pair.group for pair in pairs if pair.source == "eval"})
    random.Random(seed).shuffle(groups)
    return frozenset(groups[::HELD_BACK])


def write_head(head: Mapping[str, Tensor], least: float, path: Path) -> None:
    """Write the numbers in fp16, and the threshold."""
    tensors = {name: number.detach().half().contiguous() for name, number in head.items()}
    save_file(tensors | {"least": torch.tensor([least])}, path)


def by_language(told: Sequence[Told], marks: Sequence[Mark | None], least: float) -> dict[str, dict[str, float]]:
    """Return figures for English, for all other languages, and for each of these."""
    langs = sorted({each.pair.lang for each in told} - {"en"})
    groups = {"en": {"en"}, "other": set(langs)} | {lang: {lang} for lang in langs}
    chosen = {name: [row for row, each in enumerate(told) if each.pair.lang in group] for name, group in groups.items()}
    return {
        name: figures([told[row] for row in rows], [marks[row] for row in rows], least) for name, rows in chosen.items()
    }


def main() -> None:
    """Train, print the figures, and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--public", type=Path)
    parser.add_argument("--pairs", type=int, default=8000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--write", action="store_true")
    for name, value in asdict(MarkPlan()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    arguments = parser.parse_args()
    plan = MarkPlan(**{name: getattr(arguments, name) for name in asdict(MarkPlan())})
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(plan.seed)
    arguments.work.mkdir(parents=True, exist_ok=True)
    encoder = SentenceTransformerEmbedder()
    reader = PairReader(encoder)
    pairs = pairs_to_train_on(arguments.folder, arguments.public, arguments.pairs, plan.seed)
    sets = {
        "train": pairs,
        "development": development_pairs(arguments.folder),
        "kept out": train_pairs(arguments.folder, out=True),
    }
    made_by = f"{encoder.digest[:12]}-{sha256_of(SHIPPED / 'reader.safetensors')[:12]}-{len(pairs)}"
    told = {name: told_by(reader, of_set, arguments.work / f"{made_by}-{name}.npy") for name, of_set in sets.items()}
    back = held_back(pairs, plan.seed)
    head = new_head(reader.model.config.hidden_size)
    train(head, [each for each in told["train"] if each.pair.group not in back], plan)
    choosing = [each for each in told.pop("train") if each.pair.group in back]
    least = threshold_for(choosing, marks_of(head, choosing))
    print(f"marked from {least:.3f} on")
    said = {name: by_language(of_set, marks_of(head, of_set), least) for name, of_set in told.items()}
    for name, of_set in said.items():
        for lang, counted in of_set.items():
            print(f"{name:12} {lang:6}", " ".join(f"{key} {value}" for key, value in counted.items()))
    if arguments.write:
        _write(head, least, plan, pairs, reader, said)


def _write(
    head: Mapping[str, Tensor],
    least: float,
    plan: MarkPlan,
    pairs: Sequence[MarkPair],
    reader: PairReader,
    said: Mapping[str, Mapping[str, Mapping[str, float]]],
) -> None:
    write_head(head, least, SHIPPED / "marks.safetensors")
    provenance = {
        "trained_by": "python -m tests.eval.train_marks",
        "trained_at": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "reader_sha256": sha256_of(SHIPPED / "reader.safetensors"),
        "marks_sha256": sha256_of(SHIPPED / "marks.safetensors"),
        "plan": asdict(plan),
        "pairs": dict(Counter(pair.source for pair in pairs)),
        "least": round(least, 4),
        "figures": {name: {lang: of_set[lang] for lang in ("en", "other")} for name, of_set in said.items()},
    }
    (SHIPPED / "marks.json").write_text(json.dumps(provenance, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
