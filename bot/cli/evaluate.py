"""`measures eval`: how good the answers to a folder of questions are."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table

from bot.cli.documents import print_json
from bot.cli.options import as_json
from bot.cli.terminal import Terminal
from index import load_index_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from index import Evaluation


@click.command("eval")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--run", type=click.Path(path_type=Path), metavar="FILE", help="Write what was found, a line a question.")
@click.option("--plot", type=click.Path(path_type=Path), metavar="PNG", help="Draw risk by coverage.")
@as_json
def evaluate(folder: Path, run: Path | None, plot: Path | None, json_: bool) -> None:
    """Ask the questions in FOLDER of the documents in it, and print how good the answers are."""
    from bot.views.charts import draw_risk, save_picture
    from index import SentenceTransformerEmbedder, run_evaluation, write_run

    terminal = Terminal()
    settings = load_index_settings()
    with terminal.progress() as progress:
        embedder = SentenceTransformerEmbedder(settings.model, settings.cache_dir)
        outcomes, figures = run_evaluation(folder, settings, embedder, progress)
    if run is not None:
        write_run(run, outcomes)
    if plot is not None:
        save_picture(draw_risk(figures.curve), plot)
    if json_:
        print_json(figures.to_dict())
    else:
        show_evaluation(terminal, figures)


def _show_languages(terminal: Terminal, languages: "Mapping[str, Mapping[str, float | None]]") -> None:
    table = Table("", *languages, title="by the language of the question")
    for measure in dict.fromkeys(measure for figures in languages.values() for measure in figures):
        values = [figures.get(measure) for figures in languages.values()]
        table.add_row(measure, *("-" if value is None else f"{value:.3g}" for value in values))
    terminal.table(table)


def show_evaluation(terminal: Terminal, figures: "Evaluation") -> None:
    """Print figures: searches side by side, then those of the answers."""
    table = Table("", *figures.search, title=f"{figures.questions} questions")
    for measure in next(iter(figures.search.values())):
        table.add_row(measure, *(f"{search[measure]:.3f}" for search in figures.search.values()))
    terminal.table(table)
    for measure, value in (figures.answers or {}).items():
        terminal.say(f"{measure:<24}", "-" if value is None else f"{value:.3f}")
    if figures.languages:
        _show_languages(terminal, figures.languages)
    if figures.calibration:
        low, high = figures.calibration.interval
        terminal.say(
            f"{'calibration error':<24}{figures.calibration.error:.3f} (90 % of resamples {low:.3f} to {high:.3f})"
        )
        terminal.say(f"{'Brier score':<24}{figures.calibration.brier:.3f}")
    for point in figures.curve[:: max(1, len(figures.curve) // 15)]:
        terminal.say(f"from confidence {point.threshold:.2f}: coverage {point.coverage:.2f}, risk {point.risk:.2f}")
