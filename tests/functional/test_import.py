"""A file goes in once, with a sealed report of what was refused, and is found again; broken off, it goes on."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from archive.domain.consent import Basis
from archive.domain.drafts import Draft
from archive.domain.errors import Damaged, DiskFull, Invalid, NotFound
from archive.domain.searching import SearchQuery
from archive.services import accessioning, disclosing, registering, searching, transparency
from archive.services.imports import mapping, reports, running
from archive.services.imports.mapping import BatchBasis
from archive.services.imports.reading import Rows
from archive.services.imports.running import Receipt
from tests.archives import Standing
from tests.unit.services.imports import twins

INTEREST = BatchBasis(basis=Basis.LEGITIMATE_INTEREST, reason="Kept for the families.")


def imported(standing: Standing, raw: bytes, name: str = "ehri", **how: Any) -> Receipt:
    rows, chosen = Rows(io.BytesIO(raw)), mapping.load(name)
    return running.run(standing.archive, standing.acting("keeper"), standing.custody, rows, chosen, **how)


def counts(receipt: Receipt) -> tuple[int, int, int, int]:
    return receipt.read, receipt.stored, receipt.known, receipt.refused


def total(standing: Standing, text: str = "", room: str = "custody", **filters: tuple[str, ...]) -> int:
    of = standing.custody if room == "custody" else standing.reading
    query = SearchQuery(text=text, filters=filters)
    return searching.search(standing.archive, standing.acting("keeper"), of, query).result.total


def test_every_row_becomes_a_record_once_and_is_found(standing: Standing) -> None:
    raw = twins.lines(twins.told_in_camps(7))
    first = imported(standing, raw)
    assert counts(first) == (7, 7, 0, 0)
    assert first.report is None
    assert counts(imported(standing, raw)) == (7, 0, 7, 0)
    for room in ("custody", "reading"):
        assert total(standing, room=room) == 7
        assert total(standing, "counted", room=room) == 7
        assert total(standing, "NOWHERE", room=room) == 7  # one camp under all its names
        assert total(standing, room=room, place=("de",)) == 7


def test_more_rows_of_the_same_source_go_in_later(standing: Standing) -> None:
    imported(standing, twins.lines(twins.told_in_camps(3)))
    assert counts(imported(standing, twins.lines(twins.told_in_camps(5)))) == (5, 2, 3, 0)
    [facility] = registering.facilities(standing.archive, standing.acting("keeper"), standing.custody)
    assert {*facility.labels.values(), *facility.aliases} == set(twins.CAMP_NAMES)


def test_a_rehearsal_counts_alike_and_keeps_nothing(standing: Standing) -> None:
    rows = [*twins.told_in_camps(4), {**twins.told_in_camps(1)[0], "id": "x", "orig_lang": "xx"}]
    rehearsed = imported(standing, twins.lines(rows), dry_run=True)
    assert counts(rehearsed) == (5, 4, 0, 1)
    assert [(one.line, str(one.problems[0])[:40]) for one in rehearsed.rejected] == [
        (5, "texts.0.lang: “xx” is not in the list “l")
    ]
    assert total(standing) == 0
    assert registering.facilities(standing.archive, standing.acting("keeper"), standing.custody) == ()
    assert reports.reports(standing.archive, standing.acting("keeper")) == ()
    assert counts(imported(standing, twins.lines(rows))) == counts(rehearsed)


def test_refused_rows_are_reported_to_the_importer_alone(standing: Standing) -> None:
    rows = twins.accounts(3)
    rows[1]["lang"] = "canary-language"
    raw = twins.lines(rows) + b'{"broken": \n' + twins.lines([{**rows[0], "canary_column": 1}])
    receipt = imported(standing, raw.replace(b'"Invented account 2.', b'"\xff'), "wpa")
    assert counts(receipt) == (5, 1, 0, 4)
    assert receipt.report is not None
    assert receipt.rejected == ()
    keeper = standing.acting("keeper")
    assert [one.id for one in reports.reports(standing.archive, keeper)] == [receipt.report]
    report = reports.report(standing.archive, keeper, receipt.report)
    assert [one.line for one in report.rejected] == [2, 3, 4, 5]
    assert [one.problems[0].where for one in report.rejected] == ["texts.0.lang", "", "", "canary_column"]
    for other in ("reader", "outsider"):
        assert reports.reports(standing.archive, standing.acting(other)) == ()
        with pytest.raises(NotFound):
            reports.report(standing.archive, standing.acting(other), receipt.report)
    for file in standing.instance.rglob("*"):
        assert not file.is_file() or b"canary" not in file.read_bytes()


def test_the_log_says_what_was_imported_and_when_a_report_was_opened(standing: Standing) -> None:
    [row] = twins.accounts(1)
    receipt = imported(standing, twins.lines([row, {**row, "id": "other", "lang": "xx"}]), "wpa")
    assert receipt.report is not None
    keeper = standing.acting("keeper")
    reports.report(standing.archive, keeper, receipt.report)
    entries = transparency.entries(standing.archive, keeper, 0, 100)
    [of_import] = [one.detail for one in entries if one.action == "import"]
    assert of_import is not None
    assert {name: of_import[name] for name in ("read", "stored", "known", "refused")} == {
        "read": 2,
        "stored": 1,
        "known": 0,
        "refused": 1,
    }
    [of_report] = [one.detail for one in entries if one.action == "report"]
    assert of_report is not None
    assert of_report["report"] == receipt.report.hex


def test_an_edited_report_is_damaged(standing: Standing) -> None:
    [row] = twins.accounts(1)
    receipt = imported(standing, twins.lines([{**row, "lang": "xx"}]), "wpa")
    assert receipt.report is not None
    with closing(sqlite3.connect(standing.instance / "main" / "archive.db")) as database, database:
        [[sealed]] = database.execute("select sealed from reports").fetchall()
        edited = sealed[:-1] + bytes([sealed[-1] ^ 1])
        database.execute("update reports set sealed = ?", [edited])
    with pytest.raises(Damaged, match="not what was stored"):
        reports.report(standing.archive, standing.acting("keeper"), receipt.report)


@pytest.mark.parametrize("login", ["outsider", "reader"])
def test_whoever_does_not_hold_custody_learns_nothing(standing: Standing, login: str) -> None:
    rows, chosen = Rows(io.BytesIO(twins.lines(twins.told_in_camps(1)))), mapping.load("ehri")
    for run in (running.run, running.run_register):
        with pytest.raises(NotFound):
            run(standing.archive, standing.acting(login), standing.custody, rows, chosen)
    assert rows.read == 0


@pytest.mark.parametrize(
    ("basis", "problem"),
    [
        (None, "basis: Say on what legal basis"),
        (BatchBasis(basis=Basis.CONSENT, reason="They agreed."), "basis: Consent is given person by person"),
        (BatchBasis(basis=Basis.PUBLIC_INTEREST, reason=" "), "basis.reason"),
        (BatchBasis(basis=Basis.ALREADY_PUBLIC, reason="Printed."), "basis.source.*basis.licence"),
    ],
)
def test_a_batch_needs_a_basis_that_a_batch_can_have(
    standing: Standing, basis: BatchBasis | None, problem: str
) -> None:
    with pytest.raises(Invalid, match=problem):
        imported(standing, twins.table([twins.ACCOUNT]), "testimony", basis=basis)


def test_another_basis_than_public_opens_custody_only(standing: Standing) -> None:
    for name, row in (("testimony", twins.ACCOUNT), ("family-report", twins.REPORT)):
        assert counts(imported(standing, twins.table([row]), name, basis=INTEREST)) == (1, 1, 0, 0)
    assert (total(standing), total(standing, room="reading")) == (2, 0)


def test_what_was_written_is_what_is_shown(standing: Standing) -> None:
    imported(standing, twins.table([twins.ACCOUNT]), "testimony", basis=INTEREST)
    keeper = standing.acting("keeper")
    [record] = accessioning.known(standing.archive, keeper, standing.custody, ["twin-account-1"]).values()
    shown = disclosing.show(standing.archive, keeper, standing.custody, record)
    assert [text.body for text in shown.record.texts] == [
        twins.ACCOUNT["original"],
        twins.ACCOUNT["translation"],
    ]
    assert shown.identity is not None
    assert [one.name for one in shown.identity.people] == ["Example Narrator"]
    assert shown.consent[0].basis is Basis.LEGITIMATE_INTEREST


def test_an_id_that_stands_twice_is_stored_once_and_reported(standing: Standing) -> None:
    rows = twins.accounts(2)
    receipt = imported(standing, twins.lines([rows[0], {**rows[1], "id": rows[0]["id"]}, rows[1]]), "wpa")
    assert counts(receipt) == (3, 2, 0, 1)


def test_broken_off_it_goes_on_where_it_ended(standing: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    raw, whole, calls = twins.lines(twins.accounts(7)), accessioning.accession, 0

    def full(*args: Any, **how: Any) -> tuple[Any, ...]:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise DiskFull("full")
        return whole(*args, **how)

    monkeypatch.setattr(accessioning, "accession", full)
    with pytest.raises(DiskFull):
        imported(standing, raw, "wpa")
    assert counts(imported(standing, raw, "wpa")) == (7, 3, 4, 0)
    assert total(standing) == 7


def test_batches_are_whole_and_progress_is_told(standing: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BATCH", 3)
    raw, whole = twins.lines(twins.accounts(7)), accessioning.accession
    together: list[int] = []
    told: list[tuple[int, int, int]] = []

    def counted(
        archive: Any, acting: Any, custody: Any, drafts: Sequence[Draft], **how: Any
    ) -> tuple[Any, ...]:
        together.append(len(drafts))
        return whole(archive, acting, custody, drafts, **how)

    monkeypatch.setattr(accessioning, "accession", counted)
    imported(standing, raw, "wpa", progress=lambda *said: told.append(said))
    assert together == [3, 3, 1]
    assert [rows for rows, _read, _all in told] == [3, 6, 7]
    assert told[-1][1:] == (len(raw), len(raw))


def test_facilities_enter_the_register_and_replace_themselves(standing: Standing) -> None:
    keeper, chosen = standing.acting("keeper"), mapping.load("facilities")

    def taken(rows: list[dict[str, Any]], **how: Any) -> Receipt:
        file = Rows(io.BytesIO(twins.lines(rows)))
        return running.run_register(standing.archive, keeper, standing.custody, file, chosen, **how)

    rows = twins.facilities(5)
    assert counts(taken(rows, dry_run=True)) == (5, 5, 0, 0)
    assert registering.facilities(standing.archive, keeper, standing.custody) == ()
    assert counts(taken([*rows, {**rows[0], "id": "bad", "type": "castle"}])) == (6, 5, 0, 1)
    rows[0]["en"] = "Renamed facility"
    assert counts(taken(rows)) == (5, 0, 5, 0)
    held = registering.facilities(standing.archive, keeper, standing.custody)
    assert max(one.labels["en"] for one in held) == "Renamed facility"
    assert len(held) == 5


def test_records_and_facilities_are_not_taken_for_one_another(standing: Standing) -> None:
    keeper = standing.acting("keeper")
    rows = Rows(io.BytesIO(twins.lines(twins.facilities(1))))
    with pytest.raises(Invalid, match="of facilities"):
        running.run(standing.archive, keeper, standing.custody, rows, mapping.load("facilities"))
    receipt = running.run_register(
        standing.archive, keeper, standing.custody, rows, mapping.load("wpa"), dry_run=True
    )
    assert counts(receipt) == (1, 0, 0, 1)


@pytest.mark.slow
@pytest.mark.shared
def test_the_annotated_testimonies_are_found_by_any_name_of_a_camp(standing: Standing, shared: Path) -> None:
    raw = (shared / "ehri_testimonies" / "testimonies.jsonl").read_bytes()
    assert counts(imported(standing, raw)) == (143, 143, 0, 0)
    for room in ("custody", "reading"):
        assert total(standing, room=room) == 143
        assert total(standing, "Theresienstadt", room=room) == total(standing, "Terezín", room=room) >= 42
        assert total(standing, room=room, lang=("yi",)) == 24


def test_a_volume_of_invented_interviews_is_found_by_place(standing: Standing) -> None:
    assert counts(imported(standing, twins.lines(twins.accounts(12)), "wpa")) == (12, 12, 0, 0)
    assert total(standing, room="reading", place=("us",)) == 12
    assert total(standing, 'place:"Sylvania"', room="reading") == 6


@pytest.mark.slow
@pytest.mark.shared
def test_a_volume_of_interviews_is_found_by_place(standing: Standing, shared: Path) -> None:
    with (shared / "wpa_narratives" / "accounts.jsonl").open("rb") as file:
        raw = b"".join(file.readline() for _ in range(200))
    assert counts(imported(standing, raw, "wpa")) == (200, 200, 0, 0)
    assert total(standing, room="reading", place=("us",)) == 200
