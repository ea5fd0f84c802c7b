"""A vow and its house without any vaults: debt as a test has it seized, money as a test hands it out, one tx at a time."""

from typing import Any

import attrs

from sim.assets import Asset
from sim.auction.debt_views import DebtSaleView
from sim.auction.flopper import Flopper
from sim.auction.vow import Vow
from sim.chain.contract import BlockHead, Buffer, CallContext, Contract, answer
from sim.commands import BidDownCall, HealCall, ReleaseDebtCall, StartDebtAuctionCall
from sim.errors import Revert
from sim.ledger import Ledger
from sim.lending.vault.engine import VaultEngine
from sim.units import RAD, WAD, Gas, Party, Place, Rad, Seconds, Units
from sim.vocabulary import Refusal

DAI, INTERNAL, MKR = Asset(1, "DAI", 18), Asset(2, "DAI/internal", 45), Asset(3, "MKR", 18)
CHAIN, ENGINE, VOW, HOUSE = 100, 101, 102, 103
ALICE, BOB, KEEPER, OWNER = 201, 202, 203, 204
OPENED: Seconds = 1_583_971_200
WAIT: Seconds = 561_600
"""Six and a half days."""
LOT: Rad = 50_000 * RAD
OFFER: Units = 250 * WAD
INCREMENT, PAD = 105 * WAD // 100, 150 * WAD // 100
BID_LIFETIME, AUCTION_LIFETIME = 3 * 3_600, 2 * 86_400


@attrs.define(eq=False)
class World:
    """The vow, its house, the books."""

    ledger: Ledger
    engine: VaultEngine
    house: Flopper
    vow: Vow
    now: Seconds = OPENED
    said: list[tuple[Any, Place, Party, tuple[int, ...]]] = attrs.field(factory=list)
    """What the last tx that succeeded said: cause, place, party, row."""
    told: int = 0
    gas: Gas = 0
    """Of the last tx, refused or not."""

    def execute(self, sender: Party, place: Place, call: Any, gas_limit: Gas = 10**6) -> Refusal:
        """Carry one tx out; return why it reverted, or NONE."""
        return self._within(sender, place, lambda context: answer(call, context), gas_limit)

    def seize(self, rad: Rad) -> None:
        """Let a vault with so much debt be seized: its owner has spent the money long ago."""

        def act(context: CallContext) -> Gas:
            self.engine.suck(VOW, OWNER, rad)
            self.vow.fess(context, rad)
            return 0

        assert not self._within(KEEPER, VOW, act, 10**6)

    def raise_money(self, rad: Rad) -> None:
        """Let an auction of collateral bring money in."""
        self.engine.open_surplus(VOW, rad)

    def fund(self, party: Party, rad: Rad) -> None:
        self.engine.open_surplus(party, rad)

    def money(self, party: Party) -> Rad:
        return self.engine.internal_of(party)

    def issued(self, party: Party) -> Units:
        return self.ledger.balance(MKR.id, self.ledger.open(party, CHAIN))

    def sale(self, number: int = 1) -> DebtSaleView:
        return self.house.sales[number]

    def release(self, since: Seconds) -> Refusal:
        return self.execute(KEEPER, VOW, ReleaseDebtCall(since))

    def heal(self, rad: Rad) -> Refusal:
        return self.execute(KEEPER, VOW, HealCall(rad))

    def start(self) -> Refusal:
        return self.execute(KEEPER, VOW, StartDebtAuctionCall())

    def bid(self, party: Party, lot: Units, sale: int = 1, bid: Rad = LOT) -> Refusal:
        return self.execute(party, HOUSE, BidDownCall(sale, lot, bid))

    def rows(self, record: Any) -> list[Any]:
        """Return what the last tx said of one kind, as records."""
        return [record(*row[1:]) for _, _, _, row in self.said if row[0] == record.kind]

    def check(self) -> None:
        for each in (self.engine, self.vow, self.house):
            each._check()
        self.ledger.check()

    def _within(self, sender: Party, place: Place, act: Any, gas_limit: Gas) -> Refusal:
        journal, buffer = self.ledger.journal, Buffer(first=self.told + 1)
        contracts: dict[Place, Contract] = {VOW: self.vow, HOUSE: self.house}
        context = CallContext(BlockHead(1, self.now, 0, 0), 1, sender, sender, place, contracts, journal, buffer)
        mark, refusal = journal.begin(), Refusal.NONE
        try:
            self.gas = act(context)
            if self.gas > gas_limit:
                raise Revert(Refusal.OUT_OF_GAS)
            self.said = buffer.rows
            self.told += len(buffer.rows)
        except Revert as revert:
            journal.rollback(mark)
            refusal, self.gas = revert.reason, context.spent
        journal.commit()
        return refusal


def build(wait: Seconds = WAIT) -> World:
    """Return a system without any debt."""
    ledger = Ledger()
    for asset in (DAI, INTERNAL, MKR):
        ledger.add_asset(asset)
    engine = VaultEngine(ENGINE, CHAIN, ledger, DAI.id, INTERNAL.id)
    house = Flopper(HOUSE, engine, MKR.id, INCREMENT, PAD, BID_LIFETIME, AUCTION_LIFETIME)
    return World(ledger, engine, house, Vow(VOW, engine, wait, LOT, OFFER, house))


def in_debt(rad: Rad = LOT) -> World:
    """Return a system with this much bad debt: seized, and released at once."""
    world = build(wait=0)
    world.seize(rad)
    assert not world.release(OPENED)
    return world


def on_sale(rad: Rad = LOT) -> World:
    """Return a system whose first debt auction has begun; Alice and Bob have money for two each."""
    world = in_debt(rad)
    assert not world.start()
    for party in (ALICE, BOB):
        world.fund(party, 2 * LOT)
    return world
