"""Before anything is stored: what an entry would open and close is what it then does; and nothing is left behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from archive.domain.consent import (
    Audience,
    Basis,
    ConsentEntry,
    DataClass,
    Decision,
    Event,
    GrantItem,
    Purpose,
)
from archive.domain.errors import Conflict, Invalid, NotFound, Refused
from archive.domain.identifiers import new_id
from archive.domain.rooms import Capability, RoomPurpose
from archive.policy.consent import State
from archive.services import deciding, disclosing, expiring, rooms, shredding, transparency, withdrawing
from archive.services.deciding import Effect
from tests.archives import FULL, KEPT, Standing, account, consent, draft
from tests.services.services_cast import entry, later, store


def preview(standing: Standing, said: ConsentEntry, login: str = "keeper") -> Effect:
    return deciding.preview(standing.archive, standing.acting(login), standing.custody, said.record, said)


def placed(standing: Standing, record: UUID) -> set[UUID]:
    shown = disclosing.show(standing.archive, standing.acting("keeper"), standing.custody, record)
    return set(shown.placed)


def item(purpose: Purpose, audience: Audience, data_class: DataClass, decision: Decision) -> GrantItem:
    return GrantItem(
        id=new_id(), purpose=purpose, audience=audience, data_class=data_class, decision=decision
    )


RESEARCH = (Purpose.RESEARCH, Audience.VETTED_RESEARCHERS)


def test_what_is_foreseen_is_what_happens(standing: Standing) -> None:
    given = draft()
    [record] = store(standing, given)
    research = tuple(one.id for one in given.consent.items if one.purpose is Purpose.RESEARCH)
    before = placed(standing, record)
    steps = (
        entry(record, Event.LIMIT, closes=research),
        entry(record, Event.SUSPEND),
        entry(record, Event.RESUME),
        replace(consent(record, FULL, until=9), id=new_id(), event=Event.SUPERSEDE),
    )
    for said in steps:
        foreseen = preview(standing, said)
        assert placed(standing, record) == before, "nothing is stored by looking"
        deciding.enter(standing.archive, standing.acting("keeper"), standing.custody, said)
        after = placed(standing, record)
        assert {one.room for one in foreseen.gained} == after - before
        assert {one.room for one in foreseen.lost} == before - after
        agreed = deciding.agreed(standing.archive, standing.acting("keeper"), standing.custody, record)
        assert {one.room for one in agreed.rooms} == after
        assert (agreed.state, agreed.kept, agreed.until) == (
            foreseen.state,
            foreseen.kept,
            foreseen.until,
        )
        before = after


def test_an_effect_says_for_whom_and_until_when(standing: Standing) -> None:
    [record] = store(standing, draft(given := account(), consent(given.id, KEPT)))
    today = standing.archive.clock().date()
    until = today + timedelta(days=9)
    items = tuple(
        replace(item(*RESEARCH, one, Decision.YES), until=until)
        for one in (DataClass.NARRATIVE, DataClass.PLACE_COARSE)
    )
    effect = preview(standing, entry(record, Event.GRANT, items=items))
    [gained] = effect.gained
    assert (gained.room, gained.purpose, gained.until) == (standing.reading, RoomPurpose.READING, until)
    assert gained.classes == (DataClass.NARRATIVE, DataClass.PLACE_COARSE)
    [opened] = effect.opened
    assert (opened.purpose, opened.audience) == RESEARCH
    assert opened.until == until
    assert (effect.lost, effect.closed, effect.changed, effect.kept) == ((), (), (), True)
    [identity] = effect.stays
    assert identity.purpose is RoomPurpose.IDENTITY


def test_who_does_not_hold_a_room_is_not_told_its_name(standing: Standing) -> None:
    keeper = standing.acting("keeper")
    member = standing.people["outsider"].member
    rooms.grant(standing.archive, keeper, standing.custody, member, [Capability.PLACE])
    standing._unlocked.pop("outsider", None)
    [record] = store(standing, draft())
    effect = preview(standing, entry(record, Event.SUSPEND), "outsider")
    assert {one.name for one in effect.lost} == {""}
    assert {one.name for one in preview(standing, entry(record, Event.SUSPEND)).lost} == {
        "Reading room",
        "First matter",
    }


def test_what_ends_all_keeping_is_said(standing: Standing) -> None:
    [record] = store(standing, draft())
    effect = preview(standing, entry(record, Event.WITHDRAW))
    assert not effect.kept
    assert len(effect.lost) == 3
    assert effect.state is State.WITHDRAWN
    assert effect.opened == ()
    assert {one.purpose for one in effect.closed} == {purpose for purpose, _audience in FULL}


def test_an_expired_record_can_be_renewed(standing: Standing) -> None:
    record = account()
    store(standing, draft(record, consent(record.id, FULL, until=1)))
    archive, keeper = later(standing.archive, 3 * 86_400), standing.acting("keeper")
    expiring.confirm(archive, keeper)
    with pytest.raises(NotFound):
        disclosing.show(archive, keeper, standing.custody, record.id)
    agreed = deciding.agreed(archive, keeper, standing.custody, record.id)
    assert (agreed.state, agreed.kept, agreed.openings, agreed.rooms) == (State.EXPIRED, False, (), ())
    again = replace(consent(record.id), id=new_id(), at=archive.clock().date())
    effect = deciding.preview(archive, keeper, standing.custody, record.id, again)
    assert effect.kept
    assert {one.purpose for one in effect.gained} >= {RoomPurpose.READING, RoomPurpose.MATTER}
    deciding.enter(archive, keeper, standing.custody, again, read=1)
    assert disclosing.show(archive, keeper, standing.custody, record.id).record.id == record.id


def test_a_withdrawn_record_says_that_and_nothing_else(standing: Standing) -> None:
    [record] = store(standing, draft())
    keeper = standing.acting("keeper")
    withdrawing.withdraw(standing.archive, keeper, record)
    agreed = deciding.agreed(standing.archive, keeper, standing.custody, record)
    assert (agreed.state, agreed.entries, agreed.rooms, agreed.kept) == (State.WITHDRAWN, (), (), False)
    assert [event for event, _day in agreed.events] == [Event.GRANT, Event.WITHDRAW]
    for deed in (preview, _enter):
        with pytest.raises(Conflict):
            deed(standing, entry(record, Event.GRANT))
    assert shredding.waiting(standing.archive, keeper, standing.custody).keys() == {record}


def _enter(standing: Standing, said: ConsentEntry, read: int | None = None) -> None:
    deciding.enter(standing.archive, standing.acting("keeper"), standing.custody, said, read)


def test_what_was_decided_from_an_older_ledger_is_refused(standing: Standing) -> None:
    [record] = store(standing, draft())
    _enter(standing, entry(record, Event.SUSPEND), 1)
    with pytest.raises(Conflict):
        _enter(standing, entry(record, Event.RESUME), 1)
    _enter(standing, entry(record, Event.RESUME), 2)


@pytest.mark.parametrize(
    "wrong",
    [
        {"event": Event.LIMIT, "closes": (new_id(),)},
        {"event": Event.LIMIT, "items": (item(*RESEARCH, DataClass.NARRATIVE, Decision.YES),)},
        {"event": Event.GRANT, "items": (item(*RESEARCH, DataClass.THIRD_PARTY, Decision.YES),)},
        {"event": Event.GRANT, "basis": Basis.VITAL_INTEREST},
        {"event": Event.GRANT, "given_by": "nobody"},
        {"event": Event.GRANT, "reason": "a\x00b"},
    ],
)
def test_what_cannot_be_entered_is_named_before_and_then(
    standing: Standing, wrong: dict[str, object]
) -> None:
    [record] = store(standing, draft())
    said = replace(entry(record, Event.GRANT), **wrong)  # type: ignore[arg-type]
    for deed in (preview, _enter):
        with pytest.raises(Invalid):
            deed(standing, said)
    agreed = deciding.agreed(standing.archive, standing.acting("keeper"), standing.custody, record)
    assert len(agreed.entries) == 1


def test_it_is_for_custody_alone_and_logged(standing: Standing) -> None:
    [record] = store(standing, draft())
    said = entry(record, Event.SUSPEND)
    for login in ("reader", "counsel", "outsider"):
        for deed in (preview, deciding.agreed):
            with pytest.raises(NotFound):
                _as(standing, login, deed, said)
    member = standing.people["outsider"].member
    rooms.grant(standing.archive, standing.acting("keeper"), standing.custody, member, [])
    standing._unlocked.pop("outsider", None)
    with pytest.raises(Refused):
        preview(standing, said, "outsider")
    assert deciding.custody_of(standing.archive, standing.acting("outsider"), record) == standing.custody
    with pytest.raises(NotFound):
        deciding.custody_of(standing.archive, standing.acting("reader"), record)
    agreed = deciding.agreed(standing.archive, standing.acting("outsider"), standing.custody, record)
    assert agreed.state is State.ACTIVE
    last = transparency.entries(standing.archive, standing.acting("keeper"), newest=True, count=2)[1]
    assert (last.action, last.about, last.actor) == ("open", record, member)


def _as(standing: Standing, login: str, deed: object, said: ConsentEntry) -> None:
    if deed is preview:
        preview(standing, said, login)
    else:
        deciding.agreed(standing.archive, standing.acting(login), standing.custody, said.record)


def test_what_was_replaced_cannot_be_ended_again(standing: Standing) -> None:
    first = draft()
    [record] = store(standing, first)
    again = replace(consent(record, KEPT), event=Event.SUPERSEDE)
    ledger = (first.consent, again)
    items, closes = deciding.ending(ledger, lambda one: one.purpose is Purpose.STORE)
    assert (items, set(closes)) == ((), {one.id for one in again.items if one.purpose is Purpose.STORE})
    with pytest.raises(Invalid) as refusal:
        deciding.ending(ledger, lambda one: one.purpose is Purpose.RESEARCH)
    assert [problem.where for problem in refusal.value.problems] == ["ends"]


def test_a_limit_may_wait_for_its_last_day_or_say_no(standing: Standing) -> None:
    store(standing, given := draft())
    last = standing.archive.clock().date() + timedelta(days=9)
    later_on, closes = deciding.ending(
        (given.consent,), lambda one: one.purpose is Purpose.RESEARCH, last=last
    )
    assert closes == ()
    assert {(one.decision, one.since) for one in later_on} == {(Decision.NO, last + timedelta(days=1))}
    now, closes = deciding.ending((given.consent,), lambda one: one.purpose is Purpose.RESEARCH, refuse=True)
    assert len(now) == len(closes) == len(later_on) > 0
    with pytest.raises(Invalid) as refusal:
        deciding.ending((given.consent,), lambda _one: True, last=date.max)
    assert [problem.where for problem in refusal.value.problems] == ["last"]
