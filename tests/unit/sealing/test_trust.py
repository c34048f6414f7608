"""Who vouches for what: every chain leads to the pinned roots, and no row that the wrong people signed is believed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.crypto import kdf
from archive.crypto.errors import CannotOpen
from archive.domain.identifiers import new_id
from archive.domain.keeping import GrantRow
from archive.domain.rooms import Capability, RoomPurpose, RoomTerms, Scope
from archive.domain.showing import Profile
from archive.sealing import names, trust
from archive.sealing.keyring import Keyring
from archive.services import keying
from tests.unit.sealing.mutations import mutated
from tests.unit.sealing.sealing_cast import DAY, PLACE, Cast, key_of, member_row

UNSIGNED_MEMBER = frozenset({"profile_self", "profile_audit", "day"})
"""Profiles carry a signature of their own; the day is shown to its member alone."""
UNSIGNED_ROOM = frozenset({"terms_room", "terms_custody", "index_epoch"})
"""Terms carry a signature of their own; another epoch only makes the index start anew."""
UNSIGNED_GRANT = frozenset({"ended", "wrap"})
"""That a grant ended is no proof of anything; a wrap proves itself by the key that its seed gives."""


@given(st.data())
def test_every_changed_field_of_a_member_is_refused(players: Cast, data: st.DataObject) -> None:
    world, row = players.world, players.custodian.row
    _name, other = data.draw(mutated(row, spared=UNSIGNED_MEMBER))
    checks = trust.Trust(
        world.instance,
        trust.fingerprint(world.instance),
        (world.members | {row.id: other, other.id: other}).get,
        world.rooms.get,
        lambda room: [],
    )
    with pytest.raises(CannotOpen):
        checks.member(other.id)


@given(st.data())
def test_every_changed_field_of_a_room_is_refused(players: Cast, data: st.DataObject) -> None:
    world, row = players.world, players.reading
    _name, other = data.draw(mutated(row, spared=UNSIGNED_ROOM))
    checks = trust.Trust(
        world.instance,
        trust.fingerprint(world.instance),
        world.members.get,
        (world.rooms | {row.id: other, other.id: other}).get,
        lambda room: world.grants,
    )
    with pytest.raises(CannotOpen):
        checks.room_key(other.id)


@given(st.data())
def test_every_changed_field_of_a_grant_is_refused(players: Cast, data: st.DataObject) -> None:
    [row] = [grant for grant in players.world.grants if grant.grantee == players.custodian.row.id]
    _name, other = data.draw(mutated(row, spared=UNSIGNED_GRANT))
    if (
        sorted(other.capabilities) == sorted(row.capabilities)
        and replace(other, capabilities=row.capabilities) == row
    ):
        return  # the same capabilities in another order are the same grant
    with pytest.raises(CannotOpen):
        players.world.trust().grant(other)


@given(st.data())
def test_every_changed_field_of_a_grant_keeps_its_seed_closed(players: Cast, data: st.DataObject) -> None:
    custody = players.custody
    [row] = [grant for grant in players.world.grants if grant.grantee == players.custodian.row.id]
    spared = frozenset({"ended", "signed", "since", "capabilities"})
    _name, other = data.draw(mutated(row, spared=spared))
    with pytest.raises(CannotOpen):
        players.custodian.keys.take(other, custody.public)


@given(st.data())
def test_every_changed_pin_is_refused(players: Cast, data: st.DataObject) -> None:
    instance = players.world.instance
    _name, other = data.draw(mutated(instance, spared=frozenset({"day", "demo"})))
    with pytest.raises(CannotOpen):
        players.world.trust(other)


def test_a_wrap_with_another_seed_is_never_held(own: Cast) -> None:
    """Anybody can wrap to a member's public key, and no signature covers the wrap."""
    grant = next(grant for grant in own.world.grants if grant.grantee == own.reader.row.id)
    own.reader.keys.let_go(own.reading.id)
    theirs = keying.make_grant(
        own.custodian.keys,
        own.reading,
        kdf.random(kdf.KEY),
        keying.Grantee.member(own.reader.row),
        (),
        since=0,
    )
    with pytest.raises(CannotOpen):
        own.reader.keys.take(replace(theirs, capabilities=grant.capabilities), own.reading.public)
    assert own.reading.id not in own.reader.keys.held()


