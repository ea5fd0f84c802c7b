"""The count itself: everything declared, less what tapes show, scenarios set and tests name.

Cost: a run of each scenario, ``MOST`` at longest; some seconds in all.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import attrs

from sim import composites
from sim.amm import calls as of_amms
from sim.census.explained import EXPLAINED
from sim.census.keys import PARAMETERS, all_keys, keys_set
from sim.census.tapes import seen_in
from sim.census.texts import named_in, texts_of
from sim.claims import calls as of_claims
from sim.commands import CALLS, Command
from sim.lending.aave import calls as of_aave
from sim.lending.comet import calls as of_comet
from sim.lending.compound import calls as of_compound
from sim.lending.euler import calls as of_euler
from sim.lending.liquity import calls as of_liquity
from sim.lending.llamma import calls as of_llamma
from sim.lending.morpho import calls as of_morpho
from sim.records import ALL
from sim.scenario.load import scenario_of, shipped, tree_of
from sim.units import MINUTE, Nanos
from sim.vocabulary import CancelReason, Motive, Refusal, ShockKind

MOST: Nanos = 10 * MINUTE
WORDS = (Refusal, CancelReason, Motive, ShockKind)
WORLDS = "worlds"
"""Folder of the tests' own scenarios, within the folder of tests."""


@attrs.frozen
class Count:
    """What nothing uses, by group: ``records``, ``commands``, ``words``, ``scenario keys``."""

    idle: dict[str, list[str]]

    @property
    def unexplained(self) -> list[str]:
        """What is idle and nobody says why."""
        return [name for names in self.idle.values() for name in names if name not in EXPLAINED]

    @property
    def stale(self) -> list[str]:
        """What is explained and not idle, or not there at all."""
        idle = [name for names in self.idle.values() for name in names]
        return [name for name in EXPLAINED if name not in idle]


def declared() -> dict[str, list[str]]:
    """Return everything there is to be used, by group."""
    return {
        "records": [record.__name__ for record in ALL],
        "commands": [each.__name__ for each in (*get_args(Command), *CALLS, *family_calls())],
        "words": [f"{words.__name__}.{word.name}" for words in WORDS for word in words],
        "scenario keys": all_keys(),
    }


def family_calls() -> list[type]:
    """Return the calls that families of contracts declare in their own folders."""
    modules = (composites, of_aave, of_amms, of_claims, of_compound, of_comet, of_morpho, of_euler, of_liquity, of_llamma)
    found = [(each, module.__name__) for module in modules for each in vars(module).values()]
    return [each for each, home in found if isinstance(each, type) and each.__module__ == home and each.__name__.endswith("Call")]


def census(tests: Path, most: Nanos = MOST) -> Count:
    """Count over the shipped scenarios and a folder of tests (its own scenarios are those in ``worlds``)."""
    trees = list(_trees(tests))
    used: dict[str, None] = {}
    for tree in trees:
        used |= keys_set(tree) | seen_in(scenario_of(tree), most)
    everything = declared()
    texts = texts_of(tests)
    for group, names in everything.items():
        used |= _named(texts, names) if group == "scenario keys" else named_in(texts, names)
    # A table is in use when something in it is.
    used |= {above: None for key in used for above in _above(key)}
    return Count({group: [name for name in names if name not in used] for group, names in everything.items()})


def _trees(tests: Path) -> Iterator[Mapping[str, Any]]:
    yield from map(tree_of, shipped())
    yield from map(tree_of, sorted((tests / WORLDS).glob("*.toml")))


def _above(key: str) -> Iterator[str]:
    """Yield the tables that a key stands in, by their whole paths."""
    while "." in key:
        key = key.rpartition(".")[0]
        yield key


def _named(texts: Iterable[str], keys: Iterable[str]) -> dict[str, None]:
    """Return the keys that tests call by their whole path; a strategy's parameter by its strategy and name."""
    whole = [key for key in keys if "." in key]
    short = {key.removeprefix(f"{PARAMETERS}."): key for key in whole}
    return {short[name]: None for name in named_in(texts, short)}
