from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.domain.consent import DataClass
from archive.domain.rooms import RoomPurpose, Scope
from archive.domain.tags import Facet, Tag
from archive.policy.consent import fold
from archive.policy.placement import place
from archive.policy.scope import in_scope
from archive.vocabularies.load import vocabulary
from tests.unit.policy.policy_cast import (
    BEATEN,
    CAMP,
    COUNTY,
    HOTAN,
    RAPE,
    RESEARCH,
    TODAY,
    account,
    entry,
    items,
    report,
    room,
)

KASHGAR = Tag(facet=Facet.PLACE, term="xj-kashgar")
HUT = Tag(facet=Facet.PLACE, term="reg-1", broader=("xj", "xj-hotan"), labels={"en": "an invented hamlet"})


@pytest.mark.parametrize(
    ("scope", "inside"),
    [
        (Scope(), True),
        (Scope(places=("xj-hotan",)), True),
        (Scope(places=("xj",)), True),
        (Scope(places=("xj-hotan-hetian",)), True),
        (Scope(places=("xj-kashgar",)), False),
        (Scope(places=("xj-kashgar", "xj-hotan")), True),
        (Scope(not_places=("xj-kashgar",)), True),
        (Scope(not_places=("xj-hotan",)), False),
        (Scope(places=("xj",), not_places=("xj-hotan",)), False),
        (Scope(facilities=(CAMP.term,)), True),
        (Scope(facilities=("internment",)), True),
        (Scope(facilities=("prison",)), False),
        (Scope(not_facilities=(CAMP.term,)), False),
        (Scope(not_facilities=("internment",)), False),
        (Scope(abuses=("integrity",)), True),
        (Scope(abuses=("torture",)), True),
        (Scope(abuses=("labour",)), False),
        (Scope(not_abuses=("torture",)), False),
        (Scope(not_abuses=("sexual-violence",)), True),
        (Scope(places=("xj-hotan",), abuses=("labour",)), False),
        (Scope(since="2019-12-31"), True),
        (Scope(since="2020-01-01"), False),
        (Scope(until="2018-03-01"), True),
        (Scope(until="2018-02-28"), False),
        (Scope(since="2017-01-01", until="2018-12-31"), True),
    ],
)
def test_what_a_scope_contains(scope: Scope, inside: bool) -> None:
    assert in_scope(account(tags=(COUNTY, CAMP, BEATEN)), scope) is inside


def test_a_place_means_what_is_tagged_with_it_or_below() -> None:
    untagged = account(tags=())
    assert in_scope(untagged, Scope(not_places=("xj",)))
    assert not in_scope(untagged, Scope(places=("xj",)))
    wider = account(tags=(Tag(facet=Facet.PLACE, term="xj"),))
    assert not in_scope(wider, Scope(places=("xj-hotan",)))
    assert in_scope(account(tags=(HUT,)), Scope(places=("xj-hotan",)))


def test_without_a_date_a_record_lies_outside_a_scope_with_dates() -> None:
    for period in ("", "XXXX", "no date at all"):
        undated = account(period=period, collected="")
        assert in_scope(undated, Scope())
        assert not in_scope(undated, Scope(since="1000-01-01"))


def test_what_was_told_counts_before_the_day_of_telling() -> None:
    told = account(period="2017", collected="2021")
    assert in_scope(told, Scope(until="2017-12-31"))
    assert not in_scope(told, Scope(since="2021-01-01"))
    assert in_scope(account(period="", collected="2021"), Scope(since="2021-01-01"))
    assert in_scope(report(collected="2022"), Scope(since="2022-05-01"))


def test_retagging_moves_a_record_into_a_room_and_out_of_it() -> None:
    """A room for one prefecture without sexual violence."""
    hotan = room(RoomPurpose.READING, Scope(places=("xj-hotan",), not_abuses=("sexual-violence",)), "Hotan")
    consent = fold([entry(*items([RESEARCH], [DataClass.NARRATIVE, DataClass.PLACE_COARSE]))], TODAY)

    def lies_in_it(*tags: Tag) -> bool:
        return place(consent, account(tags=tags), hotan, TODAY) is not None

    assert not lies_in_it(KASHGAR, BEATEN)
    assert lies_in_it(HOTAN, BEATEN)
    assert lies_in_it(COUNTY, BEATEN)
    assert not lies_in_it(HOTAN, BEATEN, RAPE)  # a type that this room could never show still keeps it out
    assert not lies_in_it(HOTAN, Tag(facet=Facet.ABUSE, term="sexual-violence"))
    assert lies_in_it(HOTAN, KASHGAR)
    assert not lies_in_it()


PLACES = st.sampled_from([term.id for term in vocabulary("places") if term.id.startswith("xj")])


@given(st.lists(PLACES, max_size=3), PLACES, PLACES)
def test_an_exclude_always_wins_and_covers_all_below(tagged: list[str], wanted: str, unwanted: str) -> None:
    places = vocabulary("places")
    record = account(tags=tuple(Tag(facet=Facet.PLACE, term=term) for term in tagged))
    inside = in_scope(record, Scope(places=(wanted,), not_places=(unwanted,)))
    below = {term for term in tagged if wanted in places.path(term)}
    hidden = any(unwanted in places.path(term) for term in tagged)
    assert inside is (bool(below) and not hidden)
