"""Knows how a room, a member or a record is named on the command line: by opaque id, or so that only one can be meant.
Must not know names outside demos: the shell would keep them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from archive.cli import asking
from archive.cli.given import only_in_a_demo
from archive.cli.refusals import Mistaken
from archive.domain.errors import NotFound
from archive.domain.rooms import RoomPurpose
from archive.domain.showing import RoomView
from archive.services import desk, rooms
from archive.services.acting import Acting
from archive.services.archive import Archive

_SHORTEST: Final = 4


def room(
    archive: Archive, acting: Acting, said: str | None, purposes: Iterable[RoomPurpose] = tuple(RoomPurpose)
) -> RoomView:
    """Return the room that is meant: by id, its beginning or its purpose (in a demo by name); without, the only one.

    Raises NotFound, or Mistaken when several can be meant.
    """
    fitting = frozenset(purposes)
    held = [view for view in rooms.rooms(archive, acting) if view.purpose in fitting]
    found = held if said is None else [view for view in held if _is_meant(view, said, names=archive.row.demo)]
    if len(found) > 1:
        listed = ", ".join(f"{view.id} ({view.purpose.value})" for view in found)
        raise Mistaken(f"Several rooms can be meant: {listed}. Name one by its id.")
    if not found:
        raise NotFound
    return found[0]


def _is_meant(view: RoomView, said: str, *, names: bool) -> bool:
    written = said.lower().replace("-", "")
    begins = len(written) >= _SHORTEST and view.id.hex.startswith(written)
    return begins or said == view.purpose.value or (names and said == view.name)


def record(said: str) -> UUID:
    """Return the id of a record as it was written. Raises Mistaken."""
    try:
        return UUID(said)
    except ValueError:
        raise Mistaken(
            "A record is named by its id, as `guwah search` shows it (32 hexadecimal digits)."
        ) from None


def spoken(archive: Archive, acting: Acting, said: str) -> UUID:
    """Return the record that an id on the command line means, or a code that is asked for (``-``).

    A spoken code stands on the person's slip: on the command line the shell would keep it, so it is taken there in
    demos only. Raises NotFound for a code of a record that the member may not close, Mistaken.
    """
    if said != asking.STDIN:
        try:
            return UUID(said)
        except ValueError:
            only_in_a_demo(archive, "A record's code", "Write its id, or leave it out to be asked.")
    return desk.find(archive, acting, asking.typed("code") if said == asking.STDIN else said)
