"""Holds on the command line: two officers hold a record for the law; a custodian, because others are at risk.

Knows flags and tables. Must not know what a hold closes, or how what it keeps is sealed.
"""

from __future__ import annotations

from uuid import UUID

import click

from archive.cli import asking, choosing
from archive.cli.consents import CODE
from archive.cli.given import Given, Group, Member, as_member, as_officers, pass_given
from archive.cli.refusals import Mistaken
from archive.cli.saying import table
from archive.cli.withdrawals import BACK
from archive.domain.identifiers import code_of
from archive.services import deciding, holding
from archive.services.holding import Held

_ALONE = "A legal hold takes two officers: name the other with --second."
_WHICH = click.argument("which", metavar="HOLD", type=click.UUID)


@click.group(cls=Group)
def hold() -> None:
    """Holds: for the law, by two officers; and because other people are at risk, by a custodian."""


@hold.command("set")
@click.argument("said", metavar="RECORD")
@as_officers
@pass_given
def set_(given: Given, member: Member, second: Member | None, said: str) -> None:
    """Hold a record for the law, as two officers: withdrawn, it closes as ever but is not destroyed.

    What is kept of it then, both of you must open together. On what basis, is asked for: the person may see it.
    """
    record = choosing.record(said)
    if second is None:
        raise Mistaken(_ALONE)
    with given.officers(member, second) as (archive, officers):
        made = holding.set_legal(archive, officers[0], officers[1], record, asking.typed("basis"))
    given.voice.answer({"hold": made, "record": record}, f"Held: {made}. It ends when two officers lift it.")


@hold.command("lift")
@_WHICH
@as_officers
@pass_given
def lift(given: Given, member: Member, second: Member | None, which: UUID) -> None:
    """Lift a legal hold, as two officers. What was withdrawn meanwhile is destroyed when its 72 hours are over."""
    if second is None:
        raise Mistaken(_ALONE)
    with given.officers(member, second) as (archive, officers):
        holding.lift(archive, officers[0], officers[1], which)
    given.voice.answer({"hold": which, "lifted": True}, "Lifted. A withdrawn record's time runs out as ever.")


@hold.command("undo")
@CODE
@as_officers
@pass_given
def undo(given: Given, member: Member, second: Member | None, said: str) -> None:
    """Bring back, into custody alone, what was withdrawn under a legal hold, as the two officers who set it.

    Also when the hold was lifted since, within the 72 hours after the withdrawal. The reason is asked for.
    """
    if second is None:
        raise Mistaken(_ALONE)
    with given.officers(member, second) as (archive, officers):
        record = choosing.spoken(archive, officers[0], said)
        entry = deciding.kept_again(archive, record, asking.typed("reason"))
        holding.undo(archive, officers[0], officers[1], record, entry)
    given.voice.answer({"record": record, "stored": True}, BACK)


@hold.command("list")
@click.option("--all", "ended", is_flag=True, help="Those that were lifted, too.")
@as_member
@pass_given
def list_(given: Given, member: Member, *, ended: bool) -> None:
    """List the legal holds that stand. Their basis is shown to whoever holds custody."""
    with given.acting(member) as (archive, acting):
        found = holding.legal(archive, acting, ended=ended)
    headings = ("id", "code", "since", "officers", "basis", "ended")
    given.voice.answer({"holds": found}, table(headings, [_row(one) for one in found]))


@hold.command("risk")
@CODE
@as_member
@pass_given
def risk(given: Given, member: Member, said: str) -> None:
    """Hold back whatever may show other people, whatever was agreed. Why, is asked for, and kept in custody."""
    with given.acting(member) as (archive, acting):
        record = choosing.spoken(archive, acting, said)
        custody = deciding.custody_of(archive, acting, record)
        made = holding.set_risk(archive, acting, custody, record, asking.typed("reason"))
    given.voice.answer(
        {"hold": made, "record": record},
        f"Held: {made}. Outside custody and identity nothing shows who, where exactly, or how to reach anybody.",
    )


@hold.command("release")
@CODE
@click.option("--hold", "which", type=click.UUID, required=True, metavar="HOLD", help="Which one ends.")
@as_member
@pass_given
def release(given: Given, member: Member, said: str, which: UUID) -> None:
    """End a hold that was set because others were at risk. Why, is asked for."""
    with given.acting(member) as (archive, acting):
        record = choosing.spoken(archive, acting, said)
        custody = deciding.custody_of(archive, acting, record)
        holding.release_risk(archive, acting, custody, record, which, asking.typed("reason"))
    given.voice.answer({"hold": which, "released": True}, "Released. What consent opens is placed again.")


def _row(one: Held) -> tuple[str, ...]:
    officers = ", ".join(str(officer) for officer in one.officers)
    ended = one.ended.isoformat() if one.ended else ""
    return (str(one.id), code_of(one.record), one.day.isoformat(), officers, one.basis or "", ended)
