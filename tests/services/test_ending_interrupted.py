"""An ending that is killed, refused half way or raced is finished; a wrong clock destroys nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from archive import bootstrap
from archive.domain.consent import Event
from archive.domain.errors import Conflict, NoSuchReceipt, Refused
from archive.domain.identifiers import new_id
from archive.domain.keeping import BodyKind, SealedBody
from archive.domain.rooms import Capability, RoomPurpose
from archive.domain.searching import SearchQuery
from archive.sealing import receipts
from archive.services import (
    cataloguing,
    checking,
    consenting,
    disclosing,
    expiring,
    indexing,
    rooms,
    saving,
    searching,
    shredding,
    transparency,
    withdrawing,
)
from archive.services.archive import Archive
from archive.storage.shares import ShareStore
from tests.archives import FULL, Standing, account, consent, draft, place
from tests.services.services_cast import COUNTED, entry, later, raw, store, today

DAY = 86_400


class Killed(BaseException):
    """The process ended here."""


def kill(*_: object, **__: object) -> Any:
    raise Killed


@contextmanager
def killed(patch: pytest.MonkeyPatch, where: object, name: str, instead: Any = kill) -> Iterator[None]:
    with patch.context() as here:
        here.setattr(where, name, instead)
        yield


def kinds(standing: Standing, record: UUID) -> set[BodyKind]:
    with standing.archive.read() as unit:
        return {body.kind for body in unit.records.bodies_about([record]).get(record, ())}


def files(standing: Standing, room: UUID) -> set[Path]:
    return set((standing.instance / "index" / room.hex).glob("*.*"))


def indexed(standing: Standing, login: str = "reader") -> UUID:
    """A room whose index is on disk, though who holds it is not there now."""
    searching.search(standing.archive, standing.acting(login), standing.reading, COUNTED)
    assert files(standing, standing.reading)
    return standing.reading


def test_a_clock_that_once_leapt_ahead_destroys_nothing_that_has_not_run_out(standing: Standing) -> None:
    archive, keeper, record = standing.archive, standing.acting("keeper"), account()
    store(standing, draft(record, consent(record.id, FULL, until=10)))
    assert expiring.run(archive)
    leapt = later(archive, 30 * DAY)
    searching.search(leapt, keeper, standing.custody, COUNTED)  # and so the log has a day that is to come
    assert not expiring.run(archive)
    expiring.confirm(archive, keeper)
    assert {BodyKind.RENDITION, BodyKind.IDENTITY} <= kinds(standing, record.id)
    searching.search(archive, keeper, standing.custody, COUNTED)
    assert expiring.run(archive), "an officer has said it once, and need not every day"
    further = later(archive, 45 * DAY)
    searching.search(further, keeper, standing.custody, COUNTED)
    assert not expiring.run(archive), "but it leapt again since"
    due = later(archive, 11 * DAY)
    expiring.confirm(due, keeper)
    assert BodyKind.RENDITION not in kinds(standing, record.id)


def test_killed_between_shares_and_rows_a_destruction_is_finished(
    desk: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = store(desk, draft(), draft())
    for record in (one, two):
        withdrawing.withdraw(desk.archive, desk.acting("outsider"), record)
    over = later(desk.archive, shredding.LASTS + 60)
    with killed(monkeypatch, transparency, "append"), pytest.raises(Killed):
        shredding.finish(over)
    assert kinds(desk, one)
    assert kinds(desk, two)
    shredding.finish(over)
    assert kinds(desk, one) == kinds(desk, two) == set()
    assert checking.fsck(desk.archive, desk.acting("keeper")) == ()


def test_what_lies_aside_of_nothing_that_there_is_goes_in_its_time(standing: Standing) -> None:
    shares, owner = standing.archive.shares, new_id()
    shares.draw(owner)
    shares.set_aside([owner], lambda _owner, share: share[::-1], shredding.now(standing.archive) + 60)
    shredding.finish(standing.archive)
    assert owner in shares.aside()
    shredding.finish(later(standing.archive, 120))
    assert shares.aside() == {}


def test_upkeep_that_comes_between_undoes_no_undo(desk: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    archive, keeper = desk.archive, desk.acting("keeper")
    [record] = store(desk, draft())
    withdrawing.withdraw(archive, desk.acting("outsider"), record)
    real, kit = consenting.append, partial(receipts.set_aside, archive.row.id, archive.row.recovery_public)

    def late(*given: Any) -> None:
        """Upkeep read the rows before the entry, and acts after it."""
        real(*given)
        with archive.read() as unit:
            owners = [body.id for body in unit.records.bodies_about([record])[record]]
        archive.shares.set_aside(owners, kit, shredding.until(archive))

    def early(*given: Any) -> None:
        shredding.set_aside(archive)
        real(*given)

    again = replace(consent(record), reason="The wrong record was named.")
    with killed(monkeypatch, consenting, "append", early), pytest.raises(Conflict):
        shredding.undo(archive, keeper, desk.archive_kit, record, again)
    assert set(shredding.waiting(archive, keeper, desk.custody)) == {record}, "it can be undone still"
    with killed(monkeypatch, consenting, "append", late):
        shredding.undo(archive, keeper, desk.archive_kit, record, again)
    assert archive.shares.aside() == {}
    assert disclosing.show(archive, keeper, desk.custody, record).identity
    assert checking.fsck(archive, keeper) == ()


def test_whoever_gave_out_a_code_does_not_destroy_what_it_withdrew(desk: Standing) -> None:
    """With one code and the public page a custodian would else destroy alone, at once."""
    archive, keeper = desk.archive, desk.acting("keeper")
    [record] = store(desk, draft())
    code = consenting.receipt(archive, keeper, desk.custody, record)
    withdrawing.by_receipt(archive, code)
    with pytest.raises(Refused):
        shredding.confirm(archive, keeper, record)
    shredding.confirm(archive, desk.acting("outsider"), record)
    assert kinds(desk, record) == set()


def test_a_code_withdraws_once(desk: Standing) -> None:
    archive, keeper = desk.archive, desk.acting("keeper")
    [record] = store(desk, draft())
    code = consenting.receipt(archive, keeper, desk.custody, record)
    withdrawing.by_receipt(archive, code)
    shredding.undo(archive, keeper, desk.archive_kit, record, replace(consent(record), reason="A mistake."))
    for deed in (withdrawing.recognised, withdrawing.by_receipt):
        with pytest.raises(NoSuchReceipt):
            deed(archive, code)
    withdrawing.recognised(archive, consenting.receipt(archive, keeper, desk.custody, record))


def test_the_three_days_are_no_shorter_where_the_clock_was_set_back(desk: Standing) -> None:
    [record] = store(desk, draft())
    ahead = shredding.now(desk.archive) + 7_000
    desk.archive.shares.note_upkeep(ahead)
    ending = withdrawing.withdraw(desk.archive, desk.acting("outsider"), record)
    assert ending.until == ahead + shredding.LASTS == max(desk.archive.shares.aside().values())


def test_an_index_that_was_to_go_goes_at_the_second_upkeep(
    desk: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    [record] = store(desk, draft())
    room = indexed(desk)
    with killed(monkeypatch, indexing, "drop"), pytest.raises(Killed):
        withdrawing.withdraw(desk.archive, desk.acting("outsider"), record)
    assert files(desk, room)
    upkeep = bootstrap.upkeep(desk.archive)
    upkeep.run()
    assert files(desk, room), "it may be on its way to be made anew"
    upkeep.run()
    assert not files(desk, room)
    assert searching.search(desk.archive, desk.acting("reader"), room, COUNTED).result.total == 0
    upkeep.run()
    upkeep.run()
    assert checking.fsck(desk.archive, desk.acting("keeper")) == ()


def test_a_shred_store_that_is_read_meanwhile_keeps_no_index(
    desk: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise Conflict("Traces stay in the shred store's log.")

    [record] = store(desk, draft())
    room = indexed(desk)
    with killed(monkeypatch, ShareStore, "destroy", busy), pytest.raises(Conflict):
        withdrawing.withdraw(desk.archive, desk.acting("outsider"), record)
    assert not files(desk, room)
    assert desk.archive.shares.aside(), "and its master is out of reach"


def test_an_identity_under_a_hold_outlasts_its_term(desk: Standing) -> None:
    """It is the only copy of who somebody is: what a closed record still has goes with it, or stays with it."""
    record = account()
    store(desk, draft(record, consent(record.id, FULL, until=1)))
    withdrawing.withdraw(desk.archive, desk.acting("outsider"), record.id)
    assert BodyKind.IDENTITY in kinds(desk, record.id)
    soon = later(desk.archive, 2 * DAY)
    desk.archive.shares.note_upkeep(shredding.now(soon) - 60)
    assert expiring.run(soon)
    assert BodyKind.IDENTITY in kinds(desk, record.id)


def test_a_limit_closes_what_the_ledger_says_now(desk: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody renews between the look at what lies where and the closing: nothing of theirs stays open unseen."""
    [record] = store(desk, draft())
    real = withdrawing._entry

    def raced(archive: Archive, *given: Any) -> Any:
        consenting.append(archive, desk.acting("keeper"), desk.custody, entry(record, Event.SUSPEND))
        return real(archive, *given)

    with killed(monkeypatch, withdrawing, "_entry", raced), pytest.raises(Conflict):
        withdrawing.limit(desk.archive, desk.acting("outsider"), record, [RoomPurpose.READING])
    consenting.append(desk.archive, desk.acting("keeper"), desk.custody, entry(record, Event.RESUME))
    assert withdrawing.limit(desk.archive, desk.acting("outsider"), record, [RoomPurpose.READING]).rooms
    assert checking.fsck(desk.archive, desk.acting("keeper")) == ()


