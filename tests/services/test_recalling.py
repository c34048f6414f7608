"""What was handed over is known to custody alone, asked back when its consent ends, and forgotten when that is done."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from archive.domain.consent import Decision, Event, Purpose
from archive.domain.errors import Conflict, Damaged, Invalid, NotFound
from archive.domain.handover import HandOver, Recall, RecallState
from archive.domain.identifiers import new_id
from archive.domain.keeping import BodyKind
from archive.domain.rooms import RoomPurpose
from archive.services import (
    checking,
    consenting,
    consents,
    expiring,
    recalling,
    shredding,
    withdrawing,
)
from tests.archives import FULL, KEPT, Standing, account, consent, draft
from tests.services.services_cast import append, entry, later, raw, store

RECIPIENT = "Example Tribunal"


def handed(standing: Standing, record: UUID, **fields: Any) -> UUID:
    said = HandOver(
        id=new_id(),
        record=record,
        recipient=RECIPIENT,
        purpose=Purpose.INTERNATIONAL_COURT,
        day=datetime.now(UTC).date(),
        what="The statement, translated.",
        reach="registry@example.org",
    )
    said = replace(said, **fields)
    return recalling.record_handover(standing.archive, standing.acting("keeper"), standing.custody, said)


def due(standing: Standing, login: str = "keeper") -> tuple[Recall, ...]:
    return recalling.recalls(standing.archive, standing.acting(login), standing.custody)


def items_of(standing: Standing, record: UUID, purpose: Purpose) -> tuple[UUID, ...]:
    keeper = standing.acting("keeper")
    with standing.archive.read() as unit:
        ledger, _head = consents.entries(standing.archive, keeper, unit, record, standing.custody)
    return tuple(item.id for said in ledger for item in said.items if item.purpose is purpose)


def test_a_hand_over_is_sealed_to_custody_and_comes_back_as_it_was(desk: Standing) -> None:
    [record] = store(desk, draft())
    id = handed(desk, record)
    keeper = desk.acting("keeper")
    [found] = recalling.handovers(desk.archive, keeper, desk.custody, record)
    assert isinstance(found, HandOver)
    assert (found.id, found.recipient, found.purpose) == (id, RECIPIENT, Purpose.INTERNATIONAL_COURT)
    assert due(desk) == ()
    assert not any(
        RECIPIENT.encode() in path.read_bytes() for path in desk.instance.rglob("*") if path.is_file()
    )
    for login in ("reader", "counsel", "outsider"):
        with pytest.raises(NotFound):
            recalling.handovers(desk.archive, desk.acting(login), desk.custody, record)
        with pytest.raises(NotFound):
            recalling.set_state(desk.archive, desk.acting(login), desk.custody, id, RecallState.SENT)
    assert checking.fsck(desk.archive, keeper) == checking.fsck(desk.archive) == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"recipient": " "},
        {"what": ""},
        {"day": datetime.now(UTC).date() + timedelta(days=2)},
        {"items": (new_id(),)},
        {"language": "xx"},
    ],
)
def test_what_cannot_be_is_not_written_down(desk: Standing, wrong: dict[str, Any]) -> None:
    [record] = store(desk, draft())
    with pytest.raises(Invalid) as refusal:
        handed(desk, record, **wrong)
    assert [problem.where for problem in refusal.value.problems] == list(wrong)
    with pytest.raises(NotFound):
        handed(desk, new_id())


def test_withdrawing_recalls_everybody_and_tells_the_desk_nobody(desk: Standing) -> None:
    record, other = store(desk, draft(), draft())
    ids = {handed(desk, record), handed(desk, record, recipient="Example University")}
    handed(desk, other)
    withdrawing.withdraw(desk.archive, desk.acting("outsider"), record)
    assert {recall.id for recall in due(desk)} == ids
    assert {recall.handover.recipient for recall in due(desk) if recall.handover} == {
        RECIPIENT,
        "Example University",
    }
    blind = due(desk, "outsider")
    assert {recall.id for recall in blind} == ids
    assert {recall.handover for recall in blind} == {None}
    with pytest.raises(NotFound):
        due(desk, "reader")


def test_a_receipt_recalls_too_with_nobody_signed_in(desk: Standing) -> None:
    [record] = store(desk, draft())
    id = handed(desk, record)
    code = consenting.receipt(desk.archive, desk.acting("keeper"), desk.custody, record)
    withdrawing.by_receipt(desk.archive, code)
    assert [recall.id for recall in due(desk)] == [id]


def test_a_limit_recalls_what_rested_on_it_and_what_nobody_can_tell(desk: Standing) -> None:
    [record] = store(desk, draft())
    court = handed(desk, record, items=items_of(desk, record, Purpose.INTERNATIONAL_COURT)[:2])
    research = handed(desk, record, items=items_of(desk, record, Purpose.RESEARCH)[:2])
    unknown = handed(desk, record)
    withdrawing.limit(desk.archive, desk.acting("outsider"), record, [RoomPurpose.MATTER])
    assert {recall.id for recall in due(desk)} == {court, unknown}
    late = handed(desk, record, items=items_of(desk, record, Purpose.INTERNATIONAL_COURT)[:1])
    assert late in {recall.id for recall in due(desk)}, "what it rested on had ended already"
    assert research not in {recall.id for recall in due(desk)}


def test_a_custodian_s_no_recalls_and_a_suspension_does_not(desk: Standing) -> None:
    [record] = store(desk, draft())
    research = handed(desk, record, items=items_of(desk, record, Purpose.RESEARCH))
    append(desk, entry(record, Event.SUSPEND))
    append(desk, entry(record, Event.RESUME))
    assert due(desk) == ()
    everything = consent(record, FULL[2:3]).items
    no = tuple(replace(item, decision=Decision.NO) for item in everything)
    append(desk, entry(record, Event.GRANT, items=no))
    assert [recall.id for recall in due(desk)] == [research]


def test_the_clock_recalls_what_rested_on_consent_that_ran_out(desk: Standing) -> None:
    given = account()
    [record] = store(desk, draft(given, consent(given.id, until=10)))
    research = handed(desk, record, items=items_of(desk, record, Purpose.RESEARCH)[:2])
    unknown = handed(desk, record)
    for days, expected in ((9, set()), (11, {research})):
        moment = later(desk.archive, days * 86400)
        moment.shares.note_upkeep(shredding.now(moment))  # as if it had run every day
        assert expiring.run(moment)
        assert {recall.id for recall in due(desk)} == expected
    assert unknown not in {recall.id for recall in due(desk)}, "nobody knows what that rested on"
    recalling.set_state(desk.archive, desk.acting("keeper"), desk.custody, research, RecallState.ACKNOWLEDGED)
    assert expiring.run(moment)
    assert due(desk) == ()


def test_a_clock_that_once_leapt_ahead_recalls_nothing_that_has_not_run_out(desk: Standing) -> None:
    given, keeper = account(), desk.acting("keeper")
    [record] = store(desk, draft(given, consent(given.id, until=10)))
    handed(desk, record, items=items_of(desk, record, Purpose.RESEARCH)[:2])
    consenting.receipt(
        later(desk.archive, 30 * 86400), keeper, desk.custody, record
    )  # a day to come in the log
    expiring.confirm(desk.archive, keeper)
    assert due(desk) == ()


def test_states_are_kept_and_what_is_settled_stays_until_another_ending(desk: Standing) -> None:
    [record] = store(desk, draft())
    one, two = handed(desk, record), handed(desk, record)
    keeper = desk.acting("keeper")
    with pytest.raises(NotFound):
        recalling.set_state(desk.archive, keeper, desk.custody, one, RecallState.SENT)  # nothing is due yet
    withdrawing.limit(desk.archive, desk.acting("outsider"), record, [RoomPurpose.READING])
    for state in (RecallState.SENT, RecallState.ACKNOWLEDGED):
        recalling.set_state(desk.archive, keeper, desk.custody, one, state)
    recalling.set_state(desk.archive, keeper, desk.custody, two, RecallState.IRRECALLABLE)
    with pytest.raises(Conflict):
        recalling.set_state(desk.archive, keeper, desk.custody, one, RecallState.DUE)
    assert due(desk) == ()
    assert len(recalling.recalls(desk.archive, keeper, desk.custody, settled=True)) == 2
    withdrawing.withdraw(desk.archive, desk.acting("outsider"), record)
    assert [recall.id for recall in due(desk)] == [one], "filed in court stays filed in court"


def test_a_recipient_is_known_until_the_recall_is_settled_and_then_to_nobody(desk: Standing) -> None:
    """The notice needs the recipient: of a withdrawn record that alone outlives the three days."""
    [record] = store(desk, draft())
    id = handed(desk, record)
    keeper, end = desk.acting("keeper"), shredding.LASTS + 60
    withdrawing.withdraw(desk.archive, desk.acting("outsider"), record)
    shredding.finish(later(desk.archive, end))
    with desk.archive.read() as unit:
        left = unit.records.bodies_about([record])[record]
    assert [body.kind for body in left] == [BodyKind.HANDOVER]
    [recall] = due(desk)
    assert recall.handover
    assert recall.handover.recipient == RECIPIENT
    assert checking.fsck(desk.archive, keeper) == checking.fsck(desk.archive) == ()
    share = desk.archive.shares.find(id)
    recalling.set_state(desk.archive, keeper, desk.custody, id, RecallState.SENT)
    assert due(desk)[0].handover
    recalling.set_state(desk.archive, keeper, desk.custody, id, RecallState.REFUSED)
    with desk.archive.read() as unit:
        assert record not in unit.records.bodies_about([record])
    assert id in desk.archive.shares.shredded().gone
    sealed = left[0].parts["handover"]
    for path in desk.instance.rglob("*"):
        assert not path.is_file() or (sealed not in path.read_bytes() and share not in path.read_bytes())
    [row] = recalling.recalls(desk.archive, keeper, desk.custody, settled=True)
    assert (row.state, row.handover) == (RecallState.REFUSED, None)
    shredding.finish(later(desk.archive, 3 * end))
    assert checking.fsck(desk.archive, keeper) == checking.fsck(desk.archive) == ()


def test_settled_within_the_three_days_it_goes_with_its_record_and_not_later(desk: Standing) -> None:
    [record] = store(desk, draft())
    id = handed(desk, record)
    ending = withdrawing.withdraw(desk.archive, desk.acting("outsider"), record)
    recalling.set_state(desk.archive, desk.acting("keeper"), desk.custody, id, RecallState.ACKNOWLEDGED)
    shredding.set_aside(later(desk.archive, 3600))
    assert desk.archive.shares.aside()[id] == ending.until
    shredding.finish(later(desk.archive, shredding.LASTS + 60))
    assert desk.archive.shares.aside() == {}


def test_destroying_is_over_when_it_is_over(desk: Standing) -> None:
    """What the log says of the end lies nowhere aside, or every end would begin another."""
    [record] = store(desk, draft())
    withdrawing.withdraw(desk.archive, desk.acting("outsider"), record)
    moment = later(desk.archive, shredding.LASTS + 60)
    shredding.finish(moment)
    with desk.archive.read() as unit:
        size = unit.log.head().size
    for days in (1, 5, 9):
        again = later(moment, days * 86400)
        shredding.set_aside(again)
        shredding.finish(again)
    with desk.archive.read() as unit:
        assert unit.log.head().size == size
    assert desk.archive.shares.aside() == {}


def test_a_hand_over_that_was_swapped_is_not_believed(desk: Standing) -> None:
    one, two = store(desk, draft(), draft())
    id = handed(desk, one)
    with raw(desk) as database:
        database.execute("UPDATE bodies SET record = ? WHERE id = ?", (two.hex, id.hex))
    assert "body" in {finding.what for finding in checking.fsck(desk.archive)}
    with pytest.raises(Damaged):
        recalling.handovers(desk.archive, desk.acting("keeper"), desk.custody, two)


@pytest.mark.parametrize("deed", ["UPDATE recalls SET state = 'refused'", "DELETE FROM recalls"])
def test_fsck_names_recalls_that_nobody_settled_or_that_are_gone(desk: Standing, deed: str) -> None:
    """Else whoever writes the database could have a recipient forgotten before they were asked."""
    [record] = store(desk, draft())
    handed(desk, record)
    withdrawing.withdraw(desk.archive, desk.acting("outsider"), record)
    assert checking.fsck(desk.archive) == ()
    with raw(desk) as database:
        database.execute(deed)
    assert "recall" in {finding.what for finding in checking.fsck(desk.archive)}


def test_what_rests_on_a_replaced_answer_is_recalled_at_once(desk: Standing) -> None:
    [record] = store(desk, draft())
    keeper = desk.acting("keeper")
    court = items_of(desk, record, Purpose.INTERNATIONAL_COURT)
    again = replace(consent(record, KEPT), event=Event.SUPERSEDE)
    consenting.append(desk.archive, keeper, desk.custody, again)
    id = handed(desk, record, items=court[:1])
    assert [found.id for found in due(desk)] == [id]