def test_two_officers_where_the_pins_ask_for_two(own: Cast) -> None:
    world, first = own.world, own.officer
    second = world.somebody([first.keys], officer=True)
    world.instance = replace(
        world.instance,
        quorum=2,
        roots=(first.row.id, second.row.id),
        root_keys=(first.row.sign_public, second.row.sign_public),
    )
    row = member_row(world.instance.id, new_id(), kdf.random(kdf.KEY), officer=False)

    def certified(officers: list[Keyring]) -> Callable[[], object]:
        world.members[row.id] = keying.certify(world.instance.id, row, officers)
        return lambda: world.trust().member(row.id)

    for too_few in ([], [first.keys], [first.keys, first.keys], [first.keys, own.reader.keys]):
        with pytest.raises(CannotOpen):
            certified(too_few)()
    assert certified([first.keys, second.keys])() == world.members[row.id]


def test_a_member_who_makes_themselves_an_officer_is_none(own: Cast) -> None:
    world, reader = own.world, own.reader
    row = replace(reader.row, officer=True)
    world.members[row.id] = keying.certify(world.instance.id, row, [reader.keys])
    with pytest.raises(CannotOpen):
        world.trust().member(row.id)


def test_a_root_whose_key_was_replaced_is_refused(own: Cast) -> None:
    world = own.world
    row = member_row(world.instance.id, own.officer.row.id, kdf.random(kdf.KEY), officer=True)
    world.members[row.id] = keying.certify(world.instance.id, row, [own.officer.keys])
    with pytest.raises(CannotOpen):
        world.trust().member(row.id)


def test_certificates_that_lead_round_in_a_circle_are_refused(own: Cast) -> None:
    world = own.world
    one, other = (world.somebody([own.officer.keys], officer=True) for _ in range(2))
    for who, by in ((one, other), (other, one)):
        world.members[who.row.id] = keying.certify(world.instance.id, who.row, [by.keys])
    with pytest.raises(CannotOpen):
        world.trust().member(one.row.id)


def test_who_may_grant(own: Cast) -> None:
    """An officer, and whoever held *grant* there or in custody when the grant began; nobody else."""
    world, newcomer = own.world, own.world.somebody([own.officer.keys])

    def given(signer: Keyring, since: int) -> GrantRow:
        return keying.make_grant(
            signer,
            own.reading,
            world.seeds[own.reading.id],
            keying.Grantee.member(newcomer.row),
            PLACE,
            since=since,
        )

    world.trust().grant(given(own.officer.keys, 0))
    world.trust().grant(given(own.custodian.keys, 5))
    for signer in (own.reader.keys, newcomer.keys):
        with pytest.raises(CannotOpen):
            world.trust().grant(given(signer, 5))
    by_custodian = next(grant for grant in world.grants if grant.grantee == own.custodian.row.id)
    world.grants[world.grants.index(by_custodian)] = replace(by_custodian, ended=8, wrap=b"")
    world.trust().grant(given(own.custodian.keys, 8))
    with pytest.raises(CannotOpen):
        world.trust().grant(given(own.custodian.keys, 9))


def test_a_grant_to_oneself_vouches_for_nothing(own: Cast) -> None:
    able = (Capability.READ, Capability.GRANT)
    mine = own.world.grant(own.reader.keys, own.reading, own.reader, able)
    with pytest.raises(CannotOpen):
        own.world.trust().grant(mine)


