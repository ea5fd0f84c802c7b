"""Attribution: whose doing the moves of a price were, added up over time, as stacked areas.

The mid that forced sales moved most, and below it the posted price of the feed that they moved most. What pushed up lies above the line of
zero, what pushed down below it; at every instant both together are what the price moved by since it was first told, exactly.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.cascade.groups import FORCED_GROUPS
from sim.cascade.tables import price_scale
from sim.units import Place
from sim.view.canvas import INK, Frame, filling, panels
from sim.view.extra import Axes, Figure
from sim.view.figure import Tables, groups, table
from sim.view.material import Material
from sim.view.words import amount, plain

NAME = "attribution"
HEADING = "Whose doing the fall was"
MOST_GROUPS = 7
OTHERS = "all others"
_GREY = "#bdbdbd"
_LEAST = 0.01
"""Of the largest group, what a group must have moved to be shown by itself."""
_SHADES = ("market making", "seized units", "voluntary", "arbitrage", "outside", "hedges", "stops and close outs", "swaps", "liquidity")
_OPENING = "start"
"""The group of what a price was when it was first told: no move."""
_COLUMNS = ("place", "unit", "group", "at_ns", "moved")
Steps = dict[tuple[str, int], float]
"""By group and instant: what it moved the price by."""


def data(material: Material) -> Tables:
    """Return what each group had moved a price by, up to each instant."""
    found = []
    for place, unit, steps in (_mid(material), _posted(material)):
        found += [(place, unit, group, at, moved) for group, at, moved in _added_up(steps)]
    return {"attribution": table(_COLUMNS, found)}


def nothing(tables: Tables) -> str:
    """Say so where no price moved."""
    return "" if tables["attribution"]["place"] else "No quote and no posted price moved: there is nothing to attribute."


def title(tables: Tables) -> str:
    """Return how much of the deepest fall forced orders had made."""
    place, unit, _, moved, parts = _lowest(tables)[0]
    if moved >= 0:
        return f"The {place} never stood below where it began"
    forced = sum(parts.get(group, 0.0) for group in map(plain, FORCED_GROUPS))
    rest = f"forced orders had moved it by {forced:+,.2f}, all others by {moved - forced:+,.2f}"
    return f"When the {place} stood lowest, {amount(-moved)} {unit} down, {rest}"


def caption(tables: Tables) -> str:
    """Return each group's part at the lowest."""
    told = []
    for place, unit, _, moved, parts in _lowest(tables):
        shares = ", ".join(
            f"{group} {part:+,.2f}" for group, part in sorted(parts.items(), key=lambda each: -abs(each[1])) if round(part, 2)
        )
        told.append(f"{place} at its lowest ({moved:+,.2f} {unit}): {shares or 'nobody moved it'}")
    return (
        f"Moves added up, {'; '.join(told)}. Parts sum to the black line exactly; a book that refills is pushed down and up many times "
        "over, so parts may exceed the whole. Accounting shares, no effects."
    )


