"""Padding: few sizes, one reading."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.crypto import padding
from archive.crypto.errors import CannotOpen
from archive.crypto.padding import pad, padded_length, unpad
from tests.unit.crypto import reference

Vectors = Callable[[str], Any]


def test_vectors(vectors: Vectors) -> None:
    v = vectors("padding")["vector"]
    for case in v["lengths"]:
        assert padded_length(case["length"]) == case["padded"]
    assert pad(bytes.fromhex(v["message"])).hex() == v["padded"]
    assert unpad(bytes.fromhex(v["padded"])).hex() == v["message"]


@given(st.binary(max_size=40_000))
def test_round_trip(message: bytes) -> None:
    padded = pad(message)
    assert padded == reference.pad(message)
    assert len(padded) == padded_length(len(message))
    assert unpad(padded) == message


@given(st.integers(0, padding.MOST))
def test_the_price_is_bounded(length: int) -> None:
    whole, padded = length + 4, padded_length(length)
    assert padded >= whole
    if whole > padding.POWERS:
        assert padded == reference.padme(whole)
        assert padded <= whole * 1.12
    else:
        assert padded == max(256, 1 << (whole - 1).bit_length())


@given(st.integers(0, 1 << 20), st.integers(0, 1 << 20))
def test_a_longer_message_never_pads_shorter(a: int, b: int) -> None:
    assert padded_length(min(a, b)) <= padded_length(max(a, b))


def test_short_texts_share_one_size() -> None:
    assert {len(pad(bytes(n))) for n in range(253)} == {256}


def test_up_to_a_mebibyte_there_are_few_sizes() -> None:
    assert len({padded_length(n) for n in range(0, 1 << 20, 97)}) < 200


@given(st.binary(max_size=600), st.integers(0, 10_000))
def test_a_mark_in_the_padding_is_refused(message: bytes, at: int) -> None:
    padded = bytearray(pad(message))
    at = 4 + len(message) + at % (len(padded) - 4 - len(message) or 1)
    if at < len(padded):
        padded[at] = 1
        with pytest.raises(CannotOpen):
            unpad(bytes(padded))


@given(st.binary(max_size=600))
def test_what_pad_does_not_make_is_refused(raw: bytes) -> None:
    try:
        message = unpad(raw)
    except CannotOpen:
        return
    assert pad(message) == raw


@pytest.mark.parametrize(
    "padded",
    [
        b"",
        bytes(3),
        bytes(4),
        bytes(255),
        bytes(257),
        bytes(512),
        b"\xff" * 256,
        (253).to_bytes(4, "big") + bytes(252),
    ],
)
def test_wrong_sizes_are_refused(padded: bytes) -> None:
    with pytest.raises(CannotOpen):
        unpad(padded)


def test_the_longest_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(padding, "MOST", 10)
    assert unpad(pad(bytes(10))) == bytes(10)
    with pytest.raises(ValueError, match="at most"):
        pad(bytes(11))
