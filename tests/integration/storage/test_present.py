"""What a room shows, against a plain model: the present master in custody, elsewhere the newest rendition."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from archive.domain.keeping import BodyKind, RecordRow, SealedBody
from archive.storage import tables
from archive.storage.database import Database
from archive.storage.records import _shown
from tests.integration.storage import storage_cast as cast

ROOMS = [uuid4() for _ in range(3)]
RECORDS = [uuid4() for _ in range(4)]
SHOWN = (BodyKind.RENDITION, BodyKind.IDENTITY)

bodies = st.lists(
    st.builds(
        lambda kind, room, record, revision: cast.body(
            kind=kind, room=room, record=record, revision=revision
        ),
        st.sampled_from(BodyKind),
        st.sampled_from(ROOMS),
        st.sampled_from(RECORDS),
        st.integers(1, 3),
    ),
    max_size=30,
)
picks = st.lists(st.tuples(st.integers(0, 99), st.booleans()), min_size=len(RECORDS), max_size=len(RECORDS))


def rows_for(found: list[SealedBody], picked: list[tuple[int, bool]]) -> list[RecordRow]:
    """A row for each record: its master any of its master bodies; some are closed."""
    rows = []
    for id, (pick, closed) in zip(RECORDS, picked, strict=True):
        masters = [body.id for body in found if body.record == id and body.kind is BodyKind.MASTER]
        master = masters[pick % len(masters)] if masters else uuid4()
        rows.append(cast.record(id=id, master=master, closed=closed))
    return rows


def model(room: UUID, found: list[SealedBody], rows: list[RecordRow]) -> dict[UUID, set[UUID]]:
    """Record → the bodies of which the room may show one (several only where kinds compete)."""
    shown: dict[UUID, set[UUID]] = {}
    for row in rows:
        mine = [body for body in found if body.record == row.id and body.room == room and not row.closed]
        allowed = {body.id for body in mine if body.id == row.master}
        for kind in SHOWN:
            of_kind = [body for body in mine if body.kind is kind]
            if of_kind:
                allowed.add(max(of_kind, key=lambda body: (body.revision, body.id)).id)
        if allowed:
            shown[row.id] = allowed
    return shown


@settings(max_examples=40, deadline=None)
@given(bodies, picks)
def test_a_room_shows_what_the_model_says(
    empty_bytes: bytes, found: list[SealedBody], picked: list[tuple[int, bool]]
) -> None:
    rows = rows_for(found, picked)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "main.db"
        path.write_bytes(empty_bytes)
        database = Database(path)
        with database.work() as unit:
            unit.records.add_bodies(found)
            for row in rows:
                unit.records.add(row)
            cast.log(unit)
            unit.commit()
        by_id = {body.id: body for body in found}
        with database.read() as unit:
            for room in ROOMS:
                expected = model(room, found, rows)
                shown = unit.records.present(room)
                assert shown.keys() == expected.keys()
                assert all(body == by_id[body.id] and body.id in expected[id] for id, body in shown.items())
                some = RECORDS[:2]
                assert unit.records.present(room, some) == {
                    id: body for id, body in shown.items() if id in some
                }
                licences = unit.records.licences(room)
                assert licences == {id: (body.id, body.licence) for id, body in shown.items()}
                assert unit.records.licences(room, some) == {
                    id: said for id, said in licences.items() if id in some
                }
                assert unit.records.count(room, cast.DAY) == len(expected)
        database.close()


def test_the_question_is_answered_from_indexes(database: Database) -> None:
    shown = select(tables.bodies.c.id).where(*_shown(uuid4()))
    with database._file.reading() as opened:
        asked = str(shown.compile(opened, compile_kwargs={"literal_binds": True}))
        plan = [row.detail for row in opened.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}")]
    steps = [step for step in plan if not step.startswith("CORRELATED")]
    assert len(steps) == 3
    assert all(step.startswith("SEARCH") and "INDEX" in step for step in steps), plan


def test_what_has_run_out_is_not_counted(database: Database) -> None:
    room, today = uuid4(), cast.DAY
    terms = (None, today, today + timedelta(days=1), today - timedelta(days=1))
    found = [cast.body(room=room, not_after=term) for term in terms]
    with database.work() as unit:
        unit.records.add_bodies(found)
        for one in found:
            unit.records.add(cast.record(id=one.record))
        cast.log(unit)
        unit.commit()
    with database.read() as unit:
        assert unit.records.count(room, today) == 3
        assert unit.records.count(room, today + timedelta(days=2)) == 1
        assert {body.not_after for body in unit.records.present(room).values()} == set(terms)
