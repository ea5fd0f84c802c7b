"""Wakes agents, and sends what they answer on its way. The one file of the agents that touches the kernel.

An agent is woken at the start, by news and by its own timers. The runner lets its desk look, asks its strategy, stamps every
command with its cause (the newest entry the desk showed, else the waking news) and delivers it after the agent's compute delay
and the latency to its destination. A channel never overtakes itself; arrivals of one instant are drawn by lot.

This is half of the product's hottest path: the kernel's queue is written to as ``call_at`` and ``arrive_at`` would, without the call.
"""

from collections.abc import Callable
from heapq import heappush
from typing import Any

import attrs

from sim.agents.answer import COMMANDS, MOST_COMMANDS, answered, no_command
from sim.agents.blame import where_of
from sim.agents.desk import Desk
from sim.agents.far.mind import FarFailure, FarMind
from sim.agents.strategy import START, TIMER, News, Strategy
from sim.commands import Note, WakeMe
from sim.errors import LimitReached, StrategyError, Unresponsive
from sim.kernel import DELIVER, UNDRAWN, Kernel
from sim.latency import LatencyModel, ahead
from sim.records import Declined, StrategyFailed
from sim.streams import Stream
from sim.tape import Tape
from sim.units import NOWHERE, Nanos, Place
from sim.vocabulary import Refusal

Arrive = Callable[[Any], None]
"""A machine's door: called with (party, cause, command) when a command reaches it."""


@attrs.define(eq=False, repr=False)
class Channel:
    """The way from one agent to one machine."""

    arrive: Arrive
    latency: LatencyModel
    stream: Stream
    key: int
    """Root of its lottery tickets."""
    last_arrival: Nanos = 0
    ahead: list[Nanos] = attrs.field(factory=list)
    """Latencies of messages to come, last first."""
    takes: frozenset[type[Any]] = COMMANDS
    """What the machine at its end understands."""


@attrs.define(eq=False, repr=False)
class Agent:
    """One account holder with a mind, a desk and ways out."""

    slot: int
    strategy: Strategy
    desk: Desk
    channels: dict[Place, Channel]
    compute_delay: Nanos = 0
    is_isolated: bool = False
    """When its strategy raises, it falls silent and the run goes on."""
    has_failed: bool = False
    most_commands: int = MOST_COMMANDS
    """How much it may answer within one decision."""
    bell: tuple[int, News] = attrs.field(init=False)
    """The message by which its own timers wake it."""

    def __attrs_post_init__(self) -> None:
        self.bell = (self.slot, TIMER)

    @property
    def mind(self) -> Strategy:
        """The strategy itself, without the guard about it."""
        mind: Strategy = getattr(self.strategy, "inner", self.strategy)
        return mind


