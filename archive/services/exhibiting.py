"""Exhibit sheets: a record of a matter room, opened, signed by the member who holds it, logged, then handed out.

Knows the order: the room is a matter, open (decided and logged), sign, decide again, log, answer. Must not know pages,
files, or how a sheet is laid out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from archive.crypto import kdf
from archive.crypto.errors import CannotOpen
from archive.domain.errors import Damaged, NotFound, message
from archive.domain.identifiers import new_id
from archive.domain.log import LogPlace
from archive.domain.rooms import RoomPurpose
from archive.domain.showing import Shown
from archive.evidence import sheet as evidence
from archive.evidence.sheet import Facts, Sheet
from archive.sealing import exhibits, trust
from archive.sealing.codec import canonical, decode, encode
from archive.sealing.exhibits import Vouchers
from archive.services import checkpoints, disclosing, entitling, transparency
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.signing_in import keep_note, kept_note

SEVERAL: Final = "guwah-exhibits/1"
"""The format of one file that holds several exhibits."""
MOST: Final = 40
"""How many records one set of exhibits holds at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """One signed sheet as it is handed out: the sheet, the signature of who made it, and who vouches for them."""

    sheet: Sheet
    signature: str
    vouchers: Vouchers

    @property
    def raw(self) -> bytes:
        """The signed JSON: canonical, UTF-8."""
        return canonical(asdict(self))

    @property
    def digest(self) -> str:
        """The SHA-256 of `raw`, which the log holds."""
        return kdf.digest(self.raw).hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was asked for and what came of it; ``exhibit`` is None where the record was not available."""

    record: UUID
    exhibit: Exhibit | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is enough to make the same bytes again from the record, and says nothing of what it says.

    ``facts`` is None for a record that was not available.
    """

    record: UUID
    facts: Facts | None = None
    signature: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Set:
    room: UUID
    exhibits: tuple[Kept, ...]


@transparency.refusals("exhibit")
def make(archive: Archive, acting: Acting, room: UUID, records: Sequence[UUID]) -> tuple[Made, ...]:
    """Return a signed exhibit sheet for each record, in the order asked; at most MOST, each once.

    A record that is absent, not permitted, withdrawn, or changed while the sheet was made, gives none and stops no
    other. Each sheet's entry stands in the log, with the SHA-256 of its signed JSON, before any is returned. Raises
    NotFound for a room that is no matter or is not held, Damaged. Cost: `disclosing.show` and 1 ms a record, and one
    checkpoint.
    """
    vouchers, asked = _entitled(archive, acting, room), tuple(dict.fromkeys(records))[:MOST]
    opened: dict[UUID, tuple[Shown, int]] = {}
    for record in asked:
        with suppress(NotFound):
            opened[record] = disclosing.opening(archive, acting, room, record)
    places = checkpoints.places(archive, [number for _shown, number in opened.values()]) if opened else {}
    drawn = {
        record: _drawn(archive, acting, shown, places[number], vouchers)
        for record, (shown, number) in opened.items()
    }
    standing = _logged(archive, acting, room, drawn)
    return tuple(
        Made(record=record, exhibit=drawn[record][1] if record in standing else None) for record in asked
    )


def keep(archive: Archive, acting: Acting, room: UUID, made: Iterable[Made]) -> UUID:
    """Keep in the session which exhibits were made, but nothing of what they say; return the opaque address."""
    kept = tuple(_kept(one.record, one.exhibit) for one in made)
    note = new_id()
    keep_note(archive, acting, note, encode(_Set, _Set(room=room, exhibits=kept)))
    return note


def kept(archive: Archive, acting: Acting, room: UUID, note: UUID) -> tuple[Kept, ...]:
    """Return which exhibits were made under an address of this session, for this room. Raises NotFound."""
    _entitled(archive, acting, room)
    raw = kept_note(archive, acting, note)
    try:
        found = decode(_Set, raw or b"")
    except CannotOpen:
        raise NotFound from None
    if found.room != room:
        raise NotFound
    return found.exhibits


def again(archive: Archive, acting: Acting, room: UUID, known: Kept) -> Exhibit | None:
    """Return the same signed bytes once more: the record is opened anew, which is decided and logged as ever.

    None where it is not available any more, or is not what it was. Raises NotFound for the room, Damaged.
    """
    vouchers = _entitled(archive, acting, room)
    if known.facts is None:
        return None
    try:
        shown = disclosing.show(archive, acting, room, known.record)
    except NotFound:
        return None
    made = Exhibit(sheet=evidence.sheet(shown, known.facts), signature=known.signature, vouchers=vouchers)
    return made if made.digest == known.digest else None


def together(found: Sequence[Exhibit]) -> bytes:
    """Return one file of several exhibits: canonical JSON."""
    return canonical({"format": SEVERAL, "exhibits": [asdict(one) for one in found]})


def fingerprint(archive: Archive) -> str:
    """Return the fingerprint of the archive's officers, which whoever checks an exhibit needs from elsewhere."""
    return trust.fingerprint(archive.row).hex()


def _entitled(archive: Archive, acting: Acting, room: UUID) -> Vouchers:
    """Who vouches for the member, who must hold the room, which must be a matter. Raises NotFound, Damaged."""
    with archive.read() as unit:
        held = entitling.holdings(archive, acting, unit)
        if room not in held or held[room].purpose is not RoomPurpose.MATTER:
            raise NotFound
        try:
            return exhibits.vouchers(archive.row, acting.member, unit.members.get)
        except CannotOpen:
            raise Damaged(
                message("Your keys are not certified by the archive's officers. Nothing was opened.")
            ) from None


def _drawn(
    archive: Archive, acting: Acting, shown: Shown, place: LogPlace, vouchers: Vouchers
) -> tuple[UUID, Exhibit]:
    """The body that was opened, and its signed sheet."""
    facts = Facts(
        exhibit=new_id(),
        archive=archive.row.id,
        by=acting.member,
        at=archive.clock(),
        log=evidence.logged(place),
    )
    made = evidence.sheet(shown, facts)
    signature = exhibits.sign(acting.keys, facts.exhibit, evidence.statement(made))
    return shown.licence.rendition, Exhibit(sheet=made, signature=signature.hex(), vouchers=vouchers)


def _logged(
    archive: Archive, acting: Acting, room: UUID, drawn: Mapping[UUID, tuple[UUID, Exhibit]]
) -> tuple[UUID, ...]:
    """The records of which the sheets may leave: what was opened is still what the room shows. Their entries stand."""
    if not drawn:
        return ()
    with archive.work() as unit:
        live = entitling.readable(archive, acting, unit, room, drawn)
        standing = tuple(record for record, (body, _) in drawn.items() if live.get(record) == body)
        for record in standing:
            exhibit = drawn[record][1]
            detail = {
                "room": room.hex,
                "record": record.hex,
                "exhibit": exhibit.sheet.exhibit,
                "sha256": exhibit.digest,
            }
            transparency.append(archive, unit, acting.member, "exhibit", detail, about=record)
        unit.commit()
    return standing


def _kept(record: UUID, exhibit: Exhibit | None) -> Kept:
    if exhibit is None:
        return Kept(record=record)
    said = exhibit.sheet
    facts = Facts(
        exhibit=UUID(said.exhibit),
        archive=UUID(said.archive),
        by=UUID(said.made.by),
        at=datetime.fromisoformat(said.made.at),
        log=said.log,
    )
    return Kept(record=record, facts=facts, signature=exhibit.signature, digest=exhibit.digest)
