"""``downtick cascade``: which liquidation led to which, how much each generation was, whose doing the fall was."""

from __future__ import annotations

import json
from pathlib import Path

import click

from sim.cascade.checks import check
from sim.cascade.figures import Telling
from sim.cascade.fold import cascades
from sim.cascade.moves import Moves
from sim.cascade.tables import tables
from sim.cascade.watch import Sums
from sim.cli.cascade_table import print_cascade
from sim.cli.telling import Teller
from sim.errors import DowntickError
from sim.scenario.quantity import SHARE, TIME, Kind, Mistake
from sim.storage import Run
from sim.storage.tidy import FORMATS, write_tables
from sim.units import BPS_ONE

EXAMPLE = (
    "\b\nExample:\n  downtick cascade runs/demo\n  downtick cascade runs/demo --check\n"
    '  downtick cascade runs/demo --window "5 min" --out runs/demo/cascade --format csv'
)


def _read(kind: Kind, found: str, ctx: click.Context, param: click.Parameter) -> int:
    try:
        return kind.read(found)
    except Mistake as mistake:
        raise click.BadParameter(str(mistake), ctx, param) from None


def _span(ctx: click.Context, param: click.Parameter, found: str) -> int:
    """Return a time above zero."""
    span = _read(TIME, found, ctx, param)
    if not span:
        raise click.BadParameter('is nothing; give a time above zero, such as "1 min"', ctx, param)
    return span


def _part(ctx: click.Context, param: click.Parameter, found: str) -> int:
    """Return a share of a whole."""
    part = _read(SHARE, found, ctx, param)
    if not 0 <= part <= BPS_ONE:
        raise click.BadParameter(f'is "{found}"; give a share from "0 %" to "100 %"', ctx, param)
    return part


@click.command(short_help="Tell which liquidation led to which, and whose doing the fall was.", epilog=EXAMPLE)
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--window", callback=_span, default="1 min", help="Width of a cohort.", show_default=True)
@click.option(
    "--inherited",
    callback=_part,
    default="100 %",
    show_default=True,
    help="How much of a maker's cancel counts, in the figures with makers, as done by the sale it answers.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write tidy tables to.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="parquet", help="Of these tables.", show_default=True)
@click.option("--check", "is_checking", is_flag=True, help="Ask of every move, liquidation and entry what must hold; exits with 1 if not.")
@click.option("--json", "as_json", is_flag=True, help="Print all figures as JSON.")
@click.pass_context
def command(
    ctx: click.Context, run: Path, window: int, inherited: int, out: Path | None, format_: str, is_checking: bool, as_json: bool
) -> None:
    """Tell the cascade of the run in folder RUN: tree, generations and their ratios, cohorts, shares of each fall.

    All of these are shares of an account: they sum exactly, and say nothing of what would have been otherwise.
    """
    with Run(run) as opened:
        teller = Teller.of(opened)
        moves = Moves()
        sums = Sums(onward=moves if out else None)
        plain, inheriting = cascades(opened, teller.facts, inherited, sums)
        figures = Telling(plain, inheriting, teller.facts, teller.name, window).figures()
        offences = [*sums.offences, *check(plain, opened)] if is_checking else []
        if is_checking:
            figures["check"] = {"quotes": sums.quotes, "posts": sums.posts, "entries": opened.tape.last_seq, "offences": offences}
    if as_json:
        click.echo(json.dumps(figures))
    else:
        print_cascade(figures, plain, teller)
    if out is not None:
        written = write_tables(out, tables(plain, teller.facts, teller.name, moves, window), format_)
        click.echo(f"{len(written)} tables in {out}", err=as_json)
    if offences:
        raise Incomplete(f"{len(offences)} things do not hold; the first: {offences[0]}")


class Incomplete(click.ClickException):
    """What must hold of every tape does not: the run is no use, and the code is to be mended."""


assert not issubclass(Incomplete, DowntickError), "no user can mend it"
