"""Rederiving: is what a collection's rooms hold of a record just what the policy places there today?

Knows that placement is deterministic, so that doing it again is a proof. Must not know who signed what.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from archive.domain.consent import ConsentEntry
from archive.domain.keeping import BodyKind, RecordRow, SealedBody
from archive.policy.consent import fold
from archive.services import placing, saving
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.entitling import today
from archive.services.ports import UnitOfWork


@dataclass(slots=True)
class Rederiving:
    """For one unit of work, by somebody who holds the custody of what is asked: rooms are opened once a collection."""

    archive: Archive
    acting: Acting
    unit: UnitOfWork
    _of: dict[UUID, placing.Collection] = field(default_factory=dict)
    _waiting: dict[UUID, frozenset[UUID]] = field(default_factory=dict)

    def differing(
        self,
        row: RecordRow,
        master: saving.Parts,
        ledger: Sequence[ConsentEntry],
        head: bytes,
        bodies: Iterable[SealedBody],
    ) -> Iterator[UUID]:
        """Yield the rooms whose rendition is missing, one too many, or another than would be placed now.

        None for a record that waits to be placed anew. ``bodies`` are the record's, checked; they are opened through
        custody. Identities are passed over: custody has no copy. Raises Damaged for one that does not open. Cost: one
        accession, without its signature.
        """
        of, day = self._collection(row.collection), today(self.archive, self.unit)
        if row.id in self._waiting[row.collection]:
            return
        standing = placing.Standing(
            record=placing.record_of(master),
            identity=None,
            consent=fold(ledger, day),
            head=head,
            revision=row.revision,
        )
        wanted = {body.rooms[0].room: body for body in placing.everywhere(of, standing, day)}
        wanted.pop(row.collection, None)
        found = {body.room: body for body in bodies if body.kind is BodyKind.RENDITION}
        parts = saving.opened(self.archive, self.acting, [(body, row.collection) for body in found.values()])
        for room in sorted(wanted.keys() | found.keys()):
            old, new = found.get(room), wanted.get(room)
            alike = old and new and placing.rests_alike(old.licence, new.licence)
            if not (old and new and alike and parts[old.id] == dict(new.parts)):
                yield room

    def _collection(self, custody: UUID) -> placing.Collection:
        if custody not in self._of:
            self._of[custody] = placing.collection(self.archive, self.acting, self.unit, custody)
            self._waiting[custody] = frozenset(
                self.unit.outbox.unplaced(custody, today(self.archive, self.unit))
            )
        return self._of[custody]
