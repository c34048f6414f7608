"""The desk finds records by code in the collections it serves, sees what closing closes, and opens nothing."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from archive.domain.consent import Decision, Event
from archive.domain.errors import NoSuchReceipt, NotFound, Throttled
from archive.domain.identifiers import code_of, new_id
from archive.domain.rooms import RoomPurpose, Scope
from archive.services import (
    cataloguing,
    consenting,
    desk,
    disclosing,
    expiring,
    rooms,
    shredding,
    withdrawing,
)
from tests.archives import FULL, Standing, account, asked_first, consent, draft
from tests.services.services_cast import entry, later, store


@pytest.fixture
def served(standing: Standing) -> Standing:
    """The outsider, who holds no room, is put on the consent desk."""
    outsider = standing.people["outsider"].member
    rooms.appoint(standing.archive, standing.acting("keeper"), standing.custody, outsider)
    standing._unlocked.clear()
    return standing


def test_it_serves_what_it_was_appointed_to(served: Standing) -> None:
    [one] = desk.serves(served.archive, served.acting("outsider"))
    assert (one.custody, one.places, one.waiting) == (served.custody, False, 0)
    [kept] = desk.serves(served.archive, served.acting("keeper"))
    assert kept.places
    assert desk.serves(served.archive, served.acting("reader")) == ()


@pytest.mark.parametrize(
    "how", [str, str.lower, lambda code: code.replace("-", " "), lambda code: f" {code}\n"]
)
def test_a_code_is_found_however_it_was_written_down(served: Standing, how: object) -> None:
    record, other = store(served, draft(), draft())
    officer = served.acting("outsider")
    assert callable(how)
    assert desk.find(served.archive, officer, how(code_of(record))) == record
    assert desk.find(served.archive, officer, str(other)) == other
    assert desk.find(served.archive, officer, other.hex) == other


def test_nobody_else_learns_that_there_is_such_a_code(served: Standing) -> None:
    [record] = store(served, draft())
    for login, typed in (
        ("reader", code_of(record)),
        ("counsel", str(record)),
        ("outsider", code_of(new_id())),
        ("outsider", ""),
        ("outsider", "-"),
    ):
        with pytest.raises(NotFound):
            desk.find(served.archive, served.acting(login), typed)
    reader = served.acting("reader")
    with pytest.raises(NotFound):
        desk.look(served.archive, reader, record)
    with pytest.raises(NotFound):
        desk.foresee(served.archive, reader, record, [RoomPurpose.READING])
    with pytest.raises(NotFound):
        desk.due(served.archive, served.acting("reader"), served.custody)


def test_it_sees_kinds_of_rooms_and_what_a_limit_closes(served: Standing) -> None:
    [record] = store(served, draft())
    officer = served.acting("outsider")
    every = {purpose: 1 for purpose in RoomPurpose if purpose in served.rooms} | {}
    every.pop(RoomPurpose.AUDIT)
    found = desk.look(served.archive, officer, record)
    assert (found.rooms, found.closed, found.withdrawn, found.places) == (every, False, False, False)
    foreseen = desk.foresee(served.archive, officer, record, [RoomPurpose.READING])
    assert foreseen == {RoomPurpose.READING: 1}
    ending = withdrawing.limit(served.archive, officer, record, [RoomPurpose.READING])
    assert len(ending.rooms) == sum(foreseen.values())
    every.pop(RoomPurpose.READING)
    assert desk.look(served.archive, officer, record).rooms == every
    assert desk.foresee(served.archive, officer, record, [RoomPurpose.READING]) == {}
    [waiting] = desk.serves(served.archive, officer)
    assert waiting.waiting == 1
    with pytest.raises(NotFound):
        disclosing.show(served.archive, officer, served.custody, record)


def test_two_rooms_of_a_purpose_are_counted(served: Standing) -> None:
    keeper = served.acting("keeper")
    rooms.create(served.archive, keeper, served.custody, RoomPurpose.READING, "Another", Scope())
    [record] = store(served, draft())
    found = desk.look(served.archive, served.acting("outsider"), record)
    assert found.rooms[RoomPurpose.READING] == 2


def test_who_withdrew_is_told_from_who_may_confirm(served: Standing) -> None:
    [record] = store(served, draft())
    officer, keeper = served.acting("outsider"), served.acting("keeper")
    until = withdrawing.withdraw(served.archive, officer, record).until
    mine, other = (desk.look(served.archive, who, record) for who in (officer, keeper))
    assert (mine.withdrawn, mine.rooms, mine.until, mine.mine) == (True, {}, until, True)
    assert replace(other, places=False) == replace(mine, mine=False)
    shredding.confirm(served.archive, keeper, record)
    gone = desk.look(served.archive, officer, record)
    assert (gone.withdrawn, gone.until) == (True, None)


def test_what_runs_out_soon_is_listed_until_it_is_gone(served: Standing) -> None:
    soon, far, never = account(), account(), account()
    store(
        served,
        draft(soon, consent(soon.id, FULL, until=5)),
        draft(far, consent(far.id, FULL, until=90)),
        draft(never),
    )
    officer = served.acting("outsider")
    listed = desk.due(served.archive, officer, served.custody)
    assert {(one.record, one.code) for one in listed} == {(soon.id, code_of(soon.id))}
    assert {one.purpose for one in listed} == {
        RoomPurpose.READING,
        RoomPurpose.MATTER,
        RoomPurpose.IDENTITY,
    }
    archive = later(served.archive, 7 * 86_400)
    assert expiring.run(served.archive)
    assert expiring.waits(archive)
    assert not expiring.waits(served.archive)
    expiring.confirm(archive, served.acting("keeper"))
    assert not expiring.waits(archive)
    assert desk.due(archive, officer, served.custody) == ()


def test_a_receipt_is_recognised_before_it_is_used_and_many_tries_wait(standing: Standing) -> None:
    [record] = store(standing, draft())
    code = consenting.receipt(standing.archive, standing.acting("keeper"), standing.custody, record)
    desk.recognise(standing.archive, code, "a")
    for _try in range(5):
        with pytest.raises(NoSuchReceipt):
            desk.by_receipt(standing.archive, "wrong", "b")
    with pytest.raises(NoSuchReceipt):
        desk.recognise(standing.archive, code[:-1] + ("2" if code[-1] != "2" else "3"), "b")
    with pytest.raises(Throttled):
        desk.by_receipt(standing.archive, code, "b")
    assert still(standing, record), "who waits has closed nothing"
    assert desk.by_receipt(standing.archive, code, "a").record == record
    assert not still(standing, record)
    with pytest.raises(NoSuchReceipt):
        desk.recognise(standing.archive, code, "a")


def still(standing: Standing, record: UUID) -> bool:
    return not desk.look(standing.archive, standing.acting("keeper"), record).closed


def test_who_wants_to_be_asked_first_is_listed_until_they_answer(served: Standing) -> None:
    archive, officer = served.archive, served.acting("outsider")
    asking, other = account(), account()
    given = asked_first(consent(asking.id))
    store(served, draft(asking, given), draft(other))
    listed = ((asking.id, code_of(asking.id)),)
    assert desk.ask_first(archive, officer, served.custody) == listed
    with pytest.raises(NotFound):
        desk.ask_first(archive, served.acting("reader"), served.custody)
    cataloguing.retag(archive, served.acting("keeper"), served.custody, asking.id, [])
    assert desk.ask_first(archive, officer, served.custody) == listed
    answer = entry(
        asking.id, Event.GRANT, items=(replace(given.items[-1], id=new_id(), decision=Decision.NO),)
    )
    consenting.append(archive, served.acting("keeper"), served.custody, answer)
    assert desk.ask_first(archive, officer, served.custody) == ()


def test_a_record_that_is_withdrawn_asks_nobody(served: Standing) -> None:
    asking = account()
    store(served, draft(asking, asked_first(consent(asking.id))))
    withdrawing.withdraw(served.archive, served.acting("outsider"), asking.id)
    assert desk.ask_first(served.archive, served.acting("keeper"), served.custody) == ()
