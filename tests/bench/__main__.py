"""Measure everything and say how it compares with the bars: `make bench`, or `python -m tests.bench --only order_messages_per_s`.

Writes bench.json at the root of the repository and prints a table. Bars in units a second are meant for a quiet machine on which
bare SimPy makes 1.1 to 1.7 million timeouts a second; the ratios are meant for any machine. A figure that cannot be had here (an
engine that is not installed, a scenario that is not there) is left out, with a line saying why.
"""

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path

import attrs
from rich.console import Console
from rich.table import Table

from tests.bench import attribution, book, command, families, messages, screening, tape, vaults

ROOT = Path(__file__).resolve().parents[2]


@attrs.frozen
class Group:
    """Figures that are measured together."""

    names: tuple[str, ...]
    measure: Callable[[], dict[str, float]]


GROUPS = (
    Group(("book_ops_per_s", "book_vs_bourse", "book_vs_lightmatchingengine"), book.measure),
    Group(
        (
            "order_messages_per_s",
            "order_messages_vs_simpy",
            "crowd_messages_per_s",
            "crowd_messages_vs_simpy",
            "simpy_timeouts_per_s",
        ),
        messages.measure,
    ),
    Group(("tape_entries_per_s",), tape.measure),
    Group(("screen_post_us_10k", "screen_post_us_1m"), screening.measure),
    Group(("screen_post_us_vault_1k", "screen_post_us_vault_100k"), vaults.measure),
    Group(tuple(f"block_us_{name}_{size}" for name in families.FAMILIES for size in ("small", "large")), families.measure),
    Group(
        ("analysis_entries_per_s", "analysis_rss_mb", "metrics_entries_per_s", "metrics_rss_mb", "cause_chain_cold_s", "cause_chain_ms"),
        attribution.measure,
    ),
    Group(("march_2020_wall_s", "peak_rss_mb"), command.march_2020),
    Group(("help_s",), command.help_s),
)
AT_LEAST = {
    "book_vs_bourse": 0.4,
    "book_vs_lightmatchingengine": 1.0,
    "order_messages_per_s": 95_000,
    "order_messages_vs_simpy": 0.09,
    "crowd_messages_per_s": 135_000,
    "tape_entries_per_s": 1_500_000,
    "analysis_entries_per_s": 167_000,
    "metrics_entries_per_s": 167_000,
}
AT_MOST = {
    "analysis_rss_mb": 1_000.0,
    "metrics_rss_mb": 1_000.0,
    "cause_chain_cold_s": 2.0,
    "cause_chain_ms": 100.0,
    "march_2020_wall_s": 20.0,
    "peak_rss_mb": 600.0,
    "help_s": 0.15,
}
MOST_GROWTH = {
    "screen_post_us_1m": ("screen_post_us_10k", 1.5),
    "screen_post_us_vault_100k": ("screen_post_us_vault_1k", 1.3),
    **{f"block_us_{name}_large": (f"block_us_{name}_small", 1.6) for name in families.FAMILIES},
}
"""By figure of a large pool: that of the small one, and times its cost that a post may cost."""


def main() -> int:
    """Measure what was asked for; return 0, or 2 for a name that no figure has."""
    names = [name for group in GROUPS for name in group.names]
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure the machines of the house.")
    parser.add_argument("--only", metavar="NAME", choices=names, help=f"one of {', '.join(names)}")
    only = parser.parse_args().only
    figures: dict[str, float] = {}
    left_out: dict[str, str] = {}
    for group in GROUPS:
        if only is None or only in group.names:
            print(f"measuring {', '.join(group.names)} ...", file=sys.stderr)
            try:
                figures |= group.measure()
            except (ImportError, LookupError) as missing:
                left_out |= dict.fromkeys(group.names, str(missing))
    written = {"machine": _machine(), "figures": figures, "left_out": left_out}
    (ROOT / "bench.json").write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
    _print(figures, left_out)
    return 0


def _machine() -> dict[str, str | int]:
    """Return what the figures depend on and a reader should know."""
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "system": platform.system(),
        "machine": platform.machine(),
        "processors": os.cpu_count() or 0,
    }


def _print(figures: dict[str, float], left_out: dict[str, str]) -> None:
    table = Table("figure", "reached", "bar", "")
    for column in table.columns[1:3]:
        column.justify = "right"
    for name, figure in figures.items():
        bar, is_met = _bar(name, figures)
        table.add_row(name, f"{figure:,.10g}", bar, {True: "met", False: "missed", None: ""}[is_met])
    console = Console()
    console.print(table)
    for name, why in left_out.items():
        console.print(f"{name} is left out: {why}", highlight=False)


def _bar(name: str, figures: dict[str, float]) -> tuple[str, bool | None]:
    """Return a figure's bar in words, and whether it is met; None where there is none."""
    if name in AT_LEAST:
        return f">= {AT_LEAST[name]:,.10g}", figures[name] >= AT_LEAST[name]
    if name in AT_MOST:
        return f"<= {AT_MOST[name]:,.10g}", figures[name] <= AT_MOST[name]
    if name in MOST_GROWTH:
        small, times = MOST_GROWTH[name]
        most = times * figures[small]
        return f"<= {most:,.1f}", figures[name] <= most
    return "", None


if __name__ == "__main__":
    sys.exit(main())
