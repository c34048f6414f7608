"""Founding an archive on the command line: who begins it, and that nothing is made until what was shown was kept.

Knows the ceremony. Must not know how the keys are made.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import click
from rich.text import Text

from archive import bootstrap
from archive.cli import asking, enrolling
from archive.cli.given import Command, Given, pass_given
from archive.cli.refusals import Mistaken
from archive.cli.saying import Voice
from archive.domain.rooms import RoomPurpose
from archive.services import founding
from archive.services.founding import Founded, Founder

ROOMS: Final = {
    RoomPurpose.CUSTODY: "Custody",
    RoomPurpose.IDENTITY: "Identities",
    RoomPurpose.READING: "Reading room",
    RoomPurpose.MATTER: "First matter",
    RoomPurpose.AUDIT: "Log",
}
"""What the first rooms are called until somebody renames them."""


@click.command(cls=Command)
@click.option("--solo", metavar="LOGIN", help="One person runs this archive: officer and custodian.")
@click.option("--officer", "officers", multiple=True, metavar="LOGIN", help="An officer; give two or more.")
@click.option(
    "--custodian", "custodians", multiple=True, metavar="LOGIN", help="Who holds the first collection."
)
@click.option(
    "--name", "names", multiple=True, metavar="NAME", help="Their names, in the order of the logins."
)
@click.option("--no-check", is_flag=True, help="Do not ask whether the secrets were kept; only with --json.")
@pass_given
def init(
    given: Given,
    solo: str | None,
    officers: tuple[str, ...],
    custodians: tuple[str, ...],
    names: tuple[str, ...],
    *,
    no_check: bool,
) -> None:
    """Make an archive: its officers, its first collection, and the kits to print.

    Passphrases, one-time code secrets, recovery kits and the archive kit are shown once, here. Nothing is made until
    you have shown that you kept them.
    """
    if no_check != given.voice.as_json:
        raise Mistaken(
            "--json and --no-check belong together: a program keeps what it reads, a person is asked."
        )
    people = _people(solo, officers, custodians, names)
    with bootstrap.founding(given.config()) as ground:
        founded = founding.found(ground, people, names_of_rooms=ROOMS)
        if not no_check:
            _show(given.voice, founded, people)
            enrolling.check(given.voice, founded.people, founded.archive_kit)
    given.voice.answer(
        _result(founded, people),
        f"The archive is made in {given.config().instance}. Put the archive kit in a safe, in another house.",
        "Next: guwah serve",
    )


def _people(
    solo: str | None, officers: Sequence[str], custodians: Sequence[str], names: Sequence[str]
) -> list[Founder]:
    if solo and (officers or custodians):
        raise Mistaken(
            "--solo is for one person alone. Name officers and custodians instead, or only --solo."
        )
    if not (solo or officers or custodians):
        solo = asking.typed("login of the one person who begins (stop here and use --officer twice for more)")
    if solo:
        officers = custodians = [solo]
    elif len(officers) < 2:  # noqa: PLR2004
        raise Mistaken(
            "Two officers are needed, so that none acts alone: --officer twice; or --solo for one person."
        )
    logins = list(dict.fromkeys((*officers, *custodians)))
    if len(names) > len(logins):
        raise Mistaken(f"There are {len(names)} names for {len(logins)} logins. Give each person one.")
    called = [*names, *(asking.typed(f"name of {login}") for login in logins[len(names) :])]
    return [
        Founder(login=login, name=name, officer=login in officers, custodian=login in custodians)
        for login, name in zip(logins, called, strict=True)
    ]


def _result(founded: Founded, people: Sequence[Founder]) -> dict[str, object]:
    return {
        "instance": founded.row.id,
        "archive_kit": founded.archive_kit,
        "people": [
            {"name": founder.name, **enrolling.secrets_of(person)}
            for founder, person in zip(people, founded.people, strict=True)
        ],
        "rooms": {purpose.value: room for purpose, room in founded.rooms.items()},
    }


def _show(voice: Voice, founded: Founded, people: Sequence[Founder]) -> None:
    enrolling.show(voice, founded.people)
    voice.aside(Text("\nArchive kit, for the safe", style="bold"), founded.archive_kit)
    if sum(founder.custodian for founder in people) == 1:
        voice.aside("\nOnly one person can open this archive's rooms. Admit a second custodian soon.")
