"""The oracle gap: how far each posted price stood off the market its feed reads."""

from __future__ import annotations

from sim.view.canvas import INK, Frame, legend, line, look, panels
from sim.view.extra import Figure
from sim.view.figure import Tables, groups, table
from sim.view.material import Material
from sim.view.words import amount

NAME = "oracle_gap"
HEADING = "The oracle gap"
MOST_LINES = 6


def data(material: Material) -> Tables:
    """Return posted over market less one, in percent, by feed; thinned."""
    found = [
        (look.feed.name, material.symbol(look.feed.base), at, low / 100, high / 100, last / 100)
        for look in material.looks.feeds
        for at, low, high, last in look.gap.rows()
    ]
    return {"oracle_gap": table(("feed", "asset", "at_ns", "low", "high", "last"), found)}


def nothing(tables: Tables) -> str:
    """Say so where no feed could be held against a market."""
    return "" if tables["oracle_gap"]["feed"] else "No feed posted a price that a venue quotes too: there is no gap to draw."


def title(tables: Tables) -> str:
    """Return the widest gap."""
    feed, low, high = max(_widest(tables), key=lambda each: max(-each[1], each[2]))
    side, widest = ("above", high) if high >= -low else ("below", -low)
    return f"{feed} stood up to {amount(widest)} % {side} its market"


def caption(tables: Tables) -> str:
    """Return every feed's extremes."""
    told = "; ".join(f"{feed} from {low:+.2f} % to {high:+.2f} %" for feed, low, high in _widest(tables))
    left = f" Drawn are the {MOST_LINES} widest." if len(_widest(tables)) > MOST_LINES else ""
    return (
        f"Posted price over the mids of the feed's venues, weighted as the feed weighs them, less one: {told}. Above zero the contract "
        f"thinks more of the collateral than the market does. A jump to zero is a post.{left}"
    )


def draw(picture: Figure, tables: Tables, frame: Frame) -> None:
    """Draw a line a feed."""
    (axes,) = panels(picture, 1)
    widths = {feed: max(-low, high) for feed, low, high in _widest(tables)}
    lines = groups(tables["oracle_gap"], "feed", "at_ns", "low", "high", "last")
    for number, feed in enumerate(sorted(lines, key=lambda feed: -widths[feed])[:MOST_LINES]):
        line(axes, frame, lines[feed], feed, **look(number))
    axes.axhline(0, color=INK, lw=1)
    axes.set_ylabel("posted over market, %")
    legend(axes)
    frame.along(axes)


def _widest(tables: Tables) -> list[tuple[str, float, float]]:
    found = groups(tables["oracle_gap"], "feed", "low", "high")
    return [(feed, min(row[0] for row in mine), max(row[1] for row in mine)) for feed, mine in found.items()]