@attrs.define(eq=False, repr=False)
class Runner:
    """All agents of a world."""

    kernel: Kernel
    tape: Tape
    agents: list[Agent] = attrs.field(factory=list)
    failures: list[str] = attrs.field(factory=list)
    """What became of isolated strategies that raised, a sentence each."""

    def start(self) -> None:
        """Wake every agent once, at instant zero, in the scenario's sequence."""
        for agent in self.agents:
            self.kernel.call_at(0, DELIVER, self.deliver, (agent.slot, START))

    def deliver(self, message: tuple[int, News]) -> None:
        """Wake an agent with news and send what it answers on its way. Called by the kernel, in the deliver phase."""
        slot, news = message
        agent, kernel = self.agents[slot], self.kernel
        if agent.has_failed:
            return
        desk, now = agent.desk, kernel._now
        desk._wake(now, news.seq, news.place, news.at)
        try:
            for command in answered(agent.strategy.decide(news, desk), agent.most_commands):
                kind = type(command)
                if kind is WakeMe:
                    due = now + command[0] if command[0] > 0 else now + 1
                    kernel._serial = serial = kernel._serial + 1
                    heappush(kernel._queue, (due, DELIVER, serial, self.deliver, agent.bell, 0))
                    continue
                if kind is Note:
                    self.tape.append(now, desk.shown, NOWHERE, desk.me, (Declined.kind, *command))
                    continue
                if kind not in COMMANDS:
                    raise no_command(f"{kind.__name__} among them")
                channel = agent.channels.get(command[0])
                if channel is None or kind not in channel.takes:
                    raise _unreachable(command, desk, channel)
                account = command[-1]
                if account and not 0 < account < desk.accounts:
                    raise _not_its_own(command, desk)
                travels = channel.ahead
                if not travels:
                    travels = channel.ahead = ahead(channel.latency, channel.stream, now)
                arrival = now + agent.compute_delay + travels.pop()
                if arrival < channel.last_arrival:
                    arrival = channel.last_arrival
                channel.last_arrival = arrival
                kernel._serial = serial = kernel._serial + 1
                arrives = (desk.me + account, desk.shown, command)
                heappush(kernel._queue, (arrival, UNDRAWN, serial, channel.arrive, arrives, channel.key))
        except (Exception, SystemExit) as failure:  # A stranger's code: whatever it raises is told with its name and line.
            self._fail(agent, news, now, failure)

    def look(self, message: tuple[int, News]) -> Agent:
        """Let the desk of a message's agent look, as it does when woken, and return the agent. ``deliver_looked`` is to follow."""
        slot, news = message
        agent = self.agents[slot]
        agent.desk._wake(self.kernel._now, news.seq, news.place, news.at)
        return agent

    def deliver_looked(self, message: tuple[int, News]) -> None:
        """Deliver to an agent whose desk has looked in this instant: it does not look again, and nothing is drawn twice."""
        desk = self.agents[message[0]].desk
        looks, desk._looks = desk._looks, ()
        try:
            self.deliver(message)
        finally:
            desk._looks = looks

    def close(self) -> None:
        """End the processes that strategies have of their own."""
        for agent in self.agents:
            if isinstance(agent.mind, FarMind):
                agent.mind.close()

    def _fail(self, agent: Agent, news: News, now: Nanos, failure: Exception | SystemExit) -> None:
        """Write the failure down; stop the run with the strategy's name, the entry and the line, unless it is isolated."""
        name = agent.mind.name if isinstance(agent.mind, FarMind) else type(agent.mind).__name__
        if isinstance(failure, Unresponsive):
            raise Unresponsive(f"{name} (agent {agent.desk.name}): {failure}, woken {_by(news, now)}; the run is given up") from failure
        frame = failure.where if isinstance(failure, FarFailure) else where_of(agent.mind, failure)
        reason = failure.reason if isinstance(failure, LimitReached) else Refusal.NONE
        self.tape.append(now, news.seq, NOWHERE, agent.desk.me, (StrategyFailed.kind, frame.lineno or 0, reason))
        agent.has_failed = True
        if isinstance(agent.mind, FarMind):
            agent.mind.close()
        raised = _raised(failure)
        if agent.is_isolated:
            what = raised or f": {failure}"
            self.failures.append(f"{agent.desk.name}{what} at {frame.filename}:{frame.lineno} at {now} ns; silent since")
            return
        raise StrategyError(
            f"{name} (agent {agent.desk.name}){raised}: {failure}\n"
            f"  at {frame.filename}:{frame.lineno} in {frame.name}, woken {_by(news, now)}\n"
            f'  to keep the others running, set on_failure = "isolate" for this agent'
        ) from failure


def _raised(failure: BaseException) -> str:
    if isinstance(failure, FarFailure):
        return failure.raised and f" raised {failure.raised}"
    return "" if isinstance(failure, StrategyError) else f" raised {type(failure).__name__}"


def _by(news: News, now: Nanos) -> str:
    if news.seq:
        return f"by entry {news.seq} at {now} ns"
    return "at the start" if news.kind == START.kind else f"by its own timer at {now} ns"


def _unreachable(command: Any, desk: Desk, channel: Channel | None) -> StrategyError:
    if channel is not None:
        taken = ", ".join(sorted(each.__name__ for each in channel.takes))
        return StrategyError(f"{type(command).__name__} went to place {command[0]}, which takes {taken}")
    return StrategyError(f"{type(command).__name__} goes to place {command[0]}, to which {desk.name} is not connected")


def _not_its_own(command: Any, desk: Desk) -> StrategyError:
    owned = "account 0 alone" if desk.accounts == 1 else f"accounts 0 to {desk.accounts - 1}"
    return StrategyError(f"{type(command).__name__} names account {command[-1]}, and {desk.name} has {owned}")
