"""A chain that executes one tx at a time for one issuer: money, a claim on it, and people who have some of each."""

from typing import Any

import attrs

from sim.assets import Asset
from sim.chain.contract import BlockHead, Buffer, CallContext
from sim.chain.till import Till
from sim.claims.stable.contract import StableIssuer
from sim.claims.stable.hours import Hours
from sim.claims.stable.opening import back_coins
from sim.claims.stable.rules import StableTerms
from sim.claims.staking.contract import Staking, StakingTerms
from sim.claims.staking.opening import back_shares
from sim.ledger import Ledger
from sim.units import WAD, Gas, Party, Place, Seconds, Units, Wad
from sim.vocabulary import Refusal
from tests.support.one_tx import carried_out

ETH, STETH = Asset(1, "ETH", 18), Asset(2, "stETH", 18)
USD, USDC = Asset(3, "USD", 2), Asset(4, "USDC", 6)
CHAIN, ISSUER, VALIDATORS, FROZEN, ORACLE, FEES = 100, 101, 102, 103, 104, 105
ALICE, BOB, CAROL = 201, 202, 203
PEOPLE = (ALICE, BOB, CAROL)
START: Seconds = 1_700_000_000
FRAME: Seconds = 86_400
ONE = 10**18


@attrs.define
class World:
    """One issuer and its chain."""

    ledger: Ledger
    issuer: Any
    now: Seconds = START
    said: list[tuple[Any, Place, Party, tuple[int, ...]]] = attrs.field(factory=list)
    """What the last tx that succeeded said."""

    def execute(self, sender: Party, call: Any) -> Gas | Refusal:
        """Carry one tx out; return its gas, or why it reverted."""
        journal, buffer = self.ledger.journal, Buffer(first=1)
        context = CallContext(BlockHead(1, self.now, 0, 0), 1, sender, sender, ISSUER, {ISSUER: self.issuer}, journal, buffer)
        gas = carried_out(call, context)
        if isinstance(gas, Refusal):
            return gas
        self.said = buffer.rows
        return gas

    def rows(self, record: Any) -> list[Any]:
        """Return what the last tx said of one kind, as records."""
        return [record(*row[1:]) for _, _, _, row in self.said if row[0] == record.kind]

    def of(self, party: Party, asset: Asset) -> Units:
        """Return what a party has on the chain."""
        return self.ledger.balance(asset.id, self.ledger.open(party, CHAIN))

    def state(self) -> Any:
        """Return everything that a call could have changed, to compare."""
        owners = self.ledger.owners
        kept = {(asset, *owners[purse]): each for asset, units in self.ledger.balances.items() for purse, each in enumerate(units) if each}
        mutable = attrs.asdict(self.issuer, recurse=False, filter=lambda field, _: field.name not in ("till", "validators", "frozen"))
        return kept, {name: dict(value) if isinstance(value, dict) else value for name, value in mutable.items()}

    def check(self) -> None:
        self.issuer._check()
        self.ledger.check()


def purses(*riches: tuple[Asset, Units]) -> Ledger:
    """Return a ledger in which everybody has so much of each asset."""
    ledger = Ledger()
    for asset, units in riches:
        ledger.add_asset(asset)
        for party in PEOPLE:
            ledger.mint(asset.id, ledger.open(party, CHAIN), units)
    return ledger


def stake(money: Units = 1_000 * ONE, shares: Units = 100 * ONE, rate: Wad = WAD, buffered: Units = 0, **terms: Any) -> World:
    """Return a staking contract of a reward-free, fee-free kind unless told otherwise; everybody has money and shares."""
    ledger = purses((ETH, money), (STETH, shares))
    plain: dict[str, Any] = {
        "yearly": 0,
        "fee": 0,
        "frame": FRAME,
        "exits": 50 * ONE,
        "exit_delay": 0,
        "reserve": 0,
        "margin": 0,
        "most_request": 1_000 * ONE,
    }
    fixed = StakingTerms(ETH, STETH, ORACLE, FEES, **(plain | terms))
    staking = Staking(Till(ledger, CHAIN, ISSUER), Till(ledger, CHAIN, VALIDATORS), fixed, START, START + FRAME)
    back_shares(staking, rate, buffered)
    return World(ledger, staking)


def mint(money: Units = 10**9, coins: Units = 10**12, reserves: Units | None = None, hours: Hours | None = None, **terms: Any) -> World:
    """Return an issuer of a coin with six decimals for money with two; everybody has both."""
    ledger = purses((USD, money), (USDC, coins))
    fixed = StableTerms(USD, USDC, **terms)
    issuer = StableIssuer(Till(ledger, CHAIN, ISSUER), Till(ledger, CHAIN, FROZEN), fixed, hours or Hours())
    back_coins(issuer, reserves)
    return World(ledger, issuer)
