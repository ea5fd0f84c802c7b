import attrs
import pytest

from sim.chain.block_clock import Exponential, Slots
from sim.chain.eras import ERAS, ChainSpec, anachronisms
from sim.units import SECOND


@pytest.mark.parametrize("name", ERAS)
def test_an_era_is_called_by_its_name_and_fits_itself(name):
    spec = ERAS[name]

    assert (spec.era, spec.mistakes(), anachronisms(spec)) == (name, [], [])


def test_eras_have_the_gas_of_their_time():
    assert [spec.gas_limit for spec in ERAS.values()] == [10_000_000, 15_000_000, 30_000_000, 45_000_000]


def test_eras_have_the_clock_of_their_time():
    assert ERAS["ethereum-2020-03"].clock() == Exponential(13_100_000_000)
    assert ERAS["ethereum-2022-11"].clock() == Slots(12 * SECOND, 100)


def test_a_base_fee_in_march_2020_is_an_anachronism():
    mixed = attrs.evolve(ERAS["ethereum-2020-03"], fee_market="eip1559")

    assert anachronisms(mixed) == ["fee_market = eip1559 was in use from 2021-08 on, and the era is ethereum-2020-03"]


def test_one_gas_price_in_2022_is_an_anachronism():
    mixed = attrs.evolve(ERAS["ethereum-2022-11"], fee_market="first_price", block_clock="exponential")

    assert [line.split(" was ")[0] for line in anachronisms(mixed)] == ["fee_market = first_price", "block_clock = exponential"]


def test_a_protocol_before_its_deployment_is_an_anachronism_and_after_it_is_not():
    assert anachronisms(ERAS["ethereum-2020-03"], ["aave_v2"]) == ["aave_v2 was first deployed in 2020-12, and the era is ethereum-2020-03"]
    assert anachronisms(ERAS["ethereum-2021-05"], ["aave_v2", "uniswap_v3", "of_a_plug_in"]) == []


def test_another_gas_limit_is_no_anachronism():
    assert anachronisms(attrs.evolve(ERAS["ethereum-2020-03"], gas_limit=12_500_000)) == []


def test_all_mistakes_are_told_at_once_with_what_would_do():
    wrong = ChainSpec(era="ethereum-1999", fee_market="auction", gas_limit=10, missed_bps=10_000, base_fee=5)

    assert wrong.mistakes() == [
        "era is 'ethereum-1999'; give one of ethereum-2020-03, ethereum-2021-05, ethereum-2022-11, ethereum-2025-10",
        "fee_market is 'auction'; give one of first_price, eip1559",
        "gas_limit is 10; give at least 5000",
        "base_fee is given; leave it out under first_price",
        "missed_bps is 10000; some slots must be kept: give less than 10000",
    ]
