"""For each key of amms and of lenders beside pools and vaults, a value that makes ``families.toml`` another world; as in ``changes``."""

from typing import Any

from tests.worlds.change import Change
from tests.worlds.pocket_vaults import Keys

WORLD = "families.toml"


def of(path: str, value: Any, also: Keys | None = None) -> Change:
    """Return a change of the world of families."""
    return Change(path, value, also or {}, WORLD)


NARROW = {"kind": "uniform", "low": 1.001, "high": 1.02}
TYPED_PRICE: Keys = {"comet.new.collaterals.ETH.feed": None, "comet.new.collaterals.ETH.price": "2_000 USDC/ETH"}
PRICED_BASE: Keys = {"comet.new.price": None, "comet.new.feed": "eth_usd", "comet.new.accounts": [], "comet.new.population.health": NARROW}
PRICED_LOAN: Keys = {"morpho.blue.loan_price": None, "morpho.blue.loan_feed": "eth_usd", "morpho.blue.population.health": NARROW}
TYPED_COLLATERAL: Keys = {"morpho.blue.collateral_feed": None, "morpho.blue.collateral_price": "2_000 USDC/ETH"}
PRICED_MONEY: Keys = {"llamma.bands.money_price": None, "llamma.bands.money_feed": "eth_usd", "llamma.bands.accounts": []}
TYPED_BANDS: Keys = {"llamma.bands.collateral_feed": None, "llamma.bands.collateral_price": "2_000 USDC/ETH"}
FIXED_RATE: Keys = {"morpho.blue.rate": {"kind": "fixed", "yearly": "4 %"}}
PEG_RATE: Keys = {"llamma.bands.rate": {"kind": "peg"}, "llamma.bands.money_price": "0.99 USDC/USDC"}
USED: Keys = {"compound.old.markets.USDC.liquidity": "120_000 USDC", "compound.old.markets.USDC.rate.kink": "50 %"}
FULL: Keys = {"euler.kit.assets.USDC.liquidity": "120_000 USDC"}
BOTH_WAYS: Keys = {
    "euler.first.assets.ETH.liquidity": "500 ETH",
    "euler.first.population.loans": [{"collateral": "ETH", "debt": "USDC"}, {"collateral": "USDC", "debt": "ETH"}],
}
AS_KIT: Keys = {
    "euler.first.pairs": [{"debt": "USDC", "collateral": "ETH", "ltv": "80 %", "threshold": "85 %"}],
    "euler.first.assets.ETH.collateral_factor": "0 %",
    "euler.first.assets.USDC.collateral_factor": "0 %",
}
SOFT: Keys = {
    "world.price.waypoints": [{"at": "0 s", "price": "2_000 USDC/ETH"}, {"at": "4 min", "price": "1_900 USDC/ETH"}],
    "llamma.bands.fee": "0.1 %",
}
CRASH: Keys = {
    "world.price.waypoints": [
        {"at": "0 s", "price": "2_000 USDC/ETH"},
        {"at": "35 s", "price": "2_000 USDC/ETH"},
        {"at": "40 s", "price": "900 USDC/ETH"},
        {"at": "4 min", "price": "900 USDC/ETH"},
    ],
}
RICH: Keys = {**CRASH, "agents.seizer.chain_funds": ["300_000 USDC", "3 ETH"]}

