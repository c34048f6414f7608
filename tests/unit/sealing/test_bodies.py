"""A body opens in its own place, by its own rooms, under its own share; every change of it or its commit is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.crypto import kdf
from archive.crypto.errors import CannotOpen
from archive.domain.keeping import CommitRow, SealedBody, Wrap
from archive.sealing import bodies, commits
from tests.unit.sealing.mutations import mutated
from tests.unit.sealing.sealing_cast import DAY, PARTS, Cast, flipped


def test_every_room_that_a_body_is_wrapped_to_opens_it(players: Cast) -> None:
    body, row = players.sealed()
    instance, share = players.world.instance.id, players.world.shares[body.id]
    assert players.opened(body, row) == PARTS
    assert bodies.unseal(instance, body, players.custody.id, players.custodian.keys, share) == PARTS


def test_nothing_of_a_body_shows_outside_it(players: Cast) -> None:
    body, _row = players.sealed()
    assert not any(text in repr(body).encode() for text in PARTS.values())
    assert "invented" not in repr(bodies.Unsealed(**unsealed_fields(body)))
    assert {len(part) % 256 for part in body.parts.values()} == {(18 + 56 + 16) % 256}, "parts are padded"


def unsealed_fields(body: SealedBody) -> dict[str, Any]:
    return {
        "id": body.id,
        "kind": body.kind,
        "record": body.record,
        "rooms": [],
        "revision": 1,
        "day": DAY,
        "parts": PARTS,
    }


def test_two_seals_of_the_same_have_nothing_in_common(players: Cast) -> None:
    one, other = players.rendition(), players.rendition()
    assert one.key[18:] != other.key[18:]
    assert not {*one.parts.values()} & {*other.parts.values()}


@given(st.data())
def test_every_changed_field_of_a_body_is_refused(players: Cast, data: st.DataObject) -> None:
    body, row = players.sealed()
    name, other = data.draw(mutated(body))
    if name == "id":
        players.world.shares[other.id] = players.world.shares[body.id]
    if name == "wraps" and only_custody_differs(players, body, other):
        return
    with pytest.raises(CannotOpen):
        players.opened(other, row)


def only_custody_differs(players: Cast, body: SealedBody, other: SealedBody) -> bool:
    """The reader opens through the reading room's wrap alone; custody's is custody's own loss."""

    def own(of: SealedBody) -> list[Wrap]:
        return [wrap for wrap in of.wraps if wrap.room == players.reading.id]

    return own(body) == own(other)


@given(st.data())
def test_every_changed_field_of_a_commit_is_refused(players: Cast, data: st.DataObject) -> None:
    body, row = players.sealed()
    _name, other = data.draw(mutated(row))
    with pytest.raises(CannotOpen):
        players.opened(replace(body, commit=other.id), other)


def test_swapped_wraps_keys_parts_and_shares_are_refused(players: Cast) -> None:
    one, row = players.sealed()
    two, _ = players.sealed()
    for change in (
        {"wraps": two.wraps},
        {"key": two.key},
        {"parts": two.parts},
        {"parts": {"record": one.parts["note"], "note": one.parts["record"]}},
        {"licence": two.licence},
    ):
        with pytest.raises(CannotOpen):
            players.opened(replace(one, **change), row)
    shares = players.world.shares
    shares[one.id], kept = shares[two.id], shares[one.id]
    with pytest.raises(CannotOpen):
        players.opened(one, row)
    shares[one.id] = kept
    assert players.opened(one, row) == PARTS


def test_keys_of_another_room_or_another_member_open_nothing(players: Cast) -> None:
    body, row = players.sealed()
    for keys in (players.officer.keys, players.custodian.keys):
        keys.let_go(players.reading.id)
        with pytest.raises(CannotOpen):
            players.opened(body, row, keys)
    share = players.world.shares[body.id]
    with pytest.raises(CannotOpen):  # no wrap leads there
        bodies.unseal(players.world.instance.id, body, body.record, players.reader.keys, share)
    with pytest.raises(CannotOpen):  # another archive
        bodies.unseal(body.record, body, players.reading.id, players.reader.keys, share)


def test_without_its_share_a_body_is_gone(players: Cast) -> None:
    body, _row = players.sealed()
    instance, room = players.world.instance.id, players.reading.id
    for share in (b"", kdf.random(kdf.KEY), flipped(players.world.shares[body.id])):
        with pytest.raises(CannotOpen):
            bodies.unseal(instance, body, room, players.reader.keys, share)


def test_what_somebody_without_the_place_capability_signs_is_refused(players: Cast) -> None:
    body, row = players.sealed(players.reader.keys)
    with pytest.raises(CannotOpen):
        players.opened(body, row)
    body, row = players.sealed(players.officer.keys)
    with pytest.raises(CannotOpen):
        players.opened(body, row)


def test_re_keying_leaves_the_signature_whole(players: Cast) -> None:
    body, row = players.sealed()
    instance, custody = players.world.instance.id, players.custody.id
    commits.verify(instance, custody, replace(body, wraps=(), key=b"", version=9), row, players.world.trust())


def test_a_commit_says_where_its_records_stand(players: Cast) -> None:
    body, row = players.sealed()
    said = commits.standings(players.world.instance.id, players.custody.id, row, players.world.trust())
    assert said == ({body.record: commits.Standing(body.id, 1, b"head")}, True)
    assert commits.speaks_of(row) == {body.record}


@pytest.mark.parametrize("statement", [b"", b"{}", b"[]", b"null", b'{"records": 1}', b"\xff"])
def test_a_statement_that_is_none_is_refused_even_if_signed(players: Cast, statement: bytes) -> None:
    body, row = players.sealed()
    signed = commits._signed(players.world.instance.id, row.id, statement)
    forged = CommitRow(
        id=row.id,
        signer=row.signer,
        statement=statement,
        signature=players.custodian.keys.sign(signed),
        log_size=row.log_size,
    )
    assert commits.speaks_of(forged) == frozenset()
    with pytest.raises(CannotOpen):
        players.opened(body, forged)
