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
from archive.domain.errors import CannotSignIn, Conflict, GuwahError, NoSuchReceipt, NotFound, Refused
from archive.domain.identifiers import new_id
from archive.domain.keeping import BodyKind, SealedBody
from archive.domain.rooms import RoomPurpose
from archive.sealing import bodies, commits
from archive.sealing.bodies import RoomKey
from archive.services import (
    cataloguing,
    checking,
    consenting,
    consents,
    disclosing,
    expiring,
    rooms,
    saving,
    shredding,
    transparency,
    withdrawing,
)
from tests.archives import FULL, Standing, account, consent, draft
from tests.services.services_cast import entry, later, raw, store, total


@pytest.fixture
def desk(standing: Standing) -> Standing:
    """The outsider, who holds no room, is put on the consent desk."""
    outsider = standing.people["outsider"].member
    rooms.appoint(standing.archive, standing.acting("keeper"), standing.custody, outsider)
    standing._unlocked.clear()
    return standing


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
    for body, share in ((body, shares[body.id]) for body in before):
        sealed = next(iter(body.parts.values()))
        for path in desk.instance.rglob("*"):
            assert not path.is_file() or (
                share not in path.read_bytes() and sealed not in path.read_bytes()
            ), path
    assert checking.fsck(desk.archive, keeper) == ()


def test_a_second_member_destroys_it_at_once(desk: Standing) -> None:
    [record] = store(desk, draft())
    officer, keeper = desk.acting("outsider"), desk.acting("keeper")
    with pytest.raises(NotFound):
        shredding.confirm(desk.archive, keeper, record)  # nothing is withdrawn yet
    withdrawing.withdraw(desk.archive, officer, record)
    assert set(shredding.waiting(desk.archive, officer, desk.custody)) == {record}
    with pytest.raises(Refused):
        shredding.confirm(desk.archive, officer, record)
    shredding.confirm(desk.archive, keeper, record)
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
    withdrawing._end(desk.archive, row, officer.keys, officer, Event.LIMIT, (medical,), "")
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
    if by == "receipt":
        withdrawing.by_receipt(desk.archive, code)
    else:
        withdrawing.withdraw(desk.archive, officer, record)
    assert set(shredding.waiting(desk.archive, officer, desk.custody)) == {record}
    assert checking.fsck(desk.archive, keeper) == ()


def test_a_receipt_that_a_database_writer_adds_closes_nothing(standing: Standing) -> None:
    record, other = store(standing, draft(), draft())
    keeper = standing.acting("keeper")
    code = consenting.receipt(standing.archive, keeper, standing.custody, record)
    with standing.archive.read() as unit:
        digest = unit.ledger.of_record(record)[-1].receipt
    with raw(standing) as database:
        database.execute("UPDATE consents SET receipt = x''")
        database.execute("UPDATE consents SET receipt = ? WHERE record = ?", (digest, other.hex))
    with pytest.raises(GuwahError):
        withdrawing.by_receipt(standing.archive, code)
    assert {finding.what for finding in checking.fsck(standing.archive, keeper)} == {"ledger"}


def test_the_desk_changes_nothing_but_what_it_closes(desk: Standing) -> None:
    """A desk that sabotages signs an older master: it is believed for what is closed, not for what is read."""
    [record] = store(desk, draft())
    keeper, officer = desk.acting("keeper"), desk.acting("outsider")
    with desk.archive.read() as unit:
        before = unit.records.get(record)
    cataloguing.retag(desk.archive, keeper, desk.custody, record, [])
    with desk.archive.read() as unit:
        now = unit.records.get(record)
    assert before
    assert now
    stale = replace(now, master=before.master, revision=before.revision)
    with raw(desk) as database:
        database.execute(
            "UPDATE records SET master = ?, revision = ? WHERE id = ?",
            (stale.master.hex, stale.revision, record.hex),
        )
    withdrawing.limit(desk.archive, officer, record, [RoomPurpose.READING])
    with pytest.raises(GuwahError):
        disclosing.show(desk.archive, keeper, desk.custody, record)
    assert {finding.what for finding in checking.fsck(desk.archive, keeper)} == {"record"}


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


def test_a_desk_that_writes_the_database_opens_nothing_again(desk: Standing) -> None:
    """It signs, with its own right, that an older ledger and an open record are the newest state."""
    given = draft()
    [record] = store(desk, given)
    keeper, officer = desk.acting("keeper"), desk.acting("outsider")
    with desk.archive.read() as unit:
        row, [granted] = unit.records.get(record), unit.ledger.of_record(record)
    assert row
    keeping = tuple(item.id for item in given.consent.items if item.purpose is Purpose.STORE)
    consenting.append(desk.archive, keeper, desk.custody, entry(record, Event.LIMIT, closes=keeping[:1]))
    forged = entry(record, Event.LIMIT, closes=(new_id(),))
    with desk.archive.read() as unit:
        custody = unit.rooms.get(desk.custody)
        now = unit.records.get(record)
    assert custody
    assert now
    unsealed = consents.unsealed(forged, RoomKey(custody.id, custody.version, custody.public), row.day)
    [body] = saving.seal(desk.archive, [unsealed], saving.draw(desk.archive, [unsealed.id]))
    again = consents.row(forged, body, [granted])
    with raw(desk) as database:
        database.execute("DELETE FROM consents WHERE record = ? AND number > 0", (record.hex,))
    stand = commits.Standing(now.master, now.revision, again.hash)
    commit, placed = commits.sign(officer.keys, new_id(), [body], {record: stand}, 1 << 30, row.day)
    with desk.archive.work() as unit:
        unit.records.add_commit(commit)
        unit.records.add_bodies(placed)
        unit.ledger.append(again)
        transparency.append(desk.archive, unit, officer.member, "limit", {}, commit, about=record)
        unit.commit()
    with pytest.raises(GuwahError):
        disclosing.show(desk.archive, keeper, desk.custody, record)
    assert {finding.what for finding in checking.fsck(desk.archive, keeper)} & {"ledger", "body", "record"}


def test_a_closed_record_is_not_opened_again_by_whoever_only_closes(desk: Standing) -> None:
    [record] = store(desk, draft())
    keeper, officer = desk.acting("keeper"), desk.acting("outsider")
    withdrawing.withdraw(desk.archive, officer, record)
    forged = entry(record, Event.LIMIT, closes=(new_id(),))
    with desk.archive.read() as unit:
        custody, row = unit.rooms.get(desk.custody), unit.records.get(record)
    assert custody
    assert row
    unsealed = consents.unsealed(forged, RoomKey(custody.id, custody.version, custody.public), row.day)
    [body] = saving.seal(desk.archive, [unsealed], saving.draw(desk.archive, [unsealed.id]))
    with desk.archive.work() as unit:
        commit = consents.enter(unit, officer.keys, row, forged, body, closed=False)
        unit.records.replace(replace(row, closed=False))
        transparency.append(desk.archive, unit, officer.member, "limit", {}, commit, about=record)
        unit.commit()
    with pytest.raises(GuwahError):
        disclosing.show(desk.archive, keeper, desk.custody, record)
    assert "record" in {finding.what for finding in checking.fsck(desk.archive, keeper)}
