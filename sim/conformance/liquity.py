"""Liquity held to outside cases, through the system that scenarios run.

Every case builds the state it describes and sends calls as a chain would: a refused one is rolled back. A free system's ratio is had by a
second trove that makes it so; troves below the least a door lets in are opened as a run opens its own. What the pool is made to offset
without a trove goes through the step that a liquidation calls.
"""

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from sim.assets import Asset
from sim.chain.contract import BlockHead, Buffer, CallContext
from sim.commands import LiquidateCall, SupplyCall
from sim.conformance.cases import NotCovered
from sim.errors import Revert
from sim.fixed import mul_div_up
from sim.ledger import Ledger
from sim.lending.liquity import rules
from sim.lending.liquity.opening import open_account, open_deposit
from sim.lending.liquity.system import Liquity
from sim.lending.liquity.terms import LiquityTerms
from sim.records.lending import Liquidated
from sim.records.liquity import TroveLiquidated
from sim.units import UINT256_MAX, WAD, Party, Place, Seconds, Units, Wad

Inputs = Mapping[str, Any]
Got = dict[str, Any]

ETH, LUSD = Asset(1, "ETH", 18), Asset(2, "LUSD", 18)
SYSTEM: Place = 10
CHAIN: Place = 11
OWNER, OTHER, DEPOSITOR, KEEPER, STAKING = 20, 21, 22, 23, 24
FIRST: Party = 100
"""Ids of people a case names, in the sequence of their coming."""
OPENED: Seconds = 1_617_580_800
OTHER_DEBT: Units = 10**24
"""So much that the second trove can make any ratio to the unit."""


@attrs.define
class SetPrice:
    """A price that says what a case says."""

    value: Wad

    def fetch(self, timestamp: Seconds) -> Wad:
        """Return the case's price."""
        return self.value

    def last(self) -> Wad:
        """Return the case's price."""
        return self.value


@attrs.define
class Stage:
    """A system and its ledger."""

    system: Liquity
    ledger: Ledger
    now: Seconds = OPENED

    def attempt(self, act: Callable[[CallContext], Any], sender: Party) -> list[tuple[int, ...]]:
        """Carry an act out as a tx; return the rows it said. Raises ``Revert`` after rolling back."""
        journal, buffer = self.ledger.journal, Buffer(1)
        context = CallContext(BlockHead(1, self.now, 0, 0), 1, sender, sender, SYSTEM, {}, journal, buffer)
        mark = journal.begin()
        try:
            act(context)
        except Revert:
            journal.rollback(mark)
            raise
        finally:
            journal.commit()
        return [row for _, _, _, row in buffer.rows]

    def call(self, call: Any, sender: Party) -> list[tuple[int, ...]]:
        """Send one call."""
        return self.attempt(lambda context: self.system.answer(call, context), sender)

    def liquidate(self, party: Party) -> list[tuple[int, ...]]:
        """Liquidate one trove."""
        return self.call(LiquidateCall(party, LUSD.id, ETH.id, UINT256_MAX), KEEPER)


def build(price: Wad = WAD) -> Stage:
    """Return an empty system at a price."""
    ledger = Ledger()
    for asset in (ETH, LUSD):
        ledger.add_asset(asset)
    return Stage(Liquity.of(SYSTEM, CHAIN, LiquityTerms(ETH, LUSD, STAKING), SetPrice(price), ledger, OPENED), ledger)


def power_case(inputs: Inputs) -> Got:
    """Return a power."""
    return {"exact": rules.decimal_power(int(inputs["base"]), int(inputs["n"]))}


def decay_case(inputs: Inputs) -> Got:
    """Return what the system's base rate has decayed to."""
    if int(inputs["minute_decay_factor"]) != rules.MINUTE_DECAY:
        return {"exact": rules.decayed_rate(int(inputs["base_rate"]), int(inputs["seconds"]), int(inputs["minute_decay_factor"]))}
    stage = build()
    stage.system.base_rate = int(inputs["base_rate"])
    later = OPENED + int(inputs["seconds"])
    stage.attempt(lambda _: stage.system.decay(later), OWNER)
    return {"exact": stage.system.base_rate}


