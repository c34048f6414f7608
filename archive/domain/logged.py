"""Where one entry stands in the transparency log, as somebody outside can check it.

Knows hashes and numbers. Must not know what the entry says, or who asks.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPlace:
    """``number`` counts from 0. ``path`` leads from ``leaf`` to ``root``, the root of the log's first ``size`` entries
    (RFC 6962, lowest hash first), which the host signed in ``checkpoint`` (C2SP).
    """

    number: int
    leaf: bytes
    size: int
    root: bytes
    path: tuple[bytes, ...]
    checkpoint: str
