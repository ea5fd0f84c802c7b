"""Agents: a strategy, its parameters, its funds, and how late it hears and acts."""

from typing import Any, Literal

import attrs

from sim.latency import Constant
from sim.scenario.spec.common import AmmName, FeedName, IssuerName, Latency, Name, PoolName, VenueName, not_empty, not_negative, positive
from sim.scenario.values import Amount
from sim.units import MILLISECOND, Nanos

PROGRAM = "program:"
"""Before a program that speaks the line protocol."""


@attrs.frozen(kw_only=True)
class LimitsSpec:
    """``limits`` of an agent: what its strategy may do within one decision. Beyond them it has failed; all are counted."""

    queries: int = attrs.field(default=10_000, validator=positive)
    """Questions to its desk."""
    commands: int = attrs.field(default=1_000, validator=positive)
    """Commands it answers with."""
    lines: int | None = attrs.field(default=None, validator=positive)
    """Lines of Python of its own that it may run. Absent: not counted; counting slows the strategy, not the world."""


@attrs.frozen(kw_only=True)
class AgentSpec:
    """``[[agents]]``: one agent, or several alike."""

    name: Name
    """What it is called; several are ``name/0``, ``name/1``..."""
    strategy: str = attrs.field(validator=not_empty)
    """A strategy's name, ``./file.py:Class``, ``package.module:Class``, or ``program: COMMAND`` that speaks the line protocol."""
    count: int = attrs.field(default=1, validator=positive)
    """How many, each with funds and draws of its own."""
    venues: tuple[VenueName, ...] = ()
    """The venues it hears and trades on."""
    pools: tuple[PoolName, ...] = ()
    """The pools it hears and calls."""
    amms: tuple[AmmName, ...] = ()
    """The amms it hears and trades with."""
    issuers: tuple[IssuerName, ...] = ()
    """The staking contracts and issuers of stable coins that it hears and calls."""
    feeds: tuple[FeedName, ...] = ()
    """The feeds it hears."""
    sells: dict[PoolName, VenueName] = attrs.field(factory=dict)
    """Where what a pool gives is sold, by pool; on the first venue unless given. For strategies that sell on several venues."""
    venue_funds: tuple[Amount, ...] = ()
    """What each has on each of its venues."""
    chain_funds: tuple[Amount, ...] = ()
    """What each has on the chain."""
    accounts: int = attrs.field(default=1, validator=positive)
    """Accounts of each: the members of a crowd, or the nonce lines of a keeper. Funds are for each account."""
    latency: Latency = attrs.field(factory=lambda: Constant(50 * MILLISECOND))
    """How long messages travel to and from everything that has no latency of its own below."""
    latency_to: dict[Name, Latency] = attrs.field(factory=dict)
    """Latency by venue, feed, pool, or ``chain``."""
    load_dependent: bool = True
    """Its latency to a venue rises with the venue's load."""
    compute_delay: Nanos = attrs.field(default=0, validator=not_negative)
    """Time between hearing and answering."""
    draws: str = ""
    """Name of its dice, of another agent's section: agents with the same dice draw alike. Left out: its own."""
    on_failure: Literal["stop", "isolate"] = "stop"
    """A strategy that raises stops the run, or falls silent."""
    isolate: Literal["none", "process"] = "none"
    """A strategy runs with the world, or in a process of its own, from which it cannot see the world; the tape is the same."""
    limits: LimitsSpec = attrs.field(factory=LimitsSpec)
    """What it may do within one decision."""
    parameters: dict[str, Any] = attrs.field(factory=dict)
    """The strategy's own keys."""
