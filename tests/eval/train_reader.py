"""Train the reader: question and sentence read together, so that what answers is told from what only comes near.

    python -m tests.eval.train_reader lists.jsonl WORK --model FOLDER [--steps 400] [--device cuda]

FOLDER is the tuned encoder, from which the reader begins. A step takes a few questions, each with sentences of its
ranking. The score of a sentence is compared with those of the others and with a null, which must win where nothing
answers: for near misses, for questions on other subjects, and where the answering sentence was left out on purpose.
WORK keeps a checkpoint from which the same command goes on, and in the end the adapter.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from transformers import AutoModel, AutoTokenizer

from index.encoders.reader import compared, pooled, read_pairs
from tests.eval import lora
from tests.eval.training import AnyPlan, adapter_tensors, begin_from, in_parts, parsed, train_steps
from tests.eval.training_lists import TrainingList, read_lists

HIDDEN = 64
READ_TOGETHER = 128  # pairs in one pass at most
# How often a list of a kind is drawn; "other" are questions on other subjects.
SHARES = {
    ("answered", "eval"): 24,
    ("answered", "squad"): 20,
    ("answered", "xquad"): 4,
    ("answered", "clapnq"): 2,
    ("nothing", "eval"): 10,
    ("nothing", "squad"): 20,
    ("other", "off topic"): 20,
}


@dataclass(frozen=True, slots=True)
class Plan(AnyPlan):
    """How it is trained."""

    questions: int = 5
    sentences: int = 8
    left_out: float = 0.15  # how often the answering sentence is left out
    english: float = 0.4  # how often a question is asked in English where there are other forms
    seed: int = 21


@dataclass(frozen=True, slots=True)
class Example:
    """A question with sentences; ``answers`` marks those that answer."""

    question: str
    sentences: tuple[str, ...]
    answers: tuple[bool, ...]


class Reader(nn.Module):
    """The transformer with its adapters, the head, and the null."""

    def __init__(self, folder: Path, device: str, rank: int = lora.RANK) -> None:
        """Load the tuned encoder from a folder."""
        super().__init__()
        dtype = torch.bfloat16 if device != "cpu" or torch.cpu._is_avx512_bf16_supported() else torch.float32
        self.tokenizer: Any = AutoTokenizer.from_pretrained(folder)
        self.model = AutoModel.from_pretrained(folder, dtype=dtype).to(device).eval()
        self.adapters = lora.adapt(self.model, rank)
        for parameter in self.adapters.values():
            parameter.data = parameter.data.float().to(device)
        width = self.model.config.hidden_size
        last = nn.Linear(HIDDEN, 1)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.head = nn.Sequential(nn.Linear(2 * width, HIDDEN), nn.GELU(), last).to(device)
        self.scale = nn.Parameter(torch.tensor(20.0, device=device))
        self.null = nn.Parameter(torch.tensor(0.75, device=device))

    def forward(self, questions: Sequence[str], sentences: Sequence[str]) -> Tensor:
        """Return the score of each pair over the null's, ``(n,)``."""
        order = sorted(range(len(questions)), key=lambda row: -len(questions[row]) - len(sentences[row]))
        scores = [
            self._score([questions[row] for row in rows], [sentences[row] for row in rows])
            for rows in in_parts(order, READ_TOGETHER)
        ]
        return torch.cat(scores)[torch.tensor(order, device=self.null.device).argsort()]

    def _score(self, questions: list[str], sentences: list[str]) -> Tensor:
        read = read_pairs(self.tokenizer, questions, sentences)
        read = {name: tensor.to(self.null.device) for name, tensor in read.items()}
        hidden = self.model(read["input_ids"], read["attention_mask"]).last_hidden_state.float()
        asked, told = pooled(hidden, read["in_question"]), pooled(hidden, read["in_sentence"])
        cosines = (asked * told).sum(1)
        score: Tensor = self.scale * (cosines - self.null) + self.head(compared(asked, told))[:, 0]
        return score


