"""Consent on the command line: what is agreed, and beforehand what a change opens and closes.

Knows flags and how an effect is said in lines. Must not know what consent opens: `services.deciding` asks the policy.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial, wraps
from itertools import product
from typing import Any, Final
from uuid import UUID

import click
from rich.console import RenderableType

from archive.cli import asking, choosing
from archive.cli.given import Command, Given, Group, Member, as_member, decorated, pass_given
from archive.cli.refusals import Mistaken
from archive.cli.saying import table
from archive.domain.consent import (
    Audience,
    Basis,
    ConsentEntry,
    DataClass,
    Decision,
    Event,
    GrantItem,
    Purpose,
)
from archive.domain.errors import NotFound
from archive.domain.identifiers import new_id
from archive.domain.rooms import RoomPurpose
from archive.policy.consent import speaks_for_others
from archive.policy.placement import OPENED_BY
from archive.services import deciding, desk, withdrawing
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.deciding import Agreed, Effect, Opening, Place

_PREVIEW: Final = click.option("--preview", is_flag=True, help="Say what it would do; store nothing.")
_BECAUSE: Final = click.option("--reason", "because", is_flag=True, help="Ask for the reason, in one line.")
CODE: Final = click.argument("said", metavar="[CODE]", default=asking.STDIN)
GONE: Final = (
    "What was read, printed, copied or handed over before cannot be called back, nor what stands in backups that "
    "nobody has restored: those lose it when they are restored."
)


@click.group(cls=Group)
def consent() -> None:
    """What is agreed about a record: show it, widen it, limit it, withdraw it.

    CODE is a record's id, or - (or nothing) to be asked for the code on the person's slip: the shell would keep it.
    """


@dataclass(frozen=True, slots=True)
class Cells:
    """What the flags name: purposes × audiences × parts of the account; and what else is wanted."""

    purposes: tuple[str, ...]
    audiences: tuple[str, ...]
    classes: tuple[str, ...]
    until: date | None
    because: bool
    preview: bool


def _cells(function: Callable[..., object]) -> Any:  # noqa: ANN401 - as `given.as_member`
    """Give a command `cells: Cells` from its flags."""

    @wraps(function)
    def gathered(
        *args: object,
        purposes: tuple[str, ...],
        audiences: tuple[str, ...],
        classes: tuple[str, ...],
        until: datetime | None,
        because: bool,
        preview: bool,
        **more: object,
    ) -> object:
        day = until.date() if until else None
        return function(*args, cells=Cells(purposes, audiences, classes, day, because, preview), **more)

    flags = {
        "purpose": (Purpose, "For what."),
        "audience": (Audience, "For whom."),
        "class": (DataClass, "Which part."),
    }
    options = [
        click.option(
            f"--{flag}",
            f"{flag}es" if flag == "class" else f"{flag}s",
            type=click.Choice([term.value for term in terms]),
            multiple=True,
            metavar="TERM",
            help=f"{said} May be given several times.",
        )
        for flag, (terms, said) in flags.items()
    ]
    until = click.option("--until", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="The last day.")
    return decorated(gathered, [*options, until, _BECAUSE, _PREVIEW])


@consent.command("show")
@CODE
@as_member
@pass_given
def show(given: Given, member: Member, said: str) -> None:
    """Show where consent stands, what is open to whom, and the ledger. Logged, as an opening."""
    with given.acting(member) as (archive, acting):
        record = choosing.spoken(archive, acting, said)
        found = deciding.agreed(archive, acting, deciding.custody_of(archive, acting, record), record)
    given.voice.answer({"consent": found}, *_agreed(found))


@consent.command("grant")
@CODE
@click.option(
    "--decision",
    type=click.Choice([one.value for one in Decision]),
    default=Decision.YES.value,
    show_default=True,
)
@click.option(
    "--replace", "replaces", is_flag=True, help="In place of every earlier answer, each no included."
)
@_cells
@as_member
@pass_given
def grant(given: Given, member: Member, said: str, decision: str, cells: Cells, *, replaces: bool) -> None:
    """Add answers: a yes opens what it names, from now on, unless a no stands against it.

    Without --class a yes leaves out other people who are named: nobody's consent covers them.
    """
    if not (cells.purposes and cells.audiences):
        raise Mistaken("Say what for and who: --purpose and --audience.")
    with given.acting(member) as (archive, acting):
        record = choosing.spoken(archive, acting, said)
        items = tuple(_items(cells, Decision(decision), until=cells.until))
        event = Event.SUPERSEDE if replaces else Event.GRANT
        entry = _entry(archive, record, event, because=cells.because, items=items)
        _enter(given, archive, acting, entry, preview=cells.preview)


@consent.command("limit")
@CODE
@click.option("--decision", type=click.Choice([Decision.NO.value]), help="Not only end it: record a no.")
@_cells
@as_member
@pass_given
def limit(given: Given, member: Member, said: str, decision: str | None, cells: Cells) -> None:
    """End answers that were given: those named, at once, or from the day after --until.

    At the consent desk, without a key of custody, every room that serves one of the purposes loses the record whole.
    """
    with given.acting(member) as (archive, acting):
        record = choosing.spoken(archive, acting, said)
        custody = _custody(archive, acting, record)
        if custody is None:
            _limit_at_desk(given, archive, acting, record, cells)
            return
        before = deciding.agreed(archive, acting, custody, record)
        items, closes = deciding.ending(
            before.entries, partial(_meant, cells), last=cells.until, refuse=bool(decision)
        )
        entry = _entry(archive, record, Event.LIMIT, because=cells.because, items=items, closes=closes)
        _enter(given, archive, acting, entry, preview=cells.preview)


@consent.command("suspend")
@CODE
@_PREVIEW
@as_member
@pass_given
def suspend(given: Given, member: Member, said: str, *, preview: bool) -> None:
    """Close everything but custody until it is resumed."""
    _step(given, member, said, Event.SUSPEND, preview=preview)


@consent.command("resume")
@CODE
@_PREVIEW
@as_member
@pass_given
def resume(given: Given, member: Member, said: str, *, preview: bool) -> None:
    """Open again what was suspended."""
    _step(given, member, said, Event.RESUME, preview=preview)


def _step(given: Given, member: Member, said: str, event: Event, *, preview: bool) -> None:
    with given.acting(member) as (archive, acting):
        record = choosing.spoken(archive, acting, said)
        entry = _entry(archive, record, event)
        _enter(given, archive, acting, entry, preview=preview)


@consent.command("withdraw", cls=Command)
@CODE
@_BECAUSE
@_PREVIEW
@as_member
@pass_given
def withdraw(given: Given, member: Member, said: str, *, because: bool, preview: bool) -> None:
    """Withdraw the whole record: every room loses it at once, and after 72 hours nobody can bring it back."""
    with given.acting(member) as (archive, acting):
        record = choosing.spoken(archive, acting, said)
        found = desk.look(archive, acting, record)
        lines = [f"closes: {count} × {purpose.value}" for purpose, count in found.rooms.items()]
        if preview:
            given.voice.answer({"record": record, "stored": False, "closes": found.rooms}, *lines, GONE)
            return
        reason = asking.typed("reason", empty=True) if because else ""
        ending = withdrawing.withdraw(archive, acting, record, reason)
    given.voice.answer(
        {"record": record, "stored": True, "closes": found.rooms, "until": ending.until},
        "Withdrawn. No room holds it any more.",
        *lines,
        "A second member destroys it now: guwah consent confirm. Else it is destroyed in 72 hours."
        if ending.until
        else "A legal hold keeps it from being destroyed, closed to everybody.",
    )
    given.voice.aside(GONE)


def _custody(archive: Archive, acting: Acting, record: UUID) -> UUID | None:
    try:
        return deciding.custody_of(archive, acting, record)
    except NotFound:
        return None


def _limit_at_desk(given: Given, archive: Archive, acting: Acting, record: UUID, cells: Cells) -> None:
    if cells.audiences or cells.classes or cells.until:
        raise Mistaken(
            "Without a key of custody only --purpose can be said: whole rooms are closed, at once."
        )
    purposes = _rooms_for(cells.purposes)
    closes = desk.foresee(archive, acting, record, purposes)
    lines = [f"closes: {count} × {purpose.value}" for purpose, count in closes.items()]
    if not cells.preview:
        reason = asking.typed("reason", empty=True) if cells.because else ""
        withdrawing.limit(archive, acting, record, purposes, reason)
    given.voice.answer({"record": record, "stored": not cells.preview, "closes": closes}, *lines)
    given.voice.aside(GONE)


def _rooms_for(purposes: Collection[str]) -> frozenset[RoomPurpose]:
    found = {room for room, pairs in OPENED_BY.items() for purpose, _who in pairs if purpose in purposes}
    if Purpose.STORE in purposes:
        found.add(RoomPurpose.IDENTITY)
    if not found:
        raise Mistaken("No room serves these purposes. Name one such as research or domestic-court.")
    return frozenset(found)


def _enter(given: Given, archive: Archive, acting: Acting, entry: ConsentEntry, *, preview: bool) -> None:
    custody = deciding.custody_of(archive, acting, entry.record)
    effect = deciding.preview(archive, acting, custody, entry.record, entry)
    if not preview:
        deciding.enter(archive, acting, custody, entry)
    given.voice.answer({"record": entry.record, "stored": not preview, "effect": effect}, *_effect(effect))
    if effect.lost or effect.closed:
        given.voice.aside(GONE)


def _entry(
    archive: Archive,
    record: UUID,
    event: Event,
    *,
    because: bool = False,
    items: tuple[GrantItem, ...] = (),
    closes: tuple[UUID, ...] = (),
) -> ConsentEntry:
    return ConsentEntry(
        id=new_id(),
        record=record,
        event=event,
        basis=Basis.CONSENT,
        at=archive.clock().date(),
        items=items,
        closes=closes,
        reason=asking.typed("reason") if because else "",
    )


def _items(cells: Cells, decision: Decision, until: date | None) -> Iterator[GrantItem]:
    named = cells.classes or [*DataClass]
    for purpose, audience, data_class in product(cells.purposes, cells.audiences, named):
        item = GrantItem(
            id=new_id(),
            purpose=Purpose(purpose),
            audience=Audience(audience),
            data_class=DataClass(data_class),
            decision=decision,
            until=until,
        )
        if cells.classes or decision is not Decision.YES or not speaks_for_others(item):
            yield item


def _meant(cells: Cells, item: GrantItem) -> bool:
    asked = (
        (cells.purposes, item.purpose),
        (cells.audiences, item.audience),
        (cells.classes, item.data_class),
    )
    return all(not wanted or said in wanted for wanted, said in asked)


def _agreed(found: Agreed) -> Iterator[RenderableType]:
    yield f"{found.code}: {found.state.value}"
    yield table(("for", "who", "parts", "until"), [_opening(one) for one in found.openings])
    yield table(("room", "holds", "until"), [_place(one) for one in found.rooms])
    yield table(("day", "entry"), [(day.isoformat(), event.value) for event, day in found.events])


def _effect(effect: Effect) -> Iterator[RenderableType]:
    yield f"{effect.before.value} → {effect.state.value}"
    for said, places in (("opens", effect.gained), ("closes", effect.lost), ("stays", effect.stays)):
        for one in places:
            yield f"{said}: {', '.join(filter(None, _place(one)))}"
    for old, new in effect.changed:
        yield f"changes: {', '.join(filter(None, _place(old)))} → {', '.join(filter(None, _place(new)))}"
    for said, openings in (("would say yes", effect.opened), ("would say yes no more", effect.closed)):
        for opening in openings:
            yield f"{said}: {', '.join(filter(None, _opening(opening)))}"
    yield (
        f"custody keeps it until {effect.until or 'further notice'}"
        if effect.kept
        else "nobody may read it any more"
    )


def _opening(one: Opening) -> tuple[str, str, str, str]:
    return one.purpose.value, one.audience.value, _parts(one.classes), str(one.until or "")


def _place(one: Place) -> tuple[str, str, str]:
    return f"{one.purpose.value} {one.name}".strip(), _parts(one.classes), str(one.until or "")


def _parts(classes: Collection[DataClass]) -> str:
    return "every part" if len(classes) == len(DataClass) else ", ".join(classes)
