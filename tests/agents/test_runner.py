"""Waking minds and sending their answers: late, in sequence, with a cause; and what happens when one raises."""

import copy
import re
from typing import Any, ClassVar

import pytest

from sim.agents.desk import Desk
from sim.agents.strategy import START, TIMER, News, On
from sim.commands import CancelOrder, Command, Note, SendTx, WakeMe
from sim.errors import StrategyError
from sim.latency import Constant, LoadDependent, Uniform
from sim.latency import Load as MachineLoad
from sim.records import Declined, StrategyFailed
from sim.storage import MemoryTape
from sim.tape import Tape
from sim.vocabulary import Refusal
from tests.agents.words import BOARD, FIRST, Room, Scripted, silent


def every(span: int) -> Any:
    """Return a script that asks to be woken again and again."""
    return lambda news, desk: [WakeMe(span)]


def once(*commands: Command) -> Any:
    """Return a script that sends commands at the start."""
    return lambda news, desk: commands if news is START else []


def test_everybody_is_woken_once_at_the_start():
    room = Room()
    minds = [Scripted(silent) for _ in range(3)]
    for mind in minds:
        room.seat(mind)

    room.run(1_000)

    assert [mind.told for mind in minds] == [[(0, START)]] * 3


def test_a_timer_rings_after_its_span_and_at_least_a_nanosecond_later():
    room = Room()
    slow, hasty = Scripted(every(30)), Scripted(every(0))
    room.seat(slow), room.seat(hasty)

    room.run(60)

    assert slow.told == [(0, START), (30, TIMER), (60, TIMER)]
    assert [at for at, _ in hasty.told] == list(range(61))


def test_a_command_arrives_after_thinking_and_travelling():
    room = Room()
    room.seat(Scripted(once(CancelOrder(BOARD, 1))), Constant(10), compute_delay=7)

    room.run(16)
    assert room.arrived == []
    room.run(17)

    assert room.arrived == [(17, (FIRST, 0, CancelOrder(BOARD, 1)))]


def test_a_command_is_sent_in_the_name_of_its_account():
    room = Room()
    room.seat(Scripted(once(CancelOrder(BOARD, 1, account=2))), accounts=3)

    room.run(10)

    assert [message[0] for _, message in room.arrived] == [FIRST + 2]


@pytest.mark.parametrize(
    ("accounts", "account", "owned"), [(1, 1, "account 0 alone"), (3, 3, "accounts 0 to 2"), (3, -1, "accounts 0 to 2")]
)
def test_nobody_acts_in_the_name_of_another_agents_account(accounts, account, owned):
    room = Room()
    room.seat(Scripted(once(CancelOrder(BOARD, 1, account=account))), accounts=accounts)

    with pytest.raises(StrategyError, match=f"names account {account}, and .* has {owned}"):
        room.run(10)

    assert room.arrived == []


@pytest.mark.parametrize("model", [Uniform(1, 500), LoadDependent(Uniform(1, 500), MachineLoad(), 10.0)])
def test_a_channel_never_overtakes_itself(model):
    def chatty(news: News, desk: Desk) -> list[Command]:
        return [CancelOrder(BOARD, desk.new_order()), CancelOrder(BOARD, desk.new_order()), WakeMe(20)]

    room = Room()
    room.seat(Scripted(chatty), model)

    room.run(10_000)

    instants = [at for at, _ in room.arrived]
    orders = [message[2].order for _, message in room.arrived]
    assert len(orders) > 900
    assert orders == sorted(orders)
    assert instants == sorted(instants)


def test_the_cause_of_a_command_is_the_newest_entry_shown():
    def looks(news: News, desk: Desk) -> list[Command]:
        before = CancelOrder(BOARD, 1)
        desk.quote(BOARD)
        return [before]

    room = Room()
    for bid in (500, 501, 502):
        room.publish(bid)
    room.seat(Scripted(looks)).desk._sights[BOARD].instant = 0

    room.run(50)

    assert [message[1] for _, message in room.arrived] == [3]


def test_without_a_look_the_cause_is_the_waking_news():
    room = Room()
    agent = room.seat(Scripted(lambda news, desk: [] if news is START else [CancelOrder(BOARD, 1)]))
    for bid in (500, 501):
        room.publish(bid)

    room.run(1)
    room.runner.deliver((agent.slot, News(1, 0, BOARD, 0, (15, 500, 1, 501, 1))))
    room.run(50)

    assert [message[1] for _, message in room.arrived] == [1]


