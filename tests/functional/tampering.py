"""Knows what somebody does to an archive who may write its files and holds no key of it: forty deeds.
Must not know how any of it is found out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

from archive.crypto import kdf, merkle
from archive.domain.identifiers import new_id
from archive.domain.keeping import BodyKind
from archive.domain.rooms import Capability
from archive.sealing import commits
from archive.sealing.bodies import RoomKey, Unsealed
from archive.sealing.codec import encode_record
from archive.services import consents, keying, placing, saving, transparency
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.storage.columns import blobs, words
from tests.archives import Standing, account

MAIN, SHARES = "main/archive.db", "shares/shares.db"


@dataclass
class Scene:
    """An archive with two open records and a withdrawn one, and copies of its parts as they were before the last deeds.

    ``ids`` are for SQL, as it lies in the file: records, their bodies, members, rooms.
    """

    standing: Standing
    one: UUID
    two: UUID
    gone: UUID
    yesterday: Path
    before_withdrawal: Path
    kept: str
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def archive(self) -> Archive:
        return self.standing.archive

    @property
    def keeper(self) -> Acting:
        return self.standing.acting("keeper")

    def sql(self, *statements: str, part: str = MAIN, **more: object) -> None:
        with raw(self.standing.instance / part) as database:
            for statement in statements:
                known = {name: value for name, value in (self.ids | more).items() if f":{name}" in statement}
                database.execute(statement, known)

    def put_back(self, *parts: str) -> None:
        """Bring parts of yesterday's archive back, under the feet of what has it open."""
        for part in parts:
            with (
                raw(self.yesterday / part) as old,
                raw(self.standing.instance / part) as new,
            ):
                old.backup(new)


@contextmanager
def raw(path: Path) -> Iterator[sqlite3.Connection]:
    """A database in the hands of somebody whom no trigger stops."""
    database = sqlite3.connect(path, isolation_level=None)
    try:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute("PRAGMA foreign_keys = OFF")
        yield database
    finally:
        database.close()


def rehash(scene: Scene) -> None:
    """Make every leaf and every head of the log fit what now stands in its rows."""
    with scene.archive.read() as unit:
        rows = unit.log.entries(0, 10_000)
        signed = unit.records.commits({row.commit for row in rows if row.commit})
    frontier = merkle.Frontier()
    with raw(scene.standing.instance / MAIN) as database:
        for row in rows:
            leaf = transparency.leaf_of(row, row.digest, signed.get(row.commit) if row.commit else None)
            frontier.append(leaf)
            peaks = blobs().process_bind_param(frontier.peaks, None)  # type: ignore[arg-type]
            database.execute("UPDATE log SET leaf = ?, peaks = ? WHERE number = ?", (leaf, peaks, row.number))


def cut_the_log(scene: Scene) -> None:
    """The newest entries go, with all that is said of them; the rest leads to a head of its own."""
    gone = "(SELECT id FROM log ORDER BY number DESC LIMIT 4)"
    scene.sql(
        f"DELETE FROM parts WHERE body IN {gone}",
        f"DELETE FROM wraps WHERE body IN {gone}",
        f"DELETE FROM bodies WHERE id IN {gone}",
        f"DELETE FROM log WHERE id IN {gone}",
    )


def rewrite_the_log(scene: Scene) -> None:
    scene.sql("UPDATE log SET actor = :outsider WHERE number = 6")
    rehash(scene)


def insert_a_consent(scene: Scene) -> None:
    """A grant that stood before, entered once more at the end, with a hash that fits."""
    with scene.archive.read() as unit:
        first, *_more, last = unit.ledger.of_record(scene.two)
    again = replace(first, id=new_id(), number=last.number + 1, previous=last.hash)
    again = replace(again, hash=consents.link(again))
    with raw(scene.standing.instance / MAIN) as database:
        database.row_factory = sqlite3.Row
        row = dict(database.execute("SELECT * FROM consents WHERE id = ?", (first.id.hex,)).fetchone())
        row |= {
            "id": again.id.hex,
            "number": again.number,
            "previous": again.previous,
            "hash": again.hash,
        }
        names = ", ".join(f":{name}" for name in row)
        database.execute(f"INSERT INTO consents ({', '.join(row)}) VALUES ({names})", row)


