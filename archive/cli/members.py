"""Members on the command line: admitting, listing, new secrets, recovery.

Knows flags and what is printed once. Must not know how keys are made or certified.
"""

from __future__ import annotations

from functools import partial

import click

from archive.cli import asking, enrolling
from archive.cli.given import Given, Group, Member, as_member, as_officers, only_in_a_demo, pass_given
from archive.cli.saying import table
from archive.services import admitting
from archive.services.admitting import Newcomer
from archive.services.keying import Enrolled
from archive.vocabularies.load import vocabulary

_kit_file = click.option(
    "--kit-file", metavar="FILE", help="A file only you can read; - for standard input. Else it is asked for."
)


@click.group(cls=Group)
def member() -> None:
    """The members: admit one, list them, give new secrets."""


@member.command("admit")
@click.argument("login")
@click.option("--name", metavar="NAME", help="In demo archives only; else it is asked for.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice([term.id for term in vocabulary("roles")]),
    help="A word for what they do; it grants nothing by itself.",
)
@click.option("--officer", is_flag=True, help="They certify others from now on.")
@as_officers
@pass_given
def admit(
    given: Given,
    member: Member,
    second: Member | None,
    login: str,
    name: str | None,
    roles: tuple[str, ...],
    *,
    officer: bool,
) -> None:
    """Admit a member: make their keys, certify them, show their secrets once. Grant rooms afterwards.

    Nobody is admitted until the secrets were kept. With --json nothing is asked: a program keeps what it reads.
    """
    with given.officers(member, second) as (archive, officers):
        if name is None:
            name = asking.typed("their name")
        else:
            only_in_a_demo(archive, "--name", "Leave it out to be asked.")
        who = Newcomer(login=login, name=name, roles=roles, officer=officer)
        person = admitting.admit(archive, officers, who, partial(enrolling.keep, given.voice))
    _give(given, person, "Admitted. Give them what was written down in person. Then: guwah grant ROOM LOGIN")


@member.command("list")
@as_member
@pass_given
def list_(given: Given, member: Member) -> None:
    """List the members. Names are shown to whoever holds the audit room."""
    with given.acting(member) as (archive, acting):
        listed = admitting.members(archive, acting)
    rows = [
        (
            str(one.id),
            one.profile.name if one.profile else "",
            ", ".join(one.profile.roles) if one.profile else "",
            "officer" if one.officer else "",
            str(one.rooms),
        )
        for one in listed
    ]
    given.voice.answer({"members": listed}, table(("id", "name", "roles", "office", "rooms"), rows))


@member.command("recover")
@click.argument("login")
@click.option(
    "--kit-file", metavar="FILE", help="A file only you can read; - for standard input. Else it is asked for."
)
@pass_given
def recover(given: Given, login: str, kit_file: str | None) -> None:
    """Open a member's keys with their printed recovery kit, and give them new secrets and a new kit.

    Nothing changes until the new ones were kept. With --json nothing is asked: a program keeps what it reads.
    """
    with given.archive() as archive:
        kit = asking.secret("recovery kit", kit_file)
        person = admitting.recover(archive, login, kit, partial(enrolling.keep, given.voice))
    _give(given, person, "The old passphrase and kit open nothing more.")


@member.command("passphrase")
@as_member
@pass_given
def passphrase(given: Given, member: Member) -> None:
    """Change your passphrase, one-time codes and recovery kit.

    Nothing changes until the new ones were kept. With --json nothing is asked: a program keeps what it reads.
    """
    with given.archive() as archive:
        kept = partial(enrolling.keep, given.voice)
        person = admitting.change_passphrase(archive, member.login, member.words(archive), kept)
    _give(given, person, "The old passphrase and kit open nothing more. Every session has ended.")


@member.command("regrant")
@click.argument("login")
@click.option(
    "--kit-file", metavar="FILE", help="A file only you can read; - for standard input. Else it is asked for."
)
@as_officers
@pass_given
def regrant(given: Given, member: Member, second: Member | None, login: str, kit_file: str | None) -> None:
    """Give a member every room again with the archive kit from the safe, when those who held them are gone."""
    with given.officers(member, second) as (archive, officers):
        kit = asking.secret("archive kit", kit_file)
        rooms = admitting.regrant(archive, officers, kit, admitting.find(archive, login))
    given.voice.answer({"rooms": rooms}, f"They hold {rooms} rooms. Put the kit back in the safe.")


def _give(given: Given, person: Enrolled, remark: str) -> None:
    given.voice.answer(enrolling.secrets_of(person), remark)
