"""What somebody does who may write the database's files and holds no key: each deed is refused, and fsck names it.

Here: rooms, grants, members, the log, and what a member without the right adds of their own.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from archive import bootstrap
from archive.config import Config
from archive.crypto import kdf
from archive.domain.errors import NotFound
from archive.domain.identifiers import new_id
from archive.domain.keeping import BodyKind
from archive.domain.licence import Licence
from archive.domain.rooms import Capability, Scope
from archive.sealing import commits, licences, names
from archive.sealing.bodies import RoomKey, Unsealed
from archive.sealing.codec import encode_record
from archive.services import (
    accessioning,
    admitting,
    checking,
    disclosing,
    keying,
    placing,
    rooms,
    saving,
    signing_in,
    transparency,
)
from archive.storage.columns import blobs, words
from tests.archives import account, draft
from tests.services.services_cast import Scene, raw, refused


def keyless(scene: Scene) -> set[str]:
    """What fsck names where the log itself is damaged, so that nobody's keys may be used."""
    return {finding.what for finding in checking.fsck(scene.archive)}


def test_a_room_s_key_replaced_by_the_attacker_s(scene: Scene) -> None:
    """Everything placed from now on would be sealed to them."""
    theirs = kdf.random(1216)
    for room, deed in (
        (
            scene.standing.reading,
            lambda: accessioning.accession(scene.archive, scene.keeper, scene.standing.custody, [draft()]),
        ),
        (scene.archive.row.audit, scene.read),
    ):
        with raw(scene.standing) as database:
            (kept,) = database.execute("SELECT public FROM rooms WHERE id = ?", (room.hex,)).fetchone()
            database.execute("UPDATE rooms SET public = ? WHERE id = ?", (theirs, room.hex))
        refused(deed)
        assert "room" in keyless(scene)
        with raw(scene.standing) as database:
            database.execute("UPDATE rooms SET public = ? WHERE id = ?", (kept, room.hex))
    assert scene.found() == set()


def test_a_grant_that_a_reader_made_themselves(scene: Scene) -> None:
    """Signed by the reader's own certified key: of custody with a seed of their own, of their room with more to do."""
    reader = scene.standing.acting("reader")
    with scene.archive.read() as unit:
        me = unit.members.get(reader.member)
        rows = {room: unit.rooms.get(room) for room in (scene.standing.custody, scene.standing.reading)}
    assert me
    with scene.archive.work() as unit:
        for row in rows.values():
            assert row
            to, able = keying.Grantee.member(me), tuple(Capability)
            unit.rooms.grant(keying.make_grant(reader.keys, row, kdf.random(kdf.KEY), to, able, since=1))
        transparency.append(scene.archive, unit, reader.member, "grant", {})
        unit.commit()
    again = signing_in.unlock(scene.archive, "reader", scene.standing.people["reader"].passphrase)
    for acting in (reader, again):
        [room] = rooms.rooms(scene.archive, acting)
        assert room.id == scene.standing.reading
        assert room.capabilities == {"read"}
        with pytest.raises(NotFound):
            disclosing.show(scene.archive, acting, scene.standing.custody, scene.one)
    assert scene.found() == {"grant"}


def test_a_capability_added_to_a_grant(scene: Scene) -> None:
    reader = scene.standing.acting("reader")
    more = words().process_bind_param(("grant", "place", "read"), None)  # type: ignore[arg-type]
    with raw(scene.standing) as database:
        database.execute("UPDATE grants SET capabilities = ? WHERE grantee = ?", (more, reader.member.hex))
    assert rooms.rooms(scene.archive, reader) == (), (
        "a changed grant gives nothing at all, in an open session too"
    )
    refused(lambda: scene.read("reader", scene.standing.reading, scene.one), NotFound)
    assert scene.found() == {"grant"}


