"""Derivation: published Argon2id, own HKDF vectors, the floor and the shapes."""

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from hypothesis import given
from hypothesis import strategies as st

from archive.crypto import kdf
from archive.crypto.errors import CannotOpen
from archive.crypto.kdf import Cost

Vectors = Callable[[str], Any]

PHRASE = "amber river lantern seven cloud stone"
SALT = bytes(range(16))


@pytest.fixture
def insecure_but_fast(monkeypatch: pytest.MonkeyPatch) -> Cost:
    """Lower the Argon2id floor for tests that need many runs."""
    monkeypatch.setattr(kdf, "FLOOR", Cost(64, 1, 1))
    return Cost(64, 1, 1)


def test_argon2id_gives_the_published_answers(vectors: Vectors) -> None:
    for v in vectors("argon2id")["vectors"]:
        made = Argon2id(
            salt=bytes.fromhex(v["salt"]),
            length=v["length"],
            iterations=v["iterations"],
            lanes=v["lanes"],
            memory_cost=v["memory_kib"],
            secret=bytes.fromhex(v["secret"]) or None,
            ad=bytes.fromhex(v["ad"]) or None,
        ).derive(bytes.fromhex(v["passphrase"]))
        assert made.hex() == v["output"]


def test_slot_keys(vectors: Vectors) -> None:
    for v in vectors("slot_keys")["vectors"]:
        salt, prf, info = (bytes.fromhex(v[n]) for n in ("salt", "prf", "info"))
        assert kdf.slot_key(v["passphrase"], salt, Cost(*v["cost"]), prf, info).hex() == v["key"]


def test_derivations(vectors: Vectors) -> None:
    v = vectors("derivations")["vector"]
    a, b, info = (bytes.fromhex(v[n]) for n in ("a", "b", "info"))
    for case in v["expand"]:
        assert kdf.expand(a, info, case["length"]).hex() == case["output"]
    assert kdf.join(a, b, info).hex() == v["join"]
    assert kdf.mac(a, bytes.fromhex(v["mac"]["data"])).hex() == v["mac"]["output"]


def test_the_floor_and_the_ceiling_hold() -> None:
    assert Cost(65536, 3, 4) == kdf.FLOOR
    for cost in (
        Cost(65535, 3, 4),
        Cost(65536, 2, 4),
        Cost(65536, 3, 3),
        Cost(0, 0, 0),
        Cost(-1, 3, 4),
        Cost(kdf.CEILING.memory_kib + 1, 3, 4),
        Cost(65536, 65, 4),
        Cost(65536, 3, 65),
    ):
        with pytest.raises(CannotOpen):
            kdf.slot_key(PHRASE, SALT, cost)


def test_a_cost_packs_into_twelve_bytes() -> None:
    assert Cost(65536, 3, 4).packed().hex() == "000100000000000300000004"


def test_every_input_matters(insecure_but_fast: Cost) -> None:
    cost = insecure_but_fast
    keys = {
        kdf.slot_key(PHRASE, SALT, cost),
        kdf.slot_key(PHRASE + " ", SALT, cost),
        kdf.slot_key(PHRASE, SALT + b"\0", cost),
        kdf.slot_key(PHRASE, SALT, Cost(64, 2, 1)),
        kdf.slot_key(PHRASE, SALT, cost, bytes(32)),
        kdf.slot_key(PHRASE, SALT, cost, bytes(31) + b"\1"),
        kdf.slot_key(PHRASE, SALT, cost, b"", b"info"),
    }
    assert len(keys) == 7
    assert all(len(k) == 32 for k in keys)


@given(st.text(min_size=1, max_size=30).filter(lambda t: unicodedata.normalize("NFKC", t)))
def test_writing_systems_type_one_phrase_in_two_ways(phrase: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kdf, "FLOOR", Cost(64, 1, 1))
        one, two = (
            kdf.slot_key(unicodedata.normalize(form, phrase), SALT, Cost(64, 1, 1))
            for form in ("NFC", "NFKD")
        )
    assert one == two


@pytest.mark.parametrize("phrase", ["", "\ud800", "a" * 4097, "ﷺ" * 400])
def test_unusable_passphrases_are_refused(insecure_but_fast: Cost, phrase: str) -> None:
    with pytest.raises(CannotOpen) as refusal:
        kdf.slot_key(phrase, SALT, insecure_but_fast)
    assert refusal.value.__cause__ is None


@pytest.mark.parametrize("salt", [b"", bytes(15), bytes(33)])
def test_unusable_salts_are_refused(insecure_but_fast: Cost, salt: bytes) -> None:
    with pytest.raises(CannotOpen):
        kdf.slot_key(PHRASE, salt, insecure_but_fast)


@pytest.mark.parametrize("prf", [bytes(1), bytes(31), bytes(33), bytes(64)])
def test_a_passkey_output_has_32_bytes(insecure_but_fast: Cost, prf: bytes) -> None:
    with pytest.raises(CannotOpen):
        kdf.slot_key(PHRASE, SALT, insecure_but_fast, prf)


def test_a_cost_the_library_refuses_is_a_failure_to_open(insecure_but_fast: Cost) -> None:
    with pytest.raises(CannotOpen):
        kdf.slot_key(PHRASE, SALT, Cost(64, 1, 60))


def test_short_secrets_are_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        kdf.expand(bytes(31), b"guwah/1 test\0")
    with pytest.raises(ValueError, match="32 bytes"):
        kdf.mac(bytes(31), b"")
    for a, b in ((31, 32), (32, 33), (0, 32)):
        with pytest.raises(CannotOpen):
            kdf.join(bytes(a), bytes(b), b"")


def test_the_halves_of_a_joined_key_are_not_interchangeable() -> None:
    a, b = kdf.random(32), kdf.random(32)
    joined = [kdf.join(a, b, b"x"), kdf.join(b, a, b"x"), kdf.join(a, b, b"y"), kdf.join(a, a, b"x")]
    assert len(set(joined)) == 4


def test_the_rest() -> None:
    assert kdf.digest(b"abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert len({kdf.random(32) for _ in range(100)}) == 100
    assert kdf.same(b"one", bytearray(b"one"))
    assert not kdf.same(b"one", b"two")
    assert not kdf.same(b"one", b"ones")
    assert kdf.expand(bytearray(32), b"x") == kdf.expand(bytes(32), b"x")