def replay_a_consent(scene: Scene) -> None:
    """The other record's first entry, with its body, in the place of this one's."""
    scene.sql(
        "UPDATE consents SET (items, closes, body, hash, event) = (SELECT items, closes, body, hash, event"
        " FROM consents WHERE record = :one AND number = 0) WHERE record = :two AND number = 0"
    )


def reorder_consents(scene: Scene) -> None:
    scene.sql(
        "UPDATE consents SET number = 99 WHERE record = :two AND number = 1",
        "UPDATE consents SET number = 1 WHERE record = :two AND number = 2",
        "UPDATE consents SET number = 2 WHERE record = :two AND number = 99",
    )


def forge_a_rendition(scene: Scene, *, signed: bool) -> None:
    """Anybody can seal to a room's public key. ``signed``: by a certified member who may not place."""
    archive, reading = scene.archive, scene.standing.reading
    with archive.read() as unit:
        row, room = unit.records.get(scene.one), unit.rooms.get(reading)
        [real] = [
            body for body in unit.records.bodies_of(scene.one, BodyKind.RENDITION) if body.room == reading
        ]
        ledger = unit.ledger.of_record(scene.one)[-1].hash
    assert row
    assert room
    body = new_id()
    unsealed = Unsealed(
        id=body,
        kind=BodyKind.RENDITION,
        record=scene.one,
        rooms=[RoomKey(reading, room.version, room.public)],
        revision=row.revision,
        day=row.day,
        parts={placing.PART: encode_record(account("Not what was said.", record=scene.one))},
        licence=real.licence.replace(real.id.hex.encode(), body.hex.encode()),
    )
    [sealed] = saving.seal(archive, [unsealed], saving.draw(archive, [body]))
    commit = None
    if signed:
        stand = commits.Standing(row.master, row.revision, ledger)
        commit, [sealed] = saving.sign(archive, scene.standing.acting("reader"), [sealed], {scene.one: stand})
    with archive.work() as unit:
        unit.records.remove_bodies([real.id])
        if commit:
            unit.records.add_commit(commit)
        unit.records.add_bodies([sealed])
        transparency.append(archive, unit, None, "revise", {}, commit, about=scene.one)
        unit.commit()


def forge_a_grant(scene: Scene) -> None:
    """Made by the reader for themselves, of custody, with a seed of their own."""
    reader = scene.standing.acting("reader")
    with scene.archive.work() as unit:
        me, custody = unit.members.get(reader.member), unit.rooms.get(scene.standing.custody)
        assert me
        assert custody
        to = keying.Grantee.member(me)
        unit.rooms.grant(
            keying.make_grant(
                reader.keys, custody, kdf.random(kdf.KEY), to, [Capability.READ, Capability.PLACE], since=1
            )
        )
        transparency.append(scene.archive, unit, reader.member, "grant", {})
        unit.commit()


def raise_a_capability(scene: Scene) -> None:
    more = words().process_bind_param(("grant", "place", "read"), None)  # type: ignore[arg-type]
    scene.sql("UPDATE grants SET capabilities = :more WHERE grantee = :reader", more=more)


def replace_the_officers(scene: Scene) -> None:
    theirs = blobs().process_bind_param((kdf.random(1984),), None)  # type: ignore[arg-type]
    scene.sql("UPDATE instance SET root_keys = :theirs", theirs=theirs)


def resurrect(scene: Scene) -> None:
    """What was withdrawn, rows and shares, brought back from a copy that somebody kept."""
    with raw(scene.standing.instance / SHARES) as shares:
        shares.execute("ATTACH ? AS kept", (str(scene.before_withdrawal / SHARES),))
        shares.execute("INSERT OR IGNORE INTO main.shares SELECT * FROM kept.shares")


def replace_the_host(scene: Scene) -> None:
    """Another host's key: it would sign whatever it is given from now on."""
    (scene.standing.instance / "host" / "host.key").write_bytes(kdf.random(kdf.KEY))


def roll_back_everything(scene: Scene) -> None:
    scene.put_back(MAIN, SHARES)
    (scene.standing.instance / "host" / "log.checkpoint").unlink()


def roll_back_all_but_the_host(scene: Scene) -> None:
    scene.put_back(MAIN, SHARES)
