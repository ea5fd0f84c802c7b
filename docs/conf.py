"""How `make docs` makes pages of docs/: Markdown through MyST, the furo theme, warnings are failures."""

project = "Downtick"
author = "the Downtick authors"
copyright = author

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
# Blocks of CSV are files that the tests write; there is no lexer of that name.
suppress_warnings = ["misc.highlighting_failure"]

html_theme = "furo"
html_title = "Downtick"
highlight_language = "none"
