"""Knows what a session's token opens: the member seed, what the session remembers, queries behind an address.
Must not know cookies, HTTP, or how long a session may last."""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from typing import Final
from uuid import UUID

from archive.crypto import envelope, kdf
from archive.crypto.contexts import ctx
from archive.crypto.errors import CannotOpen
from archive.domain.keeping import SessionRow

_ROW: Final = b"guwah/1 session row\0"


def draw() -> str:
    """Return a new token: 32 random bytes, base64url without padding."""
    return base64.urlsafe_b64encode(kdf.random(kdf.KEY)).decode().rstrip("=")


def secret_of(token: str) -> bytes:
    """Return the 32 bytes of a token. Raises CannotOpen for anything else."""
    try:
        raw = base64.b64decode(token.encode() + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise CannotOpen from None
    if len(raw) != kdf.KEY:
        raise CannotOpen
    return raw


def row_key(token: str) -> bytes:
    """Return the key of the session's row: derived one way, so that the table opens no session."""
    return kdf.expand(secret_of(token), _ROW)


def seal_seed(instance: UUID, token: str, row: SessionRow, seed: bytes) -> SessionRow:
    """Return the row with the member seed sealed under the token, bound to member, epoch and times."""
    context = _session(instance, row)
    key = kdf.expand(secret_of(token), context)
    return replace(row, seed=envelope.seal_blob(key, row.member, context, seed, padded=False))


def open_seed(instance: UUID, token: str, row: SessionRow) -> bytes:
    """Return the member seed of a session's row. Raises CannotOpen."""
    context = _session(instance, row)
    return envelope.open_blob(kdf.expand(secret_of(token), context), context, row.seed)


def seal_state(instance: UUID, token: str, state: bytes) -> bytes:
    """Return what a session remembers, sealed under its token."""
    context = ctx("session-state", instance, row_key(token))
    return envelope.seal_blob(kdf.expand(secret_of(token), context), instance, context, state)


def open_state(instance: UUID, token: str, sealed: bytes) -> bytes:
    """Return what `seal_state` sealed. Raises CannotOpen."""
    context = ctx("session-state", instance, row_key(token))
    return envelope.open_blob(kdf.expand(secret_of(token), context), context, sealed)


def seal_note(instance: UUID, token: str, note: UUID, content: bytes) -> bytes:
    """Return one query, sealed under the session's token, to be kept behind the opaque address ``note``."""
    context = ctx("search-state", instance, row_key(token), note)
    return envelope.seal_blob(kdf.expand(secret_of(token), context), note, context, content)


def open_note(instance: UUID, token: str, note: UUID, sealed: bytes) -> bytes:
    """Return what `seal_note` sealed. Raises CannotOpen."""
    context = ctx("search-state", instance, row_key(token), note)
    return envelope.open_blob(kdf.expand(secret_of(token), context), context, sealed)


def _session(instance: UUID, row: SessionRow) -> bytes:
    return ctx("session", instance, row.key, row.member, row.key_epoch, row.created, row.expires)
