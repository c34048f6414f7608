"""Running an import: row by row from a file into the archive, in batches, each of them whole or not there at all.

Knows the order of an import and how it goes on after it was broken off. Must not know forms, files or flags.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final
from uuid import UUID

from archive.domain.consent import Basis
from archive.domain.drafts import Draft
from archive.domain.errors import Invalid, Problem, message
from archive.domain.facilities import Facility
from archive.services import accessioning, indexing, registering, transparency, validating
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.entitling import today
from archive.services.imports import drafting, reports
from archive.services.imports.facilities import facility
from archive.services.imports.mapping import BatchBasis, Mapping
from archive.services.imports.naming import MOST_TERMS, Names
from archive.services.imports.reading import Row, Rows
from archive.services.imports.reports import Rejected, Report

Progress = Callable[[int, int, int], None]
"""(rows read, bytes read, bytes in all)."""

MOST_REJECTED: Final = 5_000
"""Rows that a report lists; of the others it gives the number."""
BATCH: Final = 64
"""Rows that are stored together, in one transaction with one signature."""
_INDEX_AFTER: Final = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of the rows. ``report`` lists the refused; after a rehearsal, which keeps nothing, ``rejected``."""

    read: int
    stored: int
    known: int
    refused: int
    seconds: float
    report: UUID | None = None
    rejected: tuple[Rejected, ...] = field(default=(), repr=False)


class _Tally:
    """Counts rows, and keeps what is wrong with the refused ones."""

    def __init__(self, rows: Rows, progress: Progress) -> None:
        self.read = self.stored = self.known = self.refused = 0
        self.rejected: list[Rejected] = []
        self._rows = rows
        self._progress = progress
        self._started = time.monotonic()
        self._keys: set[bytes] = set()

    def batches(self, most: int) -> Iterator[list[Row]]:
        """The file's rows, some at a time; progress is told when the batch has been dealt with."""
        rows = iter(self._rows)
        while batch := list(islice(rows, most)):
            self.read += len(batch)
            yield batch
            self._progress(self.read, self._rows.read, self._rows.total)

    def refuse(self, row: Row, problems: Sequence[Problem]) -> None:
        self.refused += 1
        if len(self.rejected) < MOST_REJECTED:
            self.rejected.append(Rejected(row.line, tuple(problems)))

    def once(self, key: str) -> None:
        """Raises Invalid for an id that an earlier row of the file had."""
        hashed = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        if hashed in self._keys:
            said = message("An earlier row of this file has the same id. Give each row its own.")
            raise Invalid([Problem("source_key", said)])
        self._keys.add(hashed)

    def receipt(self, report: UUID | None, *, dry_run: bool) -> Receipt:
        return Receipt(
            read=self.read,
            stored=self.stored,
            known=self.known,
            refused=self.refused,
            seconds=time.monotonic() - self._started,
            report=report,
            rejected=tuple(self.rejected) if dry_run else (),
        )


def run(
    archive: Archive,
    acting: Acting,
    custody: UUID,
    rows: Rows,
    mapping: Mapping,
    basis: BatchBasis | None = None,
    *,
    dry_run: bool = False,
    progress: Progress = lambda _rows, _read, _total: None,
) -> Receipt:
    """Store the rows that make records, skip those stored before, report those refused; return how many of each.

    ``basis`` is the mapping's own unless given. ``dry_run`` stores nothing. Broken off at any moment, a second run goes
    on where the first one ended. Raises NotFound, Refused, Invalid (no row can be read, or no basis), DiskFull.
    Cost: some 5 ms a row, memory for one batch, the ids of all rows and the names of own terms.
    """
    if mapping.record == "facility":
        raise Invalid(
            [Problem("mapping", message("This mapping is of facilities: import them into the register."))]
        )
    basis = _grounded(basis or mapping.basis)
    accessioning.known(archive, acting, custody, ())  # refuses whoever may not place records, before any work
    tally = _Tally(rows, progress)
    names, register = _names(archive, acting, custody, rows, mapping, dry_run=dry_run)
    with archive.read() as unit:
        how = drafting.Drafting(mapping, names, basis, today(archive, unit))
    waiting = 0
    for some in tally.batches(BATCH):
        drafts = list(_drafts(some, how, register, tally))
        known = accessioning.known(archive, acting, custody, [draft.source_key for draft in drafts])
        new = [draft for draft in drafts if draft.source_key not in known]
        if new and not dry_run:
            accessioning.accession(archive, acting, custody, new, index=False)
        tally.known += len(known)
        tally.stored += len(new)
        waiting += len(new)
        if waiting >= _INDEX_AFTER and not dry_run:
            indexing.drain_held(archive, acting, custody)
            waiting = 0
    if dry_run:
        return tally.receipt(None, dry_run=True)
    indexing.drain_held(archive, acting, custody)
    return tally.receipt(_finish(archive, acting, custody, mapping, tally), dry_run=False)


