"""The start-up check: quick, honest, and plain about the remedy."""

import json
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archive.crypto import known_answers, selftest, wrap
from archive.crypto.errors import CannotOpen, Unsupported

Vectors = Callable[[str], Any]


def test_this_machine_passes() -> None:
    selftest.run()


def test_every_construction_is_checked() -> None:
    assert len(known_answers.CHECKS) == 7


@pytest.mark.parametrize("name", [name for name, _ in known_answers.CHECKS])
def test_each_check_can_fail(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Spoil every answer in turn: whichever is spoiled, the check that reads it must notice."""
    check = dict(known_answers.CHECKS)[name]
    kept = json.dumps(known_answers._answers())
    section = {
        "Argon2id": ("argon2id", "output"),
        "key derivation (HKDF-SHA512, HMAC-SHA256)": ("derivation", "join"),
        "HPKE with X-Wing (ML-KEM-768 and X25519)": ("wrap", "secret"),
        "Cobblestone-256": ("cobblestone", "plaintext_sha512"),
        "sealed blobs": ("blob", "plaintext"),
        "signatures (Ed25519 and ML-DSA-65)": ("signature", "public_sha256"),
        "Merkle trees": ("merkle", "root"),
    }[name]
    spoiled = json.loads(kept)
    spoiled[section[0]][section[1]] = "00" * 32
    monkeypatch.setattr(known_answers, "_answers", lambda: spoiled)
    assert check() is False
    with pytest.raises(Unsupported, match="wrong answer"):
        selftest.run()


def test_a_library_that_lacks_an_algorithm(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(wrap, "Opener", missing)
    with pytest.raises(Unsupported, match=r"cannot do HPKE with X-Wing .*pip install 'cryptography"):
        selftest.run()


def test_a_library_that_is_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "archive.crypto.known_answers", None)
    with pytest.raises(Unsupported, match=r"too old or incomplete.*pip install 'cryptography"):
        selftest.run()


def test_a_library_that_accepts_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_answers, "_refuses", lambda opening: opening is None)
    with pytest.raises(Unsupported, match="wrong answer for HPKE"):
        selftest.run()


def test_the_shipped_answers_are_those_of_the_vectors(vectors: Vectors) -> None:
    shipped = json.loads((Path(known_answers.__file__).parent / "known_answers.json").read_text())
    assert shipped["wrap"] == vectors("wraps")["vectors"][0]
    assert shipped["blob"] == vectors("blobs")["vectors"][0]
    assert shipped["signature"] == vectors("signatures")["vectors"][0]
    assert shipped["derivation"] == vectors("derivations")["vector"]
    assert shipped["argon2id"] in vectors("argon2id")["vectors"]
    assert shipped["merkle"]["root"] in vectors("merkle")["roots"]


def test_the_one_error_says_nothing_more() -> None:
    refusal = CannotOpen()
    assert str(refusal) == "This could not be opened."
    assert str(pickle.loads(pickle.dumps(refusal))) == str(refusal)
    with pytest.raises(TypeError):
        CannotOpen("why")  # type: ignore[call-arg]
