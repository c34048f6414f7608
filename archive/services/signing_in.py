"""Signing in and out: from login, passphrase and code to a session, and from a session's token to who acts.

Knows slots, codes, throttling and session rows. Must not know cookies or pages.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import pyotp

from archive.crypto import kdf
from archive.crypto.errors import CannotOpen
from archive.domain.errors import CannotSignIn, Damaged, SignedOut, Throttled, message
from archive.domain.keeping import MemberRow, SessionRow
from archive.sealing import slots, tokens
from archive.sealing.keyring import Keyring, publics
from archive.services import transparency
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.entitling import take_rooms, trust

STEP: Final = 30
"""Seconds a one-time code is good for (RFC 6238)."""
_FREE_TRIES: Final = 5
_FIRST_WAIT: Final = 15
_LONGEST_WAIT: Final = 3600
_TOUCH: Final = 10


@dataclass(frozen=True, slots=True)
class SignedIn:
    """``token`` is the session's only secret; ``expires`` its absolute end, in seconds since 1970."""

    token: str = field(repr=False)
    acting: Acting
    expires: int


def sign_in(archive: Archive, login: str, passphrase: str, code: str, source: str = "") -> SignedIn:
    """Open a session. ``code`` is the present one-time code; ``source`` whatever tells where the try comes from.

    Raises CannotSignIn (never saying which of the three is wrong, at the same cost for unknown logins), Throttled,
    Damaged. Cost: one Argon2id run, then 0.3 ms a room.
    """
    with _Counted(archive, login, source):
        member, contents = _opened_slot(archive, login, passphrase)
        step = _step_of(contents.totp, code, _now(archive))
        if step is None or not archive.sessions.take_step(member.id, step):
            raise CannotSignIn
    token = tokens.draw()
    acting = _acting(archive, member, contents, tokens.row_key(token), token)
    now = _now(archive)
    row = SessionRow(
        key=acting.holder,
        member=member.id,
        key_epoch=member.key_epoch,
        created=now,
        expires=now + archive.lasting,
        seen=now,
        seed=b"",
    )
    _log(archive, member.id, "sign-in", {"session": acting.holder.hex()})
    archive.sessions.add(tokens.seal_seed(archive.row.id, token, row, contents.seed + contents.roots))
    archive.opened.keep(acting)
    return SignedIn(token, acting, row.expires)


def unlock(archive: Archive, login: str, passphrase: str) -> Acting:
    """Open a member's keys for one run of the command line, which asks for no code (ADR 0007).

    Raises as `sign_in`. Call `lock` at the end.
    """
    with _Counted(archive, login, ""):
        member, contents = _opened_slot(archive, login, passphrase)
    acting = _acting(archive, member, contents, kdf.random(kdf.KEY), "")
    _log(archive, member.id, "sign-in", {"command": True})
    archive.opened.keep(acting)
    return acting


def lock(archive: Archive, acting: Acting) -> None:
    """Forget the keys of `unlock`."""
    archive.opened.forget(acting.holder)


def resume(archive: Archive, token: str) -> Acting:
    """Return who acts under a token. Raises SignedOut. Cost: one row; in another process, its rooms' wraps too."""
    try:
        key = tokens.row_key(token)
    except CannotOpen:
        raise SignedOut from None
    row, now = archive.sessions.get(key), _now(archive)
    if row is None or now >= row.expires or now - row.seen >= archive.idle:
        _end(archive, key)
        raise SignedOut
    if now - row.seen >= _TOUCH:
        archive.sessions.touch(key, now)
    contents = _session_opened(archive, token, row)  # every time: the row's member and end are proven by it
    with archive.read() as unit:
        member = unit.members.get(row.member)
        if member is None or member.key_epoch != row.key_epoch:
            _end(archive, key)
            raise SignedOut
        acting = archive.opened.acting(key)
        if acting:
            take_rooms(archive, acting, unit)
            return acting
    acting = _acting(archive, member, contents, key, token)
    archive.opened.keep(acting)
    return acting


def sign_out(archive: Archive, token: str) -> None:
    """End one session, here at once and in every other process within seconds."""
    try:
        key = tokens.row_key(token)
    except CannotOpen:
        return
    if row := archive.sessions.get(key):
        _log(archive, row.member, "sign-out", {"session": key.hex()})
    _end(archive, key)


def sign_out_everywhere(archive: Archive, acting: Acting) -> None:
    """End every session of the member."""
    _log(archive, acting.member, "sign-out", {"everywhere": True})
    archive.sessions.remove_member(acting.member)
    archive.opened.forget(acting.holder)


def forget_ended(archive: Archive) -> None:
    """Drop the keys of sessions that have ended elsewhere or run out. Run it every few seconds in every process."""
    now = _now(archive)
    held = archive.opened.holders()
    with_rows = {holder for holder in held if (acting := archive.opened.acting(holder)) and acting.token}
    for ended in with_rows - archive.sessions.alive(with_rows, now - archive.idle, now):
        archive.opened.forget(ended)


def state(archive: Archive, token: str) -> Mapping[str, object]:
    """Return what a session remembers; empty for a session that remembers nothing. Raises SignedOut."""
    row = archive.sessions.get(_key(token))
    if row is None:
        raise SignedOut
    if not row.state:
        return {}
    try:
        kept: Mapping[str, object] = json.loads(tokens.open_state(archive.row.id, token, row.state))
    except CannotOpen:
        raise SignedOut from None
    return kept


