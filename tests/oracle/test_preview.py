"""The price that waiting posts will bring, beside the contract to which the same posts are sent."""

from hypothesis import given
from hypothesis import strategies as st

from sim.oracle.preview import FeedView
from sim.oracle.round import Posting
from tests.oracle.words import REPORTERS, Bench, bench, report

ANSWERS = st.sampled_from((90, 200, 300, 400))
WHO = st.sampled_from(REPORTERS)
EACH = st.tuples(WHO, st.tuples(WHO, ANSWERS, st.integers(0, 3)))
ALL = st.tuples(st.sampled_from((*REPORTERS, 99)), st.lists(st.tuples(WHO, ANSWERS), min_size=2, max_size=4))


def foreseen_and_posted(b: Bench, posts: list) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the prices after each post: those that a view foresees, and those that the contract then has."""
    view = FeedView.of(b.feed)
    assert view.stands_like(b.feed)
    foreseen = view.after(posts, b.now)
    assert view.stands_like(b.feed), "looking changes nothing"
    posted = []
    for sender, call in posts:
        b.post(sender, call)
        posted.append(b.feed.read().price)
    return foreseen, tuple(posted)


@given(st.lists(EACH, max_size=6), st.lists(EACH, max_size=6))
def test_of_single_answers_the_view_foresees_what_the_contract_does(before, posts):
    b = bench(Posting.EACH)
    for sender, (who, answer, round) in before:
        b.post(sender, report((who, answer), round=round))

    foreseen, posted = foreseen_and_posted(b, [(sender, report((who, answer), round=round)) for sender, (who, answer, round) in posts])

    assert foreseen == posted


@given(st.lists(ALL, max_size=4))
def test_of_reports_of_all_the_view_foresees_what_the_contract_does(posts):
    foreseen, posted = foreseen_and_posted(bench(), [(sender, report(*answers)) for sender, answers in posts])

    assert foreseen == posted
