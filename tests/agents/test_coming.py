"""The price that a tx brings to a feed that is pulled, or delayed."""

import attrs
import pytest

from sim.agents.coming import pulled_price
from sim.agents.desk import Desk
from sim.commands import PokeCall
from sim.errors import StrategyError
from sim.history import History
from sim.oracle.pull_feed import UpdatePriceCall
from sim.views import ComingPrice, PendingTx, Posted, SignedPrice
from tests.agents.words import BOARD, Room, Scripted, silent

SIGNED = (SignedPrice(1, 100, 1, 50), SignedPrice(2, 101, 1, 60), SignedPrice(3, 102, 1, 70))


def tx(number: int, call: object, tip: int = 5) -> PendingTx:
    return PendingTx(number, number, number, 1, 0, BOARD, call, tip, tip, 100_000)


@pytest.mark.parametrize(
    ("brought", "has", "price"), [((1, 2), 0, 101), ((2, 1), 50, 101), ((1,), 50, None), ((3, 9), 0, 102), ((), 0, None), ((9,), 0, None)]
)
def test_of_signed_prices_that_are_brought_the_newest_stays(brought, has, price):
    waiting = [tx(index, UpdatePriceCall(number)) for index, number in enumerate(brought, start=1)] + [tx(8, PokeCall())]

    found = pulled_price(SIGNED, waiting, Posted(1, 1, 99, has))

    assert (found and found.price) == price


@attrs.frozen
class Waiting:
    """What a test says waits."""

    txs: tuple[PendingTx, ...]

    def view(self, instant: int, contract: int | None = None) -> tuple[PendingTx, ...]:
        return self.txs


def desk_with(txs: tuple[PendingTx, ...]) -> Desk:
    """Return a desk of a chain at the board, with a delayed feed there, whose next price is 77."""
    desk = Room().seat(Scripted(silent)).desk
    sources = desk._sources
    sources.chain_place, sources.gossip = BOARD, Waiting(txs)
    sources.pending[BOARD] = History(1_000)
    sources.pending[BOARD].add(0, Posted(4, 0, 77, 0))
    desk._wake(100, 0)
    return desk


def test_a_poke_that_waits_brings_the_next_price():
    assert desk_with((tx(1, PokeCall()),)).pending_price(BOARD) == ComingPrice(1, 1, 77, 1, 5, 5)
    assert desk_with(()).pending_price(BOARD) is None


def test_of_a_feed_that_is_not_ones_own_no_price_is_to_be_had():
    with pytest.raises(StrategyError, match=r"desk.posted\(9\): agent/0 is not connected to that place"):
        desk_with(()).pending_price(9)
