"""What somebody does who may write the database's files and holds no key: each deed is refused, and fsck names it.

Here: bodies, shares, masters, ledgers and licences.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from archive.crypto import kdf
from archive.domain.consent import Event
from archive.domain.errors import Damaged, NotFound
from archive.domain.identifiers import new_id
from archive.domain.keeping import BodyKind
from archive.domain.rooms import RoomPurpose
from archive.services import cataloguing, consents, searching
from tests.services.services_cast import COUNTED, Scene, append, entry, raw, refused

SWAPS = {
    "parts": "UPDATE parts SET sealed = (SELECT sealed FROM parts WHERE body = ?2) WHERE body = ?1",
    "keys": "UPDATE bodies SET key = (SELECT key FROM bodies WHERE id = ?2) WHERE id = ?1",
    "wraps": "UPDATE wraps SET sealed = (SELECT sealed FROM wraps WHERE body = ?2 AND position = wraps.position)"
    " WHERE body = ?1",
    "licences": "UPDATE bodies SET licence = (SELECT licence FROM bodies WHERE id = ?2) WHERE id = ?1",
}
KEYLESS = {"parts", "licences"}
"""What a signature covers shows without keys; a key or a wrap shows when it does not open."""


@pytest.mark.parametrize("what", SWAPS)
def test_swapped_between_two_records(scene: Scene, what: str) -> None:
    reading = scene.standing.reading
    with raw(scene.standing) as database:
        database.execute(SWAPS[what], (scene.rendition(scene.one).hex, scene.rendition(scene.two).hex))
    refused(lambda: scene.read("reader", reading, scene.one))
    assert scene.found() == ({"body"} if what in KEYLESS else set())
    assert "body" in scene.found_with_keys()
    assert scene.read("reader", reading, scene.two).record.id == scene.two, "the other is as it was"


def test_two_shares_swapped(scene: Scene) -> None:
    one, two = (scene.rendition(record).hex for record in (scene.one, scene.two))
    with raw(scene.standing, "shares/shares.db") as shares:
        (mine,) = shares.execute("SELECT sealed FROM shares WHERE owner = ?", (one,)).fetchone()
        shares.execute(
            "UPDATE shares SET sealed = (SELECT sealed FROM shares WHERE owner = ?) WHERE owner = ?",
            (two, one),
        )
        shares.execute("UPDATE shares SET sealed = ? WHERE owner = ?", (mine, two))
    refused(lambda: scene.read("reader", scene.standing.reading, scene.one))
    refused(lambda: scene.read("reader", scene.standing.reading, scene.two))
    assert "body" in scene.found_with_keys()


@pytest.mark.parametrize("how", ["deleted", "replaced"])
def test_a_share_lost(scene: Scene, how: str) -> None:
    owner = scene.rendition(scene.one).hex
    with raw(scene.standing, "shares/shares.db") as shares:
        if how == "deleted":
            shares.execute("DELETE FROM shares WHERE owner = ?", (owner,))
        else:
            shares.execute("UPDATE shares SET sealed = ? WHERE owner = ?", (kdf.random(106), owner))
    refused(lambda: scene.read("reader", scene.standing.reading, scene.one))
    assert ("share" in scene.found()) == (how == "deleted")


def test_a_body_moved_to_another_room(scene: Scene) -> None:
    """A rendition for counsel, more open than the reading room's, is moved there, wrap and all."""
    counsel = scene.body(scene.two, BodyKind.RENDITION, room=scene.standing.rooms[RoomPurpose.MATTER])
    mine = scene.rendition(scene.two)
    with raw(scene.standing) as database:
        database.execute("DELETE FROM bodies WHERE id = ?", (mine.hex,))
        database.execute("UPDATE bodies SET room = ? WHERE id = ?", (scene.standing.reading.hex, counsel.hex))
        database.execute(
            "UPDATE wraps SET room = ? WHERE body = ? AND position = 0",
            (scene.standing.reading.hex, counsel.hex),
        )
    refused(lambda: scene.read("reader", scene.standing.reading), NotFound)  # its licence is of another room
    assert "body" in scene.found()


@pytest.mark.parametrize("revision", [1, 2])
def test_a_master_rolled_back(scene: Scene, revision: int) -> None:
    old = scene.body(scene.two, BodyKind.MASTER, 0)
    with raw(scene.standing) as database:
        database.execute(
            "UPDATE records SET master = ?, revision = ? WHERE id = ?", (old.hex, revision, scene.two.hex)
        )
    refused(scene.read)
    refused(lambda: scene.read("reader", scene.standing.reading))
    assert scene.found() == {"record"}


def test_a_newer_master_removed_with_everything_that_came_after(scene: Scene) -> None:
    """Only the log still knows of it, and that is enough for fsck."""
    with raw(scene.standing) as database:
        newer = database.execute(
            "SELECT id, [commit] FROM bodies WHERE record = ?1 AND [commit] NOT IN "
            "(SELECT [commit] FROM bodies WHERE record = ?2)",
            (scene.two.hex, scene.one.hex),
        ).fetchall()
        for body, commit in newer:
            for statement in (
                f"DELETE FROM wraps WHERE body = '{body}'",
                f"DELETE FROM parts WHERE body = '{body}'",
                f"DELETE FROM bodies WHERE id = '{body}'",
                f"DELETE FROM consents WHERE body = '{body}'",
                f"DELETE FROM commits WHERE id = '{commit}'",
            ):
                database.execute(statement)
        database.execute(
            "UPDATE records SET revision = 1, master = (SELECT id FROM bodies WHERE record = ?1 AND kind = 'master')"
            " WHERE id = ?1",
            (scene.two.hex,),
        )
    assert "log" in scene.found()


