"""An arena as a page of its own: one HTML file that needs no network, no script and nothing beside it."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from sim.cli.arena_table import by_company, courses_of, grids, lines
from sim.errors import InputError

FILE = "arena.html"
WIDTH, BAR, LABEL = 860, 26, 180
"""Pixels: of the drawing, of one bar, of a name before it."""
_STYLE = """
:root { color-scheme: light dark; --ink: #1c2733; --paper: #fff; --line: #d8dee6; --mark: #1f6feb; --soft: #9db9e8; }
@media (prefers-color-scheme: dark) { :root { --ink: #dce3ea; --paper: #14191f; --line: #333d48; --mark: #6aa5ff; --soft: #35507c; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 1100px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .7rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child, td.name, th.name { text-align: left; }
tr.own td { font-weight: 600; }
svg text { fill: var(--ink); font-size: 13px; }
.note { color: color-mix(in srgb, var(--ink) 70%, var(--paper)); font-size: .9rem; }
"""


def write_page(table: Mapping[str, Any], folder: Path) -> Path:
    """Write an arena's page and return the file. Raises InputError when it cannot be written."""
    path = folder / FILE
    try:
        path.write_text("\n".join(page(table)) + "\n", encoding="utf-8")
    except OSError as failure:
        raise InputError(f"{path} cannot be written ({failure.strerror}); free some space, or name another folder") from None
    return path


def page(table: Mapping[str, Any]) -> Iterator[str]:
    """Yield the page, line by line."""
    names = [each["name"] for each in table["standings"]]
    own = {each["name"] for each in table["entries"] if each["is_challenger"]}
    yield "<!doctype html>"
    yield '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    leading = [members[0]["name"] for members in by_company(table)]
    yield f"<title>Arena: {escape(', '.join(leading))} lead{'s' * (len(leading) == 1)}</title><style>{_STYLE}</style></head><body>"
    yield f"<h1>Arena: {len(names)} keepers, {table['races']} races</h1>"
    for members in by_company(table):
        yield f"<p>{_headline(table, members, own)}</p>"
        yield from _ratings(members, own)
    for title, header, body in grids(table):
        yield f"<h2>{escape(title)}</h2>"
        yield from _grid(header, body, own)
    yield "<h2>who raced</h2>"
    parameters = [", ".join(f"{key} = {value}" for key, value in each["parameters"].items()) for each in table["entries"]]
    rows = [[each["name"], each["strategy"], told or "as it comes"] for each, told in zip(table["entries"], parameters, strict=True)]
    yield from _grid(["keeper", "strategy", "parameters"], rows, own)
    yield "<h2>courses</h2>"
    titles = [[name, each["title"], str(each["races"]), str(each["prizes"])] for name, each in table["courses"].items()]
    yield from _grid(["course", "what happens", "races", "prizes"], titles, set())
    yield from (f'<p class="note">{escape(line)}</p>' for line in lines(table))
    yield from (
        f'<p class="note">{escape(each["race"])} {each["status"]}: {escape(str(each["message"]))}</p>' for each in table["failures"]
    )
    yield "</body></html>"


def _headline(table: Mapping[str, Any], members: Sequence[Mapping[str, Any]], own: set[str]) -> str:
    first, *others = members
    courses = courses_of(table, members)
    count = f"{len(courses)} course{'' if len(courses) == 1 else 's'}"
    raced = len(courses_of(table, [first]))
    where = f"over {count}" if raced == len(courses) else f"and was on {raced} of {count}"
    which = "" if len(courses) == len(table["courses"]) else f" ({', '.join(courses)})"
    said = [f"{first['name']} leads {where}{which}."]
    if first["places"][1] > 1:
        said.append(f"Its place is not sure: {first['places'][0]} to {first['places'][1]}.")
    for each in others:
        if each["name"] in own:
            ahead = next((pair for pair in table["pairs"] if (pair["first"], pair["second"]) == (first["name"], each["name"])), None)
            lost = f" and lost {ahead['won']} of {ahead['won'] + ahead['lost'] + ahead['tied']} races to it" if ahead else ""
            said.append(f"{each['name']} is at place {each['place']}{lost}.")
    return escape(" ".join(said))


def _ratings(standings: Sequence[Mapping[str, Any]], own: set[str]) -> Iterator[str]:
    """Yield the drawing: a rating with its interval for each keeper."""
    low = min(each["rating"]["lo"] for each in standings)
    span = max(max(each["rating"]["hi"] for each in standings) - low, 1.0)
    height = BAR * len(standings) + 10
    yield f'<svg viewBox="0 0 {WIDTH} {height}" width="100%" role="img" aria-label="ratings with their intervals">'
    for row, each in enumerate(standings):
        middle = 5 + BAR * row + BAR / 2
        at = {key: LABEL + (each["rating"][key] - low) / span * (WIDTH - LABEL - 90) for key in ("lo", "mean", "hi")}
        weight = ' font-weight="600"' if each["name"] in own else ""
        yield f'<text x="0" y="{middle + 4:.1f}"{weight}>{each["place"]} {escape(each["name"])}</text>'
        yield f'<line x1="{at["lo"]:.1f}" x2="{at["hi"]:.1f}" y1="{middle:.1f}" y2="{middle:.1f}" stroke="var(--soft)" stroke-width="8"/>'
        yield f'<circle cx="{at["mean"]:.1f}" cy="{middle:.1f}" r="6" fill="var(--mark)"/>'
        yield f'<text x="{WIDTH - 70}" y="{middle + 4:.1f}">{each["rating"]["mean"]:+,.0f}</text>'
    yield "</svg>"


def _grid(header: list[str], body: list[list[str]], own: set[str]) -> Iterator[str]:
    yield '<div class="wide"><table><thead><tr>' + "".join(f"<th>{escape(each)}</th>" for each in header) + "</tr></thead><tbody>"
    for cells in body:
        marked = ' class="own"' if own & set(cells[:2]) else ""
        yield (
            f"<tr{marked}>"
            + "".join(f'<td class="name">{escape(each)}</td>' if _is_text(each) else f"<td>{escape(each)}</td>" for each in cells)
            + "</tr>"
        )
    yield "</tbody></table></div>"


def _is_text(cell: str) -> bool:
    return cell[:1].isalpha() or cell[:1] == "."
