"""The first revision: rows written under it stay as they were."""

from datetime import date
from pathlib import Path

from archive.domain.keeping import BodyKind, LogHead, SealedBody, Wrap
from archive.domain.rooms import RoomPurpose
from archive.storage import migrating
from archive.storage.database import Database
from tests.migrations.migrations_cast import made_by

A, B, C = "0a" * 16, "0b" * 16, "0c" * 16
# Written by hand, as they lie in the file: the layout is what this test holds fast.
ROWS = f"""
INSERT INTO rooms VALUES ('{A}', '{B}', 'reading', 2, x'70', x'{C}7369', x'74', x'75', 3);
INSERT INTO records VALUES ('{B}', '{A}', '{C}', 4, '2026-01-31', 0);
INSERT INTO bodies VALUES ('{C}', 'rendition', '{B}', '{A}', 2, 4, '2026-01-31', x'6b', x'6c', '2027-01-31', NULL, 7,
                           x'00000002aabb00000000');
INSERT INTO wraps VALUES ('{C}', 0, '{A}', 2, x'77');
INSERT INTO parts VALUES ('{C}', 'text', x'78');
INSERT INTO consents VALUES ('{A}', '{B}', 0, 'grant', x'00000010{C}', x'', x'', x'68', '{C}', '2026-01-31');
INSERT INTO log VALUES (0, '{A}', '2026-01-31', NULL, 'init', x'6c', x'0000000270710000000172');
"""


def test_rows_of_this_layout_are_read(tmp_path: Path) -> None:
    path = tmp_path / "main.db"
    made_by(path, "0001", ROWS)
    migrating.upgrade(path)
    database = Database(path)
    with database.read() as unit:
        [room] = unit.rooms.all()
        assert (room.id.hex, room.collection.hex, room.purpose) == (A, B, RoomPurpose.READING)
        assert (room.signed.signer.hex, room.signed.signature) == (C, b"si")
        record = unit.records.get(room.collection)
        assert record
        assert (record.id.hex, record.master.hex, record.closed) == (B, C, False)
        assert unit.records.present(room.id) == {
            record.id: SealedBody(
                id=record.master,
                kind=BodyKind.RENDITION,
                record=record.id,
                room=room.id,
                version=2,
                revision=4,
                day=record.day,
                wraps=(Wrap(room=room.id, version=2, sealed=b"w"),),
                key=b"k",
                parts={"text": b"x"},
                licence=b"l",
                not_after=date(2027, 1, 31),
                leaf=7,
                path=(b"\xaa\xbb", b""),
            )
        }
        [entry] = unit.ledger.of_record(record.id)
        assert [item.hex for item in entry.items] == [C]
        assert unit.log.head() == LogHead(size=1, peaks=(b"pq", b"r"))
    database.close()
