"""Aave v3.0 to v3.2 [aave-v3-core 782f519]: all of a debt at health 0.95 or below, half above; a protocol fee out of the bonus.

Everything rounds half up. e-mode (a category's own threshold and bonus) is the pool's matter, not the rule book's. The sentinel
that forbids borrowing and liquidations after an outage is the pool's (``sim.oracle.sentinel``).
"""

import attrs

from sim.lending.aave.maths import percent_div, percent_mul
from sim.lending.aave.rules import FULL_CLOSE_HEALTH, HALF, Closable, Pair, Taken
from sim.lending.aave.v2 import V2, debt_for_half_up
from sim.lending.interest import compound_growth_v3_0
from sim.units import BPS_ONE, Units


def closable_by_health(case: Closable) -> Units:
    """Return half of this debt, or all of it once health is at 0.95 or below."""
    return case.debt if case.health <= FULL_CLOSE_HEALTH else percent_mul(case.debt, HALF)


def available(pair: Pair, cover: Units, balance: Units) -> Taken:
    """Return what a liquidation takes: floored first, then the bonus half up, then the fee out of the bonus."""
    base = pair.debt_price * cover * pair.collateral_unit // (pair.collateral_price * pair.debt_unit)
    taken, repaid = percent_mul(base, BPS_ONE + pair.bonus), cover
    if taken > balance:
        taken, repaid = balance, debt_for_half_up(pair, balance)
    fee = percent_mul(taken - percent_div(taken, BPS_ONE + pair.bonus), pair.protocol_fee)
    return Taken(seized=taken - fee, repaid=repaid, protocol_fee=fee)


V3_0 = attrs.evolve(
    V2,
    name="v3.0",
    closable=closable_by_health,
    available=available,
    debt_growth=compound_growth_v3_0,
    flash_fee=percent_mul,
    flash_premium=5,
    has_e_modes=True,
    has_caps=True,
)
