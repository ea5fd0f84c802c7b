"""``downtick report``: a run's figures as one page, and as pictures and tables beside it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from sim.cli.run import require_folder
from sim.storage import Run
from sim.storage.tidy import FORMATS
from sim.view.gather import Progress

EXAMPLE = "\b\nExample:\n  downtick report runs/demo\n  downtick report runs/demo -o demo.html --figures paper/figures --format csv"


@click.command(short_help="Draw a run: one page, and its pictures and tables.", epilog=EXAMPLE)
@click.argument("run", type=click.Path(path_type=Path))
@click.option("-o", "--out", type=click.Path(path_type=Path), help="The page; report.html in the run's folder unless given.")
@click.option(
    "--figures", type=click.Path(path_type=Path), help="Folder of pictures and tables; the page's name and _figures unless given."
)
@click.option("--format", "format_", type=click.Choice(FORMATS), default="parquet", help="Of the tables.", show_default=True)
@click.option("--quiet", is_flag=True, help="No progress bar, no words.")
def command(run: Path, out: Path | None, figures: Path | None, format_: str, quiet: bool) -> None:
    """Draw the run in folder RUN: prices, depth, gas, health, the cascade, whose doing it was, keepers, and what was fitted.

    The page holds its pictures and needs nothing beside it. The tape must have been kept in full. Needs the extra `plot`.
    """
    from sim.view.report import write_report  # Here, because it needs the extra, and help does not.

    place = out if out is not None else require_folder(run) / "report.html"
    with Run(run) as opened, _bar(quiet) as progress:
        written = write_report(opened, place, figures, format_, progress)
    if not quiet:
        click.echo(f"{written.figures} figures in {written.page}; pictures and {written.tables} tables in {written.folder}")


@contextmanager
def _bar(is_silent: bool) -> Iterator[Progress | None]:
    """Show how far reading and drawing are, on a terminal's standard error."""
    if is_silent or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    with Progress(
        TextColumn("report"), BarColumn(), TextColumn("{task.fields[doing]}"), console=Console(stderr=True), transient=True
    ) as bars:
        task = bars.add_task("report", total=2.0, doing="")

        def tell(done: float, doing: str) -> None:
            bars.update(task, completed=done, doing=doing)

        yield tell
