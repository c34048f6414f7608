"""What a member gets once: shown, cleared from the screen, and asked for again before anything is stored.

Knows cards and questions. Must not know how keys are made, or for which ceremony.
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

from archive.cli import asking
from archive.cli.refusals import Mistaken
from archive.cli.saying import Voice, table
from archive.services.keying import Enrolled

_ISSUER: Final = "Guwah"
_WORDS_ASKED: Final = 2
_TRIES: Final = 3


def secrets_of(person: Enrolled) -> dict[str, str]:
    """What a member gets once, as an object."""
    return {
        "login": person.login,
        "passphrase": person.passphrase,
        "totp": person.totp,
        "otpauth": _otpauth(person),
        "kit": person.kit,
    }


def keep(voice: Voice, person: Enrolled) -> None:
    """Show one member's secrets, and ask for parts of them; a program is asked nothing: it keeps what it reads.

    Raises Mistaken.
    """
    if not voice.as_json:
        show(voice, [person])
        check(voice, [person])


def show(voice: Voice, people: Sequence[Enrolled]) -> None:
    """Put each one's card on the screen, for once. Raises Mistaken when nobody sits before it."""
    if not asking.somebody():
        raise Mistaken(
            "Secrets are shown to a person at a terminal, who is asked whether they were kept; nobody is there. "
            "In a program add --json (to guwah init also --no-check) and keep what it reads."
        )
    voice.aside(Text("Shown once: write it down or print it now.", style="bold"))
    for person in people:
        voice.aside(*_card(person))


def check(voice: Voice, people: Sequence[Enrolled], archive_kit: str = "") -> None:
    """Ask for parts of what was shown, after it has left the screen. Raises Mistaken: then nothing may be stored."""
    asking.typed("written down? Press Enter; the screen is cleared", empty=True)
    click.clear()
    for question in _questions(people, archive_kit):
        for tries_left in reversed(range(_TRIES)):
            typed = asking.typed(question.ask, empty=True)
            if typed.strip().casefold() == question.answer.casefold():
                break
            voice.aside("That is not what was shown." + (" Try again." if tries_left else ""))
        else:
            raise Mistaken(
                "The secrets were not kept, so nothing was made or changed. "
                "Begin again when you can write them down."
            )


@dataclass(frozen=True, slots=True)
class _Question:
    ask: str
    answer: str


def _questions(people: Sequence[Enrolled], archive_kit: str) -> Iterator[_Question]:
    for person in people:
        words = person.passphrase.split()
        for number in sorted(secrets.SystemRandom().sample(range(len(words)), _WORDS_ASKED)):
            yield _Question(f"word {number + 1} of {person.login}'s passphrase", words[number])
        yield _group(f"{person.login}'s recovery kit", person.kit)
    if archive_kit:
        yield _group("the archive kit", archive_kit)


def _group(what: str, kit: str) -> _Question:
    groups = kit.split()
    number = secrets.randbelow(len(groups))
    return _Question(f"group {number + 1} of {what}", groups[number])


def _card(person: Enrolled) -> Iterator[RenderableType]:
    """To be read and written down, with a code for their telephone."""
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