OF_AMMS = {
    "amms.constant_product.protocol": of("amms.pair.protocol", None),
    "amms.constant_product.liquidity.amounts": of("amms.pair.liquidity.0.amounts", ["510 ETH", "1_020_000 USDC"]),
    "amms.concentrated.price": of("amms.ranges.price", "2_010 USDC/ETH"),
    "amms.concentrated.fee": of("amms.ranges.fee", "0.05 %"),
    "amms.concentrated.spacing": of("amms.ranges.spacing", 200),
    "amms.concentrated.observations": of("amms.ranges.observations", 1),
    "amms.concentrated.protocol": of("amms.ranges.protocol", None),
    "amms.concentrated.protocol_part": of("amms.ranges.protocol_part", 4),
    "amms.concentrated.liquidity.amounts": of("amms.ranges.liquidity.0.amounts", ["310 ETH", "620_000 USDC"]),
    "amms.concentrated.liquidity.low": of("amms.ranges.liquidity.1.low", "1_700 USDC/ETH"),
    "amms.concentrated.liquidity.high": of("amms.ranges.liquidity.1.high", "2_500 USDC/ETH"),
    "amms.stableswap.amplification": of("amms.stable.amplification", 200),
    "amms.stableswap.fee": of("amms.stable.fee", "0.01 %"),
    "amms.stableswap.protocol_part": of("amms.stable.protocol_part", "10 %"),
    "amms.stableswap.liquidity": of("amms.stable.liquidity.0.amounts", ["300_000 USDC", "490_000 DAI"]),
    "amms.stableswap.protocol": of("amms.stable.protocol", None),
}
OF_COMPOUND = {
    "compound.close_factor": of("compound.old.close_factor", "40 %"),
    "compound.bonus": of("compound.old.bonus", "10 %"),
    "compound.seize_share": of("compound.old.seize_share", "5 %"),
    "compound.population": of("compound.old.population.accounts", 13),
    "compound.markets.feed": of("compound.old.markets.ETH.feed", "spare"),
    "compound.markets.price": of("compound.old.markets.USDC.price", "0.99 USDC/USDC"),
    "compound.markets.factor": of("compound.old.markets.ETH.factor", "74 %"),
    "compound.markets.reserve_factor": of("compound.old.markets.USDC.reserve_factor", "90 %"),
    "compound.markets.liquidity": of("compound.old.markets.USDC.liquidity", "1_100_000 USDC"),
    "compound.markets.rate.base": of("compound.old.markets.USDC.rate.base", "4 %"),
    "compound.markets.rate.slope": of("compound.old.markets.USDC.rate.slope", "30 %"),
    "compound.markets.rate.jump": of("compound.old.markets.USDC.rate.jump", "200 %", USED),
    "compound.markets.rate.kink": of("compound.old.markets.USDC.rate.kink", "60 %", USED),
    "compound.markets.borrow_cap": of("compound.old.markets.USDC.borrow_cap", "1_000 USDC"),
    "compound.markets.is_borrowable": of("compound.old.markets.USDC.is_borrowable", False),
    "compound.accounts.collateral": of("compound.old.accounts.compound_anna.collateral", ["11 ETH"]),
    "compound.accounts.debt": of("compound.old.accounts.compound_anna.debt", ["14_400 USDC"]),
}
OF_COMET = {
    "comet.feed": of("comet.new.feed", "spare", PRICED_BASE),
    "comet.price": of("comet.new.price", "0.99 USDC/USDC"),
    "comet.borrow_rate": of("comet.new.borrow_rate.base", "5 %"),
    "comet.store_front": of("comet.new.store_front", "60 %"),
    "comet.target_reserves": of("comet.new.target_reserves", "200_000 USDC", {"comet.new.reserves": "60_000 USDC"}),
    "comet.min_debt": of("comet.new.min_debt", "5_000 USDC"),
    "comet.liquidity": of("comet.new.liquidity", "1_100_000 USDC"),
    "comet.reserves": of("comet.new.reserves", "2_000 USDC"),
    "comet.population": of("comet.new.population.accounts", 13),
    "comet.accounts": of("comet.new.accounts.comet_anna.debt", ["15_100 USDC"]),
    "comet.collaterals.feed": of("comet.new.collaterals.ETH.feed", "spare"),
    "comet.collaterals.price": of("comet.new.collaterals.ETH.price", "2_100 USDC/ETH", TYPED_PRICE),
    "comet.collaterals.ltv": of("comet.new.collaterals.ETH.ltv", "10 %"),
    "comet.collaterals.supply_cap": of("comet.new.collaterals.ETH.supply_cap", "1 ETH"),
    "comet.collaterals.threshold": of("comet.new.collaterals.ETH.threshold", "86 %"),
    "comet.collaterals.liquidation_factor": of("comet.new.collaterals.ETH.liquidation_factor", "94 %"),
    "comet.supply_rate.base": of("comet.new.supply_rate.base", "1 %"),
    "comet.supply_rate.low": of("comet.new.supply_rate.low", "20 %"),
    "comet.supply_rate.high": of("comet.new.supply_rate.high", "90 %", {"comet.new.supply_rate.kink": "5 %"}),
    "comet.supply_rate.kink": of("comet.new.supply_rate.kink", "5 %"),
}
OF_MORPHO = {
    "morpho.collateral_feed": of("morpho.blue.collateral_feed", "spare"),
    "morpho.collateral_price": of("morpho.blue.collateral_price", "2_100 USDC/ETH", TYPED_COLLATERAL),
    "morpho.loan_feed": of("morpho.blue.loan_feed", "spare", {**PRICED_LOAN, "morpho.blue.accounts": []}),
    "morpho.loan_price": of("morpho.blue.loan_price", "0.99 USDC/USDC"),
    "morpho.lltv": of("morpho.blue.lltv", "87 %"),
    "morpho.fee": of("morpho.blue.fee", "20 %"),
    "morpho.liquidity": of("morpho.blue.liquidity", "1_100_000 USDC"),
    "morpho.rate.adaptive.at_target": of("morpho.blue.rate", {"kind": "adaptive", "at_target": "40 %"}),
    "morpho.rate.fixed.yearly": of("morpho.blue.rate.yearly", "8 %", FIXED_RATE),
    "morpho.population.accounts": of("morpho.blue.population.accounts", 13),
    "morpho.population.size": of("morpho.blue.population.size.debt", "8_100 USDC"),
    "morpho.population.health": of("morpho.blue.population.health.low", 1.04),
    "morpho.population.draws": of("morpho.blue.population.draws", "others"),
    "morpho.accounts.collateral": of("morpho.blue.accounts.morpho_anna.collateral", "11 ETH"),
    "morpho.accounts.debt": of("morpho.blue.accounts.morpho_anna.debt", "16_400 USDC"),
}
OF_EULER = {
    "euler.assets.feed": of("euler.kit.assets.ETH.feed", "spare"),
    "euler.assets.price": of("euler.kit.assets.USDC.price", "0.99 USDC/USDC"),
    "euler.assets.fee": of("euler.kit.assets.USDC.fee", "90 %"),
    "euler.assets.collateral_factor": of("euler.first.assets.ETH.collateral_factor", "89 %"),
    "euler.assets.borrow_factor": of("euler.first.assets.USDC.borrow_factor", "93 %"),
    "euler.assets.most_discount": of("euler.kit.assets.USDC.most_discount", "1 %"),
    "euler.version": Change("euler.first.version", "v2", {}, WORLD, AS_KIT),
    "euler.assets.is_isolated": of("euler.first.assets.USDC.is_isolated", True),
    "euler.assets.cool_off": of("euler.kit.assets.USDC.cool_off", "4 min"),
    "euler.assets.is_socialised": of("euler.kit.assets.USDC.is_socialised", False, RICH),
    "euler.assets.supply_cap": of("euler.kit.assets.ETH.supply_cap", "1 ETH"),
    "euler.assets.borrow_cap": of("euler.kit.assets.USDC.borrow_cap", "1_000 USDC"),
    "euler.assets.liquidity": of("euler.kit.assets.USDC.liquidity", "1_100_000 USDC"),
    "euler.assets.rate.base": of("euler.kit.assets.USDC.rate", {"base": "2 %"}),
    "euler.assets.rate.at_kink": of("euler.kit.assets.USDC.rate", {"at_kink": "40 %"}),
    "euler.assets.rate.at_full": of("euler.kit.assets.USDC.rate", {"at_full": "200 %"}, FULL),
    "euler.assets.rate.kink": of("euler.kit.assets.USDC.rate", {"kink": "5 %"}),
    "euler.pairs.ltv": of("euler.kit.pairs.0.ltv", "10 %"),
    "euler.population.loans.weight": of("euler.first.population.loans.0.weight", 3, BOTH_WAYS),
    "euler.pairs.threshold": of("euler.kit.pairs.0.threshold", "86 %"),
    "euler.population.accounts": of("euler.kit.population.accounts", 13),
    "euler.population.size": of("euler.kit.population.size.debt", "8_100 USDC"),
    "euler.population.health": of("euler.kit.population.health.low", 1.04),
    "euler.population.draws": of("euler.kit.population.draws", "others"),
    "euler.accounts.collateral": of("euler.kit.accounts.euler_anna.collateral", ["11 ETH"]),
    "euler.accounts.debt": of("euler.kit.accounts.euler_anna.debt", ["15_400 USDC"]),
}
OF_LIQUITY = {
    "liquity.feed": of("liquity.troves.feed", "spare"),
    "liquity.fallback": of("liquity.troves.fallback", None, CRASH),
    "liquity.base_rate": of("liquity.troves.base_rate", "1 %"),
    "liquity.no_redemption": of("liquity.troves.no_redemption", "4 min"),
    "liquity.deposits.amount": of("liquity.troves.deposits.trove_berta.amount", "16_000 LUSD"),
    "liquity.population.accounts": of("liquity.troves.population.accounts", 21),
    "liquity.population.size": of("liquity.troves.population.size.debt", "5_100 LUSD"),
    "liquity.population.health": of("liquity.troves.population.health.low", 1.04),
    "liquity.population.draws": of("liquity.troves.population.draws", "others"),
    "liquity.accounts.collateral": of("liquity.troves.accounts.trove_anna.collateral", "11 ETH"),
    "liquity.accounts.debt": of("liquity.troves.accounts.trove_anna.debt", "15_900 LUSD"),
}
OF_LLAMMA = {
    "llamma.collateral_feed": of("llamma.bands.collateral_feed", "spare"),
    "llamma.collateral_price": of("llamma.bands.collateral_price", "2_100 USDC/ETH", TYPED_BANDS),
    "llamma.money_feed": of("llamma.bands.money_feed", "spare", {**PRICED_MONEY, **TYPED_BANDS}),
    "llamma.money_price": of("llamma.bands.money_price", "0.99 USDC/USDC"),
    "llamma.average": of("llamma.bands.average", "40 s"),
    "llamma.amplification": of("llamma.bands.amplification", 90),
    "llamma.fee": of("llamma.bands.fee", "3 %", SOFT),
    "llamma.loan_discount": of("llamma.bands.loan_discount", "10 %"),
    "llamma.liquidation_discount": of("llamma.bands.liquidation_discount", "5 %"),
    "llamma.rate.flat.yearly": of("llamma.bands.rate", {"kind": "flat", "yearly": "90 %"}),
    "llamma.rate.peg.at_one": of("llamma.bands.rate.at_one", "60 %", PEG_RATE),
    "llamma.rate.peg.sigma": of("llamma.bands.rate.sigma", "1 %", PEG_RATE),
    "llamma.liquidity": of("llamma.bands.liquidity", "1_100_000 USDC"),
    "llamma.population.accounts": of("llamma.bands.population.accounts", 9),
    "llamma.population.size": of("llamma.bands.population.size.debt", "8_100 USDC"),
    "llamma.population.health": of("llamma.bands.population.health.low", 1.06),
    "llamma.population.bands": of("llamma.bands.population.bands", 6),
    "llamma.population.draws": of("llamma.bands.population.draws", "others"),
    "llamma.accounts.collateral": of("llamma.bands.accounts.bands_anna.collateral", "11 ETH"),
    "llamma.accounts.debt": of("llamma.bands.accounts.bands_anna.debt", "16_900 USDC"),
    "llamma.accounts.bands": of("llamma.bands.accounts.bands_anna.bands", 5),
}
OF_AGENTS = {"agents.amms": of("agents.arbitrageur.amms", ["pair"])}
FAMILY_CHANGES: dict[str, Change] = {
    **OF_AMMS,
    **OF_COMPOUND,
    **OF_COMET,
    **OF_MORPHO,
    **OF_EULER,
    **OF_LIQUITY,
    **OF_LLAMMA,
    **OF_AGENTS,
}
