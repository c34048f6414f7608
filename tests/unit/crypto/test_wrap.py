"""HPKE with X-Wing: published keys and encapsulations, and every changed byte."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.crypto import kdf, wrap
from archive.crypto.errors import CannotOpen
from tests.unit.crypto import reference

Vectors = Callable[[str], Any]
SEED = bytes(range(32))
OPENER = wrap.Opener(SEED)
INFO = b"guwah/1 test\0"
SECRET = b"\x07" * 32
SEALED = wrap.wrap(OPENER.public, INFO, SECRET)


def test_the_draft_gives_the_same_public_keys(vectors: Vectors) -> None:
    for v in vectors("xwing")["draft"]:
        public = wrap.public_key(bytes.fromhex(v["seed"])).hex()
        assert len(public) == 2 * 1216
        assert public.startswith(v["public_begins"])
        assert public.endswith(v["public_ends"])


def test_a_published_encapsulation_opens(vectors: Vectors) -> None:
    """The published case uses another AEAD: its KEM output is carried over by RFC 9180's schedule."""
    published = vectors("xwing")["hpke"][0]
    shared, info = bytes.fromhex(published["shared_secret"]), bytes.fromhex(published["info"])
    key, nonce = reference.hpke_schedule(tuple(published["suite"]), 32, shared, info)
    assert (key.hex(), nonce.hex()) == (published["key"], published["base_nonce"])
    own = vectors("wraps")["vectors"][0]
    assert own["seed"] == published["seed"]
    assert wrap.public_key(bytes.fromhex(own["seed"])).hex() == published["public"]
    seed, own_info = bytes.fromhex(own["seed"]), bytes.fromhex(own["info"])
    opened = wrap.unwrap(seed, own_info, base64.b64decode(own["sealed"]))
    assert opened.hex() == own["secret"]


@given(st.binary(max_size=200), st.binary(max_size=200), st.binary(min_size=32, max_size=32))
def test_round_trip(info: bytes, secret: bytes, seed: bytes) -> None:
    sealed = wrap.wrap(wrap.public_key(seed), info, secret)
    assert len(sealed) == len(secret) + wrap.OVERHEAD
    assert wrap.unwrap(seed, info, sealed) == secret


@given(st.binary(max_size=100).filter(lambda i: i != INFO))
def test_another_context_does_not_open(info: bytes) -> None:
    with pytest.raises(CannotOpen):
        OPENER.unwrap(info, SEALED)


@given(st.integers(0, len(SEALED) * 8 - 1))
def test_no_bit_can_be_flipped(bit: int) -> None:
    changed = bytearray(SEALED)
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(CannotOpen):
        OPENER.unwrap(INFO, bytes(changed))


@given(st.integers(0, len(SEALED) - 1))
def test_cut_short(length: int) -> None:
    with pytest.raises(CannotOpen):
        OPENER.unwrap(INFO, SEALED[:length])


@given(st.binary(min_size=1, max_size=40))
def test_extended(more: bytes) -> None:
    with pytest.raises(CannotOpen):
        OPENER.unwrap(INFO, SEALED + more)


def test_another_key_does_not_open() -> None:
    with pytest.raises(CannotOpen) as refusal:
        wrap.unwrap(bytes(32), INFO, SEALED)
    assert str(refusal.value) == "This could not be opened."
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__


def test_two_wraps_of_one_secret_differ() -> None:
    assert wrap.wrap(OPENER.public, INFO, SECRET)[:1120] != SEALED[:1120]


def test_a_dropped_key_opens_nothing() -> None:
    opener = wrap.Opener(bytearray(SEED))
    assert opener.unwrap(INFO, SEALED) == SECRET
    opener.drop()
    with pytest.raises(CannotOpen):
        opener.unwrap(INFO, SEALED)
    assert opener.public == OPENER.public


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_seed_has_32_bytes(length: int) -> None:
    with pytest.raises(CannotOpen):
        wrap.Opener(bytes(length))


@pytest.mark.parametrize(
    "public",
    [b"", bytes(1215), bytes(1217), b"\xff" * 1216, OPENER.public[:-32] + bytes(32), OPENER.public[:-1]],
    ids=["empty", "short", "long", "not reduced", "x25519 of low order", "cut"],
)
def test_what_is_no_public_key_is_refused(public: bytes) -> None:
    with pytest.raises(CannotOpen):
        wrap.wrap(public, INFO, kdf.random(32))
