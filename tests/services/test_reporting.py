"""The person is told everything: what they agreed to, what was done, who has it, what holds it, what happens next."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from archive.crypto import merkle
from archive.crypto.errors import CannotOpen
from archive.domain.consent import Event, Purpose
from archive.domain.errors import Conflict, NotFound
from archive.domain.handover import HandOver, Recall, RecallState
from archive.domain.identifiers import code_of, new_id
from archive.policy.consent import State
from archive.services import (
    admitting,
    certifying,
    checking,
    consenting,
    disclosing,
    holding,
    recalling,
    reporting,
    rooms,
    shredding,
    withdrawing,
)
from archive.services import desk as desks
from archive.services.reporting import Report
from tests.archives import Standing, consent, draft
from tests.services.services_cast import append, entry, later, store, today


@pytest.fixture
def desk(standing: Standing) -> Standing:
    """A second officer, and the outsider on the consent desk."""
    keeper = standing.acting("keeper")
    newcomer = admitting.Newcomer(login="second", name="Example Second", officer=True)
    standing.people["second"] = admitting.admit(standing.archive, [keeper], newcomer)
    rooms.appoint(standing.archive, keeper, standing.custody, standing.people["outsider"].member)
    standing._unlocked.clear()
    return standing


def told(standing: Standing, record: UUID) -> Report:
    return reporting.report(standing.archive, standing.acting("keeper"), standing.custody, record)


def handed(standing: Standing, record: UUID) -> None:
    said = HandOver(
        id=new_id(),
        record=record,
        recipient="Example Tribunal",
        purpose=Purpose.MEDIA,
        day=today(),
        what="All of it.",
    )
    recalling.record_handover(standing.archive, standing.acting("keeper"), standing.custody, said)


def test_it_tells_what_was_agreed_done_and_given_by_role_alone(desk: Standing) -> None:
    review = today() + timedelta(days=90)
    [record] = store(desk, draft())
    append(desk, replace(consent(record), review_on=review))
    for login, room in (("reader", desk.reading), ("reader", desk.reading), ("keeper", desk.custody)):
        disclosing.show(desk.archive, desk.acting(login), room, record)
    handed(desk, record)
    found = told(desk, record)
    assert found.agreed.state is State.ACTIVE
    assert len(found.agreed.entries) == 2
    deeds = {(deed.action, deed.role): deed.times for deed in found.deeds}
    assert deeds["open", "researcher"] == 2
    assert deeds["open", "custodian"] == 1
    assert deeds["hand-over", "custodian"] == 1
    assert not any(deed.action == "search" for deed in found.deeds)
    [given] = found.given
    assert isinstance(given, HandOver)
    assert given.recipient == "Example Tribunal"
    assert found.reviews == (review,)
    assert (found.until, found.destroyed, found.legal, found.risk) == (None, None, (), ())
    said = repr(found)
    assert "Example Keeper" not in said
    assert desk.people["reader"].member.hex not in said.replace("-", "")
    again = told(desk, record)
    assert ("subject-report", "custodian") in {(deed.action, deed.role) for deed in again.deeds}


def test_it_tells_holds_with_their_basis(desk: Standing) -> None:
    [record] = store(desk, draft())
    keeper = desk.acting("keeper")
    over = holding.set_risk(desk.archive, keeper, desk.custody, record, "Once.")
    holding.release_risk(desk.archive, keeper, desk.custody, record, over, "Over.")
    holding.set_risk(desk.archive, keeper, desk.custody, record, "Their brother was asked.")
    holding.set_legal(desk.archive, keeper, desk.acting("second"), record, "Order 12.")
    found = told(desk, record)
    assert found.risk == ((today(), "Their brother was asked."),)
    assert [one.basis for one in found.legal] == ["Order 12."]
    assert found.held


def test_of_a_withdrawn_record_it_tells_when_and_what_became_of_it(desk: Standing) -> None:
    [record] = store(desk, draft())
    handed(desk, record)
    ending = withdrawing.withdraw(desk.archive, desk.acting("outsider"), record)
    found = told(desk, record)
    assert (found.agreed.state, found.agreed.entries) == (State.WITHDRAWN, ())
    assert [event for event, _day in found.agreed.events] == [Event.GRANT, Event.WITHDRAW]
    assert found.until == ending.until
    assert ("withdraw", "desk") in {(deed.action, deed.role) for deed in found.deeds}
    [given] = found.given
    assert isinstance(given, Recall)
    assert (given.state, given.handover is None) == (RecallState.DUE, False)
    shredding.finish(later(desk.archive, shredding.LASTS + 60))
    ended = told(desk, record)
    assert (ended.until, ended.destroyed) == (None, (today() + timedelta(days=3)))
    assert ("shred", reporting.ITSELF) in {(deed.action, deed.role) for deed in ended.deeds}


@pytest.mark.parametrize("login", ["reader", "counsel", "outsider", "second"])
def test_nobody_but_its_custodian_makes_it(desk: Standing, login: str) -> None:
    [record] = store(desk, draft())
    with pytest.raises(NotFound):
        reporting.report(desk.archive, desk.acting(login), desk.custody, record)
    with pytest.raises(NotFound):
        reporting.report(desk.archive, desk.acting("keeper"), desk.custody, new_id())


# --- the certificate -----------------------------------------------------------------------------------------------


def test_a_withdrawal_is_certified_and_checked_without_an_archive(desk: Standing) -> None:
    [record] = store(desk, draft())
    officer = desk.acting("outsider")
    with pytest.raises(Conflict):
        certifying.certify(desk.archive, officer, record)
    withdrawing.withdraw(desk.archive, officer, record)
    made = certifying.certify(desk.archive, officer, record)
    found = certifying.read(made.raw)
    assert found == made
    assert (found.record, found.code, found.withdrawn, found.destroyed) == (
        record,
        code_of(record),
        today(),
        None,
    )
    assert (
        found.until
        == datetime.fromtimestamp(shredding.waiting(desk.archive, officer, desk.custody)[record], UTC).date()
    )
    assert found.key == certifying.key(desk.archive)
    with desk.archive.read() as unit:
        [row] = unit.log.entries(found.number, 1)
        assert merkle.root(unit.log.leaves(found.size)).hex() == found.root
    assert (row.action, row.leaf.hex()) == ("withdraw", found.leaf)
    shredding.confirm(desk.archive, desk.acting("keeper"), record)
    after = certifying.certify(desk.archive, officer, record)
    assert (after.destroyed, after.until, after.number) == (today(), None, found.number)
    for login in ("reader", "counsel"):
        with pytest.raises(NotFound):
            certifying.certify(desk.archive, desk.acting(login), record)
    assert checking.fsck(desk.archive, desk.acting("keeper")) == ()


def test_whoever_withdraws_by_a_code_takes_one_too_and_a_hold_stands_in_it(desk: Standing) -> None:
    [record] = store(desk, draft())
    code = consenting.receipt(desk.archive, desk.acting("keeper"), desk.custody, record)
    holding.set_legal(desk.archive, desk.acting("keeper"), desk.acting("second"), record, "Order 12.")
    ending = withdrawing.by_receipt(desk.archive, code)
    made = certifying.of_ending(desk.archive, ending)
    assert (made.record, made.held) == (record, True)
    assert ending.until is None, "nobody is told that it will be destroyed"
    assert shredding.waiting(desk.archive, desk.acting("outsider"), desk.custody) == {}
    seen = desks.look(desk.archive, desk.acting("outsider"), record)
    assert (seen.withdrawn, seen.held, seen.until) == (True, True, None)


def test_a_custodian_s_own_entry_is_certified_too(desk: Standing) -> None:
    [record] = store(desk, draft())
    append(desk, entry(record, Event.WITHDRAW))
    made = certifying.certify(desk.archive, desk.acting("keeper"), record)
    assert made.withdrawn == today()


@pytest.mark.parametrize(
    "change",
    [
        {"withdrawn": date(2020, 1, 1).isoformat()},
        {"destroyed": None},
        {"record": new_id().hex},
        {"archive": new_id().hex},
        {"held": True},
        {"log": {"number": 1, "leaf": "00", "size": 2, "root": "00"}},
        {"type": "guwah/withdrawal/2"},
        {"key": "AAAA"},
        {"signature": "AAAA"},
        {"more": "words"},
    ],
)
def test_a_certificate_that_was_changed_does_not_hold(desk: Standing, change: dict[str, object]) -> None:
    [record] = store(desk, draft())
    withdrawing.withdraw(desk.archive, desk.acting("outsider"), record)
    shredding.confirm(desk.archive, desk.acting("keeper"), record)
    said = json.loads(certifying.certify(desk.archive, desk.acting("keeper"), record).raw)
    with pytest.raises(CannotOpen):
        certifying.read(json.dumps(said | change).encode())
    for raw in (b"", b"{}", b"[]", b"\xff", json.dumps({**said, "log": None}).encode()):
        with pytest.raises(CannotOpen):
            certifying.read(raw)


def test_what_was_closed_but_never_withdrawn_was_not_destroyed(desk: Standing) -> None:
    given = draft()
    [record] = store(desk, given)
    every = tuple(item.id for item in given.consent.items)
    append(desk, entry(record, Event.LIMIT, closes=every))
    with pytest.raises(Conflict):
        shredding.confirm(desk.archive, desk.acting("outsider"), record)
    assert told(desk, record).destroyed is None
