"""Hand-overs and their recalls on the command line: written down, listed, settled; the notice to print or send.

Knows flags and tables. Must not know why consent ended, or what a record says.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import click

from archive.cli import asking, choosing
from archive.cli.consents import CODE
from archive.cli.given import Given, Group, Member, as_member, pass_given
from archive.cli.saying import table, words
from archive.domain.consent import Purpose
from archive.domain.errors import NotFound
from archive.domain.handover import HandOver, Recall, RecallState
from archive.domain.identifiers import code_of, new_id
from archive.domain.rooms import RoomPurpose
from archive.services import deciding, desk, notices, recalling
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.vocabularies.load import vocabulary

_WHICH = click.argument("which", metavar="HAND-OVER", type=click.UUID)
_ROOM = click.option("--room", "room", metavar="ROOM", help="Its custody room. Default: the one you hold.")
_NOT_SHOWN = "(custody knows)"


@click.group(cls=Group)
def recall() -> None:
    """What was handed over, and how it is asked back when consent ends."""


@recall.command("record")
@CODE
@click.option("--purpose", required=True, type=click.Choice([one.value for one in Purpose]), metavar="TERM")
@click.option("--day", required=True, type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="When it was.")
@click.option(
    "--lang",
    default="en",
    type=click.Choice([term.id for term in vocabulary("languages")]),
    metavar="TAG",
    help="The language to write to them in.",
)
@click.option(
    "--item", "items", multiple=True, type=click.UUID, metavar="ID", help="A grant item it rested on."
)
@as_member
@pass_given
def record_(
    given: Given,
    /,
    member: Member,
    said: str,
    purpose: str,
    day: datetime,
    lang: str,
    items: tuple[UUID, ...],
) -> None:
    """Write down a hand-over, made here or elsewhere. Who received what, and how they are reached, is asked for."""
    with given.acting(member) as (archive, acting):
        record = choosing.spoken(archive, acting, said)
        custody = deciding.custody_of(archive, acting, record)
        told = HandOver(
            id=new_id(),
            record=record,
            recipient=asking.typed("recipient"),
            purpose=Purpose(purpose),
            day=day.date(),
            what=asking.typed("what was handed over"),
            reach=asking.typed("how to reach them", empty=True),
            language=lang,
            items=items,
        )
        recalling.record_handover(archive, acting, custody, told)
    given.voice.answer({"hand-over": told.id, "record": record}, f"Written down: {told.id}.")


@recall.command("list")
@click.option("--all", "settled", is_flag=True, help="Those that are settled, too.")
@as_member
@pass_given
def list_(given: Given, member: Member, *, settled: bool) -> None:
    """List the recalls that are due or sent. Custodians see to whom; logged."""
    with given.acting(member) as (archive, acting):
        served = desk.serves(archive, acting)
        if not served:
            raise NotFound
        found = [
            one
            for room in served
            for one in recalling.recalls(archive, acting, room.custody, settled=settled)
        ]
    rows = [_row(one) for one in found]
    given.voice.answer(
        {"recalls": found}, table(("id", "code", "state", "since", "recipient", "reach"), rows)
    )


@recall.command("state")
@_WHICH
@click.argument("state", type=click.Choice([one.value for one in RecallState if one is not RecallState.DUE]))
@_ROOM
@as_member
@pass_given
def state(given: Given, member: Member, which: UUID, state: str, room: str | None) -> None:
    """Say how far a recall has come. A recipient is forgotten with the record when it is settled."""
    with given.acting(member) as (archive, acting):
        custody = choosing.room(archive, acting, room, [RoomPurpose.CUSTODY])
        recalling.set_state(archive, acting, custody.id, which, RecallState(state))
    given.voice.answer({"hand-over": which, "state": state}, f"{which}: {state}.")


@recall.command("notice")
@_WHICH
@_ROOM
@as_member
@pass_given
def notice(given: Given, member: Member, which: UUID, room: str | None) -> None:
    """Give the notice of a recall, in the recipient's language. It names a code, never the person. Logged."""
    with given.acting(member) as (archive, acting):
        custody = choosing.room(archive, acting, room, [RoomPurpose.CUSTODY])
        said = _named(archive, acting, custody.id, which)
    made = notices.notice(said)
    given.voice.answer(
        {"notice": made, "recipient": said.recipient, "reach": said.reach},
        words(made.title, "bold"),
        *made.paragraphs,
    )
    if made.lang in notices.DRAFTED:
        given.voice.aside("No native reader has read this text yet: have it read before you send it.")


def _named(archive: Archive, acting: Acting, custody: UUID, which: UUID) -> HandOver:
    for one in recalling.recalls(archive, acting, custody, settled=True):
        if one.id == which and one.handover:
            return one.handover
    raise NotFound


def _row(one: Recall) -> tuple[str, ...]:
    said = one.handover
    named = (said.recipient, said.reach) if said else (_NOT_SHOWN, "")
    return (str(one.id), code_of(one.record), one.state.value, one.day.isoformat(), *named)
