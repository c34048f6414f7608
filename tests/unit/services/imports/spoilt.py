"""Files that are broken in every way, by a fixed throw: JSON that is and is not JSON, and bytes of other programs."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

NAMES = ("", "a", "ئا", "证", "a\u0308", "\u2028", "\U0001f4a5")
LITERALS = (
    b"+1",
    b"01",
    b".5",
    b"1.",
    b"-",
    b"nul",
    b"True",
    b"0x1",
    b"NaN",
    b"Infinity",
    b"'a'",
    b'"\x01"',
    b'"\\x41"',
)
HEADS = (b"%PDF-1.7\n", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"ID3\x04", b"RIFF", b"\x1f\x8b\x08",
         b"<?xml version='1.0'?>\n<svg>", b"<!DOCTYPE html>", b"d8:announce", b"\xfe\xff", b"\x00" * 9,
         b"")  # fmt: skip


def json_suite(count: int) -> list[tuple[str, bytes]]:
    """Named as the published suite: y_ is JSON on one line, n_ is none, neither alone nor as the value of a field."""
    rng = random.Random(31)
    return [(f"{'yn'[number % 2]}_twin_{number}.json", _written(rng, number)) for number in range(count)]


def _written(rng: random.Random, number: int) -> bytes:
    good = json.dumps(_value(rng, 4), ensure_ascii=rng.random() < 0.5).encode()
    if number % 2 == 0:
        return good
    spoilt = (good + b",", good + b"}", b"[" + good, good + b" " + good, good + b" // note", b"\xff" + good,
              b"{a: " + good + b"}", b'["a" ' + good + b"]", b'"' + good[:1].strip(b'"\\'), *LITERALS)  # fmt: skip
    return spoilt[number // 2 % len(spoilt)]


def _value(rng: random.Random, depth: int) -> Any:
    if depth and (several := rng.randrange(4)):
        inner = [_value(rng, depth - 1) for _each in range(several)]
        return (
            inner if rng.random() < 0.5 else {f"{rng.choice(NAMES)}{at}": one for at, one in enumerate(inner)}
        )
    return rng.choice([None, True, False, "", 0, -1, 1.5, 10**15, *NAMES])


def files(count: int) -> Iterator[bytes]:
    """As other programs leave them: a head, then bytes, text, lines or nothing; some cut off."""
    rng = random.Random(32)
    for number in range(count):
        body = (
            rng.randbytes(rng.randrange(4000)),
            "\n".join(rng.choices((*NAMES, "a,b", "1;2", '"', '{"a": 1}', "[1,"), k=40)).encode(),
            "invented words\r\n".encode(rng.choice(("utf-16", "utf-32", "ascii"))) * 20,
            b"",
        )[number % 4]
        raw = HEADS[number % len(HEADS)] + body
        yield raw[: rng.randrange(len(raw) + 1)] if number % 5 == 0 else raw
