"""A venue's custody: what counts when, what is refused, and that its wallet has no precedence."""

from typing import Any, cast

import attrs
import pytest

from sim.chain.chain import Chain
from sim.commands import SendTx, TransferCall, Withdraw
from sim.kernel import Kernel
from sim.ledger import Ledger
from sim.names import Names
from sim.records import TransferCredited, TransferRefused, TxReverted, UnitsSent
from sim.scenario.build_market import HOT_WALLET_LATENCY, Door
from sim.scenario.parts import Parts
from sim.streams import Streams, key_of
from sim.tape import Tape
from sim.units import GWEI, Party, Seq
from sim.vocabulary import Refusal
from tests.worlds.pocket_chain import BLOCK, ETHER, PocketChain, keeper, scenario, wall

NO_ASSET = 999


@attrs.define
class Node:
    """Notes whose tx came, and which."""

    arrived: list[tuple[Party, Seq]] = attrs.field(factory=list)

    def arrive(self, message: tuple[Party, Seq, SendTx]) -> None:
        self.arrived.append(message[:2])


def send(world: PocketChain, call: TransferCall) -> None:
    """Have the keeper send a call to the token."""
    token = world.place("token")
    world.world.chain.arrive((world.party("keeper"), 0, SendTx(token, call, GWEI, GWEI, 70_000)))


@pytest.mark.parametrize("confirmations", [0, 1, 3])
def test_a_deposit_counts_once_so_many_blocks_lie_on_top(confirmations):
    world = PocketChain.of([wall(), keeper()], [], custody={"confirmations": confirmations, "delay": "30 s"})
    send(world, TransferCall(world.world.assets["ETH"], world.place("main"), ETHER))

    world.blocks(6)

    (sent,), (credited,) = world.entries(UnitsSent), world.entries(TransferCredited)
    assert (credited.cause, credited.record.amount) == (sent.seq, ETHER)
    assert credited.at - sent.at == confirmations * BLOCK


def test_what_no_asset_is_cannot_be_withdrawn():
    world = PocketChain.of([wall(), keeper()], [])

    world.world.exchanges[world.place("main")].arrive((world.party("keeper"), 0, Withdraw(world.place("main"), NO_ASSET, 5)))

    assert world.records(TransferRefused) == [TransferRefused(NO_ASSET, Refusal.UNKNOWN_ASSET, 5)]


def test_what_no_asset_is_cannot_be_sent():
    world = PocketChain.of([wall(), keeper()], [])
    send(world, TransferCall(NO_ASSET, world.place("main"), 5))

    world.blocks(1)

    assert [each.reason for each in world.records(TxReverted)] == [Refusal.UNKNOWN_ASSET]


def test_a_venues_wallet_wins_a_tie_as_often_as_anybody():
    node = Node()
    parts = Parts(scenario([], []), 1, Kernel(), Tape(), Ledger(), Names(), Streams(1))
    parts.chain = cast(Chain, cast(Any, node))
    venue, rival, instants = parts.names.intern("main"), 9, range(1, 401)
    tx = SendTx(1, TransferCall(1, 1, 1), 1, 1, 70_000)

    for instant in instants:
        parts.kernel.run_until(instant)
        Door(parts).submit((venue, instant, tx))
        parts.kernel.arrive_at(instant + HOT_WALLET_LATENCY, key_of(1, "rival"), node.arrive, (rival, instant, tx))
    parts.kernel.run_until(len(instants) + HOT_WALLET_LATENCY)

    assert [cause for _, cause in node.arrived] == [instant for instant in instants for _ in range(2)]
    assert 150 < [party for party, _ in node.arrived[::2]].count(venue) < 250
