"""Withdrawal on the command line: the one-time code, the second member, the way back, and what waits to be placed.

Knows flags. Must not know what a withdrawal destroys, nor print a receipt's code twice.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import click

from archive.cli import asking, choosing
from archive.cli.consents import CODE, GONE, consent
from archive.cli.given import Given, Member, as_member, pass_given
from archive.cli.saying import words
from archive.domain.rooms import RoomPurpose
from archive.services import admitting, cataloguing, consenting, deciding, rooms, shredding, withdrawing

__all__ = ["consent"]  # the group of `consents`, with these words in it

_SURE: Final = "Everything it covers closes now, and is destroyed in 72 hours. Withdraw?"
BACK: Final = "It is back in custody, and in no other room."
_CUSTODY: Final = click.option(
    "--room", "which", metavar="ROOM", help="The collection's custody room. Default: the one you hold."
)


@consent.command("receipt")
@CODE
@as_member
@pass_given
def receipt(given: Given, member: Member, said: str) -> None:
    """Give out a new one-time code with which the person withdraws by themselves. The one before ends.

    It is shown once. Write it on the person's slip, and nowhere else.
    """
    with given.acting(member) as (archive, acting):
        record = choosing.spoken(archive, acting, said)
        custody = deciding.custody_of(archive, acting, record)
        code = consenting.receipt(archive, acting, custody, record)
    given.voice.answer({"record": record, "receipt": code}, words(code, "bold"))
    given.voice.aside("Shown once. Whoever has it can withdraw this record, and do nothing else with it.")


@consent.command("place")
@_CUSTODY
@as_member
@pass_given
def place(given: Given, member: Member, which: str | None) -> None:
    """Place anew what was limited, or ran out, while nobody was there who could."""
    with given.acting(member) as (archive, acting):
        room = choosing.room(archive, acting, which, [RoomPurpose.CUSTODY])
        left = cataloguing.place_waiting(archive, acting, room.id)
    given.voice.answer(
        {"room": room.id, "waiting": left},
        f"Done. {left} still wait: nothing keeps them until consent is renewed or they are withdrawn."
        if left
        else "Done. Nothing waits.",
    )


@consent.command("confirm")
@CODE
@as_member
@pass_given
def confirm(given: Given, member: Member, said: str) -> None:
    """Destroy a withdrawn record now, as a second member beside whoever withdrew it. Nobody can bring it back."""
    with given.acting(member) as (archive, acting):
        record = choosing.spoken(archive, acting, said)
        shredding.confirm(archive, acting, record)
    given.voice.answer({"record": record, "destroyed": True}, "Destroyed. No key opens it any more.")


@consent.command("undo")
@CODE
@as_member
@pass_given
def undo(given: Given, member: Member, said: str) -> None:
    """Bring a withdrawn record back within its 72 hours, into custody alone.

    The reason and then the archive kit, from the safe, are asked for. Rooms beside custody stay closed: the ledger can
    be read again, and `guwah consent grant` opens what the person agrees to.
    """
    with given.acting(member) as (archive, acting):
        record = choosing.spoken(archive, acting, said)
        entry = deciding.kept_again(archive, record, asking.typed("reason"))
        shredding.undo(archive, acting, asking.secret("archive kit"), record, entry)
    given.voice.answer({"record": record, "stored": True}, BACK)


@consent.command("appoint")
@click.argument("whom", metavar="LOGIN")
@_CUSTODY
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="The last day.")
@as_member
@pass_given
def appoint(given: Given, member: Member, whom: str, which: str | None, until: datetime | None) -> None:
    """Put a member on the consent desk of a collection: they withdraw and limit its records, and can read none."""
    with given.acting(member) as (archive, acting):
        room = choosing.room(archive, acting, which, [RoomPurpose.CUSTODY])
        to = admitting.find(archive, whom)
        rooms.appoint(archive, acting, room.id, to, until.date() if until else None)
    given.voice.answer({"room": room.id, "appointed": True}, "Appointed. They hold no key, and need none.")


@consent.command("by-receipt")
@click.option("--yes", "sure", is_flag=True, help="Do not ask whether it is meant.")
@pass_given
def by_receipt(given: Given, *, sure: bool) -> None:
    """Withdraw the record that a one-time code was given out for. Nobody signs in; the code is asked for."""
    code = asking.secret("code")
    with given.archive() as archive:
        withdrawing.recognised(archive, code)
        if not sure:
            click.confirm(_SURE, abort=True, err=True)
        ending = withdrawing.by_receipt(archive, code)
    given.voice.answer(
        {"closed": len(ending.rooms), "until": ending.until},
        "Withdrawn. Nobody can read it any more; in 72 hours nobody can bring it back."
        if ending.until
        else "Withdrawn. Nobody can read it any more; a legal hold keeps it from being destroyed.",
    )
    given.voice.aside(GONE)
