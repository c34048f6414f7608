"""Accession: new records come in with their consent, are sealed, placed and logged in one transaction.

Knows what must be together for a record to exist. Must not know forms, files or where a draft was written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from archive.domain.drafts import Draft
from archive.domain.errors import Invalid, Problem, message
from archive.domain.keeping import ConsentRow, RecordRow, SealedBody
from archive.domain.records import Identity
from archive.domain.rooms import RoomPurpose
from archive.policy.access import Action
from archive.policy.consent import ConsentState, fold
from archive.sealing import commits
from archive.sealing.bodies import Unsealed
from archive.services import consents, indexing, placing, registering, saving, transparency, validating
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.entitling import require, today
from archive.services.ports import UnitOfWork

SOURCE: Final = "source"
"""Field of the blind index by which importing twice stores once."""


@dataclass(frozen=True, slots=True)
class _Ready:
    """One draft on its way: its row and entry, what is to be sealed, where it will stand, under which consent."""

    record: RecordRow
    entry: ConsentRow
    entry_body: SealedBody
    unsealed: list[Unsealed]
    standing: commits.Standing
    consent: ConsentState


@transparency.refusals("accession")
def accession(
    archive: Archive, acting: Acting, custody: UUID, drafts: Sequence[Draft], *, index: bool = True
) -> tuple[UUID, ...]:
    """Store drafts, all or none, and return their records' ids; a known ``source_key`` gives the id it has.

    Of several drafts with one key the first is stored. Needs the place capability in the custody room. ``index``: make
    them searchable at once in every room that the member holds (else they wait in the outbox). Raises NotFound,
    Refused, Invalid (places lead with ``drafts.N.`` when there are several), Conflict, DiskFull. Cost: about 2 ms a
    record; two steps of the shred store, one signature and one log entry a call.
    """
    with archive.read() as unit:
        require(archive, acting, unit, custody, Action.PLACE)
        day = today(archive, unit)
        of = placing.collection(archive, acting, unit, custody)
        register = registering.register(archive, acting, unit, custody)
        blinds = _blinds(acting, custody, drafts)
        present = unit.records.known_sources(custody, SOURCE, list(blinds.values()))
        ids = {key: present[blind] for key, blind in blinds.items() if blind in present}
        numbered = _new(drafts, ids)
        _check(numbered, len(drafts), register, unit)
    new = list(numbered.values())
    if not new:
        return tuple(ids[draft.source_key] for draft in drafts)
    ready = _ready(archive, of, [_completed(draft, register) for draft in new], day)
    bodies = _sealed(archive, ready)
    standings = {one.record.id: one.standing for one in ready}
    commit, placed = saving.sign(archive, acting, bodies, standings)
    with archive.work() as unit:
        require(archive, acting, unit, custody, Action.PLACE)
        placing.unchanged(unit, of)
        _no_twin(unit, custody, [blinds[draft.source_key] for draft in new if draft.source_key])
        unit.records.add_commit(commit)
        unit.records.add_bodies(placed)
        unit.records.add(*(one.record for one in ready))
        unit.ledger.append(*(one.entry for one in ready))
        sources = {blinds[draft.source_key]: draft.record.id for draft in new if draft.source_key}
        unit.records.add_sources(custody, SOURCE, sources)
        to_index(unit, of, [one.record.id for one in ready], placed)
        placing.note(unit, custody, {one.record.id: one.consent for one in ready})
        detail = {"room": custody.hex, "records": [one.record.id.hex for one in ready]}
        transparency.append(archive, unit, acting.member, "accession", detail, commit)
        unit.commit()
    if index:
        indexing.drain_held(archive, acting, custody)
    return tuple(ids.get(draft.source_key, draft.record.id) for draft in drafts)


@transparency.refusals("accession")
def known(archive: Archive, acting: Acting, custody: UUID, keys: Sequence[str]) -> Mapping[str, UUID]:
    """Return source key → record for those of an import that are stored already. Raises NotFound."""
    with archive.read() as unit:
        require(archive, acting, unit, custody, Action.PLACE)
        blinds = {key: acting.keys.blind(custody, SOURCE, key) for key in keys if key}
        found = unit.records.known_sources(custody, SOURCE, list(blinds.values()))
    return {key: found[blind] for key, blind in blinds.items() if blind in found}


def to_index(
    unit: UnitOfWork, of: placing.Collection, records: Sequence[UUID], placed: Sequence[SealedBody]
) -> None:
    """Note in the outbox which rooms' indexes these records enter; the identity room has none."""
    unit.outbox.add(of.custody.room, records)
    searched = {room for room, (_key, terms) in of.rooms.items() if terms.purpose is not RoomPurpose.IDENTITY}
    for room in searched:
        unit.outbox.add(room, [body.record for body in placed if body.room == room])