def keep_state(archive: Archive, token: str, kept: Mapping[str, object]) -> None:
    """Remember plain JSON values with the session, sealed under its token. Raises SignedOut for a token of no shape."""
    raw = json.dumps(kept, ensure_ascii=False).encode()
    archive.sessions.keep_state(_key(token), tokens.seal_state(archive.row.id, token, raw))


def keep_note(archive: Archive, acting: Acting, note: UUID, content: bytes) -> None:
    """Keep something sealed behind an opaque address, for as long as the session lasts."""
    sealed = tokens.seal_note(archive.row.id, acting.token, note, content)
    archive.sessions.put_note(acting.holder, note, sealed)


def kept_note(archive: Archive, acting: Acting, note: UUID) -> bytes | None:
    """Return what `keep_note` kept in this session; None for every other address."""
    sealed = archive.sessions.note(acting.holder, note)
    try:
        return tokens.open_note(archive.row.id, acting.token, note, sealed) if sealed else None
    except CannotOpen:
        return None


def code_now(totp: str, now: int) -> tuple[str, int]:
    """Return the code of a base32 secret and how many seconds it is still good for (RFC 6238)."""
    return pyotp.TOTP(totp).at(now), STEP - now % STEP


class _Counted:
    """Counts a try before its work, for the login and for the source, and forgets it when the work succeeds.

    Counting first means that tries side by side are counted too; the delay grows from the sixth on, and is the same
    for logins that do not exist.
    """

    def __init__(self, archive: Archive, login: str, source: str) -> None:
        self._archive = archive
        self._keys = [archive.host.tries_key("login", archive.host.login(login).hex())]
        if source:
            self._keys.append(archive.host.tries_key("source", source))

    def __enter__(self) -> None:
        if left := self._archive.sessions.count_try(self._keys, _now(self._archive), _wait):
            raise Throttled(left)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            for key in self._keys:
                self._archive.sessions.keep_tries(key, None)
        elif issubclass(kind, CannotSignIn):
            _log(self._archive, None, "sign-in-refused", {})


def _wait(count: int) -> int:
    grown = int(_FIRST_WAIT * 2 ** min(count - _FREE_TRIES, 16)) if count >= _FREE_TRIES else 0
    return min(grown, _LONGEST_WAIT)


def _opened_slot(archive: Archive, login: str, passphrase: str) -> tuple[MemberRow, slots.Contents]:
    name = archive.host.login(login)
    with archive.read() as unit:
        member = unit.members.by_login(name)
        rows = unit.members.slots(member.id, slots.PASSPHRASE) if member else ()
    try:
        with archive.opened.stretching:
            if member is None or not rows:
                slots.as_if(archive.host.salt_of_nobody(name), passphrase)
                raise CannotOpen
            contents = slots.open_passphrase(archive.row.id, rows[0], passphrase)
    except CannotOpen:
        raise CannotSignIn from None
    if publics(archive.row.id, contents.seed) != (member.wrap_public, member.sign_public):
        raise Damaged(
            message("Your keys in the database are not the ones your passphrase opens. Tell an officer.")
        )
    return member, contents


def _step_of(secret: bytes, code: str, now: int) -> int | None:
    """The time step (RFC 6238) whose code this is: the present one or a neighbour, for clocks that differ."""
    totp = pyotp.TOTP(base64.b32encode(secret).decode())
    typed = "".join(code.split())
    for step in (now // STEP, now // STEP - 1, now // STEP + 1):
        if typed.isascii() and kdf.same(totp.at(step * STEP).encode(), typed.encode()):
            return step
    return None


def _acting(
    archive: Archive, member: MemberRow, contents: slots.Contents, holder: bytes, token: str
) -> Acting:
    keys = Keyring(archive.row.id, member.id, member.key_epoch, contents.seed)
    acting = Acting(member.id, keys, holder, contents.roots, token)
    with archive.read() as unit:
        try:
            trust(archive, acting, unit).member(member.id)
        except CannotOpen:
            raise Damaged(
                message("Your keys are not certified by the archive's officers. Nothing was opened.")
            ) from None
        take_rooms(archive, acting, unit)
    return acting


def _session_opened(archive: Archive, token: str, row: SessionRow) -> slots.Contents:
    try:
        whole = tokens.open_seed(archive.row.id, token, row)
    except CannotOpen:
        _end(archive, row.key)
        raise SignedOut from None
    return slots.Contents(whole[: kdf.KEY], whole[kdf.KEY :], b"")


def _end(archive: Archive, key: bytes) -> None:
    archive.sessions.remove(key)
    archive.opened.forget(key)


def _key(token: str) -> bytes:
    try:
        return tokens.row_key(token)
    except CannotOpen:
        raise SignedOut from None


def _now(archive: Archive) -> int:
    return int(archive.clock().timestamp())


def _log(archive: Archive, actor: UUID | None, action: str, detail: Mapping[str, object]) -> None:
    with archive.work() as unit:
        transparency.append(archive, unit, actor, action, detail)
        unit.commit()
