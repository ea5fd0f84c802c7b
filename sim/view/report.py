"""``write_report(run, page)``: the figures of a run, as one page and as pictures with their tables beside it.

The page needs nothing beside it: pictures are in it. Pictures and tables are also files of a folder of their own, for papers and
other tools. Everything is made before anything is put in its place: a report is there whole, or as it was before.
"""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import attrs

from sim.errors import InputError
from sim.storage import Run
from sim.storage.folder import what_the_disk_says
from sim.storage.tidy import write_tables
from sim.view.canvas import DOTS, STYLE, Frame, entitled, sentence
from sim.view.extra import Figure, rc_context
from sim.view.figure import Drawable, Tables
from sim.view.figures import FIGURES
from sim.view.gather import Progress, gather
from sim.view.material import Material
from sim.view.page import page


@attrs.frozen
class Drawn:
    """A figure, drawn."""

    name: str
    heading: str
    title: str
    caption: str
    picture: bytes
    """PNG."""
    tables: Tables


@attrs.frozen
class Written:
    """Where a report is."""

    page: Path
    folder: Path
    """Of pictures and tables."""
    figures: int
    tables: int


def write_report(run: Run, place: Path, folder: Path | None = None, format: str = "parquet", progress: Progress | None = None) -> Written:
    """Write a run's page, and beside it pictures and tables into a folder (the page's name and ``_figures``, unless told).

    InputError if the tape was not kept in full, or the disk says no; then nothing has changed.
    """
    beside = folder or place.with_name(f"{place.stem}_figures")
    _refuse(place, beside)
    material = gather(run, progress)
    drawn = drawn_figures(material, FIGURES, progress)
    tables = {name: table for each in drawn for name, table in each.tables.items()}
    with what_the_disk_says(place.parent):
        place.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
        try:
            (scratch / "page").write_text("\n".join(page(material, drawn, beside.name)) + "\n", encoding="utf-8")
            for each in drawn:
                (scratch / f"{each.name}.png").write_bytes(each.picture)
            written = write_tables(scratch / "tables", tables, format)
            beside.mkdir(parents=True, exist_ok=True)
            for path in (*scratch.glob("*.png"), *written):
                shutil.move(path, beside / path.name)
            os.replace(scratch / "page", place)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    return Written(place, beside, len(drawn), len(tables))


def drawn_figures(material: Material, figures: Sequence[Drawable] = FIGURES, progress: Progress | None = None) -> list[Drawn]:
    """Return figures, each with its tables, its words and its picture."""
    frame = Frame(material.facts.epoch, material.length)
    found = []
    for number, figure in enumerate(figures):
        if progress is not None:
            progress(1 + number / len(figures), figure.HEADING.lower())
        found.append(_drawn(figure, material, frame))
    return found


def _drawn(figure: Drawable, material: Material, frame: Frame) -> Drawn:
    tables = figure.data(material)
    missing = figure.nothing(tables)
    with rc_context(STYLE):
        picture = Figure(layout="constrained", dpi=DOTS)
        if missing:
            sentence(picture, missing)
        else:
            figure.draw(picture, tables, frame)
        title = figure.HEADING if missing else figure.title(tables)
        entitled(picture, title)
        written = io.BytesIO()
        picture.savefig(written, format="png", metadata={"Software": None})
    return Drawn(figure.NAME, figure.HEADING, title, missing or figure.caption(tables), written.getvalue(), tables)


def _refuse(place: Path, beside: Path) -> None:
    """Refuse places that cannot be written to, before any work. Raises InputError."""
    if place.is_dir():
        raise InputError(f"{place} is a folder; give the name of a file, such as {place / 'report.html'}")
    if beside.exists() and not beside.is_dir():
        raise InputError(f"{beside} is a file, and pictures and tables need a folder of that name; give another with --figures")
