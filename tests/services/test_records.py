"""Records come in whole or not at all, are opened after the log says so, and close when consent does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from archive.domain.consent import (
    Event,
)
from archive.domain.errors import DiskFull, Invalid, NotFound
from archive.domain.identifiers import new_id
from archive.domain.rooms import Capability, RoomPurpose
from archive.domain.searching import SearchQuery
from archive.sealing import bodies
from archive.services import (
    accessioning,
    cataloguing,
    checking,
    disclosing,
    indexing,
    placing,
    revising,
    rooms,
    searching,
    signing_in,
    transparency,
)
from archive.storage.database import Unit
from archive.storage.ledgers import Ledger, Log
from archive.storage.people import Rooms
from archive.storage.records import Records
from archive.storage.shares import ShareStore
from archive.storage.waiting import Outbox
from tests.archives import FULL, Standing, account, consent, draft, place
from tests.services.services_cast import COUNTED, append, entry, later, raw, store, total


def stored(standing: Standing) -> dict[str, int]:
    with standing.archive.read() as unit:
        return {
            "records": len(unit.records.of_collection(standing.custody)),
            "shown": unit.records.count(standing.custody, standing.archive.clock().date()),
            "bodies": len(unit.records.owners()) - unit.log.head().size,
            "waiting": unit.outbox.count(standing.custody),
        }


def test_what_was_stored_is_what_is_shown(standing: Standing) -> None:
    given = draft(account(tags=(place("xj-hotan"),)))
    [record] = store(standing, given)
    archive, keeper = standing.archive, standing.acting("keeper")
    master = disclosing.show(archive, keeper, standing.custody, record)
    assert master.record == given.record
    assert master.consent == (given.consent,)
    assert master.identity
    assert master.identity.people == given.people
    assert set(master.placed) == {
        standing.reading,
        standing.rooms[RoomPurpose.MATTER],
        standing.rooms[RoomPurpose.IDENTITY],
    }
    assert (master.revision, master.licence.room) == (1, standing.custody)
    seen = disclosing.show(archive, standing.acting("reader"), standing.reading, record)
    assert (seen.licence.room, seen.licence.record) == (standing.reading, record)
    assert (seen.identity, seen.consent, seen.placed) == (None, (), ())
    assert [text.body for text in seen.record.texts] == [text.body for text in given.record.texts]
    assert checking.fsck(archive, keeper) == ()


def test_a_member_of_custody_alone_does_not_see_who_it_is(standing: Standing) -> None:
    archive, [record] = standing.archive, store(standing, draft())
    counsel = standing.people["counsel"]
    rooms.grant(archive, standing.acting("keeper"), standing.custody, counsel.member, [Capability.PLACE])
    assert disclosing.show(archive, standing.acting("counsel"), standing.custody, record).identity is None


def test_a_member_of_the_identity_room_alone_reads_and_searches_nothing(standing: Standing) -> None:
    archive, [record] = standing.archive, store(standing, draft())
    room, outsider = standing.rooms[RoomPurpose.IDENTITY], standing.people["outsider"]
    rooms.grant(archive, standing.acting("keeper"), room, outsider.member, [Capability.PLACE])
    acting = standing.acting("outsider")
    for deed in (
        lambda: disclosing.show(archive, acting, room, record),
        lambda: disclosing.show(archive, acting, standing.custody, record),
        lambda: searching.search(archive, acting, room, COUNTED),
        lambda: indexing.rebuild(archive, acting, room),
    ):
        with pytest.raises(NotFound):
            deed()


def test_hidden_and_absent_look_alike(standing: Standing) -> None:
    """Same error, same words, same entry in the log but for the id that was asked for."""
    hidden, _shown = store(standing, draft(entry=None), draft())
    append(standing, entry(hidden, Event.WITHDRAW))
    archive, reader = standing.archive, standing.acting("reader")
    answers = []
    for asked in (hidden, new_id()):
        with pytest.raises(NotFound) as refused:
            disclosing.show(archive, reader, standing.reading, asked)
        answers.append((str(refused.value), refused.value.values))
    assert answers[0] == answers[1]
    said = transparency.entries(archive, standing.acting("keeper"))
    refusals = [line.detail for line in said if line.action == "refused"]
    assert len(refusals) == 2
    assert refusals[0] is not None
    assert refusals[1] is not None
    assert refusals[0].keys() == refusals[1].keys()
    assert refusals[0]["what"] == refusals[1]["what"] == "open"


def test_nothing_is_opened_that_is_not_logged_first(
    standing: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, [record] = standing.archive, store(standing, draft())
    reader, opened = standing.acting("reader"), []
    searching.search(archive, reader, standing.reading, COUNTED)
    unseal = bodies.unseal

    def watched(*given: Any) -> Any:
        with archive.read() as unit:
            opened.append(unit.log.head().size)
        return unseal(*given)

    monkeypatch.setattr(bodies, "unseal", watched)
    with archive.read() as unit:
        before = unit.log.head().size
    disclosing.show(archive, reader, standing.reading, record)
    assert opened == [before + 1], "the entry stands before the one body is unsealed"

    def full(*_: object) -> None:
        raise DiskFull("no room")

    monkeypatch.setattr(Log, "append", full)
    for deed in (
        lambda: disclosing.show(archive, reader, standing.reading, record),
        lambda: disclosing.show(archive, standing.acting("keeper"), standing.custody, record),
        lambda: searching.search(archive, reader, standing.reading, COUNTED),
        lambda: searching.suggest(archive, reader, standing.reading, "x", "en"),
        lambda: transparency.entries(archive, standing.acting("keeper")),
        lambda: store(standing, draft()),
    ):
        with pytest.raises(DiskFull):
            deed()
    assert len(opened) == 1


def test_the_log_tells_its_room_what_was_opened_and_nobody_else(standing: Standing) -> None:
    archive, [record] = standing.archive, store(standing, draft())
    keeper, reader = standing.acting("keeper"), standing.acting("reader")
    disclosing.show(archive, keeper, standing.custody, record)
    searching.search(archive, reader, standing.reading, SearchQuery("گۇۋاھ"))
    said = {line.action: line.detail for line in transparency.entries(archive, keeper)}
    assert said["open"] is not None
    assert said["open"]["record"] == record.hex
    assert said["open"]["identity"] == standing.rooms[RoomPurpose.IDENTITY].hex, "who it is was opened too"
    assert said["search"] is not None
    assert "query" not in said["search"], "what somebody searched for is content: no auditor reads it"
    for other in (reader, standing.acting("counsel"), standing.acting("outsider")):
        with pytest.raises(NotFound) as refused:
            transparency.entries(archive, other)
        assert str(refused.value) == str(NotFound())


def test_an_auditor_whose_grant_ended_reads_no_more(standing: Standing) -> None:
    archive, keeper = standing.archive, standing.acting("keeper")
    counsel, audit = standing.people["counsel"].member, archive.row.audit
    today = archive.clock().date()
    rooms.grant(archive, keeper, audit, counsel, [], not_after=today)
    auditor = standing.acting("counsel")
    assert transparency.entries(archive, auditor)[-1].detail
    tomorrow = later(archive, 86_400)
    with pytest.raises(NotFound):
        transparency.entries(tomorrow, auditor)


def test_storing_twice_stores_once(standing: Standing) -> None:
    one, other = draft(source_key="ehri-7"), draft(source_key="ehri-7")
    [first] = store(standing, one)
    before = stored(standing)
    assert store(standing, one, other) == (first, first)
    assert stored(standing) == before
    third, fourth = draft(source_key="ehri-8"), draft(source_key="ehri-8")
    assert store(standing, third, fourth, one) == (third.record.id, third.record.id, first)
    assert stored(standing)["records"] == 2
    found = accessioning.known(
        standing.archive, standing.acting("keeper"), standing.custody, ["ehri-8", "", "x"]
    )
    assert found == {"ehri-8": third.record.id}


def test_the_same_record_twice_is_refused(standing: Standing) -> None:
    one = draft()
    with pytest.raises(Invalid) as invalid:
        store(standing, one, one)
    assert [problem.where for problem in invalid.value.problems] == ["drafts.1.id"]
    store(standing, one)
    with pytest.raises(Invalid):
        store(standing, one)


def test_drafts_come_in_all_or_none(standing: Standing) -> None:
    before, untitled = stored(standing), draft(account(title=""))
    with pytest.raises(Invalid) as invalid:
        store(standing, draft(), untitled, draft())
    assert [problem.where for problem in invalid.value.problems] == ["drafts.1.title"]
    assert stored(standing) == before


FAILING: list[tuple[type, str, int]] = [
    (ShareStore, "draw_many", 0),
    (ShareStore, "draw_many", 1),
    (Rooms, "of_collection", 0),
    (Rooms, "of_collection", 1),
    (Records, "add_commit", 0),
    (Records, "add_bodies", 0),
    (Records, "add", 0),
    (Ledger, "append", 0),
    (Records, "add_sources", 0),
    (Outbox, "add", 0),
    (Outbox, "add", 1),
    (Log, "append", 0),
    (Unit, "commit", 0),
]
"""What fails, and after how many times that it did not."""


@contextmanager
def failing(monkeypatch: pytest.MonkeyPatch, where: type, what: str, after: int) -> Iterator[None]:
    calls, real = [], getattr(where, what)

    def fails(*given: Any, **named: Any) -> Any:
        calls.append(what)
        if len(calls) > after:
            raise DiskFull("no room")
        return real(*given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(where, what, fails)
        yield
    assert len(calls) > after, "it never came to that"


@pytest.mark.parametrize(("where", "what", "after"), FAILING)
def test_a_save_that_fails_anywhere_leaves_nothing(
    standing: Standing, monkeypatch: pytest.MonkeyPatch, where: type, what: str, after: int
) -> None:
    [record] = store(standing, draft(source_key="first"))
    with standing.archive.read() as unit:
        size = unit.log.head().size
    before = stored(standing)
    with failing(monkeypatch, where, what, after), pytest.raises(DiskFull):
        store(standing, draft(source_key="second"), draft(source_key="third"))
    assert stored(standing) == before
    with standing.archive.read() as unit:
        assert unit.log.head().size <= size + 1, "at most the refusal was logged"
    assert total(standing, "keeper", standing.custody) == 1
    assert checking.fsck(standing.archive, standing.acting("keeper")) == ()
    assert len(store(standing, draft(source_key="second"), draft(source_key="third"))) == 2
    assert total(standing, "reader", standing.reading) == 3
    assert record in {hit.record for hit in search_hits(standing)}


def search_hits(standing: Standing) -> Any:
    found = searching.search(standing.archive, standing.acting("reader"), standing.reading, COUNTED)
    return found.result.hits


def test_an_index_that_fails_is_no_failure_of_the_save(
    standing: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        patch.setattr(indexing, "_stage", full)
        [record] = store(standing, draft())
    assert stored(standing)["waiting"] == 1
    shown = disclosing.show(standing.archive, standing.acting("reader"), standing.reading, record)
    assert shown.record.id == record
    assert total(standing, "reader", standing.reading) == 1


@pytest.mark.parametrize("kind", ["cut", "edited", "gone", "all gone", "swapped"])
def test_index_files_that_were_changed_heal(standing: Standing, kind: str) -> None:
    store(standing, draft(), draft())
    assert total(standing, "reader", standing.reading) == 2
    signing_in.lock(standing.archive, standing.acting("reader"))
    signing_in.lock(standing.archive, standing.acting("keeper"))
    standing._unlocked.clear()
    files = sorted(path for path in (standing.instance / "index").rglob("*") if path.is_file())
    assert files
    for path in files:
        content = path.read_bytes()
        if kind == "cut":
            path.write_bytes(content[: len(content) // 2])
        elif kind == "edited" and content:
            path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        elif kind == "swapped":
            path.write_bytes(files[0].read_bytes())
        elif kind == "all gone" or path is files[0]:
            path.unlink()
    assert total(standing, "reader", standing.reading) == 2
    assert total(standing, "keeper", standing.custody) == 2


def test_a_record_is_read_to_the_last_day_of_its_consent_and_counted_no_longer(standing: Standing) -> None:
    record, lasting = account(), draft()
    store(standing, draft(record, consent(record.id, FULL, until=1)), lasting)
    archive, after = standing.archive, later(standing.archive, 2 * 86_400)
    for login, room in (("reader", standing.reading), ("keeper", standing.custody)):
        acting = standing.acting(login)
        for day in (archive, later(archive, 86_400)):
            assert disclosing.show(day, acting, room, record.id).record.id == record.id
            assert searching.search(day, acting, room, COUNTED).result.total == 2
            assert rooms.room(day, acting, room).records == 2
    for login, room in (("reader", standing.reading), ("keeper", standing.custody)):
        acting = standing.acting(login)
        with pytest.raises(NotFound):
            disclosing.show(after, acting, room, record.id)
        found = searching.search(after, acting, room, COUNTED)
        assert [hit.record for hit in found.result.hits] == [lasting.record.id]
        assert found.result.total == 1
        assert all(facet.count == 1 for facets in found.result.facets.values() for facet in facets)
        assert rooms.room(after, acting, room).records == 1


def test_a_term_prolonged_in_the_database_prolongs_no_count(standing: Standing) -> None:
    record, lasting = account(), draft()
    store(standing, draft(record, consent(record.id, FULL, until=1)), lasting)
    archive, reader = standing.archive, standing.acting("reader")
    assert searching.search(archive, reader, standing.reading, COUNTED).result.total == 2
    ends = f'"{(archive.clock().date() + timedelta(days=1)).isoformat()}"'.encode()
    with raw(standing) as database:
        for body, licence in database.execute("SELECT id, licence FROM bodies").fetchall():
            longer = licence.replace(ends, b"null")
            database.execute("UPDATE bodies SET not_after = NULL, licence = ? WHERE id = ?", (longer, body))
    after = later(archive, 2 * 86_400)
    found = searching.search(after, reader, standing.reading, COUNTED).result
    assert [hit.record for hit in found.hits] == [lasting.record.id]
    assert (found.total, {facet.count for counts in found.facets.values() for facet in counts}) == (1, {1})


def test_a_query_is_kept_for_its_own_session(standing: Standing) -> None:
    archive = standing.archive
    mine, theirs = (
        signing_in.sign_in(archive, login, standing.people[login].passphrase, standing.code(login)).acting
        for login in ("reader", "counsel")
    )
    query = SearchQuery("گۇۋاھ", filters={"place": ("xj-hotan",)}, page=2)
    note = searching.keep_query(archive, mine, standing.reading, query)
    assert searching.kept_query(archive, mine, note) == (standing.reading, query)
    for acting, address in ((theirs, note), (mine, new_id())):
        with pytest.raises(NotFound):
            searching.kept_query(archive, acting, address)


def test_a_rendition_that_is_not_what_would_be_placed_is_named(standing: Standing) -> None:
    """A custodian's own key signs it, so nothing else is wrong with it."""
    archive, keeper = standing.archive, standing.acting("keeper")
    record, _other = store(standing, draft(account(tags=(place("xj-hotan"),))), draft())
    assert checking.fsck(archive, keeper) == ()
    with archive.read() as unit:
        row = unit.records.get(record)
        of = placing.collection(archive, keeper, unit, standing.custody)
        assert row
        stands, _ledger = revising.standing(archive, keeper, unit, row)
    wider = replace(stands, record=replace(stands.record, title="More than was agreed"))
    change = revising.Revision(
        row=row,
        standing=stands,
        unsealed=placing.renditions(of, wider, archive.clock().date(), only=standing.reading),
        action="revise",
        read=stands.head,
        only=standing.reading,
    )
    revising.write(archive, keeper, of, change)
    [finding] = checking.fsck(archive, keeper)
    assert (finding.what, finding.id) == ("rendition", f"{record.hex} {standing.reading.hex}")
    assert checking.fsck(archive) == (), "it takes custody's key to see"
    assert cataloguing.place_all(archive, keeper, standing.custody, standing.reading) == 2
    assert checking.fsck(archive, keeper) == ()
