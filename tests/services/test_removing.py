"""A member removed from a room: their keys open nothing new, everybody else goes on, and the chain of seeds holds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archive import bootstrap
from archive.config import Config
from archive.crypto.errors import CannotOpen
from archive.domain.errors import NotFound, Refused, SignedOut
from archive.domain.rooms import Capability, RoomPurpose
from archive.domain.searching import SearchQuery
from archive.sealing import bodies
from archive.services import accessioning, checking, disclosing, removing, rooms, searching, signing_in
from archive.services.entitling import take_rooms
from tests.archives import Standing, account, draft


def total(standing: Standing, login: str) -> int:
    acting = standing.acting(login)
    with standing.archive.read() as unit:
        take_rooms(standing.archive, acting, unit)
    return searching.search(standing.archive, acting, standing.reading, SearchQuery("counted")).result.total


def test_the_removed_reads_nothing_and_the_others_go_on(standing: Standing) -> None:
    archive, keeper, reader = standing.archive, standing.acting("keeper"), standing.acting("reader")
    counsel = standing.people["counsel"].member
    rooms.grant(archive, keeper, standing.reading, counsel, [Capability.READ])
    [before] = accessioning.accession(archive, keeper, standing.custody, [draft()])
    assert total(standing, "reader") == total(standing, "counsel") == 1
    removing.remove(archive, keeper, standing.reading, reader.member)
    [after] = accessioning.accession(
        archive, keeper, standing.custody, [draft(account("They counted again."))]
    )
    with pytest.raises(NotFound):
        disclosing.show(archive, reader, standing.reading, before)
    assert total(standing, "counsel") == total(standing, "keeper") == 2
    for record in (before, after):
        assert (
            disclosing.show(archive, standing.acting("counsel"), standing.reading, record).record.id == record
        )
    assert checking.fsck(archive, keeper) == ()


def test_keys_kept_by_the_removed_do_not_open_what_came_after(standing: Standing) -> None:
    archive, keeper = standing.archive, standing.acting("keeper")
    old = standing.acting("reader")
    kept = old.keys.room_seed(standing.reading, 1)
    removing.remove(archive, keeper, standing.reading, old.member)
    [record] = accessioning.accession(archive, keeper, standing.custody, [draft()])
    with archive.read() as unit:
        body = unit.records.present(standing.reading, [record])[record]
    assert {wrap.version for wrap in body.wraps if wrap.room == standing.reading} == {2}
    old.keys.hold(standing.reading, 1, kept)
    with pytest.raises(CannotOpen):
        bodies.unseal(archive.row.id, body, standing.reading, old.keys, archive.shares.find(body.id))
    as_if_old = replace(body, wraps=tuple(replace(wrap, version=1) for wrap in body.wraps))
    with pytest.raises(CannotOpen):
        bodies.unseal(archive.row.id, as_if_old, standing.reading, old.keys, archive.shares.find(body.id))


def test_sessions_of_the_removed_end(standing: Standing) -> None:
    archive, reader = standing.archive, standing.people["reader"]
    signed = signing_in.sign_in(archive, "reader", reader.passphrase, standing.code("reader"))
    removing.remove(archive, standing.acting("keeper"), standing.reading, reader.member)
    with pytest.raises(SignedOut):
        signing_in.resume(archive, signed.token)


def test_custody_itself_can_change_its_key(standing: Standing) -> None:
    archive, keeper = standing.archive, standing.acting("keeper")
    counsel = standing.people["counsel"].member
    rooms.grant(archive, keeper, standing.custody, counsel, [Capability.PLACE])
    [record] = accessioning.accession(archive, keeper, standing.custody, [draft()])
    removing.remove(archive, keeper, standing.custody, counsel)
    assert {room.name for room in rooms.rooms(archive, keeper)} >= {"First custody", "Reading room"}
    accessioning.accession(archive, keeper, standing.custody, [draft()])
    assert disclosing.show(archive, keeper, standing.custody, record).record.id == record
    assert checking.fsck(archive, keeper) == ()
    standing.archive.opened.forget(keeper.holder)
    with bootstrap.opened(Config(instance=standing.instance)) as again:
        keeper = signing_in.unlock(again, "keeper", standing.people["keeper"].passphrase)
        assert keeper.keys.version(standing.custody) == 2
        assert disclosing.show(again, keeper, standing.custody, record).record.id == record
        assert searching.search(again, keeper, standing.custody, SearchQuery("counted")).result.total == 2


def test_who_may_not_is_refused_and_nothing_changes(standing: Standing) -> None:
    archive, keeper, reader = standing.archive, standing.acting("keeper"), standing.acting("reader")
    with pytest.raises(Refused):
        removing.remove(archive, reader, standing.reading, keeper.member)
    with pytest.raises(NotFound):
        removing.remove(archive, reader, standing.custody, keeper.member)
    with pytest.raises(NotFound):
        removing.remove(archive, keeper, standing.reading, standing.people["outsider"].member)
    with pytest.raises(Refused):
        removing.remove(archive, keeper, standing.reading, keeper.member)
    with pytest.raises(Refused):
        removing.remove(archive, keeper, standing.rooms[RoomPurpose.AUDIT], keeper.member)
    with archive.read() as unit:
        assert {room.version for room in unit.rooms.all()} == {1}
