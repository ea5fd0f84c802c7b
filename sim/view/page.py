"""A report as one HTML page: no network, no script, nothing beside it; light, and fit to be printed."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, Protocol

from sim.metrics.table import HEADLINE
from sim.view.figure import Tables
from sim.view.material import Material
from sim.view.remarks import remarks
from sim.view.words import date, decimal, plain, span

MOST_ROWS = 12
"""Of a table that are shown on the page."""
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #222; background: #fff; max-width: 1000px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: .2rem; }
h2 { font-size: 1.15rem; margin: 2.4rem 0 .4rem; border-top: 1px solid #ddd; padding-top: 1rem; }
img { width: 100%; height: auto; } figure { margin: 0; } figcaption { color: #444; font-size: .92rem; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .7rem .2rem 0; text-align: left; border-bottom: 1px solid #e5e5e5; vertical-align: top; }
.wide { overflow-x: auto; }
.note { background: #fff6e5; border-left: 4px solid #e69f00; padding: .4rem .8rem; margin: .5rem 0; }
nav a { margin-right: .9rem; white-space: nowrap; } code { font-size: .9em; overflow-wrap: anywhere; }
summary { color: #555; font-size: .9rem; }
@media print { nav, details { display: none; } figure, h2 { break-inside: avoid; break-after: avoid; }
  body { margin: 0; max-width: none; } }
"""
_SAID = (
    "Simulated: everything on this page is a model's, made from a scenario and a seed, and not a record of what happened. Shares of causes "
    "are accounting shares, not effects."
)


class Drawn(Protocol):
    """A figure with its picture."""

    @property
    def name(self) -> str:
        """Of its files."""

    @property
    def heading(self) -> str:
        """What it is about."""

    @property
    def title(self) -> str:
        """What it shows."""

    @property
    def caption(self) -> str:
        """Its numbers."""

    @property
    def picture(self) -> bytes:
        """PNG."""

    @property
    def tables(self) -> Tables:
        """What it was drawn from."""


def page(material: Material, drawn: Sequence[Drawn], folder: str) -> Iterator[str]:
    """Yield the page, line by line; ``folder`` is where pictures and tables are besides."""
    name = escape(material.manifest.scenario)
    yield "<!doctype html>"
    yield '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    yield f"<title>{name}, seed {material.manifest.seed}</title><style>{_STYLE}</style></head><body>"
    about = material.scenario.get("run") or {}
    yield f"<h1>{escape(about.get('title') or material.manifest.scenario)}</h1>"
    yield f"<p>{escape(about.get('summary') or '')}</p>"
    yield from (f'<p class="note">{escape(said)}</p>' for said in _notes(material))
    yield from _grid(("", ""), _origin(material))
    yield "<nav>" + " ".join(f'<a href="#{each.name}">{escape(each.heading)}</a>' for each in drawn) + "</nav>"
    yield "<h2>Main figures</h2>"
    yield from _grid(
        ("", ""), [(plain(key.removesuffix("_bps").replace("_ns", "")), _told(key, material.summary.get(key))) for key in HEADLINE]
    )
    for each in drawn:
        yield from _figure(each)
    yield f"<p>Pictures and tables of this page are in the folder <code>{escape(folder)}</code>.</p>"
    yield "</body></html>"


def _notes(material: Material) -> Iterator[str]:
    yield _SAID
    if material.manifest.status != "complete":
        yield f"This run {material.standing}: what follows is of the part that was kept."
    if material.manifest.anachronism:
        yield f"Anachronism: {material.manifest.anachronism}"
    said = [each.removeprefix("note: ") for each in remarks(material.facts, material.summary)]
    yield from dict.fromkeys([*said, *material.manifest.notes])


def _origin(material: Material) -> list[tuple[str, str]]:
    manifest = material.manifest
    changes = ", ".join(f"{key} = {value}" for key, value in manifest.overrides.items())
    return [
        ("scenario", manifest.scenario + (f", with {changes}" if changes else "")),
        ("seed", str(manifest.seed)),
        ("begins", date(manifest.epoch)),
        ("lasts", span(material.looks.ended_at)),
        ("entries", f"{manifest.entries:,}"),
        ("digest", manifest.digest or "not known: the run did not end"),
        ("versions", ", ".join(f"{name} {version}" for name, version in manifest.versions.items())),
    ]


def _figure(each: Drawn) -> Iterator[str]:
    yield f'<h2 id="{each.name}">{escape(each.heading)}</h2>'
    said = each.title if each.title != each.heading else each.caption  # Where there is nothing to show, why.
    picture = b64encode(each.picture).decode("ascii")
    yield f'<figure><img alt="{escape(said, quote=True)}" src="data:image/png;base64,{picture}">'
    yield f"<figcaption>{escape(each.caption)}</figcaption></figure>"
    yield "<details><summary>numbers</summary>"
    for name, table in each.tables.items():
        body = list(zip(*table.values(), strict=True))
        more = f", the first {MOST_ROWS} of {len(body):,} rows" if len(body) > MOST_ROWS else ""
        yield f"<p><code>{escape(name)}</code>{more}</p>"
        yield from _grid(tuple(table), [tuple(_cell(value) for value in row) for row in body[:MOST_ROWS]])
    yield "</details>"


def _grid(header: Sequence[str], body: Sequence[Sequence[str]]) -> Iterator[str]:
    yield '<div class="wide"><table>'
    if any(header):
        yield "<tr>" + "".join(f"<th>{escape(each)}</th>" for each in header) + "</tr>"
    yield from ("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in body)
    yield "</table></div>"


def _told(key: str, value: Any) -> str:
    """Return a figure of the summary as people read it."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_told(key, each)}" for name, each in value.items())
    if value is not None and "_ns" in key:
        return span(value)
    return f"{decimal(value)} bps" if key.endswith("_bps") and value is not None else _cell(value)


def _cell(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return decimal(value) if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
