"""The log: a closed list of words; who reads what of it; what may be gone from it, and what may not."""

from __future__ import annotations

import ast
import json
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from archive import bootstrap
from archive.domain.consent import Event
from archive.domain.errors import Damaged, NotFound
from archive.domain.keeping import LogRow
from archive.domain.log import KEPT, LogFilter
from archive.domain.rooms import Capability
from archive.domain.searching import SearchQuery
from archive.sealing import bodies
from archive.services import admitting, checking, disclosing, rooms, searching, signing_in, transparency
from archive.services.archive import Archive
from archive.services.transparency import Entry
from tests.archives import Standing, draft
from tests.services.services_cast import Scene, append, entry, later, raw, store

SERVICES = Path(transparency.__file__).parent
DAY = 86_400


def rows(archive: Archive, only: LogFilter | None = None) -> tuple[LogRow, ...]:
    with archive.read() as unit:
        return unit.log.find(only or LogFilter(), None, 10_000)


def numbers(entries: tuple[Entry, ...]) -> list[int]:
    return [found.number for found in entries]


def test_every_word_of_the_log_is_used() -> None:
    said = Counter(
        node.value
        for path in SERVICES.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    assert [word for word in sorted(transparency.ACTIONS) if said[word] < 2] == []


def test_a_word_that_is_not_of_the_list_is_refused_and_nothing_stored(standing: Standing) -> None:
    before = rows(standing.archive)
    with standing.archive.work() as unit, pytest.raises(ValueError, match="not a word of the log"):
        transparency.append(standing.archive, unit, None, "opened", {})
    assert rows(standing.archive) == before


def test_entries_are_read_a_page_at_a_time_and_the_reading_is_one(standing: Standing) -> None:
    keeper = standing.acting("keeper")
    first = transparency.entries(standing.archive, keeper, 0, 3)
    assert numbers(first) == [0, 1, 2]
    assert first[0].action == "init"
    size = len(rows(standing.archive))
    [last] = transparency.entries(standing.archive, keeper, size, 5)
    assert (last.action, last.actor) == ("log-read", keeper.member)
    assert last.detail is not None
    assert last.detail["start"] == size
    assert transparency.entries(standing.archive, keeper, 10_000, 5) == ()
    assert numbers(transparency.entries(standing.archive, keeper, count=2, newest=True)) == [
        size + 2,
        size + 1,
    ]
    assert numbers(transparency.entries(standing.archive, keeper, 1, newest=True)) == [1, 0]


def test_entries_are_found_by_member_record_action_and_day(scene: Scene) -> None:
    archive, keeper, reader = scene.archive, scene.keeper, scene.standing.acting("reader")
    scene.read("reader", scene.standing.reading, scene.one)
    scene.read(record=scene.one)
    tomorrow = later(archive, DAY)
    day = tomorrow.clock().date()

    def found(**only: object) -> list[tuple[str, bool]]:
        said = transparency.entries(tomorrow, keeper, only=LogFilter(**only))  # type: ignore[arg-type]
        return [(line.action, line.about == scene.one) for line in said]

    disclosing.show(tomorrow, keeper, scene.standing.custody, scene.one)
    assert found(about=scene.one) == [("open", True)] * 3
    assert found(actor=reader.member, about=scene.one) == [("open", True)]
    assert {action for action, _ in found(actor=reader.member)} == {"sign-in", "open"}
    assert found(action="open", until=day - timedelta(days=1)) == [("open", True)] * 2
    assert found(action="open", since=day) == [("open", True)]
    assert found(since=day + timedelta(days=1)) == []
    assert {action for action, _ in found(about=scene.two)} == {"revise", "consent"}
    last = transparency.entries(tomorrow, keeper, count=1, newest=True, only=LogFilter(action="log-read"))[0]
    assert last.detail is not None
    assert last.detail["action"] == "log-read", "the log says what was looked for in it"


def test_an_officer_reads_what_stands_in_the_clear(standing: Standing) -> None:
    archive, keeper = standing.archive, standing.acting("keeper")
    [record] = store(standing, draft())
    disclosing.show(archive, keeper, standing.custody, record)
    made = admitting.admit(
        archive, [keeper], admitting.Newcomer(login="second", name="Example Second", officer=True)
    )
    officer = signing_in.unlock(archive, "second", made.passphrase)
    said = transparency.entries(archive, officer)
    assert {line.detail for line in said} == {None}
    assert [line.about for line in said if line.action == "open"] == [record]


def test_nobody_else_reads_it_and_the_attempt_is_logged(standing: Standing) -> None:
    archive, keeper = standing.archive, standing.acting("keeper")
    for login in ("reader", "counsel", "outsider"):
        other = standing.acting(login)
        with pytest.raises(NotFound) as refused:
            transparency.entries(archive, other, 0, 1)
        assert str(refused.value) == str(NotFound())
        [_reading, last] = transparency.entries(archive, keeper, count=2, newest=True)
        assert (last.action, last.actor) == ("refused", other.member)
        assert last.detail is not None
        assert last.detail["what"] == "log-read"


def test_what_somebody_searched_for_stays_sealed(standing: Standing) -> None:
    archive, keeper, reader = standing.archive, standing.acting("keeper"), standing.acting("reader")
    searching.search(archive, reader, standing.reading, SearchQuery("گۇۋاھ"))
    searching.suggest(archive, reader, standing.reading, "xot", "ug")
    for action, hidden in (("search", "گۇۋاھ"), ("suggest", "xot")):
        [shown] = transparency.entries(archive, keeper, only=LogFilter(action=action))
        assert shown.detail is not None
        assert shown.detail["room"] == standing.reading.hex
        assert hidden not in json.dumps(shown.detail, ensure_ascii=False)
        [row] = rows(archive, LogFilter(action=action))
        with archive.read() as unit:
            body = unit.records.body(row.id)
        assert body
        parts = bodies.unseal(
            archive.row.id, body, archive.row.audit, keeper.keys, archive.shares.find(row.id)
        )
        assert hidden in parts["entry"].decode(), "sealed, not lost"


def forget(scene: Scene, row: LogRow, *, rows_too: bool) -> None:
    """Take away what an entry says: its share, or its body as well."""
    scene.archive.shares.destroy([row.id])
    if rows_too:
        with raw(scene.standing) as database:
            database.execute("PRAGMA foreign_keys = ON")
            database.execute("DELETE FROM bodies WHERE id = ?", (row.id.hex,))


@pytest.mark.parametrize("rows_too", [False, True])
def test_what_spoke_of_a_withdrawn_record_may_be_gone(scene: Scene, rows_too: bool) -> None:
    scene.read(record=scene.one)
    append(scene.standing, entry(scene.one, Event.WITHDRAW))
    for row in rows(scene.archive, LogFilter(about=scene.one)):
        forget(scene, row, rows_too=rows_too)
    assert checking.fsck(scene.archive) == ()
    assert checking.fsck(scene.archive, scene.keeper) == ()
    said = transparency.entries(scene.archive, scene.keeper, only=LogFilter(about=scene.one))
    assert [(line.action, line.detail) for line in said] == [("open", None), ("consent", None)]


@pytest.mark.parametrize("rows_too", [False, True])
@pytest.mark.parametrize("action", ["open", "accession", "grant"])
def test_what_spoke_of_anything_else_may_not(scene: Scene, action: str, rows_too: bool) -> None:
    scene.read(record=scene.one)
    append(scene.standing, entry(scene.two, Event.WITHDRAW))
    row = rows(scene.archive, LogFilter(action=action))[0]
    forget(scene, row, rows_too=rows_too)
    assert {finding.what for finding in checking.fsck(scene.archive)} == {"log" if rows_too else "share"}
    with pytest.raises(Damaged):
        transparency.entries(scene.archive, scene.keeper, only=LogFilter(action=action))
    with raw(scene.standing) as database:  # to say that it spoke of a withdrawn one is no way out
        database.execute("UPDATE log SET about = ? WHERE number = ?", (scene.two.hex, row.number))
    assert "log" in {finding.what for finding in checking.fsck(scene.archive)}


@pytest.mark.parametrize("rows_too", [False, True])
def test_what_somebody_searched_for_may_be_gone_after_its_time(scene: Scene, rows_too: bool) -> None:
    searching.search(scene.archive, scene.keeper, scene.standing.custody, SearchQuery("counted"))
    [row] = rows(scene.archive, LogFilter(action="search"))
    forget(scene, row, rows_too=rows_too)
    for days, fine in ((KEPT.days, False), (KEPT.days + 1, True)):
        then = later(scene.archive, days * DAY)
        assert (checking.fsck(then) == ()) is fine
    [shown] = transparency.entries(then, scene.keeper, only=LogFilter(action="search"))
    assert shown.detail is None


def test_a_digest_that_is_not_the_body_s(scene: Scene) -> None:
    """Neither may change alone: the leaf follows the digest, the digest the body."""
    scene.read(record=scene.one)
    [row] = rows(scene.archive, LogFilter(about=scene.one))
    for deed in (
        "UPDATE log SET digest = zeroblob(32) WHERE number = :number",
        "UPDATE log SET about = NULL WHERE number = :number",
        "UPDATE bodies SET revision = 7 WHERE id = :id",
    ):
        with raw(scene.standing) as database:
            [kept] = database.execute("SELECT digest, about FROM log WHERE number = ?", (row.number,))
            database.execute(deed, {"number": row.number, "id": row.id.hex})
        assert [(found.what, found.id) for found in checking.fsck(scene.archive)] == [
            ("log", str(row.number))
        ]
        with raw(scene.standing) as database:
            database.execute("UPDATE log SET digest = ?, about = ? WHERE number = ?", (*kept, row.number))
            database.execute("UPDATE bodies SET revision = 1 WHERE id = ?", (row.id.hex,))
    assert checking.fsck(scene.archive) == ()


def test_an_entry_from_before_the_columns_is_proven_by_its_body(scene: Scene) -> None:
    with raw(scene.standing) as database:
        database.execute("UPDATE log SET digest = x'' WHERE number = 0")
    assert checking.fsck(scene.archive) == ()
    forget(scene, rows(scene.archive)[0], rows_too=True)
    assert {finding.what for finding in checking.fsck(scene.archive)} >= {"log"}


def test_an_auditor_needs_no_other_right(standing: Standing) -> None:
    archive, keeper = standing.archive, standing.acting("keeper")
    counsel = standing.people["counsel"].member
    rooms.grant(archive, keeper, archive.row.audit, counsel, [Capability.READ])
    assert transparency.entries(archive, standing.acting("counsel"))[0].detail


def test_what_somebody_searched_for_brought_back_is_named(scene: Scene) -> None:
    searching.search(scene.archive, scene.keeper, scene.standing.custody, SearchQuery("counted"))
    [row] = rows(scene.archive, LogFilter(action="search"))
    with raw(scene.standing, "shares/shares.db") as shares:
        kept = shares.execute("SELECT * FROM shares WHERE owner = ?", (row.id.hex,)).fetchone()
    then = later(scene.archive, (KEPT.days + 1) * DAY)
    assert bootstrap.upkeep(then).run() == 1
    assert checking.fsck(then) == ()
    with raw(scene.standing, "shares/shares.db") as shares:
        shares.execute("INSERT INTO shares VALUES (?, ?, ?)", kept)
    assert [(found.what, found.id) for found in checking.fsck(then)] == [("share", row.id.hex)]
