"""The sequence of troves beside a plain list, and what a step costs in a long one: a piece, not all of it."""

import random

import pytest

from sim.journal import Journal
from sim.lending.liquity.by_risk import ByRisk


def before_the_first_no_less(listed: list[int], risks: dict[int, int], risk: int) -> int:
    return next((place for place, other in enumerate(listed) if risks[other] >= risk), len(listed))


def test_pieces_hold_the_same_sequence_as_a_plain_list_through_steps_and_rollbacks():
    dice, journal = random.Random(7), Journal()
    risks = {party: dice.randint(1, 40) for party in range(1, 120)}
    begin = list(range(1, 80))
    plain, pieces = sorted(begin, key=lambda party: risks[party]), ByRisk(journal, longest=8)
    pieces.fill(sorted(begin, key=lambda party: risks[party]))
    for step in range(500):
        kept, mark = list(plain), journal.begin()
        if dice.random() < 0.55 and len(plain) > 1:
            gone = dice.choice(plain)
            plain.remove(gone)
            pieces.drop(gone, risks.__getitem__)
        else:
            new = dice.choice([party for party in range(1, 120) if party not in plain])
            plain.insert(before_the_first_no_less(plain, risks, risks[new]), new)
            pieces.add(new, risks[new], risks.__getitem__)
        if step % 5 == 0:
            journal.rollback(mark)
            plain = kept
        journal.commit()
        cut = dice.randint(0, 42)

        assert pieces.since(cut, risks.__getitem__) == tuple(plain[before_the_first_no_less(plain, risks, cut) :])
        assert (pieces.safest, pieces.riskiest) == (plain[0], plain[-1])
    pieces._check()
    assert (list(pieces), list(reversed(pieces))) == (plain, plain[::-1])


def test_who_stands_where_a_rounding_put_it_is_found_all_the_same_and_a_stranger_is_not():
    pieces, risks = ByRisk(Journal()), {1: 10, 2: 5, 3: 20}
    pieces.fill((1, 2, 3))
    pieces.drop(2, risks.__getitem__)

    assert list(pieces) == [1, 3]
    with pytest.raises(ValueError):
        pieces.drop(2, risks.__getitem__)


def test_a_step_in_a_hundred_thousand_looks_at_a_few_and_writes_one_piece():
    pieces, looked = ByRisk(Journal()), 0

    def risk_of(party: int) -> int:
        nonlocal looked
        looked += 1
        return party

    pieces.fill(range(0, 200_000, 2))
    before = set(map(id, pieces.pieces))
    pieces.add(77_777, 77_777, risk_of)
    pieces.drop(40_000, risk_of)

    assert looked < 60
    assert len([piece for piece in pieces.pieces if id(piece) not in before]) <= 3
    assert next(reversed(pieces)) == 199_998
