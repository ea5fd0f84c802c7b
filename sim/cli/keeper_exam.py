"""``downtick keeper exam``: the exam, in words."""

import json

import click

from sim.scenario.overrides import parsed
from sim.testing.claims import CLAIMS, Finding
from sim.testing.exam import Report
from sim.testing.sitting import PATIENCE, Task, sit_apart
from sim.testing.watch import MOST_LINES

EXAMPLE = (
    "\b\nExample:\n  downtick keeper exam ./my_keeper.py:MyKeeper\n"
    "  downtick keeper exam liquidator --set tip_policy=share --json\n  downtick keeper exam ./my_keeper.py:MyKeeper --only flood"
)
FAILED = 1


@click.command(short_help="Sit the exam that every strategy must pass.", epilog=EXAMPLE)
@click.argument("keeper")
@click.option("--set", "sets", multiple=True, metavar="K=V", help="Set a parameter, as in a scenario; may be given again.")
@click.option("--only", multiple=True, type=click.Choice(list(CLAIMS)), metavar="CLAIM", help="Tell of this claim alone, with tracebacks.")
@click.option("--allow-files", is_flag=True, help="Let it read and write files.")
@click.option("--most-lines", type=click.IntRange(min=1), default=MOST_LINES, show_default=True, help="Lines of Python for one decision.")
@click.option("--patience", type=click.IntRange(min=1), default=PATIENCE, show_default=True, help="Seconds of work before it is ended.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    keeper: str,
    sets: tuple[str, ...],
    only: tuple[str, ...],
    allow_files: bool,
    most_lines: int,
    patience: int,
    as_json: bool,
) -> None:
    """Examine KEEPER: a name, ./file.py:Class, or package.module:Class.

    It lives short lives on a stage, ordinary and otherwise, in a process of its own, and is watched. Exits with 1 when a claim does
    not hold, with 2 for what cannot be examined at all.
    """
    report = sit_apart(Task(keeper, parsed(sets), allow_files, most_lines), patience)
    if only:
        # Whatever was asked for, an exam that could not be finished is not passed.
        report.findings = [each for each in report.findings if each.claim in (*only, "survival")]
    if as_json:
        click.echo(json.dumps({**report.as_json(), "claims": only or list(CLAIMS)}))
    else:
        print_report(report, keeper, bool(only), len(only or CLAIMS))
    if not report.has_passed:
        ctx.exit(FAILED)


def print_report(report: Report, keeper: str, with_traces: bool = False, claims: int = len(CLAIMS)) -> None:
    """Print a report: what decisions cost, each claim that does not hold, and how many hold."""
    cost = report.cost
    if cost.decisions:
        click.echo(f"{report.name}: {cost.decisions} decisions; in one of them, on average and at most:")
        for word in ("lines", "queries", "commands"):
            total, most = getattr(cost, word), getattr(cost, f"most_{word}")
            click.echo(f"  {word.ljust(8)} {total / cost.decisions:8.1f} {most:8}")
    for finding in report.findings:
        _print_finding(finding, keeper, with_traces)
    if report.is_about("survival"):
        click.echo("the exam could not be finished: failed")
        return
    broken = len({each.claim for each in report.findings})
    click.echo(f"{claims - broken} of {claims} claims hold" + (": passed" if report.has_passed else f", {broken} not: failed"))


def _print_finding(finding: Finding, keeper: str, with_traces: bool) -> None:
    click.echo("\n".join(["", *finding.lines()]))
    if finding.trace and with_traces:
        click.echo(finding.trace.rstrip())
    elif finding.trace:
        click.echo(f"  see     downtick keeper exam {keeper} --only {finding.claim}")
