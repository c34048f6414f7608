"""Consent as it changes: what it ends is gone from every room at once, and nothing decided before comes back after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from archive.domain.consent import Audience, DataClass, Decision, Event, GrantItem, Purpose
from archive.domain.errors import Conflict, Invalid, NotFound
from archive.domain.identifiers import new_id
from archive.domain.keeping import BodyKind
from archive.domain.rooms import RoomPurpose
from archive.services import cataloguing, checking, disclosing, revising
from tests.archives import FULL, Standing, account, consent, draft, place
from tests.services.services_cast import append, entry, later, store, total


@pytest.mark.parametrize("event", [Event.WITHDRAW, Event.SUSPEND])
def test_withdrawn_or_suspended_is_read_in_no_room_of_others(standing: Standing, event: Event) -> None:
    record, other = store(standing, draft(), draft())
    with standing.archive.read() as unit:
        renditions = {body.id for body in unit.records.bodies_of(record, BodyKind.RENDITION)}
    assert total(standing, "reader", standing.reading) == 2
    append(standing, entry(record, event))
    assert len(renditions) == 2
    assert renditions.isdisjoint(standing.archive.shares.owners())
    with pytest.raises(NotFound):
        disclosing.show(standing.archive, standing.acting("reader"), standing.reading, record)
    assert total(standing, "reader", standing.reading) == 1
    with standing.archive.read() as unit:
        assert unit.records.bodies_of(record, BodyKind.RENDITION) == ()
        assert unit.records.bodies_of(other, BodyKind.RENDITION) != ()
    if event is Event.WITHDRAW:
        with pytest.raises(NotFound):
            disclosing.show(standing.archive, standing.acting("keeper"), standing.custody, record)
        assert total(standing, "keeper", standing.custody) == 1
    else:
        append(standing, entry(record, Event.RESUME))
        assert total(standing, "reader", standing.reading) == 2
    assert checking.fsck(standing.archive, standing.acting("keeper")) == ()


def test_a_limit_takes_away_what_rests_on_it_and_nothing_else(standing: Standing) -> None:
    given = draft()
    [record] = store(standing, given)
    research = [item.id for item in given.consent.items if item.purpose is Purpose.RESEARCH]
    append(standing, entry(record, Event.LIMIT, closes=tuple(research)))
    with pytest.raises(NotFound):
        disclosing.show(standing.archive, standing.acting("reader"), standing.reading, record)
    matter = standing.rooms[RoomPurpose.MATTER]
    assert disclosing.show(standing.archive, standing.acting("counsel"), matter, record).record.id == record
    shown = disclosing.show(standing.archive, standing.acting("keeper"), standing.custody, record)
    assert [said.event for said in shown.consent] == [Event.GRANT, Event.LIMIT]
    assert shown.identity


def test_who_it_is_goes_with_the_consent_to_keep_that(standing: Standing) -> None:
    given = draft()
    [record] = store(standing, given)
    keeping = [
        item.id
        for item in given.consent.items
        if item.purpose is Purpose.STORE and item.data_class is DataClass.IDENTITY
    ]
    with standing.archive.read() as unit:
        [identity] = unit.records.bodies_of(record, BodyKind.IDENTITY)
    append(standing, entry(record, Event.LIMIT, closes=tuple(keeping)))
    shown = disclosing.show(standing.archive, standing.acting("keeper"), standing.custody, record)
    assert shown.identity is None
    assert identity.id not in standing.archive.shares.owners(), "it can never be opened again"
    assert checking.fsck(standing.archive, standing.acting("keeper")) == ()


def test_how_to_reach_people_is_not_shown_once_they_said_no(standing: Standing) -> None:
    [record] = store(standing, draft())
    no = GrantItem(
        id=new_id(),
        purpose=Purpose.STORE,
        audience=Audience.CUSTODIAN,
        data_class=DataClass.CONTACT,
        decision=Decision.NO,
    )
    append(standing, entry(record, Event.LIMIT, items=(no,)))
    shown = disclosing.show(standing.archive, standing.acting("keeper"), standing.custody, record)
    assert shown.identity
    assert [(person.name, person.contact) for person in shown.identity.people] == [("Example Person One", "")]


def test_an_entry_twice_or_for_another_record_is_refused(standing: Standing) -> None:
    [record] = store(standing, draft())
    said = entry(record, Event.SUSPEND)
    append(standing, said)
    with pytest.raises(Invalid):
        append(standing, said)
    for elsewhere in (new_id(), standing.custody):
        with pytest.raises(NotFound):
            append(standing, entry(elsewhere, Event.WITHDRAW))


RACES: dict[str, Callable[[Standing, UUID], None]] = {
    "limited": lambda standing, record: append(standing, entry(record, Event.SUSPEND)),
    "withdrawn": lambda standing, record: append(standing, entry(record, Event.WITHDRAW)),
    "tagged": lambda standing, record: cataloguing.retag(
        standing.archive, standing.acting("keeper"), standing.custody, record, [place("xj-urumqi")]
    ),
}


@pytest.mark.parametrize("race", RACES)
def test_what_was_decided_before_consent_changed_is_not_written_after(
    standing: Standing, monkeypatch: pytest.MonkeyPatch, race: str
) -> None:
    """Else a change of tags, begun a moment earlier, would bring back what was just suspended."""
    [record] = store(standing, draft())
    write = revising.write

    def meanwhile(*given: Any) -> None:
        monkeypatch.undo()
        RACES[race](standing, record)
        write(*given)

    monkeypatch.setattr(revising, "write", meanwhile)
    keeper = standing.acting("keeper")
    with pytest.raises(Conflict):
        cataloguing.retag(standing.archive, keeper, standing.custody, record, [place("xj-hotan")])
    with standing.archive.read() as unit:
        assert bool(unit.records.bodies_of(record, BodyKind.RENDITION)) == (race == "tagged")
    assert checking.fsck(standing.archive, keeper) == ()


def test_no_room_holds_longer_what_may_not_be_kept(standing: Standing) -> None:
    """Research was allowed without a term, keeping until tomorrow."""
    record = account()
    given, kept = consent(record.id), consent(record.id, FULL[:2], until=1)
    items = tuple(item for item in given.items if item.purpose not in (Purpose.STORE, Purpose.CATALOGUE))
    store(standing, draft(record, replace(given, items=items + kept.items)))
    reader = standing.acting("reader")
    assert disclosing.show(standing.archive, reader, standing.reading, record.id).record.id == record.id
    with pytest.raises(NotFound):
        disclosing.show(later(standing.archive, 2 * 86_400), reader, standing.reading, record.id)
