"""A real archive in a folder, for tests: founded through the composition root, with a cast of four, nobody real.

Only Argon2id is made cheap (`cheap_kdf`); everything else is as in use.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pyotp
import pytest

from archive import bootstrap
from archive.config import Config
from archive.crypto import kdf
from archive.domain.consent import (
    Audience,
    Basis,
    ConsentEntry,
    DataClass,
    Decision,
    Event,
    GrantItem,
    Purpose,
)
from archive.domain.drafts import Draft, Record
from archive.domain.identifiers import new_id
from archive.domain.records import KnownPerson, Present, Text
from archive.domain.rooms import Capability, RoomPurpose
from archive.domain.tags import Facet, Tag
from archive.domain.testimony import Testimony
from archive.services import admitting, founding, rooms, signing_in
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.keying import Enrolled

CALLED = {
    RoomPurpose.CUSTODY: "First custody",
    RoomPurpose.IDENTITY: "First identities",
    RoomPurpose.READING: "Reading room",
    RoomPurpose.MATTER: "First matter",
    RoomPurpose.AUDIT: "Log",
}


@dataclass
class Standing:
    """A founded archive: ``people`` by login (keeper, reader, counsel, outsider), ``rooms`` by purpose."""

    instance: Path
    archive: Archive
    people: dict[str, Enrolled]
    rooms: dict[RoomPurpose, UUID]
    archive_kit: str
    _unlocked: dict[str, Acting] = field(default_factory=dict)

    @property
    def custody(self) -> UUID:
        return self.rooms[RoomPurpose.CUSTODY]

    @property
    def reading(self) -> UUID:
        return self.rooms[RoomPurpose.READING]

    def acting(self, login: str) -> Acting:
        """Unlocked as on the command line; kept for the test."""
        if login not in self._unlocked:
            self._unlocked[login] = signing_in.unlock(self.archive, login, self.people[login].passphrase)
        return self._unlocked[login]

    def code(self, login: str, ahead: int = 0) -> str:
        """The one-time code now; each is good once, so a second sign-in asks for the next (``ahead`` 1)."""
        now = int(datetime.now(UTC).timestamp()) + 30 * ahead
        return pyotp.TOTP(self.people[login].totp).at(now)


@pytest.fixture
def cheap_kdf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Insecure and fast: Argon2id at 8 KiB a lane instead of 64 MiB. For tests only."""
    monkeypatch.setattr(kdf, "FLOOR", kdf.Cost(32, 1, 4))


@pytest.fixture
def standing(tmp_path: Path, cheap_kdf: None) -> Iterator[Standing]:
    """A solo archive whose keeper holds everything; reader and counsel hold one room each, outsider none."""
    with found(tmp_path / "instance") as made:
        yield made


@contextmanager
def found(instance: Path, *, demo: bool = False) -> Iterator[Standing]:
    """Found an archive on disk, admit the cast, grant reader and counsel their rooms."""
    config = Config(instance=instance)
    keeper = founding.Founder(login="keeper", name="Example Keeper", officer=True, custodian=True)
    with bootstrap.founding(config) as ground:
        founded = founding.found(ground, [keeper], names_of_rooms=CALLED, demo=demo)
    with bootstrap.opened(config) as archive:
        people = {founded.people[0].login: founded.people[0]}
        made = Standing(instance, archive, people, founded.rooms, founded.archive_kit)
        for login, purpose in (
            ("reader", RoomPurpose.READING),
            ("counsel", RoomPurpose.MATTER),
            ("outsider", None),
        ):
            who = admitting.Newcomer(login=login, name=f"Example {login.title()}")
            people[login] = admitting.admit(archive, [made.acting("keeper")], who)
            if purpose:
                to = people[login].member
                rooms.grant(archive, made.acting("keeper"), founded.rooms[purpose], to, [Capability.READ])
        yield made


Pair = tuple[Purpose, Audience]

FULL: tuple[Pair, ...] = (
    (Purpose.STORE, Audience.CUSTODIAN),
    (Purpose.CATALOGUE, Audience.CUSTODIAN),
    (Purpose.RESEARCH, Audience.VETTED_RESEARCHERS),
    (Purpose.INTERNATIONAL_COURT, Audience.LEGAL_TEAM),
)
KEPT = FULL[:2]


def consent(
    record: UUID,
    pairs: tuple[Pair, ...] = FULL,
    *,
    refused: tuple[DataClass, ...] = (),
    until: int | None = None,
) -> ConsentEntry:
    """A yes to every class of one's own for each pair, a no to the refused outside custody; ``until`` days from now."""
    today = datetime.now(UTC).date()
    items = [
        GrantItem(
            id=new_id(),
            purpose=purpose,
            audience=audience,
            data_class=data_class,
            decision=Decision.NO
            if data_class in refused and (purpose, audience) not in KEPT
            else Decision.YES,
            until=today + timedelta(days=until) if until is not None else None,
        )
        for purpose, audience in pairs
        for data_class in DataClass
        if data_class is not DataClass.THIRD_PARTY or (purpose, audience) in KEPT
    ]
    return ConsentEntry(
        id=new_id(), record=record, event=Event.GRANT, basis=Basis.CONSENT, at=today, items=tuple(items)
    )


def asked_first(entry: ConsentEntry) -> ConsentEntry:
    """The same consent of somebody who also wants to be asked before a partner traces anybody with it."""
    ask = GrantItem(
        id=new_id(),
        purpose=Purpose.TRACING,
        audience=Audience.PARTNER,
        data_class=DataClass.NARRATIVE,
        decision=Decision.ASK,
    )
    return replace(entry, items=(*entry.items, ask))


def account(
    body: str = "I was held for ninety days. They counted us at night.",
    *,
    title: str = "Ninety days",
    lang: str = "en",
    tags: tuple[Tag, ...] = (),
    record: UUID | None = None,
    collected: str = "2019-03",
) -> Testimony:
    """An invented account."""
    return Testimony(
        id=record or new_id(),
        title=title,
        kind="survivor",
        narrator=new_id(),
        texts=(
            Text(
                id="original",
                role="original",
                lang=lang,
                direction="rtl" if lang.endswith("Arab") else "ltr",
                body=body,
                contains=(DataClass.NARRATIVE,),
                reviewed=tuple(DataClass),
            ),
        ),
        present=(Present(role="interviewer", name="Example Interviewer"),),
        tags=tags,
        collected=collected,
        title_reviewed=tuple(DataClass),
    )


def draft(record: Record | None = None, entry: ConsentEntry | None = None, *, source_key: str = "") -> Draft:
    """A draft with full consent, and somebody invented behind it."""
    record = record or account()
    narrator = record.narrator if isinstance(record, Testimony) else record.reporter
    people = (
        KnownPerson(
            id=narrator or new_id(), role="narrator", name="Example Person One", contact="none@example.org"
        ),
    )
    return Draft(record=record, consent=entry or consent(record.id), people=people, source_key=source_key)


def place(term: str) -> Tag:
    return Tag(facet=Facet.PLACE, term=term)


def abuse(term: str) -> Tag:
    return Tag(facet=Facet.ABUSE, term=term)


def secret_of(totp: str) -> bytes:
    return base64.b32decode(totp)
