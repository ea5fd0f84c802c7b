"""Wakes agents, and sends what they answer on its way. The one file of the agents that touches the kernel.

An agent is woken at the start, by news and by its own timers. The runner lets its desk look, asks its strategy, stamps every
command with its cause (the newest entry the desk showed, else the waking news) and delivers it after the agent's compute delay
and the latency to its destination. A channel never overtakes itself; arrivals of one instant are drawn by lot.
"""

import traceback
from collections.abc import Callable
from typing import Any

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import START, TIMER, News, Strategy
from sim.commands import Note, WakeMe
from sim.errors import StrategyError
from sim.kernel import DELIVER, EXECUTE, Kernel, lottery
from sim.latency import LatencyModel
from sim.records import Declined, StrategyFailed
from sim.streams import Stream
from sim.tape import Tape
from sim.units import NOWHERE, Nanos, Place, Seq

Arrive = Callable[[Any], None]
"""A machine's door: called with (party, cause, command) when a command reaches it."""


@attrs.define(eq=False)
class Channel:
    """The way from one agent to one machine."""

    arrive: Arrive
    latency: LatencyModel
    stream: Stream
    key: int
    """Root of its lottery tickets."""
    last_arrival: Nanos = 0


@attrs.define(eq=False)
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


@attrs.define(eq=False)
class Runner:
    """All agents of a world."""

    kernel: Kernel
    tape: Tape
    agents: list[Agent] = attrs.field(factory=list)

    def start(self) -> None:
        """Wake every agent once, at instant zero, in the scenario's sequence."""
        for agent in self.agents:
            self.kernel.call_at(0, DELIVER, self.deliver, (agent.slot, START))

    def deliver(self, message: tuple[int, News]) -> None:
        """Hand news to an agent. Called by the kernel, in the deliver phase."""
        slot, news = message
        self._wake(self.agents[slot], news)

    def ring(self, agent: Agent) -> None:
        """Wake an agent by its own timer. Called by the kernel, in the deliver phase."""
        self._wake(agent, TIMER)

    def _wake(self, agent: Agent, news: News) -> None:
        if agent.has_failed:
            return
        desk, now = agent.desk, self.kernel._now
        desk.wake(now, news.seq)
        try:
            commands = agent.strategy.decide(news, desk)
            for command in commands:
                self._dispatch(agent, desk.shown, now, command)
        except Exception as failure:  # The strategy is a stranger's code: whatever it raises is told with its name and line.
            self._fail(agent, news, now, failure)

    def _dispatch(self, agent: Agent, cause: Seq, now: Nanos, command: Any) -> None:
        kind = type(command)
        if kind is WakeMe:
            self.kernel.call_at(now + max(1, command[0]), DELIVER, self.ring, agent)
            return
        if kind is Note:
            self.tape.append(now, cause, NOWHERE, agent.desk.me, (Declined.kind, *command))
            return
        channel = agent.channels.get(command[0])
        if channel is None:
            raise StrategyError(f"{kind.__name__} goes to place {command[0]}, to which {agent.desk.name} is not connected")
        arrival = now + agent.compute_delay + channel.latency.draw(channel.stream, now)
        if arrival < channel.last_arrival:
            arrival = channel.last_arrival
        channel.last_arrival = arrival
        message = (agent.desk.me + command[-1], cause, command)
        self.kernel.call_at(arrival, EXECUTE | lottery(channel.key, arrival), channel.arrive, message)

    def _fail(self, agent: Agent, news: News, now: Nanos, failure: Exception) -> None:
        """Write the failure down; stop the run with the strategy's name, the entry and the line, unless it is isolated."""
        frame = traceback.extract_tb(failure.__traceback__)[-1]
        self.tape.append(now, news.seq, NOWHERE, agent.desk.me, (StrategyFailed.kind, frame.lineno or 0))
        agent.has_failed = True
        if not agent.is_isolated:
            raise StrategyError(
                f"{type(agent.strategy).__name__} (agent {agent.desk.name}) raised {type(failure).__name__}: {failure}\n"
                f"  at {frame.filename}:{frame.lineno} in {frame.name}, woken by entry {news.seq} at {now} ns\n"
                f'  to keep the others running, set on_failure = "isolate" for this agent'
            ) from failure
