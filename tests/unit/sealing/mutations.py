"""Every way to change one field of a stored row, by the type of what stands there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID, uuid4

from hypothesis import strategies as st

from archive.domain.keeping import Signed, Wrap

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


def mutated(row: T, *, spared: frozenset[str] = frozenset()) -> st.SearchStrategy[tuple[str, T]]:
    """(field, the row with another value in it), for every field but the spared ones; always unequal to the row."""
    names = [field.name for field in fields(row) if field.name not in spared]
    return (
        st.sampled_from(names)
        .flatmap(
            lambda name: changed(getattr(row, name)).map(lambda value: (name, replace(row, **{name: value})))
        )
        .filter(lambda pair: pair[1] != row)
    )


def changed(value: Any) -> st.SearchStrategy[Any]:
    """Another value of the same type. Raises LookupError for a type that no row has."""
    for kind, strategy in _BY_TYPE:
        if isinstance(value, kind):
            return strategy(value)
    raise LookupError(type(value))


def _bytes(value: bytes) -> st.SearchStrategy[bytes]:
    if not value:
        return st.binary(min_size=1, max_size=40)
    flips = st.integers(0, len(value) * 8 - 1).map(
        lambda bit: value[: bit // 8] + bytes([value[bit // 8] ^ 1 << bit % 8]) + value[bit // 8 + 1 :]
    )
    cuts = st.integers(0, len(value) - 1).map(lambda end: value[:end])
    return flips | cuts | st.binary(min_size=1, max_size=8).map(lambda more: value + more)


def _tuple(value: tuple[Any, ...]) -> st.SearchStrategy[tuple[Any, ...]]:
    without = st.integers(0, max(0, len(value) - 1)).map(lambda at: value[:at] + value[at + 1 :])
    other = st.just(())
    if not value:
        return st.just((b"\0" * 32,))
    members = st.integers(0, len(value) - 1).flatmap(
        lambda at: changed(value[at]).map(lambda one: (*value[:at], one, *value[at + 1 :]))
    )
    return without | members | other | st.permutations(value).map(tuple)


def _mapping(value: Mapping[str, bytes]) -> st.SearchStrategy[dict[str, bytes]]:
    names = sorted(value)
    one = st.sampled_from(names).flatmap(
        lambda name: _bytes(value[name]).map(lambda new: {**value, name: new})
    )
    gone = st.sampled_from(names).map(lambda name: {key: value[key] for key in names if key != name})
    renamed = st.sampled_from(names).map(
        lambda name: {("other" if key == name else key): value[key] for key in names}
    )
    swapped = st.just(dict(zip(names, [value[name] for name in reversed(names)], strict=True)))
    return one | gone | renamed | swapped | st.just({**value, "more": b"x"})


def _other_word(value: StrEnum) -> st.SearchStrategy[StrEnum]:
    return st.sampled_from([word for word in type(value) if word is not value])


_BY_TYPE: list[tuple[type, Callable[[Any], st.SearchStrategy[Any]]]] = [
    (bool, lambda value: st.just(not value)),
    (StrEnum, _other_word),
    (str, lambda value: st.sampled_from([value + "x", "", "place"])),
    (bytes, _bytes),
    (int, lambda value: st.integers(0, 2**31).filter(lambda other: other != value)),
    (UUID, lambda value: st.builds(uuid4)),
    (date, lambda value: st.integers(1, 9999).map(lambda days: value + timedelta(days=days))),
    (type(None), lambda value: st.just(date(2027, 1, 1))),
    (tuple, _tuple),
    (Mapping, _mapping),
    (Wrap, lambda value: mutated(value).map(lambda pair: pair[1])),
    (Signed, lambda value: mutated(value).map(lambda pair: pair[1])),
]
