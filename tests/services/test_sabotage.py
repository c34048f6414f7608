"""What a consent desk that sabotages, or forges, can close; and that it opens nothing, whatever it writes or signs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archive.domain.consent import Event, Purpose
from archive.domain.errors import GuwahError
from archive.domain.identifiers import new_id
from archive.domain.rooms import RoomPurpose
from archive.sealing import commits
from archive.sealing.bodies import RoomKey
from archive.services import (
    cataloguing,
    checking,
    consenting,
    consents,
    disclosing,
    saving,
    transparency,
    withdrawing,
)
from tests.archives import Standing, draft
from tests.services.services_cast import entry, raw, store


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
