"""Rooms: making them, granting them, and what their scope lets in and out."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from archive.domain.errors import Conflict, NotFound, Refused
from archive.domain.identifiers import new_id
from archive.domain.rooms import Capability, RoomPurpose, Scope
from archive.domain.searching import SearchQuery
from archive.domain.showing import RoomView
from archive.services import (
    accessioning,
    cataloguing,
    checking,
    disclosing,
    entitling,
    rooms,
    searching,
    signing_in,
    transparency,
)
from archive.services.acting import Acting
from archive.services.archive import Archive
from tests.archives import Standing, abuse, account, draft, place
from tests.services.services_cast import later

EVERYTHING = SearchQuery("counted")


def count(archive: Archive, acting: Acting, room: UUID) -> int:
    return searching.search(archive, acting, room, EVERYTHING).result.total


def view(standing: Standing, login: str, room: UUID) -> RoomView:
    return rooms.room(standing.archive, standing.acting(login), room)


def test_a_room_for_one_prefecture_without_sexual_violence(standing: Standing) -> None:
    """Issue 2, 6: re-tag a record, and it enters and leaves, for reading, search and count."""
    archive, keeper, reader = standing.archive, standing.acting("keeper"), standing.acting("reader")
    scope = Scope(places=("xj-hotan",), not_abuses=("sexual-violence",))
    room = rooms.create(archive, keeper, standing.custody, RoomPurpose.READING, "Hotan", scope)
    rooms.grant(archive, keeper, room, reader.member, [Capability.READ])
    inside, other = accessioning.accession(
        archive,
        keeper,
        standing.custody,
        [
            draft(account("They counted us. Invented.", tags=(place("xj-hotan-luopu"),))),
            draft(account("They counted us too. Invented.", tags=(place("xj-urumqi"),))),
        ],
    )
    with archive.read() as unit:
        entitling.take_rooms(archive, reader, unit)

    def seen() -> set[object]:
        found = searching.search(archive, reader, room, EVERYTHING)
        assert found.waiting == 0
        assert found.result.total == len(found.result.hits) == view(standing, "reader", room).records
        for record in (inside, other):
            if record in {hit.record for hit in found.result.hits}:
                assert disclosing.show(archive, reader, room, record).record.id == record
            else:
                with pytest.raises(NotFound):
                    disclosing.show(archive, reader, room, record)
        return {hit.record for hit in found.result.hits}

    assert seen() == {inside}
    cataloguing.retag(archive, keeper, standing.custody, other, [place("xj-hotan")])
    assert seen() == {inside, other}
    cataloguing.retag(archive, keeper, standing.custody, inside, [place("xj-hotan-luopu"), abuse("rape")])
    assert seen() == {other}
    cataloguing.retag(archive, keeper, standing.custody, other, [place("xj-urumqi")])
    assert seen() == set()
    cataloguing.retag(archive, keeper, standing.custody, inside, [place("xj-hotan")])
    assert seen() == {inside}
    rooms.set_terms(archive, keeper, room, scope=Scope(places=("xj-urumqi",)))
    assert cataloguing.place_all(archive, keeper, standing.custody, room) == 1
    assert seen() == {other}
    assert view(standing, "reader", room).scope == Scope(places=("xj-urumqi",))
    assert count(archive, reader, standing.reading) == 2, "the other room was never touched"
    assert checking.fsck(archive, keeper) == ()


def test_a_new_room_is_filled_from_what_is_there(standing: Standing) -> None:
    archive, keeper = standing.archive, standing.acting("keeper")
    accessioning.accession(archive, keeper, standing.custody, [draft(), draft()])
    room = rooms.create(archive, keeper, standing.custody, RoomPurpose.MATTER, "Example v. Example", Scope())
    made = view(standing, "keeper", room)
    assert (made.records, made.only_you, made.name) == (0, True, "Example v. Example")
    assert cataloguing.place_all(archive, keeper, standing.custody, room) == 2
    assert cataloguing.place_all(archive, keeper, standing.custody, room) == 2
    assert count(archive, keeper, room) == 2


@pytest.mark.parametrize("purpose", [RoomPurpose.CUSTODY, RoomPurpose.AUDIT, RoomPurpose.RECOVERY])
def test_a_second_custody_or_audit_room_is_refused(standing: Standing, purpose: RoomPurpose) -> None:
    with pytest.raises(Refused):
        rooms.create(standing.archive, standing.acting("keeper"), standing.custody, purpose, "No", Scope())


def test_only_you_holds_until_somebody_else_does(standing: Standing) -> None:
    archive, keeper = standing.archive, standing.acting("keeper")
    assert view(standing, "keeper", standing.custody).only_you
    assert not view(standing, "keeper", standing.reading).only_you
    yesterday = archive.clock().date() - timedelta(days=1)
    rooms.grant(archive, keeper, standing.reading, standing.acting("reader").member, [], not_after=yesterday)
    assert view(standing, "keeper", standing.reading).only_you, "a grant that ended opens nothing"


def test_whoever_does_not_hold_a_room_cannot_tell_it_from_none(standing: Standing) -> None:
    archive, reader, keeper = standing.archive, standing.acting("reader"), standing.acting("keeper")
    [record] = accessioning.accession(archive, keeper, standing.custody, [draft()])
    for room in (standing.custody, new_id()):
        for deed in (
            lambda room=room: rooms.room(archive, reader, room),
            lambda room=room: rooms.grant(archive, reader, room, keeper.member, []),
            lambda room=room: rooms.set_terms(archive, reader, room, name="Mine"),
            lambda room=room: rooms.create(archive, reader, room, RoomPurpose.READING, "Mine", Scope()),
            lambda room=room: accessioning.accession(archive, reader, room, [draft()]),
            lambda room=room: accessioning.known(archive, reader, room, ["x"]),
            lambda room=room: cataloguing.retag(archive, reader, room, record, []),
            lambda room=room: cataloguing.place_all(archive, reader, room, room),
            lambda room=room: searching.search(archive, reader, room, EVERYTHING),
            lambda room=room: searching.suggest(archive, reader, room, "h", "en"),
            lambda room=room: disclosing.show(archive, reader, room, record),
        ):
            with pytest.raises(NotFound) as refused:
                deed()
            assert str(refused.value) == str(NotFound())
    said = [entry for entry in transparency.entries(archive, keeper) if entry.actor == reader.member]
    here, there = ([entry for entry in said if asks(entry, room)] for room in (standing.custody, new_id()))
    assert there == []
    assert {entry.action for entry in said} == {"sign-in", "refused"}
    assert len(said) == 1 + 2 * 11
    assert len(here) == 11


def asks(entry: transparency.Entry, room: UUID) -> bool:
    assert entry.detail is not None
    asked = entry.detail.get("asked", [])
    assert isinstance(asked, list)
    return room.hex in asked


def test_holding_a_room_is_not_placing_or_granting_in_it(standing: Standing) -> None:
    archive, keeper, counsel = standing.archive, standing.acting("keeper"), standing.acting("counsel")
    rooms.grant(archive, keeper, standing.custody, counsel.member, [Capability.READ])
    counsel = signing_in.unlock(archive, "counsel", standing.people["counsel"].passphrase)
    [record] = accessioning.accession(archive, keeper, standing.custody, [draft()])
    assert disclosing.show(archive, counsel, standing.custody, record).record.id == record
    for deed in (
        lambda: accessioning.accession(archive, counsel, standing.custody, [draft()]),
        lambda: cataloguing.retag(archive, counsel, standing.custody, record, []),
        lambda: cataloguing.place_all(archive, counsel, standing.custody, standing.reading),
        lambda: rooms.grant(archive, counsel, standing.custody, standing.people["reader"].member, []),
        lambda: rooms.grant(
            archive, counsel, standing.rooms[RoomPurpose.MATTER], standing.people["reader"].member, []
        ),
        lambda: rooms.set_terms(archive, counsel, standing.reading, scope=Scope()),
        lambda: rooms.create(archive, counsel, standing.custody, RoomPurpose.READING, "Mine", Scope()),
    ):
        with pytest.raises(Refused):
            deed()
    refused = [entry for entry in transparency.entries(archive, keeper) if entry.action == "refused"]
    assert len(refused) == 7


def test_a_grant_ends_on_its_day(standing: Standing) -> None:
    archive, keeper, reader = standing.archive, standing.acting("keeper"), standing.acting("reader")
    [record] = accessioning.accession(archive, keeper, standing.custody, [draft()])
    today = archive.clock().date()
    rooms.grant(archive, keeper, standing.reading, reader.member, [], not_after=today)
    assert view(standing, "reader", standing.reading).not_after == today
    assert disclosing.show(archive, reader, standing.reading, record).record.id == record
    tomorrow = later(archive, 86_400)
    assert rooms.rooms(tomorrow, reader) == ()
    for deed in (
        lambda: disclosing.show(tomorrow, reader, standing.reading, record),
        lambda: searching.search(tomorrow, reader, standing.reading, EVERYTHING),
    ):
        with pytest.raises(NotFound):
            deed()


def test_a_new_grant_takes_the_place_of_the_old(standing: Standing) -> None:
    archive, keeper, reader = standing.archive, standing.acting("keeper"), standing.acting("reader")
    rooms.grant(archive, keeper, standing.reading, reader.member, [Capability.GRANT])
    assert view(standing, "reader", standing.reading).capabilities == {"read", "grant"}
    rooms.grant(archive, reader, standing.reading, standing.acting("outsider").member, [])
    rooms.grant(archive, keeper, standing.reading, reader.member, [])
    assert view(standing, "reader", standing.reading).capabilities == {"read"}
    with pytest.raises(Refused):
        rooms.grant(archive, reader, standing.reading, standing.acting("outsider").member, [])
    with archive.read() as unit:
        mine = unit.rooms.grants_to(reader.member)
    assert [bool(grant.wrap) for grant in mine] == [False, False, True]
    outsider = signing_in.unlock(archive, "outsider", standing.people["outsider"].passphrase)
    assert [room.id for room in rooms.rooms(archive, outsider)] == [standing.reading], (
        "given while it could be"
    )
    assert checking.fsck(archive, keeper) == ()


def test_a_grant_to_nobody_is_not_found(standing: Standing) -> None:
    with pytest.raises(NotFound):
        rooms.grant(standing.archive, standing.acting("keeper"), standing.reading, new_id(), [])


def test_places_of_another_collection_are_not_counted(standing: Standing) -> None:
    """Placing in a room that is none of one's own would tell how much it holds."""
    for room in (standing.archive.row.audit, new_id(), standing.custody):
        with pytest.raises(NotFound):
            cataloguing.place_all(standing.archive, standing.acting("keeper"), standing.custody, room)


def test_a_scope_that_changes_while_records_are_sealed_stops_them(
    standing: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A record placed by a scope that was narrowed meanwhile would lie where it may not."""
    archive, keeper = standing.archive, standing.acting("keeper")
    before = accessioning._ready

    def meanwhile(*given: object) -> object:
        rooms.set_terms(archive, keeper, standing.reading, scope=Scope(places=("xj-hotan",)))
        monkeypatch.undo()
        return before(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(accessioning, "_ready", meanwhile)
    with pytest.raises(Conflict):
        accessioning.accession(archive, keeper, standing.custody, [draft()])
    with archive.read() as unit:
        assert unit.records.of_collection(standing.custody) == ()
