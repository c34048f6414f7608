"""Cobblestone-256: published vectors, a second implementation, ranges and every kind of tampering."""

import hashlib
import io
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.crypto import cobblestone
from archive.crypto.cobblestone import CHUNK, HEADER, SEALED_CHUNK, Reader, Sealer, open_sealed, seal
from archive.crypto.errors import CannotOpen
from tests.unit.crypto import reference

Vectors = Callable[[str], Any]
Opening = Callable[[bytes, bytes, bytes], bytes]

KEY = bytes(range(32))
CONTEXT = b"guwah/1 test\0"
MESSAGE = bytes(i * 7 % 251 for i in range(2 * CHUNK + 5000))
SEALED = seal(KEY, CONTEXT, MESSAGE)
LENGTHS = st.sampled_from(
    [0, 1, 15, 16, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 1, 3 * CHUNK - 1]
)


def read_whole(key: bytes, context: bytes, sealed: bytes) -> bytes:
    reader = Reader(key, context, io.BytesIO(sealed))
    return reader.read(0, reader.length)


def read_streamed(key: bytes, context: bytes, sealed: bytes) -> bytes:
    """Read as a server sends a file: piece after piece."""
    reader = Reader(key, context, io.BytesIO(sealed))
    return b"".join(reader.read(at, 5000) for at in range(0, reader.length, 5000))


OPENERS = pytest.mark.parametrize("opening", [open_sealed, read_whole, read_streamed])


@OPENERS
def test_published_vectors(vectors: Vectors, opening: Opening) -> None:
    results = {"valid": 0, "invalid": 0}
    for v in vectors("cobblestone")["vectors"]:
        key, context, packed = (bytes.fromhex(v[name]) for name in ("key", "ctx", "ct"))
        sealed = zlib.decompress(packed)
        if v["result"] == "valid":
            opened = opening(key, context, sealed)
            assert len(opened) == v["msgLength"], v["comment"]
            assert hashlib.sha512(opened).hexdigest() == v["msgSha512"], v["comment"]
        else:
            with pytest.raises(CannotOpen):
                opening(key, context, sealed)
        results[v["result"]] += 1
    assert min(results.values()) >= 6


@OPENERS
@given(length=LENGTHS, salt=st.binary(min_size=24, max_size=24), context=st.binary(max_size=80))
def test_what_the_second_implementation_seals_opens(
    opening: Opening, length: int, salt: bytes, context: bytes
) -> None:
    message = MESSAGE[:length].ljust(length, b"x")
    assert opening(KEY, context, reference.cobblestone(KEY, salt, context, message)) == message


@given(length=LENGTHS, context=st.binary(max_size=80), key=st.binary(min_size=32, max_size=32))
def test_the_second_implementation_seals_alike(length: int, context: bytes, key: bytes) -> None:
    message = MESSAGE[:length].ljust(length, b"x")
    sealed = seal(key, context, message)
    assert sealed == reference.cobblestone(key, sealed[:24], context, message)


def test_counter_past_one_byte() -> None:
    message = bytes(257 * CHUNK + 1)
    sealed = reference.cobblestone(KEY, bytes(24), CONTEXT, message)
    assert open_sealed(KEY, CONTEXT, sealed) == message
    assert Reader(KEY, CONTEXT, io.BytesIO(sealed)).read(256 * CHUNK - 1, CHUNK + 2) == bytes(CHUNK + 2)


@given(st.lists(st.integers(0, CHUNK + 10), max_size=6))
def test_a_stream_equals_a_whole(pieces: list[int]) -> None:
    out: list[bytes] = []
    at = 0
    sealer = Sealer(KEY, CONTEXT, out.append)
    for length in pieces:
        sealer.update(MESSAGE[at : at + length])
        at = min(at + length, len(MESSAGE))
    sealer.finish()
    assert open_sealed(KEY, CONTEXT, b"".join(out)) == MESSAGE[:at]


def test_a_stream_without_its_end_does_not_open() -> None:
    out: list[bytes] = []
    sealer = Sealer(KEY, CONTEXT, out.append)
    sealer.update(MESSAGE)
    with pytest.raises(CannotOpen):
        open_sealed(KEY, CONTEXT, b"".join(out))
    sealer.finish()
    assert open_sealed(KEY, CONTEXT, b"".join(out)) == MESSAGE


def test_a_finished_stream_takes_no_more() -> None:
    sealer = Sealer(KEY, CONTEXT, lambda _: None)
    sealer.finish()
    with pytest.raises(ValueError, match="finished"):
        sealer.update(b"more")
    with pytest.raises(ValueError, match="finished"):
        sealer.finish()


@given(st.integers(0, len(MESSAGE) + 100), st.integers(0, len(MESSAGE) + 100))
def test_any_range(offset: int, length: int) -> None:
    reader = Reader(KEY, CONTEXT, io.BytesIO(SEALED))
    assert reader.length == len(MESSAGE)
    assert reader.read(offset, length) == MESSAGE[offset : offset + length]
    assert reader.read(offset, length) == MESSAGE[offset : offset + length]