def _blinds(acting: Acting, custody: UUID, drafts: Sequence[Draft]) -> dict[str, bytes]:
    keys = {draft.source_key for draft in drafts if draft.source_key}
    return {key: acting.keys.blind(custody, SOURCE, key) for key in sorted(keys)}


def _new(drafts: Sequence[Draft], ids: dict[str, UUID]) -> dict[int, Draft]:
    """Those not yet known by their source key, by their number; ``ids`` then knows them too."""
    new = {}
    for number, draft in enumerate(drafts):
        if draft.source_key not in ids:
            new[number] = draft
            if draft.source_key:
                ids[draft.source_key] = draft.record.id
    return new


def _check(drafts: Mapping[int, Draft], of: int, register: registering.Register, unit: UnitOfWork) -> None:
    problems: list[Problem] = []
    seen = set(unit.records.get_many(draft.record.id for draft in drafts.values()))
    for number, draft in drafts.items():
        lead = f"drafts.{number}." if of > 1 else ""
        try:
            validating.check(draft, register)
        except Invalid as invalid:
            problems += [replace(found, where=lead + found.where) for found in invalid.problems]
        if draft.record.id in seen:
            problems.append(Problem(lead + "id", message("This record is stored already.")))
        seen.add(draft.record.id)
    if problems:
        raise Invalid(problems)


def _completed(draft: Draft, register: registering.Register) -> Draft:
    tags = tuple(registering.completed(tag, register) for tag in draft.record.tags)
    return replace(draft, record=replace(draft.record, tags=tags))


def _ready(archive: Archive, of: placing.Collection, drafts: Sequence[Draft], day: date) -> list[_Ready]:
    """Every draft with its consent entry sealed, whose hash the licences of the other bodies name."""
    unsealed = [consents.unsealed(draft.consent, of.custody, day) for draft in drafts]
    entries = saving.seal(archive, unsealed, saving.draw(archive, [body.id for body in unsealed]))
    return [_placed(of, draft, body, day) for draft, body in zip(drafts, entries, strict=True)]


def _sealed(archive: Archive, ready: Sequence[_Ready]) -> list[SealedBody]:
    unsealed = [body for one in ready for body in one.unsealed]
    shares = saving.draw(archive, [body.id for body in unsealed])
    return [body for one in ready for body in (one.entry_body, *saving.seal(archive, one.unsealed, shares))]


def _placed(of: placing.Collection, draft: Draft, entry: SealedBody, day: date) -> _Ready:
    record = draft.record
    row = consents.row(draft.consent, entry, ())
    standing = placing.Standing(
        record=record,
        identity=Identity(record=record.id, people=draft.people) if draft.people else None,
        consent=fold([draft.consent], day),
        head=row.hash,
        revision=1,
    )
    master = placing.master(of, standing, day)
    if master is None:
        said = message(
            "Consent or a legal basis for storing and cataloguing is missing: nothing can be stored."
        )
        raise Invalid([Problem("consent", said)])
    return _Ready(
        record=placing.row(of, standing, master.id, day),
        entry=row,
        entry_body=entry,
        unsealed=[master, *placing.renditions(of, standing, day)],
        standing=commits.Standing(master.id, 1, row.hash),
        consent=standing.consent,
    )


def _no_twin(unit: UnitOfWork, custody: UUID, blinds: Sequence[bytes]) -> None:
    if unit.records.known_sources(custody, SOURCE, blinds):
        said = message(
            "Another import is storing the same rows at this moment. Run this one again when it is done."
        )
        raise Invalid([Problem("", said)])
