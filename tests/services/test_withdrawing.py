"""Closing a record takes no key, is at once, and is for good after three days; what is kept of it says nothing."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from uuid import UUID

import pytest

from archive import bootstrap
from archive.config import Config
from archive.crypto.errors import CannotOpen
from archive.domain.consent import Event, Purpose
from archive.domain.errors import CannotSignIn, Conflict, NoSuchReceipt, NotFound, Refused
from archive.domain.identifiers import new_id
from archive.domain.keeping import BodyKind, SealedBody
from archive.domain.log import LogFilter
from archive.domain.rooms import RoomPurpose
from archive.sealing import bodies
from archive.services import (
    cataloguing,
    checking,
    consenting,
    disclosing,
    expiring,
    shredding,
    withdrawing,
)
from tests.archives import FULL, Standing, account, consent, draft
from tests.services.services_cast import entry, later, raw, store, total


def bodies_of(standing: Standing, record: UUID) -> list[SealedBody]:
    with standing.archive.read() as unit:
        return list(unit.records.bodies_about([record]).get(record, ()))


def closed_everywhere(standing: Standing, record: UUID) -> bool:
    for login, room in (
        ("reader", standing.reading),
        ("counsel", standing.rooms[RoomPurpose.MATTER]),
        ("keeper", standing.custody),
    ):
        with suppress(NotFound):
            disclosing.show(standing.archive, standing.acting(login), room, record)
            return False
    return True


def test_the_desk_withdraws_without_a_key_and_reads_nothing(desk: Standing) -> None:
    record, other = store(desk, draft(), draft())
    officer = desk.acting("outsider")
    assert officer.keys.held() == frozenset()
    assert total(desk, "reader", desk.reading) == 2
    with pytest.raises(NotFound):
        disclosing.show(desk.archive, officer, desk.custody, record)
    assert set(withdrawing.placed(desk.archive, officer, record).values()) == set(desk.rooms) - {
        RoomPurpose.AUDIT
    }
    ending = withdrawing.withdraw(desk.archive, officer, record, "She asked for it by telephone.")
    assert set(ending.rooms) == {desk.rooms[purpose] for purpose in set(desk.rooms) - {RoomPurpose.AUDIT}}
    assert closed_everywhere(desk, record)
    assert not closed_everywhere(desk, other)
    for login, room in (("reader", desk.reading), ("keeper", desk.custody)):
        assert total(desk, login, room) == 1
    with pytest.raises(Conflict):
        withdrawing.withdraw(desk.archive, officer, record)
    assert checking.fsck(desk.archive, desk.acting("keeper")) == ()
    assert checking.fsck(desk.archive) == ()


@pytest.mark.parametrize("login", ["reader", "counsel", "outsider"])
def test_nobody_else_withdraws(standing: Standing, login: str) -> None:
    [record] = store(standing, draft())
    for deed in (withdrawing.withdraw, withdrawing.placed, shredding.confirm):
        with pytest.raises(NotFound):
            deed(standing.archive, standing.acting(login), record)
    with pytest.raises(NotFound):
        withdrawing.limit(standing.archive, standing.acting(login), record, [RoomPurpose.READING])
    assert not closed_everywhere(standing, record)


def test_no_seed_opens_what_was_withdrawn(desk: Standing) -> None:
    """Not the shares alone, not the keys alone: with every key that any member holds and the database before."""
    [record] = store(desk, draft())
    before, keeper = bodies_of(desk, record), desk.acting("keeper")
    shares = desk.archive.shares.find_many(body.id for body in before)
    assert len(shares) == len(before) > 4
    withdrawing.withdraw(desk.archive, desk.acting("outsider"), record)
    assert not desk.archive.shares.owners() & {body.id for body in before}
    for body in before:
        for wrap in body.wraps:
            with pytest.raises(CannotOpen):
                bodies.unseal(
                    desk.archive.row.id, body, wrap.room, keeper.keys, desk.archive.shares.find(body.id)
                )
    shredding.finish(later(desk.archive, shredding.LASTS + 60))
    assert desk.archive.shares.aside() == {}
    assert bodies_of(desk, record) == []
    for body in before:
        sealed = next(iter(body.parts.values()))
        for path in desk.instance.rglob("*"):
            assert not path.is_file() or sealed not in path.read_bytes(), path
    assert checking.fsck(desk.archive, keeper) == ()


def test_a_second_member_destroys_it_at_once(desk: Standing) -> None:
    [record] = store(desk, draft())
    officer, keeper = desk.acting("outsider"), desk.acting("keeper")
    with pytest.raises(Conflict):
        shredding.confirm(desk.archive, keeper, record)  # nothing is withdrawn yet
    withdrawing.withdraw(desk.archive, officer, record)
    assert set(shredding.waiting(desk.archive, officer, desk.custody)) == {record}
    with pytest.raises(Refused):
        shredding.confirm(desk.archive, officer, record)
    shredding.confirm(desk.archive, keeper, record)
    for again in (keeper, officer):
        with pytest.raises(Conflict):
            shredding.confirm(desk.archive, again, record)
    with desk.archive.read() as unit:
        said = [row.action for row in unit.log.find(LogFilter(about=record), None, unit.log.head().size)]
    assert said.count("shred") == 1, "it was destroyed once"
    assert shredding.waiting(desk.archive, officer, desk.custody) == {}
    assert bodies_of(desk, record) == []
    with pytest.raises(Conflict):
        shredding.undo(desk.archive, keeper, desk.archive_kit, record, consent(record))
    assert checking.fsck(desk.archive, keeper) == ()


def test_a_mistake_is_undone_with_the_archive_kit(desk: Standing) -> None:
    given = draft()
    [record] = store(desk, given)
    keeper, officer = desk.acting("keeper"), desk.acting("outsider")
    withdrawing.withdraw(desk.archive, officer, record)
    again = replace(consent(record), reason="The wrong record was named.")
    with pytest.raises(CannotSignIn):
        shredding.undo(desk.archive, keeper, desk.people["keeper"].kit, record, again)
    with pytest.raises(NotFound):
        shredding.undo(desk.archive, officer, desk.archive_kit, record, again)
    assert closed_everywhere(desk, record)
    shredding.undo(desk.archive, keeper, desk.archive_kit, record, again)
    shown = disclosing.show(desk.archive, keeper, desk.custody, record)
    assert shown.record == given.record
    assert shown.identity
    assert disclosing.show(desk.archive, desk.acting("reader"), desk.reading, record).record.id == record
    assert checking.fsck(desk.archive, keeper) == ()


def test_a_limit_closes_rooms_of_a_purpose_and_waits_for_custody(desk: Standing) -> None:
    [record] = store(desk, draft())
    officer, keeper, counsel = desk.acting("outsider"), desk.acting("keeper"), desk.acting("counsel")
    matter = desk.rooms[RoomPurpose.MATTER]
    assert total(desk, "reader", desk.reading) == 1
    assert withdrawing.limit(desk.archive, officer, record, [RoomPurpose.READING]).rooms == (desk.reading,)
    assert total(desk, "reader", desk.reading) == 0
    assert disclosing.show(desk.archive, counsel, matter, record).record.id == record
    assert [said.event for said in disclosing.show(desk.archive, keeper, desk.custody, record).consent] == [
        Event.GRANT,
        Event.LIMIT,
    ]
    assert checking.fsck(desk.archive, keeper) == ()
    assert cataloguing.place_waiting(desk.archive, keeper, desk.custody) == 0
    assert total(desk, "reader", desk.reading) == 0
    assert disclosing.show(desk.archive, counsel, matter, record).record.id == record
    with pytest.raises(Conflict):
        withdrawing.limit(desk.archive, officer, record, [RoomPurpose.READING])
    assert checking.fsck(desk.archive, keeper) == ()


def test_what_rests_on_an_ended_keeping_is_not_read_in_custody_until_it_is_placed_anew(
    desk: Standing,
) -> None:
    given = draft()
    [record] = store(desk, given)
    officer, keeper = desk.acting("outsider"), desk.acting("keeper")
    medical = next(item.id for item in given.consent.items if item.purpose is Purpose.STORE)
    with desk.archive.read() as unit:
        row = unit.records.get(record)
    assert row
    withdrawing._end(desk.archive, row, withdrawing._Closing(event=Event.LIMIT, closes=(medical,)), officer)
    assert total(desk, "keeper", desk.custody) == 0
    with pytest.raises(NotFound):
        disclosing.show(desk.archive, keeper, desk.custody, record)
    assert cataloguing.place_waiting(desk.archive, keeper, desk.custody) == 0
    assert disclosing.show(desk.archive, keeper, desk.custody, record).record.id == record
    assert total(desk, "keeper", desk.custody) == 1
    assert checking.fsck(desk.archive, keeper) == ()


def test_a_receipt_closes_its_record_once_with_nobody_signed_in(standing: Standing) -> None:
    record, other = store(standing, draft(), draft())
    keeper = standing.acting("keeper")
    old = consenting.receipt(standing.archive, keeper, standing.custody, record)
    code = consenting.receipt(standing.archive, keeper, standing.custody, record)
    assert total(standing, "reader", standing.reading) == 2
    for wrong in ("", "?", old, code[:-1], code[:-1] + ("0" if code[-1] != "0" else "1"), new_id().hex):
        with pytest.raises(NoSuchReceipt):
            withdrawing.by_receipt(standing.archive, wrong)
    assert not closed_everywhere(standing, record)
    with pytest.raises(Conflict):  # the page that gave it out, sent once more
        consenting.receipt(standing.archive, keeper, standing.custody, record, read=2)
    typed = code.lower().replace("-", " ")
    with bootstrap.opened(Config(instance=standing.instance)) as nobody:
        ending = withdrawing.by_receipt(nobody, typed)
    assert ending.record == record
    assert closed_everywhere(standing, record)
    assert not closed_everywhere(standing, other)
    assert total(standing, "reader", standing.reading) == 1
    with pytest.raises(NoSuchReceipt):
        withdrawing.by_receipt(standing.archive, code)
    assert checking.fsck(standing.archive, keeper) == ()
    with raw(standing) as database:
        assert code.encode() not in b"".join(map(bytes, [line.encode() for line in database.iterdump()]))


@pytest.mark.parametrize("by", ["receipt", "desk"])
def test_what_is_closed_because_nothing_keeps_it_can_still_be_withdrawn(desk: Standing, by: str) -> None:
    given = draft()
    [record] = store(desk, given)
    keeper, officer = desk.acting("keeper"), desk.acting("outsider")
    code = consenting.receipt(desk.archive, keeper, desk.custody, record)
    every = tuple(item.id for item in given.consent.items)
    consenting.append(desk.archive, keeper, desk.custody, entry(record, Event.LIMIT, closes=every))
    assert closed_everywhere(desk, record)
    with pytest.raises(Conflict):
        shredding.confirm(desk.archive, officer, record)  # closed, but nobody withdrew it
    if by == "receipt":
        withdrawing.by_receipt(desk.archive, code)
    else:
        withdrawing.withdraw(desk.archive, officer, record)
    assert set(shredding.waiting(desk.archive, officer, desk.custody)) == {record}
    assert checking.fsck(desk.archive, keeper) == ()


def test_what_ran_out_is_removed_by_the_clock_with_nobody_there(standing: Standing) -> None:
    record, lasting = account(), draft()
    store(standing, draft(record, consent(record.id, FULL, until=1)), lasting)
    assert total(standing, "reader", standing.reading) == 2
    gone = [body for body in bodies_of(standing, record.id) if body.kind in withdrawing.PLACED]
    archive = later(standing.archive, 2 * 86_400)
    assert expiring.run(standing.archive)
    archive.shares.note_upkeep(shredding.now(archive) - 60)
    assert expiring.run(archive)
    assert not archive.shares.owners() & {body.id for body in gone}
    assert {body.kind for body in bodies_of(standing, record.id)} == {BodyKind.MASTER, BodyKind.CONSENT}
    keeper = standing.acting("keeper")
    assert cataloguing.place_waiting(archive, keeper, standing.custody) == 1, "nothing keeps it in custody"
    consenting.append(
        archive, keeper, standing.custody, replace(consent(record.id), at=archive.clock().date())
    )
    assert (
        disclosing.show(archive, standing.acting("reader"), standing.reading, record.id).record.id
        == record.id
    )
    assert cataloguing.place_waiting(archive, keeper, standing.custody) == 0
    assert checking.fsck(archive, keeper) == ()


@pytest.mark.parametrize("days", [-3, 3])
def test_a_clock_in_doubt_waits_for_an_officer(standing: Standing, days: int) -> None:
    record = account()
    store(standing, draft(record, consent(record.id, FULL, until=1)))
    assert expiring.run(standing.archive)
    archive = later(standing.archive, days * 86_400)
    before = bodies_of(standing, record.id)
    assert not expiring.run(archive)
    assert bodies_of(standing, record.id) == before
    with pytest.raises(Refused):
        expiring.confirm(archive, standing.acting("reader"))
    expiring.confirm(archive, standing.acting("keeper"))
    kinds = {body.kind for body in bodies_of(standing, record.id)}
    assert (BodyKind.RENDITION in kinds) is (days < 0)


def test_a_withdrawal_that_was_killed_half_way_is_finished_by_upkeep(
    desk: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    [record] = store(desk, draft())
    masters = {body.id for body in bodies_of(desk, record)}
    with monkeypatch.context() as killed:
        killed.setattr(shredding, "set_aside", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            withdrawing.withdraw(desk.archive, desk.acting("outsider"), record)
    assert closed_everywhere(desk, record)
    assert desk.archive.shares.owners() & masters
    bootstrap.upkeep(desk.archive).run()
    assert not desk.archive.shares.owners() & masters


def test_a_withdrawal_again_by_entry(standing: Standing) -> None:
    """A custodian's own entry closes as the desk does."""
    [record] = store(standing, draft())
    consenting.append(
        standing.archive, standing.acting("keeper"), standing.custody, entry(record, Event.WITHDRAW)
    )
    assert closed_everywhere(standing, record)
    assert checking.fsck(standing.archive, standing.acting("keeper")) == ()


