"""Consent as it changes: a further entry in a record's ledger, and the record placed anew under it at once.

Knows that the ledger decides and placement follows. Must not know forms, receipts, or what a withdrawal destroys.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from uuid import UUID

from archive.domain.consent import Basis, ConsentEntry, Event
from archive.domain.errors import Conflict, Invalid, NotFound, Problem, message
from archive.domain.identifiers import new_id
from archive.policy.access import Action
from archive.policy.consent import closed_by, fold
from archive.sealing import receipts
from archive.services import consents, indexing, placing, revising, saving, transparency
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.entitling import require, today
from archive.services.revising import Revision

_WIDENING: Final = frozenset({Event.GRANT, Event.RESUME, Event.RELEASE})
"""What takes nothing from a room, unless the ledger says that it ended something."""


@transparency.refusals("consent")
def append(
    archive: Archive, acting: Acting, custody: UUID, entry: ConsentEntry, *, index: bool = True
) -> None:
    """Append an entry (limit, suspend, resume, withdraw, a further grant) and place the record as it now stands.

    When nothing opens custody any more the record closes: it is read in no room. Its master stays sealed, unless it
    was withdrawn: then `shredding` takes it. ``index``: change the indexes of held rooms at once (else
    when they are next opened). Needs the place capability. Raises NotFound, Refused, Invalid for an entry that is in
    the ledger already, Conflict. Cost: as one accession.
    """
    with archive.read() as unit:
        require(archive, acting, unit, custody, Action.PLACE)
        row = unit.records.get(entry.record)
        if row is None or row.collection != custody:
            raise NotFound
        if row.closed and not archive.shares.find_many([row.master]):
            raise Conflict(message("This record is withdrawn already. Nothing was changed."))
        day, of = today(archive, unit), placing.collection(archive, acting, unit, custody)
        standing, ledger = revising.standing(archive, acting, unit, row)
        before = unit.ledger.of_record(entry.record)
    if any(entry.id == earlier.id for earlier in ledger):
        raise Invalid([Problem("id", message("This entry is in the ledger already."))])
    unsealed = consents.unsealed(entry, of.custody, day)
    [body] = saving.seal(archive, [unsealed], saving.draw(archive, [unsealed.id]))
    added = consents.row(entry, body, before)
    after = fold((*ledger, entry), day)
    ended = closed_by(entry, ledger, standing.consent, after)
    read, standing = standing.head, replace(standing, consent=after, head=added.hash)
    bodies = placing.everywhere(of, standing, day)
    change = Revision(
        row=row,
        standing=standing,
        unsealed=bodies,
        action="consent",
        read=read,
        entry=(added, body),
        closed=not bodies,
        ended=ended if bodies else None,
        narrows=bool(ended) or entry.event not in _WIDENING,
    )
    revising.write(archive, acting, of, change)
    if index:
        indexing.drain_held(archive, acting, custody)


@transparency.refusals("receipt")
def receipt(archive: Archive, acting: Acting, custody: UUID, record: UUID, read: int | None = None) -> str:
    """Give out a new one-time code with which the person withdraws by themselves; the one before ends.

    Only its hash is kept, in the ledger: show it once, on paper or by voice. ``read``: how many entries the ledger had
    when this was asked for, so that asking twice does not end a code just written down. Needs the place capability.
    Raises NotFound, Refused, Conflict. Cost: one commit to disk.
    """
    code = receipts.draw()
    with archive.read() as unit:
        require(archive, acting, unit, custody, Action.PLACE)
        day, of = today(archive, unit), placing.collection(archive, acting, unit, custody)
    entry = ConsentEntry(id=new_id(), record=record, event=Event.RECEIPT, basis=Basis.CONSENT, at=day)
    unsealed = consents.unsealed(entry, of.custody, day)
    [body] = saving.seal(archive, [unsealed], saving.draw(archive, [unsealed.id]))
    with archive.work() as unit:
        row = unit.records.get(record)
        if row is None or row.collection != custody or row.closed:
            raise NotFound
        if read is not None and len(unit.ledger.of_record(record)) != read:
            raise Conflict(
                message("Consent to this record changed meanwhile. Nothing was stored; look at it again.")
            )
        revising.standing(archive, acting, unit, row)  # a damaged ledger gives nothing out
        digest = receipts.digest(archive.row.id, code)
        commit = consents.enter(unit, acting.keys, row, entry, body, receipt=digest)
        detail = {"record": record.hex}
        transparency.append(archive, unit, acting.member, "receipt", detail, commit, about=record)
        unit.commit()
    return code