def test_a_record_removed_whole(scene: Scene) -> None:
    with raw(scene.standing) as database:
        for table, column in (("bodies", "record"), ("consents", "record"), ("records", "id")):
            database.execute(f"DELETE FROM {table} WHERE {column} = ?", (scene.two.hex,))
    refused(scene.read, NotFound)
    assert "record" in scene.found()


def test_a_closed_record_opened_again(scene: Scene) -> None:
    append(scene.standing, entry(scene.two, Event.WITHDRAW))
    with raw(scene.standing) as database:
        database.execute("UPDATE records SET closed = 0")
    refused(scene.read)
    assert scene.found() == {"record"}


LEDGER = {
    "last entry deleted": "DELETE FROM consents WHERE record = ?1 AND number = 2",
    "first entry deleted": "DELETE FROM consents WHERE record = ?1 AND number = 0",
    "all deleted": "DELETE FROM consents WHERE record = ?1",
    "two swapped": "UPDATE consents SET number = CASE number WHEN 1 THEN 2 ELSE 1 END, id = id"
    " WHERE record = ?1 AND number > 0",
    "event changed": "UPDATE consents SET event = 'resume' WHERE record = ?1 AND number = 1",
    "items changed": "UPDATE consents SET items = closes WHERE record = ?1 AND number = 0",
    "day changed": "UPDATE consents SET day = '2020-01-01' WHERE record = ?1 AND number = 0",
    "body of another": "UPDATE consents SET body = (SELECT body FROM consents WHERE record = ?2 AND number = 0)"
    " WHERE record = ?1 AND number = 0",
}


@pytest.mark.parametrize("how", LEDGER)
def test_a_ledger_changed(scene: Scene, how: str) -> None:
    with raw(scene.standing) as database:
        if how == "two swapped":
            database.execute("DROP INDEX IF EXISTS uq_consents_record_number")
            database.execute(
                "UPDATE consents SET number = 9 WHERE record = ? AND number = 1", (scene.two.hex,)
            )
            database.execute(
                "UPDATE consents SET number = 1 WHERE record = ? AND number = 2", (scene.two.hex,)
            )
            database.execute(
                "UPDATE consents SET number = 2 WHERE record = ? AND number = 9", (scene.two.hex,)
            )
        else:
            query = LEDGER[how]
            database.execute(query, (scene.two.hex, scene.one.hex)[: 1 + ("?2" in query)])
    refused(scene.read)
    refused(lambda: cataloguing.retag(scene.archive, scene.keeper, scene.standing.custody, scene.two, []))
    assert scene.found() == {"ledger"}


def test_a_ledger_s_chain_made_anew_around_a_missing_entry(scene: Scene) -> None:
    """Hashes are no secret: whoever deletes an entry can chain the others again. The signed head cannot be."""
    with scene.archive.read() as unit:
        first, _suspended, last = unit.ledger.of_record(scene.two)
    forged = replace(last, number=1, previous=first.hash)
    forged = replace(forged, hash=consents.link(forged))
    with raw(scene.standing) as database:
        database.execute("DELETE FROM consents WHERE record = ? AND number = 1", (scene.two.hex,))
        database.execute(
            "UPDATE consents SET number = 1, previous = ?, hash = ? WHERE id = ?",
            (forged.previous, forged.hash, forged.id.hex),
        )
    refused(scene.read)
    assert scene.found() == {"ledger"}


@pytest.mark.parametrize("how", ["term", "items", "gone", "no JSON"])
def test_a_licence_changed(scene: Scene, how: str) -> None:
    rendition = scene.rendition(scene.one)
    assert (
        searching.search(
            scene.archive, scene.standing.acting("reader"), scene.standing.reading, COUNTED
        ).result.total
        == 2
    )
    with scene.archive.read() as unit:
        body = unit.records.body(rendition)
    assert body
    changed = {
        "term": body.licence.replace(b"null", b'"2999-12-31"'),
        "items": body.licence.replace(b'"items":["', b'"items":["' + new_id().hex.encode() + b'","'),
        "gone": b"",
        "no JSON": b"[[[[",
    }[how]
    assert changed != body.licence
    with raw(scene.standing) as database:
        database.execute("UPDATE bodies SET licence = ? WHERE id = ?", (changed, rendition.hex))
    refused(
        lambda: scene.read("reader", scene.standing.reading, scene.one),
        NotFound if how == "gone" else Damaged,
    )
    assert "body" in scene.found()

    def search() -> searching.Found:
        return searching.search(
            scene.archive, scene.standing.acting("reader"), scene.standing.reading, COUNTED
        )

    if how == "gone":
        assert [hit.record for hit in search().result.hits] == [scene.two]
    else:
        refused(search)
