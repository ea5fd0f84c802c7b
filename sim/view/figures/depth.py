"""Depth: how much rests how far from the mid, over time, as a heat map.

Of each venue's samples: what rests within 1, 2 and 5 % of the mid, told per percent of price, so that a wide band is not darker for being
wide. Of the samples of one stretch of time the last is shown.
"""

from __future__ import annotations

import numpy as np

from sim.metrics.fold import asset_of
from sim.view.canvas import Frame, counted, panels
from sim.view.extra import Figure, LogNorm
from sim.view.figure import Tables, groups, table
from sim.view.looks import BANDS
from sim.view.material import Material
from sim.view.words import amount, percent

NAME = "depth"
HEADING = "Depth"
MOST_PANELS = 3
EDGES = (-5.0, -2.0, -1.0, 0.0, 1.0, 2.0, 5.0)
"""Percent from the mid, between two of which a band lies."""
_COLUMNS = ("venue", "asset", "at_ns", "from_percent", "to_percent", "per_percent")


def data(material: Material) -> Tables:
    """Return what rests in each band, in base units per percent of price."""
    found = []
    for venue in material.facts.venues:
        base = asset_of(material.facts, venue.base)
        lots = [material.looks.depth[venue.place][band] for band in BANDS]
        whole = venue.lot / base.unit
        for at, *within in zip(lots[0].instants.tolist(), *(each.lasts.tolist() for each in lots), strict=True):
            far_bid, bid, near_bid, near_ask, ask, far_ask = within
            bands = ((far_bid - bid) / 3, bid - near_bid, near_bid, near_ask, ask - near_ask, (far_ask - ask) / 3)
            found += [
                (venue.name, base.symbol, at, low, high, value * whole)
                for low, high, value in zip(EDGES[:-1], EDGES[1:], bands, strict=True)
            ]
    return {"depth": table(_COLUMNS, found)}


def nothing(tables: Tables) -> str:
    """Say so where no venue was sampled."""
    return "" if tables["depth"]["venue"] else "No venue told its depth: there is nothing to draw."


def title(tables: Tables) -> str:
    """Return the least depth near the mid, against the opening's."""
    venue, asset, opening, least, _ = min(_near(tables), key=lambda each: each[3] / each[2] if each[2] else 1.0)
    share = percent(least / opening if opening else None)
    return f"Within 1 % of the mid of {venue}, {amount(least)} {asset} rested at worst, {share} of the opening"


def caption(tables: Tables) -> str:
    """Return each venue's depth near the mid."""
    told = [
        f"{venue}: {amount(opening)} {asset} at the opening, {amount(least)} at worst, {amount(last)} at the end"
        for venue, asset, opening, least, last in _near(tables)
    ]
    left = f" Shown are the first {MOST_PANELS} venues." if len(told) > MOST_PANELS else ""
    meant = "Both sides within 1 % of the mid; the opening's is the most in the first tenth."
    return f"{meant} {'; '.join(told)}. Grey: nothing rested there.{left}"


def draw(picture: Figure, tables: Tables, frame: Frame) -> None:
    """Draw a panel a venue."""
    shown = list(groups(tables["depth"], "venue", "asset", "at_ns", "per_percent").items())[:MOST_PANELS]
    for axes, (venue, cells) in zip(panels(picture, len(shown)), shown, strict=True):
        values = np.array([cell[2] for cell in cells]).reshape(-1, len(EDGES) - 1).T
        times = frame.times([cell[1] for cell in cells[:: len(EDGES) - 1]])
        known = np.ma.masked_less_equal(values, 0)
        least, most = (float(known.min()), float(known.max())) if known.count() else (1.0, 10.0)
        norm = LogNorm(min(least, most / 10), most)  # So that a book that hardly changed does not look as if it had.
        axes.set_facecolor("#d9d9d9")
        mesh = axes.pcolormesh([*times, frame.length / frame.unit], EDGES, known, cmap="cividis", norm=norm, rasterized=True)
        axes.axhline(0, color="white", lw=1.2)
        axes.grid(False)
        axes.set_title(venue)
        axes.set_ylabel("% from the mid")
        shades = picture.colorbar(mesh, ax=axes, pad=0.01, label=f"{cells[0][0]} per 1 %")
        counted(shades.ax)
        frame.along(axes, venue == shown[-1][0])


def _near(tables: Tables) -> list[tuple[str, str, float, float, float]]:
    """Return by venue: name, asset, and depth within 1 % on both sides at the opening, at its least after it, at the end."""
    found = []
    for venue, cells in groups(tables["depth"], "venue", "asset", "at_ns", "from_percent", "per_percent").items():
        sums: dict[int, float] = {}
        for _, at, start, value in cells:
            if start in (-1.0, 0.0):
                sums[at] = sums.get(at, 0.0) + value
        near = list(sums.values())
        early = max(1, len(near) // 10)
        opening = max(near[:early])
        found.append((venue, cells[0][0], opening, min(near[early:], default=opening), near[-1]))
    return found
