"""What the trainings of the encoder and of the reader share: the loop with its checkpoints, and the command line."""

import argparse
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from tests.eval import lora

TOLD_EVERY = 25

Step = TypeVar("Step")


@dataclass(frozen=True, slots=True)
class AnyPlan:
    """What every plan says: how many steps, the full rate, over how many steps it rises, what draws begin from."""

    steps: int = 400
    rate: float = 5e-4
    warm_up: int = 30
    seed: int = 16
    rank: int = lora.RANK


PlanType = TypeVar("PlanType", bound=AnyPlan)


def in_parts(order: Sequence[int], together: int) -> list[Sequence[int]]:
    """Return rows in at least two parts of about the same size, of which none is longer than `together`."""
    size = min(together, -(-len(order) // 2))
    return [order[start : start + size] for start in range(0, len(order), max(1, size))]


def trained_parameters(model: nn.Module) -> dict[str, nn.Parameter]:
    """Return the parameters of a model that are trained, by name."""
    return {name: each for name, each in model.named_parameters() if each.requires_grad}


def train_steps(
    model: nn.Module,
    groups: Sequence[Mapping[str, Any]],
    steps_from: Callable[[int], Iterator[Step]],
    loss_of: Callable[[Step], Tensor],
    plan: AnyPlan,
    work: Path,
) -> list[float]:
    """Train to the end, from the checkpoint in `work` where there is one; return the losses of the steps taken.

    :param groups: groups of parameters, as an optimizer takes them; ``times`` multiplies the rate of one.
    :param steps_from: gives the steps from a number on.
    :raises SystemExit: when the checkpoint was made by another plan.
    """
    trained = trained_parameters(model)
    optimizer = torch.optim.AdamW([dict(group) for group in groups], plan.rate)
    begin = _resume(work / "checkpoint.pt", trained, optimizer, plan)
    losses, told = [], time.monotonic()
    for number, step in enumerate(steps_from(begin), begin):
        falling = min((number + 1) / plan.warm_up, (plan.steps - number) / max(1, plan.steps - plan.warm_up))
        for group in optimizer.param_groups:
            group["lr"] = plan.rate * min(1.0, falling) * group.get("times", 1.0)
        loss = loss_of(step)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(trained.values(), 1.0)
        optimizer.step()
        losses.append(loss.item())
        if (number + 1) % TOLD_EVERY == 0 or number + 1 == plan.steps:
            recent = losses[-TOLD_EVERY:]
            seconds = (time.monotonic() - told) / len(recent)
            numbers = " ".join(f"{name} {each.item():.3f}" for name, each in trained.items() if each.numel() == 1)
            print(f"{number + 1} loss {sum(recent) / len(recent):.3f} {numbers} {seconds:.2f} s", flush=True)
            told = time.monotonic()
            _keep(work / "checkpoint.pt", trained, optimizer, plan, number + 1)
    return losses


def _keep(
    path: Path, trained: Mapping[str, nn.Parameter], optimizer: torch.optim.Optimizer, plan: AnyPlan, done: int
) -> None:
    state = {
        "trained": {name: each.detach().cpu() for name, each in trained.items()},
        "optimizer": optimizer.state_dict(),
        "plan": asdict(plan),
        "done": done,
    }
    torch.save(state, path.with_suffix(".new"))
    path.with_suffix(".new").replace(path)


def _resume(path: Path, trained: Mapping[str, nn.Parameter], optimizer: torch.optim.Optimizer, plan: AnyPlan) -> int:
    if not path.exists():
        return 0
    state: dict[str, Any] = torch.load(path, weights_only=True)
    if state["plan"] != asdict(plan):
        raise SystemExit(f"{path} was trained in another way: give another folder, or the same options.")
    lora.load(trained, state["trained"])
    optimizer.load_state_dict(state["optimizer"])
    return int(state["done"])


def begin_from(model: nn.Module, checkpoint: Path | None) -> None:
    """Give a model the parameters of a checkpoint, where one is named."""
    if checkpoint:
        lora.load(trained_parameters(model), torch.load(checkpoint, weights_only=True)["trained"])


def adapter_tensors(adapters: Mapping[str, nn.Parameter]) -> dict[str, Tensor]:
    """Return adapters in fp16, by name, the scale in what goes up."""
    return {
        name: (parameter.detach().cpu() * (lora.SCALE if name.endswith(".up") else 1.0)).half().contiguous()
        for name, parameter in adapters.items()
    }


def parsed(described: str | None, plan: PlanType) -> tuple[argparse.Namespace, PlanType]:
    """Read the command line of a training, and make ready for it; return the arguments and the plan they give."""
    parser = argparse.ArgumentParser(description=described, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lists_file", type=Path, metavar="lists.jsonl")
    parser.add_argument("work", type=Path)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--start", type=Path, help="a checkpoint whose parameters are trained further")
    for name, value in asdict(plan).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    arguments = parser.parse_args()
    plan = type(plan)(**{name: getattr(arguments, name) for name in asdict(plan)})
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(plan.seed)
    arguments.work.mkdir(parents=True, exist_ok=True)
    (arguments.work / "plan.json").write_text(json.dumps(asdict(plan)), "utf-8")
    return arguments, plan
