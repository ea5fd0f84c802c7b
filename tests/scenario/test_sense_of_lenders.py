"""Lenders and amms that make no sense are refused with a remedy, by the path of what is wrong."""

import pytest

from sim.errors import ScenarioError
from tests.worlds.pocket_families import families

MOMENT = "is no whole number of seconds, which is all that a contract counts; give whole seconds"


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"euler.kit.assets.USDC.cool_off": "1500 ms"}, f"euler.kit.assets.USDC.cool_off {MOMENT}"),
        ({"liquity.troves.no_redemption": "1500 ms"}, f"liquity.troves.no_redemption {MOMENT}"),
        ({"llamma.bands.average": "1500 ms"}, f"llamma.bands.average {MOMENT}"),
        ({"compound.old.markets.ETH.feed": None}, "compound.old.markets.ETH needs a feed or a fixed price, one of the two"),
        ({"morpho.blue.loan_feed": "spare"}, "morpho.blue needs a loan_feed or a fixed loan_price, one of the two"),
        ({"morpho.blue.loan": "ETH"}, "morpho.blue.loan is ETH, which is its collateral too; give another asset"),
        ({"llamma.bands.money": "ETH"}, "llamma.bands.money is ETH, which is its collateral too; give another asset"),
        ({"liquity.troves.money": "USDC"}, "liquity.troves.money is USDC with 6 decimals; its contracts count 18"),
        ({"comet.new.collaterals.ETH.ltv": "85 %"}, "comet.new.collaterals.ETH.ltv is not below its threshold; give less"),
        ({"comet.new.reserves": "1 ETH"}, 'comet.new.reserves is "1 ETH"; give it in USDC'),
        ({"compound.old.markets.USDC.borrow_cap": "1 ETH"}, 'compound.old.markets.USDC.borrow_cap is "1 ETH"; give it in USDC'),
        ({"euler.kit.pairs.0.collateral": "LUSD"}, "euler.kit.pairs.0.collateral is LUSD, which is no asset of the pool; give ETH or USDC"),
        ({"amms.pair.assets": ["ETH", "ETH"]}, "amms.pair.assets is ETH, ETH; give each asset once"),
        ({"amms.stable.liquidity.0.amounts": ["1 ETH"]}, 'amms.stable.liquidity.0.amounts is "1 ETH"; give it in USDC or DAI'),
    ],
)
def test_what_cannot_be_is_told_with_its_path_and_a_remedy(keys, told):
    with pytest.raises(ScenarioError) as mistakes:
        families(keys)

    assert told in mistakes.value.mistakes