def liquidate_case(inputs: Inputs) -> Got:
    """Return what a liquidation does."""
    given = {name: int(inputs[name]) for name in ("coll", "debt", "price", "sp", "tcr")}
    stage = build(given["price"])
    open_account(stage.system, OWNER, given["coll"], given["debt"])
    if int(inputs.get("n_troves", 2)) > 1:
        wanted = mul_div_up(given["tcr"], given["debt"] + OTHER_DEBT, given["price"])
        open_account(stage.system, OTHER, wanted - given["coll"], OTHER_DEBT)
        assert stage.system.book.total_ratio(given["price"]) == given["tcr"]
    assert stage.system.is_recovery(given["price"]) == inputs["recovery"]
    if given["sp"]:
        open_deposit(stage.system, DEPOSITOR, given["sp"])
    own = stage.system.book.ratio(OWNER, given["price"])
    try:
        rows = stage.liquidate(OWNER)
    except Revert:
        return {"icr": own, "liquidated": False}
    told = {row[0]: row for row in rows}
    where = TroveLiquidated(*told[TroveLiquidated.kind][1:])
    return {
        "icr": own,
        "liquidated": not stage.system.book.has(OWNER),
        "branch": _branch(own, bool(where.is_recovery)),
        "coll_gas_comp": Liquidated(*told[Liquidated.kind][1:]).seized,
        "lusd_gas_comp": stage.ledger.balance(LUSD.id, stage.ledger.open(KEEPER, CHAIN)),
        "debt_to_offset": where.offset,
        "coll_to_sp": where.to_pool,
        "debt_to_redistribute": where.redistributed,
        "coll_to_redistribute": where.to_troves,
        "coll_surplus": where.surplus,
    }


def _branch(own: Wad, is_recovery: bool) -> str:
    """Return a branch's name as the cases write it."""
    if not is_recovery:
        return "normal"
    if own <= WAD:
        return "icr<=100"
    return "100<icr<110" if own < rules.MINIMUM_RATIO else "110<=icr<tcr"


def redistribution_case(inputs: Inputs) -> Got:
    """Return the book after each step; at a price of one nobody is worth what is owed."""
    stage, people, steps = build(), dict[str, Party](), list[Got]()
    for op in inputs["ops"]:
        party = people.setdefault(op["trove"], FIRST + len(people))
        if op["op"] == "open":
            open_account(stage.system, party, int(op["coll"]), int(op["debt"]))
        else:
            stage.liquidate(party)
        steps.append(_book(stage.system, people))
    return {"steps": steps}


def _book(system: Liquity, people: Mapping[str, Party]) -> Got:
    book = system.book
    troves = {}
    for name, party in people.items():
        if book.has(party):
            held = book.holding(party)
            troves[name] = {"coll": held.collateral, "debt": held.debt, "stake": book.troves[party].stake}
    return {
        "troves": troves,
        "L_ETH": book.collateral_per_stake,
        "L_LUSDDebt": book.debt_per_stake,
        "lastETHError": book.collateral_error,
        "lastDebtError": book.debt_error,
        "totalStakes": book.total_stakes,
        "stakesSnapshot": book.stakes_then,
        "collSnapshot": book.collateral_then,
    }


def stability_case(inputs: Inputs) -> Got:
    """Return the pool after each step."""
    stage, people, steps = build(), dict[str, Party](), list[Got]()
    for op in inputs["ops"]:
        error = None
        try:
            if op["op"] == "provide":
                _provide(stage, people.setdefault(op["who"], FIRST + len(people)), int(op["amount"]))
            else:
                debt, collateral = int(op["debt"]), int(op["coll"])
                stage.attempt(lambda _, debt=debt, collateral=collateral: stage.system.stability.offset(debt, collateral), KEEPER)  # type: ignore[misc] # A default holds it.
        except Revert as revert:
            error = revert.reason.name
        steps.append({"error": error, **_pool(stage.system, people)})
    return {"steps": steps}


def _provide(stage: Stage, party: Party, amount: Units) -> None:
    stage.ledger.mint(LUSD.id, stage.ledger.open(party, CHAIN), amount)
    stage.call(SupplyCall(LUSD.id, amount), party)


def _pool(system: Liquity, people: Mapping[str, Party]) -> Got:
    pool = system.stability
    return {
        "P": pool.product,
        "scale": pool.scale,
        "epoch": pool.epoch,
        "S": pool.sum_of(pool.epoch, pool.scale),
        "total": pool.total,
        "lastETHError": pool.collateral_error,
        "lastLUSDLossError": pool.loss_error,
        "depositors": {name: {"compounded": pool.compounded(party), "eth_gain": pool.gain(party)} for name, party in people.items()},
    }


CASES: dict[str, Callable[[Inputs], Got]] = {
    "decPow": power_case,
    "decayed_base_rate": decay_case,
    "liquidate": liquidate_case,
    "redistribution": redistribution_case,
    "stability_pool": stability_case,
}


def run_case(case: Mapping[str, Any], document: Mapping[str, Any]) -> Got:
    """Return what our system says to one case, keyed as it is expected."""
    function = CASES.get(case["inputs"]["fn"])
    if function is None:
        raise NotCovered(case["inputs"]["fn"])
    return function(case["inputs"])
