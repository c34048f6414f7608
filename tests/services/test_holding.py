"""Others at risk are shown to nobody, whatever was agreed; a legal hold keeps what two officers alone can open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

import pytest

from archive.crypto.errors import CannotOpen
from archive.domain.consent import Event
from archive.domain.errors import CannotSignIn, Conflict, Invalid, NotFound, Refused
from archive.domain.identifiers import new_id
from archive.domain.records import WITHHELD
from archive.sealing import holds
from archive.services import (
    admitting,
    checking,
    consenting,
    disclosing,
    expiring,
    holding,
    rooms,
    shredding,
    withdrawing,
)
from archive.services.acting import Acting
from archive.services.archive import Archive
from tests.archives import Standing, account, consent, draft, place
from tests.services.services_cast import append, later, raw, store

REASON = "Their brother in Example County was asked about them."
BASIS = "Order 12 of the Example Court, of 3 March."
COUNTY = "xj-hotan-hetian-county"


@dataclass
class Court:
    """An archive with two officers, a consent desk and a record."""

    standing: Standing
    second: Acting
    desk: Acting
    record: UUID

    @property
    def archive(self) -> Archive:
        return self.standing.archive

    @property
    def keeper(self) -> Acting:
        return self.standing.acting("keeper")

    def hold(self) -> UUID:
        return holding.set_legal(self.archive, self.keeper, self.second, self.record, BASIS)


@pytest.fixture
def court(standing: Standing) -> Court:
    keeper = standing.acting("keeper")
    newcomer = admitting.Newcomer(login="second", name="Example Second", officer=True)
    standing.people["second"] = admitting.admit(standing.archive, [keeper], newcomer)
    outsider = standing.people["outsider"].member
    rooms.appoint(standing.archive, keeper, standing.custody, outsider)
    [record] = store(standing, draft())
    standing._unlocked.pop("outsider", None)
    return Court(standing, standing.acting("second"), standing.acting("outsider"), record)


def seen(standing: Standing, record: UUID, login: str = "reader") -> set[str]:
    shown = disclosing.show(standing.archive, standing.acting(login), standing.reading, record).record
    return {shown.title, *(text.body for text in shown.texts), *(tag.term for tag in shown.tags)}


# --- others at risk ------------------------------------------------------------------------------------------------


def test_a_risk_hold_takes_what_may_show_others_out_of_the_rooms_at_once(standing: Standing) -> None:
    told = replace(account(), title_contains=account().title_reviewed[:1], tags=(place(COUNTY),))
    [record] = store(standing, draft(told))
    keeper = standing.acting("keeper")
    assert COUNTY in seen(standing, record)
    hold = holding.set_risk(standing.archive, keeper, standing.custody, record, REASON)
    assert COUNTY not in seen(standing, record)
    assert WITHHELD in seen(standing, record)
    append(standing, consent(record))  # a yes to everything, once more
    assert COUNTY not in seen(standing, record)
    shown = disclosing.show(standing.archive, keeper, standing.custody, record)
    assert shown.record == told
    assert shown.identity
    assert [said.reason for said in shown.consent if said.event is Event.HOLD] == [REASON]
    assert holding.at_risk(standing.archive, keeper, standing.custody) == {record: (hold,)}
    assert not any(
        REASON.encode() in path.read_bytes() for path in standing.instance.rglob("*") if path.is_file()
    )
    with pytest.raises(Conflict):
        holding.release_risk(standing.archive, keeper, standing.custody, record, new_id(), "Over.")
    holding.release_risk(standing.archive, keeper, standing.custody, record, hold, "They are abroad now.")
    assert COUNTY in seen(standing, record)
    assert holding.at_risk(standing.archive, keeper, standing.custody) == {}
    assert checking.fsck(standing.archive, keeper) == ()


def test_who_sets_a_risk_hold_holds_custody_and_says_why(court: Court) -> None:
    archive, custody = court.archive, court.standing.custody
    for who in (court.desk, court.second, court.standing.acting("reader")):
        with pytest.raises(NotFound):
            holding.set_risk(archive, who, custody, court.record, REASON)
    with pytest.raises(Invalid):
        holding.set_risk(archive, court.keeper, custody, court.record, " ")
    with pytest.raises(NotFound):
        holding.set_risk(archive, court.keeper, custody, new_id(), REASON)
    hold = holding.set_risk(archive, court.keeper, custody, court.record, REASON)
    assert holding.at_risk(archive, court.desk, custody) == {court.record: (hold,)}
    with pytest.raises(NotFound):
        holding.at_risk(archive, court.standing.acting("reader"), custody)
    withdrawing.withdraw(archive, court.desk, court.record)
    with pytest.raises(Conflict):
        holding.set_risk(archive, court.keeper, custody, court.record, REASON)


# --- the law -------------------------------------------------------------------------------------------------------


def test_two_officers_set_it_on_a_stated_basis_and_nobody_else(court: Court) -> None:
    archive, record = court.archive, court.record
    with pytest.raises(Refused, match="one cannot act as both"):
        holding.set_legal(archive, court.keeper, court.keeper, record, BASIS)
    again = court.standing.acting("keeper")
    with pytest.raises(Refused, match="one cannot act as both"):
        holding.set_legal(archive, court.keeper, replace(again, holder=b"another sign-in"), record, BASIS)
    for login in ("reader", "outsider"):
        with pytest.raises(Refused, match="Only officers"):
            holding.set_legal(archive, court.keeper, court.standing.acting(login), record, BASIS)
    with pytest.raises(Invalid):
        holding.set_legal(archive, court.keeper, court.second, record, "  ")
    with pytest.raises(NotFound):
        holding.set_legal(archive, court.keeper, court.second, new_id(), BASIS)
    hold = court.hold()
    with pytest.raises(Conflict):
        court.hold()
    [held] = holding.legal(archive, court.keeper)
    assert (held.id, held.record, held.basis, held.ended) == (hold, record, BASIS, None)
    assert set(held.officers) == {court.keeper.member, court.second.member}
    assert [one.basis for one in holding.legal(archive, court.second)] == [None]
    assert [one.basis for one in holding.legal(archive, court.desk)] == [None]
    with pytest.raises(NotFound):
        holding.legal(archive, court.standing.acting("reader"))
    assert not any(
        BASIS.encode() in path.read_bytes() for path in court.standing.instance.rglob("*") if path.is_file()
    )
    assert checking.fsck(archive, court.keeper) == checking.fsck(archive) == ()


def test_withdrawn_it_closes_as_ever_and_is_not_destroyed(court: Court) -> None:
    archive = court.archive
    hold = court.hold()
    withdrawing.withdraw(archive, court.desk, court.record)
    for login, room in (("reader", court.standing.reading), ("keeper", court.standing.custody)):
        with pytest.raises(NotFound):
            disclosing.show(archive, court.standing.acting(login), room, court.record)
    lying = set(archive.shares.aside())
    assert lying
    assert not archive.shares.owners() & lying
    for days in (4, 40, 400):
        moment = later(archive, days * 86400)
        shredding.set_aside(moment)
        shredding.finish(moment)
    assert set(archive.shares.aside()) >= lying
    with pytest.raises(Refused, match="legal hold"):
        shredding.confirm(archive, court.keeper, court.record)
    assert checking.fsck(archive, court.keeper) == checking.fsck(archive) == ()
    holding.lift(later(archive, 5 * 86400), court.second, court.keeper, hold)
    assert archive.shares.aside() == {}
    with archive.read() as unit:
        assert court.record not in unit.records.bodies_about([court.record])
    with pytest.raises(Conflict):
        holding.lift(archive, court.second, court.keeper, hold)
    assert holding.legal(archive, court.keeper) == ()
    [ended] = holding.legal(archive, court.keeper, ended=True)
    assert ended.ended
    assert checking.fsck(archive, court.keeper) == checking.fsck(archive) == ()


def test_lifted_within_the_three_days_they_run_out_as_ever(court: Court) -> None:
    hold = court.hold()
    withdrawing.withdraw(court.archive, court.desk, court.record)
    holding.lift(court.archive, court.keeper, court.second, hold)
    assert court.archive.shares.aside()
    shredding.finish(later(court.archive, shredding.LASTS + 60))
    assert court.archive.shares.aside() == {}


def test_lifted_within_the_three_days_its_officers_still_undo_it(court: Court) -> None:
    archive, record = court.archive, court.record
    hold = court.hold()
    withdrawing.withdraw(archive, court.desk, record)
    holding.lift(archive, court.keeper, court.second, hold)
    again = replace(consent(record), reason="The wrong record was named.")
    with pytest.raises(CannotSignIn):
        holding.undo(archive, court.keeper, court.desk, record, again)
    holding.undo(archive, court.keeper, court.second, record, again)
    assert disclosing.show(archive, court.keeper, court.standing.custody, record).identity
    assert checking.fsck(archive, court.keeper) == ()


def test_a_lifting_destroys_nothing_while_the_clock_is_in_doubt(court: Court) -> None:
    archive = court.archive
    hold = court.hold()
    withdrawing.withdraw(archive, court.desk, court.record)
    assert expiring.run(archive)
    leapt = later(archive, 5 * 86400)
    holding.lift(leapt, court.keeper, court.second, hold)
    assert archive.shares.aside(), "the clock may be wrong: the three days may not be over"
    expiring.confirm(leapt, court.keeper)
    assert not archive.shares.aside()


def test_neither_the_kit_nor_one_officer_opens_what_it_keeps(court: Court) -> None:
    archive, record = court.archive, court.record
    hold = court.hold()
    sealed: dict[UUID, bytes] = {}
    withdrawing.withdraw(archive, court.desk, record)
    with raw(court.standing, "shares/shares.db") as database:
        for owner, found in database.execute("SELECT owner, sealed FROM aside"):
            sealed[UUID(owner)] = found
    owner, found = next(iter(sealed.items()))
    one, two = (court.keeper.member, court.keeper.keys), (court.second.member, court.second.keys)
    for keys in ([one], [two, one], [one, (two[0], court.keeper.keys)]):
        with pytest.raises(CannotOpen):
            holds.bring_back(archive.row.id, hold, keys, owner, found)
    assert len(holds.bring_back(archive.row.id, hold, [two], owner, found)) > 32, "sealed to the other still"
    assert len(holds.bring_back(archive.row.id, hold, [one, two], owner, found)) == 32
    again = replace(consent(record), reason="The wrong record was named.")
    with pytest.raises(Conflict, match="two officers"):
        shredding.undo(archive, court.keeper, court.standing.archive_kit, record, again)
    with pytest.raises(CannotSignIn):
        holding.undo(archive, court.keeper, court.keeper, record, again)
    holding.undo(archive, court.keeper, court.second, record, again)
    assert disclosing.show(archive, court.keeper, court.standing.custody, record).identity
    assert checking.fsck(archive, court.keeper) == ()


def test_what_was_withdrawn_before_is_held_by_nobody(court: Court) -> None:
    withdrawing.withdraw(court.archive, court.desk, court.record)
    with pytest.raises(Conflict):
        court.hold()


def _forged(change: str) -> Callable[[Court], None]:
    def forge(court: Court) -> None:
        with raw(court.standing) as database:
            database.execute(f"UPDATE holds SET {change}")

    return forge


def _lifted(court: Court) -> None:
    with raw(court.standing) as database:
        database.execute("UPDATE holds SET ended = day, lifted = signed")


def _removed(court: Court) -> None:
    with raw(court.standing) as database:
        database.execute("DELETE FROM holds")


@pytest.mark.parametrize("tamper", [_forged("signed = x''"), _forged("sealed = x'00'"), _lifted, _removed])
def test_fsck_names_a_hold_that_was_changed(court: Court, tamper: Callable[[Court], None]) -> None:
    court.hold()
    tamper(court)
    assert "hold" in {finding.what for finding in checking.fsck(court.archive)}


def test_a_lifting_that_two_did_not_sign_lifts_nothing(court: Court) -> None:
    court.hold()
    withdrawing.withdraw(court.archive, court.desk, court.record)
    _lifted(court)
    shredding.finish(later(court.archive, shredding.LASTS + 60))
    assert court.archive.shares.aside()


def test_a_hold_that_nobody_set_keeps_nothing(court: Court) -> None:
    court.hold()
    _forged("signed = x''")(court)
    withdrawing.withdraw(court.archive, court.desk, court.record)
    shredding.finish(later(court.archive, shredding.LASTS + 60))
    with court.archive.read() as unit:
        assert court.record not in unit.records.bodies_about([court.record])
    assert court.archive.shares.aside() == {}


def test_the_person_still_withdraws_by_themselves(court: Court) -> None:
    code = consenting.receipt(court.archive, court.keeper, court.standing.custody, court.record)
    court.hold()
    ending = withdrawing.by_receipt(court.archive, code)
    assert ending.record == court.record
    shredding.finish(later(court.archive, shredding.LASTS + 60))
    assert court.archive.shares.aside()
