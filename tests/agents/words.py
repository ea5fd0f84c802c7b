"""A world of desks without a market: a board that publishes quotes, a counter that takes commands, and minds to try them with."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

import attrs

from sim.agents.connections import Sources
from sim.agents.courier import Courier, Subscription
from sim.agents.desk import Desk, Sight
from sim.agents.runner import Agent, Channel, Runner
from sim.agents.strategy import News, On
from sim.commands import Command
from sim.history import History
from sim.kernel import OBSERVE, Kernel
from sim.latency import Constant, LatencyModel
from sim.records import QuoteChanged
from sim.streams import Streams, key_of
from sim.tape import Tape
from sim.units import Nanos, Place, Seq
from sim.views import Quote

BOARD: Place = 3
LATENCY = Constant(10)
FIRST = 100


@attrs.define(eq=False)
class Scripted:
    """Answers with what a script gives, and keeps what it was told."""

    script: Callable[[News, Desk], Iterable[Command] | None]
    wakes_on: ClassVar[tuple[On, ...]] = ()
    told: list[tuple[Nanos, News]] = attrs.field(factory=list)

    def decide(self, news: News, desk: Desk) -> Iterable[Command] | None:
        self.told.append((desk.now, news))
        return self.script(news, desk)


def silent(news: News, desk: Desk) -> list[Command]:
    return []


@attrs.define(eq=False)
class Room:
    """A board, a counter, and whoever sits there."""

    kernel: Kernel = attrs.field(factory=Kernel)
    tape: Tape = attrs.field(factory=Tape)
    streams: Streams = attrs.field(factory=lambda: Streams(1))
    quotes: History[Quote] = attrs.field(factory=History)
    runner: Runner = attrs.field(init=False)
    courier: Courier = attrs.field(init=False)
    arrived: list[tuple[Nanos, Any]] = attrs.field(factory=list)
    """(instant, (party, cause, command)) of every command."""

    def __attrs_post_init__(self) -> None:
        self.runner = Runner(self.kernel, self.tape)
        self.courier = Courier(self.kernel, self.runner.deliver)
        self.quotes.reach(10**9)

    def seat(self, strategy: Any, latency: LatencyModel = LATENCY, accounts: int = 1, **more: Any) -> Agent:
        """Add an agent that looks at the board and sends to the counter."""
        slot = len(self.runner.agents)
        name = f"agent/{slot}"
        desk = Desk(FIRST + 10 * slot, name, accounts, Sources(venues=(BOARD,), quotes={BOARD: self.quotes}), self.streams)
        desk._sights[BOARD] = Sight(latency, self.streams[f"{name}/sees"])
        desk._connect()
        channel = Channel(self.take, latency, self.streams[f"{name}/to"], key_of(1, name))
        agent = Agent(slot, strategy, desk, {BOARD: channel}, **more)
        self.runner.agents.append(agent)
        return agent

    def subscribe(self, agent: Agent, on: On, latency: LatencyModel = LATENCY) -> None:
        stream = self.streams[f"{agent.desk.name}/hears/{on.record.kind}"]
        if on.record.kind not in self.courier.kinds():
            self.tape.listen(on.record.kind, self.courier.carry)
        wish = Subscription(agent.slot, latency, stream, on.moved_bps)
        if on.own:
            self.courier.subscribe_own(on, agent.desk.me, BOARD, wish)
        else:
            self.courier.subscribe(on, BOARD, wish)

    def take(self, message: Any) -> None:
        self.arrived.append((self.kernel.now, message))

    def publish(self, bid: int, at: Nanos | None = None) -> None:
        """Put a quote of one tick's spread on the board, now or at an instant."""
        if at is not None:
            self.kernel.call_at(at, OBSERVE, self.publish, bid)
            return
        row = QuoteChanged(bid, 1, bid + 1, 1).row()
        seq: Seq = self.tape.append(self.kernel.now, 0, BOARD, 0, row)
        self.quotes.add(self.kernel.now, Quote(seq, self.kernel.now, *row[1:]))

    def run(self, until: Nanos) -> "Room":
        if not self.kernel.now:
            self.runner.start()
        self.kernel.run_until(until)
        return self
