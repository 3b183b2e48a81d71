"""Pictures of figures, as PNG."""

from collections.abc import Sequence
from pathlib import Path

from corpus.errors import StorageError
from index.figures import CurvePoint


def plot_risk(curve: Sequence[CurvePoint], path: Path) -> None:
    """Draw risk by coverage into a file.

    :raises StorageError: when it cannot be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.plot([point.coverage for point in curve], [point.risk for point in curve], color="#003399", linewidth=2)
    axes.set(xlim=(0, 1), ylim=(0, None), title="Risk by coverage")
    axes.set_xlabel("coverage: share of the answerable questions that are answered")
    axes.set_ylabel("risk: share of all answers that are wrong")
    axes.grid(alpha=0.3)
    try:
        figure.savefig(path, dpi=120, format="png", metadata={"Software": None})
    except OSError as error:
        raise StorageError(f"{path} cannot be written ({error.strerror}): choose another place.") from error
