"""Low-rank adapters on the linear layers of a transformer, in few lines of torch: only they are trained."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

RANK = 16
SCALE = 2.0


class LowRank(nn.Module):
    """A frozen linear layer, and beside it one of low rank, which begins as nothing."""

    def __init__(self, frozen: nn.Linear, rank: int) -> None:
        """Stand in the place of a layer."""
        super().__init__()
        self.frozen = frozen
        self.down = nn.Parameter(torch.empty(rank, frozen.in_features))
        self.up = nn.Parameter(torch.zeros(frozen.out_features, rank))
        nn.init.kaiming_uniform_(self.down, a=5**0.5)

    def forward(self, x: Tensor) -> Tensor:
        """Apply both."""
        low = nn.functional.linear(x, self.down.to(x.dtype))
        whole: Tensor = self.frozen(x) + SCALE * nn.functional.linear(low, self.up.to(x.dtype))
        return whole


def adapt(model: nn.Module, rank: int = RANK) -> dict[str, nn.Parameter]:
    """Freeze a transformer, put adapters beside all linear layers of its encoder, and return their parameters."""
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    results: dict[str, nn.Parameter] = {}
    linear = [(name, each) for name, each in model.named_modules() if isinstance(each, nn.Linear) and "encoder" in name]
    for name, layer in linear:
        parent = model.get_submodule(name.rpartition(".")[0])
        adapter = LowRank(layer, rank)
        setattr(parent, name.rpartition(".")[2], adapter)
        results |= {f"{name}.down": adapter.down, f"{name}.up": adapter.up}
    return results


def load(parameters: Mapping[str, nn.Parameter], tensors: Mapping[str, Any]) -> None:
    """Put numbers into adapters."""
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(tensors[name])
