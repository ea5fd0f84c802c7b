"""The sums that every keeper does, held against what the protocols then did."""

from decimal import Decimal
from typing import Any, ClassVar

import attrs
import pytest

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.commands import BarkCall, Command, TakeCall
from sim.records import BlockSealed
from sim.scenario.run import Result, run
from sim.scenario.spec.agents import AgentSpec
from sim.scenario.values import Amount
from sim.units import GWEI, RAD
from strategies.keepers.sums import Prospect, funds_of, liquidations, sale_in_amm, sale_in_book
from tests.strategies.keepers.summing import Summing
from tests.support.kept import kept
from tests.worlds.pocket_families import families
from tests.worlds.pocket_vaults import vaults

STRATEGY = "tests.strategies.keepers.summing:Summing"
DONE = {"old": "SharesSeized", "new": "CollateralBought", "blue": "Liquidated", "kit": "DebtTakenOver", "bands": "BandsLiquidated"}
"""By lender of a family: what says that the keeper's call went through."""


@kept
def in_families() -> tuple[Result, list[tuple[int, int, Prospect]]]:
    """Return a run in which a keeper that only sums liquidates in lenders of every family, and what it sent."""
    keys: dict[str, Any] = {"run.duration": "100 s", "chain.bundles": False, "run.anachronism": "lost races are seen"}
    keys |= {"agents.seizer.strategy": STRATEGY, "agents.seizer.parameters": {}, "agents.seizer.count": 1}
    keys["agents.seizer.chain_funds"] = ["400_000 USDC", "30 ETH"]
    Summing.diary.clear()
    return run(families(keys)), list(Summing.diary)


@kept
def in_vaults() -> tuple[Result, list[tuple[int, int, Prospect]]]:
    """Return the same in a system of Dutch auctions."""
    funds = (Amount(Decimal(1_000), "DAI"), Amount(Decimal(10), "ETH"))
    keeper = AgentSpec(name="seizer", strategy=STRATEGY, pools=("eth_a",), venues=("eth_dai",), chain_funds=funds)
    scenario = vaults("dog")
    Summing.diary.clear()
    return run(attrs.evolve(scenario, agents=(*scenario.agents, keeper))), list(Summing.diary)


def said(result: Result, record: str, place: int | None = None) -> list[Any]:
    """Return what was said for the keeper, or by a place because of it."""
    (me,) = [agent.party for agent in result.facts.agents if agent.name == "seizer"]
    entries = result.tape.entries(records=[record])
    return [entry for entry in entries if me in (entry.party, getattr(entry.record, "liquidator", 0)) and place in (None, entry.place)]


@pytest.mark.parametrize("name", DONE)
def test_what_is_worth_it_goes_through_whatever_the_family(name):
    result, _ = in_families()
    (place,) = [pool.place for pool in result.facts.pools if pool.name == name]

    assert said(result, DONE[name], place)


def test_what_is_absorbed_and_bought_are_two_calls_in_sequence():
    _, sent = in_families()

    (calls, *_) = [each.calls for _, _, each in sent if len(each.calls) == 2]
    assert [type(call).__name__ for call in calls] == ["AbsorbCall", "BuyCollateralCall"]


def test_a_bark_is_worth_its_reward():
    result, sent = in_vaults()
    rewards = [entry.record for entry in said(result, "RewardPaid")]
    barks = {each.calls[0].account: each.gain for _, _, each in sent if type(each.calls[0]) is BarkCall}

    assert len(barks) == len(rewards) > 5
    assert sorted(barks.values()) == sorted(reward.amount * 10**18 // RAD for reward in rewards)


def test_a_take_pays_the_price_that_was_foreseen_or_less():
    result, sent = in_vaults()
    takes = [(each.calls[0], each.paid) for _, _, each in sent if type(each.calls[0]) is TakeCall]
    taken = [entry.record for entry in said(result, "AuctionTaken")]

    assert len(taken) > 3
    for one in taken:
        assert any(
            (one.sale, one.bought) == (call.sale, call.amount) and one.price <= call.max_price and one.paid <= paid for call, paid in takes
        )
    assert any(one.price == call.max_price and one.paid == paid for one in taken for call, paid in takes)


@attrs.define
class Asking:
    """Asks the same in several ways, and keeps the answers."""

    answers: ClassVar[list[dict[str, Any]]] = []
    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        pool, venue, amm = desk.connections.pools[0], desk.connections.venues[0], desk.connections.amms[0]
        instrument, view = desk.connections.terms[venue].instrument, desk.amm(amm)
        found = liquidations(desk, pool, venue)
        dear, careful = liquidations(desk, pool, venue, gas_price=90 * GWEI), liquidations(desk, pool, venue, haircut_bps=100)
        if not found or view is None:
            return []
        swap = view.swap_of(instrument.base.id, 10**18)
        self.answers.append(
            {
                "profits": [each.profit for each in found],
                "gas": [(each.gas, each.gas_cost) for each in dear],
                "gains": (found[0].gain, careful[0].gain),
                "book": (sale_in_book(desk, venue, 3 * 10**18), desk.sale(venue, instrument.lots_down(3 * 10**18))),
                "amm": (sale_in_amm(desk, amm, instrument.base.id, 10**18), swap.amount_out if swap else 0),
                "poor": liquidations(desk, pool, venue, dict.fromkeys(funds_of(desk), 0)),
            }
        )
        return []


def test_sums_agree_with_each_other():
    Asking.answers.clear()
    keys = {"agents.seizer.strategy": f"{__name__}:Asking", "agents.seizer.parameters": {}, "agents.seizer.count": 1}
    run(families({**keys, "agents.seizer.amms": ["pair"], "run.duration": "60 s"}), tape="none")

    assert len(Asking.answers) > 3
    for told in Asking.answers:
        assert told["profits"] == sorted(told["profits"], reverse=True)
        assert all(cost > 0 for _, cost in told["gas"]) and len({cost * 10**6 // gas for gas, cost in told["gas"]}) == 1
        assert told["gains"][0] > told["gains"][1]
        assert told["book"][0] == told["book"][1] > 0
        assert told["amm"][0] == told["amm"][1] > 0
        assert told["poor"] == []
