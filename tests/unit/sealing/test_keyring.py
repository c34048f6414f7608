"""The keyring holds what it was given and nothing after it lets go; host secrets, reports, licences stay in place."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.crypto import kdf, wrap
from archive.crypto.errors import CannotOpen
from archive.domain.identifiers import new_id
from archive.domain.licence import Licence
from archive.sealing import licences, reports
from archive.sealing.codec import decode, decode_record, encode
from archive.sealing.host import Host, HostSecretsMissing
from archive.sealing.keyring import room_seed, seal_predecessor
from tests.unit.sealing.mutations import mutated
from tests.unit.sealing.sealing_cast import DAY, Cast


def test_after_drop_nothing_opens(own: Cast) -> None:
    keys, room = own.reader.keys, own.reading.id
    body, row = own.sealed()
    keys.index_key(room, 1)
    own.opened(body, row)
    keys.drop()
    assert keys.dropped
    assert keys.held() == frozenset()
    for refused in (
        lambda: keys.sign(b""),
        lambda: keys.open_own(b"", b""),
        lambda: keys.index_key(room, 1),
        lambda: keys.blind(room, "source", "x"),
        lambda: keys.room_seed(room, 1),
        lambda: keys.hold(room, 1, bytes(32)),
        lambda: own.opened(body, row),
    ):
        with pytest.raises(CannotOpen):
            refused()


def test_drop_overwrites_the_seeds(own: Cast) -> None:
    keys = own.reader.keys
    own_seed, rooms = keys._seed, list(keys._rooms.values())
    keys.drop()
    assert own_seed == bytes(32)
    assert rooms == [bytearray(32)]


def test_a_room_let_go_is_held_no_more_and_the_others_are(own: Cast) -> None:
    keys = own.custodian.keys
    keys.hold(own.reading.id, 1, own.world.seeds[own.reading.id])
    body, row = own.sealed()
    assert own.opened(body, row, keys)
    [seed] = [seed for (room, _), seed in keys._rooms.items() if room == own.reading.id]
    keys.let_go(own.reading.id)
    assert seed == bytes(32)
    assert keys.held() == {own.custody.id}
    with pytest.raises(CannotOpen):
        own.opened(body, row, keys)


def test_one_seed_opens_all_versions_before_it(own: Cast) -> None:
    instance, room, keys = own.world.instance.id, new_id(), own.reader.keys
    seeds = [kdf.random(kdf.KEY) for _ in range(3)]
    sealed = {
        version: seal_predecessor(instance, room, version, seeds[version - 1], seeds[version])
        for version in (1, 2)
    }
    keys.hold(room, 3, seeds[2])
    with pytest.raises(CannotOpen):
        keys.take_predecessor(room, 1, sealed[1])  # not before version 2 is held
    with pytest.raises(CannotOpen):
        keys.take_predecessor(room, 2, sealed[1])
    keys.take_predecessor(room, 2, sealed[2])
    keys.take_predecessor(room, 1, sealed[1])
    assert keys.room_seed(room, 1) == seeds[0]
    secret = wrap.wrap(wrap.public_key(room_seed(instance, seeds[0], room, 1)), b"info", b"half")
    assert keys.open_wrap(room, 1, b"info", secret) == b"half"
    assert keys.index_key(room, 1) != keys.index_key(room, 2)


def test_blind_values_are_equal_for_equal_values_of_one_field_in_one_room(own: Cast) -> None:
    keys, room, other = own.custodian.keys, own.custody.id, own.reading.id
    keys.hold(other, 1, own.world.seeds[other])
    assert keys.blind(room, "source", "a") == keys.blind(room, "source", "a")
    different = {
        keys.blind(room, "source", "a"),
        keys.blind(room, "source", "b"),
        keys.blind(room, "name", "a"),
    }
    assert len(different | {keys.blind(other, "source", "a")}) == 4


def test_a_keyring_shows_no_key(own: Cast) -> None:
    assert bytes(own.reader.keys._seed).hex() not in repr(own.reader.keys)


@given(st.data())
def test_a_report_opens_for_its_member_alone(players: Cast, data: st.DataObject) -> None:
    instance, member = players.world.instance.id, players.reader.row
    row = reports.seal(instance, member, new_id(), DAY, b"row 7 is refused")
    assert reports.unseal(players.reader.keys, row) == b"row 7 is refused"
    _name, other = data.draw(mutated(row, spared=frozenset({"member", "day"})))
    with pytest.raises(CannotOpen):
        reports.unseal(players.reader.keys, other)
    with pytest.raises(CannotOpen):
        reports.unseal(players.custodian.keys, replace(row, member=players.custodian.row.id))


IDS = st.builds(lambda number: UUID(int=number), st.integers(0, 2**128 - 1))


@given(
    st.builds(
        Licence,
        room=IDS,
        record=IDS,
        rendition=IDS,
        items=st.lists(IDS, max_size=4).map(tuple),
        head=st.binary(max_size=32),
        not_after=st.none() | st.dates(min_value=date(1970, 1, 1)),
    )
)
def test_a_licence_is_read_as_it_was_written(licence: Licence) -> None:
    assert licences.read(licences.write(licence)) == licence


@pytest.mark.parametrize(
    "raw", [b"", b"{}", b"[]", b"null", b"1", b"\xff", b'{"room": 1}', b'{"room": "x"}', b"[" * 2000]
)
def test_what_is_no_licence_is_refused(raw: bytes) -> None:
    with pytest.raises(CannotOpen):
        licences.read(raw)


@pytest.mark.parametrize("raw", [b"", b"{}", b"null", b'{"record_kind": "other"}', b"\xff"])
def test_bytes_that_hold_no_record_are_refused_without_their_content(raw: bytes) -> None:
    with pytest.raises(CannotOpen) as refused:
        decode_record(raw)
    assert refused.value.__suppress_context__
    with pytest.raises(CannotOpen):
        decode(Licence, raw)


def test_codec_gives_back_what_it_took() -> None:
    ids = (uuid4(), uuid4())
    assert decode(tuple[UUID, ...], encode(tuple[UUID, ...], ids)) == ids


def test_the_host_s_secrets_are_the_owner_s_alone_and_load_again(tmp_path: Path) -> None:
    instance, owner = uuid4(), uuid4()
    made = Host.create(tmp_path / "host", instance)
    for path in (tmp_path / "host").iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
    sealed = made.seal(owner, made.epoch, b"B" * 32)
    again = Host.load(tmp_path / "host", instance)
    assert again.open(owner, 1, sealed) == b"B" * 32
    assert again.login(" Keeper ") == made.login("KEEPER") != made.login("keeper2")
    assert again.web_secret() == made.web_secret()
    for other in ((uuid4(), 1, sealed), (owner, 2, sealed), (owner, 1, sealed[:-1])):
        with pytest.raises(CannotOpen):
            again.open(*other)
    with pytest.raises(CannotOpen):  # another archive's host
        Host.load(tmp_path / "host", uuid4()).open(owner, 1, sealed)
    with pytest.raises(FileExistsError):
        Host.create(tmp_path / "host", instance)


@pytest.mark.parametrize("missing", ["host.key", "shares-1.key"])
@pytest.mark.parametrize("how", ["gone", "short", "folder"])
def test_a_missing_or_short_secret_is_named(tmp_path: Path, missing: str, how: str) -> None:
    folder = tmp_path / "host"
    Host.create(folder, uuid4())
    if how == "short":
        os.truncate(folder / missing, 31)
    else:
        (folder / missing).unlink()
    if how == "folder":
        (folder / missing).mkdir()
    with pytest.raises(HostSecretsMissing) as refused:
        Host.load(folder, uuid4())
    assert str(folder) in str(refused.value)
