"""Charts as PNG: risk by coverage, and mentions by month."""

import io
import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

from bot.i18n.words import ENGLISH, Words
from corpus import StorageError
from index import CurvePoint

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from index import Timeline

_MAX_TICKS = 12
_LABEL_CHARS = 36  # in a line beside an axis
_INK = "#1a1a1a"
_COLOURS = ("#003399", "#c77700", "#2e7d32", "#8e24aa", "#c62828")


def draw_risk(curve: Sequence[CurvePoint], words: Words = ENGLISH) -> bytes:
    """Return risk by coverage as a PNG."""
    figure, axes = _figure(4, 3)  # small, so that its letters can be read at 400 pixels, too
    axes.plot([point.coverage for point in curve], [point.risk for point in curve], color="#003399", linewidth=2)
    axes.set(xlim=(0, 1), ylim=(0, None), title=words("Risk by coverage"))
    axes.set_xlabel(fill(words("coverage: share of the answerable questions that are answered"), _LABEL_CHARS))
    axes.set_ylabel(fill(words("risk: share of all answers that are wrong"), _LABEL_CHARS))
    axes.grid(alpha=0.3)
    return _png(figure)


def draw_timeline(timeline: "Timeline", names: Mapping[str, str], source: str, words: Words = ENGLISH) -> bytes:
    """Return mentions by month as a PNG with a white ground, so that it can be read in dark and in light themes.

    :param names: what agencies are called, by id.
    :param source: the line under the picture.
    """
    from matplotlib.ticker import MaxNLocator

    figure, axes = _figure(8, 3.4)
    months = range(len(timeline.months))
    width = 0.8 / len(timeline.series)
    for number, (series, colour) in enumerate(zip(timeline.series, itertools.cycle(_COLOURS))):
        places = [month + (number - (len(timeline.series) - 1) / 2) * width for month in months]
        axes.bar(
            places, series.counts, width=max(width, len(months) / 400), color=colour, label=names[series.agency_id]
        )
    listed = ", ".join(names[series.agency_id] for series in timeline.series)
    title = words("{bodies} in the releases, by month", bodies=listed)
    axes.set_title(title, color=_INK, fontsize=13, loc="left")
    axes.set_ylabel(words("mentions"), color=_INK)
    ticks, labels = _ticks(timeline.months)
    axes.set_xticks(ticks, labels)
    axes.set_xlim(-1, len(months))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(axis="y", alpha=0.25)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    if len(timeline.series) > 1:
        axes.legend(frameon=False)
    figure.supxlabel(source, fontsize=8, color="#555555", x=0.01, ha="left")
    return _png(figure)


def _ticks(months: Sequence[str]) -> tuple[list[int], list[str]]:
    """Return the places and texts of a time axis's labels: months where they are few, else years; at most a dozen."""
    if len(months) <= _MAX_TICKS:
        return list(range(len(months))), list(months)
    years = [place for place, month in enumerate(months) if month.endswith("-01")]
    shown = years[:: -(-len(years) // _MAX_TICKS)]
    return shown, [months[place][:4] for place in shown]


def save_picture(png: bytes, path: Path) -> None:
    """Write a picture into a file.

    :raises StorageError: when it cannot be written.
    """
    try:
        path.write_bytes(png)
    except OSError as error:
        raise StorageError(f"{path} cannot be written ({error.strerror}): choose another place.") from error


def _figure(width: float, height: float) -> "tuple[Figure, Axes]":
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    return figure, figure.add_subplot()


def _png(figure: "Figure") -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, dpi=160, format="png", metadata={"Software": None})
    return buffer.getvalue()
