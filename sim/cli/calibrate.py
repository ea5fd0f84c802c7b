"""``downtick calibrate``: what a scenario was fitted to, measured again."""

import json
import sys
from typing import Any

import click

from sim.scenario.load import load
from sim.scenario.measure import Reached, measured
from sim.scenario.observables import OBSERVABLES
from sim.scenario.overrides import parsed
from sim.scenario.quantity import SHARE
from sim.scenario.spec import Scenario

EXAMPLE = (
    "\b\nExample:\n  downtick calibrate first_cascade\n  downtick calibrate march_2020 --seeds 5 --json\n  downtick calibrate --observables"
)

WIDE = 240


def _list_observables(ctx: click.Context, _: click.Parameter, is_asked: bool) -> None:
    if is_asked:
        width = max(map(len, OBSERVABLES))
        for word, each in OBSERVABLES.items():
            click.echo(f"{word.ljust(width)}  {each.about} Target: {each.measure.value}.")
        ctx.exit()


@click.command(short_help="Measure what a scenario was fitted to.", epilog=EXAMPLE)
@click.argument("scenario")
@click.option("--seeds", type=click.IntRange(min=1), default=1, show_default=True, help="Seeds to average over, from its own on.")
@click.option("--set", "sets", multiple=True, metavar="K=V", help="Set a key by its dotted path; may be given again.")
@click.option("--json", "as_json", is_flag=True, help="Print targets, bands and what was reached as JSON.")
@click.option(
    "--observables", is_flag=True, is_eager=True, expose_value=False, callback=_list_observables, help="List what can be measured."
)
@click.pass_context
def command(ctx: click.Context, scenario: str, seeds: int, sets: tuple[str, ...], as_json: bool) -> None:
    """Measure every [[calibration]] of SCENARIO and hold it against its target and band. Exits with 1 when one is outside."""
    loaded = load(scenario, parsed(sets))
    found = measured(loaded, range(loaded.run.seed, loaded.run.seed + seeds))
    if as_json:
        click.echo(json.dumps({"scenario": loaded.name, "seeds": seeds, "calibration": [as_row(each) for each in found]}))
    elif found:
        _print(found)
    else:
        click.echo(unfitted(loaded))
    ctx.exit(0 if all(each.is_inside for each in found) else 1)


def unfitted(scenario: Scenario) -> str:
    """Return what is to be said of a scenario without a ``[[calibration]]``."""
    fitted = [each.figure for each in scenario.study.calibrated] if scenario.study else []
    if fitted:
        return f"{scenario.name} has no [[calibration]]; its study was fitted to {' and '.join(fitted)}: downtick study measures them"
    return f"{scenario.name} was fitted to nothing: it has no [[calibration]]"


def as_row(each: Reached) -> dict[str, Any]:
    """Return a calibration as ``--json`` prints it."""
    return {
        "observable": each.asked.observable,
        "key": each.asked.key,
        "source": each.asked.source,
        "target": each.target,
        "unit": each.unit,
        "band": SHARE.text(each.asked.band),
        "reached": each.mean,
        "by_seed": list(each.values),
        "stated": each.asked.reached,
        "inside": each.is_inside,
    }


def _print(found: list[Reached]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("observable", "set by", "target", "band", "reached", "", box=None, pad_edge=False)
    for each in found:
        inside = "inside" if each.is_inside else "OUTSIDE"
        table.add_row(each.asked.observable, each.asked.key, each.asked.target, SHARE.text(each.asked.band), told(each), inside)
    # A table that is piped into a file is not folded to eighty columns.
    Console(highlight=False, width=None if sys.stdout.isatty() else WIDE).print(table)


def told(each: Reached) -> str:
    """Return what was reached with its unit; with the seeds' smallest and largest where there are several."""
    spread = f" ({_number(min(each.values))} to {_number(max(each.values))})" if len(each.values) > 1 else ""
    return f"{_number(each.mean)} {each.unit}{spread}".replace("  ", " ")


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:,.4g}"