def test_an_entry_about_a_record_that_merely_ran_out_may_not_be_missing(standing: Standing) -> None:
    archive, keeper, record = standing.archive, standing.acting("keeper"), account()
    store(standing, draft(record, consent(record.id, FULL, until=1)))
    ran_out = later(archive, 2 * DAY)
    limit = replace(
        entry(record.id, Event.LIMIT), closes=tuple(item.id for item in consent(record.id, FULL).items)
    )
    consenting.append(ran_out, keeper, standing.custody, replace(limit, event=Event.SUPERSEDE, closes=()))
    with archive.read() as unit:
        row = unit.records.get(record.id)
        assert row is not None
        assert row.closed
        assert unit.ledger.of_record(record.id)[-1].event is not Event.WITHDRAW
    with raw(standing) as database:
        database.execute("DELETE FROM bodies WHERE id IN (SELECT id FROM log WHERE action = 'accession')")
    assert checking.fsck(archive, keeper)


@pytest.fixture
def archivist(standing: Standing) -> str:
    """Somebody who places records and holds no key of the reading room."""
    to = standing.people["outsider"].member
    held = [Capability.READ, Capability.PLACE]
    rooms.grant(standing.archive, standing.acting("keeper"), standing.custody, to, held)
    standing._unlocked.clear()
    return "outsider"