def test_one_forged_grant_does_not_shut_out_a_good_one(own: Cast) -> None:
    good = next(grant for grant in own.world.grants if grant.grantee == own.custodian.row.id)
    own.world.grants.insert(0, replace(good, id=new_id()))
    given = keying.make_grant(
        own.custodian.keys,
        own.reading,
        own.world.seeds[own.reading.id],
        keying.Grantee.member(own.reader.row),
        (),
        since=5,
    )
    own.world.trust().grant(given)


def test_a_capability_counts_from_its_grant_to_its_end(own: Cast) -> None:
    late, custody = own.world.somebody([own.officer.keys]), own.custody
    grant = own.world.grant(own.officer.keys, custody, late, PLACE, since=10, not_after=DAY)
    own.world.grants[-1] = replace(grant, ended=20, wrap=b"")

    def could(at: int, days: int = 0, word: Capability = Capability.PLACE) -> bool:
        return own.world.trust().could(late.row.id, custody.id, word, at, DAY + timedelta(days=days))

    assert [could(9), could(10), could(20), could(21)] == [False, True, True, False]
    assert [could(15, 1), could(15, -1)] == [False, True]
    assert not could(15, word=Capability.GRANT)


def scoped(players: Cast) -> RoomTerms:
    return RoomTerms(
        id=players.reading.id,
        collection=players.custody.id,
        purpose=RoomPurpose.READING,
        name="Example room",
        scope=Scope(places=("xj-hotan",)),
    )


def test_terms_open_through_the_room_and_through_custody(players: Cast) -> None:
    said = scoped(players)
    for room, keys in ((players.reading, players.reader.keys), (players.custody, players.custodian.keys)):
        sealed = names.seal_terms(players.custodian.keys, said, key_of(room))
        found = names.open_terms(
            players.world.instance.id, said.id, key_of(room), keys, sealed, players.world.trust()
        )
        assert found == said


def test_terms_that_a_reader_signed_are_refused(players: Cast) -> None:
    """A wider scope would bring records into the reader's own room."""
    said, via = replace(scoped(players), scope=Scope()), key_of(players.custody)
    sealed = names.seal_terms(players.reader.keys, said, via)
    with pytest.raises(CannotOpen):
        names.open_terms(
            players.world.instance.id, said.id, via, players.custodian.keys, sealed, players.world.trust()
        )


def test_terms_of_another_room_are_refused(players: Cast) -> None:
    said, via = scoped(players), key_of(players.custody)
    sealed = names.seal_terms(players.custodian.keys, said, via)
    with pytest.raises(CannotOpen):
        names.open_terms(
            players.world.instance.id, via.room, via, players.custodian.keys, sealed, players.world.trust()
        )


def test_a_profile_is_the_one_that_an_officer_wrote(players: Cast) -> None:
    world, reader = players.world, players.reader
    profile = Profile(name="Example Reader", roles=("researcher",))
    sealed = names.seal_profile(players.officer.keys, reader.row.id, reader.row.wrap_public, profile)
    assert names.open_own_profile(reader.keys, sealed, world.trust()) == profile
    for signer, member in (
        (players.custodian.keys, reader.row.id),
        (players.officer.keys, players.custodian.row.id),
    ):
        forged = names.seal_profile(signer, member, reader.row.wrap_public, profile)
        with pytest.raises(CannotOpen):
            names.open_own_profile(reader.keys, forged, world.trust())


def test_a_profile_for_the_audit_room_opens_there_alone(players: Cast) -> None:
    world, room = players.world, key_of(players.reading)  # any room will do
    profile, member = Profile(name="Example Custodian"), players.custodian.row.id
    sealed = names.seal_profile(players.officer.keys, member, room.public, profile)
    instance = world.instance.id
    assert names.open_profile(instance, member, room, players.reader.keys, sealed, world.trust()) == profile
    with pytest.raises(CannotOpen):
        names.open_profile(instance, new_id(), room, players.reader.keys, sealed, world.trust())
