"""Signed notes: Go's own vector, ours, and everything that is no note."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from archive.crypto import notes
from archive.crypto.errors import CannotOpen
from archive.crypto.notes import NoteKey, Verifier, read_verifier

VECTORS = Path(__file__).parents[2] / "vectors"
OURS = json.loads((VECTORS / "notes_checkpoints.json").read_text())
GO = json.loads((VECTORS / "notes_go.json").read_text())
NAME = OURS["verifier"][0].partition("+")[0]
NOTE = OURS["checkpoint of 7"]
LINES = [line + "\n" for line in OURS["verifier"]]
KEY = NoteKey(NAME, bytes.fromhex(OURS["seed"]))
OTHER = NoteKey("guwah.invalid/other", bytes(32))


def refused(step: Any, *args: Any) -> None:
    with pytest.raises(CannotOpen) as error:
        step(*args)
    assert str(error.value) == str(CannotOpen()), "one error for everything"


def test_go_s_note() -> None:
    name, key_id, public = GO["verifier"].split("+", 2)
    typed = base64.b64decode(public)
    text, [(signer, signed)] = notes._parted(GO["note"])
    assert notes._key_id(name, notes.ED25519, typed[1:]).hex() == key_id == signed[:4].hex()
    assert signer == name
    notes._check_ed25519(typed[1:], signed[4:], text.encode())
    seed = base64.b64decode(GO["signer"].split("+", 4)[4])[1:]
    assert Ed25519PrivateKey.from_private_bytes(seed).sign(text.encode()) == signed[4:]


def test_our_vector() -> None:
    assert KEY.verifier == "".join(LINES)
    text = NOTE.partition("\n\n")[0] + "\n"
    for lines in (LINES, LINES[::-1]):
        assert read_verifier("".join(lines)).open(NOTE) == text
    again = KEY.sign(text)
    assert again.splitlines()[:5] == NOTE.splitlines()[:5], "Ed25519 signs the same again"
    assert read_verifier(KEY.verifier).open(again) == text


def test_it_holds_with_the_lines_of_others_and_in_any_order() -> None:
    head, _empty, below = NOTE.rpartition("\n\n")
    first, second = below.splitlines(keepends=True)
    strange = f"— somebody.else {base64.b64encode(bytes(72)).decode()}\n"
    same_name = f"— {NAME} {base64.b64encode(bytes(72)).decode()}\n"
    verifier = read_verifier(KEY.verifier)
    for lines in ((second, first), (strange, first, same_name, second), (first, *[strange] * 30, second)):
        assert verifier.open(f"{head}\n\n{''.join(lines)}") == head + "\n"
    refused(verifier.open, f"{head}\n\n{''.join((first, *[strange] * 31, second))}")


def mutations() -> dict[str, str]:
    head, _empty, below = NOTE.rpartition("\n\n")
    first, second = below.splitlines(keepends=True)
    blob = base64.b64decode(first.split(" ")[2])

    def line(raw: bytes, name: str = NAME) -> str:
        return f"— {name} {base64.b64encode(raw).decode()}\n"

    return {
        "nothing": "",
        "no signature": f"{head}\n",
        "no lines": f"{head}\n\n",
        "Ed25519 alone": f"{head}\n\n{first}",
        "ML-DSA-65 alone": f"{head}\n\n{second}",
        "one line twice": f"{head}\n\n{first}{second}{first}",
        "another text": NOTE.replace("\n7\n", "\n8\n"),
        "an empty line more": f"{head}\n\n\n{below}",
        "no last newline": NOTE[:-1],
        "a line below": NOTE + "\n",
        "a hyphen": NOTE.replace("— ", "- "),
        "another name": NOTE.replace(f"— {NAME}", "— somebody.else"),
        "a carriage return": NOTE.replace("\n", "\r\n"),
        "a tab": NOTE.replace("— ", "—\t"),
        "two spaces": NOTE.replace("— ", "—  "),
        "a flipped bit": f"{head}\n\n{line(blob[:9] + bytes([blob[9] ^ 1]) + blob[10:])}{second}",
        "another key id": f"{head}\n\n{line(bytes(4) + blob[4:])}{second}",
        "a signature cut short": f"{head}\n\n{line(blob[:-1])}{second}",
        "a signature of nothing": f"{head}\n\n{line(blob[:4])}{second}",
        "base64 that is not canonical": NOTE.replace("=\n— ", "\n— ", 1),
        "half a character": NOTE + "\ud800",
        "too long": "x" * notes.LONGEST + NOTE,
        "signed by another": OTHER.sign(head + "\n"),
    }


@pytest.mark.parametrize("how", mutations())
def test_what_is_no_note_of_ours(how: str) -> None:
    assert mutations()[how] != NOTE
    refused(read_verifier(KEY.verifier).open, mutations()[how])


@given(st.text(max_size=300))
def test_any_text_is_refused(text: str) -> None:
    refused(read_verifier(KEY.verifier).open, text)
    refused(read_verifier, text)


@given(st.integers(0, len(NOTE) - 1), st.characters(codec="utf-8"))
def test_any_one_character_changed_is_refused(at: int, other: str) -> None:
    if NOTE[at] != other:
        refused(read_verifier(KEY.verifier).open, NOTE[:at] + other + NOTE[at + 1 :])


@pytest.mark.parametrize(
    "lines",
    [
        "",
        LINES[0],
        LINES[1],
        LINES[0] * 2,
        "".join(LINES) + LINES[0],
        "".join(LINES).replace(NAME, "another.name"),
        LINES[0] + OTHER.verifier.splitlines()[1],
        LINES[1] + LINES[0].replace("+", "-"),
        LINES[0] + LINES[1].replace("=", ""),
        LINES[1] + LINES[0].upper(),
        LINES[1] + GO["verifier"],
        LINES[1] + GO["signer"],
    ],
)
def test_what_is_no_verifier_key_of_ours(lines: str) -> None:
    refused(read_verifier, lines)


def test_a_name_or_text_that_no_note_can_bear() -> None:
    for name in ("", "two words", "a+b", "گۇۋاھ", "a\n", "x" * 201):
        with pytest.raises(ValueError, match="printable ASCII"):
            NoteKey(name, bytes(32))
    for text in ("", "no newline", "a\tb\n", "a\x00\n"):
        with pytest.raises(ValueError, match="whole lines"):
            KEY.sign(text)
    refused(NoteKey, NAME, bytes(31))
    assert isinstance(read_verifier(OTHER.verifier), Verifier)
