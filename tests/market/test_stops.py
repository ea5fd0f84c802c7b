"""Stop orders beside a naive twin: a list that is searched anew each time."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sim.market.stops import Stop, StopOrders
from sim.vocabulary import Side

SELL, BUY = int(Side.SELL), int(Side.BUY)


def stop(order: int, trigger: int, side: int = SELL, lots: int = 1) -> Stop:
    return Stop(order, 7, 0, side, lots, trigger, None)


def test_the_nearest_trigger_comes_first_and_of_one_trigger_the_oldest():
    stops = StopOrders()
    for order, trigger in ((1, 95), (2, 98), (3, 95), (4, 90)):
        stops.place(stop(order, trigger))

    assert [each.order for each in stops.due(2 * 95)] == [2, 1, 3]
    assert list(stops.stops) == [4]


def test_a_stop_is_due_at_its_trigger_exactly_and_a_half_tick_above_it_is_not():
    stops = StopOrders()
    stops.place(stop(1, 95))

    assert (stops.is_due(191), stops.is_due(190)) == (False, True)


def test_a_buy_stop_is_due_at_its_trigger_or_above():
    stops = StopOrders()
    stops.place(stop(1, 105, BUY))
    stops.place(stop(2, 103, BUY))

    assert stops.due(205) == []
    assert [each.order for each in stops.due(210)] == [2, 1]


def test_one_that_was_cancelled_is_never_due():
    stops = StopOrders()
    stops.place(stop(1, 95))

    assert stops.cancel(1) == stop(1, 95)
    assert (stops.cancel(1), stops.due(2)) == (None, [])


class StopWalk(RuleBasedStateMachine):
    """Random stops, cancels and prices on both."""

    def __init__(self):
        super().__init__()
        self.stops, self.naive, self.last = StopOrders(), [], 0

    @rule(trigger=st.integers(1, 12), is_sell=st.booleans())
    def place(self, trigger, is_sell):
        self.last += 1
        placed = stop(self.last, trigger, SELL if is_sell else BUY)
        self.stops.place(placed)
        self.naive.append(placed)

    @rule(order=st.integers(1, 20))
    def cancel(self, order):
        expected = next((each for each in self.naive if each.order == order), None)
        self.naive = [each for each in self.naive if each.order != order]

        assert self.stops.cancel(order) == expected

    @rule(price=st.integers(1, 26))
    def trade(self, price):
        sells = [each for each in self.naive if each.side == SELL and 2 * each.trigger >= price]
        buys = [each for each in self.naive if each.side == BUY and 2 * each.trigger <= price]
        expected = sorted(sells, key=lambda each: (-each.trigger, each.order)) + sorted(buys, key=lambda each: (each.trigger, each.order))
        self.naive = [each for each in self.naive if each not in expected]

        assert self.stops.is_due(price) == bool(expected)
        assert self.stops.due(price) == expected

    @invariant()
    def holds(self):
        self.stops._check()
        assert sorted(self.stops.stops) == sorted(each.order for each in self.naive)


TestStopWalk = StopWalk.TestCase
