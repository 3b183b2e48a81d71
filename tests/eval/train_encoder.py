"""Train the adapter of the encoder: questions nearer to what answers them than to what only looks like it.

    python -m tests.eval.lists FOLDER lists.jsonl --model FOLDER
    python -m tests.eval.train_encoder lists.jsonl WORK --model FOLDER [--steps 900] [--device cuda]

A step takes a few questions, each with a text that answers it and three of the same ranking that do not; those of the
others in the step are negatives too. All are compared with a null as well, whose cosine is learned: what answers must
beat it, and where nothing answers it must win, so that a cosine means the same for every question. Questions in other
languages are drawn to their English form. WORK keeps a checkpoint from which the same command goes on, and in the end
the adapter.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from transformers import AutoModel, AutoTokenizer

from tests.eval import lora
from tests.eval.training import AnyPlan, adapter_tensors, begin_from, in_parts, parsed, train_steps
from tests.eval.training_lists import TrainingList, read_lists

SHARES = {
    "eval": 13,
    "squad": 18,
    "xquad": 4,
    "clapnq": 2,
    "obliqa": 4,
    "ntrex": 14,
    "tatoeba": 5,
    "eurovoc": 3,
}
PROMPTS = {"question": "query: ", "document": "passage: "}
MAX_PIECES = {"question": 64, "document": 128}
READ_TOGETHER = 192  # texts in one pass at most


@dataclass(frozen=True, slots=True)
class Plan(AnyPlan):
    """How it is trained."""

    steps: int = 900
    questions: int = 8
    negatives: int = 3
    temperature: float = 0.03
    passages: float = 0.25  # how often passages are compared instead of sentences
    null: float = 0.5  # how much questions that nothing answers weigh; without a null at 0
    languages: int = 1  # in how many languages beside English a question is asked at once
    likeness: float = 2.0  # how much a translated question's distance to the English one weighs


@dataclass(frozen=True, slots=True)
class Step:
    """The texts of one step: forms of questions, documents, and for each form which documents answer and may not."""

    questions: list[str]
    english: list[int]  # the row of each form's English one, or of its first where it has no English one
    documents: list[str]
    answers: Tensor  # (questions, documents)
    ignored: Tensor  # (questions, documents)


class Encoder(nn.Module):
    """The transformer with its adapters, and the null."""

    def __init__(self, folder: Path, device: str, rank: int = lora.RANK) -> None:
        """Load a model from a folder."""
        super().__init__()
        dtype = torch.bfloat16 if device != "cpu" or torch.cpu._is_avx512_bf16_supported() else torch.float32
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model = AutoModel.from_pretrained(folder, dtype=dtype).to(device).eval()
        self.adapters = lora.adapt(self.model, rank)
        for parameter in self.adapters.values():
            parameter.data = parameter.data.float().to(device)
        self.null = nn.Parameter(torch.tensor(0.85, device=device))

    def forward(self, texts: Sequence[str], kind: str) -> Tensor:
        """Return the vectors of texts, ``(n, dim)``; long ones are read apart from short ones, to pad less."""
        order = sorted(range(len(texts)), key=lambda row: -len(texts[row]))
        parts = [
            self._read([PROMPTS[kind] + texts[row] for row in rows], MAX_PIECES[kind])
            for rows in in_parts(order, READ_TOGETHER)
        ]
        return torch.cat(parts)[torch.tensor(order, device=self.null.device).argsort()]

    def _read(self, texts: list[str], most: int) -> Tensor:
        read = self.tokenizer(texts, padding=True, truncation=True, max_length=most, return_tensors="pt")
        read = {name: read[name].to(self.null.device) for name in ("input_ids", "attention_mask")}
        hidden = self.model(**read).last_hidden_state.float()
        mask = read["attention_mask"][..., None].float()
        return nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1), dim=-1)


def steps_of(lists: Sequence[TrainingList], plan: Plan, begin: int = 0) -> Iterator[Step]:
    """Yield the steps from one on; which lists a step takes depends on the seed and its number alone."""
    pools = defaultdict(list)
    for each in lists:
        if each.source in SHARES:
            pools[each.source].append(each)
    whole = sum(SHARES[source] for source in pools)
    counts = {source: plan.questions * SHARES[source] // whole for source in pools}
    counts[next(iter(pools))] += plan.questions - sum(counts.values())
    orders = {source: _Orders(len(pool), plan.seed) for source, pool in pools.items()}
    for number in range(begin, plan.steps):
        chosen = [
            pool[orders[source].row_at(place)]
            for source, pool in pools.items()
            for place in range(number * counts[source], (number + 1) * counts[source])
        ]
        yield _step(chosen, plan, random.Random(f"{plan.seed}-{number}"))


class _Orders:
    """Goes through a pool in ever new orders, which depend on the seed alone."""

    def __init__(self, size: int, seed: int) -> None:
        self._size, self._seed = size, seed
        self._round, self._order = -1, list[int]()

    def row_at(self, place: int) -> int:
        """Return which row of the pool is taken at a place of the whole training."""
        if place // self._size != self._round:
            self._round = place // self._size
            self._order = random.Random(f"{self._seed}-{self._round}").sample(range(self._size), self._size)
        return self._order[place % self._size]


def _step(lists: Sequence[TrainingList], plan: Plan, draw: random.Random) -> Step:
    questions: list[str] = []
    english: list[int] = []
    documents: list[str] = []
    answers: list[str | None] = []
    right: list[set[str]] = []
    for item in lists:
        kind = "passage" if draw.random() < plan.passages else "sentence"
        positives = [getattr(text, kind) for text in item.positives]
        negatives = [text for text in dict.fromkeys(getattr(text, kind) for text in item.negatives)]
        negatives = [text for text in negatives if text not in positives]
        wanted = plan.negatives if positives else plan.negatives + 1
        own = draw.sample(positives, min(1, len(positives))) + draw.sample(negatives, min(wanted, len(negatives)))
        documents += own
        first = "en" if "en" in item.forms else next(iter(item.forms))
        others = [lang for lang in item.forms if lang != first]
        forms = [
            item.forms[first],
            *(item.forms[lang] for lang in draw.sample(others, min(plan.languages, len(others)))),
        ]
        english += [len(questions)] * len(forms)
        for form in forms:
            questions.append(form)
            answers.append(own[0] if positives else None)
            right.append({getattr(text, each) for text in item.positives for each in ("sentence", "passage")})
    documents = list(dict.fromkeys(documents))
    results = torch.tensor([[text == answer for text in documents] for answer in answers])
    also = torch.tensor([[text in texts for text in documents] for texts in right])
    return Step(questions, english, documents, results, also & ~results)


def loss_of(encoder: Encoder, step: Step, plan: Plan) -> Tensor:
    """Return the loss of a step."""
    device = encoder.null.device
    asked, read = encoder(step.questions, "question"), encoder(step.documents, "document")
    cosines = (asked @ read.T).masked_fill(step.ignored.to(device), -1.0)
    answered = step.answers.any(1).to(device)
    null = encoder.null.expand(len(asked), 1)
    logits = torch.cat([cosines, null], 1) / plan.temperature
    if not plan.null:
        logits, answered_rows = logits[answered][:, :-1], step.answers[answered.cpu()].int().argmax(1).to(device)
        return nn.functional.cross_entropy(logits, answered_rows) + plan.likeness * _distance(asked, step)
    target = torch.where(answered, step.answers.int().argmax(1).to(device), len(step.documents))
    each = nn.functional.cross_entropy(logits, target, reduction="none")
    weight = torch.where(answered, 1.0, plan.null)
    return (each * weight).sum() / weight.sum() + plan.likeness * _distance(asked, step)


def _distance(asked: Tensor, step: Step) -> Tensor:
    """Return the mean distance of questions to their English forms, which stay where they are."""
    english = asked.detach()[step.english]
    other = torch.tensor([number != row for row, number in enumerate(step.english)], device=asked.device)
    return ((1 - (asked * english).sum(1)) * other).sum() / other.sum().clamp(min=1)


def train(encoder: Encoder, lists: Sequence[TrainingList], plan: Plan, work: Path) -> list[float]:
    """Train to the end, as `train_steps` does."""
    groups = [
        {"params": list(encoder.adapters.values()), "weight_decay": 0.01},
        {"params": [encoder.null], "weight_decay": 0.0},
    ]
    return train_steps(
        encoder, groups, partial(steps_of, lists, plan), lambda step: loss_of(encoder, step, plan), plan, work
    )


def write_adapter(encoder: Encoder, path: Path) -> None:
    """Write the adapters in fp16."""
    save_file(adapter_tensors(encoder.adapters), path)


def main() -> None:
    """Train."""
    arguments, plan = parsed(__doc__, Plan())
    encoder = Encoder(arguments.model, arguments.device, plan.rank)
    begin_from(encoder, arguments.start)
    train(encoder, read_lists(arguments.lists_file), plan, arguments.work)
    write_adapter(encoder, arguments.work / "adapter.safetensors")


if __name__ == "__main__":
    main()
