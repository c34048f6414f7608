"""Key slots, kits and sessions: each opens for its own person, in its own row, at a cost that nobody lowers."""

from __future__ import annotations

import string
from dataclasses import replace
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.crypto import kdf
from archive.crypto.errors import CannotOpen
from archive.domain.identifiers import new_id
from archive.domain.keeping import SessionRow, SlotRow
from archive.sealing import kits, slots, tokens
from tests.unit.sealing.mutations import mutated

INSTANCE, MEMBER = uuid4(), uuid4()
PASSPHRASE = "six invented words for a test"
CONTENTS = slots.Contents(kdf.random(kdf.KEY), kdf.random(kdf.KEY), kdf.random(slots.TOTP_SECRET))
KIT = kits.draw()


@pytest.fixture(autouse=True)
def cheap(cheap_kdf: None) -> None:
    """Argon2id runs often here."""


def with_passphrase() -> SlotRow:
    return slots.with_passphrase(INSTANCE, MEMBER, new_id(), PASSPHRASE, CONTENTS)


def with_kit() -> SlotRow:
    return slots.with_kit(INSTANCE, MEMBER, new_id(), KIT, CONTENTS)


def test_both_slots_open() -> None:
    assert slots.open_passphrase(INSTANCE, with_passphrase(), PASSPHRASE) == CONTENTS
    assert slots.open_kit(INSTANCE, with_kit(), KIT) == CONTENTS
    assert b"guwah" not in with_passphrase().sealed
    assert all(value.hex() not in repr(CONTENTS) for value in (CONTENTS.seed, CONTENTS.totp))


@given(st.data())
def test_every_changed_field_of_a_slot_is_refused(data: st.DataObject) -> None:
    _name, row = data.draw(mutated(with_passphrase(), spared=frozenset({"kind"})))
    with pytest.raises(CannotOpen):
        slots.open_passphrase(INSTANCE, row, PASSPHRASE)


@given(st.data())
def test_every_changed_field_of_a_kit_slot_is_refused(data: st.DataObject) -> None:
    _name, row = data.draw(mutated(with_kit(), spared=frozenset({"kind", "salt", "cost"})))
    with pytest.raises(CannotOpen):
        slots.open_kit(INSTANCE, row, KIT)


@pytest.mark.parametrize("typed", ["", " ", PASSPHRASE.upper(), PASSPHRASE + ".", "x" * 5000, "\0"])
def test_another_passphrase_is_refused(typed: str) -> None:
    with pytest.raises(CannotOpen):
        slots.open_passphrase(INSTANCE, with_passphrase(), typed)


def test_one_kind_of_slot_is_not_the_other() -> None:
    with pytest.raises(CannotOpen):
        slots.open_kit(INSTANCE, with_passphrase(), KIT)
    with pytest.raises(CannotOpen):
        slots.open_passphrase(INSTANCE, with_kit(), PASSPHRASE)


def test_a_cost_below_the_floor_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also for a row that somebody sealed whole at the lower cost."""
    low = with_passphrase()
    monkeypatch.setattr(kdf, "FLOOR", kdf.Cost(64, 1, 4))
    with pytest.raises(CannotOpen):
        slots.open_passphrase(INSTANCE, low, PASSPHRASE)
    with pytest.raises(CannotOpen):
        slots.open_passphrase(INSTANCE, replace(low, cost=kdf.FLOOR.packed()), PASSPHRASE)


def test_nobody_s_slot_refuses_as_a_wrong_passphrase_does() -> None:
    with pytest.raises(CannotOpen):
        slots.as_if(bytes(kdf.SALT.start), PASSPHRASE)


@given(st.binary(min_size=32, max_size=32))
def test_a_kit_is_read_as_it_was_written(kit: bytes) -> None:
    written = kits.write(kit)
    assert kits.read(written) == kit
    assert [len(group) for group in written.split()] == [4] * 14
    careless = written.lower().replace("o", "0").replace("i", "1").replace("b", "8").replace(" ", "-")
    assert kits.read(f"\t{careless}\n") == kit


@given(st.data())
def test_a_kit_mistyped_by_one_letter_is_noticed(data: st.DataObject) -> None:
    written = kits.write(KIT)
    at = data.draw(st.integers(0, len(written) - 1).filter(lambda at: written[at] != " "))
    other = data.draw(
        st.sampled_from(string.ascii_uppercase + "234567").filter(lambda letter: letter != written[at])
    )
    with pytest.raises(CannotOpen):
        kits.read(written[:at] + other + written[at + 1 :])


@pytest.mark.parametrize("typed", ["", "AAAA", "ئۇيغۇر", "A" * 56, "A" * 4000, "9" * 56, "=" * 56])
def test_what_is_no_kit_is_refused(typed: str) -> None:
    with pytest.raises(CannotOpen):
        kits.read(typed)


def session(token: str) -> SessionRow:
    row = SessionRow(
        key=tokens.row_key(token), member=MEMBER, key_epoch=1, created=1000, expires=2000, seen=1000, seed=b""
    )
    return tokens.seal_seed(INSTANCE, token, row, CONTENTS.seed)


@given(st.data())
def test_every_changed_field_of_a_session_is_refused(data: st.DataObject) -> None:
    """When it was last seen changes with every request, and its state is sealed apart."""
    token = tokens.draw()
    row = session(token)
    assert tokens.open_seed(INSTANCE, token, row) == CONTENTS.seed
    _name, other = data.draw(mutated(row, spared=frozenset({"seen", "state"})))
    with pytest.raises(CannotOpen):
        tokens.open_seed(INSTANCE, token, other)


def test_a_token_opens_its_own_session_alone() -> None:
    one, other = tokens.draw(), tokens.draw()
    note = new_id()
    state, kept = tokens.seal_state(INSTANCE, one, b"state"), tokens.seal_note(INSTANCE, one, note, b"query")
    assert tokens.open_state(INSTANCE, one, state) == b"state"
    assert tokens.open_note(INSTANCE, one, note, kept) == b"query"
    for refused in (
        lambda: tokens.open_seed(INSTANCE, other, session(one)),
        lambda: tokens.open_state(INSTANCE, other, state),
        lambda: tokens.open_note(INSTANCE, other, note, kept),
        lambda: tokens.open_note(INSTANCE, one, new_id(), kept),
        lambda: tokens.open_state(INSTANCE, one, kept),
        lambda: tokens.open_state(uuid4(), one, state),
    ):
        with pytest.raises(CannotOpen):
            refused()


@given(st.text() | st.binary(max_size=40).map(lambda raw: raw.hex()))
def test_what_is_no_token_is_refused(typed: str) -> None:
    try:
        assert len(tokens.secret_of(typed)) == kdf.KEY
    except CannotOpen:
        return