def test_words_that_a_room_loses_leave_its_index_though_nobody_there_holds_it(
    standing: Standing, archivist: str
) -> None:
    archive = standing.archive
    [record] = store(standing, draft(account(tags=(place("xj-hotan"),))))
    room = indexed(standing)
    acting = standing.acting(archivist)
    assert room not in acting.keys.held()
    cataloguing.retag(archive, acting, standing.custody, record, [place("xj-hotan"), place("xj-kashgar")])
    assert files(standing, room), "it lost nothing"
    cataloguing.retag(archive, acting, standing.custody, record, [place("xj-kashgar")])
    assert not files(standing, room)
    room = indexed(standing)
    consenting.append(archive, acting, standing.custody, entry(record, Event.SUSPEND))
    assert not files(standing, room)
    assert (
        searching.search(archive, standing.acting("reader"), room, SearchQuery("counted")).result.total == 0
    )
    assert checking.fsck(archive, standing.acting("keeper")) == ()


def test_killed_before_it_forgot_a_revision_is_listed_with_what_replaced_it(
    standing: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a backup of yesterday would take the record for withdrawn."""
    archive, keeper = standing.archive, standing.acting("keeper")
    [record] = store(standing, draft())
    before = {body.id for body in masters(standing, record)}
    with killed(monkeypatch, saving, "forget"), pytest.raises(Killed):
        consenting.append(archive, keeper, standing.custody, replace(consent(record), at=today()))
    after = {body.id for body in masters(standing, record)}
    assert before.isdisjoint(after)
    assert before <= archive.shares.owners()
    assert expiring.run(archive)
    assert before.isdisjoint(archive.shares.owners())
    listed = {one.owner: one.by for one in archive.shares.shredded().entries}
    assert {listed[owner] for owner in before} == after
    with archive.read() as unit:
        assert unit.outbox.replaced() == {}
    assert checking.fsck(archive, keeper) == ()


def masters(standing: Standing, record: UUID) -> tuple[SealedBody, ...]:
    with standing.archive.read() as unit:
        return unit.records.bodies_of(record, BodyKind.MASTER)
