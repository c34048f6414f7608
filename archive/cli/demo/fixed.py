"""Knows how the demonstration draws what elsewhere is random: the same ids and secrets for the same names, every time.
Must not know what they are for; nothing outside the demonstration may use it.
"""

from __future__ import annotations

import tomllib
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Any, Final
from uuid import UUID

_ID_BYTES: Final = 16
_VERSION: Final = 4


def fixed_bytes(*names: str) -> bytes:
    """32 bytes that follow from the names alone."""
    return sha256("\x1f".join(("guwah demo", *names)).encode()).digest()


def fixed_id(*names: str) -> UUID:
    """An id of the shape of a random one."""
    return UUID(bytes=fixed_bytes(*names)[:_ID_BYTES], version=_VERSION)


@cache
def table(name: str) -> dict[str, Any]:
    """One of the data files beside this module, by its path without the ending."""
    found = resources.files(__package__) / f"{name}.toml"
    return tomllib.loads(found.read_text(encoding="utf-8"))


def record_tables() -> tuple[str, ...]:
    """The names of the files of records, sorted."""
    folder = resources.files(__package__) / "records"
    return tuple(
        sorted(f"records/{file.name.removesuffix('.toml')}" for file in folder.iterdir() if file.is_file())
    )
