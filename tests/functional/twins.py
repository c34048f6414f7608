"""Two archives, one a copy of the other plus records in rooms that a member does not hold; one request to both.

Knows how replies are made comparable. Must not know what is asked: `asking` draws that.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from archive import bootstrap
from archive.app import create_app
from archive.config import Config
from archive.domain.facilities import Facility
from archive.domain.identifiers import new_id
from archive.domain.rooms import RoomPurpose, Scope
from archive.services import (
    accessioning,
    cataloguing,
    consenting,
    registering,
    rooms,
    signing_in,
    withdrawing,
)
from archive.web.session import COOKIE, CSRF, Session, Ticket
from tests import archives
from tests.archives import KEPT, Standing, account, consent, draft, found, place

HIDDEN: Final = "qizilgulhidden"
"""The name that no reply may give away: in titles, texts, notes and a facility of the hidden records."""
OPEN: Final = Scope(places=("xj-hotan", "xj-kashgar"))
"""What the members' rooms hold; the hidden records lie elsewhere, or were never opened to them."""
LOGINS: Final = ("reader", "counsel", "outsider")
ROLES: Final = (*LOGINS, "nobody")
_ID: Final = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}")
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}\b")
_FORM: Final = re.compile(r'(csrf_token"[^>]* value=")[^"]+')
_SIGNED: Final = re.compile(r"[0-9a-f-]{16,}|\d+")
_LOGGED: Final = re.compile(r'"log":\{[^{}]*\}')
"""An exhibit is proven by its place in the log, and so tells how long that is: what leaves the archive has to."""
_NEW: Final = frozenset({"Date", "Set-Cookie", "Content-Length"})
"""The length is that of the body; a form's token is compressed, so that its own length varies."""


@dataclass(frozen=True)
class Reply:
    """What was answered, comparable: status, headers, body; and what of it a following request may name."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str
    note: str = ""


@dataclass
class World:
    """One of the two: its pages, who is signed in, and the addresses that it gave out so far (by role, in order)."""

    standing: Standing
    app: Flask
    known: frozenset[str] = frozenset()
    tokens: dict[str, str] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)

    def sign_in(self, role: str) -> None:
        if role == "nobody":
            self.tokens[role] = "n" * 43
            return
        who, archive = self.standing.people[role], self.standing.archive
        self.tokens[role] = signing_in.sign_in(archive, role, who.passphrase, self.standing.code(role)).token

    def form_token(self, role: str) -> str:
        ticket = Ticket(self.tokens[role], member=role != "nobody")
        raw = Session(self.standing.archive, ticket)[CSRF]
        return str(URLSafeTimedSerializer(self.app.config["SECRET_KEY"], salt="wtf-csrf-token").dumps(raw))

    def ask(self, role: str, method: str, path: str, *, api: bool, **sent: Any) -> TestResponse:
        client = self.app.test_client(use_cookies=not api)
        headers = {}
        if api and role != "nobody":
            headers["Authorization"] = f"Bearer {self.tokens[role]}"
        if not api:
            cookie = str(Ticket(self.tokens[role], member=role != "nobody"))
            client.set_cookie(COOKIE, cookie, secure=True)
            if "data" in sent:
                sent["data"] = {**sent["data"], CSRF: self.form_token(role)}
        return client.open(path, method=method, headers=headers, buffered=True, **sent)

    def reply(self, role: str, response: TestResponse, *, signed: bool) -> Reply:
        """The reply without what is drawn anew each time; ``signed``: an exhibit, which carries hashes and numbers."""
        raw = response.get_data()
        assert response.headers.get("Content-Length", str(len(raw))) == str(len(raw))
        text = _FORM.sub(r"\1[form]", raw.decode("utf-8", "backslashreplace"))
        text = self._masked(_SIGNED.sub("[n]", _LOGGED.sub("", text)) if signed else text)
        headers = [(name, self._masked(value)) for name, value in response.headers if name not in _NEW]
        location = _ID.findall(response.headers.get("Location", ""))
        new = [one for one in location if one.replace("-", "") not in self.known]
        return Reply(response.status_code, tuple(sorted(headers)), text, new[-1] if new else "")

    def _masked(self, text: str) -> str:
        found = _ID.sub(lambda each: each[0] if each[0].replace("-", "") in self.known else "[id]", text)
        return _TOKEN.sub(lambda each: "[token]" if each[0] in self.tokens.values() else each[0], found)


@dataclass
class Twins:
    """``without`` is the archive as it was, ``hidden`` its copy with more in it; ``more`` are the ids of that."""

    without: World
    hidden: World
    shown: tuple[UUID, ...]
    more: tuple[UUID, ...]
    rooms: tuple[UUID, ...]
    secret: tuple[UUID, ...]

    def own(self, role: str) -> UUID:
        """The room that a member holds; somebody else's for whoever holds none."""
        purpose = RoomPurpose.MATTER if role == "counsel" else RoomPurpose.READING
        return self.without.standing.rooms[purpose]

    def both(self, role: str, method: str, path: str, *, api: bool, **sent: Any) -> tuple[Reply, Reply]:
        """The same request to both, in turns; ``{note}`` in the path stands for an address given out before."""
        signed = "exhibits" in path
        replies = []
        for world in (self.without, self.hidden):
            there = path.replace("{note}", (world.notes.get(role) or [str(UUID(int=0))])[-1])
            response = world.ask(role, method, there, api=api, **sent)
            reply = world.reply(role, response, signed=signed)
            if reply.note:
                world.notes.setdefault(role, []).append(reply.note)
            replies.append(replace(reply, note=""))
        return replies[0], replies[1]


