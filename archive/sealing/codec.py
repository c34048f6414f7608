"""Knows how a domain value becomes bytes and comes back: JSON, the same value giving the same bytes.
Must not know keys, or what is done with the bytes."""

from __future__ import annotations

import json
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError
from pydantic_core import CoreConfig, SchemaValidator

from archive.crypto.errors import CannotOpen
from archive.domain.drafts import Record

T = TypeVar("T")
_adapters: dict[object, TypeAdapter[Any]] = {}
_readers: dict[object, SchemaValidator] = {}


def _adapter(shape: object) -> TypeAdapter[Any]:
    # Building one takes milliseconds, so each shape's is kept.
    if shape not in _adapters:
        _adapters[shape] = TypeAdapter(cast("Any", shape))
    return _adapters[shape]


def _reader(shape: object) -> SchemaValidator:
    # As it comes, the parser keeps every short string it meets, names among them, for as long as the process lives.
    if shape not in _readers:
        _readers[shape] = SchemaValidator(_adapter(shape).core_schema, CoreConfig(cache_strings="none"))
    return _readers[shape]


def encode(shape: type[T], value: T) -> bytes:
    """Return the JSON of a dataclass of `archive.domain`, fields in their order. Cost: about 100 MB a second."""
    return _adapter(shape).dump_json(value)


def decode(shape: type[T], raw: bytes) -> T:
    """Return the value of `encode`. Raises CannotOpen for bytes that do not hold one."""
    try:
        value: T = _reader(shape).validate_json(raw)
    except ValidationError:
        raise CannotOpen from None
    return value


def encode_record(record: Record) -> bytes:
    """Return the JSON of a testimony or a family report."""
    return _adapter(Record).dump_json(record)


def decode_record(raw: bytes) -> Record:
    """Return the record of `encode_record`. Raises CannotOpen."""
    try:
        record: Record = _reader(Record).validate_json(raw)
    except ValidationError:
        raise CannotOpen from None
    return record


def canonical(statement: dict[str, object]) -> bytes:
    """Return what is signed or hashed: JSON with sorted keys, no spaces, UTF-8 (RFC 8785 for our strings and ints).

    Only str, int, bool, None, lists and dicts with str keys; bytes and ids are written as hex by the caller.
    """
    return json.dumps(statement, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
