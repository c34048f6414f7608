"""Tags of a record on the command line: read from lines, put on and taken off.

Knows how a tag is written on one line. Must not know what follows from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import click

from archive.cli import asking, choosing
from archive.cli.given import Command, Given, Member, as_member, only_in_a_demo, pass_given
from archive.cli.refusals import Mistaken
from archive.domain.rooms import RoomPurpose
from archive.domain.tags import Facet, Tag
from archive.services import cataloguing, disclosing

_HOW: Final = "Write + or -, then FACET=ID, such as: + place=xj-turpan"


@click.command(cls=Command)
@click.argument("which_record", metavar="RECORD")
@click.option("--room", "which", metavar="ROOM", help="Its custody room. Default: the one you hold.")
@click.option(
    "--add", multiple=True, metavar="FACET=ID", help="In demo archives only; else lines are asked for."
)
@click.option("--remove", multiple=True, metavar="FACET=ID", help="In demo archives only.")
@as_member
@pass_given
def tag(
    given: Given,
    member: Member,
    which_record: str,
    which: str | None,
    add: Sequence[str],
    remove: Sequence[str],
) -> None:
    """Put tags on a record and take them off; it enters and leaves rooms accordingly.

    One change a line, from the prompt or standard input, until an empty line: "+ place=xj-turpan" puts one on,
    "- abuse=torture" takes one off.
    """
    record = choosing.record(which_record)
    with given.acting(member) as (archive, acting):
        room = choosing.room(archive, acting, which, [RoomPurpose.CUSTODY])
        if add or remove:
            only_in_a_demo(archive, "--add" if add else "--remove", "Leave it out to be asked.")
            lines = [*(f"+ {said}" for said in add), *(f"- {said}" for said in remove)]
        else:
            lines = asking.lines("change")
        changes = [_change(line) for line in lines]
        before = disclosing.show(archive, acting, room.id, record).record.tags
        after = _changed(before, changes)
        if after != before:
            cataloguing.retag(archive, acting, room.id, record, after)
        placed = disclosing.show(archive, acting, room.id, record).placed
    said = ", ".join(f"{one.facet.value}={one.term}" for one in after) or "none"
    given.voice.answer(
        {"record": record, "tags": after, "placed": placed},
        f"Tags: {said}",
        f"It lies in {len(placed)} other rooms.",
    )


def _change(line: str) -> tuple[bool, Facet, str]:
    sign, _, rest = line.strip().partition(" ")
    facet, equals, term = rest.strip().partition("=")
    if sign not in {"+", "-"} or facet not in set(Facet) or not equals or not term:
        facets = ", ".join(facet.value for facet in Facet)
        raise Mistaken(f"A change could not be read. {_HOW}. The facets are {facets}.")
    return sign == "+", Facet(facet), term.strip()


def _changed(tags: tuple[Tag, ...], changes: Iterable[tuple[bool, Facet, str]]) -> tuple[Tag, ...]:
    found = {(one.facet, one.term): one for one in tags}
    for puts_on, facet, term in changes:
        if not puts_on:
            found.pop((facet, term), None)
        elif (facet, term) not in found:
            found[facet, term] = Tag(facet=facet, term=term)
    return tuple(found.values())
