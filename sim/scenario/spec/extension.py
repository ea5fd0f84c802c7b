"""A scenario file that changes another, and what a scenario remembers of having been made so."""

from collections.abc import Mapping
from typing import Any

import attrs

from sim.scenario.spec.common import Name, not_empty
from sim.scenario.spec.study import quoted_paths, without_dates


@attrs.frozen(kw_only=True)
class Extension:
    """A file that begins with ``extends``: another scenario, changed at some paths. It holds these keys and no others."""

    extends: str = attrs.field(validator=not_empty)
    """The scenario it changes: a name, or the path of a file, from this one's folder."""
    name: Name | None = None
    """What it is called; the file's own name unless given."""
    run: dict[str, Any] = attrs.field(factory=dict)
    """Keys of ``[run]`` that are otherwise; those it does not name stay."""
    set: Mapping[str, Any] = attrs.field(factory=dict, validator=quoted_paths)
    """Values by dotted path, in quotes, as ``--set`` takes them: ``"agents.keeper.count" = 3``."""
    study: dict[str, Any] | None = None
    """A ``[study]`` of its own; the other scenario's stays with that one."""


@attrs.frozen(kw_only=True)
class Ancestor:
    """``[[lineage]]``: a scenario that this one was made from. Written by whoever reads an extending file; nothing is set again."""

    scenario: str
    """Its name."""
    set: dict[str, Any] = attrs.field(factory=dict, converter=without_dates)
    """What was set in it, by dotted path."""
