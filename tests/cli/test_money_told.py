"""Debts told in the money that they are owed in: a system's own where its vaults fall, the base currency of other pools."""

import attrs

from sim.cli.telling import Teller
from sim.facts import PoolFacts
from sim.names import Names
from tests.support.auction_tapes import AUCTION_FACTS, DAI, VAULTS

NAMES = Names.from_json({"names": {str(DAI): "DAI"}, "blocks": []})


def test_debt_of_vaults_is_told_in_their_money():
    teller = Teller(attrs.evolve(AUCTION_FACTS, pools=()), NAMES)

    assert (teller.base_currency(5_500 * 10**8, VAULTS), teller.base_currency(5_500 * 10**8)) == ("5,500 DAI", "5,500 DAI")


def test_debt_of_another_pool_is_told_in_its_base_currency():
    lender = PoolFacts(90, "lender", {}, {})
    teller = Teller(attrs.evolve(AUCTION_FACTS, pools=(lender,)), NAMES)

    told = [teller.base_currency(5_500 * 10**8, place) for place in (VAULTS, 90, 0)]

    assert told == ["5,500 DAI", "5,500 USD", "5,500 USD"]
