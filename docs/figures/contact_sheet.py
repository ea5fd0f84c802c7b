"""Draws the contact sheet of the report's figures: all of one run, at half their size.

``python -m docs.figures.contact_sheet RUN`` draws the figures of the run in a folder and puts them on one sheet beside this file (extra
``plot``). Versions of matplotlib differ in how they draw, so the file is committed and not compared; ``contact-sheet.md`` is the list of
what was looked at.
"""

import io
import sys
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.image import imread
from PIL import Image

from sim.storage import Run
from sim.view.gather import gather
from sim.view.report import Drawn, drawn_figures

FILE = Path(__file__).with_name("contact-sheet.png")
COLUMNS, WIDTH, DOTS = 3, 600, 100
"""Figures in a row; pixels of one: half of what it is in a report; of an inch."""
GAP = 16
COLOURS = 256
"""So that the file is small."""


def sheet(drawn: list[Drawn]) -> Figure:
    """Return all figures on one sheet, row by row."""
    pictures = [imread(io.BytesIO(each.picture)) for each in drawn]
    heights = [picture.shape[0] * WIDTH / picture.shape[1] for picture in pictures]
    rows = [range(start, min(start + COLUMNS, len(drawn))) for start in range(0, len(drawn), COLUMNS)]
    tall = [max(heights[each] for each in row) + GAP for row in rows]
    made = Figure(figsize=(COLUMNS * (WIDTH + GAP) / DOTS, sum(tall) / DOTS), dpi=DOTS)
    whole_width, whole_height = COLUMNS * (WIDTH + GAP), sum(tall)
    top = whole_height
    for row, height in zip(rows, tall, strict=True):
        for place, each in enumerate(row):
            left, below = place * (WIDTH + GAP) + GAP / 2, top - heights[each]
            box = (left / whole_width, below / whole_height, WIDTH / whole_width, heights[each] / whole_height)
            axes = made.add_axes(box)
            axes.imshow(pictures[each], interpolation="lanczos")
            axes.set_axis_off()
        top -= height
    return made


if __name__ == "__main__":
    with Run(sys.argv[1]) as run:
        made = sheet(drawn_figures(gather(run)))
    written = io.BytesIO()
    made.savefig(written, format="png")
    Image.open(written).convert("RGB").quantize(COLOURS).save(FILE, optimize=True)
