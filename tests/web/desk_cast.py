"""Somebody on the consent desk of the archive that the pages are tried on, and records of their own to be closed."""

from __future__ import annotations

from uuid import UUID

from archive.domain.identifiers import code_of
from archive.services import accessioning, admitting, consenting, rooms
from tests import archives
from tests.web.conftest import World

BODY = "A spring that was told once, and taken back."


def appointed(world: World, login: str = "desk") -> str:
    """Admit somebody and put them on the desk, once; return their login."""
    standing = world.standing
    if login not in standing.people:
        keeper = standing.acting("keeper")
        newcomer = admitting.Newcomer(login=login, name="Example Desk", roles=("desk",))
        standing.people[login] = admitting.admit(standing.archive, [keeper], newcomer)
        rooms.appoint(standing.archive, keeper, standing.custody, standing.people[login].member)
    return login


def told(world: World, until: int | None = None, *, ask: bool = False) -> tuple[UUID, str]:
    """A record of its own, and its code; ``ask``: the person wants to be asked before it goes further."""
    standing, one = world.standing, archives.account(BODY, title="To be taken back")
    entry = archives.consent(one.id, until=until)
    if ask:
        entry = archives.asked_first(entry)
    [record] = accessioning.accession(
        standing.archive, standing.acting("keeper"), standing.custody, [archives.draft(one, entry)]
    )
    return record, code_of(record)


def receipt(world: World, record: UUID) -> str:
    standing = world.standing
    return consenting.receipt(standing.archive, standing.acting("keeper"), standing.custody, record)
