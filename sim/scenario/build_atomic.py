"""Building lenders for the length of a tx, and the auctions of feeds' updates; and what agents know of who lends so."""

from sim.agents.connections import FlashTerms
from sim.amm.concentrated.contract import ConcentratedAmm
from sim.chain.bundles import UpdateTerms
from sim.chain.till import Till
from sim.composites import FlashLoanCall
from sim.custody.flash_lender import FlashLender
from sim.lending.vault.engine import VaultEngine
from sim.lending.vault.flash import FlashMint
from sim.records import Minted
from sim.scenario.build_market import units_of
from sim.scenario.parts import Parts
from sim.scenario.spec.atomic import FlashLenderSpec, OevSpec
from sim.scenario.spec.vaults import VaultsSpec
from sim.units import Place, Ppm

PPM_PER_BPS = 100


def add_flash_lender(parts: Parts, spec: FlashLenderSpec) -> None:
    """Build a lender with what lies in it, and put it on the chain."""
    place = parts.names.intern(spec.name)
    till = Till(parts.ledger, parts.chain.place, place)
    held = dict(units_of(parts, amount) for amount in spec.liquidity)
    for asset, units in held.items():
        parts.ledger.mint(asset, parts.ledger.open(place, parts.chain.place), units)
        parts.tape.append(0, parts.start, place, place, (Minted.kind, asset, units))
    lender = FlashLender(till, tuple(held), spec.fee)
    parts.chain.register(place, lender)
    parts.flash_lenders[place] = lender


def add_flash_mint(parts: Parts, spec: VaultsSpec, engine: VaultEngine) -> None:
    """Build a vault system's flash mint, where it has one, at ``<name>/flash``."""
    if spec.flash_mint is not None:
        place = parts.names.intern(f"{spec.name}/flash")
        mint = FlashMint(place, engine, units_of(parts, spec.flash_mint)[1])
        parts.chain.register(place, mint)
        parts.flash_lenders[place] = mint


def offer_updates(parts: Parts, feed: Place, spec: OevSpec | None) -> None:
    """Have the right to follow a feed's updates auctioned, where that is asked for."""
    if spec is not None:
        beneficiary = parts.names.intern(spec.beneficiary)
        parts.chain.offer_updates(feed, UpdateTerms(spec.window, beneficiary, spec.share))


def flash_terms(parts: Parts) -> dict[Place, FlashTerms]:
    """Return who lends for the length of a tx, and for what. How much there is of an asset is another question."""
    found = {}
    for place, contract in parts.chain.contracts.items():
        if FlashLoanCall in contract.calls:
            found[place] = FlashTerms(place, _fee(parts, place, contract), *_limits(contract))
    return found


def _fee(parts: Parts, place: Place, contract: object) -> Ppm:
    if isinstance(contract, FlashLender | ConcentratedAmm):
        return contract.fee
    pool = parts.pools.get(place)
    return 0 if pool is None else pool.state.terms.flash_premium * PPM_PER_BPS


def _limits(contract: object) -> tuple[dict[int, int]]:
    """Return what a lender has of each asset, where that does not change but by its fees; empty where a view shows it."""
    if isinstance(contract, FlashLender):
        return ({asset: contract.till.held(asset) for asset in contract.assets},)
    return ({contract.engine.money: contract.most},) if isinstance(contract, FlashMint) else ({},)