@pytest.mark.parametrize("column", ["not_after", "since"])
def test_the_term_of_a_grant_changed(scene: Scene, column: str) -> None:
    reader = scene.standing.acting("reader")
    today = scene.archive.clock().date()
    rooms.grant(scene.archive, scene.keeper, scene.standing.reading, reader.member, [], not_after=today)
    value = None if column == "not_after" else 0
    with raw(scene.standing) as database:
        database.execute(
            f"UPDATE grants SET {column} = ? WHERE grantee = ? AND ended IS NULL", (value, reader.member.hex)
        )
    assert rooms.rooms(scene.archive, reader) == ()
    assert scene.found() == {"grant"}


def test_an_ended_grant_called_live_again(scene: Scene) -> None:
    reader = scene.standing.acting("reader")
    rooms.grant(
        scene.archive, scene.keeper, scene.standing.reading, reader.member, [], not_after=date(2020, 1, 1)
    )
    with raw(scene.standing) as database:
        database.execute("UPDATE grants SET ended = NULL WHERE grantee = ?", (reader.member.hex,))
    again = signing_in.unlock(scene.archive, "reader", scene.standing.people["reader"].passphrase)
    assert rooms.rooms(scene.archive, again) == (), "its wrap is gone"


def test_a_scope_widened_by_a_reader(scene: Scene) -> None:
    """Anybody can seal to custody's public key; only who may make rooms there may say what a room holds."""
    standing, reader = scene.standing, scene.standing.acting("reader")
    rooms.set_terms(scene.archive, scene.keeper, standing.reading, scope=Scope(places=("xj-hotan",)))
    with scene.archive.read() as unit:
        custody = unit.rooms.get(standing.custody)
        said = rooms.terms(scene.archive, reader, unit, standing.reading)
    assert custody
    wide = replace(said, scope=Scope())
    sealed = names.seal_terms(reader.keys, wide, RoomKey(custody.id, custody.version, custody.public))
    with raw(standing) as database:
        database.execute("UPDATE rooms SET terms_custody = ?, terms_room = x''", (sealed,))
    refused(lambda: accessioning.accession(scene.archive, scene.keeper, standing.custody, [draft()]))
    assert "room" in scene.found_with_keys()


LOG = {
    "entry deleted": "DELETE FROM log WHERE number = 5",
    "last entry deleted": "DELETE FROM log WHERE number = (SELECT max(number) FROM log)",
    "actor changed": "UPDATE log SET actor = NULL WHERE number = 5",
    "action changed": "UPDATE log SET action = 'fsck' WHERE number = 5",
    "day changed": "UPDATE log SET day = '2020-01-01' WHERE number = 5",
    "leaf changed": "UPDATE log SET leaf = zeroblob(32) WHERE number = 5",
    "head changed": "UPDATE log SET peaks = '' WHERE number = (SELECT max(number) FROM log)",
    "body changed": "UPDATE parts SET sealed = zeroblob(300) WHERE body = (SELECT id FROM log WHERE number = 5)",
    "body deleted": "DELETE FROM bodies WHERE id = (SELECT id FROM log WHERE number = 5)",
    "commit forgotten": "UPDATE log SET [commit] = NULL",
    "commit changed": "UPDATE commits SET log_size = log_size + 1",
    "reordered": "UPDATE log SET number = 10000 - number",
}


@pytest.mark.parametrize("how", LOG)
def test_the_log_changed(scene: Scene, how: str) -> None:
    with raw(scene.standing) as database:
        database.execute(LOG[how])
    # Of an entry taken from the end its body still tells; with that gone too, only what was kept elsewhere does.
    assert ("body" if how == "last entry deleted" else "log") in keyless(scene)


def test_a_log_body_that_was_swapped_is_not_shown(scene: Scene) -> None:
    with raw(scene.standing) as database:
        database.execute(
            "UPDATE parts SET sealed = (SELECT sealed FROM parts WHERE body = (SELECT id FROM log WHERE number = 1))"
            " WHERE body = (SELECT id FROM log WHERE number = 2)"
        )
    refused(lambda: transparency.entries(scene.archive, scene.keeper))