def test_a_timer_of_its_own_is_no_cause():
    room = Room()
    room.seat(Scripted(lambda news, desk: [CancelOrder(BOARD, 1)] if news is TIMER else [WakeMe(5)]))
    room.publish(500)

    room.run(100)

    assert [message[1] for _, message in room.arrived] == [0]


def test_a_note_is_written_down_at_once():
    room = Room(tape=Tape(MemoryTape()))
    room.seat(Scripted(once(Note(5, 6, Refusal.NO_PROFIT, -7))))

    room.run(1)
    room.tape.flush()

    kept: Any = room.tape.sink
    entry = next(kept.entries())
    assert (entry.party, entry.record) == (FIRST, Declined(5, 6, Refusal.NO_PROFIT, -7))


def raising(news: News, desk: Desk) -> list[Command]:
    if news is TIMER:
        raise ZeroDivisionError("no liquidity")
    return [WakeMe(40)]


def test_a_strategy_that_raises_names_itself_the_entry_and_the_line():
    room = Room()
    room.seat(Scripted(raising))

    with pytest.raises(StrategyError) as raised:
        room.run(100)

    said = str(raised.value)
    assert "Scripted (agent agent/0) raised ZeroDivisionError: no liquidity" in said
    assert "woken by its own timer at 40 ns" in said
    assert "words.py:" in said
    assert 'on_failure = "isolate"' in said


def test_the_line_named_is_the_strategys_own_and_not_that_of_what_it_called():
    class Careless:
        wakes_on: ClassVar[tuple[On, ...]] = ()

        def decide(self, news: News, desk: Desk) -> list[Command]:
            desk.quote(venue=999)
            return []

    room = Room()
    room.seat(Careless())

    with pytest.raises(StrategyError, match=r"test_runner\.py:\d+ in decide, woken at the start") as raised:
        room.run(1)
    assert "desk.quote(999): agent/0 is not connected to that place; there is 3" in str(raised.value)


def test_no_answer_is_no_command():
    room = Room()
    mind = Scripted(lambda news, desk: None)
    room.seat(mind)

    room.run(10)

    assert (mind.told, room.arrived) == ([(0, START)], [])


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("hello", "str"),
        (7, "int"),
        (CancelOrder(BOARD, 1), "CancelOrder itself; put it into a list"),
        (["hello"], "str among them"),
        ([(BOARD, 0)], "tuple among them"),
    ],
)
def test_what_is_no_command_is_refused_where_the_strategy_stands(answer, found):
    room = Room()
    room.seat(Scripted(lambda news, desk: answer))

    with pytest.raises(StrategyError) as raised:
        room.run(10)

    first, second, _ = str(raised.value).splitlines()
    assert first == f"Scripted (agent agent/0): decide must return commands (sim.commands); it returned {found}"
    assert re.fullmatch(r"  at .*words\.py:\d+ in decide, woken at the start", second)
    assert room.arrived == []


def test_an_isolated_strategy_falls_silent_and_the_others_go_on():
    room = Room(tape=Tape(MemoryTape()))
    failing, healthy = Scripted(raising), Scripted(every(10))
    room.seat(failing, is_isolated=True), room.seat(healthy)

    room.run(100)
    room.tape.flush()

    kept: Any = room.tape.sink
    assert [at for at, _ in failing.told] == [0, 40]
    assert len(healthy.told) == 11
    assert [type(entry.record) for entry in kept.entries()] == [StrategyFailed]
    (note,) = room.runner.failures
    assert re.fullmatch(r"agent/0 raised ZeroDivisionError at .*words\.py:\d+ at 40 ns; silent since", note)


def test_commands_to_where_one_is_not_connected_name_the_place():
    room = Room()
    room.seat(Scripted(once(CancelOrder(77, 1))))

    with pytest.raises(StrategyError, match="CancelOrder goes to place 77, to which agent/0 is not connected"):
        room.run(1)


def test_a_command_that_its_place_does_not_understand_names_what_it_takes():
    room = Room()
    agent = room.seat(Scripted(once(CancelOrder(BOARD, 1))))
    agent.channels[BOARD].takes = frozenset((SendTx,))

    with pytest.raises(StrategyError, match=f"CancelOrder went to place {BOARD}, which takes SendTx"):
        room.run(1)


def test_a_news_in_a_fork_is_the_same_news():
    room = Room()
    room.seat(Scripted(every(30)))
    room.run(40)

    fork = copy.deepcopy(room)
    fork.run(60)
    room.run(60)

    minds: list[Any] = [each.runner.agents[0].strategy for each in (fork, room)]
    assert minds[0].told == minds[1].told == [(0, START), (30, TIMER), (60, TIMER)]
    assert minds[0].told[-1][1] is TIMER
