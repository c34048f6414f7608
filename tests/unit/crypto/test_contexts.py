"""The context table, its encoding, and the page that explains it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from archive.crypto.contexts import LABELS, Field, ctx

Vectors = Callable[[str], Any]
Place = tuple[str, UUID, list[Field]]

PAGE = Path(__file__).parents[3] / "docs/formats/contexts.md"
INSTANCE = UUID("00000000-0000-4000-8000-0000000000aa")

KINDS: dict[type, st.SearchStrategy[Field]] = {
    UUID: st.uuids(),
    int: st.integers(0, 2**32 - 1),
    str: st.text(max_size=20),
    bytes: st.binary(max_size=20),
}
fields = st.one_of(*KINDS.values())


@st.composite
def places(draw: st.DrawFn) -> Place:
    label = draw(st.sampled_from(sorted(LABELS)))
    return label, draw(st.uuids()), [draw(fields) for _ in LABELS[label]]


def test_vectors(vectors: Vectors) -> None:
    kinds: dict[str, Callable[[Any], Field]] = {
        "uuid": UUID,
        "int": int,
        "str": str,
        "bytes": bytes.fromhex,
    }
    for v in vectors("contexts")["vectors"]:
        made = ctx(v["label"], UUID(v["instance"]), *(kinds[k](f) for k, f in v["fields"]))
        assert made.hex() == v["context"]


def decoded(context: bytes) -> tuple[bytes, list[bytes]]:
    """Read a context back by its documented layout alone."""
    head, _, rest = context.partition(b"\0")
    parts: list[bytes] = []
    while rest:
        length = int.from_bytes(rest[:2], "big")
        assert len(rest) >= 2 + length
        parts.append(rest[2 : 2 + length])
        rest = rest[2 + length :]
    return head, parts


@given(places())
def test_reads_back_as_documented(place: Place) -> None:
    label, instance, values = place
    head, parts = decoded(ctx(label, instance, *values))
    assert head == b"guwah/1 " + label.encode()
    assert parts[0] == instance.bytes
    for value, part in zip(values, parts[1:], strict=True):
        if isinstance(value, UUID):
            assert part == value.bytes
        elif isinstance(value, int):
            assert int.from_bytes(part, "big") == value
            assert len(part) == 4
        elif isinstance(value, str):
            assert part.decode() == value
        else:
            assert part == value


@given(places(), st.data())
def test_every_changed_field_changes_the_context(place: Place, data: st.DataObject) -> None:
    label, instance, values = place
    made = ctx(label, instance, *values)
    assert ctx(label, uuid4(), *values) != made
    for i, value in enumerate(values):
        other = data.draw(KINDS[type(value)])
        assume(other != value)
        assert ctx(label, instance, *values[:i], other, *values[i + 1 :]) != made


@given(st.text(max_size=12), st.text(max_size=12))
def test_bytes_cannot_move_from_one_field_to_the_next(a: str, b: str) -> None:
    joined = a + b
    made = ctx("reject", INSTANCE, a, b)
    for cut in range(len(joined) + 1):
        if joined[:cut] != a:
            assert ctx("reject", INSTANCE, joined[:cut], joined[cut:]) != made


def test_labels_never_share_a_prefix_with_their_end_mark() -> None:
    assert not any(b"\0" in label.encode() for label in LABELS)
    assert all(names and len(set(names)) == len(names) for names in LABELS.values())


def test_the_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        LABELS["own"] = ("field",)  # type: ignore[index]


@pytest.mark.parametrize(
    ("label", "values"),
    [
        ("unknown", ("a",)),
        ("room", (uuid4(),)),
        ("room", (uuid4(), 1, 2)),
        ("commit", (-1,)),
        ("commit", (1 << 32,)),
        ("commit", (True,)),
        ("commit", (1.0,)),
        ("commit", (None,)),
        ("commit", (bytes(65536),)),
    ],
)
def test_mistakes_in_the_program_are_refused(label: str, values: tuple[Field, ...]) -> None:
    with pytest.raises((ValueError, TypeError), match="context"):
        ctx(label, INSTANCE, *values)


def test_the_instance_must_be_a_uuid() -> None:
    with pytest.raises(TypeError, match="UUID"):
        ctx("commit", str(INSTANCE), uuid4())  # type: ignore[arg-type]


def test_the_longest_field_is_taken() -> None:
    assert len(ctx("commit", INSTANCE, bytes(65535))) > 65535


def test_the_page_and_the_table_agree() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (.+?) \| ", PAGE.read_text(), re.MULTILINE)
    documented = {label: tuple(re.findall(r"\*\*(.+?)\*\*", cells)) for label, cells in rows}
    assert documented == dict(LABELS)
    assert len(rows) == len(LABELS)
