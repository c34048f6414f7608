"""The hybrid signature: each half against its standard, and neither enough alone."""

import base64
import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey, MLDSA65PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.crypto.errors import CannotOpen
from archive.crypto.signing import PUBLIC, SIGNATURE, SigningKey, verify
from tests.unit.crypto import reference

Vectors = Callable[[str], Any]
KEY = SigningKey(bytes(range(32)))
OTHER = SigningKey(bytes(32))
MESSAGE = b"Fictional commit"
SIGNED = KEY.sign(MESSAGE)


def test_the_library_gives_the_published_ml_dsa_65_answers(vectors: Vectors) -> None:
    v = {k: bytes.fromhex(x) for k, x in vectors("mldsa65").items() if k != "source"}
    key = MLDSA65PrivateKey.from_seed_bytes(v["seed"])
    assert key.public_key().public_bytes_raw() == v["public"]
    MLDSA65PublicKey.from_public_bytes(v["public"]).verify(v["signature"], v["message"], v["context"])


def test_vectors(vectors: Vectors) -> None:
    for v in vectors("signatures")["vectors"]:
        seed, message = bytes.fromhex(v["seed"]), bytes.fromhex(v["message"])
        signature = base64.b64decode(v["signature"])
        public = SigningKey(seed).public
        assert hashlib.sha256(public).hexdigest() == v["public_sha256"]
        verify(public, message, signature)
        # the same by the documented layout and the library alone
        bound = b"guwah/1 signature\0" + hashlib.sha512(public).digest() + message
        ed_seed = reference.expand("sha512", seed, b"guwah/1 sign ed25519\0", 32)
        ed = Ed25519PrivateKey.from_private_bytes(ed_seed)
        assert ed.public_key().public_bytes_raw() == public[:32]
        assert ed.sign(bound) == signature[:64]
        Ed25519PublicKey.from_public_bytes(public[:32]).verify(signature[:64], bound)
        MLDSA65PublicKey.from_public_bytes(public[32:]).verify(signature[64:], bound)


def test_sizes() -> None:
    assert (len(KEY.public), len(SIGNED)) == (PUBLIC, SIGNATURE) == (1984, 3373)


@settings(max_examples=15)
@given(st.binary(max_size=300), st.binary(min_size=32, max_size=32))
def test_round_trip(message: bytes, seed: bytes) -> None:
    key = SigningKey(bytearray(seed))
    verify(key.public, message, key.sign(message))


def refused(public: bytes, message: bytes, signature: bytes) -> None:
    with pytest.raises(CannotOpen) as refusal:
        verify(public, message, signature)
    assert refusal.value.__cause__ is None


@given(st.binary(max_size=40).filter(lambda m: m != MESSAGE))
def test_another_message(message: bytes) -> None:
    refused(KEY.public, message, SIGNED)


@given(st.integers(0, SIGNATURE * 8 - 1))
def test_no_bit_of_the_signature_can_be_flipped(bit: int) -> None:
    changed = bytearray(SIGNED)
    changed[bit // 8] ^= 1 << bit % 8
    refused(KEY.public, MESSAGE, bytes(changed))


@given(st.integers(0, PUBLIC * 8 - 1))
def test_no_bit_of_the_public_key_can_be_flipped(bit: int) -> None:
    changed = bytearray(KEY.public)
    changed[bit // 8] ^= 1 << bit % 8
    refused(bytes(changed), MESSAGE, SIGNED)


def test_both_halves_must_hold() -> None:
    other = KEY.sign(b"another")
    refused(KEY.public, MESSAGE, SIGNED[:64] + other[64:])
    refused(KEY.public, MESSAGE, other[:64] + SIGNED[64:])
    verify(KEY.public, MESSAGE, SIGNED[:64] + KEY.sign(MESSAGE)[64:])


def test_halves_of_two_keys_do_not_mix() -> None:
    mixed = KEY.public[:32] + OTHER.public[32:]
    refused(mixed, MESSAGE, SIGNED[:64] + OTHER.sign(MESSAGE)[64:])
    refused(OTHER.public, MESSAGE, SIGNED)


def test_a_half_is_no_signature_of_the_bare_message() -> None:
    with pytest.raises(InvalidSignature):
        Ed25519PublicKey.from_public_bytes(KEY.public[:32]).verify(SIGNED[:64], MESSAGE)
    with pytest.raises(InvalidSignature):
        MLDSA65PublicKey.from_public_bytes(KEY.public[32:]).verify(SIGNED[64:], MESSAGE)


@pytest.mark.parametrize("cut", [0, 1, 63, 64, 65, SIGNATURE - 1])
def test_cut_short_or_extended(cut: int) -> None:
    refused(KEY.public, MESSAGE, SIGNED[:cut])
    refused(KEY.public, MESSAGE, SIGNED + bytes(cut + 1))
    refused(KEY.public[: cut % PUBLIC], MESSAGE, SIGNED)
    refused(KEY.public + bytes(cut + 1), MESSAGE, SIGNED)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_seed_has_32_bytes(length: int) -> None:
    with pytest.raises(CannotOpen):
        SigningKey(bytes(length))
