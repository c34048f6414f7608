"""The shred list: what it says is gone, and what two lists say together."""

from datetime import date
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from archive.domain.shredding import Shredded, ShredList

DAY = date(2026, 1, 1)
owners = st.integers(0, 5).map(lambda number: UUID(int=number))
entries = st.one_of(
    st.builds(Shredded, owners, st.dates(DAY, date(2026, 12, 31)), st.booleans()),
    st.builds(Shredded, owners, st.just(DAY), st.just(False), owners),
)
lists = st.builds(lambda many: ShredList(tuple(many)), st.lists(entries, max_size=8))


@given(lists)
def test_what_was_said_last_counts(some: ShredList) -> None:
    for owner in {entry.owner for entry in some.entries}:
        last = [entry for entry in some.entries if entry.owner == owner][-1]
        if last.back:
            assert owner not in some.gone | some.replaced
        elif last.by is None:
            assert owner in some.gone
        elif last.by not in {entry.owner for entry in some.entries}:
            assert owner in some.replaced
        else:
            assert (owner in some.gone) == (last.by in some.gone)


@given(lists, lists)
def test_two_lists_that_contradict_each_other_hold_all_that_either_says_is_gone(
    one: ShredList, two: ShredList
) -> None:
    both = one.joined(two)
    assert both.extends(one)
    if one.extends(two):
        assert both == one
    elif two.extends(one):
        assert both == two
    else:
        assert both.gone >= one.gone | two.gone


@given(lists, entries)
def test_the_newer_of_two_lists_of_one_line(some: ShredList, entry: Shredded) -> None:
    newer = ShredList((*some.entries, entry))
    assert newer.extends(some)
    assert not some.extends(newer)
    assert some.joined(newer) == newer.joined(some) == newer


@given(lists, lists)
def test_the_head_tells_any_two_lists_apart(one: ShredList, two: ShredList) -> None:
    assert (one.head == two.head) == (one == two)
