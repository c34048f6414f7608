"""Who acts: a member with an open keyring, the value that every use case takes after the archive.

Knows whose keys they are and which session holds them. Must not know how the member signed in, or what they may do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from archive.sealing.keyring import Keyring


@dataclass(frozen=True, slots=True)
class Acting:
    """``holder`` names the session (or one run of the command) that holds the keys; ``pinned`` is the fingerprint of
    the roots that the member's own slot holds; ``token`` is the session's, empty on the command line.
    """

    member: UUID
    keys: Keyring
    holder: bytes
    pinned: bytes
    token: str = field(default="", repr=False)