def run_register(
    archive: Archive,
    acting: Acting,
    custody: UUID,
    rows: Rows,
    mapping: Mapping,
    *,
    dry_run: bool = False,
    progress: Progress = lambda _rows, _read, _total: None,
) -> Receipt:
    """Put the rows into the facility register, in one step; those that it holds are replaced, and count as known.

    Raises NotFound, Refused, Invalid, Conflict. Cost: memory for all of them, of which there may be MOST_TERMS.
    """
    accessioning.known(archive, acting, custody, ())
    have = {one.source_key for one in registering.facilities(archive, acting, custody)}
    tally = _Tally(rows, progress)
    found: list[Facility] = []
    for some in tally.batches(BATCH):
        found += _facilities(some, mapping, tally)
        if len(found) > MOST_TERMS:
            said = message("The register takes at most %(most)s entries from one file. Divide it.")
            raise Invalid([Problem("", said, {"most": f"{MOST_TERMS:,}"})])
    tally.known = sum(one.source_key in have for one in found)
    tally.stored = len(found) - tally.known
    if dry_run:
        return tally.receipt(None, dry_run=True)
    if found:
        registering.add(archive, acting, custody, found)
    return tally.receipt(_finish(archive, acting, custody, mapping, tally), dry_run=False)


def _grounded(basis: BatchBasis | None) -> BatchBasis:
    """The basis on which all rows are held, if it is one that a whole batch can have."""
    if basis is None:
        raise Invalid([Problem("basis", message("Say on what legal basis the archive may hold these rows."))])
    if basis.basis is Basis.CONSENT:
        said = message(
            "Consent is given person by person, so a file cannot have it. Say on what other basis."
        )
        raise Invalid([Problem("basis", said)])
    wanted = ("reason", "source", "licence") if basis.basis is Basis.ALREADY_PUBLIC else ("reason",)
    if missing := [name for name in wanted if not getattr(basis, name).strip()]:
        said = message("This basis needs words here, for the ledger.")
        raise Invalid([Problem(f"basis.{name}", said) for name in missing])
    return basis


def _names(
    archive: Archive, acting: Acting, custody: UUID, rows: Rows, mapping: Mapping, *, dry_run: bool
) -> tuple[Names, frozenset[str]]:
    """What names mean in this file, and the register's terms once it holds the file's facilities."""
    have = registering.facilities(archive, acting, custody)
    names = Names(have)
    if drafting.surveyed(mapping):
        for row in rows:
            if not row.problems:
                drafting.survey(row, mapping, names)
    new = names.facilities()
    if new and not dry_run:
        registering.add(archive, acting, custody, new)
    return names, frozenset(one.term for one in (*have, *new))


def _drafts(
    rows: Iterable[Row], how: drafting.Drafting, register: frozenset[str], tally: _Tally
) -> Iterator[Draft]:
    for row in rows:
        try:
            if row.problems:
                raise Invalid(row.problems)
            draft = how.draft(row)
            validating.check(draft, register)
            tally.once(draft.source_key)
        except Invalid as invalid:
            tally.refuse(row, invalid.problems)
        else:
            yield draft


def _facilities(rows: Iterable[Row], mapping: Mapping, tally: _Tally) -> Iterator[Facility]:
    for row in rows:
        try:
            if row.problems:
                raise Invalid(row.problems)
            one = facility(row, mapping)
            tally.once(one.source_key)
        except Invalid as invalid:
            tally.refuse(row, invalid.problems)
        else:
            yield one


def _finish(archive: Archive, acting: Acting, custody: UUID, mapping: Mapping, tally: _Tally) -> UUID | None:
    """Write the import into the log, and what it refused into a report; return the report's id."""
    detail = {"room": custody.hex, "mapping": mapping.name, "read": tally.read}
    detail |= {"stored": tally.stored, "known": tally.known, "refused": tally.refused}
    with archive.work() as unit:
        report = None
        if tally.refused:
            more = tally.refused - len(tally.rejected)
            report = reports.keep(
                archive, acting, unit, Report(mapping=mapping.name, rejected=tuple(tally.rejected), more=more)
            )
        transparency.append(archive, unit, acting.member, "import", detail)
        unit.commit()
    return report
