"""Every figure of a summary: which keys, which numbers, in which asset."""

from sim.experiment.every_figure import keys_of, numbers_of, unit_of

CALM = {"liquidations": 0, "bad_debt": "0 USDC", "drawdown_bps": 12.5, "ratios": [], "sale_price": None, "note": "a word or two"}
ROUGH = {
    "liquidations": 2,
    "bad_debt": {"USDC": "1.5 USDC", "DAI": "2 DAI"},
    "drawdown_bps": 80,
    "ratios": [0.5],
    "sale_price": "7 USDC",
    "keepers": {"keeper/0": {"USDC": {"profit": "-3 USDC"}}},
}


def test_amounts_of_several_assets_are_figures_asset_by_asset_and_words_are_none():
    keys = keys_of([CALM, ROUGH])

    expected = ["drawdown_bps", "liquidations", "bad_debt.DAI", "bad_debt.USDC", "keepers.keeper/0.USDC.profit", "ratios.0", "sale_price"]
    assert keys == expected


def test_what_a_run_does_not_have_is_none_and_what_nobody_did_is_zero():
    keys = keys_of([CALM, ROUGH])

    calm = numbers_of({**CALM, "keepers": {}}, keys, ["keeper/0"])
    rough = numbers_of(ROUGH, keys)

    assert list(calm.values()) == [12.5, 0, 0, 0, 0, None, None]
    assert list(rough.values()) == [80, 2, 2, 1.5, -3, 0.5, 7]


def test_a_figure_in_money_says_its_asset():
    units = [unit_of([CALM, ROUGH], key) for key in ("liquidations", "bad_debt.DAI", "keepers.keeper/0.USDC.profit", "sale_price")]

    assert units == ["", "DAI", "USDC", "USDC"]
