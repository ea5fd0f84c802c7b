"""Every figure of a run's summary at once: which keys there are, and each run's numbers under them.

Tables are entered by dotted keys, as ``figures`` reads them. Amounts count as numbers, in their asset, whose symbol is told beside
them; words do not count. Where one run tells an amount of one asset and another of several, the figure is told asset by asset.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sim.errors import InputError
from sim.experiment.figures import figure_of
from sim.metrics.table import HEADLINE

Summary = Mapping[str, Any]


def keys_of(summaries: Sequence[Summary]) -> list[str]:
    """Return the keys under which any of the summaries has a number: the headline in its sequence, the others by name."""
    keys = dict.fromkeys(key for summary in summaries for key in _leaves(summary))
    tables = dict.fromkeys(key[:end] for key in keys for end in range(len(key)) if key[end] == ".")
    return sorted((key for key in keys if key not in tables), key=_rank)


def numbers_of(summary: Summary, keys: Sequence[str], keepers: Collection[str] = ()) -> dict[str, float | None]:
    """Return a run's number under each key; None where it has none. ``keepers`` are those that the run had."""
    return {key: _number(summary, key, keepers) for key in keys}


def unit_of(summaries: Sequence[Summary], key: str) -> str:
    """Return the asset in which a figure is told; empty for a plain number."""
    for summary in summaries:
        here: Any = summary
        for step in key.split("."):
            here = here.get(step) if isinstance(here, Mapping) else None
        if isinstance(here, str) and " " in here:
            return here.partition(" ")[2]
    return key.rpartition(".")[2] if key.rpartition(".")[2].isupper() else ""


def _rank(key: str) -> tuple[int, str]:
    first = key.partition(".")[0]
    return (HEADLINE.index(first) if first in HEADLINE else len(HEADLINE)), key


def _leaves(here: Any, path: str = "") -> Iterator[str]:
    """Yield the key of every number and amount."""
    if isinstance(here, Mapping):
        for key, value in here.items():
            yield from _leaves(value, f"{path}.{key}" if path else key)
    elif isinstance(here, list):
        for place, value in enumerate(here):
            yield from _leaves(value, f"{path}.{place}")
    elif here is None or isinstance(here, bool | int | float) or (isinstance(here, str) and _is_amount(here)):
        yield path


def _is_amount(text: str) -> bool:
    number, _, asset = text.partition(" ")
    return bool(asset) and " " not in asset and number.lstrip("-").replace(".", "", 1).isdigit()


def _number(summary: Summary, key: str, keepers: Collection[str]) -> float | None:
    try:
        return figure_of(summary, key, keepers)
    except InputError:
        return None  # A word in this run, or a table: no number under this key.