def test_negative_ranges_are_refused() -> None:
    reader = Reader(KEY, CONTEXT, io.BytesIO(SEALED))
    for offset, length in ((-1, 1), (0, -1)):
        with pytest.raises(ValueError, match="negative"):
            reader.read(offset, length)


def test_a_range_touches_only_its_chunks() -> None:
    broken = bytearray(SEALED)
    broken[HEADER + 100] ^= 1
    reader = Reader(KEY, CONTEXT, io.BytesIO(broken))
    assert reader.read(CHUNK, CHUNK) == MESSAGE[CHUNK : 2 * CHUNK]
    with pytest.raises(CannotOpen):
        reader.read(CHUNK - 1, 1)


def test_chunks_lie_where_the_specification_puts_them() -> None:
    assert len(SEALED) == 56 + 2 * 16400 + 5000 + 16
    assert (HEADER, SEALED_CHUNK) == (56, 16400)


@OPENERS
@given(bit=st.integers(0, len(SEALED) * 8 - 1))
def test_no_bit_can_be_flipped(opening: Opening, bit: int) -> None:
    changed = bytearray(SEALED)
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(CannotOpen):
        opening(KEY, CONTEXT, bytes(changed))


@OPENERS
@given(length=st.one_of(st.integers(0, len(SEALED) - 1), st.sampled_from([56, 56 + 16400, 56 + 2 * 16400])))
def test_cut_short(opening: Opening, length: int) -> None:
    with pytest.raises(CannotOpen):
        opening(KEY, CONTEXT, SEALED[:length])


@OPENERS
@given(more=st.binary(min_size=1, max_size=2 * SEALED_CHUNK))
def test_extended(opening: Opening, more: bytes) -> None:
    with pytest.raises(CannotOpen):
        opening(KEY, CONTEXT, SEALED + more)


@OPENERS
def test_chunks_cannot_be_swapped_dropped_or_repeated(opening: Opening) -> None:
    head, a, b, c = SEALED[:56], SEALED[56:16456], SEALED[16456:32856], SEALED[32856:]
    for order in ((b, a, c), (a, c), (b, c), (a, a, c), (a, b, b, c), (a, b, c, c), (c,), (a, b)):
        with pytest.raises(CannotOpen):
            opening(KEY, CONTEXT, head + b"".join(order))


@OPENERS
def test_chunks_of_another_message_do_not_fit(opening: Opening) -> None:
    other = seal(KEY, CONTEXT, MESSAGE)
    with pytest.raises(CannotOpen):
        opening(KEY, CONTEXT, SEALED[:16456] + other[16456:])
    with pytest.raises(CannotOpen):
        opening(KEY, CONTEXT, other[:56] + SEALED[56:])


@OPENERS
@given(
    key=st.binary(max_size=40).filter(lambda k: k != KEY),
    context=st.binary(max_size=40).filter(lambda c: c != CONTEXT),
)
def test_another_key_or_context(opening: Opening, key: bytes, context: bytes) -> None:
    for k, c in ((key, CONTEXT), (KEY, context)):
        with pytest.raises(CannotOpen) as refusal:
            opening(k, c, SEALED)
        assert str(refusal.value) == "This could not be opened."
        assert refusal.value.__cause__ is None


def test_the_commitment_is_checked_before_any_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ciphertext whose commitment was replaced opens with no key, although its chunks are right."""
    forged = SEALED[:24] + bytes(32) + SEALED[56:]
    decryptions: list[object] = []
    monkeypatch.setattr(Reader, "_opened", lambda *a: decryptions.append(a))
    with pytest.raises(CannotOpen):
        Reader(KEY, CONTEXT, io.BytesIO(forged))
    assert not decryptions
    with pytest.raises(CannotOpen):
        open_sealed(KEY, CONTEXT, forged)


def test_one_message_sealed_twice_differs() -> None:
    assert seal(KEY, CONTEXT, MESSAGE)[:24] != SEALED[:24]


@pytest.mark.parametrize("key", [b"", bytes(16), bytes(31), bytes(33)])
def test_sealing_needs_a_whole_key(key: bytes) -> None:
    with pytest.raises(ValueError, match="32"):
        seal(key, CONTEXT, b"")
    with pytest.raises(ValueError, match="32"):
        Sealer(key, CONTEXT, lambda _: None)


def test_a_file_shortened_while_it_is_read_does_not_open() -> None:
    file = io.BytesIO(SEALED)
    reader = Reader(KEY, CONTEXT, file)
    file.truncate(HEADER + 100)
    with pytest.raises(CannotOpen):
        reader.read(0, CHUNK)


def test_more_chunks_than_the_counter_holds_are_refused() -> None:
    class Vast(io.BytesIO):
        def seek(self, offset: int, whence: int = 0, /) -> int:
            return HEADER + cobblestone.MOST_CHUNKS * SEALED_CHUNK + 16 if whence else super().seek(offset)

    with pytest.raises(CannotOpen):
        Reader(KEY, CONTEXT, Vast(SEALED))


def test_a_bytearray_key_can_be_wiped_after_use() -> None:
    key = bytearray(KEY)
    reader = Reader(key, CONTEXT, io.BytesIO(SEALED))
    key[:] = bytes(32)
    assert reader.read(0, 10) == MESSAGE[:10]
