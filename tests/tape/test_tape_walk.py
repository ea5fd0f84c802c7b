"""Any walk over the tape: appended, flushed, forked in any way it is the list of what was appended."""

import copy

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sim.storage import MemoryTape
from sim.tape import Tape
from tests.tape.rows import ROWS, SMALL, ListedTape


class TapeWalk(RuleBasedStateMachine):
    """A tape beside a list."""

    @initialize(capacity=st.integers(1, 9))
    def begin(self, capacity):
        self.memory = MemoryTape()
        self.tape = Tape(self.memory, capacity)
        self.listed = ListedTape()

    @rule(at=SMALL, place=SMALL, party=SMALL, row=ROWS, back=SMALL)
    def append(self, at, place, party, row, back):
        cause = back % (self.tape.entries + 1)

        assert self.listed.append(at, cause, place, party, row) == self.tape.append(at, cause, place, party, row)

    @rule()
    def flush(self):
        self.tape.flush()

    @rule()
    def fork(self):
        self.tape = copy.deepcopy(self.tape)
        self.tape.sink = self.memory

    @rule()
    def read_it_all(self):
        self.tape.flush()

        assert self.listed.read() == list(self.memory.entries())

    @invariant()
    def the_digest_is_that_of_the_list(self):
        if hasattr(self, "tape"):
            assert self.listed.digest() == self.tape.digest()
            self.tape._check()


TestTapeWalk = TapeWalk.TestCase
