"""Founding an archive on the command line: who begins it, what is printed once, and whether it was kept.

Knows the ceremony. Must not know how the keys are made.
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import click
import pyotp
import segno
from rich.console import RenderableType
from rich.text import Text

from archive import bootstrap
from archive.cli import asking
from archive.cli.given import Command, Given, pass_given
from archive.cli.refusals import Mistaken
from archive.cli.saying import Voice, table
from archive.domain.rooms import RoomPurpose
from archive.services import founding
from archive.services.founding import Founded, Founder
from archive.services.keying import Enrolled

ROOMS: Final = {
    RoomPurpose.CUSTODY: "Custody",
    RoomPurpose.IDENTITY: "Identities",
    RoomPurpose.READING: "Reading room",
    RoomPurpose.MATTER: "First matter",
    RoomPurpose.AUDIT: "Log",
}
"""What the first rooms are called until somebody renames them."""
_ISSUER: Final = "Guwah"
_WORDS_ASKED: Final = 2
_TRIES: Final = 3


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
            _check(given.voice, founded)
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


def secrets_of(person: Enrolled) -> dict[str, str]:
    """What a member gets once, as an object."""
    return {
        "login": person.login,
        "passphrase": person.passphrase,
        "totp": person.totp,
        "otpauth": _otpauth(person),
        "kit": person.kit,
    }


def card(person: Enrolled) -> Iterator[RenderableType]:
    """What a member gets once, to be read and written down, with a code for their telephone."""
    yield Text(f"\n{person.login}", style="bold")
    rows = (
        ("passphrase", person.passphrase),
        ("one-time codes", f"{person.totp}\n{_otpauth(person)}"),
        ("recovery kit", person.kit),
    )
    yield table(("", ""), rows)
    drawn = io.StringIO()
    segno.make(_otpauth(person), error="l").terminal(out=drawn, border=2, compact=True)
    yield Text.from_ansi(drawn.getvalue())


def _otpauth(person: Enrolled) -> str:
    return pyotp.TOTP(person.totp).provisioning_uri(name=person.login, issuer_name=_ISSUER)


def _result(founded: Founded, people: Sequence[Founder]) -> dict[str, object]:
    return {
        "instance": founded.row.id,
        "archive_kit": founded.archive_kit,
        "people": [
            {"name": founder.name, **secrets_of(person)}
            for founder, person in zip(people, founded.people, strict=True)
        ],
        "rooms": {purpose.value: room for purpose, room in founded.rooms.items()},
    }


def _show(voice: Voice, founded: Founded, people: Sequence[Founder]) -> None:
    voice.aside(Text("Shown once: write it down or print it now.", style="bold"))
    for person in founded.people:
        voice.aside(*card(person))
    voice.aside(Text("\nArchive kit, for the safe", style="bold"), founded.archive_kit)
    if sum(founder.custodian for founder in people) == 1:
        voice.aside("\nOnly one person can open this archive's rooms. Admit a second custodian soon.")


@dataclass(frozen=True, slots=True)
class _Question:
    ask: str
    answer: str


def _check(voice: Voice, founded: Founded) -> None:
    """Ask for parts of what was shown, after it has left the screen. Raises Mistaken: then nothing is made."""
    asking.typed("written down? Press Enter; the screen is cleared", empty=True)
    click.clear()
    for question in _questions(founded):
        for tries_left in reversed(range(_TRIES)):
            typed = asking.typed(question.ask, empty=True)
            if typed.strip().casefold() == question.answer.casefold():
                break
            voice.aside("That is not what was shown." + (" Try again." if tries_left else ""))
        else:
            raise Mistaken(
                "The secrets were not kept, so nothing was made. Begin again when you can write them down."
            )


def _questions(founded: Founded) -> Iterator[_Question]:
    for person in founded.people:
        words = person.passphrase.split()
        for number in sorted(secrets.SystemRandom().sample(range(len(words)), _WORDS_ASKED)):
            yield _Question(f"word {number + 1} of {person.login}'s passphrase", words[number])
        yield _group(f"{person.login}'s recovery kit", person.kit)
    yield _group("the archive kit", founded.archive_kit)


def _group(what: str, kit: str) -> _Question:
    groups = kit.split()
    number = secrets.randbelow(len(groups))
    return _Question(f"group {number + 1} of {what}", groups[number])
