"""What the tests name: whoever asserts a refusal has brought it about, which no shipped scenario may ever do.

Words are looked for as words, in the text of every test but those about the house itself (``tests/habits``, ``tests/support``), whose
lists name everything. A mention is weaker evidence than a tape; it is enough to say that somebody looked.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

PASSED_OVER = ("habits", "support", "docs")


def texts_of(folder: Path) -> list[str]:
    """Return the text of every test in a folder; none where there is no such folder."""
    paths = sorted(path for path in folder.glob("**/*.py") if not set(path.relative_to(folder).parts) & set(PASSED_OVER))
    return [path.read_text(encoding="utf-8") for path in paths]


def named_in(texts: Iterable[str], names: Iterable[str]) -> dict[str, None]:
    """Return the names that the texts mention, as whole words.

    ``Refusal.HEALTHY`` may also be called ``HEALTHY``, as long as no other name ends so.
    """
    said: dict[str, None] = {}
    for text in texts:
        said.update(dict.fromkeys(re.findall(r"[A-Za-z_][A-Za-z0-9_.]*", text)))
    said |= dict.fromkeys(word.rpartition(".")[2] for word in said)
    known = list(names)
    endings = Counter(name.rpartition(".")[2] for name in known)
    return {name: None for name in known if name in said or _is_called_short(name, said, endings)}


def _is_called_short(name: str, said: Mapping[str, None], endings: Mapping[str, int]) -> bool:
    ending = name.rpartition(".")[2]
    return ending.isupper() and ending in said and endings[ending] == 1