def test_a_limit_by_the_desk_holds_against_another_grant_of_the_same(desk: Standing) -> None:
    [record] = store(desk, draft())
    keeper, officer = desk.acting("keeper"), desk.acting("outsider")
    research = tuple(pair for pair in FULL if pair[0] is Purpose.RESEARCH)
    consenting.append(
        desk.archive, keeper, desk.custody, replace(consent(record, research), reason="Said again.")
    )
    assert total(desk, "reader", desk.reading) == 1
    withdrawing.limit(desk.archive, officer, record, [RoomPurpose.READING])
    assert cataloguing.place_waiting(desk.archive, keeper, desk.custody) == 0
    assert total(desk, "reader", desk.reading) == 0
    matter = desk.rooms[RoomPurpose.MATTER]
    assert disclosing.show(desk.archive, desk.acting("counsel"), matter, record).record.id == record
    assert checking.fsck(desk.archive, keeper) == ()


def test_a_further_grant_on_what_is_withdrawn_says_so(desk: Standing) -> None:
    [record] = store(desk, draft())
    withdrawing.withdraw(desk.archive, desk.acting("outsider"), record)
    with pytest.raises(Conflict, match="withdrawn"):
        consenting.append(desk.archive, desk.acting("keeper"), desk.custody, consent(record))
