"""A chain that executes one tx at a time, as far as the small worlds of contracts need one: no blocks, no fees, nobody else."""

from typing import Any

from sim.chain.contract import CallContext, answer
from sim.errors import Revert
from sim.units import INT64_MAX, Gas
from sim.vocabulary import Refusal


def carried_out(call: Any, context: CallContext, gas_limit: Gas = INT64_MAX) -> Gas | Refusal:
    """Carry one tx out; return its gas, or why it reverted. A reverted one is undone: all of it is one savepoint."""
    journal = context.journal
    mark = journal.begin()
    try:
        gas = answer(call, context)
        if gas > gas_limit:
            raise Revert(Refusal.OUT_OF_GAS)
    except Revert as revert:
        journal.rollback(mark)
        return revert.reason
    finally:
        journal.commit()
    return gas
