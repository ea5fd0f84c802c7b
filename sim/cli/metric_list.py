"""``downtick metric list``: metrics with what they say and their parameters."""

import inspect
import json
from collections.abc import Iterator
from typing import Any

import attrs
import click

from sim.errors import MetricError
from sim.metrics.registry import find_metric, registered
from sim.scenario.metric_parameters import table_of
from sim.scenario.parameters_told import parameters_told
from sim.scenario.schema import key_docs

EXAMPLE = "\b\nExample:\n  downtick metric list\n  downtick metric list --brief\n  downtick metric list clocks ./my_metric.py:MyMetric"


@click.command(short_help="List metrics with their parameters.", epilog=EXAMPLE)
@click.argument("names", nargs=-1, metavar="[METRIC]...")
@click.option("--brief", is_flag=True, help="Names with one line each.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def command(names: tuple[str, ...], brief: bool, as_json: bool) -> None:
    """List the metrics named, or all that are installed: what each says, and every parameter with its default and meaning."""
    found = {name: told(find_metric(name)) for name in names} if names else dict(installed())
    if as_json:
        click.echo(json.dumps(found))
        return
    width = max((len(name) for name in found), default=0)
    for name, about in found.items():
        click.echo(f"{name.ljust(width) if brief else name}  {about['line']}")
        if not brief:
            print_parameters(about["parameters"].values())


def installed() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every registered metric; one that cannot be loaded says why."""
    for name in registered():
        try:
            yield name, told(find_metric(name))
        except MetricError as failure:
            yield name, {"line": f"cannot be used: {failure}", "parameters": {}}


def told(metric: type[Any]) -> dict[str, Any]:
    """Return what is told of a metric."""
    try:
        meanings = key_docs(metric)
    except (OSError, TypeError, SyntaxError):
        meanings = {}
    parameters = [each._replace(meaning=meanings.get(each.name, "")) for each in parameters_told(attrs.resolve_types(table_of(metric)))]
    return {
        "line": (inspect.getdoc(metric) or "").partition("\n")[0],
        "parameters": {each.name: each._asdict() for each in parameters},
    }


def print_parameters(parameters: Any) -> None:
    """Print parameters with their defaults, a line each."""
    heads = [f"{each['name']} = {each['default']}" for each in parameters]
    width = max(map(len, heads), default=0)
    for head, each in zip(heads, parameters, strict=True):
        click.echo(f"    {head.ljust(width)}  {(each['meaning'] or each['takes']).replace('``', '')}")
