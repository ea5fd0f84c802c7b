"""Files that extend others: from the tree of an extending file and of the scenario it names to a whole tree.

``extends`` names the other, ``[run]`` is merged key by key, ``[set]`` sets values at dotted paths as ``--set`` does, in the tree in
which ``[run]`` is merged already. Everything else stays, but for two things: a ``[study]`` belongs to the file that says it, and
``lineage`` tells where the scenario came from. Nothing else may stand beside ``extends``: a section written twice would leave open
which of its keys count. Left out: reading files (`load`), and what the whole tree means.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from sim.errors import ScenarioError
from sim.scenario.convert import structure
from sim.scenario.overrides import overridden
from sim.scenario.spec import Extension, Scenario
from sim.scenario.words import keys_of

EXTENDS = "extends"
Tree = dict[str, Any]


def extension_of(tree: Mapping[str, Any], origin: str) -> Extension:
    """Return what an extending file says. Raises ScenarioError, each line with the file's name."""
    known = [field.name for field in attrs.fields(Extension)]
    sections = [field.name for field in keys_of(Scenario)]
    beside = [key for key in tree if key in sections and key not in known]
    lines = [f"{key} stands beside extends; say what is otherwise in it by path, in [set], as --set takes it" for key in beside]
    try:
        said = structure(Extension, {key: value for key, value in tree.items() if key not in beside})
    except ScenarioError as mistake:
        raise ScenarioError(*(f"{origin}: {line}" for line in (*lines, *mistake.mistakes))) from None
    if lines:
        raise ScenarioError(*(f"{origin}: {line}" for line in lines))
    return said


def extended(whole: Mapping[str, Any], said: Extension, name: str, origin: str) -> Tree:
    """Return the tree of a scenario as an extending file changes it, under the extending file's name.

    Raises ScenarioError with every path that leads nowhere.
    """
    changed: Tree = {key: value for key, value in whole.items() if key != "study"}
    run = whole.get("run", {})
    if said.run:
        changed["run"] = {**run, **said.run} if isinstance(run, Mapping) else run
    changed = _with_paths_set(changed, said.set, origin)
    if said.study is not None:
        changed["study"] = said.study
    parent = {"scenario": whole.get("name", said.extends), "set": dict(said.set)}
    return {**changed, "name": said.name or name, "lineage": [*whole.get("lineage", []), parent]}


def _with_paths_set(tree: Tree, paths: Mapping[str, Any], origin: str) -> Tree:
    try:
        return overridden(tree, paths)
    except ScenarioError as mistake:
        raise ScenarioError(*(f"{origin}: {line.replace('--set ', 'set.', 1)}" for line in mistake.mistakes)) from None


def refuse_circle(seen: Sequence[str], origin: str) -> None:
    """Refuse a file that extends itself, over however many others. Raises ScenarioError with the whole way round."""
    if origin in seen:
        way = " extends ".join((*seen[seen.index(origin) :], origin))
        raise ScenarioError(f"{way}: that is a circle; let one of them say everything itself")
