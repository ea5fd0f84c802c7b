"""``downtick metric exam``: the exam, in words."""

import json

import click

from sim.scenario.overrides import parsed
from sim.testing.claims import Finding
from sim.testing.metric_claims import METRIC_CLAIMS, MetricReport
from sim.testing.metric_sitting import MetricTask, sit_metric_apart
from sim.testing.sitting import PATIENCE

EXAMPLE = (
    "\b\nExample:\n  downtick metric exam ./my_metric.py:MyMetric\n  downtick metric exam clocks --json\n"
    "  downtick metric exam clocks --only cuts"
)
FAILED = 1


@click.command(short_help="Sit the exam that every metric must pass.", epilog=EXAMPLE)
@click.argument("metric")
@click.option("--set", "sets", multiple=True, metavar="K=V", help="Set a parameter; may be given again.")
@click.option(
    "--only", multiple=True, type=click.Choice(list(METRIC_CLAIMS)), metavar="CLAIM", help="Tell of this claim alone, with tracebacks."
)
@click.option("--patience", type=click.IntRange(min=1), default=PATIENCE, show_default=True, help="Seconds of work before it is ended.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_context
def command(ctx: click.Context, metric: str, sets: tuple[str, ...], only: tuple[str, ...], patience: int, as_json: bool) -> None:
    """Examine METRIC: a name, ./file.py:Class, or package.module:Class.

    It reads tapes of shipped scenarios, in one piece and in many, in a process of its own, and is watched. Exits with 1 when a claim
    does not hold, with 2 for what cannot be examined at all.
    """
    report = sit_metric_apart(MetricTask(metric, parsed(sets)), patience)
    if only:
        # Whatever was asked for, an exam that could not be finished is not passed.
        report.findings = [each for each in report.findings if each.claim in (*only, "survival")]
    if as_json:
        click.echo(json.dumps({**report.as_json(), "claims": only or list(METRIC_CLAIMS)}))
    else:
        print_report(report, metric, bool(only), len(only or METRIC_CLAIMS))
    if not report.has_passed:
        ctx.exit(FAILED)


def print_report(report: MetricReport, metric: str, with_traces: bool = False, claims: int = len(METRIC_CLAIMS)) -> None:
    """Print a report: each claim that does not hold, and how many hold."""
    for finding in report.findings:
        _print_finding(finding, metric, with_traces)
    if report.is_about("survival"):
        click.echo("the exam could not be finished: failed")
        return
    broken = len({each.claim for each in report.findings})
    ended = "passed" if report.has_passed else "failed"
    click.echo(f"{report.name}: {claims - broken} of {claims} claims hold: {ended}")


def _print_finding(finding: Finding, metric: str, with_traces: bool) -> None:
    click.echo("\n".join([*finding.lines(METRIC_CLAIMS)]))
    if finding.trace and with_traces:
        click.echo(finding.trace.rstrip())
    else:
        click.echo(f"  see     downtick metric exam {metric} --only {finding.claim}")
    click.echo("")
