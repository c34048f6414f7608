"""Knows how values that are no plain column are written as one: lists, signatures, words of a closed list.
Must not know which table holds them."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from sqlalchemy import BigInteger, Dialect, Enum, LargeBinary, String
from sqlalchemy.types import TypeDecorator

from archive.domain.keeping import Signed

T = TypeVar("T")
_LENGTH: Final = struct.Struct(">I")
_ID: Final = 16
_LARGEST: Final = (1 << 32) - 1
_LONGEST_WORD: Final = 16


class Bytes(TypeDecorator[bytes]):
    """Bytes and nothing else: SQLite keeps a value of any type in any column, and whoever edits the file may choose."""

    impl = LargeBinary
    cache_ok = True

    def process_result_value(self, value: object, dialect: Dialect) -> bytes | None:
        del dialect
        if value is not None and not isinstance(value, bytes):
            raise ValueError("a value that is no bytes")
        return value


class Whole(TypeDecorator[int]):
    """A whole number as a context string holds it (u32), and nothing else."""

    impl = BigInteger
    cache_ok = True

    def process_result_value(self, value: object, dialect: Dialect) -> int | None:
        del dialect
        if value is not None and not (isinstance(value, int) and 0 <= value <= _LARGEST):
            raise ValueError("a value that is no number of ours")
        return value


class Word(TypeDecorator[str]):
    """A word of ours, and nothing else."""

    impl = String
    cache_ok = True

    def process_result_value(self, value: object, dialect: Dialect) -> str | None:
        del dialect
        if value is not None and not isinstance(value, str):
            raise ValueError("a value that is no word")
        return value


class Packed(TypeDecorator[tuple[T, ...]], Generic[T]):
    """A tuple in one value: each member as bytes behind its length (u32, big-endian)."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, pack: Callable[[T], bytes], unpack: Callable[[bytes], T]) -> None:
        super().__init__()
        self.pack = pack
        self.unpack = unpack

    def process_bind_param(self, value: tuple[T, ...] | None, dialect: Dialect) -> bytes:
        del dialect
        members = [self.pack(member) for member in value or ()]
        return b"".join(_LENGTH.pack(len(member)) + member for member in members)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> tuple[T, ...]:
        del dialect
        return tuple(self.unpack(member) for member in _members(value or b""))


class Signature(TypeDecorator[Signed]):
    """A signer and the signature, in one value."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Signed | None, dialect: Dialect) -> bytes | None:
        del dialect
        return pack_signed(value) if value else None

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Signed | None:
        del dialect
        return unpack_signed(value) if value else None


def pack_signed(signed: Signed) -> bytes:
    return signed.signer.bytes + signed.signature


def unpack_signed(packed: bytes) -> Signed:
    return Signed(signer=UUID(bytes=packed[:_ID]), signature=packed[_ID:])


def uuids() -> Packed[UUID]:
    return Packed(_bytes_of, _uuid)


def blobs() -> Packed[bytes]:
    return Packed(bytes, bytes)


def words() -> Packed[str]:
    return Packed(str.encode, bytes.decode)


def signatures() -> Packed[Signed]:
    return Packed(pack_signed, unpack_signed)


def one_of(kind: type[StrEnum]) -> Enum:
    """A word of a closed list, kept as its value; any other word is refused in both directions."""
    return Enum(kind, native_enum=False, length=_LONGEST_WORD, values_callable=_values)


def _bytes_of(id: UUID) -> bytes:
    return id.bytes


def _uuid(packed: bytes) -> UUID:
    return UUID(bytes=packed)


def _values(kind: type[Any]) -> list[str]:
    return [member.value for member in kind]


def _members(packed: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(packed):
        head = packed[start : start + _LENGTH.size]
        if len(head) < _LENGTH.size:
            raise ValueError("a packed value is cut short")
        (length,) = _LENGTH.unpack(head)
        start += _LENGTH.size + length
        if start > len(packed):
            raise ValueError("a packed value is cut short")
        yield packed[start - length : start]
