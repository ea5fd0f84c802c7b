"""The price a system goes by: the feed's while it is fresh and does not jump, else a fallback's or the last good one."""

import attrs
import pytest

from sim.errors import InputError, Revert
from sim.journal import Journal
from sim.lending.liquity.terms import LiquityTerms, PriceGuard
from sim.units import WAD, AssetId, Price, Seconds, Seq
from tests.lending.liquity.world import ETH, LUSD
from tests.lending.world import USDC

DOLLAR: Price = 10**8
NOW: Seconds = 1_700_000_000


@attrs.define
class Feed:
    """A feed as a test sets it."""

    price_now: Price = 0
    at: Seconds = NOW
    seq: Seq = 0

    def post(self, dollars: int, at: Seconds = NOW) -> None:
        self.price_now, self.at, self.seq = dollars * DOLLAR, at, self.seq + 1

    def price(self, asset: AssetId) -> Price:
        return self.price_now

    def posted(self, asset: AssetId) -> tuple[Price, Seconds, Seq]:
        return self.price_now, self.at, self.seq


def guarded(fallback: Feed | None = None) -> tuple[Feed, PriceGuard]:
    feed = Feed()
    return feed, PriceGuard(feed, ETH.id, Journal(), fallback)


def test_a_fresh_price_is_gone_by():
    feed, guard = guarded()
    feed.post(2_000)

    assert guard.fetch(NOW + 14_400) == 2_000 * WAD


def test_before_the_first_post_there_is_none():
    _, guard = guarded()

    with pytest.raises(Revert):
        guard.fetch(NOW)
    assert guard.last() == 0


def test_a_post_older_than_four_hours_is_not_believed_until_the_next():
    feed, guard = guarded()
    feed.post(2_000)
    guard.fetch(NOW)
    feed.post(1_900)

    assert guard.fetch(NOW + 14_401) == 2_000 * WAD
    feed.post(1_800, NOW + 15_000)
    assert guard.fetch(NOW + 15_000) == 1_800 * WAD


@pytest.mark.parametrize(
    ("first", "second", "is_believed"), [(2_000, 1_000, True), (2_000, 999, False), (1_000, 2_000, True), (1_000, 2_001, False)]
)
def test_a_jump_by_more_than_half_of_the_larger_is_not_believed_and_exactly_half_is(first, second, is_believed):
    feed, guard = guarded()
    feed.post(first)
    guard.fetch(NOW)
    feed.post(second)

    assert guard.fetch(NOW) == (second if is_believed else first) * WAD


def test_after_a_jump_the_next_round_near_it_is_believed():
    feed, guard = guarded()
    feed.post(2_000)
    guard.fetch(NOW)
    feed.post(900)
    guard.fetch(NOW)
    feed.post(905)

    assert guard.fetch(NOW) == 905 * WAD


def test_a_fallback_is_asked_only_meanwhile_and_only_while_it_is_fresh_itself():
    other = Feed()
    feed, guard = guarded(other)
    feed.post(2_000)
    other.post(1_950)
    assert guard.fetch(NOW) == 2_000 * WAD
    feed.post(900)

    assert guard.fetch(NOW) == 1_950 * WAD
    assert guard.fetch(NOW + 14_401) == 1_950 * WAD, "the last good price is the fallback's"
    other.post(1_800, NOW + 14_401)
    assert guard.fetch(NOW + 14_401) == 1_800 * WAD


def test_terms_ask_for_two_assets_of_eighteen_decimals():
    with pytest.raises(InputError, match="USDC has 6 decimals"):
        LiquityTerms(ETH, USDC)
    with pytest.raises(InputError, match="take two assets"):
        LiquityTerms(LUSD, LUSD)
