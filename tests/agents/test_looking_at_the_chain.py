"""What a desk shows of txs that wait: as late as its latency, never what is private, and prices that then come true."""

from decimal import Decimal
from typing import Any

import attrs
import pytest

from sim.errors import StrategyError
from sim.latency import Constant
from sim.records import PricePosted, TxDropped, TxEnclosed, TxIncluded, TxPending, TxReplaced, TxReverted
from sim.scenario.run import run
from sim.scenario.spec.agents import AgentSpec
from sim.scenario.values import Amount
from sim.units import MILLISECOND
from tests.agents.lookers import Looker
from tests.worlds.pocket import pocket

LATENCY = 700 * MILLISECOND
LEAVE = (TxReplaced, TxDropped, TxIncluded, TxReverted)


@attrs.frozen
class Seen:
    """A run in which somebody looked: diary, tape by kind, and who looked."""

    diary: list[tuple[Any, ...]]
    entries: list[Any]
    me: int


@pytest.fixture(scope="module")
def seen() -> Seen:
    scenario = pocket({"run.duration": "2 min"})
    looker = AgentSpec(
        name="looker",
        strategy="tests.agents.lookers:Looker",
        venues=("venue",),
        pools=("pool",),
        feeds=("ETH-USD",),
        chain_funds=(Amount(Decimal(300_000), "USDC"), Amount(Decimal(5), "ETH")),
        latency=Constant(LATENCY),
    )
    Looker.diary.clear()
    result = run(attrs.evolve(scenario, agents=(*scenario.agents, looker)))
    (me,) = [agent.party for agent in result.facts.agents if agent.name == "looker"]
    return Seen(list(Looker.diary), list(result.tape.entries()), me)


def test_the_mempool_is_the_public_one_of_a_latency_ago(seen):
    private = [each.record.tx for each in seen.entries if isinstance(each.record, TxPending) and is_liquidation(seen, each)]
    arrived = {each.record.tx: each.at for each in seen.entries if isinstance(each.record, TxPending) and each.record.tx not in private}
    left = {each.record.tx: each.at for each in seen.entries if isinstance(each.record, LEAVE)}

    looks = {now: waiting for now, _, _, _, waiting, _, _ in seen.diary}
    for now, waiting in looks.items():
        instant = now - LATENCY
        assert waiting == tuple((tx, at) for tx, at in arrived.items() if at <= instant < left.get(tx, instant + 1))
    assert sum(map(len, looks.values())) > 10 and len(private) > 3


def is_liquidation(seen: Seen, pending: Any) -> bool:
    """Say whether a tx went to a pool: in this world, those alone are private."""
    pools = [each.place for each in seen.entries if type(each.record).__name__ == "Liquidated"]
    return pending.record.contract in pools


def test_news_of_private_txs_reaches_their_sender_alone(seen):
    private = [each for each in seen.entries if isinstance(each.record, TxPending) and is_liquidation(seen, each)]
    heard = [(tx, is_own) for _, kind, tx, is_own, *_ in seen.diary if kind == TxPending.kind]

    others = [each.record.tx for each in private if each.party != seen.me]
    last = seen.entries[-1].at - LATENCY
    own = [each.record.tx for each in private if each.party == seen.me and each.at <= last]
    assert others and own
    assert not [tx for tx, _ in heard if tx in others]
    assert [tx for tx, is_own in heard if is_own] == own


def test_the_price_that_was_to_come_came(seen):
    posted = {by_tx(seen, each): each.record.price for each in seen.entries if isinstance(each.record, PricePosted) and each.party}
    foreseen = {coming.tx: coming.price for *_, coming, _ in seen.diary if coming is not None}

    assert len(foreseen) > 3
    assert {tx: posted[tx] for tx in foreseen} == foreseen


def by_tx(seen: Seen, entry: Any) -> int:
    """Return the tx that brought an entry about."""
    included = seen.entries[entry.cause - 1].record
    assert isinstance(included, TxIncluded)
    return included.tx


def test_own_txs_are_told_with_their_fate_a_latency_later(seen):
    kinds = {TxPending: "waiting", TxIncluded: "included", TxReverted: "reverted", TxDropped: "dropped"}
    own = [each for each in seen.entries if each.party == seen.me and isinstance(each.record, (*kinds, TxEnclosed))]

    for now, *_, told in seen.diary:
        stood = {each.record.tx: kinds[type(each.record)] for each in own if each.at <= now - LATENCY}
        assert dict(told) == stood
    assert len(seen.diary[-1][6]) > 2


def test_who_does_not_say_that_it_looks_sees_nothing(monkeypatch):
    monkeypatch.setattr(Looker, "sees", ("own_txs",))
    keys = {"agents.keeper.strategy": "tests.agents.lookers:Looker", "agents.keeper.parameters": {}, "run.duration": "10 s"}

    with pytest.raises(StrategyError, match=r'keeper/0 does not look at that; add the class attribute sees = \("mempool",\)'):
        run(pocket(keys))


def test_looking_changes_nobody_elses_tape():
    """Neither what is kept for a looker nor its looks leave a trace."""
    keys = {"agents.keeper.strategy": "tests.worlds.minds:Listener", "agents.keeper.parameters": {}, "run.duration": "30 s"}
    plain = run(pocket(keys), tape="none").digest
    watching = run(pocket({**keys, "agents.keeper.strategy": "tests.agents.lookers:WatchingListener"}), tape="none").digest

    assert plain == watching