def steps_of(lists: Sequence[TrainingList], plan: Plan, begin: int = 0) -> Iterator[list[Example]]:
    """Yield the steps from one on; which lists a step takes depends on the seed and its number alone."""
    pools: dict[tuple[str, str], list[TrainingList]] = {kind: [] for kind in SHARES}
    for each in lists:
        if (kind := _kind(each)) in pools and each.negatives:
            pools[kind].append(each)
    shares = [SHARES[kind] if pool else 0 for kind, pool in pools.items()]
    for number in range(begin, plan.steps):
        draw = random.Random(f"{plan.seed}-{number}")
        kinds = draw.choices(list(pools), shares, k=plan.questions)
        yield [_example(draw.choice(pools[kind]), plan, draw) for kind in kinds]


def _kind(training_list: TrainingList) -> tuple[str, str]:
    if training_list.positives:
        return "answered", training_list.source
    return "other" if training_list.source == "off topic" else "nothing", training_list.source


def _example(chosen: TrainingList, plan: Plan, draw: random.Random) -> Example:
    others = [lang for lang in chosen.forms if lang != "en"]
    english = "en" in chosen.forms and (not others or draw.random() < plan.english)
    lang = "en" if english else draw.choice(others)
    positives = [text.sentence for text in chosen.positives]
    negatives = list(dict.fromkeys(text.sentence for text in chosen.negatives if text.sentence not in positives))
    right = [] if not positives or draw.random() < plan.left_out else [draw.choice(positives)]
    # The nearer a sentence is, the likelier it is taken.
    nearest = sorted(range(len(negatives)), key=lambda place: (place + 1) * draw.random())
    texts = right + [negatives[place] for place in nearest[: plan.sentences - len(right)]]
    return Example(chosen.forms[lang], tuple(texts), tuple(text in right for text in texts))


def loss_of(reader: Reader, step: Sequence[Example]) -> Tensor:
    """Return the loss of a step: the cross entropy of each question's softmax over its sentences and the null."""
    scores = reader(
        [example.question for example in step for _ in example.sentences],
        [sentence for example in step for sentence in example.sentences],
    )
    losses = []
    for example, own in zip(step, scores.split([len(example.sentences) for example in step]), strict=True):
        logits = torch.cat([own, own.new_zeros(1)])
        target = example.answers.index(True) if any(example.answers) else len(own)
        losses.append(nn.functional.cross_entropy(logits, torch.tensor(target, device=logits.device)))
    return torch.stack(losses).mean()


def train(reader: Reader, lists: Sequence[TrainingList], plan: Plan, work: Path) -> list[float]:
    """Train to the end, as `train_steps` does."""
    groups = [
        {"params": [*reader.adapters.values(), *reader.head.parameters()], "weight_decay": 0.01},
        {"params": [reader.scale], "weight_decay": 0.0, "times": 50.0},
        {"params": [reader.null], "weight_decay": 0.0},
    ]
    return train_steps(reader, groups, partial(steps_of, lists, plan), partial(loss_of, reader), plan, work)


def write_reader(reader: Reader, path: Path) -> None:
    """Write the adapters and the head in fp16, and the two numbers in fp32."""
    tensors = adapter_tensors(reader.adapters)
    tensors |= {f"head.{name}": tensor.detach().cpu().half() for name, tensor in reader.head.state_dict().items()}
    tensors |= {name: getattr(reader, name).detach().cpu().reshape(1) for name in ("scale", "null")}
    save_file(tensors, path)


def main() -> None:
    """Train."""
    arguments, plan = parsed(__doc__, Plan())
    reader = Reader(arguments.model, arguments.device, plan.rank)
    begin_from(reader, arguments.start)
    train(reader, read_lists(arguments.lists_file), plan, arguments.work)
    write_reader(reader, arguments.work / "reader.safetensors")


if __name__ == "__main__":
    main()
