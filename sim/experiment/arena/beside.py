"""A changed keeper beside a recorded one: asked at every wake with the same desk, its answers written down and never sent.

Each decision stands for itself: where the changed keeper sends to the chain what the recorded one does not (or the other way round), it
forgets that it was asked, so that it never waits for txs that are not there. It hears the recorded keeper's news, sees its purse and its
txs, and has its draws and travel times. Left out: its own timers, and news that does not wake the recorded one.
"""

import copy
from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from sim.agents.desk import Desk
from sim.agents.runner import Agent, Channel
from sim.agents.strategy import News, On
from sim.commands import Command, Note, SendBundle, SendTx
from sim.composites import AtomicCall, FlashLoanCall
from sim.latency import ahead
from sim.streams import Stream
from sim.units import Nanos, Place

Target = tuple[Place, int]
"""What a call is after: its contract, and the account (or the sale) it names."""


@attrs.frozen
class Ask:
    """One thing sent to the chain."""

    number: int
    """Its place among all that its keeper sent."""
    at: Nanos
    """When it was decided."""
    arrives: Nanos
    max_fee: int
    tip: int
    bid: int
    """Sealed; 0 of a tx."""
    is_bundle: bool
    gas_limit: int
    targets: tuple[Target, ...]


@attrs.define
class Answers:
    """What a keeper answered over a run."""

    asks: list[Ask] = attrs.field(factory=list)
    notes: list[tuple[Nanos, Note]] = attrs.field(factory=list)
    decisions: int = 0


@attrs.define(eq=False, repr=False)
class Beside:
    """A strategy in the place of the recorded one: it answers as that does, and asks another what it would have answered."""

    recorded: Any
    changed: Any
    agent: Agent
    dice: Stream
    """The changed keeper's draws: a copy of the recorded one's."""
    own: Answers = attrs.field(factory=Answers)
    others: Answers = attrs.field(factory=Answers)
    differ: int = 0
    """Decisions with other commands."""
    failures: list[str] = attrs.field(factory=list)

    @property
    def inner(self) -> Any:
        """The recorded strategy itself."""
        return getattr(self.recorded, "inner", self.recorded)

    @property
    def wakes_on(self) -> tuple[On, ...]:
        """What wakes the recorded strategy."""
        wishes: tuple[On, ...] = self.recorded.wakes_on
        return wishes

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Return what the recorded strategy answers."""
        aside = copy.copy(desk)
        aside.dice = self.dice
        commands = list(self.recorded.decide(news, desk) or ())
        self._write(self.own, commands, desk.now)
        kept = copy.deepcopy(self.changed)
        try:
            answer = list(self.changed.decide(news, aside) or ())
        except Exception as failure:  # A stranger's code, and no reason to stop the recorded run.
            self.failures.append(f"{type(failure).__name__}: {failure}")
            answer, self.changed = [], kept
        self._write(self.others, answer, desk.now)
        self.differ += answer != commands
        if _sends(answer) != _sends(commands):
            self.changed = kept
        return commands

    def _write(self, answers: Answers, commands: Iterable[Command], now: Nanos) -> None:
        """Write down what would go to the chain, and when it would be there, and why not."""
        answers.decisions += 1
        ways: dict[int, _Way] = {}
        for command in commands:
            if isinstance(command, Note):
                answers.notes.append((now, command))
            elif isinstance(command, SendTx | SendBundle) and command[0] in self.agent.channels:
                channel = self.agent.channels[command[0]]
                way = ways.setdefault(channel.key, _Way(channel, list(channel.ahead)))
                arrives = max(channel.last_arrival, now + self.agent.compute_delay + way.travel(now))
                answers.asks.append(_ask(len(answers.asks), command, now, arrives))


@attrs.define
class _Way:
    """A channel's travel times to come, without drawing them from it."""

    channel: Channel
    travels: list[Nanos]
    stream: Stream | None = None

    def travel(self, now: Nanos) -> Nanos:
        """Return what the next message would take."""
        if not self.travels:
            self.stream = self.stream or copy.deepcopy(self.channel.stream)
            self.travels = ahead(self.channel.latency, self.stream, now)
        return self.travels.pop()


def targets(contract: Place, call: Any) -> Iterator[Target]:
    """Yield what a call is after, calls within it included."""
    steps = call.calls if isinstance(call, AtomicCall | FlashLoanCall) else getattr(call, "data", ())
    for place, step in (each for each in steps if isinstance(each, tuple) and len(each) == 2):
        yield from targets(place or contract, step)
    for field in ("account", "sale"):
        if (named := getattr(call, field, 0)) and isinstance(named, int):
            yield contract, named
    accounts = getattr(call, "accounts", ())
    yield from ((contract, each) for each in accounts if isinstance(each, int))


def _ask(number: int, command: SendTx | SendBundle, now: Nanos, arrives: Nanos) -> Ask:
    if isinstance(command, SendBundle):
        own = [tx for tx in command.txs if isinstance(tx, SendTx)]
        after = tuple(target for tx in own for target in targets(tx.contract, tx.call))
        first = own[0] if own else None
        fees = (first.max_fee, first.tip) if first else (0, 0)
        return Ask(number, now, arrives, *fees, command.bid, True, sum(tx.gas_limit for tx in own), after)
    return Ask(
        number, now, arrives, command.max_fee, command.tip, 0, False, command.gas_limit, tuple(targets(command.contract, command.call))
    )


def _sends(commands: Iterable[Command]) -> list[tuple[str, int]]:
    """Return what goes to the chain, as far as a line of nonces counts it."""
    return sorted((type(each).__name__, each[-1]) for each in commands if isinstance(each, SendTx | SendBundle))
