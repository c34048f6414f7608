"""What the service tests do to an archive: move its clock, and write to its files as an attacker would."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from archive.domain.consent import Basis, ConsentEntry, Event
from archive.domain.errors import Damaged, GuwahError
from archive.domain.identifiers import new_id
from archive.domain.keeping import BodyKind
from archive.domain.searching import SearchQuery
from archive.services import accessioning, checking, consenting, disclosing, searching
from archive.services.acting import Acting
from archive.services.archive import Archive
from tests.archives import Standing


def today() -> date:
    """The day it is, asked for anew: a run may see midnight."""
    return datetime.now(UTC).date()


def dropped(acting: Acting) -> bool:
    """Whether these keys are gone."""
    return acting.keys.dropped


def later(archive: Archive, seconds: float) -> Archive:
    """The same archive, some time from now."""
    return replace(archive, clock=lambda: archive.clock() + timedelta(seconds=seconds))


@contextmanager
def raw(standing: Standing, part: str = "main/archive.db") -> Iterator[sqlite3.Connection]:
    """One of the archive's databases, opened by somebody who may write its file and holds no key.

    The triggers that forbid to change ledger and log are no obstacle to them.
    """
    database = sqlite3.connect(standing.instance / part)
    try:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        yield database
        database.commit()
    finally:
        database.close()


COUNTED = SearchQuery("counted")
"""A word of every account in these tests."""
CANARY = "Ninety days"
"""Their title, which no refusal may tell."""


def entry(record: UUID, event: Event, **fields: Any) -> ConsentEntry:
    """A further entry of a record's ledger, of today."""
    today = datetime.now(UTC).date()
    said = ConsentEntry(id=new_id(), record=record, event=event, basis=Basis.CONSENT, at=today)
    return replace(said, **fields)


def append(standing: Standing, said: ConsentEntry) -> None:
    """Append it, as the keeper."""
    consenting.append(standing.archive, standing.acting("keeper"), standing.custody, said)


def store(standing: Standing, *drafts: Any, **how: Any) -> tuple[UUID, ...]:
    archive, keeper = standing.archive, standing.acting("keeper")
    return accessioning.accession(archive, keeper, standing.custody, drafts, **how)


def total(standing: Standing, login: str, room: UUID) -> int:
    found = searching.search(standing.archive, standing.acting(login), room, COUNTED)
    assert found.result.total == len(found.result.hits)
    return found.result.total


@dataclass
class Scene:
    """Two records, the second one re-tagged and limited; and the rows that an attacker looks for."""

    standing: Standing
    archive: Archive
    one: UUID
    two: UUID

    @property
    def keeper(self) -> Acting:
        return self.standing.acting("keeper")

    def body(self, record: UUID, kind: BodyKind, at: int = -1, room: UUID | None = None) -> UUID:
        with self.archive.read() as unit:
            found = [body for body in unit.records.bodies_of(record, kind) if room in (None, body.room)]
        return found[at].id

    def rendition(self, record: UUID) -> UUID:
        return self.body(record, BodyKind.RENDITION, room=self.standing.reading)

    def read(self, login: str = "keeper", room: UUID | None = None, record: UUID | None = None) -> Any:
        room = room or self.standing.custody
        return disclosing.show(self.archive, self.standing.acting(login), room, record or self.two)

    def found(self) -> set[str]:
        """The kinds of rows that fsck names, without any key and with the keeper's."""
        without = {finding.what for finding in checking.fsck(self.archive)}
        assert without <= self.found_with_keys()
        return without

    def found_with_keys(self) -> set[str]:
        return {finding.what for finding in checking.fsck(self.archive, self.keeper)}


def refused(deed: Callable[[], object], kind: type[GuwahError] = Damaged) -> None:
    with pytest.raises(kind) as error:
        deed()
    assert CANARY not in str(error.value)
    assert CANARY not in repr(error.value.__context__)
