"""Rooms on the command line: which a member holds, making one, setting its scope, granting its key.

Knows flags and tables. Must not know what lies in a room.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any, Final

import click

from archive.cli import asking, choosing
from archive.cli.given import Command, Given, Group, Member, as_member, only_in_a_demo, pass_given
from archive.cli.refusals import Mistaken
from archive.cli.saying import table
from archive.domain.rooms import WITH_KEY, Capability, RoomPurpose, Scope
from archive.domain.showing import RoomView
from archive.services import admitting, cataloguing, removing, rooms
from archive.services.archive import Archive
from archive.vocabularies.load import vocabulary

_MADE: Final = (RoomPurpose.READING, RoomPurpose.MATTER)
_VOCABULARIES: Final = {"places": "places", "facilities": "facility-types", "abuses": "abuse-types"}
_BOUNDS: Final = tuple(field.name for field in fields(Scope))
_DAYS: Final = ("since", "until")
_ASKED: Final = "In demo archives only; else it is asked for."


@click.group(cls=Group)
def room() -> None:
    """The rooms you hold; make one, set its scope, take one back."""


@room.command("list")
@as_member
@pass_given
def list_(given: Given, member: Member) -> None:
    """List the rooms you hold."""
    with given.acting(member) as (archive, acting):
        held = rooms.rooms(archive, acting)
    rows = [
        (
            str(view.id),
            view.purpose.value,
            view.name,
            str(view.records),
            str(view.waiting),
            _may(view),
            _until(view),
        )
        for view in held
    ]
    lines = [table(("id", "purpose", "name", "records", "to index", "you may", "until"), rows)]
    given.voice.answer({"rooms": held}, *lines)
    for view in held:
        if view.only_you:
            given.voice.aside(f"Only you can open {view.id} ({view.purpose.value}). Admit a second person.")


def _may(view: RoomView) -> str:
    return ", ".join(word.value for word in Capability if word.value in view.capabilities)


def _until(view: RoomView) -> str:
    return view.not_after.isoformat() if view.not_after else ""


def _scope_flags(function: Callable[..., Any]) -> Callable[..., Any]:
    for name in reversed(_BOUNDS):
        flag = f"--{name.replace('_', '-')}"
        function = click.option(
            flag, name, metavar="IDS", help="In demo archives only; else it is asked for."
        )(function)
    return function


@room.command("create")
@click.argument("purpose", type=click.Choice([purpose.value for purpose in _MADE]))
@click.option("--custody", metavar="ROOM", help="The collection's custody room. Default: the one you hold.")
@click.option("--name", metavar="NAME", help=_ASKED)
@_scope_flags
@as_member
@pass_given
def create(
    given: Given, /, member: Member, purpose: str, custody: str | None, name: str | None, **bounds: str | None
) -> None:
    """Make a room beside a custody room, and place in it what consent and its scope open.

    Its name, then its scope, are asked for: ids with commas between, an empty line for any; days as 2017-01-31.
    """
    with given.acting(member) as (archive, acting):
        beside = choosing.room(archive, acting, custody, [RoomPurpose.CUSTODY])
        called = _asked(archive, "--name", name, "name of the room")
        scope = _scope(archive, bounds)
        made = rooms.create(archive, acting, beside.id, RoomPurpose(purpose), called, scope)
        placed = cataloguing.place_all(archive, acting, beside.id, made)
    given.voice.answer(
        {"room": made, "purpose": purpose, "records": placed}, f"Made {made}. It holds {placed} records."
    )


@room.command("scope")
@click.argument("which", metavar="ROOM")
@_scope_flags
@as_member
@pass_given
def scope_(given: Given, /, member: Member, which: str, **bounds: str | None) -> None:
    """Set the scope of a room, and place anew what it now opens.

    Asked for as in `guwah room create`. What was set before is replaced as a whole.
    """
    with given.acting(member) as (archive, acting):
        view = choosing.room(archive, acting, which)
        rooms.set_terms(archive, acting, view.id, scope=_scope(archive, bounds))
        placed = cataloguing.place_all(archive, acting, view.collection, view.id)
    given.voice.answer({"room": view.id, "records": placed}, f"Done. The room now holds {placed} records.")


def _scope(archive: Archive, bounds: Mapping[str, str | None]) -> Scope:
    """The scope from flags (in a demo), else from eight lines."""
    flagged = {name: said for name, said in bounds.items() if said is not None}
    if flagged:
        only_in_a_demo(archive, f"--{next(iter(flagged)).replace('_', '-')}", "Leave it out to be asked.")
    found: dict[str, Any] = {}
    for name in _BOUNDS:
        said = (
            flagged.get(name, "") if flagged else asking.typed(f"scope: {name.replace('_', ' ')}", empty=True)
        )
        found[name] = _day(said) if name in _DAYS else _terms(name, said)
    return Scope(**found)


def _terms(name: str, said: str) -> tuple[str, ...]:
    found = tuple(term for word in said.split(",") if (term := word.strip()))
    known = vocabulary(_VOCABULARIES[name.removeprefix("not_")])
    for term in found:
        if term not in known and not (name.endswith("facilities") and term.startswith("reg-")):
            close = ", ".join(near.id for near in known.find(term)[:3])
            raise Mistaken(
                f"There is no {name.replace('_', ' ')} term of this id."
                + (f" Close to it: {close}." if close else " The ids stand in the vocabularies.")
            )
    return found


def _day(said: str) -> str:
    if not said:
        return ""
    try:
        return date.fromisoformat(said).isoformat()
    except ValueError:
        raise Mistaken("A day is written year-month-day, such as 2017-01-31.") from None


def _asked(archive: Archive, flag: str, said: str | None, what: str) -> str:
    if said is None:
        return asking.typed(what)
    only_in_a_demo(archive, flag, "Leave it out to be asked.")
    return said


@click.command("grant", cls=Command)
@click.argument("which", metavar="ROOM")
@click.argument("to", metavar="LOGIN")
@click.option(
    "--capability",
    "capabilities",
    multiple=True,
    type=click.Choice([word.value for word in WITH_KEY]),
    help="What they may do there; may be given several times. Reading is always included.",
)
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="The last day of the grant.")
@as_member
@pass_given
def grant(
    given: Given, member: Member, which: str, to: str, capabilities: Sequence[str], until: datetime | None
) -> None:
    """Give a member the key of a room. An earlier grant of the same room to them ends."""
    not_after = until.date() if until else None
    with given.acting(member) as (archive, acting):
        view = choosing.room(archive, acting, which)
        to_whom = admitting.find(archive, to)
        rooms.grant(archive, acting, view.id, to_whom, [Capability(word) for word in capabilities], not_after)
    given.voice.answer(
        {"room": view.id, "granted": True}, "Granted. They hold the room from their next request on."
    )


@room.command("remove")
@click.argument("which", metavar="ROOM")
@click.argument("whom", metavar="LOGIN")
@as_member
@pass_given
def remove(given: Given, member: Member, which: str, whom: str) -> None:
    """Take a room back from a member: it gets a new key, of which they receive nothing.

    Their sessions end. What they read or copied before stays read and copied.
    """
    with given.acting(member) as (archive, acting):
        view = choosing.room(archive, acting, which)
        removing.remove(archive, acting, view.id, admitting.find(archive, whom))
    given.voice.answer(
        {"room": view.id, "removed": True},
        "Removed. The room has a new key; its index is built anew at the next search.",
    )
