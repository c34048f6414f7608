"""For the person a record is about: the report of everything, and the certificate of a withdrawal; checked by anybody.

Knows flags, files and tables. Must not know what is told or certified: `services.reporting` and `certifying` do.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
from rich.console import RenderableType

from archive.cli import choosing, filing
from archive.cli.consents import CODE
from archive.cli.given import Given, Group, Member, as_member, pass_given
from archive.cli.refusals import DAMAGED
from archive.cli.saying import table, words
from archive.crypto.errors import CannotOpen
from archive.domain.handover import HandOver, Recall
from archive.domain.identifiers import code_of
from archive.services import certifying, deciding, reporting
from archive.services.certifying import Certificate
from archive.services.reporting import Report
from archive.vocabularies.load import vocabulary

_PAPER: Final = (
    "Before you print this: is paper safe to carry for the person? Whoever finds it knows everything in it. The slip "
    "from the record's page says nothing of the content."
)
_NOT_TOLD: Final = (
    "Searches are not listed: the log does not say which records they found. What was read, printed or handed over "
    "before cannot be called back."
)


@click.group(cls=Group)
def subject() -> None:
    """For the person a record is about: everything that was agreed and done, and the certificate of a withdrawal."""


@subject.command("report")
@CODE
@as_member
@pass_given
def report(given: Given, member: Member, said: str) -> None:
    """Tell everything agreed, done since, given to others, and what happens next: by role and day, nobody by name."""
    with given.acting(member) as (archive, acting):
        record = choosing.spoken(archive, acting, said)
        custody = deciding.custody_of(archive, acting, record)
        found = reporting.report(archive, acting, custody, record)
    given.voice.answer({"report": found}, *_lines(found))
    given.voice.aside(_PAPER)


@subject.command("certificate")
@CODE
@as_member
@pass_given
def certificate(given: Given, member: Member, said: str) -> None:
    """Give the certificate of a withdrawal, signed by the archive's host: to be kept in a file. Logged."""
    with given.acting(member) as (archive, acting):
        record = choosing.spoken(archive, acting, said)
        made = certifying.certify(archive, acting, record)
    given.voice.verbatim({"certificate": made.raw.decode(), "key": made.key}, made.raw.decode())
    given.voice.aside(f"To check it: guwah subject verify FILE --key {made.key}")


@subject.command("verify")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--key", metavar="HEX", help="The host's fingerprint, as the archive told you in another way.")
@pass_given
@click.pass_context
def verify(ctx: click.Context, given: Given, file: Path, key: str | None) -> None:
    """Check a certificate of a withdrawal. No archive and no key is needed."""
    try:
        found = certifying.read(filing.read(file, certifying.LARGEST))
    except CannotOpen:
        given.voice.answer({"holds": False}, "This is no certificate, or it was changed. Do not rely on it.")
        ctx.exit(DAMAGED)
    compared = key is not None and "".join(key.split()).lower() == found.key
    holds = compared or key is None
    told = {"holds": holds, "compared": key is not None, "certificate": _certified(found)}
    given.voice.answer(told, *_words(found), _verdict(found, given=key is not None, same=compared))
    if not holds:
        ctx.exit(DAMAGED)


def _lines(found: Report) -> Iterator[RenderableType]:
    agreed = found.agreed
    yield words(f"{agreed.code} · {agreed.state.value}", "bold")
    rows = [
        (
            _label("purposes", one.purpose),
            _label("audiences", one.audience),
            ", ".join(_label("data-classes", part) for part in one.classes),
            one.until.isoformat() if one.until else "",
        )
        for one in agreed.openings
    ]
    yield table(("agreed: for what", "to whom", "which parts", "until"), rows)
    yield table(("in the ledger", "on"), [(event.value, day.isoformat()) for event, day in agreed.events])
    done = [(deed.day.isoformat(), deed.action, deed.role, str(deed.times)) for deed in found.deeds]
    yield table(("done on", "what", "by", "times"), done)
    yield table(("given to", "for what", "on", "what", "recall"), [_given(one) for one in found.given])
    yield table(("held since", "why"), [(day.isoformat(), reason) for day, reason in found.risk])
    law = [
        (one.day.isoformat(), one.basis or "", one.ended.isoformat() if one.ended else "")
        for one in found.legal
    ]
    yield table(("held for the law since", "on what basis", "until"), law)
    yield from _next(found)
    yield _NOT_TOLD


def _given(one: HandOver | Recall) -> tuple[str, ...]:
    said, state = (one, "") if isinstance(one, HandOver) else (one.handover, one.state.value)
    if said is None:
        return ("(forgotten)", "", "", "", state)
    return (said.recipient, _label("purposes", said.purpose), said.day.isoformat(), said.what, state)


def _next(found: Report) -> Iterator[str]:
    if found.destroyed:
        yield f"Destroyed on {found.destroyed.isoformat()}. No key opens it any more."
    elif found.held and found.until:
        yield "Withdrawn. A legal hold keeps it, closed, until two officers lift that."
    elif found.until:
        at = datetime.fromtimestamp(found.until, UTC)
        yield f"Withdrawn. It is destroyed on {at:%Y-%m-%d %H:%M} UTC, or earlier when a second member confirms."
    elif found.agreed.until:
        yield f"It is kept until {found.agreed.until.isoformat()}, unless that is renewed."
    for day in found.reviews:
        yield f"Consent is asked anew on {day.isoformat()}."


def _words(found: Certificate) -> Iterator[str]:
    yield f"Archive {found.archive}, record {found.code} ({found.record})."
    yield f"Withdrawn on {found.withdrawn.isoformat()}: entry {found.number} of the log, leaf {found.leaf}."
    if found.destroyed:
        yield f"Destroyed on {found.destroyed.isoformat()}."
    elif found.held:
        yield "Not destroyed: a legal hold keeps it, closed to everybody."
    elif found.until:
        yield f"To be destroyed by {found.until.isoformat()}."
    yield f"The log had {found.size} entries then, and led to {found.root}."


def _verdict(found: Certificate, *, given: bool, same: bool) -> str:
    if not given:
        return f"The signature holds. Compare its key with the archive's, told in another way: {found.key}"
    return (
        "The signature holds, and the key is the archive's."
        if same
        else "Another key signed this. Do not rely on it."
    )


def _certified(found: Certificate) -> dict[str, object]:
    told = {name: getattr(found, name) for name in ("archive", "record", "withdrawn", "until", "destroyed")}
    return told | {
        "code": code_of(found.record),
        "held": found.held,
        "number": found.number,
        "key": found.key,
    }


def _label(name: str, id: str) -> str:
    return vocabulary(name).label(id, "en")