@contextmanager
def twins(folder: Path) -> Iterator[Twins]:
    """Both archives, open, at one standing clock. Argon2id is cheap (`cheap_kdf`), codes are good more than once."""
    base, copy = folder / "without", folder / "hidden"
    with found(base) as made:
        shown = furnished(made)
    shutil.copytree(base, copy)
    moment = datetime.now(UTC).replace(microsecond=0)
    with ExitStack() as closing:
        worlds = []
        for instance in (base, copy):
            archive = replace(
                closing.enter_context(bootstrap.opened(Config(instance=instance))), clock=lambda: moment
            )
            archive.sessions.take_step = lambda *_: True  # type: ignore[method-assign]
            standing = replace(made, instance=instance, archive=archive, _unlocked={})
            worlds.append(World(standing, create_app(Config(instance=instance), archive)))
        without, hidden = worlds
        more, secret = filled(hidden.standing)
        known = {*made.rooms.values(), *shown, *more, *secret, *(one.member for one in made.people.values())}
        for world in worlds:
            world.known = frozenset(one.hex for one in known)
            for role in ROLES:
                world.sign_in(role)
        yield Twins(without, hidden, shown, more, tuple(made.rooms.values()), secret)


def furnished(made: Standing) -> tuple[UUID, ...]:
    """What both hold: a dozen accounts in the members' rooms."""
    archive, keeper = made.archive, made.acting("keeper")
    for room in (made.reading, made.rooms[RoomPurpose.MATTER]):
        rooms.set_terms(archive, keeper, room, scope=OPEN)
        cataloguing.place_all(archive, keeper, made.custody, room)
    drafts = [
        draft(account(f"They counted us, {number}.", title=f"Winter {number}", tags=(place(county),)))
        for number in range(6)
        for county in ("xj-hotan-moyu", "xj-kashgar-kashi")
    ]
    return accessioning.accession(archive, keeper, made.custody, drafts)


def filled(made: Standing) -> tuple[tuple[UUID, ...], tuple[UUID, ...]]:
    """What only the copy holds: records by name, in rooms that only the keeper holds, and those rooms."""
    archive, keeper, custody = made.archive, made.acting("keeper"), made.custody
    secret = tuple(
        rooms.create(archive, keeper, custody, purpose, f"Room of {HIDDEN}", Scope())
        for purpose in (RoomPurpose.READING, RoomPurpose.MATTER)
    )
    register = Facility(id=new_id(), labels={"en": HIDDEN}, kind="prison", place="xj-hotan-moyu")
    registering.add(archive, keeper, custody, [register])
    title, tags = f"Told by {HIDDEN}", (place("xj-urumqi-xinshi"), archives.abuse("rape"))
    told = f"I am {HIDDEN}. They counted us."
    elsewhere = [draft(account(told, title=title, tags=tags)) for _ in range(3)]
    kept = [account(f"I am {HIDDEN}. They counted us.", title=HIDDEN, tags=(place("xj-hotan-moyu"),))]
    closed = [draft(one, consent(one.id, KEPT)) for one in kept]
    more = accessioning.accession(archive, keeper, custody, [*elsewhere, *closed])
    consenting.receipt(archive, keeper, custody, more[0])
    withdrawing.withdraw(archive, keeper, more[1])
    return more, secret


def difference(replies: tuple[Reply, Reply]) -> str:
    """Where two replies first differ, with a little around it; empty when they are alike."""
    one, other = (f"{reply.status} {reply.headers}\n{reply.body}" for reply in replies)
    if one == other:
        return ""
    at = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    return f"{one[max(0, at - 90) : at + 90]!r} / {other[max(0, at - 90) : at + 90]!r}"
