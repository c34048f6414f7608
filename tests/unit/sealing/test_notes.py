"""Checkpoints and proofs: the vector, trees of every small size, and everything that proves nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.crypto import merkle
from archive.crypto.errors import CannotOpen
from archive.crypto.notes import NoteKey, read_verifier
from archive.sealing import notes
from archive.sealing.host import Host
from archive.sealing.notes import Checkpoint

OURS = json.loads((Path(__file__).parents[2] / "vectors" / "notes_checkpoints.json").read_text())
VERIFIER = read_verifier("\n".join(OURS["verifier"]))
KEY = NoteKey(VERIFIER.name, bytes.fromhex(OURS["seed"]))
ENTRIES = [entry.encode() for entry in OURS["entries"]]
LEAVES = [merkle.leaf_hash(entry) for entry in ENTRIES]
THREE, SEVEN = OURS["checkpoint of 3"], OURS["checkpoint of 7"]
ENTRY, GROWTH = OURS["entry 4 in 7"], OURS["3 grew into 7"]


def refused(step: Any, *args: Any) -> None:
    with pytest.raises(CannotOpen) as error:
        step(*args)
    assert str(error.value) == str(CannotOpen()), "one error for everything"


def three() -> Checkpoint:
    return notes.read(VERIFIER, THREE)


def test_the_host_s_key_is_of_the_vector() -> None:
    host = Host(UUID(OURS["instance"]), bytes.fromhex(OURS["secret"]), {})
    assert host.log_key().verifier.splitlines() == OURS["verifier"]


def test_the_vector() -> None:
    assert notes.read(VERIFIER, SEVEN) == Checkpoint(VERIFIER.name, 7, merkle.root(LEAVES))
    assert notes.claimed(SEVEN) == notes.read(VERIFIER, SEVEN)
    found = notes.read_inclusion(VERIFIER, ENTRY)
    assert (found.index, found.said, found.checkpoint.size) == (4, ENTRIES[4], 7)
    assert notes.inclusion(4, ENTRIES[4], merkle.path(LEAVES, 4), SEVEN) == ENTRY
    grown = notes.read_growth(VERIFIER, GROWTH, three())
    assert (grown.size, grown.checkpoint.size) == (3, 7)
    assert notes.growth(3, merkle.consistency(LEAVES, 3), SEVEN) == GROWTH
    assert notes.is_inclusion(ENTRY)
    assert not notes.is_inclusion(GROWTH)


@given(st.data())
def test_every_proof_of_every_small_tree(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 40))
    said = [f"{number}".encode() for number in range(size)]
    leaves = [merkle.leaf_hash(one) for one in said]
    checkpoint = notes.sign(KEY, size, merkle.root(leaves))
    index = data.draw(st.integers(0, size - 1))
    proof = notes.inclusion(index, said[index], merkle.path(leaves, index), checkpoint)
    assert notes.read_inclusion(VERIFIER, proof).index == index
    earlier = data.draw(st.integers(1, size))
    before = Checkpoint(VERIFIER.name, earlier, merkle.root(leaves[:earlier]))
    proof = notes.growth(earlier, merkle.consistency(leaves, earlier), checkpoint)
    assert notes.read_growth(VERIFIER, proof, before).checkpoint.size == size
    other = Checkpoint(VERIFIER.name, earlier, merkle.leaf_hash(b"other"))
    refused(notes.read_growth, VERIFIER, proof, other)


def signed(text: str) -> str:
    return KEY.sign(text)


ROOT = SEVEN.split("\n")[2]


@pytest.mark.parametrize(
    "text",
    [
        f"{VERIFIER.name}\n7\n",
        f"{VERIFIER.name}\n7\n{ROOT}\nextension\n",
        f"{VERIFIER.name}\n07\n{ROOT}\n",
        f"{VERIFIER.name}\n-7\n{ROOT}\n",
        f"{VERIFIER.name}\n+7\n{ROOT}\n",
        f"{VERIFIER.name}\n٧\n{ROOT}\n",
        f"{VERIFIER.name}\n7_0\n{ROOT}\n",
        f"{VERIFIER.name}\n{'9' * 30}\n{ROOT}\n",
        f"{VERIFIER.name} \n7\n{ROOT}\n",
        f"another.log\n7\n{ROOT}\n",
        f"{VERIFIER.name}\n7\n{ROOT[:-4]}\n",
        f"{VERIFIER.name}\n7\n{ROOT.rstrip('=')}\n",
        f"{VERIFIER.name}\n7\n\n{ROOT}\n",
        "\n",
    ],
)
def test_what_is_signed_and_yet_no_checkpoint_of_this_log(text: str) -> None:
    refused(notes.read, VERIFIER, signed(text))


def proofs() -> dict[str, str]:
    head, _empty, note = ENTRY.partition("\n\n")
    lines = head.split("\n")

    def of(*changed: str) -> str:
        above = "\n".join(changed)
        return f"{above}\n\n{note}"

    return {
        "nothing": "",
        "no checkpoint": head,
        "another version": of("c2sp.org/tlog-proof@v2", *lines[1:]),
        "another index": of(*lines[:2], "index 5", *lines[3:]),
        "an index beyond": of(*lines[:2], "index 7", *lines[3:]),
        "no index": of(*lines[:2], *lines[3:]),
        "no entry": of(lines[0], *lines[2:]),
        "another entry": of(lines[0], "extra e30=", *lines[2:]),
        "a hash less": of(*lines[:-1]),
        "a hash more": of(*lines, lines[-1]),
        "hashes in another order": of(*lines[:3], *lines[:2:-1]),
        "a hash that is none": of(*lines[:-1], "e30="),
        "a thousand hashes": of(*lines, *[lines[-1]] * 1000),
        "the checkpoint of another size": f"{head}\n\n{THREE}",
        "an empty line more": f"{head}\n\n\n{note}",
        "an entry of great length": of(lines[0], f"extra {'A' * 8000}", *lines[2:]),
        "carriage returns": ENTRY.replace("\n", "\r\n"),
        "the other proof": GROWTH,
        "a checkpoint": SEVEN,
    }


@pytest.mark.parametrize("how", proofs())
def test_what_does_not_prove_an_entry(how: str) -> None:
    refused(notes.read_inclusion, VERIFIER, proofs()[how])


def growths() -> dict[str, str]:
    head, _empty, note = GROWTH.partition("\n\n")
    lines = head.split("\n")

    def of(*changed: str) -> str:
        above = "\n".join(changed)
        return f"{above}\n\n{note}"

    return {
        "nothing": "",
        "another size": of("old 4", *lines[1:]),
        "no size": of(*lines[1:]),
        "none": of("old 0"),
        "a hash less": of(*lines[:-1]),
        "a hash more": of(*lines, lines[-1]),
        "a swapped hash": of(lines[0], *lines[:0:-1]),
        "an older checkpoint": f"{head}\n\n{THREE}",
        "the other proof": ENTRY,
    }


@pytest.mark.parametrize("how", growths())
def test_what_does_not_prove_that_the_log_only_grew(how: str) -> None:
    refused(notes.read_growth, VERIFIER, growths()[how], three())


@given(st.text(max_size=200))
def test_any_text_is_refused(text: str) -> None:
    refused(notes.read, VERIFIER, text)
    refused(notes.read_inclusion, VERIFIER, text)
    refused(notes.read_growth, VERIFIER, text, three())
    refused(notes.claimed, text)
