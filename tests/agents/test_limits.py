"""What a strategy may do within one decision is counted; beyond it, it has failed, and the same in every run."""

from itertools import count
from typing import Any

import pytest

from sim.agents.answer import MOST_COMMANDS
from sim.agents.guard import Guard
from sim.amm.calls import SwapCall
from sim.commands import CancelOrder, LiquidateCall, Note, PlaceOrder, SendBundle, SendTx, WakeMe
from sim.composites import AtomicCall, held
from sim.errors import StrategyError
from sim.records import StrategyFailed
from sim.storage import MemoryTape
from sim.tape import Tape
from sim.units import UINT256_MAX
from sim.vocabulary import Refusal, Side
from tests.agents.words import BOARD, Room, Scripted

WRONG: Any = {"size": 1.5, "text": "9", "nothing": None, "endless": float("inf")}
"""What types would not let through."""


def asks(times: int) -> Any:
    """Return a script that asks for the quote so many times, at every wake."""

    def script(news, desk):
        for _ in range(times):
            desk.quote(BOARD)
        return [WakeMe(10)]

    return script


def says(count: int) -> Any:
    return lambda news, desk: (WakeMe(1 + number) for number in range(count))


def endless(news, desk):
    number = 0
    while True:
        number += 1


def failed(room: Room, kept: MemoryTape) -> list[Any]:
    room.tape.flush()
    return [entry.record for entry in kept.entries()]


def alone(script: Any, guard: Any = None, **more: Any) -> tuple[Any, list[Any]]:
    """Run a mind that may fail, and return it, and what the tape says of it."""
    kept = MemoryTape()
    room = Room(tape=Tape(sink=kept))
    mind: Any = Scripted(script)
    agent = room.seat(Guard(mind, most_lines=guard) if guard else mind, is_isolated=True, **more)
    agent.desk._most_queries = 5
    room.run(100)
    return mind, failed(room, kept)


def test_as_many_queries_as_it_may_are_answered_at_every_decision():
    mind, told = alone(asks(5))

    assert told == []
    assert len(mind.told) == 11


def test_a_query_too_many_is_a_failure_that_says_so():
    mind, told = alone(asks(6))

    assert [each.reason for each in told] == [Refusal.TOO_MANY_QUERIES]
    assert len(mind.told) == 1


@pytest.mark.parametrize("count", [MOST_COMMANDS + 1, 10**12])
def test_a_flood_of_commands_is_a_failure_and_none_of_them_is_sent(count):
    mind, told = alone(says(count))

    assert [each.reason for each in told] == [Refusal.TOO_MANY_COMMANDS]
    assert len(mind.told) == 1


def test_an_answer_that_breaks_off_half_way_sends_nothing():
    def half(news, desk):
        yield WakeMe(5)
        raise ValueError("half-way")

    mind, told = alone(half)

    assert [type(each) for each in told] == [StrategyFailed]
    assert len(mind.told) == 1


def test_an_endless_loop_ends_at_the_same_line_in_every_run():
    first, second = alone(endless, guard=10_000)[1], alone(endless, guard=10_000)[1]

    assert [each.reason for each in first] == [Refusal.TOO_MANY_LINES]
    assert first == second


def spinning(news, desk):
    # fmt: off
    while True: pass  # noqa: E701 - one line is what it is about
    # fmt: on


def spinning_over(news, desk):
    # fmt: off
    for _ in count(): pass  # noqa: E701 - one line is what it is about
    # fmt: on


@pytest.mark.parametrize("mind", [spinning, spinning_over])
def test_so_does_one_that_is_a_single_line(mind):
    assert [each.reason for each in alone(mind, guard=10_000)[1]] == [Refusal.TOO_MANY_LINES]


def test_a_mind_that_catches_what_stops_it_has_failed_all_the_same():
    def stubborn(news, desk):
        try:
            endless(news, desk)
        except BaseException:
            return [WakeMe(1)]

    assert [each.reason for each in alone(stubborn, guard=100)[1]] == [Refusal.TOO_MANY_LINES]


def test_lines_are_counted_anew_at_every_decision():
    mind, told = alone(asks(5), guard=20)

    assert told == []
    assert len(mind.told) == 11


def test_leaving_the_process_is_a_failure_like_any():
    def leaving(news, desk):
        raise SystemExit(0)

    assert [type(each) for each in alone(leaving)[1]] == [StrategyFailed]


CALL = LiquidateCall(1, 2, 3, UINT256_MAX)


@pytest.mark.parametrize(
    "command",
    [
        PlaceOrder(BOARD, Side.BUY, 1),
        PlaceOrder(BOARD, 1, 1, None),
        SendTx(BOARD, CALL, max_fee=1, tip=0, gas_limit=1),
        SendTx(BOARD, AtomicCall(((3, CALL), (0, SwapCall(1, held(1), 0)))), max_fee=1, tip=0, gas_limit=1),
        SendBundle(BOARD, (17, SendTx(BOARD, CALL, max_fee=1, tip=0, gas_limit=1))),
        Note(1, 2, Refusal.NO_PROFIT, -5),
    ],
)
def test_what_is_well_formed_is_sent(command):
    room = Room()
    agent = room.seat(Guard(Scripted(lambda news, desk: [command] if desk.now == 0 else [])))
    agent.channels[BOARD].takes |= {type(command)}

    room.run(50)

    assert room.tape.entries + len(room.arrived) == 1


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (PlaceOrder(BOARD, Side.BUY, WRONG["size"]), r"PlaceOrder.lots is 1.5 \(float\); give a whole number"),
        (PlaceOrder(BOARD, Side.BUY, WRONG["text"]), r"PlaceOrder.lots is '9' \(str\)"),
        (PlaceOrder(BOARD, Side.BUY, 1, order=2**80), "PlaceOrder.order is 1208925819614629174706176"),
        (SendTx(BOARD, LiquidateCall(1, 2, 3, -5), 1, 0, 1), r"LiquidateCall.amount is -5 \(int\); give a whole number from 0"),
        (SendTx(BOARD, AtomicCall(((3, LiquidateCall(1, 2, 3, -5)),)), 1, 0, 1), r"LiquidateCall.amount is -5 \(int\)"),
        (SendBundle(BOARD, (SendTx(BOARD, CALL, max_fee=2**63, tip=0, gas_limit=1),)), "SendTx.max_fee is 9223372036854775808"),
        (SendTx(BOARD, LiquidateCall(1, 2, 3, UINT256_MAX + 1), 1, 0, 1), "LiquidateCall.amount is 1157"),
        (SendTx(BOARD, "liquidate", 1, 0, 1), "SendTx.call is 'liquidate'; give one of the calls"),
        (SendTx(BOARD, CALL, max_fee=2**63, tip=0, gas_limit=1), "SendTx.max_fee is 9223372036854775808"),
        (CancelOrder(BOARD, WRONG["nothing"]), "CancelOrder.order is None"),
        (WakeMe(WRONG["endless"]), "WakeMe.after is inf"),
    ],
)
def test_what_is_not_is_told_with_its_field(command, said):
    room = Room()
    room.seat(Guard(Scripted(lambda news, desk: [command])))

    with pytest.raises(StrategyError, match=said):
        room.run(50)


def test_the_message_says_which_limit_and_what_would_do():
    room = Room()
    room.seat(Scripted(asks(6))).desk._most_queries = 5

    with pytest.raises(StrategyError, match=r"more than 5 times in one decision; ask once .* raise limits.queries of the agent"):
        room.run(50)