def draw(picture: Figure, tables: Tables, frame: Frame) -> None:
    """Draw a panel a price."""
    shown = groups(tables["attribution"], "place", "unit", "group", "at_ns", "moved")
    found = dict.fromkeys(tables["attribution"]["group"])
    names = [*_SHADES, *(name for name in found if name not in _SHADES)]  # A group has one colour in all reports.
    drawn = panels(picture, len(shown))
    for axes, (place, mine) in zip(drawn, shown.items(), strict=True):
        _stack(axes, frame, mine, names)
        axes.set_title(f"{place}, since it was first told", pad=5 + 19 * (1 + len(found) // 4) if axes is drawn[0] else None)
        axes.set_ylabel(mine[0][0])
        frame.along(axes, axes is drawn[-1])
    handles = {label: handle for axes in drawn for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)}
    drawn[0].legend(handles.values(), handles.keys(), loc="lower left", bbox_to_anchor=(0, 1.0), ncols=4, borderaxespad=0.2)


def _stack(axes: Axes, frame: Frame, mine: Sequence[tuple[str, str, int, float]], names: list[str]) -> None:
    instants = sorted({row[2] for row in mine})
    parts = {group: [row[3] for row in mine if row[1] == group] for group in dict.fromkeys(row[1] for row in mine)}
    times = [*frame.times(instants), frame.length / frame.unit]
    above, below = np.zeros(len(times)), np.zeros(len(times))
    for group, values in parts.items():
        number = names.index(group)
        look = filling(number) | ({"facecolor": _GREY} if group == OTHERS else {})
        held = [*values, values[-1]]
        up, down = np.maximum(held, 0), np.minimum(held, 0)
        axes.fill_between(times, above, above + up, step="post", label=group, **look)
        axes.fill_between(times, below, below + down, step="post", **look)
        above, below = above + up, below + down
    axes.step(times, above + below, where="post", color=INK, lw=1.8, label="the price itself")
    axes.axhline(0, color=INK, lw=0.8)


def _mid(material: Material) -> tuple[str, str, Steps]:
    """Return the moves of the mid that forced orders moved most; the first venue's if they moved none."""
    by_place: dict[Place, Steps] = {}
    for (start, place, group), (down, up) in material.moves.books.items():
        if group == _OPENING:
            continue
        by_place.setdefault(place, {})[group, min(start + material.moves.span, material.length)] = (down + up) * price_scale(
            material.facts, place
        )
    if not by_place:
        return "", "", {}
    place = max(by_place, key=lambda each: _forced(by_place[each]) / max(_size(material, each), 1e-12))
    venue = next(each for each in material.facts.venues if each.place == place)
    return f"mid of {venue.name}", material.market(venue), by_place[place]


def _posted(material: Material) -> tuple[str, str, Steps]:
    """Return the moves of the feed that forced orders moved most; the first one's if they moved none."""
    by_feed: dict[Place, Steps] = {}
    for _, at, feed, group, share in material.moves.posts:
        if group == _OPENING:
            continue
        steps = by_feed.setdefault(feed, {})
        steps[group, at] = steps.get((group, at), 0.0) + share
    if not by_feed:
        return "", "", {}
    place = max(by_feed, key=lambda each: _forced(by_feed[each]) / max(sum(map(abs, by_feed[each].values())), 1e-12))
    base = next((each.base for each in material.facts.feeds if each.place == place), 0)
    asset = f" per {material.symbol(base)}" if base else ""
    return f"price posted by {material.name(place)}", f"USD{asset}", by_feed[place]


def _size(material: Material, place: Place) -> float:
    opening = material.cascade.books[place].opening if place in material.cascade.books else 0
    return abs(opening * price_scale(material.facts, place))


def _forced(steps: Steps) -> float:
    return sum(abs(moved) for (group, _), moved in steps.items() if group in FORCED_GROUPS)


def _added_up(steps: Steps) -> list[tuple[str, int, float]]:
    """Return the largest groups, and all others together, added up to every instant at which any moved."""
    instants = sorted({at for _, at in steps})
    names = list(dict.fromkeys(group for group, _ in steps))
    sums = {group: np.cumsum([steps.get((group, at), 0.0) for at in instants]) for group in names}
    largest = sorted(sums, key=lambda group: -float(np.abs(sums[group]).max()))
    worth = _LEAST * float(np.abs(sums[largest[0]]).max()) if largest else 0.0
    near = [group for group in largest if float(np.abs(sums[group]).max()) >= worth][: MOST_GROUPS - 1]
    shown = [group for group in largest if group in FORCED_GROUPS or group in near]
    told = {plain(group): sums[group] for group in shown}
    rest = [sums[group] for group in largest if group not in shown]
    if rest:
        told[OTHERS] = np.sum(rest, axis=0)
    return [(group, at, float(value)) for group, values in told.items() for at, value in zip(instants, values, strict=True)]


def _lowest(tables: Tables) -> list[tuple[str, str, int, float, dict[str, float]]]:
    """Return for each price: its name and unit, when it stood lowest, by how much, and who had moved it there."""
    found = []
    for place, mine in groups(tables["attribution"], "place", "unit", "group", "at_ns", "moved").items():
        at_instant: dict[int, dict[str, float]] = {}
        for _, group, at, moved in mine:
            at_instant.setdefault(at, {})[group] = moved
        at = min(at_instant, key=lambda each: sum(at_instant[each].values()))
        found.append((place, mine[0][0], at, sum(at_instant[at].values()), at_instant[at]))
    return found
