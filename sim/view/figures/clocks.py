"""Two clocks: how long the oracle and then the keepers let an unhealthy account wait, beside what was found on a real chain."""

from __future__ import annotations

from sim.metrics.waits import PUBLISHED
from sim.units import SECOND
from sim.view.canvas import INK, Frame, beside, count_along, legend, look
from sim.view.extra import Figure
from sim.view.figure import Tables, rows, table
from sim.view.material import Material
from sim.view.words import count, percent, span

NAME = "clocks"
HEADING = "Two clocks"
_CLOCKS = ("oracle", "keepers")


def data(material: Material) -> Tables:
    """Return every call's two waits, as the metric ``clocks`` tells them, shares answered within some blocks, and waits no post ended."""
    found = material.tables("clocks")
    calls = found.get("calls") or {}
    keys = ("oracle_clock_ns", "oracle_clock_blocks", "keepers_clock_ns", "keepers_clock_blocks", "end", "debt")
    unposted = found.get("unposted") or {}
    never = ("oracle_clock_ns", "oracle_clock_blocks", "end", "debt")
    waits = found.get("waits") or {}
    columns = ("pool", "clock", "blocks", "by_count", "by_debt", "published")
    within = [row for row in zip(*(waits.get(key, []) for key in columns), strict=True) if row[0] == "all"]
    return {
        "clocks": table(keys, list(zip(*(calls.get(key, []) for key in keys), strict=True))),
        "clocks_within": table(columns, within),
        "clocks_unposted": table(never, list(zip(*(unposted.get(key, []) for key in never), strict=True))),
    }


def nothing(tables: Tables) -> str:
    """Say so where nobody was called."""
    return "" if tables["clocks"]["end"] else "No account's health fell below one at a posted price: no clock began to run."


def title(tables: Tables) -> str:
    """Return both medians."""
    oracle, keepers = (_median(tables, clock, "ns") for clock in _CLOCKS)
    told = f"the keepers then took {span(keepers)}" if keepers is not None else "no keeper answered"
    late = f"The oracle was {span(oracle)} behind the market" if oracle is not None else "No post came behind the market"
    return f"{late} at the median; {told}"


def caption(tables: Tables) -> str:
    """Return what became of the calls, and what of them was answered within some blocks."""
    ends = tables["clocks"]["end"]
    ended = ", ".join(f"{word} {ends.count(word):,}" for word in dict.fromkeys(ends))
    never = count(len(tables["clocks_unposted"]["end"]), "account")
    within = [row for row in rows(tables["clocks_within"]) if row[1] == "keepers"]
    shares = ", ".join(
        f"{blocks}: {percent(by_count)} by count, {percent(by_debt)} by debt" for _, _, blocks, by_count, by_debt, _ in within
    )
    return (
        f"{count(len(ends), 'margin call')} ({ended}). Left: of those that were liquidated, the share within so long; on the oracle's "
        f"clock those whose post came behind the market; not drawn: {never} that no post called, seen beyond "
        "the trigger at the market alone. Right: all calls, by Kaplan and Meier, those that ended otherwise censored "
        f"({shares or 'none'} within so many blocks). Crosses: found on Compound, 2019-20, by Perez et al. (2021), of liquidations alone."
    )


def draw(picture: Figure, tables: Tables, frame: Frame) -> None:
    """Draw the shares in time on the left, in blocks on the right."""
    left, right = beside(picture, 2, widths=(3, 2))
    for number, clock in enumerate(_CLOCKS):
        waits = [max(wait / SECOND, 0.1) for wait in _waits(tables, clock, "ns")]
        if waits:
            shares = [100 * (place + 1) / len(waits) for place in range(len(waits))]
            left.step(
                [waits[0], *waits],
                [0, *shares],
                where="post",
                lw=2,
                label=f"{clock}' clock" if clock[-1] == "s" else f"{clock}'s clock",
                **look(number),
            )
    left.set_xscale("log")
    count_along(left, "x")
    left.set_xlabel("seconds (a tenth and less drawn as a tenth)")
    left.set_ylabel("% within")
    left.set_ylim(0, 102)
    legend(left)
    within = [row for row in rows(tables["clocks_within"]) if row[1] == "keepers"]
    places = list(range(len(within)))
    for number, (name, place) in enumerate((("by count", 3), ("by debt", 4))):
        heights = [100 * (row[place] or 0) for row in within]
        right.plot(places, heights, marker="os"[number], ms=7, lw=1.5, label=name, **look(number))
    known = [(each, 100 * PUBLISHED[row[2]]) for each, row in zip(places, within, strict=True) if row[2] in PUBLISHED]
    right.plot([each for each, _ in known], [share for _, share in known], "x", color=INK, ms=9, mew=2.2, label="published", ls="")
    right.set_xticks(places, [str(row[2]) for row in within])
    right.set_xlabel("blocks after the call")
    right.set_ylim(0, 102)
    legend(right, 3)


def _waits(tables: Tables, clock: str, unit: str) -> list[int]:
    """Return the waits of a clock, shortest first: the keepers' of liquidated calls alone."""
    found = rows(tables["clocks"], f"{clock}_clock_{unit}", "end")
    return sorted(wait for wait, end in found if wait is not None and (clock == "oracle" or end == "liquidated"))


def _median(tables: Tables, clock: str, unit: str) -> int | None:
    waits = _waits(tables, clock, unit)
    return waits[(len(waits) - 1) // 2] if waits else None
