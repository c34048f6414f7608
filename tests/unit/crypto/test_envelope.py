"""The blob: its header, its closed suite table, and a context for every field."""

import base64
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from archive.crypto import contexts, envelope
from archive.crypto.contexts import LABELS, Field, ctx
from archive.crypto.envelope import key_id, open_blob, seal_blob
from archive.crypto.errors import CannotOpen

Vectors = Callable[[str], Any]
Place = tuple[str, UUID, list[Field]]

KINDS: dict[type, st.SearchStrategy[Field]] = {
    UUID: st.uuids(),
    int: st.integers(0, 2**32 - 1),
    str: st.text(max_size=9),
}
KEY = bytes(range(32))
ID = UUID("00000000-0000-4000-8000-0000000000cc")
INSTANCE = UUID("00000000-0000-4000-8000-0000000000aa")
CONTEXT = ctx("commit", INSTANCE, ID)
TEXT = "Fictional: I was at the well. گۇۋاھ".encode()
BLOB = seal_blob(KEY, ID, CONTEXT, TEXT)


def test_vectors(vectors: Vectors) -> None:
    for v in vectors("blobs")["vectors"]:
        blob = base64.b64decode(v["blob"])
        assert blob[:2] == bytes([1, v["suite"]])
        assert str(key_id(blob)) == v["key_id"]
        opened = open_blob(bytes.fromhex(v["key"]), bytes.fromhex(v["context"]), blob)
        assert opened.hex() == v["plaintext"]


@given(st.binary(max_size=20_000), st.booleans(), st.uuids(), st.binary(max_size=60))
def test_round_trip(plaintext: bytes, padded: bool, key: UUID, context: bytes) -> None:
    blob = seal_blob(KEY, key, context, plaintext, padded=padded)
    assert open_blob(KEY, context, blob) == plaintext
    assert key_id(blob) == key
    assert padded or len(blob) == 18 + 56 + len(plaintext) + 16 * (len(plaintext) // 16384 + 1)


def test_texts_of_like_length_look_alike() -> None:
    assert len({len(seal_blob(KEY, ID, CONTEXT, bytes(n))) for n in range(253)}) == 1


@given(st.integers(0, len(BLOB) * 8 - 1))
def test_no_bit_can_be_flipped(bit: int) -> None:
    changed = bytearray(BLOB)
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(CannotOpen):
        open_blob(KEY, CONTEXT, bytes(changed))


@given(st.integers(0, len(BLOB) - 1))
def test_cut_short(length: int) -> None:
    with pytest.raises(CannotOpen):
        open_blob(KEY, CONTEXT, BLOB[:length])


@given(st.binary(min_size=1, max_size=40))
def test_extended(more: bytes) -> None:
    with pytest.raises(CannotOpen):
        open_blob(KEY, CONTEXT, BLOB + more)


def test_the_header_is_bound() -> None:
    """Both suites exist, so only the binding keeps one from being read as the other."""
    for padded in (True, False):
        blob = seal_blob(KEY, ID, CONTEXT, TEXT, padded=padded)
        other_suite = b"\x01" + bytes([3 - blob[1]]) + blob[2:18]
        for header in (other_suite, blob[:2] + INSTANCE.bytes, b"\x02" + blob[1:18]):
            with pytest.raises(CannotOpen):
                open_blob(KEY, CONTEXT, header + blob[18:])


@pytest.mark.parametrize(
    "head", [b"", b"\x01", b"\x00\x01", b"\x02\x01", b"\x01\x00", b"\x01\x03", b"\x01\xff"]
)
def test_what_is_no_blob_has_no_key_id(head: bytes) -> None:
    with pytest.raises(CannotOpen) as refusal:
        key_id(head + bytes(300) if len(head) == 2 else head)
    assert refusal.value.__cause__ is None


def test_the_suite_table_is_closed() -> None:
    assert {s.value: s.name for s in envelope.Suite} == {1: "PADDED", 2: "EXACT"}


@st.composite
def places(draw: st.DrawFn) -> Place:
    label = draw(st.sampled_from(sorted(LABELS)))
    values = [draw(st.one_of(*KINDS.values())) for _ in LABELS[label]]
    return label, draw(st.uuids()), values


@given(places(), st.data())
def test_a_blob_opens_only_in_its_own_place(place: Place, data: st.DataObject) -> None:
    label, instance, values = place
    blob = seal_blob(KEY, ID, ctx(label, instance, *values), TEXT)
    assert open_blob(KEY, ctx(label, instance, *values), blob) == TEXT
    others = [ctx(label, data.draw(st.uuids().filter(lambda u: u != instance)), *values)]
    for i, value in enumerate(values):
        other = data.draw(KINDS[type(value)])
        assume(other != value)
        others.append(ctx(label, instance, *values[:i], other, *values[i + 1 :]))
    others += [
        ctx(other, instance, *values)
        for other in LABELS
        if other != label and len(LABELS[other]) == len(values)
    ]
    for context in others:
        with pytest.raises(CannotOpen):
            open_blob(KEY, context, blob)


def test_header_bytes_cannot_move_into_the_context() -> None:
    """A header is as long as any other, so no context can stand in for the end of one."""
    assert envelope.HEADER == 18
    with pytest.raises(CannotOpen):
        open_blob(KEY, b"", BLOB)
    with pytest.raises(CannotOpen):
        open_blob(KEY, CONTEXT[1:], BLOB)
    assert contexts.PREFIX[0] != envelope.VERSION


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(33)])
def test_keys_of_another_length(key: bytes) -> None:
    with pytest.raises(ValueError, match="32"):
        seal_blob(key, ID, CONTEXT, TEXT)
    with pytest.raises(CannotOpen):
        open_blob(key, CONTEXT, BLOB)