def test_a_member_s_key_replaced_before_they_are_granted_a_room(scene: Scene) -> None:
    """What password managers get wrong: the server hands out its own key in a member's name."""
    theirs = scene.standing.people["counsel"].member.hex
    outsider = scene.standing.people["outsider"].member
    with raw(scene.standing) as database:
        database.execute(
            "UPDATE members SET wrap_public = (SELECT wrap_public FROM members WHERE id = ?) WHERE id = ?",
            (theirs, outsider.hex),
        )
    with pytest.raises(NotFound):
        rooms.grant(scene.archive, scene.keeper, scene.standing.custody, outsider, [])
    assert scene.found() == {"member"}


def test_a_login_moved_to_another_member_before_they_are_granted_a_room(scene: Scene) -> None:
    outsider = scene.standing.people["outsider"].member
    with raw(scene.standing) as database:
        database.execute(
            "UPDATE members SET login = x'00' WHERE id = ?", (scene.standing.acting("reader").member.hex,)
        )
        database.execute(
            "UPDATE members SET login = ? WHERE id = ?", (scene.archive.host.login("reader"), outsider.hex)
        )
    with pytest.raises(NotFound):
        rooms.grant(
            scene.archive, scene.keeper, scene.standing.custody, admitting.find(scene.archive, "reader"), []
        )
    assert scene.found() == {"member"}


def test_a_body_that_a_reader_signed(scene: Scene) -> None:
    """A certified member who may not place puts an account of their own in the place of a real one."""
    archive, reader, custody = scene.archive, scene.standing.acting("reader"), scene.standing.custody
    with archive.read() as unit:
        row, room = unit.records.get(scene.one), unit.rooms.get(custody)
        ledger = unit.ledger.of_record(scene.one)[-1].hash
    assert row
    assert room
    body = new_id()
    licence = Licence(room=custody, record=scene.one, rendition=body, items=(), head=ledger)
    unsealed = Unsealed(
        id=body,
        kind=BodyKind.MASTER,
        record=scene.one,
        rooms=[RoomKey(custody, room.version, room.public)],
        revision=2,
        day=row.day,
        parts={placing.PART: encode_record(account("Not what was said.", record=scene.one))},
        licence=licences.write(licence),
    )
    sealed = saving.seal(archive, [unsealed], saving.draw(archive, [unsealed.id]))
    stand = commits.Standing(unsealed.id, 2, ledger)
    commit, placed = saving.sign(archive, reader, sealed, {scene.one: stand})
    with archive.work() as unit:
        unit.records.add_commit(commit)
        unit.records.add_bodies(placed)
        unit.records.replace(replace(row, master=unsealed.id, revision=2))
        transparency.append(archive, unit, reader.member, "revise", {}, commit)
        unit.commit()
    refused(lambda: scene.read(record=scene.one))
    assert scene.found() == {"record", "body"}


def test_pins_replaced_show_to_whoever_acts(scene: Scene) -> None:
    mine = kdf.random(1984)
    with raw(scene.standing) as database:
        database.execute("UPDATE instance SET root_keys = ?", (blobs().process_bind_param((mine,), None),))  # type: ignore[arg-type]
    with bootstrap.opened(Config(instance=scene.standing.instance)) as other:
        refused(lambda: signing_in.unlock(other, "keeper", scene.standing.people["keeper"].passphrase))
        assert {"member"} <= {finding.what for finding in checking.fsck(other)}


def test_future_days_in_the_log_close_and_never_open(scene: Scene) -> None:
    """The clock is the later of two: a changed day ends terms early, but brings none back."""
    far = (scene.archive.clock().date() + timedelta(days=9999)).isoformat()
    with raw(scene.standing) as database:
        database.execute("UPDATE log SET day = ?", (far,))
    assert "log" in keyless(scene)
