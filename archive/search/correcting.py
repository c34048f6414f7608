"""Knows which word of this room somebody may have meant who typed one that is not in it.
Must not know any word that no record of this room holds."""

from __future__ import annotations

import re
from typing import Final

from archive.search.schema import NAME, TEXT
from archive.search.snapshot import Snapshot
from archive.search.tree import Word
from archive.search.wording import distance

_BEGUN: Final = 2
"""Letters at the beginning that are taken to be right."""
_MOST_READ: Final = 4_000
_SHORTEST: Final = 4
_LONG: Final = 8


def nearest(snapshot: Snapshot, word: str) -> str | None:
    """The word of this room that differs least from one it does not hold, the commonest of several; None if none does.

    One letter may differ, of eight letters and more two. Cost: at most 4,000 words looked at.
    """
    if len(word) < _SHORTEST:
        return None
    most = 2 if len(word) >= _LONG else 1
    found: list[tuple[int, int, str]] = []
    for field in (NAME, TEXT):
        known, _looked = snapshot.words_beginning(field, word[:_BEGUN], _MOST_READ, _MOST_READ)
        for place, other in enumerate(known):
            if abs(len(other) - len(word)) <= most and (apart := distance(word, other)) <= most:
                found.append((apart, place, other))
    return min(found)[2] if found else None


def meant(snapshot: Snapshot, typed: str, missing: list[Word]) -> str | None:
    """The query with every missing word replaced by the nearest one of this room; None when nothing is near."""
    text = typed
    for word in missing:
        if (other := nearest(snapshot, word.word)) and word.written:
            whole = re.compile(rf"(?<!\w){re.escape(word.written)}(?!\w)")
            text = other.join(whole.split(text))
    return text if text != typed else None
