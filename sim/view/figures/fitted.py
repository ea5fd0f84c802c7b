"""What the scenario was fitted to, and facts it never saw: how far the run, or its calibration, is from each.

Of ``[[calibration]]`` the value that was reached when it was fitted; of ``[[held_out]]`` and of what a study holds as published, this
run's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.scenario.held_out import apart
from sim.view.canvas import COLOURS, INK, Frame, beside, shortened
from sim.view.extra import Figure
from sim.view.figure import Tables, rows, table
from sim.view.material import Material
from sim.view.words import count, decimal, plain

NAME = "fitted"
HEADING = "Fitted, and held out"
_COLUMNS = ("kind", "what", "aimed", "reached", "difference", "band", "key", "source")
_KINDS = ("fitted", "held out", "published")
_FARTHEST = 1.5
"""Differences beyond are drawn at the edge."""


def data(material: Material) -> Tables:
    """Return every fact with what was reached; ``difference`` is the ratio less one, none where units do not meet."""
    return {"fitted": table(_COLUMNS, [*_fitted(material.scenario), *_held_out(material), *_published(material)])}


def nothing(tables: Tables) -> str:
    """Say so where there is nothing to be held against, or nothing with a number."""
    if not tables["fitted"]["kind"]:
        return "The scenario names nothing that it was fitted to, and no fact held out: nothing here is a claim about a real day."
    return "" if _known(tables) else "None of the facts the scenario names can be compared in number; they are in the table."


def title(tables: Tables) -> str:
    """Return how many facts it comes near."""
    outside = [row for row in _known(tables) if row[0] != "fitted"]
    near = sum(abs(row[4]) <= 0.2 for row in outside)
    if not outside:
        return f"Fitted to {count(len(_known(tables)), 'observable')}; no fact held out can be compared in number"
    return f"{near} of {count(len(outside), 'fact')} the scenario was not fitted to lie within a fifth of what was told"


def caption(tables: Tables) -> str:
    """Return every comparison in words."""
    told = [f"{row[1]}: {row[3]} against {row[2]}" for row in rows(tables["fitted"]) if row[4] is not None]
    rest = [row[1] for row in rows(tables["fitted"]) if row[4] is None]
    left = f" Not compared in number: {', '.join(rest)}." if rest else ""
    remark = "Grey: the band that the scenario allows. One seed says little: see downtick calibrate, and a study over seeds."
    return f"{'; '.join(told)}.{left} {remark}"


def draw(picture: Figure, tables: Tables, frame: Frame) -> None:
    """Draw a mark for each fact, at how far it is off."""
    found = _known(tables)
    (axes,) = beside(picture, 1, max(1.6, 0.42 * len(found) + 0.8))
    for number, kind in enumerate(_KINDS):
        places = [place for place, row in enumerate(found) if row[0] == kind]
        offs = [100 * max(-_FARTHEST, min(_FARTHEST, found[place][4])) for place in places]
        if places:
            axes.plot(offs, places, "osD"[number], color=COLOURS[number], ms=8, label=kind, ls="")
    for place, row in enumerate(found):
        if row[5] is not None:
            axes.barh([place], [200 * row[5]], left=[-100 * row[5]], height=0.55, color="#d0d0d0", zorder=0)
        if abs(row[4]) > _FARTHEST:
            axes.annotate(
                f"{100 * row[4]:+,.0f} %", (100 * _FARTHEST * (1 if row[4] > 0 else -1), place), xytext=(8, -4), textcoords="offset points"
            )
    axes.axvline(0, color=INK, lw=1)
    axes.set_yticks(range(len(found)), [shortened(row[1], 44) for row in found])
    axes.set_ylim(len(found) - 0.4, -0.6)
    axes.set_xlabel("% away from what was told")
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))


def _known(tables: Tables) -> list[tuple[Any, ...]]:
    return [row for row in rows(tables["fitted"]) if row[4] is not None]


def _fitted(scenario: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    for each in scenario.get("calibration") or ():
        reached = each.get("reached") or ""
        off = _ratio(reached, each["target"])
        yield "fitted", each["observable"], each["target"], reached, off, _share(each.get("band")), each["key"], each["source"]


def _held_out(material: Material) -> Iterator[tuple[Any, ...]]:
    for fact in material.scenario.get("held_out") or ():
        key = fact.get("observable") or ""
        yield _against("held out", fact["fact"], fact["value"], key, material.summary.get(key), fact["source"])


def _published(material: Material) -> Iterator[tuple[Any, ...]]:
    study = material.scenario.get("study") or {}
    for each in study.get("published") or ():
        key = (study.get("figures") or {}).get(each["figure"], "")
        yield _against("published", plain(each["figure"]), each["value"], key, _reached(material.summary, key), each["source"])


def _against(kind: str, what: str, value: str, key: str, reached: Any, source: str) -> tuple[Any, ...]:
    both = None if reached is None else apart(key, value, reached)
    if both is None or not both[1]:
        return kind, what, value, "" if reached is None else str(reached), None, None, key, source
    mine, theirs, unit = both
    return kind, what, value, f"{decimal(float(mine))} {unit}".strip(), float(mine / theirs - 1), None, key, source


def _reached(summary: Mapping[str, Any], key: str) -> Any:
    found: Any = summary
    for word in key.split("."):
        found = found.get(word) if isinstance(found, Mapping) else None
    return found


def _ratio(reached: str, aimed: str) -> float | None:
    """Return the ratio less one of two told numbers in one unit; None where either is none."""
    mine, theirs = _told(reached), _told(aimed)
    if mine is None or theirs is None or mine[1] != theirs[1] or not theirs[0]:
        return None
    return mine[0] / theirs[0] - 1


def _told(text: str) -> tuple[float, str] | None:
    number, _, rest = text.partition(" ")
    try:
        return float(number.replace(",", "").replace("_", "")), rest.partition(" ")[0].strip(";,")
    except ValueError:
        return None  # No figure to draw; its words stand in the table.


def _share(band: Any) -> float | None:
    found = _told(str(band)) if band is not None else None
    return None if found is None else found[0] / (100 if found[1] == "%" else 10_000)
